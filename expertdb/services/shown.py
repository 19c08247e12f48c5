"""Shortlists as each role may see them: agencies learn of nobody who was left out, and only policy offices of the rank
that a recused expert would have had.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from expertdb.models.base import rows_of
from expertdb.models.experts import Expert
from expertdb.models.shortlists import Shortlist, ShortlistConflict
from expertdb.schemas.shared import named
from expertdb.services import exclusions
from expertdb.services.actors import Actor
from expertdb.services.eligibility import LOWER_RANK, NO_AFFINITY, OUTSIDE_FILTERS
from expertdb.wording import Text, Word
from expertdb.workdays import local_day

# An agency learns how many were left out only by coarse reason, nothing of groups so small that one could guess, and in
# steps, so that whoever counts before and after does not see one person come or go.
SMALLEST_COUNT = 5
# Who holds an aspect that nobody on the list covers.
HELD_BY_NOBODY = Text("held by nobody")
HELD_OUTSIDE_FILTERS = Text("held only by people outside the filters")
HELD_BY_LEFT_OUT = Text("held only by people left out")
_HELD: dict[str, Text] = {str(one): one for one in (HELD_BY_NOBODY, HELD_OUTSIDE_FILTERS, HELD_BY_LEFT_OUT)}
# Reasons of those who could be ranked and are not on the list.
RANKED = (OUTSIDE_FILTERS, LOWER_RANK, NO_AFFINITY)
NOT_AVAILABLE = "not_available"
RANKS_OF_RECUSED = "policy_office"  # Who may know where a recused expert would stand.
# Made once, as the statements of `profiles`: to put one together takes longer than to run it.
_NAMES = select(Expert.id, Expert.source_id, Expert.name_zh, Expert.name_en).where(
    Expert.id.in_(bindparam("ids", expanding=True))
)


@dataclass(frozen=True)
class Shown:
    """A shortlist as the caller may see it; `id`, `request` and `created_at` are None for a preview."""

    size: int
    filters: dict[str, Any]
    entries: list[dict[str, Any]]
    excluded: list[dict[str, Any]]
    recused: list[dict[str, Any]]
    disclosed: list[dict[str, Any]]
    unresolved: list[dict[str, Any]]
    left_out: dict[str, int]
    gaps: list[dict[str, Any]]
    suggested_aspects: list[dict[str, Any]]
    corpus_version: int
    vocabulary_versions: dict[str, str]
    parameters: dict[str, Any]
    id: str | None = None
    request: str | None = None
    created_at: datetime | None = None


@dataclass(frozen=True)
class PreviewedEntry:
    """One candidate of a list that is not stored."""

    rank: int
    expert_id: str
    affinity: float
    reasons: dict[str, Any]


@dataclass(frozen=True)
class Preview:
    """A list that nobody is going to store, as it is shown: to make rows of the database would take as long as to name
    those on it.
    """

    size: int
    filters: dict[str, Any]
    corpus_version: int
    vocabulary_versions: dict[str, Any]
    parameters: dict[str, Any]
    gaps: list[dict[str, Any]]
    suggested_aspects: list[dict[str, Any]]
    excluded: list[dict[str, Any]]
    left_out: dict[str, Any]
    unresolved: list[dict[str, Any]]
    conflicts: list[ShortlistConflict]
    created_at: datetime
    entries: list[PreviewedEntry]
    id: None = None
    request_id: None = None


AnyList = Shortlist | Preview


def as_seen(shortlists: Iterable[AnyList], session: Session, actor: Actor) -> list[Shown]:
    """Shortlists as the caller may see them, with all names and all who were left out read at once."""
    found, sealed = list(shortlists), actor.role == "agency"
    left_out = [one.excluded for one in found] if sealed else _left_out(found, session)
    ids = {entry.expert_id for shortlist in found for entry in shortlist.entries}
    if not sealed:
        ids |= {one["expert"] for own in left_out for one in own}
        ids |= {one.expert_id for shortlist in found for one in shortlist.conflicts}
    known = names(session, ids)
    return [_seen(shortlist, own, known, actor) for shortlist, own in zip(found, left_out, strict=True)]


def may_see_ranks_of_recused(actor: Actor) -> bool:
    """Whether the caller may know which rank and affinity a recused expert would have had."""
    return actor.role == RANKS_OF_RECUSED


def _left_out(shortlists: Iterable[AnyList], session: Session) -> list[list[dict[str, Any]]]:
    """Who could not be ranked for each list: those it names itself, and those whom its version and day say.

    A list that is not stored names all of them itself.
    """
    states = [_state(one) if one.id and exclusions.is_anybody_out(one.left_out) else None for one in shortlists]
    found = exclusions.then(session, {state for state in states if state})
    return [_merged(found[state] if state else {}, one) for one, state in zip(shortlists, states, strict=True)]


def _merged(out: Mapping[str, str], shortlist: AnyList) -> list[dict[str, Any]]:
    held_back = {one["expert"]: one["reason"] for one in shortlist.excluded}
    first = sorted({**out, **held_back}.items())[: exclusions.LISTED]
    return [{"expert": expert, "reason": reason} for expert, reason in first]


def _state(shortlist: AnyList) -> exclusions.State:
    return shortlist.corpus_version, local_day(shortlist.created_at)


def _seen(
    shortlist: AnyList, left_out: Iterable[Mapping[str, Any]], names: Mapping[str, dict[str, Any]], actor: Actor
) -> Shown:
    sealed, ranked = actor.role == "agency", may_see_ranks_of_recused(actor)
    excluded = [{"expert": reference(names, one["expert"]), "reason": one["reason"]} for one in left_out]
    entries = [
        {
            "rank": entry.rank,
            "expert": reference(names, entry.expert_id),
            "affinity": entry.affinity,
            "reasons": entry.reasons,
        }
        for entry in shortlist.entries
    ]
    return Shown(
        size=shortlist.size,
        filters=shortlist.filters,
        entries=entries,
        excluded=_coarse(shortlist.left_out) if sealed else excluded,
        recused=[] if sealed else _conflicts(shortlist, names, recused=True, ranked=ranked),
        disclosed=[] if sealed else _conflicts(shortlist, names, recused=False, ranked=ranked),
        unresolved=[] if sealed else shortlist.unresolved,
        left_out={} if sealed else shortlist.left_out,
        gaps=_gaps(shortlist.gaps, sealed),
        suggested_aspects=shortlist.suggested_aspects,
        corpus_version=shortlist.corpus_version,
        vocabulary_versions=shortlist.vocabulary_versions,
        parameters=shortlist.parameters,
        id=shortlist.id,
        request=shortlist.request_id,
        created_at=shortlist.created_at if shortlist.id else None,
    )


def _conflicts(
    shortlist: AnyList, names: Mapping[str, dict[str, Any]], *, recused: bool, ranked: bool
) -> list[dict[str, Any]]:
    """Those who are out, or those with something to disclose; `ranked` are they with the rank they would have had, best
    first, else by id: their order would tell.
    """
    rows = sorted((one for one in shortlist.conflicts if bool(one.reason) is recused), key=lambda one: one.expert_id)
    if ranked:
        rows.sort(key=lambda one: (one.rank is None, one.rank or 0))
    return [
        {
            "expert": reference(names, one.expert_id),
            "reason": one.reason,
            "rank": one.rank if ranked else None,
            "affinity": one.affinity if ranked else None,
            "findings": one.findings,
        }
        for one in rows
    ]


def _coarse(left_out: Mapping[str, int]) -> list[dict[str, Any]]:
    counts: dict[str, int] = {}
    for reason, count in left_out.items():
        coarse = reason if reason in RANKED else NOT_AVAILABLE
        counts[coarse] = counts.get(coarse, 0) + count
    return [
        {"reason": reason, "count": count - count % SMALLEST_COUNT}
        for reason, count in counts.items()
        if count >= SMALLEST_COUNT
    ]


def _gaps(gaps: list[dict[str, Any]], sealed: bool) -> list[dict[str, Any]]:
    """The gaps with their reasons as sentences.

    To an agency whoever was left out is nobody: a gap must not tell that somebody hidden would fill it.
    """
    hidden = {HELD_BY_LEFT_OUT: HELD_BY_NOBODY} if sealed else {}
    return [gap | {"reason": hidden.get(gap["reason"]) or _HELD.get(gap["reason"], gap["reason"])} for gap in gaps]


def names(session: Session, ids: set[str]) -> dict[str, dict[str, Any]]:
    """References to experts by id, read in few statements; who is gone has none."""
    wanted, found = sorted(ids), {}
    for start in range(0, len(wanted), 500):
        for id, source_id, zh, en in rows_of(session, _NAMES, {"ids": wanted[start : start + 500]}).all():
            found[id] = {"id": id, "source_id": source_id, "name": named(zh, en)}
    return found


def called_expert(session: Session, expert: str) -> Word:
    """What an expert is called in sentences: people read the name, programs the id."""
    found = names(session, {expert}).get(expert)
    return as_called(expert, found["name"] if found else {})


def as_called(expert: str, name: Mapping[str, str]) -> Word:
    """The same, of somebody whose name is at hand."""
    zh, en = name.get("zh"), name.get("en")
    return Word(expert, zh=zh or en or expert, en=en or zh or expert)


def reference(names: Mapping[str, dict[str, Any]], expert: str) -> dict[str, Any]:
    """A reference to an expert, be it to somebody who is gone."""
    return names.get(expert) or {"id": expert, "name": {}}
