"""The wire contract of jobs."""

from typing import Any

from marshmallow import Schema, fields, pre_dump

from expertdb.models.jobs import JOB_STATES, Job
from expertdb.schemas.fields import Choice, Said, Str
from expertdb.schemas.personal import Remark
from expertdb.schemas.shared import PageQuery, plain


class JobQuery(PageQuery):
    """Filters of the list of jobs; all that are given must hold."""

    status = Choice(JOB_STATES)
    kind = Str(maximum=32)


class JobTransitionBody(Schema):
    """Where to go: a job can only be cancelled; the rest it does by itself."""

    to = Choice(("cancelled",), required=True)
    reason = Remark(maximum=1000, minimum=1, required=True)


class JobLine(Schema):
    """A job as lists show it: without its result."""

    id = fields.String(required=True)
    kind = fields.String()
    status = Choice(JOB_STATES)
    stage = fields.String(metadata={"description": "what it is at, in one word"})
    done = fields.Integer(metadata={"description": "of `total` parts of this stage"})
    total = fields.Integer(metadata={"description": "0 where nobody can say"})
    cancel_requested = fields.Boolean()
    attempts = fields.Integer(metadata={"description": "how many workers have begun it"})
    fault = Said(allow_none=True)
    created_by = fields.String()
    created_at = fields.DateTime(format="iso")
    started_at = fields.DateTime(format="iso", allow_none=True)
    finished_at = fields.DateTime(format="iso", allow_none=True)
    version = fields.Integer()

    @pre_dump
    def shape(self, job: Job, **kwargs: Any) -> dict[str, Any]:
        return plain(self, job)


class JobAnswer(JobLine):
    """A job with what came of it."""

    result = fields.Dict(keys=fields.String(), allow_none=True)
