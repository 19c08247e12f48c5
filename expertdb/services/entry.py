"""How a candidate came: nominated by a unit that endorses them, or on their own application."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from expertdb.code_words import called
from expertdb.errors import Fault, InvalidInput
from expertdb.models.experts import Expert
from expertdb.services import organisations
from expertdb.services.actors import Actor
from expertdb.wording import Text


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
    if expert.entry_source != "take_over":
        expert.entry_source = stated["source"]
    unit, endorsement = stated.get("unit"), stated.get("endorsement") or {}
    expert.nominated_by = (
        None if unit is None else organisations.resolve(session, unit, "/entry/unit", actor=actor, now=now)
    )
    expert.endorsement, expert.endorsed_on = endorsement.get("reference"), endorsement.get("date")


def stated(expert: Expert) -> dict[str, Any]:
    """How a candidate came, in the shape it is stated in; the unit by its id."""
    endorsed = {"reference": expert.endorsement, "date": expert.endorsed_on}
    return {"source": expert.entry_source, "unit": expert.nominated_by_id, "endorsement": endorsed}


def refuse_after_draft(expert: Expert) -> None:
    """Raise InvalidInput unless the expert is a draft still."""
    if expert.status != "draft":
        detail = 'This can be changed on a draft only; this expert is "{status}".'
        raise InvalidInput(Fault("/entry", Text(detail, status=called("expert_status", expert.status))))
