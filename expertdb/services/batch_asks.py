"""What each request of a batch asks for, from the batch's terms and the request's own wishes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from expertdb.code_words import all_called, called
from expertdb.errors import Fault, InvalidInput, NotFound
from expertdb.models.requests import ConsultationRequest
from expertdb.services import namesakes, panel_rules, requests
from expertdb.services.actors import Actor
from expertdb.services.panel_rules import Terms
from expertdb.wording import Text
from matching.assignment import Ask
from matching.panel import Sizes
from matching.panel.rules import Odd

# A request is open to a batch from its submission until its panel is confirmed.
OPEN = ("submitted", "accepted", "shortlisted")
SHARED = ("preset", "rules", "size", "reserves")  # The terms that a batch may set for all its requests.


@dataclass(frozen=True)
class Stated:
    """A request of the batch with what it asks for, and the experts who may not be chosen for it."""

    consultation_request: ConsultationRequest
    ask: Ask
    forbidden: frozenset[str]


def asks_of(session: Session, body: Mapping[str, Any], *, actor: Actor) -> list[Stated]:
    """What the requests ask for, in their order; raises InvalidInput that names every fault."""
    faults: list[Fault] = []
    found = _open_requests(session, body["requests"], actor, faults)
    forced = _pairs(session, body, "forced", faults)
    forbidden = _pairs(session, body, "forbidden", faults)
    shared = {name: body[name] for name in SHARED if body.get(name) is not None}
    stated = []
    for place, consultation_request in found.items():
        try:
            terms = panel_rules.terms(session, shared, consultation_request)
        except InvalidInput as error:
            faults += [_here(fault, shared, place) for fault in error.faults]
            continue
        id = consultation_request.id
        ask = Ask(id, _seats(terms), terms.reserves, terms.rules, tuple(forced.get(id, ())))
        stated.append(Stated(consultation_request, ask, frozenset(forbidden.get(id, ()))))
    if faults:
        raise InvalidInput(*dict.fromkeys(faults))
    return stated


def _here(fault: Fault, shared: Mapping[str, Any], place: int) -> Fault:
    """A fault of the shared terms stays where it is; one of a request's own wishes is the request's."""
    field = fault.pointer.split("/")[1]
    return fault if field in shared else Fault(f"/requests/{place}", fault.detail)


def _seats(terms: Terms) -> int:
    """How many seats: a batch tries no ranges, but takes the first size that its own rules allow."""
    if not isinstance(terms.size, Sizes):
        return terms.size
    is_odd = any(isinstance(rule, Odd) for rule in terms.rules)
    return next((size for size in terms.size.in_order() if size % 2 or not is_odd), terms.size.minimum)


def _open_requests(
    session: Session, ids: Sequence[str], actor: Actor, faults: list[Fault]
) -> dict[int, ConsultationRequest]:
    """The requests by their place in the list."""
    found: dict[int, ConsultationRequest] = {}
    seen: set[str] = set()
    for place, id in enumerate(ids):
        if id in seen:
            faults.append(Fault(f"/requests/{place}", Text("This stands in the list twice.")))
            continue
        seen.add(id)
        try:
            one = requests.get(session, id, actor=actor)
        except NotFound as error:
            faults.append(Fault(f"/requests/{place}", error.detail))
            continue
        if one.status in OPEN:
            found[place] = one
        else:
            template = 'This request is "{status}"; a batch takes those that are: {open}.'
            words = {"status": called("request_status", one.status), "open": all_called("request_status", OPEN)}
            faults.append(Fault(f"/requests/{place}", Text(template, **words)))
    return found


def _pairs(session: Session, body: Mapping[str, Any], field: str, faults: list[Fault]) -> dict[str, list[str]]:
    """The experts of pairs (request, expert), by request."""
    pairs, inside = body[field], set(body["requests"])
    meant = namesakes.meant_by(session, [pair["expert"] for pair in pairs])
    found: dict[str, list[str]] = {}
    for place, pair in enumerate(pairs):
        if pair["request"] not in inside:
            detail = Text("The request {id} is not in this batch.", id=pair["request"])
            faults.append(Fault(f"/{field}/{place}/request", detail))
        ids = meant[pair["expert"]]
        if len(ids) != 1:
            faults.append(Fault(f"/{field}/{place}/expert", panel_rules.not_one(pair["expert"], len(ids))))
        found.setdefault(pair["request"], []).extend(ids)
    return found
