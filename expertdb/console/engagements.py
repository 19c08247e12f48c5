"""Engagements: members are invited, answer by their own link, deliver, are evaluated."""

from typing import Any

from flask import abort, render_template, url_for

from expertdb.console.forms import Form
from expertdb.console.handling import go
from expertdb.console.language import said
from expertdb.console.rules import Reply, Visit, allow, takes
from expertdb.console.site import pages
from expertdb.errors import PanelIsNotConfirmed
from expertdb.schemas.engagement_forms import EvaluationForm, InvitationForm, OfficeDeclarationForm
from expertdb.schemas.engagements import (
    ContactQuery,
    EngagementAnswer,
    EngagementTransitionBody,
    MatterAnswer,
    MissingOpinionBody,
)
from expertdb.schemas.evaluations import EvaluationAnswer
from expertdb.schemas.opinions import AdoptionBody, OpinionAnswer
from expertdb.schemas.requests import RequestAnswer
from expertdb.services import (
    answers,
    declarations,
    engagements,
    evaluations,
    lifecycle,
    missing_opinions,
    opinions,
    panels,
    requests,
    shown,
    signatures,
)

OFFICES = ("administrator", "policy_office")
ASKERS = (*OFFICES, "agency")
READERS = (*ASKERS, "auditor")
ALL = {"limit": 100}


@pages.get("/panels/<panel_id>/invitations/new")
@allow(*OFFICES)
def new_invitation(visit: Visit, panel_id: str) -> Reply:
    """The form for inviting everybody who was not invited yet."""
    panel = panels.get(visit.session, panel_id, actor=visit.actor)
    if panel.status != "confirmed":
        raise PanelIsNotConfirmed(panel.status)
    asked = requests.get(visit.session, panel.request, actor=visit.actor)
    form = visit.form or Form.blank()
    return render_template(
        "engagements/invite.html",
        panel=panel,
        asked=RequestAnswer().dump(asked),
        form=form,
        respond_days=visit.rules.respond_days,
    )


@pages.post("/panels/<panel_id>/invitations/new")
@allow(*OFFICES)
@takes(InvitationForm, again=new_invitation)
def invite_members(visit: Visit, panel_id: str) -> Reply:
    """Invite them."""
    made = engagements.invite(visit.session, panel_id, visit.body, visit.rules, actor=visit.actor, now=visit.now)
    words = said("{count} invitation(s) are noted. Issue each expert their link.", count=len(made))
    return go("show_panel", words, panel_id=panel_id)


@pages.get("/engagements/<engagement_id>")
@allow(*READERS)
def show_engagement(visit: Visit, engagement_id: str) -> Reply:
    """One invitation and its course: interests, opinions, evaluations, and what may come next."""
    return _shown(visit, engagement_id)


def _shown(visit: Visit, engagement_id: str, **more: Any) -> str:
    row = engagements.load(visit.session, engagement_id, actor=visit.actor)
    query = ALL | {"request": row.request_id, "expert": row.expert_id}
    said_of = [
        one for one in opinions.find(visit.session, query, actor=visit.actor).items if one.engagement_id == row.id
    ]
    rated = [
        one for one in evaluations.find(visit.session, query, actor=visit.actor).items if one.engagement_id == row.id
    ]
    return render_template(
        "engagements/show.html",
        one=EngagementAnswer().dump(row),
        asked=RequestAnswer().dump(requests.get(visit.session, row.request_id, actor=visit.actor)),
        ways=answers.ways(visit.session, row, visit.now),
        is_recused=row.declaration is not None and answers.is_recused(visit.session, row, visit.now),
        is_live=row.status in engagements.LIVE,
        opinions=OpinionAnswer(many=True).dump(said_of),
        evaluations=EvaluationAnswer(many=True).dump(rated),
        may_lack_opinion=missing_opinions.may_be_explained(visit.session, row),
        is_rated=any(one.evaluator == visit.actor.role for one in rated),
        form=visit.form or Form.blank(),
        **more,
    )


@pages.post("/engagements/<engagement_id>/link")
@allow(*OFFICES)
def issue_link(visit: Visit, engagement_id: str) -> Reply:
    """Issue the expert's link and show it, once; older ones open no more."""
    token, until = engagements.issue_link(visit.session, engagement_id, actor=visit.actor, now=visit.now)
    address = url_for("console.open_invitation", token=token, _external=True)
    return render_template("engagements/link.html", engagement_id=engagement_id, address=address, until=until)


@pages.get("/engagements/<engagement_id>/declaration")
@allow(*OFFICES)
def new_office_declaration(visit: Visit, engagement_id: str) -> Reply:
    """The form for interests that an expert declares by telephone, on paper or in person."""
    row = engagements.load(visit.session, engagement_id, actor=visit.actor)
    if row.status != "invited":
        abort(404)
    matter = declarations.matter(visit.session, engagement_id, actor=visit.actor, now=visit.now)
    return render_template(
        "engagements/declare.html",
        one=EngagementAnswer().dump(row),
        matter=MatterAnswer().dump(matter),
        form=visit.form or Form.blank(),
    )


