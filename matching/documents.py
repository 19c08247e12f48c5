"""Profile → documents: the texts of one expert that the index counts, analysed.

The statement is a document like any item. The curated codes are a document of their own, and every other
document carries them too: each piece of evidence is read as what the curators say it is evidence of. (On the
judged set this took nDCG@10 from .69, codes on the statement only, to .74.) An item that says nothing is none, and
one that repeats another (a paper entered twice) counts once, so that nobody gains by volume. A text that reads like a
pasted list of labels is no evidence and is left out: the curated codes speak for its author.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from matching.analysis import Analysed, Analyser, concept_code
from matching.profile import Item, Profile
from matching.text import normalise

# The `kind` under which a statement and the curated codes appear among an expert's items.
STATEMENT = "statement"
CODES = "codes"
# More codes than this, and more than one for every ten other stems, make a list. Honest texts of the sample pool name
# ten at most; its one over-claiming statement names 28, a pasted vocabulary 20 to 80.
_LIST_CODES = 12
_LIST_DENSITY = 0.1


@dataclass(frozen=True, slots=True)
class Document:
    """An item (or the statement, as an item without title) and its terms."""

    item: Item
    terms: Analysed


def documents(profile: Profile, analyser: Analyser, max_items: int) -> tuple[Document, ...]:
    """Return the documents of a profile: the curated codes, the statement, then its newest `max_items` items that
    say something new.

    Items of one year keep the profile's order; those without a year come last.
    """
    kept: list[Document] = []
    for item in _distinct(sorted(profile.items, key=lambda item: -(item.year or 0))):
        if len(kept) == max_items:
            break
        kept += _document(item, analyser, profile.codes)
    statement = _document(Item("", profile.statement, STATEMENT), analyser, profile.codes)
    curated = Document(Item("", "", CODES), Analysed("", (), ()).with_codes(profile.codes))
    return (*([curated] if profile.codes else []), *statement, *kept)


def _document(item: Item, analyser: Analyser, codes: Iterable[str]) -> list[Document]:
    """Return the document of an item in a list, or none where the item says nothing or is itself a list of labels."""
    terms = analyser.analyse(item_text(item))
    says_something = (terms.native or terms.pivot) and not reads_like_a_list(terms)
    return [Document(item, terms.with_codes(codes))] if says_something else []


def reads_like_a_list(terms: Analysed) -> bool:
    """Return whether a text is hardly more than vocabulary labels one after the other."""
    stems = set(terms.pivot)
    codes = sum(concept_code(term) is not None for term in stems)
    return codes > _LIST_CODES and codes > _LIST_DENSITY * (len(stems) - codes)


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
