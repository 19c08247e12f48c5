"""/api/v1/jobs: how far long work is, what came of it, and its cancellation. The route of each kind submits it."""

from expertdb.api.handling import Routes
from expertdb.api.routing import Call, allow, answers, asks, edits, takes
from expertdb.models.jobs import Job
from expertdb.schemas.jobs import JobAnswer, JobLine, JobQuery, JobTransitionBody
from expertdb.services import jobs
from expertdb.services.paging import Page

routes = Routes("jobs")

MAKERS = ("administrator", "reviewer", "policy_office")
READERS = (*MAKERS, "auditor")


@routes.get("/jobs")
@allow(*READERS)
@asks(JobQuery)
@answers(JobLine, paged=True)
def list_jobs(call: Call) -> Page:
    """List the jobs that meet every filter, newest first; who is no office sees their own."""
    return jobs.find(call.session, call.query, actor=call.actor)


@routes.get("/jobs/<job_id>")
@allow(*READERS)
@answers(JobAnswer)
def read_job(call: Call, job_id: str) -> Job:
    """Read one job: its progress and, once it is done, its result."""
    return jobs.get(call.session, job_id, actor=call.actor)


@routes.post("/jobs/<job_id>/transitions")
@allow(*MAKERS)
@edits
@takes(JobTransitionBody)
@answers(JobAnswer)
def cancel_job(call: Call, job_id: str) -> Job:
    """Cancel a job: one that waits at once, one that runs at its next step."""
    return jobs.cancel(call.session, job_id, call.body["reason"], version=call.version, actor=call.actor, now=call.now)
