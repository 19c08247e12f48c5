"""Items of an expert from their record elsewhere: what is there already stays, what is new comes in unverified."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from marshmallow import ValidationError
from sqlalchemy.orm import Session

from expertdb.errors import Fault, InvalidInput
from expertdb.models.experts import Expert, ExpertItem
from expertdb.names import fold, name_words
from expertdb.schemas.experts import MAXIMUM_ITEMS, ItemBody
from expertdb.schemas.faults import faults_of
from expertdb.services import audit, author_records, experts, lifecycle, revisions, versions
from expertdb.services.actors import Actor
from expertdb.services.author_records import Authored
from expertdb.wording import Text

NO_LETTER = re.compile(r"[^\w\s]|_")


@dataclass(frozen=True)
class Imported:
    """What came of it, or would: the new items, and how many were there or are no evidence, by kind."""

    source: str
    author: str | None
    dry_run: bool
    added: list[dict[str, Any]]
    known: int
    left_out: dict[str, int]


def take(
    session: Session, expert_id: str, body: Mapping[str, Any], *, dry_run: bool, actor: Actor, now: datetime
) -> Imported:
    """Add the works of a record to an expert's items; all of them or none.

    Raises NotFound, ExpertIsErased, InvalidInput for a record of another kind or another person, for every work that
    cannot be an item, and when too many would come.
    """
    expert = experts.get(session, expert_id, lock=not dry_run)
    lifecycle.refuse_erased(expert.id, expert.status)
    found = author_records.read(body["record"])
    if not body["same_person"]:
        _refuse_another(expert, found)
    works = [one for one in found.works if "since" not in body or (one[1]["year"] or 0) >= body["since"]]
    fresh = _new(expert, _checked(works))
    if len(expert.items) + len(fresh) > MAXIMUM_ITEMS:
        template = "With {count} more this expert would have over {maximum} items; say `since` which year."
        raise InvalidInput(Fault("/since", Text(template, count=len(fresh), maximum=MAXIMUM_ITEMS)))
    if fresh and not dry_run:
        _store(session, expert, found.source, fresh, actor, now)
    author = next(iter(found.names), None)
    return Imported(found.source, author, dry_run, fresh, len(works) - len(fresh), dict(found.left_out))


def _refuse_another(expert: Expert, found: Authored) -> None:
    if not any(_is_name_of(expert, name) for name in found.names):
        template = "The record is about {found}, the expert is {name}. Say so when they are the same."
        name = expert.name_zh or expert.name_en
        raise InvalidInput(Fault("/same_person", Text(template, found=", ".join(found.names)[:200] or "?", name=name)))


def _is_name_of(expert: Expert, name: str) -> bool:
    """Whether every word of a name begins one of the expert's: characters, pinyin or English, in either order."""
    parts = [part for word in fold(NO_LETTER.sub(" ", name)).split() for part in name_words(word)]
    return bool(parts) and all(f"|{part}" in expert.name_search for part in parts)


def _checked(works: list[tuple[str, dict[str, Any]]]) -> list[dict[str, Any]]:
    schema, bodies, faults = ItemBody(), list[dict[str, Any]](), list[Fault]()
    for at, work in works:
        try:
            bodies.append(schema.load(work))
        except ValidationError as error:
            faults += faults_of(error.messages, at)
    if faults:
        raise InvalidInput(*faults)
    return bodies


def _new(expert: Expert, bodies: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Those that are not there under the same kind, title and year, nor twice in the record."""
    there = {(item.kind, fold(item.title), item.year) for item in expert.items}
    by_work = {(one["kind"], fold(one["title"]), one["year"]): one for one in reversed(bodies)}
    return [one for key, one in reversed(by_work.items()) if key not in there]


def _store(
    session: Session, expert: Expert, source: str, fresh: list[dict[str, Any]], actor: Actor, now: datetime
) -> None:
    before = revisions.state(expert, ("items",))
    last = max((item.position for item in expert.items), default=-1)
    expert.items += [ExpertItem(position=last + place, **one) for place, one in enumerate(fresh, start=1)]
    experts.refresh_content(expert)
    revisions.keep(session, expert, before, actor=actor, now=now)
    versions.touch(expert, now)
    session.flush()
    audit.record(session, actor, "items.imported", kind="expert", id=expert.id, source=source, count=len(fresh))
