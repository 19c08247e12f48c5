"""Controlled vocabularies: data files with a version, read once per process from `data/vocabularies/`."""

import difflib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files

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
    """One code with its labels; `aliases` are other phrases people use for it, Chinese and English mixed."""

    code: str
    zh: str
    en: str
    aliases: tuple[str, ...] = ()
    parent: str | None = None
    deprecated: bool = False

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
        found = {code}
        while below := {term.code for term in self if term.parent in found} - found:
            found |= below
        return found


@cache
def load(name: str) -> Vocabulary:
    """Read one vocabulary; raises KeyError that names the choices when there is none of that name."""
    if name not in NAMES:
        raise KeyError(f"no vocabulary {name!r}; there are {', '.join(NAMES)}")
    raw = json.loads(files("expertdb").joinpath(f"data/vocabularies/{name}.json").read_text("utf-8"))
    terms = (Term(**{**term, "aliases": tuple(term.get("aliases", ()))}) for term in raw["terms"])
    return Vocabulary(raw["name"], raw["version"], raw["source"], {term.code: term for term in terms})


def versions() -> dict[str, str]:
    """The version of every vocabulary, by name."""
    return {name: load(name).version for name in NAMES}


def expertise_terms() -> Iterator[Term]:
    """Every term whose code may stand in an expert's `codes`."""
    for name in EXPERTISE:
        yield from load(name)


@cache
def expertise_codes() -> frozenset[str]:
    """Every code that may stand in an expert's `codes` or be an aspect of a request."""
    return frozenset(term.code for term in expertise_terms())


def nearest(code: str, names: tuple[str, ...], count: int = 3) -> list[str]:
    """The valid codes most like `code`, by spelling of the code first, then by label or alias."""
    by_phrase: dict[str, str] = {}
    for name in names:
        for term in load(name):
            for phrase in (term.code, *term.phrases):
                by_phrase.setdefault(phrase.casefold(), term.code)
    wanted = code.casefold()[:100]
    codes = {term.code.casefold(): term.code for name in names for term in load(name)}
    close = [codes[found] for found in difflib.get_close_matches(wanted, codes, n=count, cutoff=0.5)]
    close += [by_phrase[found] for found in difflib.get_close_matches(wanted, by_phrase, n=count, cutoff=0.5)]
    return list(dict.fromkeys(close))[:count]


def with_descendants(code: str, names: tuple[str, ...]) -> set[str]:
    """The code and every code below it, in whichever of the vocabularies holds it."""
    return set().union(*(load(name).with_descendants(code) for name in names))
