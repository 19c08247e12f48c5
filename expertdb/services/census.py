"""Everybody in the pool, of whatever status, in the few columns that lists and statistics count by.

A database takes seconds to count a hundred thousand experts by their codes and all above these; NumPy takes some
milliseconds, and the columns some 20 MB. `directory.py` reads them, and keeps them as the database is.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from expertdb.models.completeness import PARTS
from expertdb.models.corpus import Mark
from expertdb.services.texts import Mask, Texts
from expertdb.vocabularies import Edition

Numbers = npt.NDArray[np.intp]
# One for each expert, by id. Values are numbers of names; bit n of `lacks` says that the profile lacks the nth of
# PARTS; `due` is the day by which the profile is to be confirmed, 0 where there is none; `order` is how the sort key of
# the name begins.
ROW = np.dtype(
    [
        ("id", "S36"),
        *((name, "i4") for name in ("status", "kind", "region", "lacks", "items", "verified", "due")),
        ("order", "u8"),
    ]
)
# One for each code of an expert and each code above these, once: `own` where the expert was given the code itself.
HELD = np.dtype([("row", "i4"), ("code", "i4"), ("own", "i4")])


class Names:
    """Values and codes as numbers, from 1 on in the order they came; 0 is no value."""

    def __init__(self) -> None:
        self.listed: list[str | None] = [None]
        self._numbers: dict[str | None, int] = {None: 0}

    def number(self, name: str | None) -> int:
        """The number of a name, which is new where it has none. Not for two threads at once."""
        found = self._numbers.get(name)
        if found is None:
            found = self._numbers[name] = len(self.listed)
            self.listed.append(name)
        return found

    def known(self, names: Iterable[str]) -> list[int]:
        """The numbers of those names that have one."""
        return [self._numbers[name] for name in names if name in self._numbers]


@dataclass(frozen=True)
class Read:
    """What was read of some experts: rows by id, what each of these rows holds, texts by id."""

    rows: npt.NDArray[Any]
    held: npt.NDArray[Any]
    search_forms: dict[str, str]
    contents: dict[str, str]


def beginning(sort_key: str) -> np.uint64:
    """How a sort key begins, as a number: eight bytes, in whose order are the keys, too."""
    return np.uint64(int.from_bytes(sort_key.encode()[:8].ljust(8, b"\0"), "big"))


@dataclass(frozen=True)
class Census:
    """The pool in one state, counted in one edition of the vocabularies.

    Never changed, so that threads may share it.
    """

    mark: Mark
    edition: Edition
    names: Names
    rows: npt.NDArray[Any]
    held: npt.NDArray[Any]
    search_forms: Texts
    contents: Texts

    def everybody(self) -> Mask:
        """A mask, shape (n_experts,), that leaves nobody out."""
        return np.ones(len(self.rows), bool)

    def ids(self, rows: Numbers) -> list[str]:
        """The ids of these rows."""
        return [one.decode() for one in self.rows["id"][rows].tolist()]

    def rows_of(self, ids: Collection[str]) -> Numbers:
        """The rows of those of these experts whom the census has, by id."""
        wanted = np.sort(np.array(list(ids), ROW["id"]))
        places = np.searchsorted(self.rows["id"], wanted)
        there = places < len(self.rows)
        places, wanted = places[there], wanted[there]
        found: Numbers = places[self.rows["id"][places] == wanted]
        return found

    def among(self, ids: Collection[str]) -> Mask:
        """Whether each is one of these experts."""
        found = np.zeros(len(self.rows), bool)
        found[self.rows_of(ids)] = True
        return found

    def having(self, column: str, values: Iterable[str]) -> Mask:
        """Whether each has one of these values in a column."""
        return np.isin(self.rows[column], self.names.known(values))

    def holding(self, codes: Iterable[str]) -> Mask:
        """Whether each holds one of these codes or one below it."""
        found = np.zeros(len(self.rows), bool)
        found[self.held["row"][np.isin(self.held["code"], self.names.known(codes))]] = True
        return found

    def page(self, among: Mask, count: int, after: str = "") -> list[str]:
        """Those of these among whom are the next `count` by name behind a sort key; few more than these as a rule."""
        order, start = self.rows["order"], beginning(after)
        last = np.iinfo(np.uint64).max
        behind = order[among & (order > start)]  # Of those whose keys begin as this one, some are before it.
        if len(behind) > count:
            last = np.partition(behind, count - 1)[count - 1]
        return self.ids(np.flatnonzero(among & (order >= start) & (order <= last)))

    def complete(self) -> Mask:
        """Whether each profile has every part."""
        found: Mask = self.rows["lacks"] == 0
        return found

    def lacking(self, part: str) -> Mask:
        """Whether each profile lacks a part."""
        lacks: Mask = (self.rows["lacks"] >> list(PARTS).index(part) & 1).astype(bool)
        return lacks

    def count(self, column: str, among: Mask) -> dict[str, int]:
        """How many of these there are of each value of a column; those without one are left out."""
        counts = np.bincount(self.rows[column][among])
        return {str(self.names.listed[place]): int(counts[place]) for place in np.flatnonzero(counts) if place}

    def count_codes(self, among: Mask) -> dict[str, int]:
        """How many of these hold each code or one below it, each once."""
        counts = np.bincount(self.held["code"][among[self.held["row"]]])
        return {str(self.names.listed[place]): int(counts[place]) for place in np.flatnonzero(counts)}

    def cross(
        self, codes: Collection[str], columns: tuple[str, ...], among: Mask, *, own: bool = False
    ) -> dict[tuple[str | None, ...], int]:
        """How many of these there are of each of these codes and values of some columns, where there is anybody.

        Whoever holds a code or one below it counts, once; with `own`, whoever was given the code itself.
        """
        many, key = len(self.names.listed), np.zeros(len(self.rows), np.int64)
        for column in columns:
            key = key * many + self.rows[column]
        groups = np.flatnonzero(np.bincount(key))
        # Whoever does not count is in a group of their own, which takes less than to pick out all others.
        lookup = np.zeros(int(groups[-1]) + 1 if len(groups) else 0, np.int32)
        lookup[groups] = np.arange(len(groups))
        group = np.where(among, lookup[key], np.int32(len(groups)))
        places = self.held["code"] * np.int32(len(groups) + 1) + group.take(self.held["row"])
        places = places[self.held["own"] == 1] if own else places
        counts = np.bincount(places, minlength=many * (len(groups) + 1)).reshape(many, -1)
        found: dict[tuple[str | None, ...], int] = {}
        for code in self.names.known(codes):
            for place in np.flatnonzero(counts[code, :-1]):
                values = (int(groups[place]) // many**power % many for power in reversed(range(len(columns))))
                named = (self.names.listed[number] for number in (code, *values))
                found[tuple(named)] = int(counts[code, place])
        return found

    def replaced(self, ids: Collection[str], read: Read) -> "Census":
        """The census with these experts as they are read anew; whoever has no row is gone."""
        stays = self.everybody()
        stays[self.rows_of(ids)] = False
        kept = self.rows[stays]
        at = np.searchsorted(kept["id"], read.rows["id"])
        place = np.zeros(len(self.rows), np.intp)
        place[stays] = np.arange(len(kept)) + np.searchsorted(at, np.arange(len(kept)), side="right")
        old, new = self.held[stays[self.held["row"]]], read.held.copy()
        old["row"], new["row"] = place[old["row"]], (at + np.arange(len(at)))[new["row"]]
        return replace(
            self,
            rows=np.insert(kept, at, read.rows),
            held=np.concatenate([old, new]),
            search_forms=self.search_forms.replaced(ids, read.search_forms),
            contents=self.contents.replaced(ids, read.contents),
        )


def nobody(mark: Mark, edition: Edition, names: Names) -> Census:
    """A census to begin with."""
    return Census(mark, edition, names, np.empty(0, ROW), np.empty(0, HELD), Texts(), Texts())
