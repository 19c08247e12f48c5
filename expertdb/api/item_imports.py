"""/api/v1/experts/{id}/items/imports: items from an expert's record in ORCID or OpenAlex, brought as a file."""

from flask import current_app, request

from expertdb.api.handling import Routes
from expertdb.api.routing import Call, allow, answers, asks, takes
from expertdb.schemas.item_imports import ItemImportAnswer, ItemImportBody, ItemImportQuery
from expertdb.services import item_imports
from expertdb.services.item_imports import Imported

routes = Routes("item_imports")


@routes.blueprint.before_request
def allow_large_body() -> None:
    """A record with abstracts may be larger than any other body."""
    request.max_content_length = current_app.config["MAX_IMPORT_BYTES"]


@routes.post("/experts/<expert_id>/items/imports")
@allow("administrator")
@asks(ItemImportQuery)
@takes(ItemImportBody)
@answers(ItemImportAnswer)
def import_items(call: Call, expert_id: str) -> Imported:
    """Add the works of an ORCID record or an OpenAlex list to an expert's items, unverified; all of them or none."""
    dry_run = call.query["dry_run"]
    return item_imports.take(call.session, expert_id, call.body, dry_run=dry_run, actor=call.actor, now=call.now)
