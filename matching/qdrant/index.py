"""The index on Qdrant: candidates come from the engine, and everything that is shown is reckoned here, exactly.

The engine holds an upper bound of every expert's affinity (`points`), within what its norms lag. It is asked for the
best by that bound; those are reckoned exactly from the rows in their payloads and the live df. As long as somebody who
was not sent could still be among the best, it is asked for more. So lists are those of `matching.Index`.

Unlike an `Index`, this one changes: `apply` writes to the engine, and whoever holds an older object sees the new state.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from itertools import islice

import numpy as np

from matching import kernels
from matching.analysis import Analyser
from matching.asking import Asked, Prepared, prepare
from matching.coverage import covered
from matching.diversity import fill, worth_of
from matching.gathering import Place, exact_sums
from matching.live import Change, Live, change_of
from matching.parameters import Parameters
from matching.profile import Filter, Profile
from matching.qdrant.engine import Engine, Hit
from matching.qdrant.points import dimension, id_of, point, unpacked
from matching.reading import concept_term
from matching.records import LANGUAGES, Record, record
from matching.scoring import shares
from matching.segment import assemble, joined
from matching.shifting import shifts
from matching.vocabulary import Vocabulary
from matching.weights import FIELDS, Field, Floats, Rows, sublinear

_DEFAULTS = Parameters()
_FIRST = 32  # Candidates that are asked for at least.
_MORE = 4  # Times as many are asked for when those do not suffice.
_FILLED_FROM = 1000  # Candidates from whom a list is filled by coverage.
_CHUNK = 256
_RARE, _LAG = 64, 0.05  # Whose terms are this rare is written anew where their idf lags by more than this part of it.
_ROUNDING = 1e-5  # Of the engine's 32-bit sums.


class QdrantIndex:
    """Experts' items in an engine. Made by `QdrantIndex.build`; `parameters` are those that vectors are made for."""

    def __init__(self, analyser: Analyser, engine: Engine, parameters: Parameters = _DEFAULTS) -> None:
        self.analyser, self._engine, self._parameters = analyser, engine, parameters
        self.kernel = kernels.choose()
        self.max_items = parameters.max_items
        self.vocabularies = {field: Vocabulary() for field in FIELDS}
        self.live = Live({field: np.zeros(0, dtype=np.int32) for field in FIELDS}, 0)
        self._frozen = {field: np.zeros(0, dtype=np.int32) for field in FIELDS}
        self._frozen_items = 0
        self._lag = 0.0
        self._counted: dict[str, Record | None] = {}  # What is counted of those who are being edited.
        self._shifted: set[tuple[Field, int]] = set()  # Terms whose holders have yet to be written anew.

    @classmethod
    def build(
        cls, profiles: Iterable[Profile], analyser: Analyser, engine: Engine, parameters: Parameters = _DEFAULTS
    ) -> QdrantIndex:
        """Fill the engine anew with the profiles. Vectors are written when all df are known."""
        engine.create()
        index = cls(analyser, engine, parameters)
        records = [record(one, analyser, index.vocabularies, parameters.max_items) for one in profiles]
        index._count(records, [])
        index.renew(records)
        return index

    def apply(self, upserts: Iterable[Profile] = (), deletes: Iterable[str] = ()) -> QdrantIndex:
        """Write an edit to the engine and return the index.

        Nobody ranks between the engine's writes and ours. Where one of them fails, what was there before is remembered,
        and the same edit can be made again.
        """
        records = [record(one, self.analyser, self.vocabularies, self.max_items) for one in upserts]
        deleted = list(deletes)
        edited = list(dict.fromkeys([*(one.expert for one in records), *deleted]))
        with self.live.at(self.live.newest):
            self._remember(edited)
            change = self._count(records, [one for expert in edited if (one := self._counted[expert]) is not None])
            self._counted |= dict.fromkeys(deleted) | {one.expert: one for one in records}
            for field, (terms, _) in change.df.items():
                self._follow(field, terms)
            lag, self._lag = self._lag, math.inf  # Until everything is written, nothing is known of the vectors.
            self._engine.delete([id_of(expert) for expert in deleted])
            self._write([*records, *self._holders_of_shifted(edited)])
            self._lag = lag
            self._shifted.clear()
            for expert in edited:
                del self._counted[expert]
        return self

    def read_anew(self, profiles: Iterable[Profile], analyser: Analyser) -> None:
        """Write everybody with another analyser, a few at a time: nobody is missing for those who ask meanwhile.

        Experts who are not among the profiles are removed.
        """
        self.analyser = analyser
        gone, waiting = set(self._engine.everybody(Filter())), iter(profiles)
        while chunk := list(islice(waiting, _CHUNK)):
            self.apply(chunk)
            gone -= {one.expert for one in chunk}
        self.apply((), gone)
        self.renew()

    def _remember(self, experts: Sequence[str]) -> None:
        """Note what is counted of these experts; of one whose edit failed half-way, that is no more in the engine."""
        unknown = [expert for expert in experts if expert not in self._counted]
        stored = [unpacked(payload) for payload in self._engine.fetch([id_of(expert) for expert in unknown])]
        self._counted |= dict.fromkeys(unknown) | {one.expert: one for one in stored}

    def renew(self, records: Iterable[Record] | None = None) -> None:
        """Let the norms lag no more: write all vectors anew, those of the engine or, at first, of these records."""
        with self.live.at(self.live.newest) as live:
            width = {field: min(len(self.vocabularies[field]), live.width(field)) for field in FIELDS}
            self._frozen = {
                field: live.gather(field, np.arange(width[field], dtype=np.int32)).copy() for field in FIELDS
            }
            self._frozen_items, self._lag = live.items, 0.0
            self._shifted.clear()
            self._write(self._stored() if records is None else records)

    def _stored(self) -> Iterator[Record]:
        waiting = iter(self._engine.everybody(Filter()))
        while chunk := list(islice(waiting, _CHUNK)):
            yield from map(unpacked, self._engine.fetch([id_of(expert) for expert in chunk]))

    @property
    def error(self) -> float:
        """How far the norms in the engine may be from the live ones, relative to them."""
        grown = abs(math.log((1 + self.live.items) / (1 + self._frozen_items)))
        return self._lag + grown + _ROUNDING

    @contextmanager
    def at_version(self) -> Iterator[Live]:
        """Hold the statistics still."""
        with self.live.at(self.live.newest) as live:
            yield live

    def prepared(self, asked: Asked, parameters: Parameters, live: Live) -> Prepared:
        """Return a request with the weights its terms have; raises ValueError if vectors do not fit `parameters`."""
        for name in ("max_items", "mean_weight", "best"):
            mine, theirs = getattr(self._parameters, name), getattr(parameters, name)
            if mine != theirs:
                raise ValueError(f"{name} is {theirs}, but the index was built with {mine}")
        if parameters.semantic:
            raise ValueError("semantic is above 0, but the index on Qdrant holds no vectors of texts; set it to 0")
        return prepare(asked, parameters, self.analyser, self.vocabularies, live, self.kernel)

    def concepts(self, codes: Iterable[str]) -> list[int]:
        """Return the numbers of the native terms of vocabulary codes, -1 where nobody ever held one."""
        return self.vocabularies["native"].find([concept_term(code) for code in codes])

    @property
    def n_experts(self) -> int:
        """How many experts there are."""
        return self._engine.count(Filter())

    def select(self, allowed: Collection[str] | Filter | None) -> Filter:
        """Return who is allowed, as a filter."""
        if allowed is None or isinstance(allowed, Filter):
            return allowed or Filter()
        return Filter(only=frozenset(allowed))

    def count(self, allowed: Collection[str] | Filter | None) -> int:
        """Return how many of the pool are allowed."""
        return self._engine.count(self.select(allowed))

    def who(self, wider: Filter, narrower: Filter) -> list[str]:
        """Return the ids, sorted, of those who pass one filter and not the other."""
        return sorted(set(self._engine.everybody(wider)) - set(self._engine.everybody(narrower)))

    def __contains__(self, expert: object) -> bool:
        return isinstance(expert, str) and bool(self._engine.fetch([id_of(expert)]))

    def located(self, experts: Iterable[str]) -> dict[str, Place]:
        """Return, for those who are in the pool, their rows."""
        records = [unpacked(payload) for payload in self._engine.fetch([id_of(expert) for expert in experts])]
        return dict(zip((one.expert for one in records), _places(records), strict=True))

    def uncovered(self, codes: Sequence[str], selected: Filter) -> tuple[str, ...]:
        """Return the codes that nobody selected holds, curated or in their words."""
        return tuple(
            code
            for code, term in zip(codes, self.concepts(codes), strict=True)
            if term < 0 or not self._search_term("native", term, selected, 1)
        )

    def promising(
        self, asked: Asked, prepared: Prepared, k: int, parameters: Parameters, selected: Filter, live: Live
    ) -> list[Place]:
        """Return all who may be among the best `k`; see the module's docstring.

        With `parameters.diversify` the list is filled from the best thousand.
        """
        indices, values = self._vector(prepared, parameters)
        if not k or not indices:
            return []
        if parameters.diversify:
            return self._covering(asked, prepared, k, parameters, selected, live)
        limit = max(_FIRST, 2 * k)
        while True:
            hits = self._engine.search(indices, values, selected, limit)
            places = _places([unpacked(hit.payload) for hit in hits])
            if len(hits) < limit:
                return places
            affinities = self._affinities(places, prepared, parameters, live)
            kth = np.partition(affinities, -k)[-k]
            # Nobody who was not sent has a greater bound than the last who was.
            if self.error < 1 and kth > hits[-1].score / (1.0 - self.error) * (1.0 + _ROUNDING):
                return places
            limit *= _MORE

    def _covering(
        self, asked: Asked, prepared: Prepared, k: int, parameters: Parameters, selected: Filter, live: Live
    ) -> list[Place]:
        plain = replace(parameters, diversify=0.0)
        places = self.promising(asked, prepared, max(k, _FILLED_FROM), plain, selected, live)
        places.sort(key=lambda place: place[0].names[place[1]])
        worth = worth_of(asked, prepared)
        held = covered(places, list(worth), self.concepts(worth))
        rows = [np.array([code in own for own in held], dtype=np.bool_) for code in worth]
        affinities = self._affinities(places, prepared, plain, live)
        return [places[one] for one in fill(affinities, rows, list(worth.values()), k, parameters.diversify)]

    def _affinities(self, places: list[Place], prepared: Prepared, parameters: Parameters, live: Live) -> Floats:
        codes = self.concepts(prepared.aspects)
        moved = shifts(self, places, prepared, parameters, live)
        affinities: Floats = self.kernel.exactly(places, prepared, codes, live, parameters, moved).affinities
        return affinities

    def _vector(self, prepared: Prepared, parameters: Parameters) -> tuple[list[int], list[float]]:
        """Return the request as a sparse vector: of each term, in items of every language, what it counts there."""
        share = shares(prepared.language, parameters)
        indices: list[int] = []
        values: list[float] = []
        for field in FIELDS:
            weights = prepared.weights[field]
            for language in range(len(LANGUAGES)):
                counted = weights * share[field][language]
                known = counted > 0
                indices += dimension(prepared.columns[field][known], field, language).tolist()
                values += counted[known].tolist()
        return indices, values

    def _search_term(self, field: Field, term: int, selected: Filter, limit: int) -> list[Hit]:
        """Return those who hold a term, in items of whatever language."""
        indices = [
            int(one) for language in range(len(LANGUAGES)) for one in dimension(np.array([term]), field, language)
        ]
        return self._engine.search(indices, [1.0] * len(indices), selected, limit)

    def _write(self, records: Iterable[Record]) -> None:
        waiting = iter(records)
        while chunk := list(islice(waiting, _CHUNK)):
            self._engine.upsert([point(one, self._norms(one), self._parameters) for one in chunk])

    def _norms(self, one: Record) -> Mapping[Field, Floats]:
        """Return the norms of a record's rows, by the df that all vectors rest on."""
        norms = {}
        for field in FIELDS:
            counts = one.fields[field]
            terms = np.array(counts.columns, dtype=np.int64)
            idf = self._frozen_idf(field, terms)
            rows = np.repeat(np.arange(len(counts.sizes)), counts.sizes)
            squares = (sublinear(np.array(counts.tfs, dtype=np.int64)) * idf) ** 2
            sums = exact_sums(squares, rows, len(counts.sizes))
            norms[field] = np.where(sums > 0, np.sqrt(sums), 1.0)
        return norms

    def _frozen_idf(self, field: Field, terms: Rows) -> Floats:
        frozen = self._frozen[field]
        df = np.where(terms < len(frozen), np.append(frozen, 0)[np.minimum(terms, len(frozen))], 0)
        return np.asarray(np.log((1 + self._frozen_items) / (1.0 + df)) + 1.0)

    def _count(self, come: Sequence[Record], gone: Sequence[Record]) -> Change:
        """Take records in and out of the statistics."""
        gains, losses = (
            {field: joined((one.fields[field].columns for one in records), np.int32) for field in FIELDS}
            for records in (come, gone)
        )
        change = change_of(sum(len(r.kinds) for r in come) - sum(len(r.kinds) for r in gone), gains, losses)
        with self.live.at(self.live.newest):
            self.live.change(self.live.newest, change)
        return change

    def _follow(self, field: Field, terms: Rows) -> None:
        """Note how far the norms lag because of these terms; let rare ones that lag too far do so no more."""
        df, before = self.live.df(field, terms), self._frozen_idf(field, terms)
        lag = np.abs(np.log1p(df) - (np.log1p(self._frozen_items) + 1.0 - before)) / before
        due = (lag > _LAG) & (df <= _RARE)
        self._lag = max(self._lag, float(lag[~due].max(initial=0.0)))
        if due.any():
            width = max(len(self._frozen[field]), int(terms[due].max()) + 1)
            self._frozen[field] = np.append(
                self._frozen[field], np.zeros(width - len(self._frozen[field]), dtype=np.int32)
            )
            self._frozen[field][terms[due]] = df[due]
            self._shifted |= {(field, term) for term in terms[due].tolist()}

    def _holders_of_shifted(self, edited: Sequence[str]) -> list[Record]:
        """Return the records, as they are in the engine, of who holds a shifted term and is not being edited."""
        found: dict[str, Record] = {}
        for field, term in self._shifted:
            for hit in self._search_term(field, term, Filter(without=frozenset(edited)), 2 * _RARE):
                one = unpacked(hit.payload)
                found[one.expert] = one
        return list(found.values())


def _places(records: Sequence[Record]) -> list[Place]:
    """Return where each record stands in a segment made of them, in this order."""
    if not records:
        return []
    segment = assemble(records)
    return [(segment, segment.names.find(one.expert)) for one in records]
