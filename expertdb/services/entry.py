"""How a candidate came: nominated by a unit that endorses them, or on their own application."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from expertdb.code_words import called
from expertdb.errors import Fault, InvalidInput
from expertdb.models.experts import Expert
from expertdb.services import organisations
from expertdb.services.actors import Actor
from expertdb.wording import Text

STATED = ("nomination", "application")  # What a body may say; the rest is what the service sees itself.


def source_of(body: dict[str, Any], otherwise: str) -> str:
    """Where a new expert of this body comes from; whoever does not begin as a draft is taken over."""
    if body.get("status", "draft") != "draft":
        return "take_over"
    stated: str = body.get("entry", {}).get("source", otherwise)
    return stated


def state(session: Session, expert: Expert, stated: dict[str, Any], *, actor: Actor, now: datetime) -> None:
    """Write down who nominated a candidate and how they endorse them; raises InvalidInput.

    Only of drafts: what a candidate was submitted on is not changed afterwards.
    """
    unit = stated.get("unit")
    expert.nominated_by = (
        None if unit is None else organisations.resolve(session, unit, "/entry/unit", actor=actor, now=now)
    )
    put(expert, stated)


def put(expert: Expert, stated: Mapping[str, Any]) -> None:
    """Write down how a candidate came and how they are endorsed; the unit is for the caller to find.

    Whoever is taken over stays so: that they did not go through review here is what their entry has to say first.
    """
    if expert.entry_source != "take_over":
        expert.entry_source = stated["source"]
    endorsement = stated.get("endorsement") or {}
    expert.endorsement, expert.endorsed_on = endorsement.get("reference"), endorsement.get("date")


def stated(expert: Expert) -> dict[str, Any]:
    """How a candidate came, in the shape it is stated in; the unit by its id."""
    endorsed = {"reference": expert.endorsement, "date": expert.endorsed_on}
    return {"source": expert.entry_source, "unit": expert.nominated_by_id, "endorsement": endorsed}


def as_line(expert: Expert) -> dict[str, Any]:
    """How an expert came, as a line of an import states it: the unit by its name; nothing where nobody stated any."""
    found: dict[str, Any] = {}
    if expert.nominated_by is not None:
        found["unit"] = expert.nominated_by.name_zh or expert.nominated_by.name_en
    if endorsement := endorsement_of(expert):
        found["endorsement"] = endorsement | {"date": endorsement["date"].isoformat()}
    if expert.entry_source in STATED:
        return {"source": expert.entry_source, **found}
    # Of a roster that was taken over, or imported: whom a unit names is nominated by it.
    return {"source": "nomination" if "unit" in found else "application", **found} if found else {}


def endorsement_of(expert: Expert) -> dict[str, Any] | None:
    """The letter by which an expert is endorsed, and its day."""
    return {"reference": expert.endorsement, "date": expert.endorsed_on} if expert.endorsement else None


def may_change(expert: Expert) -> bool:
    """Whether it may still be changed how an expert came: what they were submitted on stays as it was."""
    return expert.status == "draft"


def refuse_after_draft(expert: Expert) -> None:
    """Raise InvalidInput unless the expert is a draft still."""
    if not may_change(expert):
        detail = 'This can be changed on a draft only; this expert is "{status}".'
        raise InvalidInput(Fault("/entry", Text(detail, status=called("expert_status", expert.status))))
