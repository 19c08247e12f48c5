"""A list's evidence as a reader wants it: the sentences of a profile in which the request's words stand, marked."""

import re
from dataclasses import replace
from typing import Any

from markupsafe import Markup, escape
from sqlalchemy import select
from sqlalchemy.orm import Session

from expertdb.models.experts import Expert
from expertdb.services import coverage
from expertdb.services.shown import Shown

AROUND = 60  # characters shown before and behind the first marked word
LONGEST = 220


def with_evidence(session: Session, shown: Shown) -> Shown:
    """The list with an excerpt of each item's text as the profile has it today, if it still has it."""
    ids = {entry["expert"]["id"] for entry in shown.entries}
    profiles = {one.id: one for one in session.scalars(select(Expert).where(Expert.id.in_(sorted(ids))))}
    entries = [entry | _more(entry, profiles.get(entry["expert"]["id"])) for entry in shown.entries]
    return replace(shown, entries=entries)


def _more(entry: dict[str, Any], profile: Expert | None) -> dict[str, Any]:
    """The items with excerpts, and how each aspect is held; a list does not keep codes, so by those of today."""
    codes = [] if profile is None else [*profile.codes, *filter(None, [profile.kind])]
    covered, missing = (entry["reasons"].get(f"aspects_{name}", []) for name in ("covered", "missing"))
    held = coverage.of([*covered, *missing], codes, covered)
    # Who was given a code since the list was drawn up was ranked as one who lacks it.
    return {"items": _items(entry, profile), "aspects": held | dict.fromkeys(missing, "missing")}


def _items(entry: dict[str, Any], profile: Expert | None) -> list[dict[str, Any]]:
    texts = {} if profile is None else {item.title: item.text for item in profile.items}
    found = []
    for item in entry["reasons"]["items"]:
        text = profile.statement if profile and item["kind"] == "statement" else texts.get(item["title"], "")
        found.append(item | {"excerpt": marked(_excerpt(text, item["words"]), item["words"])})
    return found


def marked(text: str, words: list[str]) -> Markup:
    """The text with the words marked, whatever their case; nothing in it is read as markup."""
    wanted = sorted({word for word in words if word.strip()}, key=len, reverse=True)
    if not wanted or not text:
        return escape(text)
    pattern = re.compile("|".join(map(re.escape, wanted)), re.IGNORECASE)
    parts: list[Markup] = []
    end = 0
    for found in pattern.finditer(text):
        parts += [escape(text[end : found.start()]), Markup("<mark>{}</mark>").format(found[0])]
        end = found.end()
    return Markup().join([*parts, escape(text[end:])])


def _excerpt(text: str, words: list[str]) -> str:
    """The part of the text around the first of the words."""
    text = " ".join(text.split())
    if len(text) <= LONGEST:
        return text
    folded = text.casefold()
    places = [place for word in words if (place := folded.find(word.casefold())) >= 0]
    start = max(0, min(places, default=0) - AROUND)
    end = start + LONGEST
    return ("…" if start else "") + text[start:end] + ("…" if end < len(text) else "")
