"""What changes with every edit: df, the number of items, and the norms of all rows, for one version at a time.

An index has many versions and none of them changes, but arrays with a number per term or row are too large to copy for
every edit. So the versions of an index share one set of arrays, and each version knows how it differs from the next
(Baker, "Shallow binding makes functional arrays fast", ACM SIGPLAN Notices 26(8), 1991): the newest has nothing to do,
an older one that is asked once more takes the edits back first, and does them again for the newer.

Norms move with idf, and idf with every edit. Kept up to date to the last digit, they would cost a pass over the pool
per edit, and nobody needs them so exact: they only choose the candidates, who are reckoned exactly from the live df.
So they rest on a df that may lag behind, and `error` bounds what that can do.

Let a be the idf that the norms rest on (N₀ items, lagging df) and l the live one. l - a is ln((1 + N) / (1 + N₀)), the
same for all terms, less ln((1 + df) / (1 + lagging df)). The latter is let grow to LAG of a: a rare term is followed at
once, which touches few norms, one that many hold when a few edits have added up. Let g be the greatest share of a that
it has had of any term, LAG or less. Since a is at least 1, every l lies within a·(1 ± e), e = g + |ln((1 + N) /
(1 + N₀))|, and so does a norm, a root of a sum of squares of idf times constants. To this comes that a norm has 32 bits
and is rounded each time it follows.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from matching.forward import Forward
from matching.segment import Segment
from matching.weights import FIELDS, Field, Rows, sublinear_table

LAG = 0.005
# Above this bound norms are reckoned anew. With 2 % some forty candidates are looked at instead of twenty.
WORST = 0.02
_CHUNK = 1 << 24  # Postings.
_ROWS = 1 << 14  # Rows whose norms are reckoned at once: a large pool's postings are too many to expand.
_ROUNDING = 2.0**-23  # Of a 32-bit norm, relative, twice over.

Norms = Mapping[Field, NDArray[np.float32]]


@dataclass(frozen=True, slots=True)
class Change:
    """An edit's effect: so many items more or fewer, and per field terms (each once) and what their df gain."""

    items: int
    df: Mapping[Field, tuple[Rows, Rows]]

    def undone(self) -> Change:
        """Return the change that takes this one back."""
        return Change(-self.items, {field: (terms, -gain) for field, (terms, gain) in self.df.items()})


class Version:
    """A version's place among the others: `change` leads to it from the version `towards`, which is nearer to the one
    that the arrays are at. The latter has none.
    """

    __slots__ = ("change", "towards")

    def __init__(self) -> None:
        self.towards: Version | None = None
        self.change: Change | None = None


class Held:
    """`Live` at a version, for a `with`: every list has one, and a generator would take some times as long."""

    __slots__ = ("_live", "_version")

    def __init__(self, live: Live, version: Version) -> None:
        self._live, self._version = live, version

    def __enter__(self) -> Live:
        self._live.take(self._version)
        return self._live

    def __exit__(self, *_: object) -> None:
        self._live.give_back()


