"""The index: the pool, counted, so that a request is scored against every expert at once.

An `Index` never changes. `apply` returns a new one that shares what the edit did not touch, so a web worker's
threads score without locks while one of them takes in an edit and then swaps a reference. df, N and norms are
those of the living items, so that scores equal those of an index built afresh.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matching.analysis import Analyser, concept_term
from matching.asking import Prepared, prepare
from matching.documents import documents
from matching.layout import lay_out
from matching.parameters import Parameters
from matching.profile import Profile, Query
from matching.scoring import cosines, item_scores, pooled
from matching.storage import Storage, empty
from matching.weights import FIELDS, Field, Floats

_DEFAULTS = Parameters()


@dataclass(frozen=True, eq=False, slots=True)
class Scores:
    """Affinities of experts to one request: `affinities`, shape (n_experts,), 0 to 1, in the order of `experts`."""

    experts: tuple[str, ...]
    affinities: Floats


class Index:
    """Experts' items, searchable. Made by `Index.build` and `Index.apply`."""

    def __init__(self, analyser: Analyser, max_items: int, storage: Storage) -> None:
        self.analyser = analyser
        self.max_items = max_items
        self.storage = storage
        self.experts = tuple(sorted(storage.rows))
        self.layout = lay_out(storage.blocks, [storage.rows[expert] for expert in self.experts], storage.df)

    @classmethod
    def build(cls, profiles: Iterable[Profile], analyser: Analyser, max_items: int = _DEFAULTS.max_items) -> Index:
        """Return an index of the profiles. Raises ValueError if two of them have one expert's id."""
        return cls(analyser, max_items, empty()).apply(profiles)

    def apply(self, upserts: Iterable[Profile] = (), deletes: Iterable[str] = ()) -> Index:
        """Return the index after an edit; only the profiles given are analysed. Unknown ids in `deletes` are
        ignored.

        Raises ValueError if an expert is given twice, be it in `upserts` or in both.
        """
        profiles, gone = list(upserts), set(deletes)
        _refuse_repetition([*(profile.expert for profile in profiles), *gone])
        if not profiles and not gone & self.storage.rows.keys():
            return self
        analysed = ((profile.expert, documents(profile, self.analyser, self.max_items)) for profile in profiles)
        return Index(self.analyser, self.max_items, self.storage.edited(analysed, gone))

    def prepare(self, query: Query, parameters: Parameters) -> Prepared:
        """Return the query with the weights its terms have here.

        Raises ValueError if `parameters.max_items` is not what the index was built with.
        """
        if parameters.max_items != self.max_items:
            raise ValueError(f"max_items is {parameters.max_items}, but the index was built with {self.max_items}")
        return prepare(query, self.analyser, parameters, self._df_of, self.layout.n_items)

    def score(self, query: Query, parameters: Parameters = _DEFAULTS, allowed: Collection[str] | None = None) -> Scores:
        """Return the affinities of all experts, or of those of them who are allowed; right to about 1e-15."""
        affinities = self.affinities(self.prepare(query, parameters), parameters)
        if allowed is None:
            return Scores(self.experts, affinities)
        places = [place for place, expert in enumerate(self.experts) if expert in allowed]
        return Scores(tuple(self.experts[place] for place in places), affinities[places])

    def affinities(self, prepared: Prepared, parameters: Parameters) -> Floats:
        """Return the affinity of every expert to a prepared query, shape (n_experts,), 0 to 1."""
        native, pivot = (
            cosines(field, prepared, self.storage.vocabularies[field], self.storage.blocks, self.layout)
            for field in FIELDS
        )
        scores = item_scores(native, pivot, prepared.language, self.layout, parameters)
        affinities = pooled(scores, self.layout, parameters)
        for code in prepared.must:
            affinities *= np.where(self.covers(code), 1.0, parameters.missing_must_factor)
        return affinities

    def covers(self, code: str) -> NDArray[np.bool_]:
        """Return which experts hold a vocabulary code, curated or in their words; shape (n_experts,)."""
        column = self.storage.vocabularies["native"].get(concept_term(code))
        # The last place takes rows without an owner.
        held = np.zeros(self.layout.n_experts + 1, dtype=np.bool_)
        first = 0
        for block in self.storage.blocks:
            if column is not None:
                held[self.layout.owners[first + block.holders("native", column)]] = True
            first += len(block.sources)
        return held[:-1]

    def _df_of(self, field: Field, term: str) -> int:
        column = self.storage.vocabularies[field].get(term)
        return 0 if column is None else int(self.storage.df[field][column])


def _refuse_repetition(experts: list[str]) -> None:
    repeated = sorted(expert for expert, times in Counter(experts).items() if times > 1)
    if repeated:
        raise ValueError(f"given twice in one edit: {', '.join(repeated)}; send each expert once")
