"""/api/v1/experts/imports: many experts from one file, all of them or none."""

import io
from collections.abc import Iterable

from flask import current_app, request

from expertdb.api.handling import Routes
from expertdb.api.problems import language
from expertdb.api.rejections import UnsupportedMediaType
from expertdb.api.routing import Call, allow, answers, asks
from expertdb.errors import Fault, InvalidInput
from expertdb.schemas.imports import ImportAnswer, ImportQuery
from expertdb.services import imports
from expertdb.services.imports import Report
from expertdb.wording import Text, say

routes = Routes("imports")

JSON_LINES = "application/x-ndjson"
ENDINGS = (".jsonl", ".ndjson")


@routes.blueprint.before_request
def allow_large_body() -> None:
    """An import may be larger than any other body."""
    request.max_content_length = current_app.config["MAX_IMPORT_BYTES"]


@routes.post("/experts/imports")
@allow("administrator")
@asks(ImportQuery)
@answers(ImportAnswer)
def import_experts(call: Call) -> Report:
    """Import experts from JSON Lines: a raw `application/x-ndjson` body, or `multipart/form-data` field `file`.

    A dry run reports every bad row; a real run with any bad row is refused whole, with the same report.
    """
    dry_run = call.query["dry_run"]
    report = imports.take_over(call.session, _lines(), dry_run=dry_run, actor=call.actor, now=call.now)
    if report.faults and not dry_run:
        raise InvalidInput(*report.faults)
    tongue = language()
    said = tuple(Fault(fault.pointer, say(fault.detail, tongue)) for fault in report.faults)
    return Report(report.dry_run, report.rows, report.created, said)


def _lines() -> Iterable[bytes]:
    if request.mimetype == JSON_LINES:
        return io.BytesIO(request.get_data())
    if request.mimetype != "multipart/form-data":
        raise UnsupportedMediaType(
            Text("Send the file as a multipart/form-data field `file`, or raw as {type}.", type=JSON_LINES)
        )
    file = request.files.get("file")
    if file is None:
        raise InvalidInput(Fault("/file", Text("The form has no field `file`.")))
    if not (file.filename or "").lower().endswith(ENDINGS):
        raise UnsupportedMediaType(Text("Imports take JSON Lines files: {endings}.", endings=", ".join(ENDINGS)))
    return file.stream
