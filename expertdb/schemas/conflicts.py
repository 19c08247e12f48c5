"""The wire contract of conflicts: ties, checks, recusals, waivers."""

from collections.abc import Mapping
from typing import Any

from marshmallow import Schema, ValidationError, fields, pre_dump

from expertdb import conflict_types
from expertdb.models.conflicts import ExpertTie, Waiver
from expertdb.schemas.fields import Choice, Day, Several, Str, Unique
from expertdb.schemas.personal import Remark
from expertdb.schemas.shared import PageQuery, Reference, plain
from expertdb.wording import Text

OTHER_SIDE = {"description": "the other side: name of an organisation or person, or id of an organisation or expert"}
MOST_EXPERTS = 200
MOST_PARTIES = 50
TYPES = tuple(conflict_types.types())


class TiePatch(Schema):
    """What changes of a tie; what is not named stays."""

    type = Choice(conflict_types.declared())
    counterpart = Remark(maximum=200, minimum=1, metadata=OTHER_SIDE)
    since = Day(allow_none=True)
    until = Day(allow_none=True, metadata={"description": "the last day; null while it lasts"})
    note = Remark(maximum=1000)
    request = Str(
        maximum=36,
        minimum=1,
        allow_none=True,
        metadata={"description": "counts in this request only, whoever it is with"},
    )


class TieBody(TiePatch):
    """A tie of an expert: an employer, client, shareholding, relative, teacher, co-author …"""

    type = Choice(conflict_types.declared(), required=True)
    counterpart = Remark(maximum=200, minimum=1, required=True, metadata=OTHER_SIDE)


class TieAnswer(TiePatch):
    """A tie as it is stored; `source`: entered by an office, declared by the expert, or recorded by the service."""

    id = fields.String(required=True)
    counterpart_expert = fields.String(
        allow_none=True, metadata={"description": "id, where it is an expert of the pool"}
    )
    source = fields.String()
    version = fields.Integer()
    created_at = fields.DateTime(format="iso")
    updated_at = fields.DateTime(format="iso")

    @pre_dump
    def shape(self, tie: ExpertTie, **kwargs: Any) -> dict[str, Any]:
        own = {"counterpart": tie.name, "counterpart_expert": tie.other_expert_id, "request": tie.request_id}
        return plain(self, tie) | own


class Named(Schema):
    """Somebody to be checked: a name or id, perhaps with the employer (for whom the pool does not know)."""

    name = Str(maximum=200, minimum=1, required=True)
    organisation = Str(maximum=200, minimum=1, allow_none=True)


class NamedParty(Schema):
    """A party to check against; `organisation` is the id of the one that is meant, where it is known."""

    name = Str(maximum=200, minimum=1, required=True)
    role = Str(maximum=50, load_default="")
    organisation = Str(maximum=36, minimum=1, allow_none=True)


class NameOr(fields.Nested):
    """An object, or its name alone."""

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, partial: Any = None, **kwargs: Any
    ) -> Any:
        named = {"name": value} if isinstance(value, str) else value
        return super()._deserialize(named, attr, data, partial, **kwargs)


class ConflictCheck(Schema):
    """Whom to check against whom; each may be an object or a name alone."""

    experts = Several(NameOr(Named), maximum=MOST_EXPERTS, required=True)
    parties = Several(NameOr(NamedParty), maximum=MOST_PARTIES, required=True)


def _some(values: list[str]) -> None:
    if not values:
        raise ValidationError([Text("Name at least one.")])


class CheckForm(Schema):
    """The same in a form: one name a line."""

    experts = Unique(Str(maximum=200, minimum=1), maximum=MOST_EXPERTS, required=True, validate=_some)
    parties = Unique(Str(maximum=200, minimum=1), maximum=MOST_PARTIES, required=True, validate=_some)


class Label(Schema):
    """A type in words."""

    zh = fields.String()
    en = fields.String()


class FindingAnswer(Schema):
    """One thing that ties an expert to a party, how sure it is, and what it leads to."""

    type = fields.String(metadata={"enum": list(TYPES)})
    label = fields.Nested(Label)
    party = fields.String(allow_none=True)
    effect = fields.String(metadata={"enum": list(conflict_types.EFFECTS)})
    certainty = fields.String(metadata={"enum": list(conflict_types.CERTAINTIES)})
    since = fields.String(allow_none=True, metadata={"format": "date"})
    until = fields.String(allow_none=True, metadata={"format": "date"})
    look_back_months = fields.Integer(allow_none=True)
    waivable = fields.Boolean()
    waiver = fields.String(allow_none=True)
    evidence = fields.Dict(metadata={"description": "where it stands: `source` and the ids, titles and words found"})


