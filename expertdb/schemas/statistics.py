"""The wire contract of the statistics."""

from marshmallow import Schema, fields

from expertdb import vocabularies
from expertdb.schemas.fields import Choice, Moment

CODED = tuple(name for name in vocabularies.EXPERTISE if name != "expert_kind")


class StatisticsQuery(Schema):
    """By the codes of which vocabulary, and the use of the pool since when."""

    codes = Choice(CODED, load_default="ip_subject", metadata={"description": "vocabulary of the cells and gaps"})
    since = Moment(metadata={"description": "of lists and requests (RFC 3339); twelve months back when left out"})


class CellAnswer(Schema):
    """How many active experts of a kind hold a code in a region."""

    code = fields.String()
    region = fields.String(allow_none=True)
    kind = fields.String()
    count = fields.Integer()


class GapAnswer(Schema):
    """A code that too few hold; `cities` are those in which nobody active holds it or one below it."""

    code = fields.String()
    held_by = fields.Integer()
    cities = fields.List(fields.String())


class ProfilesAnswer(Schema):
    """Of the active experts: whose profile is complete, stale, or lacks a part; and how much evidence is verified."""

    experts = fields.Integer()
    complete = fields.Integer()
    stale = fields.Integer(metadata={"description": "their yearly confirmation is overdue"})
    missing = fields.Dict(keys=fields.String(), values=fields.Integer())
    items = fields.Integer()
    verified_items = fields.Integer()


class ConcentrationAnswer(Schema):
    """How evenly the active experts stand on shortlists, or were invited; `most` are the ten most often."""

    asked = fields.Integer(metadata={"description": "places on lists, or invitations, in all"})
    experts = fields.Integer()
    never = fields.Integer(metadata={"description": "experts on no list, or not invited"})
    gini = fields.Float(allow_none=True, metadata={"description": "0 all alike, near 1 always the same one"})
    top_tenth = fields.Float(allow_none=True, metadata={"description": "share of the tenth listed most often"})
    most = fields.List(fields.Tuple((fields.String(), fields.Integer())))


class UncoveredAnswer(Schema):
    """What nobody covered, by the latest list of each request."""

    requests = fields.Integer()
    uncovered = fields.Integer()
    empty = fields.Integer()
    codes = fields.List(fields.Tuple((fields.String(), fields.Integer())))


class SpanAnswer(Schema):
    """How long a step took, in hours, over the requests that reached it."""

    reached = fields.Integer()
    median_hours = fields.Float(allow_none=True)
    slowest_tenth_hours = fields.Float(allow_none=True)


class TurnaroundAnswer(Schema):
    """From submission to list, confirmed panel and delivered opinion, for one kind of body and month of submission."""

    organisation_kind = fields.String(allow_none=True)
    month = fields.String()
    requests = fields.Integer()
    shortlisted = fields.Nested(SpanAnswer)
    confirmed = fields.Nested(SpanAnswer)
    delivered = fields.Nested(SpanAnswer)


class StatisticsAnswer(Schema):
    """The pool and its use in figures."""

    as_of = fields.DateTime(format="iso")
    since = fields.DateTime(format="iso")
    by_status = fields.Dict(keys=fields.String(), values=fields.Integer())
    cells = fields.List(fields.Nested(CellAnswer))
    gaps = fields.List(fields.Nested(GapAnswer))
    terms_ending = fields.Dict(
        keys=fields.String(), values=fields.Integer(), metadata={"description": "within 90 days, by month"}
    )
    waiting = fields.Dict(keys=fields.String(), values=fields.Integer(), metadata={"description": "as GET /duties"})
    profiles = fields.Nested(ProfilesAnswer)
    concentration = fields.Nested(ConcentrationAnswer, metadata={"description": "places on shortlists"})
    service = fields.Nested(ConcentrationAnswer, metadata={"description": "invitations"})
    uncovered = fields.Nested(UncoveredAnswer)
    turnaround = fields.List(fields.Nested(TurnaroundAnswer))
