"""/api/v1/experts/imports: many experts from one file, all of them or none."""

from flask import current_app, request

from expertdb.api.handling import Routes
from expertdb.api.problems import language
from expertdb.api.routing import Call, allow, answers, asks, takes_lines
from expertdb.errors import Fault, InvalidInput
from expertdb.schemas.imports import ImportAnswer, ImportQuery
from expertdb.services import imports
from expertdb.services.imports import Report
from expertdb.wording import say

routes = Routes("imports")


@routes.blueprint.before_request
def allow_large_body() -> None:
    """An import may be larger than any other body."""
    request.max_content_length = current_app.config["MAX_IMPORT_BYTES"]


@routes.post("/experts/imports")
@allow("administrator")
@takes_lines
@asks(ImportQuery)
@answers(ImportAnswer)
def import_experts(call: Call) -> Report:
    """Import experts from JSON Lines: a raw `application/x-ndjson` body, or `multipart/form-data` field `file`.

    A dry run reports every bad row; a real run with any bad row is refused whole, with the same report.
    """
    dry_run = call.query["dry_run"]
    report = imports.take_over(call.session, call.body, dry_run=dry_run, actor=call.actor, now=call.now)
    if report.faults and not dry_run:
        raise InvalidInput(*report.faults)
    tongue = language()
    said = tuple(Fault(fault.pointer, say(fault.detail, tongue)) for fault in report.faults)
    return Report(report.dry_run, report.rows, report.created, said)
