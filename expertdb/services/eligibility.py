"""Who may be ranked at all, decided before ranking; everybody left out is counted by reason."""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy.orm import Session

from expertdb import vocabularies
from expertdb.services import exclusions, profiles
from expertdb.services.pools import Pool
from expertdb.services.profiles import ANY_MODE, tag
from matching import Filter

OUTSIDE_FILTERS = "outside_filters"
LOWER_RANK, NO_AFFINITY = "lower_rank", "no_affinity"
# The vocabularies whose codes mean those below them, too.
WIDENED = {"region": ("region",), "code": vocabularies.EXPERTISE}
# Those whose codes mean themselves, or what they were merged into after the filter was stated.
EXACT = {"kind": ("expert_kind",), "language": ("language",)}

NOBODY: Mapping[str, str] = {}


@dataclass(frozen=True)
class Eligible:
    """Who may be ranked (`allowed`, so many), how many may not, for each reason, and who is held back from this matter.

    `held_back` gives the reasons of those who are active and within their term all the same.
    """

    allowed: Filter
    n_allowed: int
    counts: Counter[str]
    held_back: Mapping[str, str]

    def left_out(self, listed: int, size: int) -> dict[str, int]:
        """How many are not on a list of at most `size` that names `listed`, by reason.

        Whoever has an affinity is on a list that is not full.
        """
        reason = LOWER_RANK if listed == size else NO_AFFINITY
        return dict(self.counts) | ({reason: self.n_allowed - listed} if self.n_allowed > listed else {})


def sift(
    session: Session,
    pool: Pool,
    filters: Mapping[str, list[str]],
    today: date,
    held_back: Mapping[str, str] = NOBODY,
) -> Eligible:
    """Split the pool into those who may be ranked today under these filters and those left out.

    `held_back` gives the reason of everybody who is active but out of this matter.
    """
    in_term = Filter(day=today.toordinal())
    held = {expert: held_back[expert] for expert in among(pool, in_term, held_back)}
    free = replace(in_term, without=frozenset(held))
    allowed = under(free, filters)
    n_in_term = pool.index.count(in_term)
    counts = exclusions.counted(session, pool, n_in_term) + Counter(held.values())
    n_free = n_in_term - len(held)  # They are all in term.
    n_allowed = pool.index.count(allowed) if allowed.any_of else n_free
    if outside := n_free - n_allowed:
        counts[OUTSIDE_FILTERS] = outside
    return Eligible(allowed, n_allowed, counts, held)


def under(allowed: Filter, filters: Mapping[str, list[str]]) -> Filter:
    """The same people under these filters in the place of those they were under."""
    return replace(allowed, any_of=tuple(_tags(name, values) for name, values in filters.items() if values))


def among(pool: Pool, allowed: Filter, experts: Collection[str]) -> list[str]:
    """Those of these experts who pass a filter, by id."""
    return pool.index.who(replace(allowed, only=frozenset(experts)), Filter(only=frozenset())) if experts else []


def outside(session: Session, filters: Mapping[str, list[str]], experts: Collection[str]) -> set[str]:
    """Those of these active experts who do not meet the filters, by their rows: no index is asked."""
    wanted = [_tags(name, values) for name, values in filters.items() if values]
    found = profiles.of(session, sorted(experts)) if wanted else {}
    return {expert for expert, one in found.items() if any(one.tags.isdisjoint(tags) for tags in wanted)}


def is_held_outside(pool: Pool, eligible: Eligible, code: str) -> bool:
    """Whether somebody in term holds this code, be it outside the filters."""
    return pool.index.count(replace(eligible.allowed, any_of=(_tags("code", [code]),))) > 0


def _tags(name: str, values: list[str]) -> frozenset[str]:
    """The tags that meet one filter, with every code widened to those below it, and whoever takes any mode."""
    if name == "mode":
        values = [*values, ANY_MODE]
    if name in WIDENED:
        codes = set[str]().union(*(vocabularies.with_descendants(value, WIDENED[name]) for value in values))
    else:
        codes = {vocabularies.standing_for(value, EXACT.get(name, ())) for value in values}
    return frozenset(tag(name, code) for code in codes)
