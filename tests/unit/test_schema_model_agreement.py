"""A schema and its model say the same: what the wire lets through, the columns can hold.

`PAIRS` names the model behind each schema, `ELSEWHERE` the fields that are no column of it and where they go instead.
"""

from collections.abc import Iterator
from typing import Any, get_args

import pytest
from marshmallow import Schema, fields
from sqlalchemy import Column, Integer, String
from sqlalchemy.orm import DeclarativeBase

from expertdb import vocabularies
from expertdb.models import experts as expert_models
from expertdb.models import requests as request_models
from expertdb.models.audit import AuditEntry
from expertdb.models.base import Base
from expertdb.models.conflicts import ExpertTie, Waiver
from expertdb.models.draws import DRAW_STATES, Draw
from expertdb.models.engagements import Engagement
from expertdb.models.evaluations import Evaluation
from expertdb.models.experts import Expert, ExpertCode, ExpertItem, ExpertTransition
from expertdb.models.jobs import Job
from expertdb.models.notices import DUTIES, Notice
from expertdb.models.objections import OBJECTION_STATES, Objection
from expertdb.models.opinions import Opinion
from expertdb.models.organisations import Organisation, OrganisationName
from expertdb.models.panels import PANEL_STATES, Panel, PanelSeat, PanelTransition
from expertdb.models.requests import (
    ConsultationRequest,
    ExpertWish,
    RelatedOrganisation,
    RequestAspect,
    RequestParty,
    RequestTransition,
)
from expertdb.models.rights import Claim, Consent
from expertdb.models.sanctions import SANCTION_STATES, Sanction
from expertdb.models.shortlists import Shortlist, ShortlistAspect, ShortlistEntry
from expertdb.models.tokens import ROLES, SCOPES, AccessToken
from expertdb.models.users import User
from expertdb.models.vocabularies import VocabularyChange, VocabularySuggestion
from expertdb.schemas import (
    audit,
    batches,
    conflicts,
    draws,
    engagements,
    evaluations,
    experts,
    jobs,
    notices,
    objections,
    opinions,
    organisations,
    panels,
    requests,
    rights,
    sanctions,
    shortlists,
    tokens,
    users,
)
from expertdb.schemas import vocabularies as vocabulary_schemas
from expertdb.schemas.fields import Choice, Code, Int, Str
from expertdb.services import lifecycle
from expertdb.services import sanctions as sanction_services
from matching.panel import presets

Model = type[DeclarativeBase]
INT32 = 2**31 - 1

