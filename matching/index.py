"""The index: the pool, counted, so that a request is scored against every expert at once.

An `Index` never changes. `apply` returns a new one that shares what the edit did not touch, so a web worker's threads
rank while one of them takes in an edit and then swaps a reference.

Experts are in *parts*: segments that are never rewritten by an edit, each with a mask of those who are still there.
The first part is large; edits gather in the last, which is small and made anew each time, and move on to larger ones
as they grow in number. df, N and norms are those of the living rows (`matching.live`), so that lists equal those of an
index built afresh.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matching import kernels
from matching.analysis import Analyser
from matching.asking import Asked, Prepared, ask, prepare
from matching.baseline import background, prepared_background
from matching.diversity import fill, worth_of
from matching.gathering import Place
from matching.live import Change, Live, Version, change_of, count
from matching.meaning import Vectors
from matching.merging import merge
from matching.parameters import Parameters
from matching.parts import Located, Part, find, holding, listed, masks, whole, without
from matching.profile import Filter, Profile, Query
from matching.reading import concept_term
from matching.records import Record, digest, record
from matching.scanning import candidates, exact, matrices, reaching
from matching.segment import Mask, Segment, assemble, joined
from matching.vocabulary import Vocabulary
from matching.weights import FIELDS, Field, Floats

_DEFAULTS = Parameters()
_PENDING = 64  # Experts whose latest edits are kept without postings.
_CHUNK = 4096  # Experts whose records are held at once.
_GROWTH = 4  # A part this many times as large as what is behind it stays as it is.
_SMALL = 1024  # Rows that nobody owns any more, which are not worth a copy of the rest.


@dataclass(frozen=True, eq=False, slots=True)
class Scores:
    """Affinities of experts to one request: `affinities`, shape (n_experts,), 0 to 1, in the order of `experts`."""

    experts: tuple[str, ...]
    affinities: Floats


class Index:
    """Experts' items, searchable. Made by `Index.build` and `Index.apply`."""

    def __init__(
        self,
        analyser: Analyser,
        max_items: int,
        kernel: Any,
        vocabularies: Mapping[Field, Vocabulary],
        live: Live,
        version: Version,
        settled: Sequence[Part],
        pending: Mapping[str, Record],
    ) -> None:
        self.analyser, self.max_items, self.kernel, self.vocabularies = analyser, max_items, kernel, vocabularies
        self.live, self.version, self.settled, self._pending = live, version, tuple(settled), pending
        self.parts = (*self.settled, *([whole(assemble(list(pending.values())))] if pending else []))
        self._matrices: list[Any] | None = None
        self._baselines: tuple[Parameters, Floats] | None = None

    @classmethod
    def build(
        cls,
        profiles: Iterable[Profile],
        analyser: Analyser,
        max_items: int = _DEFAULTS.max_items,
        kernel: kernels.Name | None = None,
        known: Index | None = None,
    ) -> Index:
        """Return an index of the profiles; `known`, read with other vocabularies, may have vectors of their texts.

        Raises ValueError if two of them have one expert's id, and for an unknown kernel.
        """
        chosen = kernels.choose(kernel)
        vocabularies = {field: Vocabulary() for field in FIELDS}
        reused = known if known and known.analyser.meanings is analyser.meanings is not None else None
        records = (
            record(one, analyser, vocabularies, max_items, reused.vectors_of(one) if reused else {}) for one in profiles
        )
        chunks = [assemble(chunk) for chunk in _chunks(records)]
        widths = {field: len(vocabularies[field]) for field in FIELDS}
        segment = merge([(chunk, whole(chunk).alive) for chunk in chunks], chosen, widths)
        _refuse_repetition(segment.names)
        df = {field: count(segment.fields[field], widths[field]) for field in FIELDS}
        live = Live(df, segment.n_rows)
        return cls(analyser, max_items, chosen, vocabularies, live, live.newest, [whole(segment)], {})

    def apply(self, upserts: Iterable[Profile] = (), deletes: Iterable[str] = ()) -> Index:
        """Return the index after an edit; only the profiles given are analysed. Unknown ids in `deletes` are
        ignored.

        Raises ValueError if an expert is given twice, be it in `upserts` or in both.
        """
        profiles, gone = list(upserts), set(deletes)
        _refuse_repetition([*(profile.expert for profile in profiles), *gone])
        replaced = find(self.parts, [*(profile.expert for profile in profiles), *gone])
        if not profiles and not replaced:
            return self
        records = {one.expert: record(one, self.analyser, self.vocabularies, self.max_items) for one in profiles}
        version = self.live.change(self.version, self._change(records.values(), replaced))
        left = {expert: one for expert, one in self._pending.items() if expert not in replaced}
        return self._with(without(self.settled, replaced), left | records, version)._tidied()

    def compacted(self) -> tuple[Segment, dict[Field, NDArray[np.int32]], int, dict[Field, int]]:
        """Return everybody in one segment, df of all terms, the number of items, and of terms: what a file needs."""
        with self.live.at(self.version) as live:
            widths = {field: min(len(self.vocabularies[field]), live.width(field)) for field in FIELDS}
            df = {field: live.gather(field, np.arange(widths[field], dtype=np.int32)) for field in FIELDS}
            items = live.items
        sources = [(part.segment, part.alive) for part in self.parts]
        return merge(sources, self.kernel, widths), df, items, widths

    def prepare(self, query: Query, parameters: Parameters) -> Prepared:
        """Return the query with the weights its terms have here.

        Raises ValueError if `parameters.max_items` is not what the index was built with.
        """
        with self.live.at(self.version) as live:
            return self.prepared(ask(query, self.analyser), parameters, live)

    def prepared(self, asked: Asked, parameters: Parameters, live: Live) -> Prepared:
        """Do what `prepare` does, within `live.at(index.version)`."""
        if parameters.max_items != self.max_items:
            raise ValueError(f"max_items is {parameters.max_items}, but the index was built with {self.max_items}")
        return prepare(asked, parameters, self.analyser, self.vocabularies, live, self.kernel)

    def score(
        self, query: Query, parameters: Parameters = _DEFAULTS, allowed: Collection[str] | Filter | None = None
    ) -> Scores:
        """Return the affinities of all experts, or of those of them who are allowed; right to about 1e-15.

        Reads the whole pool: `rank` and `best` do not.
        """
        with self.live.at(self.version) as live:
            prepared = self.prepared(ask(query, self.analyser), parameters, live)
            affinities = self.affinities(prepared, parameters, live)
        experts = self.listed(self.select(allowed))
        places = np.array([place for _, place in experts], dtype=np.int64)
        return Scores(tuple(expert for expert, _ in experts), affinities[places])

    def affinities(self, prepared: Prepared, parameters: Parameters, live: Live) -> Floats:
        """Return the affinity of everybody in all parts, right to about 1e-15, within `live.at(index.version)`."""
        if self._matrices is None:
            self._matrices = [matrices(part.segment, live, self._widths()) for part in self.parts]
        subtracted = self._subtracted(parameters, live) if parameters.baseline else None
        return exact(self.parts, self._matrices, prepared, parameters, self.concepts(prepared.must), subtracted)

    def _subtracted(self, parameters: Parameters, live: Live) -> Floats:
        """Return the baseline of everybody in all parts; the latest are kept, since they take a pass per request."""
        if self._baselines is None or self._baselines[0] != parameters:
            passes = [self.affinities(*one, live) for one in prepared_background(self, parameters, live)]
            self._baselines = parameters, parameters.baseline / len(background()) * np.sum(passes, axis=0)
        return self._baselines[1]

    def at_version(self) -> AbstractContextManager[Live]:
        """Hold the statistics at this version."""
        return self.live.at(self.version)

    def select(self, allowed: Collection[str] | Filter | None) -> list[Mask]:
        """Return who of each part is in the pool and allowed: by id, by a filter, or everybody."""
        return masks(self.parts, allowed)

    def count(self, allowed: Collection[str] | Filter | None) -> int:
        """Return how many of the pool are allowed."""
        return sum(int(np.count_nonzero(mask)) for mask in self.select(allowed))

    def who(self, wider: Filter, narrower: Filter) -> list[str]:
        """Return the ids, sorted, of those who pass one filter and not the other."""
        pairs = zip(self.select(wider), self.select(narrower), strict=True)
        return [expert for expert, _ in self.listed([wide & ~narrow for wide, narrow in pairs])]

    def promising(
        self, asked: Asked, prepared: Prepared, k: int, parameters: Parameters, selected: Sequence[Mask], live: Live
    ) -> list[Place]:
        """Return the places of those selected who may be among the best k, a few too many rather than one too few.

        With `parameters.diversify` they are exactly those of the list, in its order.
        """
        if not k:
            return []
        must = self.concepts(prepared.must)
        if not (parameters.diversify or parameters.baseline):
            return candidates(self.parts, prepared, parameters, self.kernel, selected, k, must, live)
        chosen = np.array([place for _, place in self.listed(selected)], dtype=np.int64)
        affinities = self.affinities(prepared, parameters, live)[chosen]
        if not parameters.diversify:
            return [self.place(one) for one in chosen[reaching(affinities, k)].tolist()]
        worth = worth_of(asked, prepared)
        held = [self._held(term)[chosen] for term in self.concepts(worth)]
        return [
            self.place(int(chosen[one]))
            for one in fill(affinities, held, list(worth.values()), k, parameters.diversify)
        ]

    def uncovered(self, codes: Sequence[str], selected: Sequence[Mask]) -> tuple[str, ...]:
        """Return the codes that nobody selected holds, curated or in their words."""
        pairs = list(zip(self.parts, selected, strict=True))
        return tuple(
            code
            for code, term in zip(codes, self.concepts(codes), strict=True)
            if not any((holding(part, term) & mask).any() for part, mask in pairs)
        )

    def _held(self, term: int) -> Mask:
        """Return who of all parts holds a native term."""
        return np.concatenate([holding(part, term) for part in self.parts])

    def listed(self, chosen: Sequence[Mask]) -> list[tuple[str, int]]:
        """Return the ids of those in the masks, sorted, each with their place among all of all parts."""
        return listed(self.parts, chosen)

    def located(self, experts: Iterable[str]) -> dict[str, tuple[Segment, int]]:
        """Return, for those who are in the pool, their segment and place there."""
        found = find(self.parts, experts)
        return {expert: (self.parts[number].segment, place) for expert, (number, place) in found.items()}

    def vectors_of(self, profile: Profile) -> dict[int, Vectors]:
        """Return the vectors of a profile's parts, none where it is not, or no longer, as it was indexed."""
        for segment, place in self.located([profile.expert]).values():
            if digest(profile) == int(segment.digests[place]):
                rows = segment.rows_of(place)
                return dict(zip(segment.parts[rows].tolist(), segment.vectors[rows], strict=True))
        return {}

    def place(self, number: int) -> tuple[Segment, int]:
        """Return the segment and the place there of somebody, from the place among all of all parts."""
        for part in self.parts:
            if number < len(part.alive):
                return part.segment, number
            number -= len(part.alive)
        raise IndexError(number)

    @cached_property
    def experts(self) -> tuple[str, ...]:
        """The ids of everybody, sorted."""
        return tuple(expert for expert, _ in self.listed(self.select(None)))

    @property
    def n_experts(self) -> int:
        """How many experts there are."""
        return sum(int(np.count_nonzero(part.alive)) for part in self.parts)

    def __contains__(self, expert: object) -> bool:
        return isinstance(expert, str) and bool(find(self.parts, [expert]))

    def covers(self, code: str) -> Mask:
        """Return which experts hold a vocabulary code, curated or in their words; shape (n_experts,), as `experts`."""
        (term,) = self.concepts([code])
        return self._held(term)[[place for _, place in self.listed(self.select(None))]]

    def concepts(self, codes: Iterable[str]) -> list[int]:
        """Return the numbers of the native terms of vocabulary codes, -1 where nobody ever held one."""
        return self.vocabularies["native"].find([concept_term(code) for code in codes])

    def _change(self, records: Collection[Record], replaced: Located) -> Change:
        segments = [(self.parts[number].segment, place) for number, place in replaced.values()]
        rows = [(segment.fields, segment.rows_of(place)) for segment, place in segments]
        items = sum(len(one.kinds) for one in records) - sum(len(own) for _, own in rows)
        gains = {field: joined((one.fields[field].columns for one in records), np.int32) for field in FIELDS}
        losses = {
            field: joined((fields[field].terms(fields[field].take(own)[0]) for fields, own in rows), np.int32)
            for field in FIELDS
        }
        return change_of(items, gains, losses)

    def _tidied(self) -> Index:
        """Return the index with the latest edits in a part with postings, and small parts joined, if there are many."""
        rows = sum(part.segment.n_rows for part in self.parts)
        if rows > 2 * self.live.items + _SMALL:
            return self._joined_from(0)
        if len(self._pending) <= _PENDING:
            return self
        first, size = len(self.settled), self.parts[-1].segment.n_rows
        while first and self.settled[first - 1].segment.n_rows <= _GROWTH * size:
            first -= 1
            size += self.settled[first].segment.n_rows
        return self._joined_from(first)

    def _joined_from(self, first: int) -> Index:
        """Return the index with all parts from the number `first` on in one."""
        sources = [(part.segment, part.alive) for part in self.parts[first:]]
        joined = whole(merge(sources, self.kernel, self._widths()))
        if first == 0:
            with self.live.at(self.version) as live:
                live.renew()
        return self._with([*self.settled[:first], joined], {}, self.version)

    def _with(self, settled: Sequence[Part], pending: Mapping[str, Record], version: Version) -> Index:
        return Index(
            self.analyser, self.max_items, self.kernel, self.vocabularies, self.live, version, settled, pending
        )

    def _widths(self) -> dict[Field, int]:
        return {field: len(self.vocabularies[field]) for field in FIELDS}


def _chunks(records: Iterable[Record]) -> Iterator[list[Record]]:
    """Yield the records in lists, at least one, possibly empty."""
    waiting = iter(records)
    yield list(islice(waiting, _CHUNK))
    while chunk := list(islice(waiting, _CHUNK)):
        yield chunk


def _refuse_repetition(experts: Iterable[str]) -> None:
    repeated = sorted(expert for expert, times in Counter(experts).items() if times > 1)
    if repeated:
        raise ValueError(f"given twice in one edit: {', '.join(repeated)}; send each expert once")
