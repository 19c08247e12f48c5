"""/api/v1/experts/exports: the pool, or part of it, as a file that imports read."""

from typing import Any

from expertdb.api.handling import Routes
from expertdb.api.routing import Call, Download, allow, asks, downloads, leaves_trace, prepared_by
from expertdb.schemas.exports import ExportQuery
from expertdb.services import experts, exports
from expertdb.services.exports import OPTIONS, Export
from expertdb.tables.writing import TYPES

routes = Routes("exports")


def _filters(call: Call) -> dict[str, Any]:
    return {name: value for name, value in call.query.items() if name not in OPTIONS}


def write(call: Call) -> Export:
    """Write the file while nobody waits for it."""
    query, options = _filters(call), exports.options_of(call.query, call.actor)
    return exports.write(call.session, query, options, *experts.of_day(query, call.now))


@routes.get("/experts/exports")
@allow("administrator", "policy_office")
@leaves_trace
@asks(ExportQuery)
@prepared_by(write)
@downloads(*TYPES.values())
def export_experts(call: Call) -> Download:
    """Export the experts that meet every filter as CSV, XLSX or JSON Lines; imports read it back."""
    export: Export = call.prepared
    exports.record(call.session, export, _filters(call), actor=call.actor)
    format = export.options.format
    return Download(export.file, TYPES[format], f"experts-{call.now:%Y-%m-%d}.{format}")
