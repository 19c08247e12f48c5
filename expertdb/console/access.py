"""Who may see which page: the second table of `docs/access.md`, made from the rules of the pages."""

from collections.abc import Iterator

from flask import Flask

from expertdb.console.rules import rule_of
from expertdb.models.tokens import ROLES

HEADING = """
## Pages of the console

The same roles, signed in with name and password. A form is taken only with the token of its session.
"""


def guarded(app: Flask) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Method, address and roles of every page that has a rule, by address."""
    for rule in sorted(app.url_map.iter_rules(), key=lambda rule: rule.rule):
        roles = rule_of(app.view_functions[rule.endpoint]).roles
        if roles:
            for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
                yield method, rule.rule, roles


def unguarded(app: Flask) -> list[str]:
    """The addresses of the console that strangers may see."""
    rules = app.url_map.iter_rules()
    own = [rule for rule in rules if rule.endpoint.startswith("console.")]
    return sorted({rule.rule for rule in own if not rule_of(app.view_functions[rule.endpoint]).roles})


def table(app: Flask) -> str:
    """Roles by pages, as Markdown."""
    rows = [("page", *ROLES), ("---",) * (len(ROLES) + 1)]
    for method, address, roles in guarded(app):
        rows.append((f"`{method} {_shown(address)}`", *("yes" if role in roles else "–" for role in ROLES)))
    lines = ["| " + " | ".join(row) + " |" for row in rows]
    strangers = ", ".join(f"`{_shown(address)}`" for address in unguarded(app))
    return "\n".join([HEADING, *lines, "", f"For strangers too: {strangers}.", ""])


def _shown(address: str) -> str:
    return address.replace("<path:", "{").replace("<", "{").replace(">", "}")
