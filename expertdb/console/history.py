"""The history of a profile: who changed what and when, and two of its versions held against each other."""

from typing import Any

from flask import render_template
from sqlalchemy.orm import Session

from expertdb.console.rules import Reply, Visit, allow, asks
from expertdb.console.site import pages
from expertdb.models.experts import Expert
from expertdb.schemas.experts import ExpertAnswer, TransitionAnswer
from expertdb.schemas.revisions import ComparedQuery, RevisionAnswer
from expertdb.schemas.shared import PageQuery
from expertdb.services import experts, moves, profile_versions, subjects

READERS = ("administrator", "reviewer", "auditor")
MOST = {"limit": 200}


@pages.get("/experts/<expert_id>/history")
@allow(*READERS)
@asks(PageQuery)
def show_history(visit: Visit, expert_id: str) -> Reply:
    """What changed in a profile and in its status, the latest first."""
    expert = experts.get(visit.session, expert_id)
    page = profile_versions.find(visit.session, expert_id, visit.query)
    changes = RevisionAnswer(many=True).dump(page.items)
    steps = TransitionAnswer(many=True).dump(moves.history(visit.session, expert_id, MOST).items)
    return render_template(
        "experts/history.html",
        expert=ExpertAnswer().dump(expert),
        changes=changes,
        made=_made(visit.session, expert, changes),
        steps=steps,
        names=subjects.names(visit.session, [one["person"] for one in (*changes, *steps)]),
        next_cursor=page.next_cursor,
    )


def _made(session: Session, expert: Expert, changes: list[dict[str, Any]]) -> dict[str, int]:
    """The version that each change on the page made: the one that the next change replaced, or today's."""
    later = [expert.version, *(one["version"] for one in changes)]
    if changes:
        newest = profile_versions.following(session, expert.id, changes[0]["version"])
        later[0] = expert.version if newest is None else newest
    return {one["id"]: made for one, made in zip(changes, later, strict=False)}


@pages.get("/experts/<expert_id>/history/comparison")
@allow(*READERS)
@asks(ComparedQuery)
def compare_versions(visit: Visit, expert_id: str) -> Reply:
    """Two versions of a profile field by field; the last change, unless the address says which."""
    expert = experts.get(visit.session, expert_id)
    known = profile_versions.known(visit.session, expert)
    second = visit.query.get("second", expert.version)
    first = visit.query.get("first", next((one for one in known if one < second), second))
    found = [profile_versions.get(visit.session, expert_id, one) for one in (first, second)]
    return render_template(
        "experts/comparison.html",
        expert=ExpertAnswer().dump(expert),
        known=known,
        first=first,
        second=second,
        differences=profile_versions.differences(*found),
    )
