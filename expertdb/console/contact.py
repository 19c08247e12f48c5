"""Contact and identity: masked, opened with a reason that the audit log keeps, replaced field by field."""

from typing import Any

from flask import render_template, request

from expertdb.console.forms import Form
from expertdb.console.handling import go, saved
from expertdb.console.rules import Reply, Visit, allow, takes
from expertdb.console.site import pages
from expertdb.models.restricted import FIELDS
from expertdb.schemas.experts import ExpertAnswer, ExpertPatch
from expertdb.schemas.personal import OpenForm
from expertdb.services import experts, restricted, visibility

CURATORS = ("administrator",)
OPENERS = ("administrator", "reviewer")


@pages.get("/experts/<expert_id>/contact")
@allow(*OPENERS)
def show_contact(visit: Visit, expert_id: str, opened: dict[str, Any] | None = None) -> Reply:
    """What is on record, masked; after it was opened, the values themselves."""
    expert = experts.get(visit.session, expert_id)
    return render_template(
        "experts/contact.html",
        expert=ExpertAnswer().dump(expert),
        opened=opened or {},
        may_open=visibility.may_open(visit.actor),
        fields=FIELDS,
        form=(visit.form or Form.blank()).of_version(expert.version),
    )


@pages.post("/experts/<expert_id>/contact/opened")
@allow(*OPENERS)
@takes(OpenForm, again=show_contact)
def open_contact(visit: Visit, expert_id: str) -> Reply:
    """Open the values that were ticked; the audit log keeps who did, which and why."""
    expert = experts.get(visit.session, expert_id)
    wanted, reason = visit.body["values"], visit.body["reason"]
    opened = restricted.read(visit.session, expert, wanted, reason, actor=visit.actor)
    return show_contact(visit, expert_id, opened)


@pages.post("/experts/<expert_id>/contact")
@allow(*CURATORS)
@takes(ExpertPatch, again=show_contact)
def save_contact(visit: Visit, expert_id: str) -> Reply:
    """Replace what was filled in, take away what was ticked; a field left blank stays as it is."""
    stated = {name: value for name, value in visit.body.get("restricted", {}).items() if value}
    gone = {name: None for name in request.form.getlist("gone") if name in FIELDS}
    body = {"restricted": stated | gone}
    found = experts.edit(visit.session, expert_id, body, version=visit.version, actor=visit.actor, now=visit.now)
    return go("show_contact", saved(visit, found.version), expert_id=expert_id)
