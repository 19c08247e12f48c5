"""Recusals: who is out of a matter, and why, worked out before anybody is ranked."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from expertdb.conflict_types import CERTAIN, DISCLOSE, PROBABLE
from expertdb.models.conflicts import ExpertTie, Waiver
from expertdb.models.engagements import Engagement
from expertdb.models.requests import ConsultationRequest
from expertdb.models.shortlists import ShortlistConflict
from expertdb.names import organisation_key
from expertdb.services import conflicts, findings, identities, namesakes
from expertdb.services.conflicts import Judged, Shown
from expertdb.services.findings import Finding, restricted
from expertdb.services.identities import Identity
from expertdb.services.shown import names

PREFIX = "recused:"


@dataclass(frozen=True)
class Recusals:
    """What stands between experts and a matter.

    `parties` are the parties and then the related organisations; `recused` and `disclosed` hold findings by expert,
    the gravest first: who is in both counts as recused.
    """

    parties: tuple[Identity, ...]
    recused: dict[str, list[Judged]]
    disclosed: dict[str, list[Judged]]

    @property
    def reasons(self) -> dict[str, str]:
        """The reason code of everybody who is out: `recused:` and the gravest type."""
        return {expert: PREFIX + found[0].finding.type for expert, found in self.recused.items()}


NOBODY_RECUSED = Recusals((), {}, {})


def of(
    session: Session,
    consultation_request: ConsultationRequest,
    today: date,
    *,
    among: Collection[str] | None = None,
) -> Recusals:
    """Who of the active experts (or `among` these) is recused from a request today, waivers taken into account."""
    parties = identities.identify(session, _named(consultation_request))
    found = findings.find(session, parties, among) if parties else []
    found += _of_this_matter(session, consultation_request, among)
    found += _of_earlier_stages(session, consultation_request, among)
    found += _unwanted(session, consultation_request, among)
    judged = _waived(session, consultation_request, parties, conflicts.judge(found, today), today)
    recused: dict[str, list[Judged]] = {}
    disclosed: dict[str, list[Judged]] = {}
    for one in judged:
        if one.excludes:
            recused.setdefault(one.finding.expert, []).append(one)
        elif one.waiver is not None or one.effect == DISCLOSE:
            disclosed.setdefault(one.finding.expert, []).append(one)
    return Recusals(tuple(parties), recused, disclosed)


def _named(consultation_request: ConsultationRequest) -> list[dict[str, Any]]:
    parties = [
        {"name": one.name, "role": one.role, "organisation": one.organisation} for one in consultation_request.parties
    ]
    related = [
        {"name": one.name, "role": one.relation, "organisation": one.organisation}
        for one in consultation_request.related_organisations
    ]
    return [*parties, *related]


def _of_this_matter(
    session: Session, consultation_request: ConsultationRequest, among: Collection[str] | None
) -> Iterable[Finding]:
    """Ties entered for this very matter, whoever their other side is."""
    statement = select(ExpertTie).where(
        ExpertTie.request_id == consultation_request.id, restricted(ExpertTie.expert_id, among)
    )
    for row in session.scalars(statement):
        evidence = {"source": "tie", "tie": row.id}
        yield Finding(row.expert_id, None, row.type, CERTAIN, row.since, row.until, evidence)


def _of_earlier_stages(
    session: Session, consultation_request: ConsultationRequest, among: Collection[str] | None
) -> Iterable[Finding]:
    """Whoever accepted to serve in any earlier request of the same matter; who left again has read it all the same."""
    accepted = Engagement.status.in_(("accepted", "delivered")) | (
        (Engagement.status == "withdrawn") & Engagement.answered_at.is_not(None)
    )
    served = (
        Engagement.request_id.in_(_earlier(session, consultation_request))
        & accepted
        & restricted(Engagement.expert_id, among)
    )
    for one in session.scalars(select(Engagement).where(served).order_by(Engagement.id)):
        evidence = {"source": "engagement", "request": one.request_id}
        yield Finding(one.expert_id, None, "earlier_stage", CERTAIN, evidence=evidence)


def _earlier(session: Session, consultation_request: ConsultationRequest) -> set[str]:
    """The earlier requests of the same matter, and those before them; edits may have made them a ring."""
    found: set[str] = set()
    fresh = set(consultation_request.earlier_stages)
    while fresh:
        found |= fresh
        before = select(ConsultationRequest.earlier_stages).where(ConsultationRequest.id.in_(fresh))
        fresh = {id for stages in session.scalars(before) for id in stages} - found
    return found - {consultation_request.id}


def _unwanted(
    session: Session, consultation_request: ConsultationRequest, among: Collection[str] | None
) -> Iterable[Finding]:
    wishes = consultation_request.excluded_experts
    meant = namesakes.meant_by(session, [one.expert for one in wishes])
    for wish in wishes:
        for expert in meant[wish.expert]:
            if among is None or expert in among:
                certainty = CERTAIN if len(meant[wish.expert]) == 1 else PROBABLE
                evidence = {"source": "requester", "words": wish.reason}
                yield Finding(expert, None, "requester_exclusion", certainty, evidence=evidence)


def _waived(
    session: Session,
    consultation_request: ConsultationRequest,
    parties: Sequence[Identity],
    judged: Iterable[Judged],
    today: date,
) -> list[Judged]:
    statement = select(Waiver).where(Waiver.request_id == consultation_request.id).order_by(Waiver.id)
    waivers = [one for one in session.scalars(statement) if one.holds_on(today)]
    return [replace(one, waiver=_waiver_of(one, parties, waivers)) for one in judged]


def _waiver_of(judged: Judged, parties: Sequence[Identity], waivers: Iterable[Waiver]) -> str | None:
    """The id of the waiver that sets this aside; what excludes in any case cannot be waived."""
    found = judged.finding
    party = None if found.party is None else organisation_key(parties[found.party].name)
    for one in waivers:
        meant = not one.party or organisation_key(one.party) == party
        if judged.waivable and meant and (one.expert_id, one.type) == (found.expert, found.type):
            return one.id
    return None


def shown(session: Session, found: Recusals) -> dict[str, Any]:
    """The conflicts of a matter as offices see them: parties as identified, who is out, what is to be disclosed."""
    everything = [one for judged in (*found.recused.values(), *found.disclosed.values()) for one in judged]
    answer = Shown(session, everything)
    who = names(session, {one.finding.expert for one in everything})
    return {
        "parties": [_party(one) for one in found.parties],
        "unresolved": conflicts.unknown(found.parties),
        "recused": [
            {"expert": who[expert], "reason": found.reasons[expert], "findings": _findings(answer, found, judged)}
            for expert, judged in found.recused.items()
        ],
        "disclosed": [
            {"expert": who[expert], "findings": _findings(answer, found, judged)}
            for expert, judged in found.disclosed.items()
            if expert not in found.recused
        ],
    }


def rows(session: Session, found: Recusals, places: Mapping[str, tuple[int, float]]) -> list[ShortlistConflict]:
    """The conflicts as they are kept with a list, `places` being those that recused experts would have had."""
    if not found.recused and not found.disclosed:
        return []
    answer = Shown(session, [one for judged in (*found.recused.values(), *found.disclosed.values()) for one in judged])
    made = []
    for expert in {**found.disclosed, **found.recused}:
        rank, affinity = places.get(expert, (None, None))
        judged = [*found.recused.get(expert, ()), *found.disclosed.get(expert, ())]
        made.append(
            ShortlistConflict(
                expert_id=expert,
                reason=found.reasons.get(expert, ""),
                rank=rank,
                affinity=affinity,
                findings=_findings(answer, found, judged),
            )
        )
    return made


def _party(party: Identity) -> dict[str, Any]:
    return {
        "name": party.name,
        "role": party.role,
        "resolved": party.resolved,
        "organisations": [{"id": id, **vars(link)} for id, link in party.organisations.items()],
        "experts": list(party.persons),
    }


def _findings(answer: Shown, found: Recusals, judged: Iterable[Judged]) -> list[dict[str, Any]]:
    return [answer.finding(one) | {"party": party_of(found, one)} for one in judged]


def party_of(found: Recusals, judged: Judged) -> str | None:
    """The name of the party that a finding is about; None where it is the matter itself."""
    place = judged.finding.party
    return None if place is None else found.parties[place].name
