"""Profile → record: the terms of one expert's documents, numbered and counted, ready to be put into a segment."""

from __future__ import annotations

import hashlib
from array import array
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from matching.analysis import Analyser
from matching.documents import CODES, PROFILE, STATEMENT, Document, documents, item_text
from matching.meaning import Meanings, Vectors, blank
from matching.profile import Item, Profile
from matching.vocabulary import Vocabulary
from matching.weights import FIELDS, Field

LANGUAGES = ("", "zh", "en")
# What a row is made from, where it is no item of the profile, by the kind under which it is shown.
PARTS = {STATEMENT: -1, CODES: -2, PROFILE: -3}
_KINDS = {part: kind for kind, part in PARTS.items()}


@dataclass(frozen=True, slots=True)
class Counts:
    """The terms of an expert's rows in one field: numbers and tf, row after row, and how many each row has."""

    columns: array[int]
    tfs: array[int]
    sizes: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Record:
    """What the index keeps of an expert. Rows are the documents of the profile.

    kinds: language and doubt of each row (`kind_of`). parts: from which item of the profile each row comes, or one of
    PARTS. digest: tells one state of the profile from another. vectors: of the rows (`matching.meaning`), shape
    (n_rows, size).
    """

    expert: str
    kinds: bytes
    parts: array[int]
    digest: int
    tags: frozenset[str]
    days: tuple[int, int]
    fields: Mapping[Field, Counts]
    vectors: Vectors


def record(
    profile: Profile,
    analyser: Analyser,
    vocabularies: Mapping[Field, Vocabulary],
    max_items: int,
    known: Mapping[int, Vectors] = MappingProxyType({}),
) -> Record:
    """Return the record of a profile; terms that are new enter the vocabularies. `known` has the vectors of parts that
    need not be worked out again.
    """
    found = documents(profile, analyser, max_items)
    places = {id(item): place for place, item in enumerate(profile.items)}
    parts = array("h", (_part(one.item, places) for one in found))
    return Record(
        expert=profile.expert,
        kinds=bytes(kind_of(one.terms.language, one.item.verified is False) for one in found),
        parts=parts,
        digest=digest(profile),
        tags=profile.tags,
        days=profile.days,
        fields={field: _counts(found, field, vocabularies[field]) for field in FIELDS},
        vectors=_vectors(found, parts, analyser.meanings, known),
    )


def kind_of(language: str, doubted: bool) -> int:
    """Return the kind of a row: 0 to 2 by language, and 3 more where the item is known to be unverified."""
    return LANGUAGES.index(language) + len(LANGUAGES) * doubted


def is_doubted(kind: int) -> bool:
    """Tell whether rows of this kind are known to be unverified."""
    return kind >= len(LANGUAGES)


def digest(profile: Profile) -> int:
    """Return a number below 2**64 for everything that the index reads of a profile."""
    if profile.known_digest is None:
        read = (profile.statement, profile.items, sorted(profile.codes), sorted(profile.tags), profile.days)
        hashed = hashlib.blake2b(repr(read).encode("utf-8", "surrogatepass"), digest_size=8)
        object.__setattr__(profile, "known_digest", int.from_bytes(hashed.digest(), "little"))
    assert profile.known_digest is not None
    return profile.known_digest


def item_of(profile: Profile, part: int, doubted: bool) -> Item:
    """Return the item that a row of this profile was made from."""
    if part >= 0:
        return profile.items[part]
    text = profile.statement if part == PARTS[STATEMENT] else ""
    return Item("", text, _KINDS[part], verified=False if doubted else None)


def _part(item: Item, places: Mapping[int, int]) -> int:
    return places[id(item)] if id(item) in places else PARTS[item.kind]


def _counts(found: Sequence[Document], field: Field, vocabulary: Vocabulary) -> Counts:
    columns, tfs, sizes = array("i"), array("I"), []
    for document in found:
        counted = Counter[str](getattr(document.terms, field))
        columns.extend(vocabulary.number(counted))
        tfs.extend(counted.values())
        sizes.append(len(counted))
    return Counts(columns, tfs, tuple(sizes))


def _vectors(
    found: Sequence[Document], parts: Sequence[int], meanings: Meanings | None, known: Mapping[int, Vectors]
) -> Vectors:
    """Return the vectors of the documents; the codes and the profile as a whole have no text of their own."""
    if meanings is None:
        return blank(len(found))
    vectors = blank(len(found), meanings)
    for place, part in enumerate(parts):
        if part in known:
            vectors[place] = known[part]
    texts = [item_text(one.item) for one in found]
    unread = [place for place, text in enumerate(texts) if text and parts[place] not in known]
    vectors[unread] = meanings.items(
        [texts[place] for place in unread], [found[place].terms.language for place in unread]
    )
    return vectors


def n_rows(records: Iterable[Record]) -> int:
    """Return how many rows the records have together."""
    return sum(len(one.kinds) for one in records)
