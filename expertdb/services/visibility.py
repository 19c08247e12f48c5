"""Who sees which field of an expert, at which stage of a matter: one table, which docs/access.md prints.

Personal data follows the law's order (PIPL Arts 6, 23, 25, 28): the public sees what the expert agreed to publish, an
agency the people on its own shortlists, and how to reach somebody only whoever that person has accepted work from.
"""

from typing import Literal

from expertdb.models.restricted import FIELDS
from expertdb.services.actors import Actor

Level = Literal["shown", "opened", "masked", "hidden"]
Stage = Literal["none", "open_request", "accepted"]
LEVELS: dict[Level, str] = {
    "shown": "in every answer that holds the expert",
    "opened": "masked in every answer; the value itself on a call of its own, with a reason, in the audit log",
    "masked": "a few characters only",
    "hidden": "not at all",
}
# Who asks, and how far the matter has come in which they ask.
AUDIENCES = (
    "public",
    "agency",
    "agency, open request",
    "agency, accepted",
    "policy_office",
    "policy_office, accepted",
    "reviewer",
    "auditor",
    "administrator",
)
_S: Level = "shown"
_O: Level = "opened"
_M: Level = "masked"
_H: Level = "hidden"
TABLE: dict[str, tuple[Level, ...]] = {
    "name": (_S, _H, _S, _S, _S, _S, _S, _S, _S),
    "organisation": (_S, _H, _S, _S, _S, _S, _S, _S, _S),
    "kind": (_S, _H, _S, _S, _S, _S, _S, _S, _S),
    "title_level": (_S, _H, _S, _S, _S, _S, _S, _S, _S),
    "region": (_S, _H, _S, _S, _S, _S, _S, _S, _S),
    "codes": (_S, _H, _S, _S, _S, _S, _S, _S, _S),
    "statement": (_H, _H, _S, _S, _S, _S, _S, _S, _S),
    "items": (_H, _H, _S, _S, _S, _S, _S, _S, _S),
    "languages": (_H, _H, _S, _S, _S, _S, _S, _S, _S),
    "availability": (_H, _H, _S, _S, _S, _S, _S, _S, _S),
    "status": (_H, _H, _H, _H, _S, _S, _S, _S, _S),
    "term": (_H, _H, _H, _H, _S, _S, _S, _S, _S),
    "phone": (_H, _H, _H, _O, _M, _O, _M, _M, _O),
    "email": (_H, _H, _H, _O, _M, _O, _M, _M, _O),
    "address": (_H, _H, _H, _O, _M, _O, _M, _M, _O),
    "id_number": (_H, _H, _H, _H, _M, _M, _M, _M, _O),
    "licence_numbers": (_H, _H, _H, _H, _M, _M, _O, _M, _O),
}
_BY_STAGE: dict[Stage, dict[str, str]] = {
    "none": {},
    "open_request": {"agency": "agency, open request"},
    "accepted": {"agency": "agency, accepted", "policy_office": "policy_office, accepted"},
}


def audience(actor: Actor | None, stage: Stage) -> str:
    """Which column of the table a caller stands in; nobody in particular is the public."""
    if actor is None:
        return "public"
    return _BY_STAGE[stage].get(actor.role, actor.role)


def visible_fields(actor: Actor | None, stage: Stage = "none") -> dict[str, Level]:
    """What the caller may see of an expert at this stage, by field: shown, opened, masked or hidden."""
    column = AUDIENCES.index(audience(actor, stage))
    return {field: levels[column] for field, levels in TABLE.items()}


def may_open(actor: Actor, stage: Stage = "none") -> tuple[str, ...]:
    """The restricted fields whose values the caller may read, each time with a reason and a trace."""
    seen = visible_fields(actor, stage)
    return tuple(field for field in FIELDS if seen[field] in (_S, _O))


def as_table() -> str:
    """The table as Markdown."""
    rows = [("field", *AUDIENCES), ("---",) * (len(AUDIENCES) + 1)]
    rows += [(f"`{field}`", *levels) for field, levels in TABLE.items()]
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)
