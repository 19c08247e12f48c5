"""The course of a panel: the decisions on it, who left it since, and who stepped in for whom."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from expertdb.models.engagements import Engagement
from expertdb.models.panels import PanelTransition
from expertdb.schemas.shared import named
from expertdb.services.seating import LEFT

Seat = Mapping[str, Any]


@dataclass(frozen=True)
class Step:
    """One step: `table` and `status` say what it is; `expert` whom it is about, `before` whose place that one takes."""

    at: datetime
    table: str
    status: str
    reason: str = ""
    actor: str = ""
    person: str = ""
    expert: Mapping[str, Any] | None = None
    before: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Course:
    """All steps in their order; of the experts who left, in which status and who stepped in; of who came, for whom."""

    steps: list[Step]
    left: dict[str, tuple[str, Mapping[str, Any] | None]]
    came: dict[str, Mapping[str, Any]]

    def seated(self, members: Iterable[Seat], reserves: Iterable[Seat]) -> list[Seat]:
        """Who sits now: the members who did not leave, and the reserves who stepped in."""
        now = [*members, *(one for one in reserves if one["expert"]["id"] in self.came)]
        return [one for one in now if one["expert"]["id"] not in self.left]


def of(transitions: Iterable[PanelTransition], engagements: Sequence[Engagement]) -> Course:
    """What became of a panel, from the decisions on it and its invitations."""
    rows = {one.id: one for one in engagements}
    instead = {one.promoted_from: one for one in engagements if one.promoted_from in rows}
    gone = [one for one in engagements if one.status in LEFT]
    steps = [
        *(Step(one.at, "panel_status", one.to_status, one.reason, one.actor, one.person) for one in transitions),
        *(Step(_end(one), "engagement_status", one.status, one.reason, expert=_name(one)) for one in gone),
        *(
            Step(new.created_at, "engagement_status", "invited", expert=_name(new), before=_name(rows[old]))
            for old, new in instead.items()
            if old is not None
        ),
    ]
    return Course(
        sorted(steps, key=lambda one: one.at),
        {one.expert_id: (one.status, _name(instead[one.id]) if one.id in instead else None) for one in gone},
        {new.expert_id: _name(rows[old]) for old, new in instead.items() if old is not None},
    )


def _end(one: Engagement) -> datetime:
    return one.ended_at or one.updated_at


def _name(one: Engagement) -> Mapping[str, Any]:
    return named(one.expert.name_zh, one.expert.name_en)
