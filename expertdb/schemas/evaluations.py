"""The wire contract of evaluations and replies."""

from typing import Any

from marshmallow import Schema, fields, pre_dump

from expertdb.models.evaluations import CRITERIA, Evaluation
from expertdb.schemas.fields import Int, Str
from expertdb.schemas.personal import Remark
from expertdb.schemas.shared import PageQuery, Reference, plain

Scores = Schema.from_dict({name: Int(low=1, high=5, required=True) for name in CRITERIA}, name="Scores")


class EvaluationBody(Schema):
    """How an expert served: 1 to 5 for each criterion, and a comment."""

    engagement = Str(maximum=36, minimum=1, required=True)
    scores = fields.Nested(Scores, required=True)
    comment = Remark(maximum=5000, load_default="")


class ReplyBody(Schema):
    """The expert's answer to an evaluation."""

    text = Remark(maximum=5000, minimum=1, required=True)


class EvaluationAnswer(EvaluationBody):
    """An evaluation as it is stored, with the reply if there is one."""

    id = fields.String(required=True)
    request = fields.String()
    expert = fields.String()
    evaluator = fields.String()
    reply = fields.String(allow_none=True)
    reply_by = fields.DateTime(format="iso")
    replied_at = fields.DateTime(format="iso", allow_none=True)
    created_at = fields.DateTime(format="iso")
    version = fields.Integer()

    @pre_dump
    def shape(self, row: Evaluation, **kwargs: Any) -> dict[str, Any]:
        ids = {"engagement": row.engagement_id, "request": row.request_id, "expert": row.expert_id}
        return plain(self, row) | ids


class EvaluationQuery(PageQuery):
    """Filters of the list of evaluations; all that are given must hold."""

    request = Str(maximum=36)
    expert = Str(maximum=36)


class SuspensionProposal(Schema):
    """Somebody whose ratings ask whether they should be suspended; ratings never raise or lower a rank."""

    expert = fields.Nested(Reference)
    evaluations = fields.Integer()
    mean = fields.Float()
    reasons = fields.List(fields.String(), metadata={"description": "low_mean, or criteria with the lowest score"})
