"""Putting one code in another's place wherever a living record has it; what is on file is left as it was written."""

from datetime import datetime
from typing import Any

from sqlalchemy import String, and_, cast, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from expertdb.models.experts import Expert, ExpertCode
from expertdb.models.organisations import Organisation
from expertdb.models.preferences import ExpertPreference
from expertdb.services import experts, revisions, versions
from expertdb.services.actors import Actor
from expertdb.vocabularies import EXPERTISE

# Columns besides an expert's codes that hold a code of a vocabulary. Requests and shortlists are on file: what they say
# is read as the code that stands for it now (`vocabularies.standing_for`).
EXPERT_COLUMNS: dict[str, InstrumentedAttribute[Any]] = {
    "expert_kind": Expert.kind,
    "region": Expert.region,
    "title_level": Expert.title_level,
}
ORGANISATION_COLUMNS: dict[str, InstrumentedAttribute[Any]] = {
    "organisation_kind": Organisation.kind,
    "region": Organisation.region,
}


def move(session: Session, name: str, old: str, new: str, *, actor: Actor, now: datetime) -> int:
    """Give everybody who has code `old` of a vocabulary the code `new`; returns how many experts had it."""
    moved: set[str] = set()
    if name in EXPERTISE:
        moved |= _in_codes(session, old, new, actor, now)
        moved |= _in_preferences(session, old, new, actor, now)
    if name in EXPERT_COLUMNS:
        moved |= _in_column(session, EXPERT_COLUMNS[name], old, new, actor, now)
    if name == "language":
        moved |= _in_languages(session, old, new, actor, now)
    if name in ORGANISATION_COLUMNS:
        column = ORGANISATION_COLUMNS[name]
        for organisation in session.scalars(select(Organisation).where(column == old)):
            setattr(organisation, column.key, new)
    session.flush()
    return len(moved)


def _in_codes(session: Session, old: str, new: str, actor: Actor, now: datetime) -> set[str]:
    moved = set()
    for expert in session.scalars(select(Expert).where(Expert.expert_codes.any(ExpertCode.code == old))):
        before = revisions.state(expert, ("codes",))
        experts.set_codes(expert, list(dict.fromkeys(new if code == old else code for code in expert.codes)))
        revisions.keep(session, expert, before, actor=actor, now=now)
        versions.touch(expert, now)
        moved.add(expert.id)
    return moved


def _in_preferences(session: Session, old: str, new: str, actor: Actor, now: datetime) -> set[str]:
    """Whoever does not want the work of a code does not want that of the other: they are one by now."""
    moved = set()
    unwilling = and_(ExpertPreference.kind == "not_code", ExpertPreference.value == old)
    for expert in session.scalars(select(Expert).where(Expert.preferences.any(unwilling))):
        before = revisions.state(expert, ("availability",))
        unwanted = expert.availability["not_wanted"]
        codes = list(dict.fromkeys(new if code == old else code for code in unwanted["codes"]))
        expert.availability = expert.availability | {"not_wanted": unwanted | {"codes": codes}}
        revisions.keep(session, expert, before, actor=actor, now=now)
        versions.touch(expert, now)
        moved.add(expert.id)
    return moved


def _in_column(
    session: Session, column: InstrumentedAttribute[Any], old: str, new: str, actor: Actor, now: datetime
) -> set[str]:
    moved = set()
    for expert in session.scalars(select(Expert).where(column == old)):
        before = revisions.state(expert, (column.key,))
        setattr(expert, column.key, new)
        revisions.keep(session, expert, before, actor=actor, now=now)
        versions.touch(expert, now)
        moved.add(expert.id)
    return moved


def _in_languages(session: Session, old: str, new: str, actor: Actor, now: datetime) -> set[str]:
    moved = set()
    for expert in session.scalars(select(Expert).where(cast(Expert.languages, String).contains(f'"{old}"'))):
        if old in expert.languages:
            before = revisions.state(expert, ("languages",))
            expert.languages = list(dict.fromkeys(new if one == old else one for one in expert.languages))
            revisions.keep(session, expert, before, actor=actor, now=now)
            versions.touch(expert, now)
            moved.add(expert.id)
    return moved
