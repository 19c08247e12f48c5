"""Scores compiled by Numba (the extra `fast`): the same lists in a third of the time and memory."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from matching.kernels.postings import LEVELS, Inverse, Single
from matching.kernels.postings import invert as invert
from matching.parameters import Parameters
from matching.scoring import pool_weights
from matching.weights import FIELDS, Field, Floats, Rows

NAME = "numba"


def affinities(
    inverse: Mapping[Field, Inverse],
    norms: Mapping[Field, Single],
    kinds: NDArray[np.uint8],
    rectangles: Rows,
    terms: Mapping[Field, Rows],
    weights: Mapping[Field, Floats],
    shares: Mapping[Field, Floats],
    parameters: Parameters,
) -> Single:
    """Return the affinity of every expert of a segment, must-haves apart, within the errors of postings and norms;
    shape (n_experts,).
    """
    sizes = np.array([pool_weights(items, parameters) if items else (0.0, 0.0) for items in rectangles[:, 1].tolist()])
    native, pivot = (_asked(inverse[field], terms[field], weights[field]) for field in FIELDS)
    scores = np.zeros(int(rectangles[:, 3].sum()), dtype=np.float32)
    _scan(  # type: ignore[call-arg]
        LEVELS,
        inverse["native"].blocks,
        *native,
        *pivot,
        norms["native"],
        norms["pivot"],
        shares["native"].astype(np.float32),
        shares["pivot"].astype(np.float32),
        kinds,
        rectangles,
        sizes.reshape(-1, 2).astype(np.float32),
        parameters.best,
        scores,
    )
    return scores


def _asked(inverse: Inverse, terms: Rows, weights: Floats) -> tuple[Any, ...]:
    """Return the postings of a request's terms as `_scan` reads them."""
    known = terms < len(inverse.kinds)
    terms, weights = terms[known], weights[known].astype(np.float32)
    kinds = inverse.kinds[terms]
    common, rare, dense = kinds >= 0, kinds == -1, kinds == -2
    columns = np.searchsorted(inverse.dense_terms, terms[dense])
    return (
        inverse.limits[kinds[common]],
        weights[common],
        inverse.places,
        inverse.codes,
        inverse.rare_starts[terms[rare]].astype(np.int64),
        inverse.rare_starts[terms[rare] + 1].astype(np.int64),
        weights[rare],
        inverse.rare_rows,
        inverse.rare_codes,
        columns,
        weights[dense] / inverse.scales[columns],
        inverse.dense,
    )


@njit(cache=True, nogil=True, error_model="numpy")
def _add(  # type: ignore[no-untyped-def]
    sums, block, row, end, levels,
    limits, weights, places, codes,
    starts, ends, rare_weights, rare_rows, rare_codes,
    columns, dense_weights, dense,
):  # fmt: skip
    """Add weight·(1 + ln tf) of all terms to the sums of one block's rows, from `row` to `end`."""
    size = end - row
    fours = len(columns) // 4 * 4
    for four in range(0, fours, 4):
        w0, w1, w2, w3 = dense_weights[four : four + 4]
        c0 = dense[columns[four], row:end]
        c1 = dense[columns[four + 1], row:end]
        c2 = dense[columns[four + 2], row:end]
        c3 = dense[columns[four + 3], row:end]
        for place in range(size):
            sums[place] += w0 * c0[place] + w1 * c1[place] + w2 * c2[place] + w3 * c3[place]
    for one in range(fours, len(columns)):
        weight, column = dense_weights[one], dense[columns[one], row:end]
        for place in range(size):
            sums[place] += weight * column[place]
    for term in range(len(weights)):
        weight = weights[term]
        for at in range(limits[term, block], limits[term, block + 1]):
            sums[places[at]] += weight * levels[codes[at]]
    for term in range(len(rare_weights)):
        weight, at = rare_weights[term], starts[term]
        while at < ends[term] and rare_rows[at] < end:
            sums[rare_rows[at] - row] += weight * levels[rare_codes[at]]
            at += 1
        starts[term] = at


@njit(cache=True, nogil=True, error_model="numpy")
def _pool(scores, first, items, experts, each, more, best, out):  # type: ignore[no-untyped-def]
    """Pool the scores of a rectangle that begins at `first`."""
    top = np.zeros(best, dtype=np.float32)
    for expert in range(experts):
        total = np.float32(0)
        top[:] = 0
        for item in range(items):
            score = scores[first + item * experts + expert]
            total += score
            if score > top[best - 1]:
                place = best - 1
                while place > 0 and top[place - 1] < score:
                    top[place] = top[place - 1]
                    place -= 1
                top[place] = score
        out[expert] = each * total + more * top.sum()


@njit(cache=True, nogil=True, error_model="numpy")
def _scan(  # type: ignore[no-untyped-def]
    levels, blocks,
    limits_n, weights_n, places_n, codes_n, starts_n, ends_n, rare_n, rows_n, rare_codes_n, columns_n, dense_w_n,
    dense_n,
    limits_p, weights_p, places_p, codes_p, starts_p, ends_p, rare_p, rows_p, rare_codes_p, columns_p, dense_w_p,
    dense_p,
    norms_n, norms_p, shares_n, shares_p, kinds, rectangles, pools, best, out,
):  # fmt: skip
    """Fill `out` with the affinity of every expert, block by block.

    What it takes from another module comes as an argument: Numba would keep it in its cache as it was.
    """
    largest = np.diff(blocks).max()
    native, pivot = np.empty(largest, dtype=np.float32), np.empty(largest, dtype=np.float32)
    rectangle = 0
    for block in range(len(blocks) - 1):
        row, end = blocks[block], blocks[block + 1]
        size = end - row
        native[:size] = 0
        pivot[:size] = 0
        # fmt: off
        _add(native, block, row, end, levels, limits_n, weights_n, places_n, codes_n, starts_n, ends_n, rare_n, rows_n,
             rare_codes_n, columns_n, dense_w_n, dense_n)
        _add(pivot, block, row, end, levels, limits_p, weights_p, places_p, codes_p, starts_p, ends_p, rare_p, rows_p,
             rare_codes_p, columns_p, dense_w_p, dense_p)
        # fmt: on
        for place in range(size):
            kind = kinds[row + place]
            native[place] = (
                shares_n[kind] * native[place] * norms_n[row + place]
                + shares_p[kind] * pivot[place] * norms_p[row + place]
            )
        while rectangle < len(rectangles) and rectangles[rectangle, 0] < end:
            first, items, start, experts = rectangles[rectangle]
            each, more = pools[rectangle]
            if items == 1:
                for expert in range(experts):
                    out[start + expert] = (each + more) * native[first - row + expert]
            elif items:
                _pool(native, first - row, items, experts, each, more, best, out[start : start + experts])
            rectangle += 1
