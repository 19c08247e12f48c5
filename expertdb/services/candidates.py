"""Whom a panel or a draw is chosen from: the best who may be ranked for a request, with what rules ask of them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from expertdb import vocabularies
from expertdb.errors import ExpertIsNotEligible, Fault, PoolHasMoved
from expertdb.models.requests import ConsultationRequest
from expertdb.models.shortlists import Shortlist
from expertdb.services import matters, serving
from expertdb.services.candidate_facts import as_candidate
from expertdb.services.corpus import Corpus
from expertdb.services.corpus import ranked as once_more_where_moved
from expertdb.services.eligibility import OUTSIDE_FILTERS
from expertdb.services.matters import Field
from expertdb.services.pools import Pool
from expertdb.services.profiles import fetching
from expertdb.services.reasons import as_stored
from expertdb.services.recusals import Recusals
from expertdb.services.rule_facts import RuleFacts
from expertdb.wording import Text
from matching import Candidate, Filter, Query, best, places, rank
from matching.panel import PanelCandidate

SHOWN_TERMS = 6
SHOWN_ITEMS = 2


@dataclass(frozen=True)
class Candidacy:
    """The candidates by affinity, each as a plain object that a snapshot keeps, and what became of everybody else.

    `chosen_from` says by what they were narrowed down: the filters, the request's own included, how many of the best
    were looked at or which list they stand on, and of how many (`eligible`) who may be asked whatever the filters.
    Ranks are those among everybody who may be ranked for the request; `better` holds who stands before candidates and
    is none of them, with what shut them out (`out`).
    """

    people: list[dict[str, Any]]
    names: dict[str, Any]
    filters: dict[str, list[str]]
    eligible: int
    left_out: dict[str, int]
    chosen_from: dict[str, Any]
    better: list[dict[str, Any]]
    matter: Query
    recused: Recusals
    corpus_version: int
    parameters: dict[str, Any]

    def candidates(self) -> tuple[PanelCandidate, ...]:
        """The candidates as panel rules see them."""
        return tuple(as_candidate(one) for one in self.people)


@dataclass(frozen=True)
class _Choice:
    """Affinity and reasons of the candidates, and of those `better` ones who were shut out, by expert; the ranks of all
    where somebody was; and by what they were narrowed down: the filters as stated, and the list (`shortlist`, with `id`
    and `created_at`) or how many of the best were looked at (`candidates`).
    """

    ranked: Mapping[str, dict[str, Any]]
    better: Mapping[str, dict[str, Any]]
    ranks: Mapping[str, int]
    filters: dict[str, list[str]]
    among: dict[str, Any]


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
    seats: int = 0,
) -> Candidacy:
    """The candidates for a panel: the best `count`, or those on a list, and whoever is forced or speaks for a side.

    Of those whom filters or the list shut out, the best of the first `seats` ranks are kept as well: to be passed over.
    Raises ExpertIsNotEligible where somebody named may not be ranked, PoolHasMoved where somebody on the list may not
    be any more.
    """

    def of_pool(pool: Pool) -> Candidacy:
        found = matters.field_of(session, pool, consultation_request, filters or {}, now)
        ranked = _ranked(session, corpus, found, count, forced, sides or {}, shortlist)
        out = _shut_out_by(filters or {}, shortlist, is_beyond=len(ranked) > count) if seats else None
        better = {} if out is None else _better(corpus, found, seats, ranked, out)
        ranks = {} if out is None else _ranks(corpus, found, [*ranked, *better])
        choice = _Choice(ranked, better, ranks, dict(filters or {}), _among(count, shortlist))
        return _candidacy(session, corpus, consultation_request, found, choice, sides or {}, now)

    return once_more_where_moved(session, corpus, of_pool)


def _among(count: int, shortlist: Shortlist | None) -> dict[str, Any]:
    """The list that candidates stand on; where there is none, how many of the best were looked at."""
    if shortlist is None:
        return {"candidates": count}
    return {"shortlist": {"id": shortlist.id, "created_at": shortlist.created_at.isoformat()}}


def _shut_out_by(filters: Mapping[str, list[str]], shortlist: Shortlist | None, *, is_beyond: bool) -> str | None:
    """What can have shut better ranked people out, None where the candidates are the best there are.

    `is_beyond` says that somebody was named who is not among the best that were looked at.
    """
    if shortlist is not None:
        return "shortlist"
    return "filters" if any(filters.values()) else "candidates" if is_beyond else None


def _better(
    corpus: Corpus, found: Field, seats: int, ranked: Mapping[str, dict[str, Any]], out: str
) -> dict[str, dict[str, Any]]:
    """Of the best `seats` who may be ranked for the request, those who are no candidates; nothing is kept of why."""
    first = best(found.pool.index, found.matter, seats, corpus.parameters, found.everybody)
    stated = {"reasons": _NOTHING, "out": out}
    return {expert: {"affinity": affinity, **stated} for expert, affinity in first if expert not in ranked}


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


def _ranks(corpus: Corpus, found: Field, experts: Sequence[str]) -> Mapping[str, int]:
    """The rank of each of these experts among everybody who may be ranked for the request."""
    return places(found.pool.index, found.matter, experts, corpus.parameters, found.everybody, counted=False).ranks


def _candidacy(
    session: Session,
    corpus: Corpus,
    consultation_request: ConsultationRequest,
    found: Field,
    choice: _Choice,
    sides: Mapping[str, Sequence[str]],
    now: datetime,
) -> Candidacy:
    ranked, better = choice.ranked, choice.better
    order = sorted(ranked, key=lambda expert: (-ranked[expert]["affinity"], expert))
    by_side = {expert: side for side, experts in sides.items() for expert in experts}
    facts = RuleFacts(session, consultation_request, [*order, *better], now)
    ranks = {expert: place for place, expert in enumerate([*order, *better], start=1)} | dict(choice.ranks)
    disclosed = {
        expert: sorted({one.finding.type for one in judged}) for expert, judged in found.recused.disclosed.items()
    }

    def stated(expert: str, one: Mapping[str, Any]) -> dict[str, Any]:
        """A candidate as a snapshot keeps them."""
        return {
            **{"expert": expert, "rank": ranks[expert], "affinity": one["affinity"], **facts.of(expert)},
            **{"side": by_side.get(expert), "disclosed": disclosed.get(expert, []), "reasons": one["reasons"]},
        }

    return Candidacy(
        [stated(expert, ranked[expert]) for expert in order],
        facts.names,
        choice.filters,
        found.eligible.n_allowed,
        dict(found.eligible.counts),
        {
            "eligible": found.eligible.n_allowed + found.eligible.counts[OUTSIDE_FILTERS],
            "filters": matters.filters_of(consultation_request, choice.filters),
            **choice.among,
        },
        [{**stated(expert, one), "out": one["out"]} for expert, one in better.items()],
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
        "items": [_item_in_short(one) for one in stored["items"][:SHOWN_ITEMS]],
        "terms": [
            {name: one[name] for name in ("label", "field", "contribution")} for one in stored["terms"][:SHOWN_TERMS]
        ],
        "aspects_covered": stored["aspects_covered"],
        "aspects_missing": stored["aspects_missing"],
    }


def _item_in_short(item: Mapping[str, Any]) -> dict[str, Any]:
    """A piece of evidence by its title; curated codes have none, and are told by those that counted."""
    kept = ("title", "kind", "share", "words") if item["kind"] == "codes" else ("title", "kind", "share")
    return {name: item[name] for name in kept}


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
    return serving.may_not(session, expert, found.why_not(session, expert))


def _refuse_stale(session: Session, found: Field, shortlist: Shortlist) -> None:
    may = found.may([entry.expert_id for entry in shortlist.entries])
    faults = [
        Fault(f"/shortlist/entries/{entry.rank - 1}", _why_not(session, found, entry.expert_id))
        for entry in shortlist.entries
        if entry.expert_id not in may
    ]
    if faults:
        raise PoolHasMoved(shortlist.corpus_version, found.pool.version, tuple(faults))
