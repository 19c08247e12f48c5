"""The console's forms of panels and draws: what `PanelBody` and `DrawBody` hold, in fields that a page can show."""

import re
from datetime import datetime
from typing import Any

from marshmallow import Schema, ValidationError, fields, validates_schema

from expertdb.schemas.batches import BatchBody
from expertdb.schemas.draws import MOST_STRATA
from expertdb.schemas.fields import Choice, Code, Int, Moment, Several, Str, Unique
from expertdb.schemas.panel_wishes import LARGEST_PANEL, MOST_RULES
from expertdb.schemas.panels import MOST_CANDIDATES, MOST_SIDES
from expertdb.schemas.personal import Remark
from expertdb.vocabularies import EXPERTISE
from expertdb.wording import Text
from matching.panel import GROUPINGS, MEANT, NEEDED, presets

LOCAL = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}")
# The fields in which a row of a page says who is meant by a rule.
WHO = ("kinds", "codes", "regions", "outside", "sides", "who")
NOBODY_IS_MEANT = Text(
    "Choose at least one of “Kinds of expert”, “Subjects and services”, “From”, “From outside”, “Sides” and “Besides”."
)
LONGEST_RECORD = 900_000  # A form may hold a megabyte.


class RuleForm(Schema):
    """A rule in a row of its own; which of the parameters there are depends on its type."""

    type = Str(maximum=40, minimum=1, required=True)
    limit = Str(maximum=12, allow_none=True)
    share = Str(maximum=12, allow_none=True)
    count = Int(low=0, high=LARGEST_PANEL, allow_none=True)
    each = Int(low=1, high=LARGEST_PANEL, allow_none=True)
    by = Choice(GROUPINGS, allow_none=True)
    weight = Str(maximum=12, allow_none=True)
    kinds = Unique(Code("expert_kind"), maximum=50)
    codes = Unique(Code(*EXPERTISE), maximum=50)
    regions = Unique(Code("region"), maximum=20)
    outside = Unique(Code("region"), maximum=20)
    experts = Unique(Str(maximum=200, minimum=1), maximum=LARGEST_PANEL)
    sides = Unique(Remark(maximum=50, minimum=1), maximum=MOST_SIDES)
    who = Choice(("regulator", "newcomer"), allow_none=True)

    @validates_schema
    def say_what_the_type_needs(self, data: dict[str, Any], **kwargs: Any) -> None:
        missing = [name for name in NEEDED.get(data["type"], ()) if data.get(name) in (None, [], "")]
        if missing:
            raise ValidationError({name: ["Missing data for required field."] for name in missing})

    @validates_schema
    def say_who_is_meant(self, data: dict[str, Any], **kwargs: Any) -> None:
        if data["type"] in MEANT and not any(data.get(name) for name in WHO):
            raise ValidationError(NOBODY_IS_MEANT)


class SideForm(Schema):
    """A side of a contested matter, and who speaks for it."""

    side = Remark(maximum=50, minimum=1, required=True)
    experts = Unique(Str(maximum=200, minimum=1), maximum=MOST_CANDIDATES)


class PanelForm(Schema):
    """What to form a panel under."""

    preset = Choice(presets(), allow_none=True)
    size = Int(low=1, high=LARGEST_PANEL, allow_none=True)
    reserves = Int(low=0, high=LARGEST_PANEL, allow_none=True)
    rules = Several(fields.Nested(RuleForm), maximum=MOST_RULES)
    forced = Unique(Str(maximum=200, minimum=1), maximum=LARGEST_PANEL)
    forbidden = Unique(Str(maximum=200, minimum=1), maximum=MOST_CANDIDATES)
    sides = Several(fields.Nested(SideForm), maximum=MOST_SIDES)
    shortlist = Str(maximum=36, allow_none=True)
    candidates = Int(low=1, high=MOST_CANDIDATES, allow_none=True)


class BatchForm(BatchBody):
    """Requests that are to have panels, and the terms that they share, with rules in rows."""

    rules = Several(fields.Nested(RuleForm), maximum=MOST_RULES, load_default=list)


class LocalMoment(Moment):
    """A moment as a browser's field writes it, without a zone: China's time is meant."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> datetime:
        if isinstance(value, str) and LOCAL.fullmatch(value):
            value = f"{value}:00+08:00"
        return super()._deserialize(value, attr, data, **kwargs)


class StratumForm(Schema):
    """A part of the sub-pool with seats of its own."""

    name = Remark(maximum=100, minimum=1, required=True)
    seats = Int(low=0, high=LARGEST_PANEL, required=True)
    reserves = Int(low=0, high=LARGEST_PANEL, allow_none=True)
    kinds = Unique(Code("expert_kind"), maximum=50)
    codes = Unique(Code(*EXPERTISE), maximum=50)
    regions = Unique(Code("region"), maximum=20)


class DrawForm(Schema):
    """What to draw from and when."""

    size = Int(low=1, high=LARGEST_PANEL, allow_none=True)
    reserves = Int(low=0, high=LARGEST_PANEL, allow_none=True)
    strata = Several(fields.Nested(StratumForm), maximum=MOST_STRATA)
    rules = Several(fields.Nested(RuleForm), maximum=MOST_RULES)
    public_source = Remark(maximum=500, minimum=1, required=True)
    not_before = LocalMoment(required=True)
    candidates = Int(low=1, high=MOST_CANDIDATES, allow_none=True)
    reason = Remark(maximum=1000, minimum=1, allow_none=True)


class RecordForm(Schema):
    """A record to be checked, pasted as it was published, with the commitment of the freeze where it is at hand."""

    record = Str(maximum=LONGEST_RECORD, minimum=2, required=True)
    commitment = Str(maximum=100, allow_none=True)
