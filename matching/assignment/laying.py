"""A batch as a linear program over some pairs of request and expert: columns, rows, and what the rows' prices mean.

    maximise   Σ worth·x + Σ prize·y                    x: this expert sits in this request; y: minimum loads met
    subject to Σ over experts x + missing = seats        for each request, what is missing at a penalty
               Σ over requests x ≤ capacity              for each expert
               Σ over requests x ≥ y, y ≤ minimum        for each expert with a minimum load
               rows of the panel rules                   for each request that has any
               Σ affinity·x ≥ seats·floor                for each request, where a floor is asked for

Where the aim is to fill, seats need not all be taken and z says whether a request with rules is formed: Σ x = seats·z.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array

from matching.assignment.aims import Aim, Bools, places
from matching.assignment.asking import Floats, Ints, Problem

SEATS, CAPACITY, MINIMUM, FLOOR, RULES, FORCED = "seats", "capacity", "minimum", "floor", "rules", "forced"


@dataclass(slots=True)
class Block:
    """Rows of one kind: `of` says whose they are (request or expert), `which` which row of the rules."""

    kind: str
    of: Ints
    which: Ints


@dataclass(slots=True)
class Layout:
    """The program; the first columns are the pairs (requests[k], experts[k])."""

    requests: Ints
    experts: Ints
    objective: list[Floats] = field(default_factory=list)
    lower: list[Floats] = field(default_factory=list)
    upper: list[Floats] = field(default_factory=list)
    integer: list[Bools] = field(default_factory=list)
    low: list[Floats] = field(default_factory=list)
    high: list[Floats] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)
    _at: list[tuple[Ints, Ints, Floats]] = field(default_factory=list)
    _rows: int = 0
    _columns: int = 0

    def columns(self, objective: Floats, upper: Floats, *, integer: bool, lower: Floats | None = None) -> Ints:
        """Add columns; returns their numbers."""
        count = len(objective)
        self.objective.append(objective)
        self.lower.append(np.zeros(count) if lower is None else lower)
        self.upper.append(upper)
        self.integer.append(np.full(count, integer))
        self._columns += count
        return np.arange(self._columns - count, self._columns)

    def rows(self, kind: str, of: Ints, low: Floats, high: Floats, which: Ints | None = None) -> Ints:
        """Add rows; returns their numbers."""
        count = len(of)
        self.low.append(low)
        self.high.append(high)
        self.blocks.append(Block(kind, of, np.zeros(count, dtype=np.int64) if which is None else which))
        self._rows += count
        return np.arange(self._rows - count, self._rows)

    def put(self, rows: Ints, columns: Ints, weights: Floats | float) -> None:
        """Set weights in the matrix."""
        self._at.append((rows, columns, np.broadcast_to(np.asarray(weights, dtype=np.float64), (len(rows),))))

    def matrix(self) -> csr_array:
        """The matrix of all rows, shape (n_rows, n_columns)."""
        rows, columns, weights = (np.concatenate(part) for part in zip(*self._at, strict=True))
        return csr_array(coo_array((weights, (rows, columns)), shape=(self._rows, self._columns)))


def lay_out(problem: Problem, pairs: Bools, aim: Aim, penalty: float | None) -> Layout:
    """The program over these pairs; with `penalty`, seats can be missing at that price each."""
    requests, experts = (places.astype(np.int64) for places in np.nonzero(pairs & (problem.worth > -np.inf)))
    layout = Layout(requests, experts)
    taken = layout.columns(
        _worths(problem, layout, aim), np.ones(len(requests)), integer=True, lower=_forced(problem, layout)
    )
    missing = _lay_seats(problem, layout, aim, penalty, taken)
    _lay_loads(problem, layout, aim, taken)
    if aim.raise_floor or aim.floor is not None:
        _lay_floor(problem, layout, aim, taken, missing)
    formed = _lay_formed(problem, layout, aim, taken) if aim.fill is not None else missing
    _lay_rules(problem, layout, taken, formed, filling=aim.fill is not None)
    return layout


def _worths(problem: Problem, layout: Layout, aim: Aim) -> Floats:
    if aim.fill is not None:
        return np.where(problem.whole[layout.requests], 0.0, aim.fill[layout.requests])
    if aim.raise_floor:
        return np.zeros(len(layout.requests))
    return problem.worth[layout.requests, layout.experts]


def _forced(problem: Problem, layout: Layout) -> Floats:
    """Lower bounds of the pairs: 1 where somebody must sit. Requests with rules get rows for it, which can give way."""
    must = np.zeros(problem.shape, dtype=np.bool_)
    for request, wanted in enumerate(problem.forced):
        if problem.couplings[request] is None:
            must[request, list(wanted)] = True
    return must[layout.requests, layout.experts].astype(np.float64)


def _lay_seats(problem: Problem, layout: Layout, aim: Aim, penalty: float | None, taken: Ints) -> Ints | None:
    """Rows of seats; returns the columns of what is missing, where anything may be."""
    everybody = np.arange(len(problem.asks))
    seats = problem.seats.astype(np.float64)
    if aim.fill is not None:
        rows = layout.rows(SEATS, everybody, np.full(len(seats), -math.inf), seats)
        layout.put(rows[layout.requests], taken, 1.0)
        return None
    rows = layout.rows(SEATS, everybody, seats, seats)
    layout.put(rows[layout.requests], taken, 1.0)
    if penalty is None:
        return None
    missing = layout.columns(np.full(len(seats), -penalty), seats, integer=False)
    layout.put(rows, missing, 1.0)
    return missing


def _lay_loads(problem: Problem, layout: Layout, aim: Aim, taken: Ints) -> None:
    counts = np.bincount(layout.experts, minlength=len(problem.experts))
    for kind, whom in ((CAPACITY, counts > problem.capacity), (MINIMUM, (problem.minimum > 0) & (aim.prize > 0))):
        of = np.flatnonzero(whom)
        place = np.full(len(problem.experts), -1)
        limit = problem.capacity[of].astype(np.float64)
        low, high = (-math.inf, limit) if kind == CAPACITY else (0.0, np.full(len(of), math.inf))
        place[of] = rows = layout.rows(kind, of, np.full(len(of), low), high)
        bound = place[layout.experts] >= 0
        layout.put(place[layout.experts[bound]], taken[bound], 1.0)
        if kind == MINIMUM:
            least = problem.minimum[of].astype(np.float64)
            met = layout.columns(np.full(len(of), aim.prize), least, integer=False)
            layout.put(rows, met, -1.0)


def _lay_floor(problem: Problem, layout: Layout, aim: Aim, taken: Ints, missing: Ints | None) -> None:
    everybody, seats = np.flatnonzero(problem.seats > 0), problem.seats.astype(np.float64)
    floor = 0.0 if aim.raise_floor else float(aim.floor or 0.0)
    place = np.full(len(seats), -1)
    place[everybody] = rows = layout.rows(FLOOR, everybody, seats[everybody] * floor, np.full(len(everybody), math.inf))
    layout.put(place[layout.requests], taken, problem.affinities[layout.requests, layout.experts])
    if aim.raise_floor:
        lowest = layout.columns(np.ones(1), np.ones(1), integer=False)
        layout.put(rows, np.repeat(lowest, len(rows)), -seats[everybody])
    elif missing is not None:
        layout.put(rows, missing[everybody], 1.0)


def _lay_formed(problem: Problem, layout: Layout, aim: Aim, taken: Ints) -> Ints:
    """Whether each request with rules is formed; returns a column for each request, -1 where it has no rules."""
    whole, seats = np.flatnonzero(problem.whole), problem.seats.astype(np.float64)
    place = np.full(len(seats), -1)
    if not len(whole) or aim.fill is None:
        return place
    place[whole] = layout.columns(aim.fill[whole] * seats[whole], np.ones(len(whole)), integer=True)
    rows = np.full(len(seats), -1)
    rows[whole] = layout.rows(SEATS, whole, np.zeros(len(whole)), np.zeros(len(whole)))
    inside = rows[layout.requests] >= 0
    layout.put(rows[layout.requests[inside]], taken[inside], 1.0)
    layout.put(rows[whole], place[whole], -seats[whole])
    return place


def _lay_rules(problem: Problem, layout: Layout, taken: Ints, formed: Ints | None, *, filling: bool) -> None:
    """Rows of the rules; what they ask at least falls away with what is missing, or where a request is not formed."""
    ends = np.searchsorted(layout.requests, np.arange(len(problem.asks) + 1))
    for request, coupling in enumerate(problem.couplings):
        if coupling is None or not problem.seats[request]:
            continue
        span = slice(ends[request], ends[request + 1])
        inside = coo_array(coupling.experts[:, layout.experts[span]])
        most = np.zeros(len(coupling.low))
        np.add.at(most, inside.row, np.maximum(inside.data, 0.0))
        binding = np.flatnonzero(
            (coupling.low > -math.inf) | (most > coupling.high) | (np.diff(coupling.others.tocsr().indptr) > 0)
        )
        place = np.full(len(coupling.low), -1)
        low = np.where(filling & (coupling.low > -math.inf), 0.0, coupling.low)
        place[binding] = layout.rows(
            RULES, np.full(len(binding), request), low[binding], coupling.high[binding], binding
        )
        kept = place[inside.row] >= 0
        layout.put(place[inside.row[kept]], taken[span][inside.col[kept]], inside.data[kept])
        _lay_others(layout, coupling.others, place)
        asked = binding[coupling.low[binding] > 0]
        must = places(np.isin(layout.experts[span], problem.forced[request]))
        forced = layout.rows(
            FORCED,
            np.full(len(must), request),
            np.full(len(must), 0.0 if filling else 1.0),
            np.full(len(must), math.inf),
        )
        layout.put(forced, taken[span][must], 1.0)
        if formed is not None:
            sign = -1.0 if filling else 1.0
            layout.put(place[asked], np.full(len(asked), formed[request]), sign * coupling.low[asked])
            layout.put(forced, np.full(len(must), formed[request]), sign)


def _lay_others(layout: Layout, others: NDArray[np.float64], place: Ints) -> None:
    matrix = coo_array(others)
    if matrix.shape[1]:
        columns = layout.columns(np.zeros(matrix.shape[1]), np.ones(matrix.shape[1]), integer=True)
        layout.put(place[matrix.row], columns[matrix.col], matrix.data)
