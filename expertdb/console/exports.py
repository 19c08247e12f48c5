"""Exports: the experts who meet every filter, as a file that imports read back."""

from typing import Any

from flask import Response, render_template

from expertdb.console.forms import Form
from expertdb.console.language import tongue
from expertdb.console.rules import Reply, Visit, allow, asks, prepared_by, takes
from expertdb.console.site import pages
from expertdb.schemas.exports import ExportQuery
from expertdb.services import experts, exports
from expertdb.services.exports import OPTIONS, Export
from expertdb.tables.writing import TYPES

EXPORTERS = ("administrator", "policy_office")
CHUNK = 64 * 1024


@pages.get("/experts/exports/new")
@allow(*EXPORTERS)
@asks(ExportQuery)
def new_export(visit: Visit) -> Reply:
    """The form for an export, with the filters of the list that led here."""
    form = visit.form or Form.blank(**(visit.query | {"language": tongue()}))
    return render_template("exports/new.html", form=form, may_open=exports.may_restrict(visit.actor))


def _filters(visit: Visit) -> dict[str, Any]:
    return {name: value for name, value in visit.body.items() if name not in OPTIONS}


def _write(visit: Visit) -> Export:
    query = _filters(visit)
    options = exports.options_of(visit.body, visit.actor)
    return exports.write(visit.session, query, options, *experts.of_day(query, visit.now))


@pages.post("/experts/exports/new")
@allow(*EXPORTERS)
@takes(ExportQuery, again=new_export)
@prepared_by(_write)
def export_experts(visit: Visit) -> Reply:
    """The file; the audit log keeps who exported whom by which filters, and whose restricted values went out."""
    export: Export = visit.prepared
    exports.record(visit.session, export, _filters(visit), actor=visit.actor)
    format = export.options.format
    answer = Response(iter(lambda: export.file.read(CHUNK), b""), mimetype=TYPES[format], direct_passthrough=True)
    answer.headers["Content-Disposition"] = f'attachment; filename="experts-{visit.today}.{format}"'
    answer.call_on_close(export.file.close)
    return answer
