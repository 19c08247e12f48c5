"""Whom a panel or a draw is chosen from: the best who may be ranked for a request, with what rules ask of them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from expertdb import vocabularies
from expertdb.code_words import why_out
from expertdb.errors import ExpertIsNotEligible, Fault, PoolHasMoved
from expertdb.models.requests import ConsultationRequest
from expertdb.models.shortlists import Shortlist
from expertdb.services import matters
from expertdb.services.corpus import Corpus
from expertdb.services.corpus import ranked as once_more_where_moved
from expertdb.services.matters import Field
from expertdb.services.pools import Pool
from expertdb.services.profiles import fetching
from expertdb.services.reasons import as_stored
from expertdb.services.recusals import Recusals
from expertdb.services.rule_facts import RuleFacts
from expertdb.wording import Text
from matching import Candidate, Filter, Query, rank
from matching.panel import PanelCandidate

SHOWN_TERMS = 6
SHOWN_ITEMS = 2


@dataclass(frozen=True)
class Candidacy:
    """The candidates by affinity, each as a plain object that a snapshot keeps, and what became of everybody else."""

    people: list[dict[str, Any]]
    names: dict[str, Any]
    filters: dict[str, list[str]]
    eligible: int
    left_out: dict[str, int]
    matter: Query
    recused: Recusals
    corpus_version: int
    parameters: dict[str, Any]

    def candidates(self) -> tuple[PanelCandidate, ...]:
        """The candidates as panel rules see them."""
        return tuple(as_candidate(one) for one in self.people)


def gather(
    session: Session,
    corpus: Corpus,
    consultation_request: ConsultationRequest,
    *,
    count: int,
    now: datetime,
    filters: Mapping[str, list[str]] | None = None,
    forced: Sequence[str] = (),
    sides: Mapping[str, Sequence[str]] | None = None,
    shortlist: Shortlist | None = None,
) -> Candidacy:
    """The candidates for a panel: the best `count`, or those on a list, and whoever is forced or speaks for a side.

    Raises ExpertIsNotEligible where somebody named may not be ranked, PoolHasMoved where somebody on the list may not
    be any more.
    """

    def of_pool(pool: Pool) -> Candidacy:
        found = matters.field_of(session, pool, consultation_request, filters or {}, now)
        ranked = _ranked(session, corpus, found, count, forced, sides or {}, shortlist)
        return _candidacy(session, corpus, consultation_request, found, ranked, sides or {}, filters or {}, now)

    return once_more_where_moved(session, corpus, of_pool)


def _ranked(
    session: Session,
    corpus: Corpus,
    found: Field,
    count: int,
    forced: Sequence[str],
    sides: Mapping[str, Sequence[str]],
    shortlist: Shortlist | None,
) -> dict[str, dict[str, Any]]:
    """Affinity and reasons of the candidates by expert."""
    _refuse_ineligible(session, found, forced, sides)
    if shortlist is None:
        ranked = _best(session, corpus, found, count, found.eligible.allowed)
    else:
        _refuse_stale(session, found, shortlist)
        ranked = _each(session, corpus, found, {entry.expert_id for entry in shortlist.entries})
    named = {*forced, *(expert for experts in sides.values() for expert in experts)}
    return ranked | _each(session, corpus, found, named - set(ranked))


def _candidacy(
    session: Session,
    corpus: Corpus,
    consultation_request: ConsultationRequest,
    found: Field,
    ranked: Mapping[str, dict[str, Any]],
    sides: Mapping[str, Sequence[str]],
    filters: Mapping[str, list[str]],
    now: datetime,
) -> Candidacy:
    order = sorted(ranked, key=lambda expert: (-ranked[expert]["affinity"], expert))
    by_side = {expert: side for side, experts in sides.items() for expert in experts}
    facts = RuleFacts(session, consultation_request, order, now)
    disclosed = {
        expert: sorted({one.finding.type for one in judged}) for expert, judged in found.recused.disclosed.items()
    }
    return Candidacy(
        [
            {"expert": expert, "rank": place, "affinity": ranked[expert]["affinity"], **facts.of(expert)}
            | {"side": by_side.get(expert), "disclosed": disclosed.get(expert, [])}
            | {"reasons": ranked[expert]["reasons"]}
            for place, expert in enumerate(order, start=1)
        ],
        facts.names,
        dict(filters),
        found.eligible.n_allowed,
        dict(found.eligible.counts),
        found.matter,
        found.recused,
        found.pool.version,
        {"fingerprint": corpus.parameters.fingerprint(), "vocabularies": vocabularies.versions()},
    )


def _best(
    session: Session, corpus: Corpus, found: Field, count: int, among: Collection[str] | Filter
) -> dict[str, dict[str, Any]]:
    """The best of these who have an affinity, with their reasons."""
    ranking = rank(found.pool.index, found.matter, count, fetching(session, found.pool.index), corpus.parameters, among)
    return {one.expert: {"affinity": one.affinity, "reasons": _in_short(one)} for one in ranking.candidates}


def _each(session: Session, corpus: Corpus, found: Field, among: Collection[str]) -> dict[str, dict[str, Any]]:
    """Each of these; who was named has a place even with nothing to show."""
    if not among:
        return {}
    nothing = {one: {"affinity": 0.0, "reasons": _NOTHING} for one in sorted(among)}
    return nothing | _best(session, corpus, found, len(among), among)


_NOTHING: dict[str, Any] = {"items": [], "terms": [], "aspects_covered": [], "aspects_missing": []}


def _in_short(candidate: Candidate) -> dict[str, Any]:
    """What carried the affinity, in few lines: a panel keeps hundreds of candidates."""
    stored = as_stored(candidate)
    return {
        "items": [{"title": one["title"], "share": one["share"]} for one in stored["items"][:SHOWN_ITEMS]],
        "terms": [
            {name: one[name] for name in ("label", "field", "contribution")} for one in stored["terms"][:SHOWN_TERMS]
        ],
        "aspects_covered": stored["aspects_covered"],
        "aspects_missing": stored["aspects_missing"],
    }


def _refuse_ineligible(
    session: Session, found: Field, forced: Sequence[str], sides: Mapping[str, Sequence[str]]
) -> None:
    named = [(f"/forced/{place}", expert) for place, expert in enumerate(forced)]
    named += [(f"/sides/{side}/{place}", expert) for side, ids in sides.items() for place, expert in enumerate(ids)]
    may = found.may([expert for _, expert in named])
    faults = [Fault(at, _why_not(session, found, expert)) for at, expert in named if expert not in may]
    if faults:
        raise ExpertIsNotEligible(tuple(faults))


def _why_not(session: Session, found: Field, expert: str) -> Text:
    detail = "The expert {expert} may not be chosen for this request: {reason}."
    return Text(detail, expert=expert, reason=why_out(found.why_not(session, expert)))


def _refuse_stale(session: Session, found: Field, shortlist: Shortlist) -> None:
    may = found.may([entry.expert_id for entry in shortlist.entries])
    faults = [
        Fault(f"/shortlist/entries/{entry.rank - 1}", _why_not(session, found, entry.expert_id))
        for entry in shortlist.entries
        if entry.expert_id not in may
    ]
    if faults:
        raise PoolHasMoved(shortlist.corpus_version, found.pool.version, tuple(faults))


def as_candidate(one: Mapping[str, Any]) -> PanelCandidate:
    """A kept candidate as panel rules see them."""
    known = {field.name: one[field.name] for field in fields(PanelCandidate) if field.name in one}
    return PanelCandidate(**known | {name: frozenset(one[name]) for name in ("codes", "languages")})
