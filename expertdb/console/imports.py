"""Imports: a file is checked as often as one likes, corrected on the page, and entered whole or not at all."""

from dataclasses import replace
from typing import Any, BinaryIO, cast

from flask import Response, current_app, make_response, render_template, request

from expertdb.console.forms import Form, raw_body
from expertdb.console.import_words import MOST
from expertdb.console.language import tongue
from expertdb.console.rendering import told
from expertdb.console.rules import Reply, Visit, allow, asks, prepared_by, takes
from expertdb.console.site import blueprint, pages
from expertdb.errors import Fault, InvalidInput
from expertdb.schemas.import_forms import UNREAD, ImportPageForm, TemplateQuery
from expertdb.schemas.imports import ImportAnswer
from expertdb.services import imports, roster_templates
from expertdb.services.decisions import Choices, Decision
from expertdb.services.headings import columns
from expertdb.services.imports import Options, Plan, Report
from expertdb.services.rosters import Upload
from expertdb.tables.writing import TYPES
from expertdb.wording import Text

PARTS = 5_000  # Two fields for each column and for each row to decide on.


@blueprint.before_request
def allow_large_file() -> None:
    """An import may be larger than any other form, and decide on more."""
    if request.endpoint in ("console.import_experts", "console.import_works"):
        request.max_content_length = current_app.config["MAX_IMPORT_BYTES"]
        request.max_form_parts = PARTS


@pages.get("/experts/imports/new")
@allow("administrator")
def new_import(visit: Visit) -> Reply:
    """The form for a file."""
    return _page(visit.form or Form.blank(prefer="pool"))


@pages.get("/experts/imports/template")
@allow("administrator")
@asks(TemplateQuery)
def download_template(visit: Visit) -> Reply:
    """A roster to fill in, with headings in the language of the page."""
    format, language = visit.query["format"], tongue()
    with roster_templates.write(format, language) as file:
        answer = Response(file.read(), mimetype=TYPES[format])
    answer.headers["Content-Disposition"] = f'attachment; filename="experts-template-{language}.{format}"'
    return answer


def _examine(visit: Visit) -> Plan:
    body = visit.body
    mapping = {one["heading"]: _target(one["target"]) for one in body.get("columns", ()) if one.get("target")}
    rows = {one["row"]: Decision(*one["do"]) for one in body.get("rows", ()) if one.get("do")}
    options = Options(mapping, body.get("sheet"), Choices(body.get("duplicates"), body["prefer"], rows))
    dry_run = not body["enter"]
    return imports.examine(visit.session, uploaded(), options, dry_run=dry_run, actor=visit.actor, now=visit.now)


def _target(stated: str) -> str | None:
    return None if stated == UNREAD else stated


def uploaded() -> Upload:
    """The file that was sent; raises InvalidInput."""
    file = request.files.get("file")
    if file is None or not file.filename:
        raise InvalidInput(Fault("/file", Text("Choose a file.")))
    return Upload(file.filename, cast(BinaryIO, file.stream))


@pages.post("/experts/imports/new")
@allow("administrator")
@takes(ImportPageForm, again=new_import)
@prepared_by(_examine)
def import_experts(visit: Visit) -> Reply:
    """Check the file, or enter it where nothing is wrong with it."""
    plan: Plan = visit.prepared
    try:
        report = plan.report
        if not (report.dry_run or report.faults):
            report = imports.store(visit.session, plan, actor=visit.actor, now=visit.now)
        shown = make_response(_page(Form(raw_body(ImportPageForm(), request.form)), _dumped(report)))
        shown.status_code = 422 if report.faults and not report.dry_run else 200
        return shown
    finally:
        plan.close()


def _dumped(report: Report) -> dict[str, Any]:
    """The report with its sentences in the language of the page; dumped, they are plain text."""
    faults, notes = (
        tuple(replace(fault, detail=told(fault.detail)) for fault in found) for found in (report.faults, report.notes)
    )
    dumped: dict[str, Any] = ImportAnswer().dump(replace(report, faults=faults, notes=notes))
    return dumped


def _page(form: Form, report: dict[str, Any] | None = None) -> str:
    return render_template("imports/new.html", form=form, report=report, most=MOST, targets=columns(), unread=UNREAD)
