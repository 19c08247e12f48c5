"""The experts who may be among the best, reckoned exactly; of those who are, also what explains it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from matching.asking import Prepared
from matching.coverage import covered, missing
from matching.gathering import Place, gather
from matching.live import Live
from matching.parameters import Parameters
from matching.reckoning import UNMOVED, Evidence, Reckonings, Shifts, reckon
from matching.weights import Floats

Held = tuple[str, ...]  # The aspects that an expert holds.


@dataclass(frozen=True, eq=False, slots=True)
class Weighed:
    """affinities: shape (n_experts,). `of` returns the evidence of some of them in an order, their reckonings and the
    aspects that each holds, whatever has become of the pool meanwhile.
    """

    affinities: Floats
    of: Callable[[Sequence[int]], tuple[Evidence, Reckonings, list[Held]]]


def exactly(
    places: Sequence[Place],
    prepared: Prepared,
    codes: Sequence[int],
    live: Live,
    parameters: Parameters,
    shifts: Shifts = UNMOVED,
) -> Weighed:
    """Return the experts at these places; `codes` are the numbers of the native terms of the request's aspects."""
    evidence = gather(places, prepared, live)
    held = covered(places, prepared.aspects, codes)
    lacking = missing(prepared, held)
    found = reckon(prepared.fields, prepared.language, evidence, lacking, parameters, shifts)
    return Weighed(
        found.affinities, lambda order: (evidence.of(order), found.of(order), [held[place] for place in order])
    )
