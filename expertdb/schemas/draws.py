"""The wire contract of draws."""

from typing import Any

from marshmallow import Schema, fields, pre_dump

from expertdb.models.draws import DRAW_STATES, Draw
from expertdb.schemas.fields import Int, Moment, Several, Str
from expertdb.schemas.panel_wishes import LARGEST_PANEL, MOST_RULES, RULES
from expertdb.schemas.personal import Remark, Stated
from expertdb.schemas.shared import PageQuery, Reference
from expertdb.schemas.shortlists import Filters

MOST_CANDIDATES = 2000
MOST_STRATA = 50
STRATA = {"description": "objects with `name`, `seats`, `reserves`, and who is meant as in a rule"}


class DrawBody(Schema):
    """What to draw from and when: the sub-pool is frozen now, the names come with a public value later."""

    size = Int(
        low=1,
        high=LARGEST_PANEL,
        allow_none=True,
        metadata={"description": "what the strata sum to, or as many as the request asks for, when left out"},
    )
    reserves = Int(
        low=0, high=LARGEST_PANEL, load_default=0, metadata={"description": "for each stratum without its own"}
    )
    strata = Several(Stated(), maximum=MOST_STRATA, load_default=list, metadata=STRATA)
    rules = Several(Stated(), maximum=MOST_RULES, load_default=list, metadata=RULES)
    public_source = Remark(
        maximum=500, minimum=1, required=True, metadata={"description": "where the value will appear"}
    )
    not_before = Moment(required=True, metadata={"description": "before this moment nobody can know the value"})
    filters = fields.Nested(Filters, load_default=dict)
    candidates = Int(low=1, high=MOST_CANDIDATES, load_default=200, metadata={"description": "the best so many"})
    reason = Remark(
        maximum=1000, minimum=1, allow_none=True, metadata={"description": "why an earlier draw is repeated"}
    )


class RevealBody(Schema):
    """The public value, exactly as the source published it."""

    public_value = Str(maximum=500, minimum=1, required=True)


class RecordToVerify(Schema):
    """A published record, and what was made known at the freeze where it is at hand."""

    record = fields.Raw(required=True)
    published = fields.Dict(keys=Str(maximum=40), values=Str(maximum=100))


class Verdict(Schema):
    """Whether a record is sound, and each problem it has."""

    valid = fields.Boolean()
    problems = fields.List(fields.String())


class DrawnAnswer(Schema):
    """Somebody drawn, and from which stratum."""

    expert = fields.Nested(Reference)
    stratum = fields.String()


class DrawAnswer(Schema):
    """A draw: what was published at the freeze, and after the reveal the names and the record to check them by."""

    id = fields.String(required=True)
    request = fields.String()
    status = fields.String(metadata={"enum": list(DRAW_STATES)})
    commitment = fields.String()
    pool_hash = fields.String()
    public_source = fields.String()
    not_before = fields.String()
    frozen_at = fields.String()
    terms = fields.Dict(
        metadata={"description": "the frozen sub-pool, how it was found, strata and limits; the pool_hash is theirs"}
    )
    follows = fields.String(allow_none=True)
    reason = fields.String(allow_none=True)
    members = fields.List(fields.Nested(DrawnAnswer))
    reserves = fields.List(fields.Nested(DrawnAnswer))
    record = fields.Dict(allow_none=True)
    panel = fields.String(allow_none=True)
    version = fields.Integer()
    created_at = fields.DateTime(format="iso")
    revealed_at = fields.DateTime(format="iso", allow_none=True)

    @pre_dump
    def shape(self, draw: Draw, **kwargs: Any) -> dict[str, Any]:
        record = draw.record or {"members": [], "reserves": []}
        fixed = {name: draw.terms[name] for name in ("public_source", "not_before", "frozen_at")}
        plain = ("id", "status", "commitment", "pool_hash", "terms", "reason", "record", "version")
        return {
            **{name: getattr(draw, name) for name in (*plain, "created_at", "revealed_at")},
            **fixed,
            "request": draw.request_id,
            "follows": draw.follows_id,
            "panel": draw.panel_id,
            **{field: [_drawn(draw, one) for one in record[field]] for field in ("members", "reserves")},
        }


def _drawn(draw: Draw, one: dict[str, str]) -> dict[str, Any]:
    name = draw.names["experts"].get(one["expert"], {})
    return {"expert": {"id": one["expert"], "name": name}, "stratum": one["stratum"]}


class DrawQuery(PageQuery):
    """Filters of the list of draws."""

    request = Str(maximum=36)
