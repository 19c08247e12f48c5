"""Notices to experts, and the yearly confirmation: whom to write to, that it was done, and what they answered."""

from datetime import date

from flask import render_template

from expertdb.console.forms import Form
from expertdb.console.handling import go
from expertdb.console.language import said
from expertdb.console.rules import Reply, Visit, allow, asks, takes
from expertdb.console.site import pages
from expertdb.models.experts import APPOINTED
from expertdb.schemas.experts import ConfirmationBody, ExpertAnswer
from expertdb.schemas.notices import NoticeAnswer, NoticeQuery, NoticeTransitionBody
from expertdb.schemas.shared import PageQuery
from expertdb.services import confirmations, experts, notices, subjects

CURATORS = ("administrator",)
READERS = (*CURATORS, "reviewer", "auditor")


@pages.get("/notices")
@allow(*READERS)
@asks(NoticeQuery)
def list_notices(visit: Visit) -> Reply:
    """The notices, oldest first."""
    page = notices.find(visit.session, visit.query)
    return render_template(
        "notices/list.html",
        notices=NoticeAnswer(many=True).dump(page.items),
        names=subjects.names(visit.session, [one.expert_id for one in page.items]),
        query=visit.query,
        next_cursor=page.next_cursor,
    )


@pages.get("/notices/<notice_id>")
@allow(*READERS)
def show_notice(visit: Visit, notice_id: str) -> Reply:
    """One notice, and the form to note that it was sent."""
    notice = notices.get(visit.session, notice_id)
    form = visit.form or Form.blank(on=visit.today.isoformat())
    return render_template(
        "notices/show.html",
        notice=NoticeAnswer().dump(notice),
        expert=ExpertAnswer().dump(experts.get(visit.session, notice.expert_id)),
        names=subjects.names(visit.session, [notice.sent_by or ""]),
        form=form.of_version(notice.version),
    )


@pages.post("/notices/<notice_id>")
@allow(*CURATORS)
@takes(NoticeTransitionBody, again=show_notice)
def send_notice(visit: Visit, notice_id: str) -> Reply:
    """Note that the notice was sent, on which day and how."""
    notices.move(visit.session, notice_id, visit.body, version=visit.version, actor=visit.actor, now=visit.now)
    return go("list_notices", said("Saved."), status="due")


@pages.get("/confirmations")
@allow(*READERS)
@asks(PageQuery)
def list_confirmations(visit: Visit) -> Reply:
    """Whose yearly confirmation falls due until the end of the year, those first that are due first."""
    last = date(visit.today.year, 12, 31)
    page = confirmations.due(visit.session, last, visit.query)
    return render_template(
        "notices/confirmations.html",
        experts=ExpertAnswer(many=True, exclude=("items", "restricted")).dump(page.items),
        last=last.isoformat(),
        next_cursor=page.next_cursor,
        today=visit.today.isoformat(),
    )


@pages.get("/experts/<expert_id>/confirmation")
@allow(*CURATORS)
def new_confirmation(visit: Visit, expert_id: str) -> Reply:
    """The form for what an expert answered when they were asked to confirm their data."""
    expert = experts.get(visit.session, expert_id)
    form = visit.form or Form.blank(reached=True, on=visit.today.isoformat())
    asked = expert.status in APPOINTED
    return render_template("notices/confirm.html", expert=ExpertAnswer().dump(expert), form=form, asked=asked)


@pages.post("/experts/<expert_id>/confirmation")
@allow(*CURATORS)
@takes(ConfirmationBody, again=new_confirmation)
def confirm_expert(visit: Visit, expert_id: str) -> Reply:
    """Keep that the expert stood by their data, or could not be reached."""
    confirmations.record(visit.session, expert_id, visit.body, actor=visit.actor, now=visit.now)
    return go("show_expert", said("Saved."), expert_id=expert_id)
