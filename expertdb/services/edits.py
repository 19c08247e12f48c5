"""What an edit changes: what a body says that is so already is neither written nor recorded, and makes no version.

A form sends every field that it shows, its ticks in the order of the page and with what was left blank; a program may
send a whole object back. Of all this only what is otherwise than it was is a change.
"""

from collections.abc import Mapping
from typing import Any

# Lists whose order says nothing. Those of codes, names and questions are shown in the order they were given.
UNORDERED = (
    "/languages",
    "/availability/modes",
    "/availability/away",
    "/availability/not_wanted/codes",
    "/availability/not_wanted/kinds",
)


def changes(body: Mapping[str, Any], there: Mapping[str, Any]) -> dict[str, Any]:
    """Those fields of the body that `there` has otherwise; a list without an order keeps that which it has there."""
    settled = {name: _in_its_order(stated, there.get(name), f"/{name}") for name, stated in body.items()}
    return {name: value for name, value in settled.items() if bare(value) != bare(there.get(name))}


def _in_its_order(stated: Any, there: Any, pointer: str) -> Any:
    if isinstance(stated, Mapping) and isinstance(there, Mapping):
        return {name: _in_its_order(inner, there.get(name), f"{pointer}/{name}") for name, inner in stated.items()}
    if pointer not in UNORDERED or not isinstance(stated, list) or not isinstance(there, list):
        return stated
    return there if len(stated) == len(there) and all(one in there for one in stated) else stated


def bare(value: Any) -> Any:
    """A value as it is compared: without members that say nothing, and with the line ends that forms send."""
    if isinstance(value, Mapping):
        return {name: kept for name, inner in value.items() if (kept := bare(inner)) is not None} or None
    if isinstance(value, list):
        return [bare(inner) for inner in value] or None
    if isinstance(value, str):
        return value.replace("\r\n", "\n") or None
    return value
