"""A candidate's reasons in the shape that is stored, answered and printed."""

from typing import Any

from expertdb import vocabularies
from expertdb.schemas.reason_words import REST, in_both, rest_of
from matching import Candidate


def as_stored(candidate: Candidate) -> dict[str, Any]:
    """Plain data: items, terms (the last line stands for all that are not named), adjustments, aspects."""
    reasons = candidate.reasons
    return {
        "items": [
            {
                "title": item.title,
                "kind": item.kind,
                "year": item.year,
                "verified": item.verified,
                "share": item.share,
                "words": list(item.marks),
            }
            for item in reasons.items
        ],
        "terms": _terms(candidate),
        "adjustments": [{"name": one.name, "value": one.value, "detail": one.code} for one in reasons.adjustments],
        "aspects_covered": list(reasons.aspects_covered),
        "aspects_missing": list(reasons.aspects_missing),
    }


def _terms(candidate: Candidate) -> list[dict[str, Any]]:
    reasons = candidate.reasons
    lines = [
        {
            "term": term.label,
            "label": label_of(term.label) if term.field == "concept" else ", ".join(term.words) or term.label,
            "field": term.field,
            "contribution": term.contribution,
        }
        for term in reasons.terms
    ]
    if reasons.rest_count:
        label = rest_of(reasons.rest_count)
        lines.append({"term": REST, "label": label, "field": REST, "contribution": reasons.rest})
    return lines


def label_of(term: str) -> str:
    """A vocabulary code in words, any other term as it is."""
    return _labels().get(term, term)


@vocabularies.per_edition
def _labels() -> dict[str, str]:
    return {term.code: in_both(term.zh, term.en) for term in vocabularies.expertise_terms()}
