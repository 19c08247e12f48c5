"""What the rules of a panel read of experts: from the rows, as they are now."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from expertdb.models.experts import Expert
from expertdb.models.organisations import Organisation
from expertdb.models.requests import ConsultationRequest
from expertdb.services import loads
from matching.panel import PanelCandidate

# What a candidate has by the choice itself; everything else that rules know of is read of the expert.
CHOSEN = ("expert", "affinity", "side")
OF_ENGAGEMENTS = ("newcomer", "load", "capacity")
READ = tuple(one.name for one in fields(PanelCandidate) if one.name not in CHOSEN)
OF_PROFILE = tuple(name for name in READ if name not in OF_ENGAGEMENTS)
REGULATORS = ("O-GOV",)
OFFICIALS = ("K-ADM",)
CHUNK = 500


class RuleFacts:
    """What rules ask of some experts in the matter of a request, read in few statements."""

    def __init__(
        self, session: Session, consultation_request: ConsultationRequest, experts: Sequence[str], now: datetime
    ) -> None:
        self._rows = {row.id: row for row in _experts(session, experts)}
        self._loads = loads.of(session, experts, now, besides=consultation_request.id)
        self._regulators = _family(session, consultation_request)

    @property
    def names(self) -> dict[str, dict[str, Any]]:
        """The names of these experts and of those they work for."""
        rows = self._rows.values()
        bodies = {row.organisation.id: row.organisation for row in rows if row.organisation is not None}
        return {
            "experts": {id: _name(row.name_zh, row.name_en) for id, row in self._rows.items()},
            "organisations": {id: _name(row.name_zh, row.name_en) for id, row in bodies.items()},
        }

    def of(self, expert: str) -> dict[str, Any]:
        """What rules read of one of them, as a plain object that a snapshot keeps: all of `READ`."""
        row, load = self._rows[expert], self._loads.get(expert, loads.NO_LOAD)
        return {
            "organisation": row.organisation_id,
            "region": row.region,
            "kind": row.kind,
            "codes": sorted(row.codes),
            "languages": sorted(row.languages),
            "title_level": row.title_level,
            "regulator": self._is_of_the_regulator(row),
            "newcomer": not load.served,
            "load": load.count,
            "capacity": row.availability.get("max_load"),
        }

    def anew(self, kept: Iterable[Mapping[str, Any]], serving: Collection[str] = ()) -> list[dict[str, Any]]:
        """Candidates of a snapshot with what rules read of them now.

        Of those who are `serving` in this very matter already, what follows from engagements stays as it was: they are
        asked for none more.
        """
        return [
            {**one, **{name: value for name, value in self.of(one["expert"]).items() if name not in OF_ENGAGEMENTS}}
            if one["expert"] in serving
            else {**one, **self.of(one["expert"])}
            for one in kept
        ]

    def _is_of_the_regulator(self, row: Expert) -> bool:
        """Works for the body that asks, for one above or below it, or as an official of a government bureau."""
        if row.organisation is None:
            return False
        official = row.kind in OFFICIALS and row.organisation.kind in REGULATORS
        return official or row.organisation.id in self._regulators


def _experts(session: Session, ids: Sequence[str]) -> Iterable[Expert]:
    for start in range(0, len(ids), CHUNK):
        yield from session.scalars(select(Expert).where(Expert.id.in_(ids[start : start + CHUNK])))


def _family(session: Session, consultation_request: ConsultationRequest) -> frozenset[str]:
    """The requester, where it is a government bureau, with the bureau above it and those directly below."""
    requester = consultation_request.requester
    if requester is None or requester.kind not in REGULATORS:
        return frozenset()
    below = session.scalars(select(Organisation.id).where(Organisation.parent_id == requester.id))
    return frozenset({requester.id, *below, *([requester.parent_id] if requester.parent_id else [])})


def _name(zh: str | None, en: str | None) -> dict[str, str]:
    return {language: name for language, name in (("zh", zh), ("en", en)) if name}
