"""Draws by lot: frozen, published, revealed, and checked by anybody."""

from typing import Any

from flask import Response, render_template, request

from expertdb.console.draw_forms import LIMITS, body_of, changed, published, record_of
from expertdb.console.forms import Form, Typed, raw_body
from expertdb.console.handling import go
from expertdb.console.language import said
from expertdb.console.rules import Reply, Visit, allow, prepared_by, stores_nothing, takes
from expertdb.console.site import pages
from expertdb.models.tokens import ROLES
from expertdb.schemas.draws import DrawAnswer, RevealBody
from expertdb.schemas.panel_forms import DrawForm, RecordForm
from expertdb.schemas.requests import RequestAnswer
from expertdb.services import draws, panels, requests, shown
from expertdb.services.draws import Question

OFFICES = ("administrator", "policy_office")
READERS = (*OFFICES, "auditor")


@pages.get("/requests/<request_id>/draws/new")
@allow(*OFFICES)
def new_draw(visit: Visit, request_id: str) -> Reply:
    """The form for a draw."""
    return _form(visit, request_id, visit.form or Form.blank(reserves=2))


@pages.post("/requests/<request_id>/draws/rows")
@allow(*OFFICES)
@stores_nothing
def change_draw_rows(visit: Visit, request_id: str) -> Reply:
    """The form with a row for another rule or part of the pool, or with one less."""
    return _form(visit, request_id, Form(changed(raw_body(DrawForm(), request.form), request.form)))


def _form(visit: Visit, request_id: str, form: Form) -> str:
    asked = requests.get(visit.session, request_id, actor=visit.actor)
    panels.refuse_unless_open(asked)
    earlier = draws.find(visit.session, {"request": request_id, "limit": 1}, actor=visit.actor).items
    return render_template(
        "draws/new.html",
        asked=RequestAnswer().dump(asked),
        form=form,
        parameters=LIMITS,
        earlier=earlier,
        now=visit.now,
    )


def _prepare(visit: Visit, request_id: str) -> Question:
    body = body_of(visit.body)
    return draws.prepare(visit.session, visit.corpus, request_id, body, actor=visit.actor, now=visit.now)


@pages.post("/requests/<request_id>/draws/new")
@allow(*OFFICES)
@takes(DrawForm, again=new_draw)
@prepared_by(_prepare)
def freeze_draw(visit: Visit, request_id: str) -> Reply:
    """Freeze the sub-pool and commit to a secret."""
    body = body_of(visit.body)
    made = draws.freeze(visit.session, visit.corpus, request_id, body, visit.prepared, actor=visit.actor, now=visit.now)
    return go("show_draw", said("The draw is frozen. Publish the commitment now."), draw_id=made.id)


@pages.get("/draws/<draw_id>")
@allow(*READERS)
def show_draw(visit: Visit, draw_id: str) -> Reply:
    """One draw: what to publish, and after the reveal who was drawn, checked again as the page is made."""
    row = draws.load(visit.session, draw_id, actor=visit.actor)
    draw = DrawAnswer().dump(row)
    pool = {one["expert"] for one in draw["terms"]["pool"]}
    pool |= set(draw["terms"].get("chosen_from", {}).get("forbidden", ()))
    return render_template(
        "draws/show.html",
        draw=draw,
        asked=RequestAnswer().dump(requests.get(visit.session, row.request_id, actor=visit.actor)),
        names=shown.names(visit.session, pool),
        problems=None if row.record is None else draws.verify(visit.session, row.record),
        command=f"python3 verify_draw.py draw-{row.id}.json {row.commitment}",
        is_early=visit.now < row.not_before,
        form=visit.form or Form.blank(),
    )


@pages.post("/draws/<draw_id>")
@allow(*OFFICES)
@takes(RevealBody, again=show_draw)
def reveal_draw(visit: Visit, draw_id: str) -> Reply:
    """Draw with the public value."""
    draws.reveal(visit.session, draw_id, visit.body["public_value"], actor=visit.actor, now=visit.now)
    return go("show_draw", said("The draw is revealed, and the panel that comes of it proposed."), draw_id=draw_id)


@pages.get("/draws/<draw_id>/record")
@allow(*READERS)
def download_record(visit: Visit, draw_id: str) -> Reply:
    """The record of a draw, to be published and checked."""
    record = draws.load(visit.session, draw_id, actor=visit.actor).record
    return _file(published(record), f"draw-{draw_id}.json")


def _file(content: str, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, mimetype="application/json", headers=headers)


@pages.get("/draws/verify")
@allow(*ROLES)
def check_record(visit: Visit) -> Reply:
    """The form for a record that somebody published."""
    return _checking(visit.form or Form.blank())


@pages.post("/draws/verify")
@allow(*ROLES)
@stores_nothing
@takes(RecordForm, again=check_record)
def verify_record(visit: Visit) -> Reply:
    """Run the record again, and hold it against what was published at the freeze."""
    body: Typed = visit.body
    record = record_of(body["record"])
    known = {"commitment": body["commitment"]} if body.get("commitment") else None
    return _checking(Form(body), draws.verify(visit.session, record, known), record)


def _checking(form: Form, problems: Any = None, record: Any = None) -> str:
    found = record if isinstance(record, dict) else {}
    return render_template("draws/verify.html", form=form, problems=problems, record=found)
