"""What the rules of a panel read of experts: from the rows, as they are now."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from expertdb.models.experts import Expert
from expertdb.models.requests import ConsultationRequest
from expertdb.services import loads
from expertdb.services.candidate_facts import described, is_official, regulators
from matching.panel import PanelCandidate

# What a candidate has by the choice itself; everything else that rules know of is read of the expert.
CHOSEN = ("expert", "affinity", "side")
DERIVED = ("places",)  # Of the region, by the vocabulary.
OF_ENGAGEMENTS = ("newcomer", "load", "capacity")
READ = tuple(one.name for one in fields(PanelCandidate) if one.name not in (*CHOSEN, *DERIVED))
OF_PROFILE = tuple(name for name in READ if name not in OF_ENGAGEMENTS)
CHUNK = 500


class RuleFacts:
    """What rules ask of some experts in the matter of a request, read in few statements."""

    def __init__(
        self, session: Session, consultation_request: ConsultationRequest, experts: Sequence[str], now: datetime
    ) -> None:
        self._rows = {row.id: row for row in _experts(session, experts)}
        self._loads = loads.of(session, experts, now, besides=consultation_request.id)
        self._regulators = regulators(session, consultation_request)

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
        employer = None if row.organisation is None else row.organisation.kind
        of_regulator = is_official(row, employer) or row.organisation_id in self._regulators
        return described(row, row.codes, employer, load) | {"regulator": of_regulator}

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


def _experts(session: Session, ids: Sequence[str]) -> Iterable[Expert]:
    for start in range(0, len(ids), CHUNK):
        yield from session.scalars(select(Expert).where(Expert.id.in_(ids[start : start + CHUNK])))


def _name(zh: str | None, en: str | None) -> dict[str, str]:
    return {language: name for language, name in (("zh", zh), ("en", en)) if name}
