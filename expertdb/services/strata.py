"""The strata of a draw: parts of the sub-pool with seats of their own."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy.orm import Session

from expertdb.errors import Fault, InvalidInput
from expertdb.schemas.panel_wishes import LARGEST_PANEL
from expertdb.services import panel_rules
from expertdb.wording import Text
from matching.draw import Stratum
from matching.panel.rules import ANYBODY as ANYONE

ANYBODY = "all"
NO_LOT = (
    "There are no more qualified experts than seats ({seats}), so nothing would be left to chance. "
    "Narrow the sub-pool less or fill fewer seats; whoever is to be chosen directly is chosen by a panel, with reasons."
)
NO_LOT_IN = (
    "The stratum {name} has no more qualified experts than seats ({seats}), so nothing would be left to chance. "
    "Narrow the sub-pool less or fill fewer seats; whoever is to be chosen directly is chosen by a panel, with reasons."
)


def of(session: Session, body: Mapping[str, Any]) -> tuple[Stratum, ...]:
    """The strata stated, or one of everybody; raises InvalidInput."""
    stated = body.get("strata") or []
    if not stated:
        if body.get("size") is None:
            raise InvalidInput(Fault("/size", Text("Say how many are to be drawn, in all or by strata.")))
        return (Stratum(ANYBODY, body["size"], body["reserves"]),)
    found = _read(session, stated, body["reserves"])
    seats = sum(one.seats for one in found)
    if body.get("size") is not None and body["size"] != seats:
        detail = Text("The strata have {seats} seats together, not {size}.", seats=seats, size=body["size"])
        raise InvalidInput(Fault("/size", detail))
    return found


def _read(session: Session, stated: Sequence[Mapping[str, Any]], reserves: int) -> tuple[Stratum, ...]:
    """Every stratum; raises InvalidInput with the faults of all."""
    found, faults = list[Stratum](), list[Fault]()
    for place, one in enumerate(stated):
        try:
            found.append(_stratum(session, dict(one), reserves, f"/strata/{place}"))
        except InvalidInput as error:
            faults += error.faults
    if faults:
        raise InvalidInput(*faults)
    return tuple(found)


def _stratum(session: Session, stated: dict[str, Any], reserves: int, at: str) -> Stratum:
    """A stratum; who is meant by it is said as in a rule, and is anybody where nothing is said."""
    own = {name: stated.pop(name) for name in ("name", "seats", "reserves") if name in stated}
    numbers = {"seats": own.get("seats"), "reserves": own.get("reserves", reserves)}
    faults = list(_wrong(own.get("name"), numbers, at))
    who = ANYONE
    if stated:
        try:
            rule: Any = panel_rules.custom(session, {"rules": [{**stated, "type": "at_least_one"}]})[0]
            who = rule.who
        except InvalidInput as error:
            faults += [Fault(at + fault.pointer.removeprefix("/rules/0"), fault.detail) for fault in error.faults]
    if faults:
        raise InvalidInput(*faults)
    return Stratum(own["name"], **numbers, who=who)


def _wrong(name: Any, numbers: Mapping[str, Any], at: str) -> Iterator[Fault]:
    for field, value in numbers.items():
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= LARGEST_PANEL:
            detail = Text("This must be a whole number from {low} to {high}.", low=0, high=LARGEST_PANEL)
            yield Fault(f"{at}/{field}", detail)
    if not isinstance(name, str) or not 1 <= len(name) <= 100:
        yield Fault(f"{at}/name", Text("A stratum has a name of 1 to {maximum} characters.", maximum=100))


def refuse_no_lot(terms: Mapping[str, Any], stated: Sequence[Mapping[str, Any]]) -> None:
    """Raise InvalidInput where a stratum was narrowed down to no more experts than seats: so its members were chosen.

    `stated` are the strata as the office stated them. Where the pool itself has no more, the record says that they are
    few, and nobody chose them.
    """
    found = terms["chosen_from"]
    by_filters = any(values for name, values in found["filters"].items() if name != "mode")
    is_narrowed = by_filters or found["forbidden"] or found["candidates"] < found["eligible"]
    named = {place for place, one in enumerate(stated) if one.get("experts")}
    faults = [
        _no_lot(place, one["name"], one["seats"])
        for place, one in enumerate(found["strata"])
        if 0 < one["seats"] == one["qualified"] and (is_narrowed or place in named)
    ]
    if faults:
        raise InvalidInput(*faults)


def _no_lot(place: int, name: str, seats: int) -> Fault:
    if name == ANYBODY:
        return Fault("/size", Text(NO_LOT, seats=seats))
    return Fault(f"/strata/{place}", Text(NO_LOT_IN, name=name, seats=seats))