PAIRS: list[tuple[type[Schema], Model]] = [
    (audit.AuditAnswer, AuditEntry),
    (batches.BatchAnswer, Job),
    (draws.DrawAnswer, Draw),
    (engagements.EngagementAnswer, Engagement),
    (evaluations.EvaluationBody, Evaluation),
    (evaluations.ReplyBody, Evaluation),
    (evaluations.EvaluationAnswer, Evaluation),
    (jobs.JobAnswer, Job),
    (opinions.OpinionBody, Opinion),
    (opinions.AdoptionBody, Opinion),
    (opinions.OpinionAnswer, Opinion),
    (panels.SeatAnswer, PanelSeat),
    (rights.ClaimBody, Claim),
    (rights.ClaimAnswer, Claim),
    (rights.ConsentBody, Consent),
    (rights.ConsentAnswer, Consent),
    (vocabulary_schemas.VocabularyChangeAnswer, VocabularyChange),
    (vocabulary_schemas.WordSuggestionBody, VocabularySuggestion),
    (vocabulary_schemas.WordSuggestionAnswer, VocabularySuggestion),
    (conflicts.TieBody, ExpertTie),
    (conflicts.TiePatch, ExpertTie),
    (conflicts.TieAnswer, ExpertTie),
    (conflicts.WaiverBody, Waiver),
    (conflicts.WaiverAnswer, Waiver),
    (experts.ExpertBody, Expert),
    (experts.ExpertPatch, Expert),
    (experts.ExpertLine, Expert),
    (experts.ExpertAnswer, Expert),
    (experts.ItemBody, ExpertItem),
    (experts.ItemPatch, ExpertItem),
    (experts.ItemAnswer, ExpertItem),
    (experts.TransitionAnswer, ExpertTransition),
    (notices.NoticeAnswer, Notice),
    (objections.ObjectionBody, Objection),
    (objections.ObjectionAnswer, Objection),
    (organisations.OrganisationBody, Organisation),
    (organisations.OrganisationPatch, Organisation),
    (organisations.OrganisationAnswer, Organisation),
    (requests.RequestBody, ConsultationRequest),
    (requests.RequestPatch, ConsultationRequest),
    (requests.RequestAnswer, ConsultationRequest),
    (requests.AspectBody, RequestAspect),
    (requests.PartyBody, RequestParty),
    (requests.RelatedBody, RelatedOrganisation),
    (requests.SuggestionBody, ExpertWish),
    (requests.ExclusionBody, ExpertWish),
    (sanctions.SanctionPatch, Sanction),
    (sanctions.SanctionAnswer, Sanction),
    (shortlists.ShortlistBody, Shortlist),
    (shortlists.ShortlistAnswer, Shortlist),
    (tokens.TokenBody, AccessToken),
    (tokens.TokenAnswer, AccessToken),
    (users.UserBody, User),
    (users.UserPatch, User),
    (users.UserAnswer, User),
]
# Where a field goes that is no column of its own: the columns behind it.
ELSEWHERE: dict[tuple[Model, str], tuple[Column[Any], ...]] = {
    (Claim, "expert"): (Claim.__table__.c.expert_id,),
    (Draw, "request"): (Draw.__table__.c.request_id,),
    (Draw, "follows"): (Draw.__table__.c.follows_id,),
    (Draw, "public_source"): (Draw.__table__.c.terms,),
    (Draw, "frozen_at"): (Draw.__table__.c.terms,),
    (Draw, "members"): (Draw.__table__.c.record,),
    (Draw, "reserves"): (Draw.__table__.c.record,),
    (Draw, "panel"): (Draw.__table__.c.panel_id,),
    (Engagement, "request"): (Engagement.__table__.c.request_id,),
    (Engagement, "panel"): (Engagement.__table__.c.panel_id,),
    (Engagement, "expert"): (Engagement.__table__.c.expert_id,),
    (Engagement, "declared"): (Engagement.__table__.c.declaration,),
    (Engagement, "instead"): (Engagement.__table__.c.promoted_from,),
    (Evaluation, "engagement"): (Evaluation.__table__.c.engagement_id,),
    (Evaluation, "request"): (Evaluation.__table__.c.request_id,),
    (Evaluation, "expert"): (Evaluation.__table__.c.expert_id,),
    (Evaluation, "text"): (Evaluation.__table__.c.reply,),
    (Opinion, "engagement"): (Opinion.__table__.c.engagement_id,),
    (Opinion, "request"): (Opinion.__table__.c.request_id,),
    (Opinion, "expert"): (Opinion.__table__.c.expert_id,),
    (Opinion, "follows"): (Opinion.__table__.c.follows_id,),
    (Opinion, "result"): (Opinion.__table__.c.adoption,),
    (Opinion, "reason"): (Opinion.__table__.c.adoption_reason,),
    (Opinion, "is_untouched"): (Opinion.__table__.c.digest, Opinion.__table__.c.signature),
    (PanelSeat, "expert"): (PanelSeat.__table__.c.expert_id,),
    (PanelSeat, "organisation"): (),  # of the candidate, in the panel's snapshot
    (PanelSeat, "side"): (),  # of the candidate, in the panel's snapshot
    (PanelSeat, "disclosed"): (),  # of the candidate, in the panel's snapshot
    (Expert, "name"): (Expert.__table__.c.name_zh, Expert.__table__.c.name_en),
    (Expert, "term"): (Expert.__table__.c.term_start, Expert.__table__.c.term_end),
    (Expert, "organisation"): (OrganisationName.__table__.c.name,),
    (Expert, "codes"): (ExpertCode.__table__.c.code,),
    (Expert, "items"): (),  # ExpertItem, a pair of its own
    (Expert, "profile"): (),  # told of the others
    (Expert, "entry"): (OrganisationName.__table__.c.name, Expert.__table__.c.endorsement),
    (Expert, "publicity"): (Expert.__table__.c.publicity_from, Expert.__table__.c.publicity_until),
    (Notice, "expert"): (Notice.__table__.c.expert_id,),
    (ExpertTransition, "before"): (ExpertTransition.__table__.c.from_status,),
    (ExpertTransition, "to"): (ExpertTransition.__table__.c.to_status,),
    (Expert, "restricted"): (),  # RestrictedValue, sealed
    (Expert, "reason"): (ExpertTransition.__table__.c.reason,),
    (ExpertTie, "counterpart"): (ExpertTie.__table__.c.name,),
    (ExpertTie, "counterpart_expert"): (ExpertTie.__table__.c.other_expert_id,),
    (ExpertTie, "request"): (ExpertTie.__table__.c.request_id,),
    (Waiver, "request"): (Waiver.__table__.c.request_id,),
    (Waiver, "expert"): (Waiver.__table__.c.expert_id,),
    (Organisation, "parent"): (OrganisationName.__table__.c.name,),
    (Organisation, "name"): (Organisation.__table__.c.name_zh, Organisation.__table__.c.name_en),
    (Organisation, "aliases"): (OrganisationName.__table__.c.name,),
    (ConsultationRequest, "requester"): (OrganisationName.__table__.c.name,),
    (ConsultationRequest, "aspects"): (),  # RequestAspect
    (ConsultationRequest, "parties"): (),  # RequestParty
    (ConsultationRequest, "related_organisations"): (),  # RelatedOrganisation
    (ConsultationRequest, "suggested_experts"): (),  # ExpertWish
    (ConsultationRequest, "excluded_experts"): (),  # ExpertWish
    (RequestParty, "organisation"): (RequestParty.__table__.c.organisation_id,),
    (RelatedOrganisation, "organisation"): (RelatedOrganisation.__table__.c.organisation_id,),
    (Shortlist, "request"): (Shortlist.__table__.c.request_id,),
    (Shortlist, "diversify"): (Shortlist.__table__.c.parameters,),
    (Shortlist, "entries"): (),  # ShortlistEntry, as JSON
    (Shortlist, "recused"): (),  # ShortlistConflict, as JSON
    (Shortlist, "disclosed"): (),  # ShortlistConflict, as JSON
    (AccessToken, "organisation"): (OrganisationName.__table__.c.name,),
    (AccessToken, "token"): (),  # the secret is not kept
    (User, "organisation"): (OrganisationName.__table__.c.name,),
    (User, "password"): (),  # a slow hash of it is kept
}
# The source's id has another name in an import line.
RENAMED = {(experts.ExpertLine, "id"): "source_id"}


