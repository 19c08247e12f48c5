"""The wire contract of experts and their items."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from marshmallow import Schema, ValidationError, fields, pre_dump, pre_load, validate, validates_schema

from expertdb import vocabularies
from expertdb.models import completeness
from expertdb.models.experts import ENTRY_SOURCES, MODES, STATUSES, Expert
from expertdb.models.notices import DUTIES
from expertdb.models.requests import KINDS
from expertdb.models.restricted import masked_values
from expertdb.models.sanctions import GROUNDS
from expertdb.schemas.fields import Bool, Choice, Code, Day, DayText, Int, Several, Str, Unique
from expertdb.schemas.personal import FreeText, MaskedValues, Remark, Restricted
from expertdb.schemas.shared import PageQuery, PersonName, Reference, Term, named, plain, reference
from expertdb.wording import Text

ITEM_KINDS = ("publication", "patent", "case", "project", "policy_draft", "standard", "training")
MAXIMUM_ITEMS = 200
VERIFICATION = ("verified_by", "verified_at")  # of an item: ours to note, never a caller's to state
SOURCE = "where it can be checked: a register and number, a DOI, a file reference"
# What a new expert may start as: a draft that goes through review, or somebody taken over from an existing roster.
ENTRY_STATUSES = ("draft", "active", "on_leave", "suspended", "expired")


class ItemBody(Schema):
    """One piece of evidence."""

    kind = Choice(ITEM_KINDS, required=True)
    title = FreeText(maximum=300, minimum=1, required=True)
    text = FreeText(maximum=10_000, load_default="")
    year = Int(low=1900, high=2100, allow_none=True)
    source = FreeText(maximum=300, allow_none=True, metadata={"description": SOURCE})
    verified = Bool(load_default=False, metadata={"description": "that the caller checked it at its source"})


class LineItem(ItemBody):
    """An item of an import. Exports say who verified it, and when; here that is whoever imports it, as of now.

    A file can claim anything, and the ids of people are those of the installation that wrote it.
    """

    @pre_load
    def leave_out_who_verified(self, data: Any, **kwargs: Any) -> Any:
        if not isinstance(data, Mapping):
            return data
        return {name: value for name, value in data.items() if name not in VERIFICATION}


class ItemPatch(Schema):
    """What changes of an item; what is not named stays."""

    kind = Choice(ITEM_KINDS)
    title = FreeText(maximum=300, minimum=1)
    text = FreeText(maximum=10_000)
    year = Int(low=1900, high=2100, allow_none=True)
    source = FreeText(maximum=300, allow_none=True, metadata={"description": SOURCE})
    verified = Bool(metadata={"description": "taken back when what the item claims is edited without saying so anew"})


class ItemAnswer(ItemBody):
    """An item as it is stored, with the person who verified it, and when; nulls where nobody did."""

    id = fields.String(required=True)
    verified_by = fields.String(allow_none=True)
    verified_at = fields.DateTime(format="iso", allow_none=True)


class Absence(Schema):
    """From a day until another, both included, on which an expert cannot be asked."""

    start = DayText(required=True)
    end = DayText(required=True)

    @validates_schema
    def ends_after_start(self, data: dict[str, Any], **kwargs: Any) -> None:
        if data["end"] < data["start"]:
            raise ValidationError([Text("The absence ends before it begins.")], "end")


class NotWanted(Schema):
    """Work that an expert does not want: no list for such a request names them."""

    codes = Unique(Code(*vocabularies.EXPERTISE), maximum=60)
    kinds = Unique(Choice(KINDS), maximum=len(KINDS))


class Availability(Schema):
    """How, when and for what an expert can be asked, and how much."""

    modes = Unique(Choice(MODES), maximum=len(MODES))
    max_load = Int(low=0, high=365, metadata={"description": "most engagements in a rolling 12 months"})
    cool_off_days = Int(low=0, high=365, metadata={"description": "days of rest after an engagement"})
    away = Several(fields.Nested(Absence), maximum=50)
    not_wanted = fields.Nested(NotWanted)
    travel = Bool()
    note = FreeText(maximum=500)


class Endorsement(Schema):
    """How the nominating unit vouches for a candidate: the number of its letter, and the day of it."""

    reference = Remark(maximum=200, minimum=1, required=True)
    date = Day(required=True)


class Entry(Schema):
    """How a candidate came; a nomination names its unit, and its endorsement before the candidate is submitted."""

    source = Choice(("nomination", "application"), required=True)
    unit = Remark(maximum=200, minimum=1, metadata={"description": "id or any name of the organisation that nominates"})
    endorsement = fields.Nested(Endorsement)

    @validates_schema
    def nomination_has_a_unit(self, data: dict[str, Any], **kwargs: Any) -> None:
        if data["source"] == "nomination" and "unit" not in data:
            raise ValidationError([Text("A nomination names the unit that nominates.")], "unit")


class ExpertFields(Schema):
    """What may be set on an expert and changed later."""

    name = fields.Nested(PersonName)
    kind = Code("expert_kind")
    organisation = FreeText(
        maximum=200,
        minimum=1,
        allow_none=True,
        metadata={"description": "id or any name of an organisation; a name nobody knows yet makes a new one"},
    )
    position = FreeText(maximum=100, allow_none=True)
    region = Code("region", allow_none=True)
    languages = Unique(Code("language"), maximum=20)
    title_level = Code("title_level", allow_none=True)
    licences = Unique(FreeText(maximum=100, minimum=1), maximum=20)
    availability = fields.Nested(Availability)
    statement = FreeText(maximum=20_000)
    codes = Unique(Code(*vocabularies.EXPERTISE), maximum=60)
    items = Several(fields.Nested(ItemBody), maximum=MAXIMUM_ITEMS)
    entry = fields.Nested(Entry, metadata={"description": "on a draft only"})
    restricted = fields.Nested(Restricted)


class ExpertPatch(ExpertFields):
    """What changes of an expert; what is not named stays, `items` are replaced as a whole."""

    term = fields.Nested(Term)


class ExpertBody(ExpertFields):
    """A new expert. With a `status` other than draft it is a take-over of an existing roster and wants a term."""

    name = fields.Nested(PersonName, required=True)
    kind = Code("expert_kind", required=True)
    source_id = FreeText(maximum=100, minimum=1, allow_none=True)
    status = Choice(ENTRY_STATUSES, load_default="draft")
    term = fields.Nested(
        Term, metadata={"description": "three years from today when an active expert is entered without one"}
    )
    reason = FreeText(maximum=1000, metadata={"description": "why a take-over enters without review"})


class ExpertLine(ExpertBody):
    """One line of an import: the expert body with the `id` of the source."""

    class Meta:
        exclude = ("source_id",)

    id = FreeText(maximum=100, minimum=1)
    items = Several(fields.Nested(LineItem), maximum=MAXIMUM_ITEMS)


class ExpertTransitionBody(Schema):
    """Where an expert goes, why, and what the move takes besides."""

    to = Choice(STATUSES, required=True)
    reason = Remark(maximum=1000, minimum=1, required=True)
    ground = Choice(GROUNDS, metadata={"description": "of a suspension, removal or withdrawal"})
    notified_on = Day(metadata={"description": "when the expert was told of the suspension or removal"})
    until = Day(metadata={"description": "last day of a leave"})
    term = fields.Nested(
        Term, metadata={"description": "of an appointment or renewal; three years from today when left out"}
    )


class TransitionAnswer(Schema):
    """One change of status; `details` hold the ground, the term and the dates that it set."""

    id = fields.String(required=True)
    before = fields.String(attribute="from_status", allow_none=True)
    to = fields.String(attribute="to_status")
    reason = fields.String()
    actor = fields.String()
    person = fields.String()
    at = fields.DateTime(format="iso")
    details = fields.Dict()


class ConfirmationBody(Schema):
    """That an expert stood by their data, or could not be reached."""

    reached = Bool(load_default=True)
    on = Day(metadata={"description": "today when left out"})


class Period(Schema):
    """From a day until another, both included."""

    start = Day(required=True)
    end = Day(required=True)


class ExpertEntry(Schema):
    """How an expert came, and who vouched for them."""

    source = Choice(ENTRY_SOURCES)
    unit = fields.Nested(Reference, allow_none=True)
    endorsement = fields.Nested(Endorsement, allow_none=True)


class ProfileAnswer(Schema):
    """How complete a profile is, when the expert last stood by it, and the day after which it counts as stale."""

    missing = fields.List(fields.String(validate=validate.OneOf(tuple(completeness.PARTS))))
    complete = fields.Float(metadata={"description": "share of the parts that are there, 0 to 1"})
    as_of = Day()
    stale_after = Day(allow_none=True)


class ExpertAnswer(Schema):
    """An expert as it is stored."""

    id = fields.String(required=True)
    source_id = fields.String(allow_none=True)
    name = fields.Nested(PersonName, required=True)
    kind = fields.String(required=True)
    organisation = fields.Nested(Reference, allow_none=True)
    position = fields.String(allow_none=True)
    region = fields.String(allow_none=True)
    languages = fields.List(fields.String())
    title_level = fields.String(allow_none=True)
    licences = fields.List(fields.String())
    availability = fields.Nested(Availability)
    statement = fields.String()
    codes = fields.List(fields.String())
    items = fields.List(fields.Nested(ItemAnswer))
    restricted = fields.Nested(MaskedValues)
    profile = fields.Nested(ProfileAnswer)
    status = fields.String(validate=validate.OneOf(STATUSES))
    term = fields.Nested(Term, allow_none=True)
    entry = fields.Nested(ExpertEntry)
    publicity = fields.Nested(Period, allow_none=True)
    leave_until = Day(allow_none=True)
    last_confirmed = Day(allow_none=True)
    confirmation_due = Day(allow_none=True)
    unreachable_since = Day(allow_none=True)
    version = fields.Integer()
    created_at = fields.DateTime(format="iso")
    updated_at = fields.DateTime(format="iso")

    @pre_dump
    def shape(self, expert: Expert, **kwargs: Any) -> dict[str, Any]:
        return plain(self, expert) | {
            "name": named(expert.name_zh, expert.name_en),
            "organisation": reference(expert.organisation),
            "restricted": masked_values(expert.restricted),
            "profile": completeness.of(expert),
            "term": _period(expert.term_start, expert.term_end),
            "entry": _entry(expert),
            "publicity": _period(expert.publicity_from, expert.publicity_until),
        }


def _period(start: date | None, end: date | None) -> dict[str, Any] | None:
    return None if start is None else {"start": start, "end": end}


def _entry(expert: Expert) -> dict[str, Any]:
    endorsement = {"reference": expert.endorsement, "date": expert.endorsed_on}
    return {
        "source": expert.entry_source,
        "unit": reference(expert.nominated_by),
        "endorsement": endorsement if expert.endorsement else None,
    }


class ExpertQuery(PageQuery):
    """Filters of the list of experts; all that are given must hold."""

    q = Str(
        maximum=200,
        metadata={
            "description": "name (characters, pinyin, initials), words of the content, "
            "or a label or alias of a code: whoever holds it or one below it is found, too"
        },
    )
    status = Choice(STATUSES)
    subject = Code("ip_subject")
    service = Code("service_kind")
    industry = Code(*vocabularies.INDUSTRIES)
    region = Code("region", metadata={"description": "a code of the vocabulary region, with all below it"})
    kind = Code("expert_kind")
    organisation = Str(maximum=200, metadata={"description": "id or name of the employer"})
    missing = Choice(tuple(completeness.PARTS), metadata={"description": "those whose profile lacks this part"})
    complete = Bool(from_text=True, metadata={"description": "those whose profile has every part, or not"})
    stale = Bool(from_text=True, metadata={"description": "those whose yearly confirmation is overdue, or not"})
    duty = Choice(
        DUTIES, metadata={"description": "those whom something concerns that waits for a person: GET /duties"}
    )
