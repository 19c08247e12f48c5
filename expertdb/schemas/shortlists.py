"""The wire contract of shortlists."""

from typing import Any

from marshmallow import Schema, ValidationError, fields, validates, validates_schema

from expertdb import vocabularies
from expertdb.models.experts import MODES
from expertdb.models.requests import KINDS
from expertdb.schemas.conflicts import HeldBackAnswer, RecusedAnswer, Unresolved
from expertdb.schemas.fields import Choice, Code, Int, Moment, Said, Several, Share, Str, Unique
from expertdb.schemas.reason_words import sayable
from expertdb.schemas.requests import AspectBody, refuse_repeated_aspects
from expertdb.schemas.shared import PageQuery, Reference
from expertdb.schemas.state_secrets import WithoutStateSecrets
from expertdb.wording import Text

MAXIMUM_SIZE = 100


class Filters(Schema):
    """Who may be on the list at all; within one filter any value will do, and all filters must hold."""

    region = Unique(Code("region"), maximum=50)
    kind = Unique(Code("expert_kind"), maximum=50)
    language = Unique(Code("language"), maximum=20)
    code = Unique(Code(*vocabularies.EXPERTISE), maximum=50)
    mode = Unique(
        Choice(MODES),
        maximum=len(MODES),
        metadata={"description": "the request's own when left out; who states no mode takes every one"},
    )


class ShortlistBody(Schema):
    """How long the list should be and who may be on it."""

    size = Int(low=1, high=MAXIMUM_SIZE, load_default=10)
    filters = fields.Nested(Filters, load_default=dict)
    diversify = Share(
        load_default=0.0,
        metadata={"description": "0 orders by affinity; up to 1, places go to whoever adds most to what is covered"},
    )


class PreviewBody(ShortlistBody, WithoutStateSecrets):
    """A matter to match without storing anything."""

    kind = Choice(KINDS, load_default="consultation")
    title = Str(maximum=300, load_default="")
    text = Str(maximum=200_000, load_default="")
    aspects = Several(fields.Nested(AspectBody), maximum=40, load_default=list)

    @validates("aspects")
    def each_aspect_once(self, aspects: list[dict[str, str]], **kwargs: Any) -> None:
        refuse_repeated_aspects(aspects)

    @validates_schema
    def says_something(self, data: dict[str, Any], **kwargs: Any) -> None:
        if not (data.get("title") or data.get("text") or data.get("aspects")):
            raise ValidationError([Text("Give a title, a text or at least one aspect.")], "text")


class ReasonItem(Schema):
    """A piece of evidence that carried the affinity; `words` are those of its words that the request shares."""

    title = fields.String()
    kind = fields.String()
    year = fields.Integer(allow_none=True)
    verified = fields.Boolean(allow_none=True)
    share = fields.Float(metadata={"description": "its part of the affinity, 0 to 1"})
    words = fields.List(fields.String())


class ReasonTerm(Schema):
    """A term of the request and what it contributed; the last line stands for all terms not named."""

    term = fields.String()
    label = fields.String(metadata={"description": "in the caller's language; words of texts as they are written"})
    field = fields.String(
        metadata={"description": "concept (a code), native (the words themselves), pivot (translated) or rest"}
    )
    contribution = fields.Float()


class ReasonAdjustment(Schema):
    """Something that changed the affinity besides terms; contributions and values sum to the affinity exactly."""

    name = fields.String()
    label = fields.String(metadata={"description": "the name in words"})
    value = fields.Float()
    detail = fields.String()


class Reasons(Schema):
    """Why somebody is on the list."""

    items = fields.List(fields.Nested(ReasonItem))
    terms = fields.List(fields.Nested(ReasonTerm))
    adjustments = fields.List(fields.Nested(ReasonAdjustment))
    aspects_covered = fields.List(fields.String())
    aspects_missing = fields.List(fields.String())


class AsStored(fields.Nested):
    """Reasons, which are stored nearly in the shape of the wire: to dump hundreds of lines once more takes long."""

    def _serialize(self, nested_obj: Any, attr: Any, obj: Any, **kwargs: Any) -> Any:  # type: ignore[override]
        return sayable(nested_obj) if nested_obj else nested_obj


class EntryAnswer(Schema):
    """One candidate."""

    rank = fields.Integer()
    expert = fields.Nested(Reference)
    affinity = fields.Float()
    reasons = AsStored(Reasons)


