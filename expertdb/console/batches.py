"""Batches: panels for many requests at once; submitted, watched, cancelled, and what came of them."""

from typing import Any

from flask import render_template, request
from sqlalchemy.orm import Session

from expertdb.console.batch_forms import body_of, changed
from expertdb.console.forms import Form, raw_body
from expertdb.console.handling import go
from expertdb.console.language import said, tongue
from expertdb.console.panel_forms import PARAMETERS
from expertdb.console.rules import Reply, Visit, allow, asks, stores_nothing, takes
from expertdb.console.site import pages
from expertdb.models.jobs import ENDED
from expertdb.schemas.batches import BatchAnswer
from expertdb.schemas.jobs import JobLine, JobQuery, JobTransitionBody
from expertdb.schemas.panel_forms import BatchForm
from expertdb.schemas.requests import RequestAnswer
from expertdb.services import batch_asks, batches, jobs, panels, requests, subjects
from expertdb.wording import spoken

MAKERS = ("administrator", "policy_office")
READERS = (*MAKERS, "auditor")
MOST = 200  # requests of a status to choose from


@pages.get("/batches")
@allow(*READERS)
@asks(JobQuery)
def list_batches(visit: Visit) -> Reply:
    """The batches, newest first, with how far each is."""
    page = jobs.find(visit.session, visit.query, actor=visit.actor, kind=batches.KIND)
    found = JobLine(many=True).dump(page.items)
    names = subjects.names(visit.session, [one.person for one in page.items])
    people = {one.id: names.get(one.person) for one in page.items}
    return render_template(
        "batches/list.html", batches=found, people=people, query=visit.query, next_cursor=page.next_cursor
    )


@pages.get("/batches/new")
@allow(*MAKERS)
def new_batch(visit: Visit) -> Reply:
    """The form for a batch: which requests, and the terms they share."""
    return _form(visit, visit.form or Form.blank(capacity=1, minimum=0, fairness="total"))


@pages.post("/batches/rows")
@allow(*MAKERS)
@stores_nothing
def change_batch_rows(visit: Visit) -> Reply:
    """The form with a row for another rule or pair, or with one less."""
    return _form(visit, Form(changed(raw_body(BatchForm(), request.form), request.form)))


def _form(visit: Visit, form: Form) -> str:
    open_requests = []
    for status in batch_asks.OPEN:
        found = requests.find(visit.session, {"status": status, "limit": MOST}, actor=visit.actor).items
        open_requests += RequestAnswer(many=True, exclude=("text",)).dump(found)
    return render_template(
        "batches/new.html",
        form=form,
        requests=open_requests,
        # What any of them asks for can be the subject of a rule.
        asked={"aspects": [aspect for one in open_requests for aspect in one["aspects"]]},
        presets={one["name"]: one for one in panels.presets_in_full()},
        parameters=PARAMETERS,
    )


@pages.post("/batches/new")
@allow(*MAKERS)
@takes(BatchForm, again=new_batch)
def submit_batch(visit: Visit) -> Reply:
    """Queue the batch; nothing is stored but proposals."""
    job = batches.submit(visit.session, body_of(visit.body), actor=visit.actor, now=visit.now)
    return go("show_batch", said("The batch waits for its turn."), batch_id=job.id)


@pages.get("/batches/<batch_id>")
@allow(*READERS)
def show_batch(visit: Visit, batch_id: str) -> Reply:
    """One batch: its progress, which a waiting page asks for again, and then a proposal for each request."""
    batch = BatchAnswer().dump(batches.get(visit.session, batch_id, actor=visit.actor))
    template = "batches/state.html" if visit.is_part else "batches/show.html"
    return render_template(
        template,
        batch=spoken(batch, tongue()),
        titles=_titles(visit.session, batch),
        ended=batch["status"] in ENDED,
        form=(visit.form or Form.blank()).of_version(batch["version"]),
    )


def _titles(session: Session, batch: dict[str, Any]) -> dict[str, str]:
    result = batch["result"]
    return subjects.names(session, [panel["request"] for panel in result["panels"]] if result else [])


@pages.post("/batches/<batch_id>/cancel")
@allow(*MAKERS)
@takes(JobTransitionBody, again=show_batch)
def cancel_batch(visit: Visit, batch_id: str) -> Reply:
    """Cancel it: one that waits at once, one that is computed between two programs."""
    reason = visit.body["reason"]
    jobs.cancel(
        visit.session,
        batch_id,
        reason,
        version=visit.version,
        actor=visit.actor,
        now=visit.now,
        kind=batches.KIND,
    )
    return go("show_batch", said("The batch is cancelled, or will be at its next step."), batch_id=batch_id)
