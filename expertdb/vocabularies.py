"""Controlled vocabularies: data files with a version, and the changes that an installation made to them since.

An `Edition` is all vocabularies at one moment; it is never changed. Which edition holds is a matter of the context: an
entry point takes up that of its database (`models/vocabularies.py`), and whoever has none gets the files as shipped.
"""

import difflib
import functools
import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Any, ParamSpec, TypeVar

REMEMBERED = 4096  # results of one function
P = ParamSpec("P")
T = TypeVar("T")

NAMES = (
    "ip_subject",
    "service_kind",
    "expert_kind",
    "emerging_industry",
    "manufacturing_division",
    "ipc",
    "region",
    "title_level",
    "organisation_kind",
    "jurisdiction",
    "language",
)
# The vocabularies whose codes may stand in an expert's `codes`; no code occurs in two of them.
EXPERTISE = (
    "ip_subject",
    "service_kind",
    "emerging_industry",
    "manufacturing_division",
    "ipc",
    "jurisdiction",
    "expert_kind",
)
INDUSTRIES = ("emerging_industry", "manufacturing_division")


@dataclass(frozen=True)
class Term:
    """One code with its labels; `aliases` are other phrases people use for it, Chinese and English mixed.

    A code that was merged into another is deprecated, and stands for the other wherever it is still written.
    """

    code: str
    zh: str
    en: str
    aliases: tuple[str, ...] = ()
    parent: str | None = None
    deprecated: bool = False
    merged_into: str | None = None

    @property
    def phrases(self) -> tuple[str, ...]:
        """Every way to say it: both labels and all aliases."""
        return (self.zh, self.en, *self.aliases)


@dataclass(frozen=True)
class Vocabulary:
    """A named, versioned list of terms by code."""

    name: str
    version: str
    source: str
    terms: dict[str, Term] = field(repr=False)

    def __contains__(self, code: object) -> bool:
        return code in self.terms

    def __iter__(self) -> Iterator[Term]:
        return iter(self.terms.values())

    def with_descendants(self, code: str) -> set[str]:
        """The code and every code below it; empty when the code is unknown."""
        if code not in self.terms:
            return set()
        found = {self.standing_for(code)}
        while below := {term.code for term in self if term.parent in found} - found:
            found |= below
        return found

    def standing_for(self, code: str) -> str:
        """The code itself, or the one that it was merged into."""
        while (into := self.terms[code].merged_into) is not None:
            code = into
        return code


@dataclass(frozen=True)
class Edition:
    """All vocabularies after the first `number` changes of an installation; `memory` keeps what was made of it."""

    number: int
    vocabularies: Mapping[str, Vocabulary] = field(repr=False)
    memory: dict[Any, Any] = field(default_factory=dict, repr=False, compare=False)


@functools.cache
def shipped() -> Edition:
    """The vocabularies of the files."""
    return Edition(0, {name: _read(name) for name in NAMES})


def _read(name: str) -> Vocabulary:
    raw = json.loads(files("expertdb").joinpath(f"data/vocabularies/{name}.json").read_text("utf-8"))
    terms = (Term(**{**term, "aliases": tuple(term.get("aliases", ()))}) for term in raw["terms"])
    return Vocabulary(raw["name"], raw["version"], raw["source"], {term.code: term for term in terms})


_taken_up: ContextVar[Edition | None] = ContextVar("edition", default=None)


def current() -> Edition:
    """The edition that holds here."""
    return _taken_up.get() or shipped()


def take_up(edition: Edition) -> None:
    """Let this edition hold in this context from now on."""
    _taken_up.set(edition)


def per_edition(function: Callable[P, T]) -> Callable[P, T]:
    """Work something out once for each edition and each set of arguments, which must be hashable."""

    @functools.wraps(function)
    def remembered(*args: P.args, **kwargs: P.kwargs) -> T:
        memory = current().memory
        cached = memory.get(function) or memory.setdefault(function, functools.lru_cache(REMEMBERED)(function))
        found: T = cached(*args, **kwargs)
        return found

    return remembered