class EntriesAsStored(fields.List[Any]):
    """Entries, which have the shape of the wire but for the words of their reasons."""

    def _serialize(self, value: Any, attr: Any, obj: Any, **kwargs: Any) -> Any:
        return [{**one, "reasons": one["reasons"] and sayable(one["reasons"])} for one in value]


class Exclusion(Schema):
    """Who was left out and why; an agency sees counts by coarse reason instead of names."""

    expert = fields.Nested(Reference)
    reason = fields.String()
    count = fields.Integer()


class Gap(Schema):
    """An aspect that the pool cannot offer."""

    code = fields.String()
    reason = Said()


class SuggestedAspect(Schema):
    """A code that the request's words point to, for somebody to confirm as an aspect."""

    code = fields.String()
    phrases = fields.List(fields.String())


class ShortlistAnswer(Schema):
    """An explained, ordered list of candidates."""

    id = fields.String(allow_none=True)
    request = fields.String(allow_none=True)
    size = fields.Integer()
    filters = fields.Nested(Filters)
    entries = EntriesAsStored(fields.Nested(EntryAnswer))
    excluded = fields.List(
        fields.Nested(Exclusion),
        metadata={
            "description": "the first hundred by id; `/exclusions` pages through all. For agencies `reason` and"
            " `count`: by coarse reason, in steps of five (rounded down), none below five"
        },
    )
    recused = fields.List(fields.Nested(HeldBackAnswer), metadata={"description": "for offices; empty for agencies"})
    disclosed = fields.List(fields.Nested(RecusedAnswer), metadata={"description": "for offices; empty for agencies"})
    unresolved = fields.List(
        fields.Nested(Unresolved), metadata={"description": "parties whom nobody knows, for offices"}
    )
    left_out = fields.Dict(keys=fields.String(), values=fields.Integer())
    gaps = fields.List(fields.Nested(Gap))
    suggested_aspects = fields.List(fields.Nested(SuggestedAspect))
    corpus_version = fields.Integer()
    vocabulary_versions = fields.Dict(keys=fields.String(), values=fields.String())
    parameters = fields.Dict()
    created_at = fields.DateTime(format="iso", allow_none=True)


class ShortlistQuery(PageQuery):
    """Filters of the list of shortlists; all that are given must hold."""

    request = Str(maximum=36)
    expert = Str(maximum=36, metadata={"description": "lists on which this expert stands"})
    aspect = Code(*vocabularies.EXPERTISE, metadata={"description": "lists whose request names this aspect"})
    since = Moment(metadata={"description": "made at this moment or later (RFC 3339)"})


class ComparisonQuery(Schema):
    """Which two entries of a list."""

    first = Str(maximum=36, required=True, metadata={"description": "id of an expert on the list"})
    second = Str(maximum=36, required=True, metadata={"description": "id of another expert on the list"})


class ComparedEntry(Schema):
    """One of two entries."""

    expert = fields.Nested(Reference)
    affinity = fields.Float()


class ComparisonLine(Schema):
    """A term or adjustment and what it gave each of the two."""

    term = fields.String()
    label = Said()
    field = fields.String(metadata={"description": "concept, native, pivot or adjustment"})
    first = fields.Float()
    second = fields.Float()


class ComparisonAnswer(Schema):
    """Why one entry stands before another: the lines' differences and `rest` sum to `difference` exactly."""

    first = fields.Nested(ComparedEntry)
    second = fields.Nested(ComparedEntry)
    difference = fields.Float()
    lines = fields.List(fields.Nested(ComparisonLine))
    rest = fields.Float()


class StandingQuery(Schema):
    """Whose standing."""

    expert = Str(maximum=36, required=True, metadata={"description": "id of any expert"})


class StandingAnswer(Schema):
    """Where an expert stands for a request today: left out for a `reason`, or at `rank` of `ranked`.

    Where somebody who is recused would stand is for policy offices only.
    """

    expert = fields.Nested(Reference)
    reason = fields.String(allow_none=True)
    label = Said(allow_none=True, metadata={"description": "the reason in the caller's language"})
    rank = fields.Integer(allow_none=True)
    ranked = fields.Integer(allow_none=True)
    affinity = fields.Float(allow_none=True)
    reasons = AsStored(Reasons, allow_none=True)
