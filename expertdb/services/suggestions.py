"""Codes that a text points to, to be confirmed by whoever wrote it, and codes found by part of a label."""

from collections.abc import Iterable

from expertdb import vocabularies
from expertdb.names import fold
from expertdb.services.analysers import default_analyser
from expertdb.vocabularies import Term
from matching import Aspect, Query, Suggestion, suggest


def of_texts(texts: Iterable[str], named: Iterable[str] = ()) -> tuple[Suggestion, ...]:
    """The codes recognised in the texts, in order of appearance, without those that are named already."""
    known = vocabularies.expertise_codes()
    aspects = tuple(Aspect(code) for code in dict.fromkeys(named) if code in known)
    return suggest(default_analyser(), Query("", "\n".join(texts), aspects))


def search(q: str, names: tuple[str, ...] = vocabularies.EXPERTISE, limit: int = 12) -> list[Term]:
    """The terms that hold `q` in code, label or alias; labels before aliases, beginnings first."""
    wanted = fold(q)
    found = []
    for term, labels, aliases in _folded(names) if wanted else ():
        places = ((labels, str.startswith), (labels, str.__contains__), (aliases, str.startswith))
        ranks = [rank for rank, (phrases, fits) in enumerate(places) if any(fits(one, wanted) for one in phrases)]
        if ranks or any(wanted in one for one in aliases):
            found.append((min(ranks, default=len(places)), len(term.zh), term.code, term))
    return [term for *_, term in sorted(found, key=lambda one: one[:3])[:limit]]


@vocabularies.per_edition
def _folded(names: tuple[str, ...]) -> list[tuple[Term, tuple[str, ...], tuple[str, ...]]]:
    """Every term in use with its labels (the code is one) and aliases as they are compared."""
    terms = (term for name in names for term in vocabularies.load(name) if not term.deprecated)
    return [(term, _all(term.code, term.zh, term.en), _all(*term.aliases)) for term in terms]


def _all(*phrases: str) -> tuple[str, ...]:
    return tuple(map(fold, phrases))
