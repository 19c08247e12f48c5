"""The wire contract of batches."""

from typing import Any

from marshmallow import Schema, ValidationError, fields, validates

from expertdb.schemas.fields import Choice, Int, Said, Several, Str
from expertdb.schemas.jobs import JobLine
from expertdb.schemas.personal import Stated
from expertdb.schemas.shared import Reference
from expertdb.wording import Text
from matching.assignment import FAIRNESS, TOTAL
from matching.panel import presets

MAXIMUM_REQUESTS = 1000
MAXIMUM_PAIRS = 1000


class PairBody(Schema):
    """A request and an expert who must, or must not, be chosen for it."""

    request = Str(maximum=36, minimum=1, required=True)
    expert = Str(maximum=200, minimum=1, required=True, metadata={"description": "an id, a roster's id or a name"})


class BatchBody(Schema):
    """Requests that are to have panels, and the terms they share."""

    requests = Several(Str(maximum=36, minimum=1), maximum=MAXIMUM_REQUESTS, required=True)
    preset = Choice(presets(), allow_none=True, metadata={"description": "else the one that fits each request's kind"})
    rules = Several(Stated(), maximum=100, load_default=list)
    size = Int(low=1, high=100, allow_none=True, metadata={"description": "else as each request or preset wishes"})
    reserves = Int(low=0, high=20, allow_none=True)
    fairness = Choice(FAIRNESS, load_default=TOTAL)
    capacity = Int(low=1, high=100, load_default=1, metadata={"description": "most engagements of an expert in it"})
    minimum = Int(low=0, high=100, load_default=0, metadata={"description": "least engagements of every expert"})
    forced = Several(fields.Nested(PairBody), maximum=MAXIMUM_PAIRS, load_default=list)
    forbidden = Several(fields.Nested(PairBody), maximum=MAXIMUM_PAIRS, load_default=list)
    time_limit = Int(low=1, high=600, load_default=120, metadata={"description": "seconds for each program"})

    @validates("requests")
    def has_one(self, requests: list[str], **kwargs: Any) -> None:
        if not requests:
            raise ValidationError([Text("Name at least one request.")])


class BatchMember(Schema):
    """A member that is proposed."""

    expert = fields.Nested(Reference)
    affinity = fields.Float()


class BatchReserve(BatchMember):
    """A reserve, with the members whose place they can take."""

    replaces = fields.List(fields.String())


class BatchShortage(Schema):
    """Why a request is not filled; `blocking` are places of its rules, null for the number of seats."""

    reason = fields.String(metadata={"description": "nobody, too_few, rules, loads or forced"})
    detail = Said()
    blocking = fields.List(fields.Integer(allow_none=True))


class BatchPanel(Schema):
    """The panel proposed for one request; with a shortage, as many members as can be had."""

    request = fields.String()
    members = fields.List(fields.Nested(BatchMember))
    reserves = fields.List(fields.Nested(BatchReserve))
    shortage = fields.Nested(BatchShortage, allow_none=True)


class BatchBelowMinimum(Schema):
    """An expert with fewer engagements than the minimum asks for."""

    expert = fields.Nested(Reference)
    engagements = fields.Integer()
    minimum = fields.Integer()


class BatchResult(Schema):
    """What came of a batch; `gap` is how far its objective can be below the best there is."""

    objective = fields.Float()
    bound = fields.Float()
    gap = fields.Float()
    lowest = fields.Float(allow_none=True, metadata={"description": "lowest mean affinity of a filled request"})
    lowest_bound = fields.Float(allow_none=True)
    fairness = fields.String()
    seconds = fields.Float()
    pairs = fields.Integer()
    pairs_looked_at = fields.Integer()
    corpus_version = fields.Integer()
    panels = fields.List(fields.Nested(BatchPanel))
    unfilled = fields.List(fields.String())
    below_minimum = fields.List(fields.Nested(BatchBelowMinimum))


class BatchAnswer(JobLine):
    """A batch: the job that computes it, and its proposals once that is done."""

    result = fields.Nested(BatchResult, allow_none=True)
