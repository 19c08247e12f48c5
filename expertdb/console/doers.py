"""Who did a step of a history, in words."""

from collections.abc import Mapping

from expertdb.console.language import said
from expertdb.console.sessions import signed_in


def doer(names: Mapping[str, str], *ids: str) -> str:
    """The name of whoever has the first of these ids that is known; else what kind of hand it was."""
    for id in ids:
        if id in names:
            return names[id]
        if id == "system":
            return said("command line")
        if id == "sweep":
            return said("the service by itself")
    visitor = signed_in()
    return said("the office") if visitor is not None and visitor.actor.role == "agency" else said("unknown")
