"""What an author's record elsewhere says they wrote: JSON as ORCID's and OpenAlex's public interfaces give it.

Nothing here is fetched: somebody brings the file. It is strangers' data, so every value is looked at as if it could be
anything; what is no title, year or abstract counts as not said.
"""

import html
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from expertdb.errors import Fault, InvalidInput
from expertdb.names import HAN
from expertdb.wording import Text

MOST_WORKS = 5000
LONGEST_TITLE, LONGEST_TEXT = 300, 10_000
LONGEST_WORD = 100
TAG = re.compile(r"<[^<>]{0,80}>")
KINDS = {
    "patent": "patent",
    "standard": "standard",
    "standards-and-policy": "standard",
    "technical-standards": "standard",
    "grant": "project",
    "funding": "project",
}
# No evidence of expertise, or no work of the author's own.
NO_WORKS = {
    *("dataset", "data-set", "paratext", "erratum", "retraction", "peer-review", "supplementary-materials", "other"),
    *("libguides", "cartographic-material", "online-resource", "website", "trademark", "license", "disclosure"),
}

NO_TITLE = "no title"
NO_RECORD = Text(
    "This is neither an ORCID record (activities-summary) nor a list of an author's works in OpenAlex (results)."
)


@dataclass
class Authored:
    """The works of a file: each with where it stands and the body of an item; `names` are those of its author."""

    source: str
    names: tuple[str, ...]
    works: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)


def read(record: Mapping[str, Any]) -> Authored:
    """The author and works of a record; raises InvalidInput for a file of another kind, and for too many works."""
    for maker in (_openalex, _orcid):
        if (found := maker(record)) is not None:
            return found
    raise InvalidInput(Fault("/record", NO_RECORD))


def _openalex(record: Mapping[str, Any]) -> Authored | None:
    works = record.get("results", record.get("works"))
    if not isinstance(works, list):
        return None
    _refuse_many(works)
    stated = _str(_at(record, "author", "display_name")) or _str(record.get("display_name"))
    found = Authored("openalex", (stated,) if stated else _authors_of_all(works))
    for place, work in enumerate(works):
        kind = _str(_at(work, "type"))
        if _at(work, "is_retracted") is True or _at(work, "is_paratext") is True:
            kind = "retraction"
        parts = (
            _str(_at(work, "primary_location", "source", "display_name")),
            _abstract(_at(work, "abstract_inverted_index")),
            _str(_at(work, "doi")),
        )
        title = _str(_at(work, "title")) or _str(_at(work, "display_name"))
        _take(found, f"/record/results/{place}", kind, title, _at(work, "publication_year"), parts)
    return found


def _authors_of_all(works: list[Any]) -> tuple[str, ...]:
    """Who has a part in every work: the author, and whoever never wrote without them."""
    parts: Counter[str] = Counter()
    names: dict[str, str] = {}
    for work in works:
        authors = [_at(one, "author") for one in _list(_at(work, "authorships"))]
        known = {_str(_at(one, "id")): _str(_at(one, "display_name")) for one in authors}
        names |= known
        parts.update(known.keys() - {""})
    return tuple(sorted(names[id] for id, count in parts.items() if count == len(works) and names[id]))


def _abstract(index: Any) -> str:
    """The abstract that OpenAlex keeps as word: places; places are sorted, never used as a length."""
    if not isinstance(index, Mapping):
        return ""
    placed = [
        (place, word[:LONGEST_WORD])
        for word, places in index.items()
        for place in _list(places)[:LONGEST_TEXT]
        if isinstance(word, str) and isinstance(place, int)
    ]
    return " ".join(word for _, word in sorted(placed)[:LONGEST_TEXT])


def _orcid(record: Mapping[str, Any]) -> Authored | None:
    activities = record.get("activities-summary", record)
    groups = _at(activities, "works", "group") if "activities-summary" in record else _at(record, "group")
    if not isinstance(groups, list):
        return None
    _refuse_many(groups)
    found = Authored("orcid", tuple(filter(None, _orcid_names(record))))
    at = "/record/activities-summary/works/group" if "activities-summary" in record else "/record/group"
    for place, group in enumerate(groups):
        work = next(iter(_list(_at(group, "work-summary"))), None)
        _take_orcid(found, f"{at}/{place}", work, _str(_at(work, "type")), "publication-date")
    for place, group in enumerate(_list(_at(activities, "fundings", "group"))[:MOST_WORKS]):
        grant = next(iter(_list(_at(group, "funding-summary"))), None)
        _take_orcid(found, f"/record/activities-summary/fundings/group/{place}", grant, "funding", "start-date")
    return found


def _orcid_names(record: Mapping[str, Any]) -> Iterator[str]:
    name = _at(record, "person", "name")
    yield _str(_at(name, "credit-name", "value"))
    whole = " ".join(filter(None, (_str(_at(name, part, "value")) for part in ("family-name", "given-names"))))
    yield whole.replace(" ", "") if HAN.search(whole) else whole


def _take_orcid(found: Authored, at: str, work: Any, kind: str, date: str) -> None:
    ids = (_at(one, "external-id-value") for one in _list(_at(work, "external-ids", "external-id"))[:3])
    parts = (_str(_at(work, "journal-title", "value")), _str(_at(work, "organization", "name")), *map(_str, ids))
    _take(found, at, kind, _str(_at(work, "title", "title", "value")), _at(work, date, "year", "value"), parts)


def _take(found: Authored, at: str, kind: str, title: str, year: Any, parts: tuple[str, ...]) -> None:
    if not title or kind in NO_WORKS:
        found.left_out[NO_TITLE if not title else kind] += 1
        return
    body = {"kind": KINDS.get(kind, "publication"), "title": _cut(title, LONGEST_TITLE)}
    text = _cut("; ".join(filter(None, parts)), LONGEST_TEXT)
    found.works.append((at, body | {"text": text, "year": _year(year)}))


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _year(value: Any) -> int | None:
    stated = int(value) if isinstance(value, str) and re.fullmatch(r"[0-9]{4}", value) else value
    return stated if isinstance(stated, int) and not isinstance(stated, bool) and 1900 <= stated <= 2100 else None


def _refuse_many(works: list[Any]) -> None:
    if len(works) > MOST_WORKS:
        detail = Text("There are {count} works; send {most} at most.", count=len(works), most=MOST_WORKS)
        raise InvalidInput(Fault("/record", detail))


def _at(value: Any, *path: str) -> Any:
    """What stands at the end of a path, None where the path breaks off."""
    for name in path:
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _str(value: Any) -> str:
    """A text without marks of layout; empty for anything that is none."""
    return " ".join(TAG.sub("", html.unescape(value)).split()) if isinstance(value, str) else ""
