"""What moves the affinities of a few experts besides words: less what they share with any request, more what is alike
in meaning.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from matching.asking import Prepared
from matching.baseline import baselines
from matching.gathering import Place
from matching.live import Live
from matching.parameters import Parameters
from matching.reckoning import Shifts

if TYPE_CHECKING:
    from matching.ranking import Pool


def shifts(index: Pool, places: Sequence[Place], prepared: Prepared, parameters: Parameters, live: Live) -> Shifts:
    """Return the shifts of the experts at these places, in this order."""
    likeness = prepared.likeness
    return Shifts(baselines(index, places, parameters, live), None if likeness is None else likeness.of(places))
