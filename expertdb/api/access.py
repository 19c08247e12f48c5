"""Who may call what: the table of `docs/access.md`, made from the contracts of the routes."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from flask import Flask

from expertdb.api.routing import EVERYBODY, PREFIX, Contract, contract_of
from expertdb.services import visibility
from expertdb.services.actors import EXPERT

# Routes that answer without a token: they hold no data, or only whether the service works.
OPEN = (f"{PREFIX}/docs", f"{PREFIX}/docs/<name>", f"{PREFIX}/openapi.json", "/healthz", "/readyz", "/metrics")
HEADING = """# Who may call what

Made by `make openapi` from the access rules of the routes; a test fails when it is out of date. A token needs the
role of the column, and the scope of the row besides.

- An **agency** sees its own requests and their shortlists only: those that its token sent, or that its organisation
  asks for. Anything else is not found (404). It may submit and cancel its requests; other transitions are an office's.
- On a shortlist an agency sees how many experts were left out by coarse reason, in steps of five (rounded down),
  none below five, and no names of them.
- Which rank and affinity a recused expert would have had, on a shortlist or as a standing, only a **policy office**
  sees.
- A **reviewer** makes the moves of entry only (under review, publicity, active, back, out). Whoever entered or
  submitted a candidate, or acts for the unit that nominated them, decides neither on them nor on objections to them.
- An **expert** comes with the signed link of one invitation (`POST /engagements/{id}/links`) and sees that invitation
  only. A link ends when a newer one is issued, or when the invitation is declined, silent or withdrawn.
- A secret is shown in the answer that made the token, and nowhere else.
"""
FIELDS = f"""## Who sees which field of an expert

From the table of `expertdb/services/visibility.py`, by who asks and how far the matter has come in which they ask.
{"; ".join(f"**{level}**: {meaning}" for level, meaning in visibility.LEVELS.items())}.
"""


@dataclass(frozen=True)
class Route:
    """One method of one path that has a contract; `needs` is the scope a token must have."""

    method: str
    path: str
    contract: Contract

    @property
    def needs(self) -> str:
        return "write" if self.contract.stores and self.method != "GET" else "read"


def routes(app: Flask) -> Iterator[Route]:
    """Every method of every route that has a contract, by path."""
    for rule in sorted(app.url_map.iter_rules(), key=lambda rule: rule.rule):
        contract = contract_of(app.view_functions[rule.endpoint])
        if contract.roles:
            for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
                yield Route(method, rule.rule, contract)


def table(app: Flask) -> str:
    """Roles by routes, as Markdown."""
    head = ("call", "scope", *EVERYBODY, EXPERT)
    rows = [head, ("---",) * len(head), *(_row(route) for route in routes(app))]
    lines = ["| " + " | ".join(row) + " |" for row in rows]
    everybody = ", ".join(f"`GET {_shown(path)}`" for path in OPEN)
    open_ = f"Without a token: {everybody}; `/metrics` from the machine itself or with `EXPERTDB_METRICS_TOKEN` only."
    return "\n".join([HEADING, *lines, "", open_, "", FIELDS, visibility.as_table(), ""])


def _row(route: Route) -> tuple[str, ...]:
    marks = ("yes" if role in route.contract.roles else "–" for role in (*EVERYBODY, EXPERT))
    return f"`{route.method} {_shown(route.path)}`", route.needs, *marks


def _shown(path: str) -> str:
    return re.sub(r"<(\w+)>", r"{\1}", path)
