"""Keyset paging: a page goes on behind the last row seen, so that edits meanwhile neither repeat nor skip rows."""

import base64
import binascii
import json
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Date, Integer, Select, tuple_
from sqlalchemy.orm import InstrumentedAttribute, Session

from expertdb.errors import Fault, InvalidInput
from expertdb.models.base import UTCDateTime
from expertdb.wording import Text


@dataclass(frozen=True)
class Page:
    """Some rows of a collection and the cursor of the rows behind them (None at the end)."""

    items: list[Any]
    next_cursor: str | None


def fetch(
    session: Session,
    query: Select[Any],
    keys: tuple[InstrumentedAttribute[Any], ...],
    limit: int,
    cursor: str | None,
    *,
    newest_first: bool = False,
) -> Page:
    """The next `limit` rows of `query` ordered by `keys`, the last of which must be unique.

    Raises InvalidInput for a cursor that this collection did not hand out.
    """
    if cursor:
        after = _decode(cursor, keys)
        query = query.where(tuple_(*keys) < after if newest_first else tuple_(*keys) > after)
    order = [key.desc() if newest_first else key.asc() for key in keys]
    rows = list(session.scalars(query.order_by(*order).limit(limit + 1)))
    more = len(rows) > limit
    return Page(rows[:limit], _encode(rows[limit - 1], keys) if more else None)


def behind(cursor: str | None, keys: tuple[InstrumentedAttribute[Any], ...]) -> tuple[Any, ...]:
    """The keys of the row that a page goes on behind; none for the first page. Raises InvalidInput as `fetch` does."""
    return _decode(cursor, keys) if cursor else ()


def _encode(row: Any, keys: tuple[InstrumentedAttribute[Any], ...]) -> str:
    values = [getattr(row, key.key) for key in keys]
    plain = [value.isoformat() if isinstance(value, date) else value for value in values]
    return base64.urlsafe_b64encode(json.dumps(plain, ensure_ascii=False).encode()).decode().rstrip("=")


def _decode(cursor: str, keys: tuple[InstrumentedAttribute[Any], ...]) -> tuple[Any, ...]:
    try:
        raw = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        if not isinstance(raw, list) or len(raw) != len(keys):
            raise ValueError("not a list of as many values as there are keys")
        return tuple(_restore(value, key) for value, key in zip(raw, keys, strict=True))
    except (ValueError, OverflowError, binascii.Error, RecursionError) as error:
        raise InvalidInput(Fault("/query/cursor", Text("This is not a cursor of this collection."))) from error


def _restore(value: Any, key: InstrumentedAttribute[Any]) -> Any:
    if isinstance(key.type, Integer):
        if type(value) is not int or not 0 <= value < 2**31:
            raise ValueError("a number is a number")
        return value
    if not isinstance(value, str) or any("\ud800" <= character <= "\udfff" or character == "\0" for character in value):
        raise ValueError("every key is a string")
    if isinstance(key.type, Date):
        return date.fromisoformat(value)
    if not isinstance(key.type, UTCDateTime):
        return value
    moment = datetime.fromisoformat(value)
    if moment.tzinfo is None:
        raise ValueError("moments carry their zone")
    return moment.astimezone(UTC)
