"""Who of a file is in the pool already, or twice in the file.

Certain: the same id in the same source, identity number or licence number. Likely: the same name at the same employer.
Possible: that too, but each has an id of a source, and the ids differ: rosters tell people apart by their ids. Two
different identity numbers are two people, whatever else agrees.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from expertdb.models.experts import Expert
from expertdb.models.restricted import HASHED, RestrictedValue
from expertdb.names import fold_name, organisation_key, syllables
from expertdb.services.people import Person, are_namesakes, latin_forms, pinyin_forms

AT_ONCE = 500
STREAMED = 5_000
Reason = Literal["source_id", "id_number", "licence_numbers", "name"]
Weight = Literal["certain", "likely", "possible"]


@dataclass(frozen=True)
class Match:
    """Row `row` is about the expert `expert` of the pool, or about the same person as the earlier row `other`."""

    row: int
    why: Reason
    weight: Weight
    expert: str | None = None
    other: int | None = None


def find(session: Session, people: list[Person], employers: Mapping[str, str]) -> dict[int, list[Match]]:
    """The matches of each row that has any, the weightiest first and each expert or row once.

    `employers` has the ids of the organisations in the pool by what rows call them.
    """
    found = [*_within(people, employers), *_by_source(session, people), *_by_number(session, people)]
    found += _by_name(session, people, employers)
    differing = _different_numbers(session, people, found)
    matches: dict[int, list[Match]] = defaultdict(list)
    for match in sorted(found, key=lambda match: ("certain", "likely", "possible").index(match.weight)):
        whom = {(one.expert, one.other) for one in matches[match.row]}
        if (match.expert, match.other) not in whom and (match.row, match.expert) not in differing:
            matches[match.row].append(match)
    return {row: ones for row, ones in matches.items() if ones}


def _within(people: list[Person], employers: Mapping[str, str]) -> Iterator[Match]:
    """Rows that are about the person of an earlier row."""
    by_source: dict[str, Person] = {}
    by_number: dict[tuple[str, str], Person] = {}
    by_name: dict[str, list[Person]] = defaultdict(list)
    for one in people:
        if one.source_id and (before := by_source.setdefault(one.source_id, one)) is not one:
            yield Match(one.row, "source_id", "certain", other=before.row)
        for field, digests in _numbers(one):
            if (before := by_number.setdefault((field, digests[0]), one)) is not one:
                yield Match(one.row, _reason(field), "certain", other=before.row)
        if one.organisation:
            namesakes = by_name[employers.get(one.organisation) or organisation_key(one.organisation)]
            for before in namesakes:
                if _alike(before, one):
                    both_have_ids = before.source_id and one.source_id
                    yield Match(one.row, "name", "possible" if both_have_ids else "likely", other=before.row)
                    break
            namesakes.append(one)


def _alike(one: Person, other: Person) -> bool:
    mine, theirs = one.numbers.get("id_number"), other.numbers.get("id_number")
    if mine and theirs and mine != theirs:
        return False
    return are_namesakes(one.zh, one.latin, other.zh, other.latin)


def _numbers(one: Person) -> Iterator[tuple[str, tuple[str, ...]]]:
    for field, values in one.numbers.items():
        for digests in values:
            yield field, digests


def _reason(field: str) -> Reason:
    return "id_number" if field == "id_number" else "licence_numbers"


def _chunks(values: Iterable[str]) -> Iterator[list[str]]:
    whole = sorted(set(values))
    for start in range(0, len(whole), AT_ONCE):
        yield whole[start : start + AT_ONCE]


def _by_source(session: Session, people: list[Person]) -> Iterator[Match]:
    """Rows with the id of an expert's source, or with the id an expert has here, which exports write."""
    rows = {one.source_id: one.row for one in reversed(people) if one.source_id}
    for chunk in _chunks(rows):
        wanted = select(Expert.source_id, Expert.id).where(or_(Expert.source_id.in_(chunk), Expert.id.in_(chunk)))
        for source, expert in session.execute(wanted):
            for named in {source or expert, expert} & rows.keys():
                yield Match(rows[named], "source_id", "certain", expert=expert)


def _by_number(session: Session, people: list[Person]) -> Iterator[Match]:
    rows: dict[tuple[str, str], int] = {}
    for one in people:
        for field, digests in _numbers(one):
            rows |= {(field, digest): one.row for digest in digests}
    columns = (RestrictedValue.field, RestrictedValue.digest, RestrictedValue.expert_id)
    for field in HASHED:
        for chunk in _chunks(digest for stated, digest in rows if stated == field):
            wanted = select(*columns).where(RestrictedValue.field == field, RestrictedValue.digest.in_(chunk))
            for _, digest, expert in session.execute(wanted):
                yield Match(rows[field, digest or ""], _reason(field), "certain", expert=expert)


def _by_name(session: Session, people: list[Person], employers: Mapping[str, str]) -> Iterator[Match]:
    """Namesakes at the same employer. The pool's names stream past those of the file, which alone are held."""
    in_pool = [one for one in people if one.organisation in employers]
    by_name: dict[tuple[str, str], list[Person]] = defaultdict(list)
    for one in in_pool:
        for form in {one.zh, *one.latin} - {""}:
            by_name[employers[one.organisation], form].append(one)
    if not by_name:
        return
    columns = (Expert.id, Expert.source_id, Expert.name_sort, Expert.name_zh, Expert.name_en, Expert.organisation_id)
    known = session.execute(
        select(*columns).where(Expert.organisation_id.is_not(None)).execution_options(yield_per=STREAMED)
    )
    for id, source, sort_key, zh, en, organisation in known:
        spoken, written = _parts(sort_key, zh) if zh else ([], "")
        latin = latin_forms(None, en) | frozenset(pinyin_forms(spoken) if spoken else ())
        seen: set[int] = set()
        for form in {written, *latin} - {""}:
            for one in by_name.get((organisation or "", form), ()):
                if one.row not in seen and are_namesakes(one.zh, one.latin, written, latin):
                    seen.add(one.row)
                    differ = one.source_id and source and one.source_id != source
                    yield Match(one.row, "name", "possible" if differ else "likely", expert=id)


def _parts(sort_key: str, zh: str) -> tuple[list[str], str]:
    """The syllables and the folded characters of a Chinese name: its sort key has them, where no space is in it."""
    if not zh.isalpha():
        return syllables(fold_name(zh)), fold_name(zh)
    *spoken, written = sort_key.split(" ")
    return spoken, written


def _different_numbers(session: Session, people: list[Person], found: list[Match]) -> set[tuple[int, str]]:
    """The matches by name that are none: the row and the expert have different identity numbers."""
    stated = {one.row: one.numbers.get("id_number", ()) for one in people}
    doubted = [match for match in found if match.why == "name" and match.expert and stated[match.row]]
    known: dict[str, str] = {}
    for chunk in _chunks(match.expert for match in doubted if match.expert):
        wanted = select(RestrictedValue.expert_id, RestrictedValue.digest).where(
            RestrictedValue.field == "id_number", RestrictedValue.expert_id.in_(chunk)
        )
        known |= {row.expert_id: row.digest or "" for row in session.execute(wanted)}
    return {
        (match.row, match.expert)
        for match in doubted
        if match.expert in known and known[match.expert] not in stated[match.row][0]
    }