class Live:
    """df, N and norms of the version `at`, under a lock. See the module's docstring."""

    def __init__(
        self,
        df: Mapping[Field, NDArray[np.int32]],
        items: int,
        lagging: Mapping[Field, NDArray[np.int32]] | None = None,
    ) -> None:
        """Take df and the number of items; `lagging` is another copy of df, to be kept as such."""
        self._lock = threading.RLock()
        self._at = Version()
        self._df = dict(df)
        self._lagging = dict(lagging or {field: df[field].copy() for field in FIELDS})
        self.items = self._base = items
        self._lag, self._mended = 0.0, 0
        self._scratch = {field: np.zeros(len(df[field])) for field in FIELDS}
        self._norms: WeakKeyDictionary[Segment, Norms] = WeakKeyDictionary()

    @property
    def newest(self) -> Version:
        """The version that the arrays are at."""
        return self._at

    def at(self, version: Version) -> Held:
        """Hold the arrays at a version; nobody else may use them meanwhile."""
        return Held(self, version)

    def change(self, version: Version, change: Change) -> Version:
        """Return the version that follows from another by a change."""
        with self.at(version):
            following = Version()
            self._apply(change)
            version.towards, version.change = following, change.undone()
            self._at = following
            return following

    def df(self, field: Field, terms: Rows) -> Rows:
        """Return the df of terms, by number; -1 stands for an unknown term. Same shape."""
        df = self._df[field]
        if not len(df):
            return np.zeros(len(terms), dtype=np.int64)
        known = terms.view(np.uint64) < len(df)  # As such a number, -1 is greater than all.
        return df[terms * known].astype(np.int64) * known

    def width(self, field: Field) -> int:
        """Return how many terms there is room for."""
        return len(self._df[field])

    def table(self, field: Field) -> NDArray[np.int32]:
        """Return the df of all terms by number; it may be read as long as the version is held."""
        return self._df[field]

    def gather(self, field: Field, terms: NDArray[np.int32]) -> NDArray[np.int32]:
        """Return the df of terms that the pool knows, same shape."""
        return np.asarray(self._df[field][terms])

    def spread(
        self, field: Field, terms: Rows, values: NDArray[Any], columns: NDArray[np.int32]
    ) -> NDArray[np.float64]:
        """Return the value of each column's term, 0 where the term is not among these; same shape as `columns`."""
        if len(self._scratch[field]) < len(self._df[field]):
            self._scratch[field] = np.zeros(len(self._df[field]))
        # A table that stays is much faster than a search: there are many columns and few terms.
        table = self._scratch[field]
        table[terms] = values
        found = table[columns]
        table[terms] = 0
        return np.asarray(found)

    @property
    def error(self) -> float:
        """The bound on how far idf and norms may lag, relative to the live ones."""
        return self._lag + abs(math.log((1 + self.items) / (1 + self._base))) + _ROUNDING * (1 + self._mended)

    def norms(self, segment: Segment) -> Norms:
        """Return one over the norm of every row of a segment, per field, within `error`."""
        if self.error > WORST + LAG:
            self.renew()
        found = self._norms.get(segment)
        if found is None:
            found = {field: self._fresh(segment, field) for field in FIELDS}
            if segment.inverse is not None:  # Without postings they cannot be mended.
                self._norms[segment] = found
        return found

    def keep(self, segment: Segment, norms: Norms) -> None:
        """Take norms that were reckoned elsewhere, with the df that these arrays began with."""
        self._norms[segment] = norms

    def renew(self) -> None:
        """Let nothing lag any more: norms are reckoned anew when they are next asked for."""
        with self._lock:
            self._base, self._lag, self._mended = self.items, 0.0, 0
            self._lagging = {field: self._df[field].copy() for field in FIELDS}
            self._norms.clear()

    def _fresh(self, segment: Segment, field: Field) -> NDArray[np.float32]:
        forward, n_rows = segment.fields[field], segment.n_rows
        lagging = self._lagging[field]
        idf = self._idf(lagging) if len(forward.packed) > len(lagging) else None
        squares = np.zeros(n_rows)
        for start in range(0, n_rows, _ROWS):
            stop = min(start + _ROWS, n_rows)
            part = slice(int(forward.starts[start]), int(forward.starts[stop]))
            tfs = forward.tfs(part)
            levels = sublinear_table(int(tfs.max(initial=0)))[tfs]
            rows = np.repeat(np.arange(stop - start), np.diff(forward.starts[start : stop + 1]))
            columns = forward.terms(part)
            weights = (levels * (self._idf(lagging[columns]) if idf is None else idf[columns])) ** 2
            squares[start:stop] = np.bincount(rows, weights, minlength=stop - start)
        return np.where(squares > 0, 1.0 / np.sqrt(np.maximum(squares, 1e-30)), 1.0).astype(np.float32)

    def _idf(self, df: NDArray[Any]) -> NDArray[np.float64]:
        return np.asarray(np.log((1 + self._base) / (1.0 + df)) + 1.0)

    def take(self, version: Version) -> None:
        """Begin to hold the arrays at a version, for `Held`."""
        self._lock.acquire()
        try:
            self._move_to(version)
        except BaseException:
            self._lock.release()
            raise

    def give_back(self) -> None:
        """Hold them no more."""
        self._lock.release()

    def _move_to(self, version: Version) -> None:
        steps: list[Version] = []
        while version is not self._at:
            steps.append(version)
            assert version.towards is not None
            version = version.towards
        for step in reversed(steps):
            assert step.change is not None
            before, change = self._at, step.change
            self._apply(change)
            before.towards, before.change = step, change.undone()
            step.towards = step.change = None
            self._at = step

    def _apply(self, change: Change) -> None:
        self.items += change.items
        for field, (terms, gain) in change.df.items():
            self._widen(field, int(terms.max(initial=-1)) + 1)
            self._df[field][terms] += gain.astype(np.int32)
            self._catch_up(field, terms)

    def _widen(self, field: Field, width: int) -> None:
        """Make room for terms that are new; a fair amount at once, or every edit would copy everything."""
        for arrays in (self._df, self._lagging):
            have = arrays[field]
            if width > len(have):
                arrays[field] = np.concatenate([have, np.zeros(max(width - len(have), len(have) // 8, 256), np.int32)])

    def _catch_up(self, field: Field, terms: Rows) -> None:
        """Let the df of those of these terms that lag too far lag no more, and mend the norms they are in."""
        df, lagging = self._df[field][terms], self._lagging[field][terms]
        before = self._idf(lagging)
        lag = np.abs(np.log((1.0 + df) / (1.0 + lagging))) / before
        due = lag > LAG
        self._lag = max(self._lag, float(lag[~due].max(initial=0.0)))
        if due.any():
            terms, before, after = terms[due], before[due], self._idf(df[due])
            self._lagging[field][terms] = df[due]
            self._mended += 1
            for segment, norms in self._norms.items():
                if segment.inverse is not None:
                    segment.inverse[field].mend(norms[field], terms, after**2 - before**2)


def count(forward: Forward, n_terms: int) -> NDArray[np.int32]:
    """Return in how many rows each term stands, shape (n_terms,)."""
    counts = np.zeros(n_terms, dtype=np.int32)
    for start in range(0, len(forward.packed), _CHUNK):
        counts += np.bincount(forward.terms(slice(start, start + _CHUNK)), minlength=n_terms).astype(np.int32)
    return counts


def change_of(
    items: int, gains: Mapping[Field, NDArray[np.int32]], losses: Mapping[Field, NDArray[np.int32]]
) -> Change:
    """Return the change made by rows that come and go, given by the terms of all of them, one row after the other."""
    df = {}
    for field in FIELDS:
        signs = np.repeat([1.0, -1.0], [len(gains[field]), len(losses[field])])
        terms, at = np.unique(np.concatenate([gains[field], losses[field]]), return_inverse=True)
        sums = np.bincount(at, signs, minlength=len(terms)).astype(np.int64)
        df[field] = terms[sums != 0].astype(np.int64), sums[sums != 0]
    return Change(items, df)
