"""The strata of a draw: parts of the sub-pool with seats of their own."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from expertdb.errors import Fault, InvalidInput
from expertdb.schemas.panel_wishes import LARGEST_PANEL
from expertdb.services import panel_rules
from expertdb.wording import Text
from matching.draw import Stratum

ANYBODY = "all"


def of(session: Session, body: Mapping[str, Any]) -> tuple[Stratum, ...]:
    """The strata stated, or one of everybody; raises InvalidInput."""
    stated = body.get("strata") or []
    if not stated:
        if body.get("size") is None:
            raise InvalidInput(Fault("/size", Text("Say how many are to be drawn, in all or by strata.")))
        return (Stratum(ANYBODY, body["size"], body["reserves"]),)
    found = tuple(
        _stratum(session, dict(one), body["reserves"], f"/strata/{place}") for place, one in enumerate(stated)
    )
    seats = sum(one.seats for one in found)
    if body.get("size") is not None and body["size"] != seats:
        detail = Text("The strata have {seats} seats together, not {size}.", seats=seats, size=body["size"])
        raise InvalidInput(Fault("/size", detail))
    return found


def _stratum(session: Session, stated: dict[str, Any], reserves: int, at: str) -> Stratum:
    """A stratum; who is meant by it is said as in a rule, and is anybody where nothing is said."""
    own = {name: stated.pop(name) for name in ("name", "seats", "reserves") if name in stated}
    numbers = {"seats": own.get("seats"), "reserves": own.get("reserves", reserves)}
    for name, value in numbers.items():
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= LARGEST_PANEL:
            detail = Text("This must be a whole number from {low} to {high}.", low=0, high=LARGEST_PANEL)
            raise InvalidInput(Fault(f"{at}/{name}", detail))
    if not isinstance(own.get("name"), str) or not 1 <= len(own["name"]) <= 100:
        raise InvalidInput(Fault(f"{at}/name", Text("A stratum has a name of 1 to {maximum} characters.", maximum=100)))
    if not stated:
        return Stratum(own["name"], **numbers)
    try:
        rule: Any = panel_rules.custom(session, {"rules": [{**stated, "type": "at_least_one"}]})[0]
    except InvalidInput as error:
        faults = [Fault(at + fault.pointer.removeprefix("/rules/0"), fault.detail) for fault in error.faults]
        raise InvalidInput(*faults) from error
    return Stratum(own["name"], **numbers, who=rule.who)
