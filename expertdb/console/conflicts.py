"""Conflicts: who is out of a matter and why, what is set aside with a reason, and anybody checked against anybody."""

from flask import render_template, request

from expertdb.console.forms import Form
from expertdb.console.handling import go
from expertdb.console.language import said
from expertdb.console.panel_words import names_of
from expertdb.console.rules import Reply, Visit, allow, stores_nothing, takes
from expertdb.console.site import pages
from expertdb.schemas.conflicts import CheckForm, WaiverAnswer, WaiverBody
from expertdb.schemas.requests import RequestAnswer
from expertdb.services import conflicts, recusals, requests, shown, waivers

OFFICES = ("administrator", "policy_office")
READERS = (*OFFICES, "auditor")
ALL = {"limit": 200}


@pages.get("/requests/<request_id>/conflicts")
@allow(*READERS)
def show_conflicts(visit: Visit, request_id: str) -> Reply:
    """What stands between the pool and a matter, as things are now."""
    asked = requests.get(visit.session, request_id, actor=visit.actor)
    granted = waivers.find(visit.session, ALL | {"request": request_id}).items
    return render_template(
        "conflicts/show.html",
        asked=RequestAnswer().dump(asked),
        found=recusals.shown(visit.session, recusals.of(visit.session, asked, visit.today)),
        waivers=WaiverAnswer(many=True).dump(granted),
        names=shown.names(visit.session, {one.expert_id for one in granted}),
    )


@pages.get("/requests/<request_id>/waivers/new")
@allow(*OFFICES)
def new_waiver(visit: Visit, request_id: str) -> Reply:
    """The form for setting a conflict aside; which one stands in the address, or in the form that comes back."""
    asked = requests.get(visit.session, request_id, actor=visit.actor)
    stated = {name: request.args.get(name, "") for name in ("expert", "type", "party")}
    form = visit.form or Form.blank(request=request_id, **stated)
    who = str(form.value("/expert") or "")
    return render_template(
        "conflicts/waiver.html",
        asked=RequestAnswer().dump(asked),
        form=form,
        who=shown.reference(names_of(visit.session, [who]), who),
    )


@pages.post("/requests/<request_id>/waivers/new")
@allow(*OFFICES)
@takes(WaiverBody, again=new_waiver)
def grant_waiver(visit: Visit, request_id: str) -> Reply:
    """Set the conflict aside."""
    waivers.grant(visit.session, visit.body | {"request": request_id}, actor=visit.actor, now=visit.now)
    return go("show_conflicts", said("The conflict is set aside."), request_id=request_id)


@pages.post("/requests/<request_id>/waivers/<waiver_id>/revoke")
@allow(*OFFICES)
def revoke_waiver(visit: Visit, request_id: str, waiver_id: str) -> Reply:
    """End a waiver; it is kept with who ended it."""
    waivers.revoke(visit.session, waiver_id, version=visit.version, actor=visit.actor, now=visit.now)
    return go("show_conflicts", said("The waiver is ended."), request_id=request_id)


@pages.get("/conflicts/check")
@allow(*OFFICES)
def new_check(visit: Visit) -> Reply:
    """The form for checking anybody against anybody."""
    return render_template("conflicts/check.html", form=visit.form or Form.blank(), found=None)


@pages.post("/conflicts/check")
@allow(*OFFICES)
@stores_nothing
@takes(CheckForm, again=new_check)
def check_conflicts(visit: Visit) -> Reply:
    """Every pair with its findings, before anybody is invited."""
    body = {
        "experts": [{"name": one} for one in visit.body["experts"]],
        "parties": [{"name": one, "role": ""} for one in visit.body["parties"]],
    }
    found = conflicts.check(visit.session, body, today=visit.today)
    return render_template("conflicts/check.html", form=Form(visit.body), found=found)
