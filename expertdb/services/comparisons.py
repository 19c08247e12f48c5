"""Questions about a ranking: why A stands before B on a stored list, and why somebody is not on it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from expertdb.code_words import why_out
from expertdb.errors import Fault, InvalidInput
from expertdb.schemas import reason_words
from expertdb.services import experts, matters, requests, shortlists, shown
from expertdb.services.actors import Actor
from expertdb.services.analysers import default_analyser
from expertdb.services.corpus import Corpus, ranked
from expertdb.services.eligibility import NO_AFFINITY, OUTSIDE_FILTERS
from expertdb.services.pools import Pool
from expertdb.services.profiles import fetching
from expertdb.services.reasons import as_stored, label_of
from expertdb.wording import Text, both
from matching import Difference, compare, places, rank, reckonings
from matching.comparison import wording

SHOWN_LINES = 12


@dataclass(frozen=True)
class Comparison:
    """Two entries of a stored list; `lines` and `rest` sum to `difference`, the first's affinity less the second's."""

    first: dict[str, Any]
    second: dict[str, Any]
    difference: float
    lines: list[dict[str, Any]]
    rest: float


@dataclass(frozen=True)
class Standing:
    """Where an expert stands for a request today: left out for a `reason`, or at `rank` of `ranked` with `reasons`.

    Who is recused has a `reason` and, for a policy office, the place they would hold.
    """

    expert: dict[str, Any]
    reason: str | None = None
    rank: int | None = None
    ranked: int | None = None
    affinity: float | None = None
    reasons: dict[str, Any] | None = None

    @property
    def label(self) -> dict[str, str] | None:
        """The reason in words of both languages, for whoever answers to choose from."""
        return None if self.reason is None else both(why_out(self.reason).zh, str(why_out(self.reason)))


def of_entries(session: Session, shortlist_id: str, first: str, second: str, *, actor: Actor) -> Comparison:
    """Why one entry of a stored list stands before another; raises NotFound, InvalidInput for who is not on it."""
    shortlist = shortlists.load(session, shortlist_id, actor=actor)
    found = dict(reckonings(shortlist.snapshot))
    for name, expert in (("first", first), ("second", second)):
        if expert not in found:
            raise InvalidInput(Fault(f"/query/{name}", Text("This expert is not on the list.")))
    said = wording(shortlist.snapshot, {first: found[first], second: found[second]}, default_analyser())
    lines = compare(found[first], found[second], said)
    named, rest = said.spelt(lines[:SHOWN_LINES]), lines[SHOWN_LINES:]
    names = shown.names(session, {first, second})
    return Comparison(
        first={"expert": names[first], "affinity": found[first].affinity},
        second={"expert": names[second], "affinity": found[second].affinity},
        difference=found[first].affinity - found[second].affinity,
        lines=[_line(line) for line in named],
        rest=sum(line.value for line in rest),
    )


def _line(line: Difference) -> dict[str, Any]:
    return {
        "term": line.label,
        "label": _in_words(line),
        "field": line.field,
        "first": line.first,
        "second": line.second,
    }


def _in_words(line: Difference) -> Any:
    if line.field == "adjustment":
        name, _, code = line.label.partition(" ")
        return reason_words.adjustment(name, code)
    stored = label_of(line.label) if line.field == "concept" else ", ".join(line.words) or line.label
    return reason_words.label(stored, line.field)


def of_expert(
    session: Session, corpus: Corpus, request_id: str, query: Mapping[str, Any], *, actor: Actor, now: datetime
) -> Standing:
    """Where an expert stands for a request in today's pool, and why, as the caller may know; raises NotFound."""
    consultation_request = requests.get(session, request_id, actor=actor)
    expert = experts.get(session, query["expert"])
    who = shown.names(session, {expert.id})[expert.id]

    def of_pool(pool: Pool) -> Standing:
        found = matters.field_of(session, pool, consultation_request, {}, now)
        reason = found.why_out(expert)
        is_recused = reason is not None and found.recused.reasons.get(expert.id) == reason
        if reason is not None and not (is_recused and shown.may_see_ranks_of_recused(actor)):
            return Standing(who, reason=reason)
        if reason is None and not found.may([expert.id]):
            return Standing(who, reason=OUTSIDE_FILTERS)
        own = rank(
            pool.index, found.matter, 1, fetching(session, pool.index), corpus.parameters, {expert.id}
        ).candidates
        if not own:
            return Standing(who, reason=reason or NO_AFFINITY)
        place = places(pool.index, found.matter, [expert.id], corpus.parameters, found.eligible.allowed)
        return Standing(who, reason, place.ranks[expert.id], place.ranked, own[0].affinity, as_stored(own[0]))

    return ranked(session, corpus, of_pool)
