"""Evidence: which items somebody verified, who and when; what is verified is the item as it stood then."""

from collections import defaultdict, deque
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from expertdb.models.experts import Expert, ExpertItem
from expertdb.services import edits
from expertdb.services.actors import Actor

# What an item claims; whoever changes it takes the verification back unless they verify it anew.
CLAIMED = ("kind", "title", "text", "year")
WHOLE = ("kind", "text", "year", "verified")  # What is compared as it is, where it is asked whether an item changed.


def put(expert: Expert, stated: list[dict[str, Any]]) -> None:
    """Replace the items as a whole; one that claims what it claimed before keeps its source and its verification."""
    before: dict[tuple[Any, ...], deque[ExpertItem]] = defaultdict(deque)
    for item in expert.items:
        before[_claim(item)].append(item)
    expert.items = [_made(position, one, before) for position, one in enumerate(stated)]


def is_there(expert: Expert, stated: list[dict[str, Any]]) -> bool:
    """Whether these are the items that there are, in their order; a source that is not stated is kept."""
    return len(stated) == len(expert.items) and all(map(_is_same, expert.items, stated))


def _is_same(item: ExpertItem, stated: Mapping[str, Any]) -> bool:
    # A field of one line sends no line ends, whatever it was given.
    lines = ("title", "source") if "source" in stated else ("title",)
    return all(edits.bare(getattr(item, name)) == edits.bare(stated.get(name)) for name in WHOLE) and all(
        _one_line(getattr(item, name)) == _one_line(stated.get(name)) for name in lines
    )


def _one_line(value: str | None) -> str:
    return "".join((value or "").splitlines())


def edit(item: ExpertItem, body: Mapping[str, Any]) -> None:
    """Change what `body` names; call `stamp` afterwards."""
    claimed = _claim(item)
    for field, value in body.items():
        setattr(item, field, value)
    if body.get("verified") or _claim(item) != claimed:
        item.verified, item.verified_by, item.verified_at = bool(body.get("verified")), None, None


def stamp(expert: Expert, actor: Actor, now: datetime) -> None:
    """Note who verified the items that are newly verified, and nobody for those that are not."""
    for item in expert.items:
        if not item.verified:
            item.verified_by = item.verified_at = None
        elif item.verified_at is None:
            item.verified_by, item.verified_at = actor.person, now


def _made(position: int, stated: Mapping[str, Any], before: Mapping[tuple[Any, ...], deque[ExpertItem]]) -> ExpertItem:
    item = ExpertItem(position=position, **stated)
    alike = before[_claim(item)]
    if alike:
        same = alike.popleft()
        item.source = stated.get("source", same.source)
        item.verified_by, item.verified_at = same.verified_by, same.verified_at
    return item


def _claim(item: ExpertItem) -> tuple[Any, ...]:
    return tuple(_bare(getattr(item, name)) for name in CLAIMED)


def _bare(value: Any) -> Any:
    """A value without white space: forms send other line ends than they were given, and fields of one line none."""
    return "".join(value.split()) or None if isinstance(value, str) else value
