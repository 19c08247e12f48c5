"""JSON as RFC 8259 has it: UTF-8, no NaN or Infinity, no name twice in an object, no nesting without end."""

import json
from typing import Any, NoReturn

import orjson

from expertdb.wording import Text

# What Python's parser says, as sentences that can be said in Chinese too.
MEANT = {
    "Expecting value": Text("a value is missing"),
    "Expecting property name enclosed in double quotes": Text("a name in double quotation marks is missing"),
    "Expecting ':' delimiter": Text("a colon is missing"),
    "Expecting ',' delimiter": Text("a comma is missing"),
    "Illegal trailing comma before end of object": Text("a comma is too many"),
    "Illegal trailing comma before end of array": Text("a comma is too many"),
    "Extra data": Text("it goes on behind its end"),
    "Unterminated string starting at": Text("a text is not closed"),
    "Invalid control character at": Text("a control character stands in a text"),
}


class NotJson(ValueError):
    """This is no JSON; `reason` is the sentence that says why."""

    def __init__(self, reason: Text) -> None:
        super().__init__(reason)
        self.reason = reason


def loads(raw: bytes) -> Any:
    """Decode JSON; raises NotJson."""
    try:
        return json.loads(
            raw.decode("utf-8-sig"), parse_constant=_refuse_constant, object_pairs_hook=_refuse_repeated_names
        )
    except NotJson:
        raise
    except UnicodeDecodeError as error:
        raise NotJson(Text("byte {place} is not UTF-8, in which JSON is written", place=error.start + 1)) from error
    except json.JSONDecodeError as error:
        what = MEANT.get(error.msg) or Text("a character does not belong there")
        place = Text("line {line}, column {column}: {what}", line=error.lineno, column=error.colno, what=what)
        raise NotJson(place) from error
    except RecursionError as error:
        raise NotJson(Text("it is nested too deeply")) from error
    except ValueError as error:
        raise NotJson(Text("it holds a number of thousands of digits")) from error


def written(value: Any) -> bytes:
    """A value of plain data as JSON in UTF-8; raises TypeError, or UnicodeEncodeError for halves of characters."""
    try:
        return orjson.dumps(value)
    except orjson.JSONEncodeError:  # What it does not write and Python does: numbers of more than 64 bits.
        return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def _refuse_constant(name: str) -> NoReturn:
    raise NotJson(Text("{name} is not JSON", name=name))


def _refuse_repeated_names(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """The object; Python would keep the last of two values of a name and drop the other unseen."""
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise NotJson(Text("{name} stands twice in one object", name=ascii(name)[:60]))
        found[name] = value
    return found
