"""Reasons in words: what is stored of a candidate's reasons, as sentences that the edge says in the reader's language.

Stored are plain strings: a code's label in both languages ("商标 · Trademark"), how many lines are not listed
("3 more"), and the words of the request and of the evidence, which are quoted as they are.
"""

from collections.abc import Mapping
from typing import Any

from expertdb.wording import Text, as_stored, both

BETWEEN = " · "
REST = "rest"
ADJUSTMENT = {
    "missing_must": Text("A required aspect is missing"),
    "unverified": Text("Evidence that is not verified"),
    "baseline": Text("What they share with requests in general"),
    "semantic": Text("Likeness in meaning beyond shared words"),
}


def in_both(zh: str, en: str) -> str:
    """A label as it is stored."""
    return f"{zh}{BETWEEN}{en}"


def rest_of(count: int) -> str:
    """How many lines are not listed, as it is stored."""
    return f"{count} more"


def sayable(reasons: Mapping[str, Any]) -> dict[str, Any]:
    """Reasons as they are stored, their labels as sentences, and the adjustments with a label of their own."""
    adjustments = [{**one, "label": adjustment(one["name"])} for one in reasons.get("adjustments", ())]
    terms = [{**one, "label": label(one["label"], one["field"])} for one in reasons["terms"]]
    return {**reasons, "terms": terms, "adjustments": adjustments}


def label(stored: str, field: str | None) -> Any:
    """The label of a line in both languages, or as it is. Panels of old do not know the `field`."""
    zh, between, en = stored.partition(BETWEEN)
    if between and field in ("concept", None):
        return both(zh, en)
    if field == REST:
        return as_stored(Text("{count} more", count=stored.partition(" ")[0]))
    return stored


def adjustment(name: str, code: str = "") -> Any:
    """An adjustment in words, and the code that it is about."""
    if name not in ADJUSTMENT:
        return f"{name} {code}".strip()
    what = ADJUSTMENT[name]
    return as_stored(Text("{what}, for {code}", what=what, code=code) if code else what)
