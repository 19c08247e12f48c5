"""The wire contract of consultation requests."""

from typing import Any

from marshmallow import Schema, ValidationError, fields, post_dump, pre_dump, validates

from expertdb import vocabularies
from expertdb.models.experts import MODES
from expertdb.models.requests import KINDS, SECRECIES, STAGES, STATUSES, URGENCIES, ConsultationRequest
from expertdb.schemas.fields import Choice, Code, Day, Int, Moment, Several, Str, Unique
from expertdb.schemas.panel_wishes import PanelWish
from expertdb.schemas.personal import Remark
from expertdb.schemas.shared import PageQuery, Reference, plain, reference
from expertdb.schemas.state_secrets import WithoutStateSecrets
from expertdb.wording import Text

NEEDS = ("must", "nice")


class AspectBody(Schema):
    """One kind of expertise a request wants."""

    code = Code(*vocabularies.EXPERTISE, required=True)
    need = Choice(NEEDS, load_default="nice")


ORGANISATION = {"description": "id of the organisation that is meant, where an office knows it"}


class _Known(Schema):
    """Somebody named, and the organisation that an office found the name to mean; left out where there is none."""

    name = Str(maximum=200, minimum=1, required=True)
    organisation = Str(maximum=36, minimum=1, allow_none=True, metadata=ORGANISATION)

    @post_dump
    def leave_out_what_is_not_known(self, data: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
        return {name: value for name, value in data.items() if name != "organisation" or value is not None}


class PartyBody(_Known):
    """A party to the matter, an organisation or a person."""

    role = Str(maximum=50, load_default="")


class RelatedBody(_Known):
    """A body that is no party but has a stake: an owner, a beneficiary, a competitor."""

    relation = Str(maximum=50, load_default="")


class SuggestionBody(Schema):
    """An expert whom the requester suggests; shown as that, and never ranked higher for it."""

    expert = Str(maximum=200, minimum=1, required=True, metadata={"description": "name or id"})
    reason = Remark(maximum=500, load_default="")


class ExclusionBody(Schema):
    """An expert whom the requester does not want, and why."""

    expert = Str(maximum=200, minimum=1, required=True, metadata={"description": "name or id"})
    reason = Remark(maximum=500, minimum=1, required=True)


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


class RequestPatch(WithoutStateSecrets):
    """What changes of a request; what is not named stays, and every list is replaced as a whole."""

    kind = Choice(KINDS)
    title = Str(maximum=300, minimum=1)
    text = Str(maximum=200_000)
    aspects = Several(fields.Nested(AspectBody), maximum=40)
    parties = Several(fields.Nested(PartyBody), maximum=100)
    region = Code("region", allow_none=True)
    experts_wanted = Int(low=1, high=100, allow_none=True)
    due = Day(allow_none=True)
    urgency = Choice(URGENCIES)
    secrecy = Choice(SECRECIES, metadata={"description": "State secrets must not enter this system at any level."})
    stage = Choice(STAGES, allow_none=True, metadata={"description": "where the policy stands; policy drafting only"})
    legal_basis = Str(maximum=500)
    mode = Choice(MODES, allow_none=True)
    languages = Unique(Code("language"), maximum=10)
    questions = Unique(Str(maximum=1000, minimum=1), maximum=30)
    related_organisations = Several(fields.Nested(RelatedBody), maximum=100)
    suggested_experts = Several(fields.Nested(SuggestionBody), maximum=10)
    excluded_experts = Several(fields.Nested(ExclusionBody), maximum=10)
    earlier_stages = Unique(
        Str(maximum=36, minimum=1), maximum=20, metadata={"description": "ids of earlier requests in the same matter"}
    )
    panel = fields.Nested(PanelWish, metadata={"description": "how a panel for it should be made up"})

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


class RequestTransitionBody(WithoutStateSecrets):
    """Where to go in the life cycle, and why."""

    to = Choice(STATUSES, required=True)
    reason = Remark(maximum=1000, minimum=1, required=True)


class RequestQuery(PageQuery):
    """Filters of the list of requests; all that are given must hold."""

    status = Choice(STATUSES)
    kind = Choice(KINDS)
    requester = Str(maximum=200, metadata={"description": "id or name of the organisation that asked"})
    since = Moment(metadata={"description": "made at this moment or later (RFC 3339)"})
