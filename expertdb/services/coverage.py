"""How somebody holds what a request asks for: by a code given by a curator, in their words, or not."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any, Literal

from expertdb import vocabularies
from expertdb.vocabularies import EXPERTISE

Held = Literal["coded", "mentioned", "missing"]


def of(aspects: Iterable[str], codes: Collection[str], covered: Collection[str]) -> dict[str, Held]:
    """For each aspect whether one of an expert's `codes` is it or below it, or else the ranking found it mentioned."""
    return {aspect: _held(aspect, codes, covered) for aspect in aspects}


def _held(aspect: str, codes: Collection[str], covered: Collection[str]) -> Held:
    below = vocabularies.with_descendants(vocabularies.standing_for(aspect), EXPERTISE)
    if any(vocabularies.standing_for(code) in below for code in codes):
        return "coded"
    return "mentioned" if aspect in covered else "missing"


def of_kept(aspects: Iterable[str], candidate: Mapping[str, Any]) -> dict[str, Held]:
    """The same of a candidate as a panel keeps them; the kind of expert counts as one of the codes."""
    reasons = candidate.get("reasons") or {}
    codes = [*candidate.get("codes", []), *filter(None, [candidate.get("kind")])]
    return of(aspects, codes, reasons.get("aspects_covered", ()))
