"""Which column of a roster fills which field: proposed from the headings, corrected by whoever imports."""

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from expertdb.errors import Fault
from expertdb.names import organisation_key
from expertdb.services.headings import Column, bank_headings, bank_words, by_target, columns
from expertdb.tables.grids import Heading
from expertdb.wording import Text, Word

BRACKETS = re.compile(r"[(（\[【].*?[)）\]】]")


@dataclass(frozen=True)
class Mapped:
    """A column of the file with what it fills; `column` is None where it is not read."""

    heading: Heading
    column: Column | None

    @property
    def target(self) -> str | None:
        """The field that the column fills."""
        return self.column.target if self.column else None


@dataclass(frozen=True)
class Columns:
    """All columns of a file with what they fill, and what is wrong with that."""

    columns: tuple[Mapped, ...]
    faults: tuple[Fault, ...]


def proposed(heading: str) -> Column | None:
    """What a heading is known to mean."""
    bare = BRACKETS.sub("", heading)
    keys = (_key(heading), _key(bare), _key(bare).rstrip("0123456789"))
    return next((_known()[key] for key in keys if key in _known()), None)


def mapping(headings: tuple[Heading, ...], stated: Mapping[str, str | None]) -> Columns:
    """What each column fills: as `stated` by heading (None: it is not read), or else what its heading means."""
    faults = [*_unknown_headings(headings, stated), *_unknown_targets(stated)]
    found = tuple(Mapped(heading, _meant(heading.text, stated)) for heading in headings)
    faults += [*_bank(found, stated), *_repeated_headings(found), *_repeated_targets(found), *_missing(found)]
    return Columns(found, tuple(faults))


def _meant(heading: str, stated: Mapping[str, str | None]) -> Column | None:
    if heading in stated:
        return by_target().get(stated[heading] or "")
    return proposed(heading)


@cache
def _known() -> dict[str, Column]:
    return {_key(heading): column for column in reversed(columns()) for heading in column.headings}


def _key(heading: str) -> str:
    return organisation_key(heading)


def _unknown_headings(headings: tuple[Heading, ...], stated: Mapping[str, str | None]) -> list[Fault]:
    there = [heading.text for heading in headings]
    return [
        Fault(
            f"/mapping/{name[:100]}",
            Text('The file has no heading "{heading}"; it has: {there}.', heading=name[:100], there=", ".join(there)),
        )
        for name in stated
        if name not in there
    ]


def _unknown_targets(stated: Mapping[str, str | None]) -> list[Fault]:
    found = []
    for heading, target in stated.items():
        if target is not None and target not in by_target():
            near = difflib.get_close_matches(target, by_target(), n=3, cutoff=0.4) or list(by_target())
            detail = Text('There is no field "{target}"; nearest: {nearest}.', target=target, nearest=", ".join(near))
            found.append(Fault(f"/mapping/{heading[:100]}", detail))
    return found


def _bank(columns: tuple[Mapped, ...], stated: Mapping[str, str | None]) -> list[Fault]:
    detail = Text("This column holds bank data, which is kept nowhere in this database. Delete the column.")
    return [
        Fault(f"/headings/{one.heading.letter}", detail)
        for one in columns
        if _is_of_a_bank(one.heading.text) and (one.heading.text not in stated or one.column is not None)
    ]


def _is_of_a_bank(heading: str) -> bool:
    key = _key(BRACKETS.sub("", heading))
    if key in map(_key, bank_headings()):
        return True
    return proposed(heading) is None and any(_key(word) in key for word in bank_words())


def _repeated_headings(columns: tuple[Mapped, ...]) -> list[Fault]:
    first: dict[str, Heading] = {}
    found = []
    for one in columns:
        before = first.setdefault(one.heading.text, one.heading)
        if before is not one.heading:
            detail = Text("Column {first} has this heading already; give each column its own.", first=before.letter)
            found.append(Fault(f"/headings/{one.heading.letter}", detail))
    return found


def _repeated_targets(columns: tuple[Mapped, ...]) -> list[Fault]:
    first: dict[str, Heading] = {}
    found = []
    for one in columns:
        if one.column is None or one.column.several:
            continue
        before = first.setdefault(one.column.target, one.heading)
        if before is not one.heading and before.text != one.heading.text:
            template = 'Columns {first} and {second} both fill "{target}"; map one of them to nothing.'
            detail = Text(template, first=before.letter, second=one.heading.letter, target=_called(one.column))
            found.append(Fault(f"/headings/{one.heading.letter}", detail))
    return found


def _missing(columns: tuple[Mapped, ...]) -> list[Fault]:
    there = {one.target for one in columns}
    found = []
    if not there & {"name", "name.zh", "name.en"}:
        found.append(Fault("/headings", _no_column("name")))
    if "kind" not in there:
        found.append(Fault("/headings", _no_column("kind")))
    return found


def _no_column(target: str) -> Text:
    template = 'No column fills "{target}": no heading is {known} or the like. Say which column it is.'
    column = by_target()[target]
    return Text(template, target=_called(column), known=", ".join((column.zh[0], column.en[0])))


def _called(column: Column) -> Word:
    """A field by its usual headings."""
    zh, en = (next(iter(headings), column.target) for headings in (column.zh, column.en))
    return Word(column.target, zh=zh, en=en)
