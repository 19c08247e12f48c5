"""What a panel keeps of the moment it was chosen: the request, the candidates, and what became of everybody else."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from expertdb import conflict_types, vocabularies
from expertdb.models.panels import Panel
from expertdb.models.requests import ConsultationRequest
from expertdb.services.candidate_facts import places_of
from expertdb.services.candidates import Candidacy
from expertdb.services.matters import ANY_MODE
from matching.panel import Rule
from matching.panel.rules import Forbidden

TEXT_FIELDS = ("id", "kind", "title", "text", "region", "urgency", "secrecy", "stage", "legal_basis", "mode")
LIST_FIELDS = ("languages", "questions", "earlier_stages", "panel")


def snapshot_of(
    consultation_request: ConsultationRequest,
    candidacy: Candidacy,
    rules: Sequence[Rule],
    rules_left_out: Sequence[dict[str, Any]],
) -> dict[str, Any]:
    """Plain JSON without names of experts, which are kept apart; the panel can be chosen again from it."""
    recused = candidacy.recused.reasons
    return {
        "request": request_of(consultation_request),
        "filters": candidacy.filters,
        "candidates": candidacy.people,
        "better": candidacy.better,
        "eligible": candidacy.eligible,
        "chosen_from": chosen_from(candidacy, rules),
        "left_out": candidacy.left_out,
        "recused": [{"expert": expert, "reason": reason} for expert, reason in sorted(recused.items())],
        "recused_for": dict(sorted(Counter(recused.values()).items())),
        "unresolved": [one.name for one in candidacy.recused.parties if not one.resolved],
        "rules_left_out": list(rules_left_out),
        "parameters": candidacy.parameters,
        "conflict_types": conflict_types.version(),
        "labels": _labels(consultation_request, candidacy),
    }


def chosen_from(candidacy: Candidacy, rules: Sequence[Rule]) -> dict[str, Any]:
    """By what the candidates were narrowed down, with those whom the office forbade; plain JSON without fractions."""
    forbidden = {expert for rule in rules if isinstance(rule, Forbidden) for expert in rule.experts}
    return {**candidacy.chosen_from, "forbidden": sorted(forbidden)}


def filters_of(panel: Panel) -> dict[str, list[str]]:
    """The filters that a panel was chosen under; any mode will do where an older version kept none."""
    found: dict[str, list[str]] = panel.snapshot.get("filters", ANY_MODE)
    return found


def _labels(consultation_request: ConsultationRequest, candidacy: Candidacy) -> dict[str, dict[str, str]]:
    """What the codes in a snapshot were called at the time, in both languages.

    GI is geographical indications and Gibraltar, TM trademarks and Turkmenistan: a region is among them only where it
    is meant, and where both are meant the expertise is.
    """
    wanted = {one["kind"] for one in candidacy.people} | {one.code for one in consultation_request.aspects}
    regions = _regions(consultation_request)
    places = {term.code: term for term in vocabularies.load("region") if term.code in regions}
    expertise = {term.code: term for term in vocabularies.expertise_terms() if term.code in wanted}
    known: dict[str, Any] = {**places, **expertise, **conflict_types.types()}
    return {code: {"zh": one.zh, "en": one.en} for code, one in known.items()}


def _regions(consultation_request: ConsultationRequest) -> set[str]:
    """Where the matter is, and where the requester is: rules name its city."""
    requester = consultation_request.requester
    theirs = None if requester is None else requester.region
    return {code for place in (consultation_request.region, theirs) if place for code in places_of(place)}


def request_of(consultation_request: ConsultationRequest) -> dict[str, Any]:
    """The request as it was asked."""
    requester = consultation_request.requester
    return {
        **{name: getattr(consultation_request, name) for name in (*TEXT_FIELDS, *LIST_FIELDS)},
        "due": consultation_request.due and consultation_request.due.isoformat(),
        "created_at": consultation_request.created_at.isoformat(),
        "experts_wanted": consultation_request.experts_wanted,
        "requester": None if requester is None else {"zh": requester.name_zh, "en": requester.name_en},
        "aspects": [{"code": one.code, "need": one.need} for one in consultation_request.aspects],
        "parties": [{"name": one.name, "role": one.role} for one in consultation_request.parties],
        "related_organisations": [
            {"name": one.name, "relation": one.relation} for one in consultation_request.related_organisations
        ],
        "suggested_experts": [
            {"expert": one.expert, "reason": one.reason} for one in consultation_request.suggested_experts
        ],
        "excluded_experts": [
            {"expert": one.expert, "reason": one.reason} for one in consultation_request.excluded_experts
        ],
    }