def columns(schema: type[Schema], model: Model, name: str) -> tuple[Column[Any], ...] | None:
    """The columns behind a field; None when nobody knows where it goes."""
    if (model, name) in ELSEWHERE:
        return ELSEWHERE[model, name]
    column = model.__table__.c.get(RENAMED.get((schema, name), name))
    return None if column is None else (column,)


def strings(field: fields.Field[Any]) -> Iterator[tuple[fields.Field[Any], int]]:
    """The string fields of a field, lists and nested schemas opened, and the longest value each lets through."""
    if isinstance(field, Choice):
        yield field, max(map(len, field.choices))
    elif isinstance(field, Code):
        yield field, max(len(term.code) for name in field.names for term in vocabularies.load(name))
    elif isinstance(field, Str):
        yield field, field.maximum
    elif isinstance(field, fields.List):
        yield from strings(field.inner)
    elif isinstance(field, fields.Nested):
        for inner in field.schema.fields.values():
            yield from strings(inner)


def disagreements(schema: type[Schema], model: Model) -> list[str]:
    """A sentence for each field that the model has no place for, or too small a one."""
    found: list[str] = []
    for name, field in schema().fields.items():
        behind = columns(schema, model, name)
        if behind is None:
            found.append(f"{name} is no column of {model.__name__}")
            continue
        for column in behind:
            if isinstance(column.type, String) and column.type.length is not None:
                longest = max((length for _, length in strings(field)), default=0)
                if longest > column.type.length:
                    found.append(f"{name} may have {longest} characters; {column} holds {column.type.length}")
            if isinstance(field, Int) and (not isinstance(column.type, Integer) or field.high > INT32):
                found.append(f"{name} may be {field.high}; {column} is {column.type}")
            if (
                isinstance(field, Str)
                and field.allow_none
                and not column.nullable
                and column is model.__table__.c.get(name)
            ):
                found.append(f"{name} may be null; {column} may not")
    return found


@pytest.mark.parametrize(("schema", "model"), PAIRS, ids=lambda one: one.__name__)
def test_schema_and_model_agree(schema: type[Schema], model: Model) -> None:
    assert disagreements(schema, model) == []


def test_disagreement_would_be_seen() -> None:
    class Wrong(Schema):
        position = Str(maximum=101)
        kind = Choice(("a kind with a far too long name",))
        shoe_size = Int(low=1, high=60)
        statement = Str(maximum=5, allow_none=True)

    assert [fault.split()[0] for fault in disagreements(Wrong, Expert)] == [
        "position",
        "kind",
        "shoe_size",
        "statement",
    ]


def test_every_body_that_is_stored_has_a_model_here() -> None:
    paired = {schema for schema, _ in PAIRS}
    modules = (conflicts, evaluations, experts, objections, opinions, organisations, requests)
    modules = (*modules, rights, sanctions, tokens, users)
    bodies = {
        value
        for module in modules
        for name, value in vars(module).items()
        if isinstance(value, type) and issubclass(value, Schema) and name.endswith(("Body", "Patch"))
    }
    moves = {body for body in bodies if body.__name__.endswith("TransitionBody")}
    assert bodies - paired - moves - {experts.ConfirmationBody} == set()


