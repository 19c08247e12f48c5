"""Why A stands before B: the two reckonings line by line. The differences sum to that of the affinities, exactly."""

from __future__ import annotations

from dataclasses import dataclass

from matching.reading import concept_code
from matching.reckoning import Reckoning


@dataclass(frozen=True, slots=True)
class Difference:
    """A term or adjustment and what it gave each of two candidates; `first - second` is what it decides.

    `field` is "concept" (`label` is a code), "native", "pivot" or "adjustment" (`label` is its name).
    """

    field: str
    label: str
    first: float
    second: float

    @property
    def value(self) -> float:
        """How far the line puts the first before the second; negative where it puts the second before."""
        return self.first - self.second


def compare(first: Reckoning, second: Reckoning) -> tuple[Difference, ...]:
    """Return every line in which two candidates for one request differ, the most decisive first.

    All lines are multiples of 2**-50, so the differences add up to that of the affinities in any order.
    """
    ours, theirs = _lines(first), _lines(second)
    keys = sorted({*ours, *theirs})
    lines = (Difference(*key, ours.get(key, 0.0), theirs.get(key, 0.0)) for key in keys)
    return tuple(sorted((line for line in lines if line.value), key=lambda line: -abs(line.value)))


def _lines(reckoning: Reckoning) -> dict[tuple[str, str], float]:
    lines = {(term.field, concept_code(term.term) or term.term): term.contribution for term in reckoning.terms}
    for one in reckoning.adjustments:
        key = ("adjustment", f"{one.name} {one.code}".strip())
        lines[key] = lines.get(key, 0.0) + one.value
    return lines
