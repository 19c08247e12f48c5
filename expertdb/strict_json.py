"""JSON as RFC 8259 has it: UTF-8, no NaN or Infinity, no name twice in an object, no nesting without end."""

import json
from typing import Any, NoReturn


def loads(raw: bytes) -> Any:
    """Decode JSON; raises ValueError that says what is wrong with it."""
    try:
        return json.loads(
            raw.decode("utf-8-sig"), parse_constant=_refuse_constant, object_pairs_hook=_refuse_repeated_names
        )
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _refuse_repeated_names(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """The object; Python would keep the last of two values of a name and drop the other unseen."""
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise ValueError(f"{name!a:.60} stands twice in one object")
        found[name] = value
    return found
