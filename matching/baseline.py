"""Baseline: what an expert has in common with requests in general, which can be taken from the affinity to one.

With `Parameters.baseline`, that share of an expert's mean affinity over a background of requests is subtracted, and an
affinity that would not be above 0 is 0: such an expert is no candidate, and lists can be shorter. Aspects play no part
in the background; the discount for a missing must-have comes after the subtraction.

The background is `data/background.tsv`: twelve everyday matters, in Chinese and in English, so 24 requests of one line.
It is fixed, so that lists can be reckoned again; what the mean is moves with the pool alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache, lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING

import numpy as np

from matching.asking import Asked, Prepared, ask
from matching.gathering import Place, gather
from matching.live import Live
from matching.parameters import Parameters
from matching.profile import Query
from matching.reckoning import NOTHING, reckon
from matching.weights import Floats, on_grid

if TYPE_CHECKING:
    from matching.analysis import Analyser
    from matching.ranking import Pool


@cache
def background() -> tuple[Query, ...]:
    """Return the requests that stand for any request."""
    text = files("matching").joinpath("data/background.tsv").read_text("utf-8")
    return tuple(Query("", one) for line in text.splitlines() for one in line.split("\t"))


@lru_cache(maxsize=2)
def _asked(analyser: Analyser) -> tuple[Asked, ...]:
    return tuple(ask(query, analyser) for query in background())


def prepared_background(index: Pool, parameters: Parameters, live: Live) -> Iterator[tuple[Prepared, Parameters]]:
    """Yield each request of the background with the weights its terms have, and the parameters to score it with."""
    uncorrected = replace(parameters, baseline=0.0, semantic=0.0)
    for asked in _asked(index.analyser):
        yield index.prepared(asked, uncorrected, live), uncorrected


def baselines(index: Pool, places: Sequence[Place], parameters: Parameters, live: Live) -> Floats | None:
    """Return what is to be subtracted from the affinity of each expert, exactly, shape (n,); None where nothing is."""
    if not parameters.baseline:
        return None
    share, sums = parameters.baseline / len(background()), np.zeros(len(places))
    nothing_missing = [()] * len(places)
    for prepared, uncorrected in prepared_background(index, parameters, live):
        evidence = gather(places, prepared, live)
        found = reckon(prepared.fields, prepared.language, evidence, nothing_missing, uncorrected)
        sums += on_grid(share * found.affinities)
    return sums


def corrected(affinities: Floats, subtracted: Floats) -> Floats:
    """Return affinities less what is to be subtracted, as `reckon` does it, same shape."""
    left = affinities - subtracted
    return np.where(left > NOTHING, left, 0.0)
