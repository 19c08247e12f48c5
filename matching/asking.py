"""Query → prepared query: the request's terms, with the weights they have in this version of the pool."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from itertools import repeat
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matching.analysis import Analyser
from matching.likeness import Likeness
from matching.live import Live
from matching.meaning import EXTRA, Meanings
from matching.parameters import Parameters
from matching.profile import Query, aspect_codes
from matching.reading import Analysed, Reading, concept_term
from matching.remembering import Latest
from matching.vocabulary import Vocabulary
from matching.weights import FIELDS, Field, Floats, QueryField, Rows, sublinear

# Of the requests that are remembered; one takes 200 to 400 bytes for each of its characters, and some for itself.
CHARACTERS = 60_000
_EACH = 200


@dataclass(frozen=True, eq=False, slots=True)
class Counted:
    """The terms of a request, those of the native field before those of the pivot, sorted in each, with their tf and
    whether an aspect names them; shape (n_terms,). `native` says how many of them are native.
    """

    terms: tuple[str, ...]
    native: int
    tfs: Rows
    named: NDArray[np.bool_]


@dataclass(frozen=True, eq=False, slots=True)
class Asked:
    """A query with its text read, before any pool is looked at.

    `kept` has what was last worked out for a vocabulary and for parameters: lists of one request follow each other.
    """

    query: Query
    reading: Reading
    terms: Analysed
    aspects: tuple[str, ...]
    must: tuple[str, ...]
    counted: Counted
    shares: Floats  # What a mention of each term counts, see `Reading.gloss_shares`; shape (n_terms,).
    kept: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, eq=False, slots=True)
class Known:
    """Those of a request's terms that the pool holds (df > 0), in the order of `Counted`; others say nothing.

    places: among all terms. numbers: in the vocabularies. weights: see `QueryField`. All of shape (n_known,). `native`
    says how many of them are native.
    """

    places: Rows
    numbers: Rows
    dfs: Rows
    weights: Floats
    native: int


@dataclass(frozen=True, eq=False)
class Prepared:
    """A query with its language, those of its terms that the pool knows, and the codes it must or would like to see
    covered; with `Parameters.semantic` also what its likeness in meaning adds.
    """

    query: Query
    language: str
    must: tuple[str, ...]
    aspects: tuple[str, ...]
    known: Known
    counted: Counted
    rarities: Floats
    boosts: Floats
    n_items: int
    likeness: Likeness | None = None

    @cached_property
    def columns(self) -> Mapping[Field, Rows]:
        """The numbers of the known terms in the vocabularies, per field."""
        return dict(zip(FIELDS, (self.known.numbers[own] for own in self._halves), strict=True))

    @cached_property
    def weights(self) -> Mapping[Field, Floats]:
        """What the known terms weigh, per field; see `QueryField`."""
        return dict(zip(FIELDS, (self.known.weights[own] for own in self._halves), strict=True))

    @cached_property
    def fields(self) -> Mapping[Field, QueryField]:
        """The known terms of each field, as they are explained and stored."""
        return dict(zip(FIELDS, map(self._field, self._halves), strict=True))

    @property
    def _halves(self) -> tuple[slice, slice]:
        return slice(self.known.native), slice(self.known.native, None)

    def _field(self, own: slice) -> QueryField:
        places = self.known.places[own]
        return QueryField(
            terms=tuple(map(self.counted.terms.__getitem__, places.tolist())),
            tfs=self.counted.tfs[places],
            rarities=self.rarities[places],
            boosts=self.boosts[places],
            dfs=self.known.dfs[own],
            n_items=self.n_items,
            weights=self.known.weights[own],
        )


_LATEST: Latest[tuple[Query, Analyser], Asked] = Latest(CHARACTERS)


def ask(query: Query, analyser: Analyser) -> Asked:
    """Return the query with its text analysed; the latest are remembered, but for very long ones."""
    size = _EACH + len(query.title) + len(query.text)
    return _LATEST.get((query, analyser), size, lambda: _asked(query, analyser))


def _asked(query: Query, analyser: Analyser) -> Asked:
    reading = analyser.read(query_text(query))
    terms, aspects = reading.terms(), aspect_codes(query.aspects)
    counted = _counted(terms, {concept_term(code) for code in aspects})
    return Asked(
        query, reading, terms, aspects, aspect_codes(query.aspects, "must"), counted, _shares(reading, counted)
    )


def _counted(found: Analysed, named: set[str]) -> Counted:
    tfs = [Counter(getattr(found, field)) for field in FIELDS]
    native, pivot = [sorted(tf.keys() | named) for tf in tfs]
    terms = (*native, *pivot)
    return Counted(
        terms,
        len(native),
        np.array([*map(tfs[0].__getitem__, native), *map(tfs[1].__getitem__, pivot)], dtype=np.int64),
        np.array(list(map(named.__contains__, terms)), dtype=np.bool_),
    )


def _shares(reading: Reading, counted: Counted) -> Floats:
    shares = reading.gloss_shares()
    pivot = list(map(shares.get, counted.terms[counted.native :], repeat(1.0)))
    return np.concatenate([np.ones(counted.native), np.array(pivot, dtype=np.float64)])


def prepare(
    asked: Asked,
    parameters: Parameters,
    analyser: Analyser,
    vocabularies: Mapping[Field, Vocabulary],
    live: Live,
    kernel: Any,
) -> Prepared:
    """Return the query with the weights that its terms have in this version of the pool."""
    counted = asked.counted
    found, boosts = _factors_and_boosts(asked, analyser, parameters)
    known: Known = kernel.known(counted, found, boosts, _numbers(asked, vocabularies), live)
    return Prepared(
        asked.query,
        asked.terms.language,
        asked.must,
        asked.aspects,
        known,
        counted,
        found,
        boosts,
        live.items,
        _likeness(asked, analyser.meanings, parameters) if parameters.semantic else None,
    )


def _numbers(asked: Asked, vocabularies: Mapping[Field, Vocabulary]) -> Rows:
    """Return the numbers of the request's terms, -1 where one is unknown: they never change, but more become known."""
    state = [(vocabularies[name], len(vocabularies[name])) for name in FIELDS]
    known = asked.kept.get("numbers")
    if known is None or known[0] != state:
        terms, native = asked.counted.terms, asked.counted.native
        halves = (one.find(own) for (one, _), own in zip(state, (terms[:native], terms[native:]), strict=True))
        known = asked.kept["numbers"] = state, np.array([number for own in halves for number in own], dtype=np.int64)
    numbers: Rows = known[1]
    return numbers


