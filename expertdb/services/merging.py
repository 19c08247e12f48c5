"""Merging a row into an expert who is in the pool already: which values win, and what changes.

The pool wins, unless the importer prefers the file: what is empty in the pool is filled, what both state stays. Lists
(languages, licences, codes, licence numbers) are united; an item comes in when no item of that kind, title and year is
there. Status and term never change by a merge, and of two different identity numbers none wins: that is a fault. Who
nominated somebody, and by which letter, changes on a draft only, as by an edit.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from expertdb.code_words import called
from expertdb.models.experts import Expert
from expertdb.names import fold
from expertdb.recognising import compared, plain
from expertdb.schemas.experts import MAXIMUM_ITEMS
from expertdb.schemas.shared import named
from expertdb.sealing import Sealer
from expertdb.services import entry, restricted
from expertdb.wording import Text

Prefer = Literal["pool", "file"]
SINGLE = ("kind", "position", "region", "title_level", "statement", "source_id")
UNITED = ("languages", "licences", "codes")
NUMBERS = "licence_numbers"


@dataclass
class Merge:
    """What a merge changes: `changes` is the body of the edit; the rest says it by field."""

    changes: dict[str, Any] = field(default_factory=dict)
    filled: list[str] = field(default_factory=list)
    replaced: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    added: dict[str, int] = field(default_factory=dict)
    refused: Text | None = None
    noted: Text | None = None

    def choose(self, name: str, mine: Any, theirs: Any, prefer: Prefer) -> Any:
        """The value that wins for a field, noted by how it won."""
        if theirs in (None, "", mine):
            return mine
        if mine in (None, ""):
            self.filled.append(name)
            return theirs
        (self.replaced if prefer == "file" else self.kept).append(name)
        return theirs if prefer == "file" else mine

    def unite(self, name: str, mine: list[Any], theirs: list[Any]) -> list[Any]:
        """Both lists, mine first."""
        more = [one for one in theirs if one not in mine]
        if more:
            self.added[name] = len(more)
        return [*mine, *more]


@dataclass(frozen=True)
class Bodies:
    """The ids of the organisations that a row names: the employer, and the unit that nominates."""

    employer: str | None = None
    unit: str | None = None


def merge(expert: Expert, named_in: Bodies, body: Mapping[str, Any], prefer: Prefer, sealer: Sealer) -> Merge:
    """What the body of a row, with the organisations that are named in it, changes of an expert.

    Opens the expert's restricted values to compare them; raises RestrictedValueUnreadable.
    """
    found = Merge()
    for name in SINGLE:
        if name == "source_id" and body.get(name) == expert.id:
            continue  # An export gave the id that the expert has here.
        _note(found, name, getattr(expert, name), found.choose(name, getattr(expert, name), body.get(name), prefer))
    for name in UNITED:
        _note(
            found, name, list(getattr(expert, name)), found.unite(name, list(getattr(expert, name)), body.get(name, []))
        )
    _note(
        found,
        "organisation_id",
        expert.organisation_id,
        found.choose("organisation", expert.organisation_id, named_in.employer, prefer),
    )
    _merge_parts(found, "name", named(expert.name_zh, expert.name_en), body.get("name", {}), prefer)
    _merge_parts(found, "availability", dict(expert.availability), body.get("availability", {}), prefer)
    if "entry" in body:
        _merge_entry(found, expert, named_in.unit, body["entry"], prefer)
    _merge_items(found, expert, body.get("items", []))
    _merge_restricted(found, expert, body.get("restricted", {}), prefer, sealer)
    return found


def _note(found: Merge, name: str, before: Any, after: Any) -> None:
    if after != before:
        found.changes[name] = after


def _merge_parts(found: Merge, name: str, mine: dict[str, Any], theirs: Mapping[str, Any], prefer: Prefer) -> None:
    merged = mine | {
        part: found.choose(f"{name}.{part}", mine.get(part), value, prefer) for part, value in theirs.items()
    }
    _note(found, name, mine, merged)


def _merge_entry(found: Merge, expert: Expert, unit: str | None, stated: Mapping[str, Any], prefer: Prefer) -> None:
    """Who nominated a draft and by which letter, which goes with its unit; of anybody else that is kept, and said."""
    letter, mine = stated.get("endorsement"), entry.endorsement_of(expert)
    if not entry.may_change(expert):
        stays = {"entry.unit": (unit, expert.nominated_by_id), "entry.endorsement": (letter, mine)}
        kept = [name for name, (theirs, ours) in stays.items() if theirs not in (None, ours)]
        found.kept += kept
        found.noted = _stays(expert) if kept else None
        return
    after = found.choose("entry.unit", expert.nominated_by_id, unit, prefer)
    if after == expert.nominated_by_id and unit not in (None, after):
        found.kept += ["entry.endorsement"] if letter else []
        return
    own = mine if expert.nominated_by_id in (None, after) else None
    endorsement = found.choose("entry.endorsement", own, letter, prefer)
    if (after, endorsement) != (expert.nominated_by_id, mine):
        found.changes["entry"] = {"source": stated["source"], "unit": after, "endorsement": endorsement}


def _stays(expert: Expert) -> Text:
    detail = (
        "The nominating unit and its endorsement stay as they are in the pool: they are changed on a draft only, and "
        'this expert is "{status}".'
    )
    return Text(detail, status=called("expert_status", expert.status))


def _merge_items(found: Merge, expert: Expert, stated: list[dict[str, Any]]) -> None:
    there = {(item.kind, fold(item.title), item.year) for item in expert.items}
    more = [one for one in stated if (one["kind"], fold(one["title"]), one.get("year")) not in there]
    if len(expert.items) + len(more) > MAXIMUM_ITEMS:
        found.refused = Text("This expert has {maximum} items; no more fit.", maximum=MAXIMUM_ITEMS)
    elif more:
        found.added["items"] = len(more)
        found.changes["more_items"] = more


def _merge_restricted(found: Merge, expert: Expert, stated: Mapping[str, Any], prefer: Prefer, sealer: Sealer) -> None:
    mine = restricted.opened(sealer, expert.restricted) if stated else {}
    changed: dict[str, Any] = {}
    for name, value in stated.items():
        if name == NUMBERS:
            known = {plain(one["number"]) for one in mine.get(NUMBERS, [])}
            fresh = [one for one in value or [] if plain(one["number"]) not in known]
            _note_into(changed, name, mine.get(NUMBERS, []), found.unite(name, mine.get(NUMBERS, []), fresh))
        elif name == "id_number" and value and mine.get(name) and compared(name, value) != compared(name, mine[name]):
            found.refused = Text("The row and the expert have different identity numbers: they are two people.")
        else:
            _note_into(changed, name, mine.get(name), found.choose(name, mine.get(name), value, prefer))
    if changed:
        found.changes["restricted"] = changed


def _note_into(changed: dict[str, Any], name: str, before: Any, after: Any) -> None:
    if after != before:
        changed[name] = after
