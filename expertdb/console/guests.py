"""What an expert sees who comes by the signed link of an invitation: the matter, their answer, opinion and reply.

The link is opened once and kept in the cookie, so that it stands in no address, no history and no log after that.
"""

import functools
from collections.abc import Callable
from typing import Any

from flask import Response, abort, redirect, render_template, request, session, url_for

from expertdb.console.forms import Form
from expertdb.console.handling import answered, go, now
from expertdb.console.language import said
from expertdb.console.rules import Reply, View, Visit, rule_of, takes
from expertdb.console.sessions import forgery
from expertdb.console.site import blueprint
from expertdb.database import transaction
from expertdb.schemas.engagement_forms import OpinionForm
from expertdb.schemas.engagements import DeclarationBody, EngagementTransitionBody, MatterAnswer
from expertdb.schemas.evaluations import EvaluationAnswer, ReplyBody
from expertdb.schemas.opinions import OpinionAnswer
from expertdb.services import answers, declarations, engagements, evaluations, invitations, lifecycle, opinions
from expertdb.services.actors import Actor

IN_COOKIE = "invitation"


def _at(method: str, address: str) -> Callable[[View], View]:
    """Register a page for whoever holds a link."""

    def register(view: View) -> View:
        blueprint.add_url_rule(address, view.__name__, _handled(view), methods=[method])
        return view

    return register


def _handled(view: Callable[..., Any]) -> Callable[..., Reply]:
    @functools.wraps(view)
    def handle(**path: str) -> Reply:
        guest = _guest()
        if guest is None:
            return Response(render_template("guests/closed.html"), 410)
        if request.method == "POST":
            forgery.protect()
        return answered(view, rule_of(view), guest, path)

    return handle


def _guest() -> Actor | None:
    token = session.get(IN_COOKIE)
    if not isinstance(token, str):
        return None
    with transaction(read_only=True) as database:
        return invitations.actor_of(database, token, now())


@blueprint.get("/invitation/<token>")
def open_invitation(token: str) -> Reply:
    """Keep the link and go on to a page whose address tells nothing."""
    session[IN_COOKIE] = token[:500]
    return redirect(url_for("console.show_invitation"), 303)


@_at("GET", "/invitation")
def show_invitation(visit: Visit) -> Reply:
    """What the matter is, and what is awaited of the expert."""
    row = engagements.load(visit.session, visit.actor.id, actor=visit.actor)
    matter = declarations.matter(visit.session, row.id, actor=visit.actor, now=visit.now)
    query = {"limit": 50}
    return render_template(
        "guests/show.html",
        matter=MatterAnswer().dump(matter),
        is_late=row.status == "invited" and row.respond_by < visit.now,
        opinions=OpinionAnswer(many=True).dump(opinions.find(visit.session, query, actor=visit.actor).items),
        evaluations=EvaluationAnswer(many=True).dump(evaluations.find(visit.session, query, actor=visit.actor).items),
        now=visit.now,
    )


@_at("GET", "/invitation/interests")
def new_declaration(visit: Visit) -> Reply:
    """The form for interests."""
    matter = declarations.matter(visit.session, visit.actor.id, actor=visit.actor, now=visit.now)
    form = visit.form or Form.blank()
    return render_template("guests/interests.html", matter=MatterAnswer().dump(matter), form=form)


@_at("POST", "/invitation/interests")
@takes(DeclarationBody, again=new_declaration)
def declare_interests(visit: Visit) -> Reply:
    """Keep what was declared."""
    declarations.declare(visit.session, visit.actor.id, visit.body, actor=visit.actor, now=visit.now)
    return go("show_invitation", said("Your declaration has been recorded."))


@_at("GET", "/invitation/answer/<to>")
def new_answer(visit: Visit, to: str) -> Reply:
    """The form for an answer."""
    row = engagements.load(visit.session, visit.actor.id, actor=visit.actor)
    if to not in answers.OWN_WAYS or to not in lifecycle.ENGAGEMENT_WAYS[row.status]:
        abort(404)
    form = visit.form or Form.blank(to=to).of_version(row.version)
    return render_template(
        "guests/answer.html", to=to, form=form, has_opinion=opinions.are_signed(visit.session, row.id)
    )


@_at("POST", "/invitation/answer/<to>")
@takes(EngagementTransitionBody, again=new_answer)
def give_answer(visit: Visit, to: str) -> Reply:
    """Accept, decline, deliver or withdraw."""
    answers.move(
        visit.session,
        visit.actor.id,
        to,
        visit.body["reason"],
        visit.rules,
        version=visit.version,
        actor=visit.actor,
        now=visit.now,
    )
    if to in answers.LEFT:
        session.pop(IN_COOKIE, None)
        return Response(render_template("guests/left.html"))
    return go("show_invitation", said("Your answer is kept."))


@_at("GET", "/invitation/opinion")
def new_opinion(visit: Visit) -> Reply:
    """The form for an opinion."""
    return render_template("guests/opinion.html", form=visit.form or Form.blank())


@_at("POST", "/invitation/opinion")
@takes(OpinionForm, again=new_opinion)
def sign_opinion(visit: Visit) -> Reply:
    """Keep the opinion as it was signed."""
    opinions.sign(visit.session, visit.body | {"engagement": visit.actor.id}, actor=visit.actor, now=visit.now)
    return go("show_invitation", said("Your opinion is kept as you signed it."))


@_at("GET", "/invitation/evaluations/<evaluation_id>")
def new_reply(visit: Visit, evaluation_id: str) -> Reply:
    """The form for a reply to an evaluation."""
    row = evaluations.load(visit.session, evaluation_id, actor=visit.actor)
    form = visit.form or Form.blank()
    return render_template("guests/reply.html", one=EvaluationAnswer().dump(row), form=form)


@_at("POST", "/invitation/evaluations/<evaluation_id>")
@takes(ReplyBody, again=new_reply)
def reply_to_evaluation(visit: Visit, evaluation_id: str) -> Reply:
    """Keep the reply."""
    evaluations.reply(visit.session, evaluation_id, visit.body["text"], actor=visit.actor, now=visit.now)
    return go("show_invitation", said("Your reply is kept."))
