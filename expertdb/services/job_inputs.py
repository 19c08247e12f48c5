"""Names in what jobs were asked for: the rules of a batch name people by id, those from before as somebody typed them.

A worker has to find out whom a typed name means, so names stay while a job waits; who is erased meanwhile is named by
id, and when a job ends, nobody reads its rules any more and names go.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from expertdb.models.jobs import ENDED, Job
from expertdb.services import namesakes

EXPERTS = "experts"  # The field by which a rule names people.
ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def without_names(asked: Mapping[str, Any]) -> dict[str, Any]:
    """What was asked, with rules that name nobody but by id."""
    rules = _changed(asked.get("rules"), lambda named: [one for one in named if _is_id(one)])
    return {**asked, "rules": rules} if rules else dict(asked)


def name_by_id(session: Session, expert_id: str) -> int:
    """Put the id of an expert for their names in the rules of jobs that have not ended; returns in how many."""
    waiting = select(Job.id, Job.input).where(Job.status.not_in(ENDED)).order_by(Job.id).with_for_update()
    changed = 0
    for id, asked in session.execute(waiting).all():
        meant = namesakes.meant_by(session, {one for one in _named(asked.get("rules", [])) if not _is_id(one)})
        theirs = dict.fromkeys((one for one, ids in meant.items() if expert_id in ids), expert_id)
        if theirs:
            rules = _changed(asked["rules"], partial(_replaced, theirs))
            session.execute(update(Job).where(Job.id == id).values(input=asked | {"rules": rules}))
            changed += 1
    return changed


def _replaced(ids: Mapping[str, str], named: list[Any]) -> list[Any]:
    return [ids.get(one, one) if isinstance(one, str) else one for one in named]


def _is_id(one: Any) -> bool:
    return isinstance(one, str) and ID.fullmatch(one) is not None


def _named(rules: Any) -> Iterator[str]:
    """Everybody whom rules name, as they name them."""
    for inner in rules.values() if isinstance(rules, dict) else rules if isinstance(rules, list) else ():
        yield from _named(inner)
    if isinstance(rules, dict) and isinstance(rules.get(EXPERTS), list):
        yield from (one for one in rules[EXPERTS] if isinstance(one, str))


def _changed(rules: Any, change: Callable[[list[Any]], list[Any]]) -> Any:
    """The rules with each list of people changed."""
    if isinstance(rules, list):
        return [_changed(one, change) for one in rules]
    if not isinstance(rules, dict):
        return rules
    return {
        name: change(one) if name == EXPERTS and isinstance(one, list) else _changed(one, change)
        for name, one in rules.items()
    }
