"""Checking experts for conflicts with the parties of a matter, alone and before anybody is invited."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from expertdb import conflict_types
from expertdb.conflict_types import CERTAIN, CERTAINTIES, POSSIBLE, PROBABLE
from expertdb.models.organisations import Organisation
from expertdb.names import organisation_key
from expertdb.services import findings, identities, namesakes
from expertdb.services.findings import Finding
from expertdb.services.identities import Identity
from expertdb.services.shown import names


@dataclass(frozen=True)
class Judged:
    """A finding and what it leads to: exclude, exclude_unless_waived, disclose or none; `waiver` sets it aside."""

    finding: Finding
    effect: str
    waiver: str | None = None

    @property
    def waivable(self) -> bool:
        """Whether an office may set it aside, with its reason."""
        return self.effect == conflict_types.UNLESS_WAIVED

    @property
    def excludes(self) -> bool:
        """Whether the expert is out of the matter for this."""
        return self.waiver is None and self.effect in (conflict_types.EXCLUDE, conflict_types.UNLESS_WAIVED)


def judge(found: Iterable[Finding], today: date) -> list[Judged]:
    """What each finding leads to today, the gravest first."""
    judged = [Judged(one, conflict_types.effect_of(one.type, one.certainty, one.until, today)) for one in found]
    order = list(conflict_types.types())
    return sorted(judged, key=lambda one: (conflict_types.EFFECTS.index(one.effect), order.index(one.finding.type)))


@dataclass(frozen=True)
class Subject:
    """Somebody to be checked: as named, the experts of the pool who are meant, and the employer that was stated."""

    name: str
    experts: tuple[str, ...]
    employer: Identity | None

    @property
    def ids(self) -> tuple[str, ...]:
        """By whom findings about them name them: ids, or the name of somebody whom the pool does not know."""
        return self.experts or (self.name,)


def check(session: Session, body: Mapping[str, Any], *, today: date) -> dict[str, Any]:
    """Every pair of an expert and a party with its findings, and whoever could not be identified.

    Experts may be anybody: of a name that the pool does not know only the name and the stated employer are compared.
    """
    parties = identities.identify(session, body["parties"])
    subjects = _subjects(session, body["experts"])
    found = _found(session, subjects, parties)
    for subject in subjects:
        found += [one for place, party in enumerate(parties) for one in _as_stated(subject, place, party)]
    judged = judge(found, today)
    by_pair = _by_pair(judged)
    shown = Shown(session, judged)
    pairs = [
        shown.pair(subject, party, [one for who in subject.ids for one in by_pair.get((who, place), ())])
        for subject in subjects
        for place, party in enumerate(parties)
    ]
    return {
        "pairs": pairs,
        "unresolved": [*unknown(parties), *_unsure(subjects)],
        "types_version": conflict_types.version(),
    }


def _subjects(session: Session, named: Sequence[Mapping[str, Any]]) -> list[Subject]:
    meant = namesakes.meant_by(session, [one["name"] for one in named])
    stated = [one["organisation"] for one in named if one.get("organisation")]
    found = {one.name: one for one in identities.identify(session, [{"name": name} for name in dict.fromkeys(stated)])}
    return [Subject(one["name"], tuple(meant[one["name"]]), found.get(one.get("organisation") or "")) for one in named]


def _found(session: Session, subjects: Sequence[Subject], parties: Sequence[Identity]) -> list[Finding]:
    """What the pool knows of the subjects; of several who share a name, nothing is more than probable."""
    among = {expert for one in subjects for expert in one.experts}
    unsure = {expert for one in subjects if len(one.experts) > 1 for expert in one.experts}
    found = findings.find(session, parties, among) if among else []
    return [
        replace(one, certainty=max(one.certainty, PROBABLE, key=CERTAINTIES.index)) if one.expert in unsure else one
        for one in found
    ]


def _by_pair(judged: Iterable[Judged]) -> dict[tuple[str, int | None], list[Judged]]:
    found: dict[tuple[str, int | None], list[Judged]] = {}
    for one in judged:
        found.setdefault((one.finding.expert, one.finding.party), []).append(one)
    return found


def _as_stated(subject: Subject, place: int, party: Identity) -> Iterable[Finding]:
    """What the name and the stated employer alone say of somebody."""
    if not subject.experts and organisation_key(subject.name) == organisation_key(party.name):
        yield Finding(subject.name, place, "party", PROBABLE, evidence={"source": "name"})
    if subject.employer is None:
        return
    evidence = {"source": "stated_employer", "name": subject.employer.name}
    who = subject.ids[0]
    if _own_names(subject.employer) & _own_names(party):
        yield Finding(who, place, "same_organisation", CERTAIN, evidence=evidence)
        return
    for id, own in subject.employer.organisations.items():
        link = party.organisations.get(id)
        if link is not None and own.relation in ("self", "variant"):
            kind = "same_organisation" if link.relation in ("self", "variant") else "affiliated_organisation"
            certainty = max(own.certainty, link.certainty, key=CERTAINTIES.index)
            yield Finding(who, place, kind, certainty, evidence={**evidence, "relation": link.relation})
            return
    for core, mine in subject.employer.cores.items():
        if core in party.cores:
            certainty = PROBABLE if mine.agrees_with(party.cores[core]) else POSSIBLE
            yield Finding(who, place, "same_organisation", certainty, evidence={**evidence, "relation": "variant"})
            return


def _own_names(identity: Identity) -> set[str]:
    """The keys of the names that are surely its own: owners, sisters and bodies of a like name bring theirs along."""
    return {key for key, link in identity.names.items() if link.relation == "self"}


class Shown:
    """Findings in the shape of the answer, with the names of experts and organisations."""

    def __init__(self, session: Session, judged: Iterable[Judged]) -> None:
        evidence = [one.finding.evidence for one in judged]
        self._experts = names(session, {str(one["with"]) for one in evidence if "with" in one})
        ids = {str(one["organisation"]) for one in evidence if one.get("organisation")}
        rows = session.scalars(select(Organisation).where(Organisation.id.in_(sorted(ids))))
        self._organisations = {row.id: row.name_zh or row.name_en for row in rows}

    def pair(self, subject: Subject, party: Identity, judged: Sequence[Judged]) -> dict[str, Any]:
        """The findings between one expert and one party, and the gravest effect of them."""
        return {
            "expert": {"name": subject.name, "ids": list(subject.experts)},
            "party": {"name": party.name, "role": party.role, "resolved": party.resolved},
            "effect": conflict_types.gravest([one.effect for one in judged]),
            "findings": [self.finding(one) for one in judged],
        }

    def finding(self, judged: Judged) -> dict[str, Any]:
        found = judged.finding
        evidence = dict(found.evidence)
        if evidence.get("organisation"):
            evidence["name"] = self._organisations.get(evidence["organisation"])
        if "with" in evidence:
            evidence["with"] = self._experts.get(evidence["with"], {"id": evidence["with"], "name": {}})
        kind = conflict_types.types()[found.type]
        return {
            "type": found.type,
            "label": {"zh": kind.zh, "en": kind.en},
            "effect": judged.effect,
            "certainty": found.certainty,
            "since": found.since and found.since.isoformat(),
            "until": found.until and found.until.isoformat(),
            "look_back_months": kind.look_back_months,
            "waivable": judged.waivable,
            "waiver": judged.waiver,
            "evidence": evidence,
        }


def unknown(parties: Iterable[Identity]) -> list[dict[str, str]]:
    """The parties that nobody known is meant by; a placeholder (某公司) could not even be looked for."""
    return [
        {"name": one.name, "what": "party", "reason": "placeholder" if one.placeholder else "unknown"}
        for one in parties
        if not one.resolved
    ]


def _unsure(subjects: Iterable[Subject]) -> list[dict[str, str]]:
    return [
        {"name": one.name, "what": "expert", "reason": "several" if one.experts else "unknown"}
        for one in subjects
        if len(one.experts) != 1
    ]
