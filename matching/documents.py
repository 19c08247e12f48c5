"""Profile → documents: the texts of one expert that the index counts, analysed.

The statement is a document like any item. The profile as a whole is one more: a request names several fields, and no
single item holds them all (without curated codes this took nDCG@10 on the judged set from .67 to .72, and the owner
of an item is found by the other items at a mean reciprocal rank of .42 instead of .38). The curated codes are a
document of their own, and every other document carries them too: each piece of evidence is read as what the curators
say it is evidence of. (On the judged set this took nDCG@10 from .69, codes on the statement only, to .74.) An item
that says nothing is none, and one that repeats another (a paper entered twice) counts once, so that nobody gains by
volume. A text that reads like a pasted list of labels, or says the same over and over, is no evidence and is left
out: the curated codes speak for its author.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from matching.analysis import Analyser
from matching.profile import Item, Profile
from matching.reading import Analysed, concepts_among
from matching.text import normalise

# The `kind` under which the statement, the curated codes and the profile as a whole appear among an expert's items.
STATEMENT = "statement"
CODES = "codes"
PROFILE = "profile"
# More codes than this, and more than one for every ten other stems, make a list. Honest texts of the sample pool name
# ten at most; its one over-claiming statement names 28, a pasted vocabulary 20 to 80.
_LIST_CODES = 12
_LIST_DENSITY = 0.1
# More terms than this for each different one make a litany. A text of 200,000 characters has six or seven.
_LITANY = 10


@dataclass(frozen=True, slots=True)
class Document:
    """An item (or the statement, as an item without title) and its terms."""

    item: Item
    terms: Analysed


def documents(profile: Profile, analyser: Analyser, max_items: int) -> tuple[Document, ...]:
    """Return the documents of a profile: the curated codes, the statement, its newest `max_items` items that say
    something new, and all of these texts as one.

    Items of one year keep the profile's order; those without a year come last.
    """
    kept: list[Document] = []
    for item in _distinct(sorted(profile.items, key=lambda item: -(item.year or 0))):
        if len(kept) == max_items:
            break
        kept += _document(item, analyser)
    texts = [*_document(Item("", profile.statement, STATEMENT), analyser), *kept]
    whole = [_as_a_whole(texts)] if len(texts) > 1 else []
    curated = [Document(Item("", "", CODES), Analysed("", (), ()))] if profile.codes else []
    return tuple(Document(one.item, one.terms.with_codes(profile.codes)) for one in (*curated, *texts, *whole))


def _document(item: Item, analyser: Analyser) -> list[Document]:
    """Return the document of an item in a list, or none where the item says nothing or is padding."""
    terms = analyser.analyse(item_text(item))
    says_something = (terms.native or terms.pivot) and not is_padding(terms)
    return [Document(item, terms)] if says_something else []


def _as_a_whole(texts: Sequence[Document]) -> Document:
    """Return all texts as one document, in the language that most of it is written in.

    A term counts once a text, so that saying it two hundred times in one gains nothing. The whole is unverified where
    most of the texts are, and has no text of its own, so that nothing is stored twice.
    """
    written = Counter[str]()
    for one in texts:
        written[one.terms.language] += len(one.terms.native)
    doubted = sum(one.item.verified is False for one in texts)
    native = tuple(term for one in texts for term in dict.fromkeys(one.terms.native))
    pivot = tuple(term for one in texts for term in dict.fromkeys(one.terms.pivot))
    language = max(sorted(written), key=lambda one: written[one])
    item = Item("", "", PROFILE, verified=False if doubted > len(texts) / 2 else None)
    return Document(item, Analysed(language, native, pivot))


def is_padding(terms: Analysed) -> bool:
    """Return whether a text is hardly more than vocabulary labels one after the other, or the same again and again."""
    stems = set(terms.pivot)
    codes = len(concepts_among(stems))
    listing = codes > _LIST_CODES and codes > _LIST_DENSITY * (len(stems) - codes)
    return listing or len(terms.native) > _LITANY * len(set(terms.native))


def item_text(item: Item) -> str:
    """Return the text of an item that is matched: title, line break, text."""
    return f"{item.title}\n{item.text}" if item.title else item.text


def _distinct(items: list[Item]) -> Iterator[Item]:
    """Yield the items without those whose text (but for case, width, script, spacing) has come before."""
    seen: set[str] = set()
    for item in items:
        key = " ".join(normalise(item_text(item)).casefold().split())
        if key not in seen:
            seen.add(key)
            yield item