@pages.post("/engagements/<engagement_id>/declaration")
@allow(*OFFICES)
@takes(OfficeDeclarationForm, again=new_office_declaration)
def take_declaration_down(visit: Visit, engagement_id: str) -> Reply:
    """Keep what the expert declared, as taken down by the office."""
    declarations.declare(visit.session, engagement_id, visit.body, actor=visit.actor, now=visit.now)
    return go("show_engagement", said("The declaration is kept."), engagement_id=engagement_id)


@pages.get("/engagements/<engagement_id>/moves/<to>")
@allow(*OFFICES)
def new_engagement_move(visit: Visit, engagement_id: str, to: str) -> Reply:
    """The form for what an expert answered, or what came of it."""
    row = engagements.load(visit.session, engagement_id, actor=visit.actor)
    if to not in lifecycle.ENGAGEMENT_WAYS[row.status]:
        abort(404)
    form = visit.form or Form.blank(to=to).of_version(row.version)
    return render_template(
        "engagements/move.html",
        one=EngagementAnswer().dump(row),
        to=to,
        form=form,
        has_opinion=opinions.are_signed(visit.session, row.id),
    )


@pages.post("/engagements/<engagement_id>/moves/<to>")
@allow(*OFFICES)
@takes(EngagementTransitionBody, again=new_engagement_move)
def move_engagement(visit: Visit, engagement_id: str, to: str) -> Reply:
    """Note it; where somebody leaves, the next reserve is asked."""
    done = answers.move(
        visit.session,
        engagement_id,
        to,
        visit.body["reason"],
        visit.rules,
        version=visit.version,
        actor=visit.actor,
        now=visit.now,
    )
    words = said("The status is changed.") if done.instead is None else said("The next reserve is asked instead.")
    return go("show_engagement", words, engagement_id=engagement_id)


@pages.post("/engagements/<engagement_id>/contact")
@allow(*ASKERS)
@takes(ContactQuery, again=show_engagement)
def read_contact(visit: Visit, engagement_id: str) -> Reply:
    """How to reach an expert who has accepted; the audit log keeps who read it and why."""
    found = engagements.contact(visit.session, engagement_id, visit.body["reason"], actor=visit.actor)
    return _shown(visit, engagement_id, contact=found)


@pages.get("/engagements/<engagement_id>/missing-opinion")
@allow(*OFFICES)
def new_missing_opinion(visit: Visit, engagement_id: str) -> Reply:
    """The form for why an expert signed no opinion."""
    row = engagements.load(visit.session, engagement_id, actor=visit.actor)
    form = visit.form or Form.blank(reason=row.missing_opinion_reason)
    return render_template("engagements/missing_opinion.html", one=EngagementAnswer().dump(row), form=form)


@pages.post("/engagements/<engagement_id>/missing-opinion")
@allow(*OFFICES)
@takes(MissingOpinionBody, again=new_missing_opinion)
def explain_missing_opinion(visit: Visit, engagement_id: str) -> Reply:
    """Keep why there is none."""
    missing_opinions.explain(visit.session, engagement_id, visit.body["reason"], actor=visit.actor, now=visit.now)
    return go("show_engagement", said("Saved."), engagement_id=engagement_id)


@pages.get("/opinions/<opinion_id>")
@allow(*READERS)
def show_opinion(visit: Visit, opinion_id: str) -> Reply:
    """One opinion as it was signed, and the form for what was made of it."""
    row = opinions.load(visit.session, opinion_id, actor=visit.actor)
    form = visit.form or Form.blank(result=row.adoption, reason=row.adoption_reason)
    asked = requests.get(visit.session, row.request_id, actor=visit.actor)
    return render_template(
        "engagements/opinion.html",
        opinion=OpinionAnswer().dump(row),
        expert=(expert := shown.names(visit.session, {row.expert_id})[row.expert_id]),
        is_own_name=signatures.is_one_of(row.signed_by, expert["name"].values()),
        asked=RequestAnswer().dump(asked),
        form=form,
    )


@pages.post("/opinions/<opinion_id>")
@allow(*ASKERS)
@takes(AdoptionBody, again=show_opinion)
def adopt_opinion(visit: Visit, opinion_id: str) -> Reply:
    """Say what was made of the opinion."""
    opinions.adopt(visit.session, opinion_id, visit.body, actor=visit.actor, now=visit.now)
    return go("show_opinion", said("Saved."), opinion_id=opinion_id)


@pages.get("/engagements/<engagement_id>/evaluations/new")
@allow(*ASKERS)
def new_evaluation(visit: Visit, engagement_id: str) -> Reply:
    """The form for rating how an expert served."""
    row = engagements.load(visit.session, engagement_id, actor=visit.actor)
    form = visit.form or Form.blank()
    return render_template("engagements/evaluate.html", one=EngagementAnswer().dump(row), form=form)


@pages.post("/engagements/<engagement_id>/evaluations/new")
@allow(*ASKERS)
@takes(EvaluationForm, again=new_evaluation)
def evaluate_expert(visit: Visit, engagement_id: str) -> Reply:
    """Keep the rating; the expert may reply to it."""
    body = visit.body | {"engagement": engagement_id}
    evaluations.evaluate(visit.session, body, visit.rules, actor=visit.actor, now=visit.now)
    return go(
        "show_engagement", said("The evaluation is kept; the expert may reply to it."), engagement_id=engagement_id
    )
