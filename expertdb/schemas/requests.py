"""The wire contract of consultation requests."""

from typing import Any

from marshmallow import Schema, ValidationError, fields, pre_dump, validates

from expertdb import vocabularies
from expertdb.models.requests import KINDS, STATUSES, ConsultationRequest
from expertdb.schemas.fields import Choice, Code, Day, Int, Moment, Several, Str
from expertdb.schemas.shared import PageQuery, Reference, plain, reference
from expertdb.wording import Text

NEEDS = ("must", "nice")
URGENCIES = ("normal", "urgent", "critical")


class AspectBody(Schema):
    """One kind of expertise a request wants."""

    code = Code(*vocabularies.EXPERTISE, required=True)
    need = Choice(NEEDS, load_default="nice")


class PartyBody(Schema):
    """A party to the matter."""

    name = Str(maximum=200, minimum=1, required=True)
    role = Str(maximum=50, load_default="")


def refuse_repeated_aspects(aspects: list[dict[str, str]]) -> None:
    """Raise ValidationError at each aspect whose code stands earlier in the list.

    An aspect that failed a check of its own comes here without its code; that fault is reported already.
    """
    codes = [aspect.get("code") for aspect in aspects]
    repeated = {
        place: {"code": [Text("This stands in the list twice.")]}
        for place, code in enumerate(codes)
        if code is not None and code in codes[:place]
    }
    if repeated:
        raise ValidationError(repeated)


class RequestPatch(Schema):
    """What changes of a request; what is not named stays, `aspects` and `parties` are replaced as a whole."""

    kind = Choice(KINDS)
    title = Str(maximum=300, minimum=1)
    text = Str(maximum=200_000)
    aspects = Several(fields.Nested(AspectBody), maximum=40)
    parties = Several(fields.Nested(PartyBody), maximum=100)
    region = Code("region", allow_none=True)
    experts_wanted = Int(low=1, high=100, allow_none=True)
    due = Day(allow_none=True)
    urgency = Choice(URGENCIES)

    @validates("aspects")
    def each_aspect_once(self, aspects: list[dict[str, str]], **kwargs: Any) -> None:
        refuse_repeated_aspects(aspects)


class RequestBody(RequestPatch):
    """A new request; its requester is the caller's organisation unless an office names another."""

    kind = Choice(KINDS, required=True)
    title = Str(maximum=300, minimum=1, required=True)
    requester = Str(maximum=200, minimum=1, metadata={"description": "id or name of the organisation that asks"})
    status = Choice(("draft", "submitted"), load_default="submitted")


class RequestAnswer(RequestPatch):
    """A request as it is stored."""

    id = fields.String(required=True)
    requester = fields.Nested(Reference, allow_none=True)
    status = fields.String()
    version = fields.Integer()
    created_at = fields.DateTime(format="iso")
    updated_at = fields.DateTime(format="iso")

    @pre_dump
    def shape(self, consultation_request: ConsultationRequest, **kwargs: Any) -> dict[str, Any]:
        return plain(self, consultation_request) | {"requester": reference(consultation_request.requester)}


class RequestQuery(PageQuery):
    """Filters of the list of requests; all that are given must hold."""

    status = Choice(STATUSES)
    kind = Choice(KINDS)
    requester = Str(maximum=200, metadata={"description": "id or name of the organisation that asked"})
    since = Moment(metadata={"description": "made at this moment or later (RFC 3339)"})