@pytest.mark.parametrize("model", [Expert, ExpertItem, Organisation, ConsultationRequest, AccessToken, User])
def test_every_column_that_a_caller_must_fill_is_in_the_body(model: Model) -> None:
    filled_by_us = {"id", "expert_id", "position", "name_sort", "name_search", "content_search"}
    filled_by_us |= {"created_at", "updated_at", "created_by", "prefix", "secret_hash", "urgency", "password_hash"}
    needed = {
        column.name for column in model.__table__.columns if not column.nullable and column.default is None
    } - filled_by_us
    stated = {name for schema, one in PAIRS if one is model for name in schema().fields}
    assert needed <= stated


@pytest.mark.parametrize(
    ("schema", "model"),
    [(experts.ExpertTransitionBody, ExpertTransition), (requests.RequestTransitionBody, RequestTransition)],
)
def test_transitions_fit_their_columns(schema: type[Schema], model: Model) -> None:
    columns_ = model.__table__.c
    assert schema().fields["reason"].maximum <= columns_.reason.type.length
    assert max(map(len, choices(schema, "to"))) <= columns_.to_status.type.length


def test_decisions_on_panels_and_draws_fit_their_columns() -> None:
    seats, transitions, made = PanelSeat.__table__.c, PanelTransition.__table__.c, Panel.__table__.c
    deviation, decision = panels.DeviationBody().fields, panels.PanelTransitionBody().fields
    assert deviation["reason"].maximum <= seats.deviation.type.length
    assert decision["reason"].maximum <= min(transitions.reason.type.length, made.reason.type.length)
    assert decision["confirmed_by"].maximum <= made.confirmed_by.type.length
    assert draws.DrawBody().fields["reason"].maximum <= Draw.__table__.c.reason.type.length
    assert panels.ReplacementBody().fields["reason"].maximum <= transitions.reason.type.length
    assert max(map(len, PANEL_STATES)) <= made.status.type.length
    assert max(map(len, DRAW_STATES)) <= Draw.__table__.c.status.type.length
    assert max(map(len, presets())) <= made.preset.type.length


@pytest.mark.parametrize("statuses", [expert_models.STATUSES, request_models.STATUSES])
def test_statuses_fit_their_columns(statuses: tuple[str, ...]) -> None:
    assert max(map(len, statuses)) <= Expert.__table__.c.status.type.length
    assert max(map(len, statuses)) <= ConsultationRequest.__table__.c.status.type.length


def choices(schema: type[Schema], name: str) -> tuple[str, ...]:
    field = schema().fields[name]
    inner = field.inner if isinstance(field, fields.List) else field
    assert isinstance(inner, Choice)
    return inner.choices


def test_enumerations_are_the_models() -> None:
    assert choices(experts.ExpertQuery, "status") == expert_models.STATUSES
    assert set(choices(experts.ExpertBody, "status")) <= set(expert_models.STATUSES)
    assert choices(experts.ExpertQuery, "duty") == DUTIES
    assert choices(experts.ExpertTransitionBody, "to") == expert_models.STATUSES
    assert set(choices(objections.ObjectionTransitionBody, "to")) <= set(OBJECTION_STATES)
    assert set(choices(sanctions.SanctionTransitionBody, "to")) == set(SANCTION_STATES) - {"standing"}
    assert choices(requests.RequestQuery, "status") == request_models.STATUSES
    assert set(choices(requests.RequestBody, "status")) <= set(request_models.STATUSES)
    assert choices(requests.RequestBody, "kind") == request_models.KINDS
    assert choices(requests.RequestTransitionBody, "to") == request_models.STATUSES
    assert choices(shortlists.PreviewBody, "kind") == request_models.KINDS
    assert choices(tokens.TokenBody, "role") == ROLES
    assert choices(tokens.TokenBody, "scopes") == SCOPES
    assert choices(users.UserBody, "role") == ROLES


def test_needs_are_the_models() -> None:
    annotation = get_args(RequestAspect.__annotations__["need"])[0]
    assert choices(requests.AspectBody, "need") == get_args(annotation)


@pytest.mark.parametrize(
    ("ways", "statuses"),
    [
        (lifecycle.EXPERT_WAYS, expert_models.STATUSES),
        (lifecycle.REQUEST_WAYS, request_models.STATUSES),
        (sanction_services.WAYS, SANCTION_STATES),
    ],
)
def test_life_cycle_knows_exactly_the_models_statuses(
    ways: dict[str, tuple[str, ...]], statuses: tuple[str, ...]
) -> None:
    assert tuple(ways) == statuses
    assert {to for ends in ways.values() for to in ends} <= set(statuses)


def test_ids_are_as_long_everywhere() -> None:
    ids = [
        column
        for table in Base.metadata.tables.values()
        for column in table.columns
        if column.name == "id" or column.name.endswith("_id")
        if isinstance(column.type, String) and column.name != "source_id"
    ]
    assert {column.type.length for column in ids} == {36}
    assert {ShortlistAspect.__tablename__, ShortlistEntry.__tablename__} <= {column.table.name for column in ids}
