"""Whom a panel is chosen from, and who is meant when a rule says "one of these"."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field

from matching.panel.errors import BadPanelInput
from matching.sentences import Sentence

# What people can be grouped by in a rule: `max_per` and `max_share` take these names.
GROUPINGS = ("organisation", "region", "city", "kind", "side", "title_level")


@dataclass(frozen=True, slots=True)
class PanelCandidate:
    """An expert as panel rules see them.

    - `affinity`: fit to the request, 0 to 1; the sum over the members is what a panel is chosen by.
    - `organisation`, `region`, `kind`, `side`, `title_level`: None where it is not known; who is unknown is never
      counted as the same as somebody else, nor as being outside of a place.
    - `places`: the region and all that holds it, the nearest first, as the vocabulary of regions has it. Where it is
      left out the six digits of the region say it.
    - `codes`: vocabulary codes held; the kind counts as one of them.
    - `regulator`: works for the body that regulates the matter. `side`: their stance in this matter, in the words of
      the request ("dissenting", "licensor" …).
    - `load`: engagements in the rolling 12 months; `capacity`: how many they take, None for no limit of their own.
    """

    expert: str
    affinity: float
    organisation: str | None = None
    region: str | None = None
    places: tuple[str, ...] = ()
    kind: str | None = None
    codes: frozenset[str] = frozenset()
    languages: frozenset[str] = frozenset()
    title_level: str | None = None
    regulator: bool = False
    side: str | None = None
    newcomer: bool = False
    load: int = 0
    capacity: int | None = None

    @property
    def city(self) -> str | None:
        """The region rolled up to its city: 350211 is in 350200."""
        return None if self.region is None else city_of(self.holders)

    @property
    def holders(self) -> tuple[str, ...]:
        """The region and all that holds it; nothing where it is not known."""
        return () if self.region is None else self.places or by_digits(self.region)

    def covers(self, code: str) -> bool:
        """Whether this expert brings the expertise or is of the kind."""
        return code in self.codes or code == self.kind

    def group(self, by: str) -> str | None:
        """The group this expert is in, by one of GROUPINGS; None where it is not known."""
        found: str | None = getattr(self, by)
        return found


@dataclass(frozen=True, slots=True)
class Who:
    """People meant by a rule: all that is stated must hold, and of each list one suffices.

    `regions` and `outside` take region codes of any level: 350000 holds 350200 and FJ-PT. `any_of` holds
    where one of its alternatives does.
    """

    kinds: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    outside: tuple[str, ...] = ()
    organisations: tuple[str, ...] = ()
    sides: tuple[str, ...] = ()
    experts: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    title_levels: tuple[str, ...] = ()
    regulator: bool | None = None
    newcomer: bool | None = None
    any_of: tuple[Who, ...] = field(default=())

    def meets(self, one: PanelCandidate) -> bool:
        """Whether `one` is meant."""
        return (
            (not self.kinds or one.kind in self.kinds)
            and (not self.codes or any(one.covers(code) for code in self.codes))
            and (not self.regions or not set(self.regions).isdisjoint(one.holders))
            and (not self.outside or (one.region is not None and set(self.outside).isdisjoint(one.holders)))
            and (not self.organisations or one.organisation in self.organisations)
            and (not self.sides or one.side in self.sides)
            and (not self.experts or one.expert in self.experts)
            and (not self.languages or not one.languages.isdisjoint(self.languages))
            and (not self.title_levels or one.title_level in self.title_levels)
            and (self.regulator is None or one.regulator is self.regulator)
            and (self.newcomer is None or one.newcomer is self.newcomer)
            and (not self.any_of or any(who.meets(one) for who in self.any_of))
        )


def ordered(candidates: Iterable[PanelCandidate]) -> tuple[PanelCandidate, ...]:
    """The candidates by affinity, descending, then by id: the order that decides between equal panels.

    Raises BadPanelInput for an expert named twice and for an affinity outside 0 to 1.
    """
    found = tuple(sorted(candidates, key=lambda one: (-one.affinity, one.expert)))
    seen: set[str] = set()
    for one in found:
        if one.expert in seen:
            raise BadPanelInput(Sentence("The expert {expert} stands among the candidates twice.", expert=one.expert))
        if not (math.isfinite(one.affinity) and 0 <= one.affinity <= 1):
            template = "The affinity of {expert} is {affinity}; it must be from 0 to 1."
            raise BadPanelInput(Sentence(template, expert=one.expert, affinity=one.affinity))
        seen.add(one.expert)
    return found


def by_digits(region: str) -> tuple[str, ...]:
    """The region and what holds it by the digits of GB/T 2260: 350211, 350200, 350000. Other codes stand alone."""
    if not (len(region) == 6 and region.isascii() and region.isdigit()):
        return (region,)
    return tuple(dict.fromkeys((region, region[:4] + "00", region[:2] + "0000")))


def city_of(places: tuple[str, ...]) -> str:
    """The city of a region, which stands first, followed by all that holds it: what is right below the province.

    A province is its own city here, and so is a region of no province.
    """
    province = next((at for at, place in enumerate(places) if place.endswith("0000")), 0)
    return places[max(province - 1, 0)]
