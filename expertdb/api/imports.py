"""/api/v1/experts/imports: many experts from one file, all of them or none."""

from dataclasses import replace

from flask import current_app, request

from expertdb.api.handling import Routes
from expertdb.api.problems import language
from expertdb.api.routing import Call, allow, answers, asks, prepared_by, takes_file
from expertdb.errors import Fault
from expertdb.schemas.imports import ImportAnswer, ImportForm, ImportQuery
from expertdb.services import imports
from expertdb.services.decisions import Choices, Decision
from expertdb.services.imports import Options, Plan, Report
from expertdb.wording import say

routes = Routes("imports")


@routes.blueprint.before_request
def allow_large_body() -> None:
    """An import may be larger than any other body."""
    request.max_content_length = current_app.config["MAX_IMPORT_BYTES"]


def examine(call: Call) -> Plan:
    """Read, check and stage the file, while nobody waits for it."""
    form, query = call.body.form, call.query
    decisions = {row: Decision(do, into) for row, (do, into) in form["decisions"].items()}
    choices = Choices(query["duplicates"], query["prefer"], decisions)
    options = Options(form["mapping"], form["sheet"], choices)
    dry_run = query["dry_run"]
    return imports.examine(call.session, call.body.upload, options, dry_run=dry_run, actor=call.actor, now=call.now)


@routes.post("/experts/imports")
@allow("administrator")
@takes_file(ImportForm)
@asks(ImportQuery)
@prepared_by(examine)
@answers(ImportAnswer)
def import_experts(call: Call) -> Report:
    """Import experts from CSV, XLSX or JSON Lines: `multipart/form-data` field `file`, or raw `application/x-ndjson`.

    A dry run reports every bad row; a real run with any bad row is refused whole, with the same report.
    """
    plan: Plan = call.prepared
    if plan.report.dry_run:
        return _said(plan.report)
    return _said(imports.store(call.session, plan, actor=call.actor, now=call.now))


def _said(report: Report) -> Report:
    """The report in the caller's language."""
    tongue = language()

    def in_tongue(faults: tuple[Fault, ...]) -> tuple[Fault, ...]:
        return tuple(replace(fault, detail=say(fault.detail, tongue, codes=True)) for fault in faults)

    return replace(report, faults=in_tongue(report.faults), notes=in_tongue(report.notes))
