"""What an edit of a profile changes, employers and restricted values included."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from expertdb.models.experts import Expert
from expertdb.services import edits, entry, evidence, organisations, restricted


def changes(session: Session, expert: Expert, body: dict[str, Any], profile: Mapping[str, Any]) -> dict[str, Any]:
    """What the body says that is not so already, employers by id; `profile` is as the expert stands."""
    there = {**profile, "term": {"start": expert.term_start, "end": expert.term_end}, "entry": entry.stated(expert)}
    stated = {name: value for name, value in body.items() if name != "restricted"}
    if "organisation" in body:
        stated["organisation"] = organisations.known(session, body["organisation"])
        there["organisation"] = expert.organisation_id
    if "unit" in body.get("entry", {}):
        stated["entry"] = body["entry"] | {"unit": organisations.known(session, body["entry"]["unit"])}
    if "items" in body and evidence.is_there(expert, body["items"]):
        there["items"] = body["items"]
    found = edits.changes(stated, there)
    sealed = restricted.changes(session, expert, body.get("restricted", {}))
    return found | ({"restricted": sealed} if sealed else {})