class CheckedExpert(Schema):
    """Somebody as named, and the experts of the pool who bear the name."""

    name = fields.String()
    ids = fields.List(fields.String())


class CheckedParty(Schema):
    """A party as named; not `resolved` where nobody known is meant."""

    name = fields.String()
    role = fields.String()
    resolved = fields.Boolean()


class PairAnswer(Schema):
    """An expert and a party: the gravest effect, and every finding."""

    expert = fields.Nested(CheckedExpert)
    party = fields.Nested(CheckedParty)
    effect = fields.String(metadata={"enum": list(conflict_types.EFFECTS)})
    findings = fields.List(fields.Nested(FindingAnswer))


class Unresolved(Schema):
    """A name behind which nobody surely stands: `unknown`, `several` who bear it, or a `placeholder`."""

    name = fields.String()
    what = fields.String(metadata={"enum": ["party", "expert"]})
    reason = fields.String(metadata={"enum": ["unknown", "several", "placeholder"]})


class CheckAnswer(Schema):
    """Every pair, in the order of the experts and then of the parties."""

    pairs = fields.List(fields.Nested(PairAnswer))
    unresolved = fields.List(fields.Nested(Unresolved))
    types_version = fields.String()


class MeantOrganisation(Schema):
    """An organisation that a party's name means, and how."""

    id = fields.String()
    relation = fields.String(metadata={"enum": ["self", "variant", "parent", "subsidiary", "sister"]})
    certainty = fields.String()


class IdentifiedParty(CheckedParty):
    """A party of a request and everybody who is meant by it."""

    organisations = fields.List(fields.Nested(MeantOrganisation))
    experts = fields.List(fields.String())


class RecusedAnswer(Schema):
    """An expert with what ties them to the matter; with a `reason` code they are out."""

    expert = fields.Nested(Reference)
    reason = fields.String(
        metadata={"description": "`recused:` and the gravest type; empty where it is to be disclosed"}
    )
    findings = fields.List(fields.Nested(FindingAnswer))


class HeldBackAnswer(RecusedAnswer):
    """Who was out when a list was drawn up, and the rank and affinity that they would have had: for policy offices."""

    rank = fields.Integer(allow_none=True, metadata={"description": "null for whoever is no policy office"})
    affinity = fields.Float(allow_none=True, metadata={"description": "null for whoever is no policy office"})


class RequestConflictsAnswer(Schema):
    """What stands between the pool and a matter, as things are now."""

    parties = fields.List(fields.Nested(IdentifiedParty))
    unresolved = fields.List(fields.Nested(Unresolved))
    recused = fields.List(fields.Nested(RecusedAnswer))
    disclosed = fields.List(fields.Nested(RecusedAnswer))


class WaiverBody(Schema):
    """A conflict to set aside: whose, in which request, of which type, towards which party, why, until when."""

    request = Str(maximum=36, minimum=1, required=True)
    expert = Str(maximum=36, minimum=1, required=True)
    type = Choice(TYPES, required=True)
    party = Remark(maximum=200, load_default="", metadata={"description": "every party when left out"})
    reason = Remark(maximum=1000, minimum=1, required=True)
    until = Day(allow_none=True, metadata={"description": "the last day; until the matter ends when left out"})


class WaiverAnswer(WaiverBody):
    """A waiver as it is stored; revoked ones are kept."""

    id = fields.String(required=True)
    granted_by = fields.String()
    created_at = fields.DateTime(format="iso")
    revoked_at = fields.DateTime(format="iso", allow_none=True)
    version = fields.Integer()

    @pre_dump
    def shape(self, waiver: Waiver, **kwargs: Any) -> dict[str, Any]:
        return plain(self, waiver) | {"request": waiver.request_id, "expert": waiver.expert_id}


class WaiverQuery(PageQuery):
    """Filters of the list of waivers; all that are given must hold."""

    request = Str(maximum=36)
    expert = Str(maximum=36)
