"""The wire contract of panels."""

from typing import Any

from marshmallow import Schema, ValidationError, fields, validates_schema

from expertdb.models.panels import CHOICES, PANEL_STATES
from expertdb.schemas.fields import Bool, Choice, Int, Several, Str, Unique
from expertdb.schemas.panel_wishes import LARGEST_PANEL, PanelWish
from expertdb.schemas.personal import Remark
from expertdb.schemas.shared import PageQuery, Reference
from expertdb.schemas.shortlists import Filters
from expertdb.wording import Text

MOST_CANDIDATES = 2000
MOST_SIDES = 10
NAMELESS = Text("Name the person who decides; a panel is confirmed by one.")
WHO = {"description": "ids, or names that one expert bears"}


class Sides(fields.Dict):
    """Sides of a contested matter, each with the experts who speak for it."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(keys=Remark(maximum=50, minimum=1), values=Unique(_who(), maximum=MOST_CANDIDATES), **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        if isinstance(value, dict) and len(value) > MOST_SIDES:
            detail = Text("This list has {count} values; at most {maximum} fit.", count=len(value), maximum=MOST_SIDES)
            raise ValidationError([detail])
        return super()._deserialize(value, attr, data, **kwargs)  # type: ignore[no-untyped-call]


def _who() -> Str:
    return Str(maximum=200, minimum=1)


class PanelBody(PanelWish):
    """What to form a panel under; what is left out is as the request wishes, or as the preset for its kind says."""

    forced = Unique(_who(), maximum=LARGEST_PANEL, load_default=list, metadata=WHO)
    forbidden = Unique(_who(), maximum=MOST_CANDIDATES, load_default=list, metadata=WHO)
    sides = Sides(load_default=dict, metadata={"description": "side → experts who speak for it"})
    filters = fields.Nested(Filters, load_default=dict)
    shortlist = Str(maximum=36, minimum=1, allow_none=True, metadata={"description": "choose from this list only"})
    candidates = Int(low=1, high=MOST_CANDIDATES, load_default=200, metadata={"description": "the best so many"})
    dry_run = Bool(load_default=False)


class ReplacementBody(Schema):
    """Which member leaves, and why; the panel changes as little as can be."""

    expert = Str(maximum=36, minimum=1, required=True)
    reason = Remark(maximum=1000, minimum=1, required=True)


class DeviationBody(Schema):
    """Why a member sits although better ranked candidates do not."""

    expert = Str(maximum=36, minimum=1, required=True)
    reason = Remark(maximum=1000, minimum=1, required=True)


class PanelTransitionBody(Schema):
    """A decision on a panel; a confirmation names who decides, and a reason for each deviation from rank."""

    to = Choice(PANEL_STATES, required=True)
    reason = Remark(maximum=1000, minimum=1, required=True)
    confirmed_by = Remark(maximum=100, minimum=1, allow_none=True)
    deviations = Several(fields.Nested(DeviationBody), maximum=LARGEST_PANEL, load_default=list)

    @validates_schema(skip_on_field_errors=False)
    def somebody_decides(self, data: dict[str, Any], **kwargs: Any) -> None:
        """Told with the other faults; where there are none, the service tells it with what only the panel shows."""
        reasons = [data, *data.get("deviations", ())]
        if (
            data.get("to") == "confirmed"
            and not data.get("confirmed_by")
            and not all("reason" in one for one in reasons)
        ):
            raise ValidationError([NAMELESS], "confirmed_by")


class Sentence(Schema):
    """A sentence in both languages."""

    zh = fields.String()
    en = fields.String()


class SeatAnswer(Schema):
    """A member or reserve; `replaces` are the members whose place a reserve can take without a rule being broken."""

    place = fields.Integer()
    expert = fields.Nested(Reference)
    organisation = fields.Nested(Reference, allow_none=True)
    affinity = fields.Float()
    rank = fields.Integer(allow_none=True)
    side = fields.String(allow_none=True)
    disclosed = fields.List(fields.String(), metadata={"description": "types of conflict to be disclosed"})
    deviation = fields.String()
    replaces = fields.List(fields.String())


class RuleAnswer(Schema):
    """A rule, how many members more or less it would bear, and how much higher the objective would be without it."""

    rule = fields.Dict()
    slack = fields.Integer(allow_none=True)
    price = fields.Float(allow_none=True)


class NamedRule(Schema):
    """Which rule is meant: its place in `rules`; null is the number of seats."""

    rule = fields.Integer(allow_none=True)
    type = fields.String()
    name = fields.String()


class ViolationAnswer(NamedRule):
    """A rule that the members break, by how much and by whom."""

    excess = fields.Integer()
    detail = fields.Nested(Sentence)
    experts = fields.List(fields.String())


class ChangeAnswer(NamedRule):
    """A rule that would have to give, and by how much."""

    amount = fields.Integer()
    detail = fields.Nested(Sentence)


class RelaxationAnswer(Schema):
    """The fewest rules, by the smallest amounts, that would have to give, and the panel that this would allow."""

    changes = fields.List(fields.Nested(ChangeAnswer))
    members = fields.List(fields.Nested(SeatAnswer))
    objective = fields.Float()


class PassedOver(Schema):
    """Somebody better ranked, and the rules that having them in the member's place would break.

    `filters`, `shortlist` or `candidates` stand among the rules where these shut them out.
    """

    expert = fields.String()
    rank = fields.Integer()
    rules = fields.List(fields.String())


class DeviationAnswer(Schema):
    """A member who sits before better ranked people, and who was passed over for them.

    The rank is beyond the number of seats, or the office shut out somebody better ranked.
    """

    expert = fields.String()
    rank = fields.Integer()
    passed_over = fields.List(fields.Nested(PassedOver))
    needs_reason = fields.Boolean(
        metadata={"description": "of its own, when the panel is confirmed; else the decision's stands"}
    )


class PanelAnswer(Schema):
    """A panel; without an `id` nothing is stored. An agency sees who sits on the panels confirmed for its requests."""

    id = fields.String(allow_none=True)
    request = fields.String()
    status = fields.String(metadata={"description": "or infeasible: no panel fits; unknown: none was found in time"})
    choice = fields.String(metadata={"enum": list(CHOICES)})
    preset = fields.String(allow_none=True)
    size = fields.Integer()
    members = fields.List(fields.Nested(SeatAnswer))
    reserves = fields.List(fields.Nested(SeatAnswer))
    objective = fields.Float(allow_none=True)
    bound = fields.Float(allow_none=True)
    gap = fields.Float(allow_none=True)
    seconds = fields.Float(allow_none=True)
    unique = fields.Boolean(allow_none=True)
    proven = fields.Boolean(
        allow_none=True, metadata={"description": "false: the time ran out before it was shown that none is better"}
    )
    rules = fields.List(fields.Nested(RuleAnswer))
    rules_left_out = fields.List(fields.Dict())
    violations = fields.List(fields.Nested(ViolationAnswer))
    blocking = fields.List(fields.Nested(NamedRule))
    relaxations = fields.List(fields.Nested(RelaxationAnswer))
    vacancies = fields.Integer()
    wanted = fields.List(fields.Nested(Sentence))
    deviations = fields.List(fields.Nested(DeviationAnswer))
    unreplaceable = fields.List(fields.String())
    candidates = fields.Integer()
    chosen_from = fields.Dict(
        allow_none=True,
        metadata={
            "description": "the filters, the list (`shortlist`) or else the limit on candidates, and whom the office"
            " forbade; null in old panels"
        },
    )
    shortlist = fields.String(allow_none=True)
    replaces = fields.String(allow_none=True)
    draw = fields.String(allow_none=True)
    corpus_version = fields.Integer(allow_none=True)
    confirmed_by = fields.String(allow_none=True)
    reason = fields.String(allow_none=True)
    created_at = fields.DateTime(format="iso", allow_none=True)
    version = fields.Integer(allow_none=True)


class PresetAnswer(Schema):
    """A preset: sizes, reserves and rules."""

    name = fields.String()
    zh = fields.String()
    en = fields.String()
    source = fields.String()
    minimum = fields.Integer()
    maximum = fields.Integer()
    reserves = fields.Integer()
    rules = fields.List(fields.Dict())


class FileQuery(Schema):
    """In which form, and in which language."""

    format = Choice(("docx", "json"), load_default="docx")
    language = Choice(("zh", "en"), load_default="zh")


class PanelQuery(PageQuery):
    """Filters of the list of panels; all that are given must hold."""

    request = Str(maximum=36)
    status = Choice(PANEL_STATES)
    expert = Str(maximum=36, metadata={"description": "panels on which this expert has a seat"})
