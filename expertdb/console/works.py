"""Works of an expert from their record in ORCID or OpenAlex: a file is checked, and its works entered all or none."""

from dataclasses import dataclass
from typing import Any

from flask import render_template

from expertdb import strict_json
from expertdb.console.experts import CURATORS
from expertdb.console.forms import Form
from expertdb.console.handling import go
from expertdb.console.import_words import MOST
from expertdb.console.imports import uploaded
from expertdb.console.language import said
from expertdb.console.rules import Reply, Visit, allow, prepared_by, takes
from expertdb.console.site import pages
from expertdb.errors import Fault, InvalidInput
from expertdb.numerals import whole
from expertdb.schemas.experts import ExpertAnswer
from expertdb.schemas.item_imports import ItemImportAnswer, ItemImportForm
from expertdb.services import experts, item_imports
from expertdb.services.author_records import NO_RECORD
from expertdb.services.item_imports import Imported
from expertdb.wording import Text


@dataclass(frozen=True)
class Examined:
    """What is asked of the service, and what would come of it."""

    body: dict[str, Any]
    found: Imported


@pages.get("/experts/<expert_id>/works/new")
@allow(*CURATORS)
def new_works(visit: Visit, expert_id: str) -> Reply:
    """The form for a record."""
    return _page(visit, expert_id)


def _examine(visit: Visit, expert_id: str) -> Examined:
    body = {name: value for name, value in visit.body.items() if name != "enter"} | {"record": _record()}
    try:
        found = item_imports.take(visit.session, expert_id, body, dry_run=True, actor=visit.actor, now=visit.now)
    except InvalidInput as error:
        raise InvalidInput(*map(_placed, error.faults)) from error
    return Examined(body, found)


def _placed(fault: Fault) -> Fault:
    """A fault within the record as one of its file, with the number of the work."""
    if not fault.pointer.startswith("/record"):
        return fault
    numbers = [number for step in fault.pointer.split("/") if (number := whole(step)) is not None]
    if not numbers:
        return Fault("/file", fault.detail)
    return Fault("/file", Text("Work {number}: {detail}", number=numbers[0] + 1, detail=fault.detail))


def _record() -> dict[str, Any]:
    """The record that was sent as a file; raises InvalidInput."""
    sent = uploaded()
    try:
        record = strict_json.loads(sent.file.read())
    except strict_json.NotJson as error:
        raise InvalidInput(
            Fault("/file", Text("This cannot be read as JSON: {reason}.", reason=error.reason))
        ) from error
    if not isinstance(record, dict):
        raise InvalidInput(Fault("/file", NO_RECORD))
    return record


@pages.post("/experts/<expert_id>/works/new")
@allow(*CURATORS)
@takes(ItemImportForm, again=new_works)
@prepared_by(_examine)
def import_works(visit: Visit, expert_id: str) -> Reply:
    """Check a record, or enter its works."""
    examined: Examined = visit.prepared
    if not visit.body["enter"]:
        return _page(visit, expert_id, examined.found)
    entered = item_imports.take(
        visit.session, expert_id, examined.body, dry_run=False, actor=visit.actor, now=visit.now
    )
    return go("show_expert", said("Works entered: {count}.", count=len(entered.added)), expert_id=expert_id)


def _page(visit: Visit, expert_id: str, found: Imported | None = None) -> str:
    expert = ExpertAnswer(only=("id", "name")).dump(experts.get(visit.session, expert_id))
    form = visit.form or Form.blank(**visit.body or {})
    return render_template(
        "experts/works.html", expert=expert, form=form, found=found and ItemImportAnswer().dump(found), most=MOST
    )
