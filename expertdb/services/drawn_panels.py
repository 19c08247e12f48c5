"""The panel that a draw proposes: members and reserves in the order of the lot, stratum by stratum."""

from datetime import datetime
from typing import Any, Literal

from sqlalchemy.orm import Session

from expertdb.models.base import new_id
from expertdb.models.draws import Draw
from expertdb.models.panels import Panel
from expertdb.services import panels
from expertdb.services.actors import Actor
from expertdb.services.candidate_facts import as_candidate

SEATS: tuple[tuple[Literal["member", "reserve"], str], ...] = (("member", "members"), ("reserve", "reserves"))


def panel_of(draw: Draw, actor: Actor, now: datetime) -> Panel:
    """The panel of a revealed draw, not yet stored."""
    record: dict[str, Any] = draw.record or {}
    people = {one["expert"]: one for one in draw.snapshot["candidates"]}
    return Panel(
        id=new_id(),
        request_id=draw.request_id,
        draw_id=draw.id,
        choice="drawn",
        status="proposed",
        rules=draw.terms["rules"],
        solver={"status": "drawn", "draw": draw.id, "attempt": record["attempt"]},
        snapshot=draw.snapshot,
        names=draw.names,
        corpus_version=draw.corpus_version,
        created_by=actor.id,
        created_at=now,
        updated_at=now,
        seats=[
            panels.seat(role, place, as_candidate(people[one["expert"]]), None)
            for role, field in SEATS
            for place, one in enumerate(record[field], start=1)
        ],
    )


def in_line(session: Session, panel: Panel, leaving: str) -> list[str]:
    """The reserves who may take the place of somebody on a panel, in their order; of a draw those of the same stratum.

    The seats of a stratum are what a draw asks for at least: whoever is of another would leave it short.
    """
    waiting = [seat.expert_id for seat in panel.reserves]
    if panel.draw_id is None:
        return waiting
    terms = session.get_one(Draw, panel.draw_id).terms
    inside = {one["expert"]: one["stratum"] for one in terms["pool"]}
    return [one for one in waiting if inside[one] == inside.get(leaving)]
