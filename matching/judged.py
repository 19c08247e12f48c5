"""Reading of judged sets: experts (JSON lines, import format), requests (JSON lines) and judgments (TSV)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from matching.profile import Aspect, Item, Profile, Query

MOST = 1000  # The greatest grade: gains are 2 to the power of it.
_GRADE = re.compile(r"[-+.0-9eE]{1,40}")  # Not all that Python reads: 1_0, and digits of other scripts.


class FileFault(ValueError):
    """A judged set cannot be used; says which file, line (None for the whole file) and field, what was found and what
    is needed.
    """

    def __init__(self, path: Path, line: int | None, field: str, fault: str) -> None:
        super().__init__(f"{path}: {fault}" if line is None else f"{path}, line {line}, {field}: {fault}")
        self.path, self.line, self.field = path, line, field


@dataclass(frozen=True, slots=True)
class JudgedRequest:
    """A request of a judged set. `wanted` is for measuring and never reaches the matcher."""

    id: str
    query: Query
    wanted: frozenset[str]


@dataclass(frozen=True, slots=True)
class Judgment:
    """How well an expert fits a request; grades are 0 to 1000, greater is better."""

    request: str
    expert: str
    grade: float


def read_experts(path: Path, *, as_served: bool = False) -> list[Profile]:
    """Return the profiles of an import file: `id`, `statement`, `items` (`title`, `text`, `kind`, `year`) and `codes`
    are read, no more; `as_served` what counts in the service besides: an expert's `kind`, as one of the codes, and
    whether an item is `verified`.

    Raises FileFault for a line that is no such object, and for an id that comes twice.
    """
    return [_profile(row, as_served) for row in _rows(path)]


def read_requests(path: Path) -> list[JudgedRequest]:
    """Return the requests of a file: `id`, `title`, `text`, optional `wanted` (codes) and `aspects`.

    Raises FileFault for a line that is no such object, and for an id that comes twice.
    """
    return [
        JudgedRequest(
            row.id,
            Query(row.text("title"), row.text("text"), row.aspects()),
            frozenset(row.strings("wanted")),
        )
        for row in _rows(path)
    ]


def read_judgments(path: Path, requests: set[str], experts: set[str]) -> list[Judgment]:
    """Return the judgments of a file of `request<TAB>expert<TAB>grade` lines; a first line of such names is a
    heading.

    Raises FileFault for a line of another shape, an unknown request or expert, a grade that is no number from 0 to
    1000, and for a pair judged twice.
    """
    found: dict[tuple[str, str], Judgment] = {}
    for number, line in enumerate(_lines(path), 1):
        parts = line.split("\t")
        if not line.strip() or (number == 1 and [part.strip() for part in parts] == ["request", "expert", "grade"]):
            continue
        if len(parts) != 3:
            raise FileFault(
                path, number, "line", f"{len(parts)} columns; request, expert and grade needed, tab between"
            )
        request, expert, grade = (part.strip() for part in parts)
        for field, value, known in (("request", request, requests), ("expert", expert, experts)):
            if value not in known:
                raise FileFault(path, number, field, f"{value!r} is not among the {len(known)} {field}s read")
        if (request, expert) in found:
            raise FileFault(path, number, "expert", f"{expert!r} is judged twice for {request!r}")
        found[request, expert] = Judgment(request, expert, _grade(path, number, grade))
    return list(found.values())


@dataclass(frozen=True, slots=True)
class _Row:
    """An object of a JSON-lines file, with where it stands."""

    path: Path
    line: int
    body: dict[str, Any]

    @property
    def id(self) -> str:
        value = self.body.get("id")
        if isinstance(value, int) and not isinstance(value, bool):
            return str(value)
        if not isinstance(value, str) or not value:
            raise self.fault("id", f"{value!r}; a non-empty string is needed")
        return value

    def fault(self, field: str, fault: str) -> FileFault:
        return FileFault(self.path, self.line, field, fault)

    def text(self, field: str) -> str:
        value = self.body.get(field)
        if value is not None and not isinstance(value, str):
            raise self.fault(field, f"{value!r:.60}; a string is needed")
        return value or ""

    def strings(self, field: str) -> list[str]:
        return self.many(field, str, "strings")

    def many(self, field: str, kind: type, kinds: str) -> list[Any]:
        value = self.body.get(field)
        if value is None:
            return []
        if not isinstance(value, list) or not all(isinstance(one, kind) for one in value):
            raise self.fault(field, f"{value!r:.60}; a list of {kinds} is needed")
        return value

    def aspects(self) -> tuple[Aspect, ...]:
        try:
            return tuple(
                Aspect(body["code"], body.get("need", "nice")) for body in self.many("aspects", dict, "objects")
            )
        except KeyError:
            raise self.fault("aspects", "each needs a code") from None
        except ValueError as error:
            raise self.fault("aspects", str(error)) from None


def _profile(row: _Row, as_served: bool) -> Profile:
    items = tuple(
        _item(_Row(row.path, row.line, body), place, as_served)
        for place, body in enumerate(row.many("items", dict, "objects"))
    )
    codes = {*row.strings("codes"), row.text("kind") if as_served else ""} - {""}
    return Profile(row.id, row.text("statement"), items, frozenset(codes))


def _item(row: _Row, place: int, as_served: bool) -> Item:
    year, verified = row.body.get("year"), row.body.get("verified") if as_served else None
    if year is not None and (isinstance(year, bool) or not isinstance(year, int)):
        raise row.fault(f"items[{place}].year", f"{year!r}; a whole number is needed")
    if verified is not None and not isinstance(verified, bool):
        raise row.fault(f"items[{place}].verified", f"{verified!r}; true or false is needed")
    return Item(row.text("title"), row.text("text"), row.text("kind"), year, verified)


def _rows(path: Path) -> Iterator[_Row]:
    seen: set[str] = set()
    for number, line in enumerate(_lines(path), 1):
        if not line.strip():
            continue
        try:
            body = json.loads(line)
        except ValueError as error:
            raise FileFault(path, number, "line", f"not JSON ({error})") from None
        if not isinstance(body, dict):
            raise FileFault(path, number, "line", "a JSON object is needed")
        row = _Row(path, number, body)
        if row.id in seen:
            raise row.fault("id", f"{row.id!r} has come before")
        seen.add(row.id)
        yield row


def _lines(path: Path) -> Iterator[str]:
    # Not splitlines(): it also splits at U+2028 and the like, which stand inside JSON strings.
    with path.open(encoding="utf-8-sig", newline="\n") as file:
        try:
            yield from (line.rstrip("\r\n") for line in file)
        except UnicodeDecodeError as error:
            raise FileFault(path, None, "file", f"not UTF-8 ({error})") from None


def _grade(path: Path, line: int, value: str) -> float:
    try:
        grade = float(value) if _GRADE.fullmatch(value) else -1.0
    except ValueError:
        grade = -1.0
    if not 0 <= grade <= MOST:
        raise FileFault(path, line, "grade", f"{value!r:.40}; a number from 0 to {MOST} is needed")
    return grade
