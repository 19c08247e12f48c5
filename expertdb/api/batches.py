"""/api/v1/batches: panels for many requests at once, as a job with progress, cancellation and proposals."""

from expertdb.api.handling import Routes
from expertdb.api.routing import Call, allow, answers, asks, edits, takes
from expertdb.models.jobs import Job
from expertdb.schemas.batches import BatchAnswer, BatchBody
from expertdb.schemas.jobs import JobLine, JobQuery, JobTransitionBody
from expertdb.services import batches, jobs
from expertdb.services.batches import Shown
from expertdb.services.paging import Page

routes = Routes("batches")

MAKERS = ("administrator", "policy_office")
READERS = (*MAKERS, "auditor")


@routes.post("/batches")
@allow(*MAKERS)
@takes(BatchBody)
@answers(JobLine, 201, location="/batches")
def submit_batch(call: Call) -> Job:
    """Queue the forming of panels for many requests over common loads; nothing is stored but proposals."""
    return batches.submit(call.session, call.body, actor=call.actor, now=call.now)


@routes.get("/batches")
@allow(*READERS)
@asks(JobQuery)
@answers(JobLine, paged=True)
def list_batches(call: Call) -> Page:
    """List the batches, newest first."""
    return jobs.find(call.session, call.query, actor=call.actor, kind=batches.KIND)


@routes.get("/batches/<batch_id>")
@allow(*READERS)
@answers(BatchAnswer)
def read_batch(call: Call, batch_id: str) -> Shown:
    """Read one batch: its progress and, once it is done, a proposal for each request."""
    return batches.get(call.session, batch_id, actor=call.actor)


@routes.post("/batches/<batch_id>/transitions")
@allow(*MAKERS)
@edits
@takes(JobTransitionBody)
@answers(JobLine)
def cancel_batch(call: Call, batch_id: str) -> Job:
    """Cancel a batch: one that waits at once, one that is computed between two programs."""
    return jobs.cancel(
        call.session,
        batch_id,
        call.body["reason"],
        version=call.version,
        actor=call.actor,
        now=call.now,
        kind=batches.KIND,
    )