def _factors_and_boosts(asked: Asked, analyser: Analyser, parameters: Parameters) -> tuple[Floats, Floats]:
    state = analyser, parameters
    known = asked.kept.get("factors")
    if known is None or known[0] != state:
        found = factors(asked, analyser, parameters)
        known = asked.kept["factors"] = state, (found, _boosts(asked.counted, found, parameters))
    both: tuple[Floats, Floats] = known[1]
    return both


def _likeness(asked: Asked, meanings: Meanings | None, parameters: Parameters) -> Likeness:
    if meanings is None:
        raise ValueError(f"semantic is above 0, but the index was built without the extra {EXTRA!r}")
    return Likeness(meanings.request(query_text(asked.query), asked.terms.language), parameters)


def factors(asked: Asked, analyser: Analyser, parameters: Parameters) -> Floats:
    """Return what the 1 + ln tf of each of the request's terms is multiplied by, shape (n_terms,).

    That is what is left of a word that most requests hold (`matching.rarity`), of a gloss among several, and of
    repetition, with which tf mentions count tf^repetition.
    """
    found = _rarities(asked, analyser, parameters.request_rarity)
    if parameters.gloss_damping:
        shared = np.flatnonzero(asked.shares < 1.0)
        found[shared] *= np.array([share**parameters.gloss_damping for share in asked.shares[shared].tolist()])
    if parameters.repetition:
        tfs = asked.counted.tfs
        largest = int(tfs.max(initial=0))
        found = found * _repeated((1 << largest.bit_length()) - 1, parameters.repetition)[tfs]
    return found


def _boosts(counted: Counted, found: Floats, parameters: Parameters) -> Floats:
    """Return what terms that an aspect names weigh besides their mentions, shape (n_terms,); `found`: see `factors`."""
    lacking = np.maximum(parameters.aspect_floor - sublinear(counted.tfs) * found, 0.0)
    return np.where(counted.named, lacking + parameters.aspect_weight, 0.0)


@lru_cache(maxsize=64)
def _repeated(largest: int, exponent: float) -> Floats:
    """Return tf^exponent / (1 + ln tf) for tf of 0 (1.0) to `largest`; callers must not write to it."""
    return np.array([1.0, *(tf**exponent / (1.0 + math.log(tf)) for tf in range(1, largest + 1))])


def _rarities(asked: Asked, analyser: Analyser, exponent: float) -> Floats:
    """Return what is left of each of the request's terms by their rarity in requests; shape (n_terms,)."""
    counted, language = asked.counted, asked.terms.language
    if not exponent:
        return np.ones(len(counted.terms))
    (native, own), (pivot, other) = zip(
        FIELDS, (counted.terms[: counted.native], counted.terms[counted.native :]), strict=True
    )
    known = analyser.rarities
    return np.array(known.of(language, native, own) + known.of(language, pivot, other)) ** exponent


def query_text(query: Query) -> str:
    """Return the text of a request that is matched: title, line break, text."""
    return f"{query.title}\n{query.text}"
