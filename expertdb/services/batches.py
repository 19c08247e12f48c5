"""Batches: panels for many requests at once over common loads, computed as a job."""

import itertools
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from sqlalchemy.orm import Session

from expertdb.errors import Fault, InvalidInput
from expertdb.models.jobs import Job
from expertdb.services import audit, jobs, panel_rules
from expertdb.services.actors import Actor
from expertdb.services.batch_asks import Stated, asks_of
from expertdb.services.batch_pool import Everybody, gather
from expertdb.services.corpus import again_while_moving
from expertdb.services.sentences import in_words
from expertdb.services.shown import names
from expertdb.wording import as_stored
from matching.assignment import Assignment, Filled, assign
from matching.panel import BadPanelInput

KIND = "batch"
READING, SOLVING = "reading", "solving"


@dataclass(frozen=True)
class Proposed:
    """What came of a batch, before anything is stored."""

    everybody: Everybody
    assignment: Assignment
    seconds: float


def submit(session: Session, body: Mapping[str, Any], *, actor: Actor, now: datetime) -> Job:
    """Queue a batch; raises InvalidInput that names every request, rule and expert that cannot be used."""
    stated = asks_of(session, body, actor=actor)
    # By id from here on: names change, and are nothing to be kept with a job.
    forced = [_pair(one, expert) for one in stated for expert in one.ask.forced]
    forbidden = [_pair(one, expert) for one in stated for expert in sorted(one.forbidden)]
    rules = panel_rules.in_ids(session, body["rules"])
    settled = {**body, "rules": rules, "forced": forced, "forbidden": forbidden}
    return jobs.submit(session, KIND, settled, total=len(body["requests"]), actor=actor, now=now)


def _pair(stated: Stated, expert: str) -> dict[str, str]:
    return {"request": stated.consultation_request.id, "expert": expert}


def compute(work: jobs.Work) -> Proposed:
    """Read who fits which request, then assign; holds no transaction while solving.

    Raises InvalidInput where something was edited meanwhile so that it cannot be in a batch any more.
    """
    everybody = again_while_moving(lambda: _read(work))
    began = time.monotonic()
    try:
        assignment = _assigned(work, everybody)
    except BadPanelInput as error:  # The rules name somebody who has left the pool, or the minimum is too high.
        raise InvalidInput(Fault("/rules", in_words(error.detail))) from error
    return Proposed(everybody, assignment, time.monotonic() - began)


def _read(work: jobs.Work) -> Everybody:
    with work.reading() as session:
        stated = asks_of(session, work.input, actor=work.actor)
        return gather(session, work.corpus, stated, work.now, lambda done: work.step(READING, done, len(stated)))


def _assigned(work: jobs.Work, everybody: Everybody) -> Assignment:
    programs = itertools.count()
    capacity = everybody.capacity(work.input["capacity"])
    return assign(
        everybody.experts,
        everybody.asks,
        everybody.affinities,
        capacity=capacity,
        minimum=np.minimum(capacity, work.input["minimum"]),
        fairness=work.input["fairness"],
        time_limit=work.input["time_limit"],
        tick=lambda: work.step(SOLVING, next(programs)),
    )


def store(session: Session, work: jobs.Work, proposed: Proposed) -> Mapping[str, Any]:
    """The result of the job: a proposal for each request, in ids. No panel is formed before a person confirms one."""
    found = proposed.assignment
    unfilled = [panel.request for panel in found.panels if panel.shortage]
    details = {"requests": len(found.panels), "unfilled": len(unfilled)}
    audit.record(session, work.actor, "batch.proposed", kind="job", id=work.job_id, **details)
    return {
        **{name: getattr(found, name) for name in ("objective", "bound", "gap", "lowest", "lowest_bound", "pairs")},
        "pairs_looked_at": found.laid,
        "fairness": work.input["fairness"],
        "seconds": round(proposed.seconds, 3),
        "corpus_version": proposed.everybody.corpus_version,
        "panels": [_panel(panel) for panel in found.panels],
        "unfilled": unfilled,
        "below_minimum": [
            {"expert": one.expert, "engagements": one.load, "minimum": one.minimum} for one in found.below_minimum
        ],
    }


def _panel(panel: Filled) -> dict[str, Any]:
    found = panel.shortage
    return {
        "request": panel.request,
        "members": [{"expert": seat.expert, "affinity": seat.affinity} for seat in panel.members],
        "reserves": [
            {"expert": seat.expert, "affinity": seat.affinity, "replaces": list(seat.replaces)}
            for seat in panel.reserves
        ],
        "shortage": None
        if found is None
        else {"reason": found.reason, "detail": as_stored(found.detail), "blocking": list(found.blocking)},
    }


class Shown:
    """A batch as it is read: the fields of its job, and its result with names as they are today."""

    def __init__(self, job: Job, result: dict[str, Any] | None) -> None:
        self._job, self.result = job, result

    def __getattr__(self, name: str) -> Any:
        return getattr(self._job, name)


def get(session: Session, batch_id: str, *, actor: Actor) -> Shown:
    """The batch with this id; raises NotFound."""
    job = jobs.get(session, batch_id, actor=actor, kind=KIND)
    return Shown(job, None if job.result is None else _named(session, job.result))


def _named(session: Session, result: Mapping[str, Any]) -> dict[str, Any]:
    seats = [seat for panel in result["panels"] for seat in (*panel["members"], *panel["reserves"])]
    known = names(session, {one["expert"] for one in (*seats, *result["below_minimum"])})

    def named(one: Mapping[str, Any]) -> dict[str, Any]:
        return {**one, "expert": known.get(one["expert"]) or {"id": one["expert"], "name": {}}}

    panels = [
        {**panel, "members": list(map(named, panel["members"])), "reserves": list(map(named, panel["reserves"]))}
        for panel in result["panels"]
    ]
    return {**result, "panels": panels, "below_minimum": list(map(named, result["below_minimum"]))}