def load(name: str) -> Vocabulary:
    """One vocabulary; raises KeyError that names the choices when there is none of that name."""
    if name not in NAMES:
        raise KeyError(f"no vocabulary {name!r}; there are {', '.join(NAMES)}")
    return current().vocabularies[name]


def versions() -> dict[str, str]:
    """The version of every vocabulary, by name."""
    return {name: load(name).version for name in NAMES}


def expertise_terms() -> Iterator[Term]:
    """Every term whose code may stand in an expert's `codes`."""
    for name in EXPERTISE:
        yield from load(name)


@per_edition
def expertise_codes() -> frozenset[str]:
    """Every code that may stand in an expert's `codes` or be an aspect of a request."""
    return frozenset(term.code for term in expertise_terms())


def standing_for(code: str, names: tuple[str, ...] = EXPERTISE) -> str:
    """The code itself, or the one it was merged into, in whichever of the vocabularies holds it."""
    return next((load(name).standing_for(code) for name in names if code in load(name)), code)


def written_as(code: str, names: tuple[str, ...] = EXPERTISE) -> set[str]:
    """The code and every code that was merged into it: how it may stand in what was stored before."""
    merged = {term.code for name in names for term in load(name) if term.merged_into is not None}
    return {code} | {one for one in merged if standing_for(one, names) == code}


LIKELY = 50  # phrases


def nearest(code: str, names: tuple[str, ...], count: int = 3) -> list[str]:
    """The valid codes most like `code`, by spelling of the code first, then by label or alias."""
    known, wanted = _spellings(names), code.casefold()[:100]
    shared = Counter(phrase for pair in _pairs(wanted) for phrase in known.holders.get(pair, ()))
    # difflib takes 40 ms for all phrases, and an import may have thousands of wrong codes: only the likeliest are
    # compared, those that share most pairs of characters for their length.
    likely = sorted(shared, key=lambda phrase: (-shared[phrase] / (len(phrase) + len(wanted)), phrase))
    codes = [phrase for phrase in likely if phrase in known.codes][:LIKELY]
    close = [known.codes[found] for found in difflib.get_close_matches(wanted, codes, n=count, cutoff=0.5)]
    by_phrase = difflib.get_close_matches(wanted, likely[:LIKELY], n=count, cutoff=0.5)
    return list(dict.fromkeys([*close, *(known.phrases[found] for found in by_phrase)]))[:count]


@dataclass(frozen=True)
class _Spellings:
    """Codes and all phrases (codes, labels, aliases) of some vocabularies, folded, each with the code it stands for;
    `holders` has the phrases that hold a pair of characters."""

    codes: dict[str, str]
    phrases: dict[str, str]
    holders: dict[str, list[str]]


@per_edition
def _spellings(names: tuple[str, ...]) -> _Spellings:
    codes: dict[str, str] = {}
    phrases: dict[str, str] = {}
    holders: dict[str, list[str]] = {}
    for term in (term for name in names for term in load(name) if not term.deprecated):
        codes[term.code.casefold()] = term.code
        for phrase in (term.code, *term.phrases):
            phrases.setdefault(phrase.casefold(), term.code)
    for phrase in phrases:
        for pair in _pairs(phrase):
            holders.setdefault(pair, []).append(phrase)
    return _Spellings(codes, phrases, holders)


def _pairs(phrase: str) -> set[str]:
    """The pairs of neighbouring characters; the beginning and the end count as characters."""
    framed = f"\n{phrase}\n"
    return {framed[place : place + 2] for place in range(len(framed) - 1)}


def with_descendants(code: str, names: tuple[str, ...]) -> set[str]:
    """The code and every code below it, in whichever of the vocabularies holds it."""
    return set().union(*(load(name).with_descendants(code) for name in names))


@per_edition
def upwards(code: str, names: tuple[str, ...] = EXPERTISE) -> tuple[str, ...]:
    """The code and all above it, the nearest first, in whichever of the vocabularies holds it."""
    found = [code]
    terms = next((load(name).terms for name in names if code in load(name)), {})
    while (parent := terms[found[-1]].parent if found[-1] in terms else None) is not None:
        found.append(parent)
    return tuple(found)
