"""Everything that is held on a person, as one file for them (PIPL Art. 45): plain text, in the words of the API."""

import io
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import String, cast, select
from sqlalchemy.orm import Session

from expertdb.models.audit import AuditEntry
from expertdb.models.base import Base
from expertdb.models.conflicts import ExpertTie, Waiver
from expertdb.models.corpus import ExpertStanding
from expertdb.models.draws import Draw
from expertdb.models.engagements import Engagement
from expertdb.models.evaluations import Evaluation
from expertdb.models.experts import Expert, ExpertCode, ExpertItem, ExpertTransition
from expertdb.models.notices import Notice
from expertdb.models.objections import Objection
from expertdb.models.opinions import Opinion
from expertdb.models.panels import Panel, PanelSeat
from expertdb.models.restricted import FIELDS
from expertdb.models.revisions import ExpertRevision
from expertdb.models.rights import Claim, Consent
from expertdb.models.sanctions import Sanction
from expertdb.models.shortlists import ShortlistConflict, ShortlistEntry
from expertdb.services import audit, experts, restricted
from expertdb.services.actors import Actor

AT_ONCE = 50  # Snapshots in memory.
CHUNK = 500  # Ids in one statement.
SECTIONS: dict[str, type[Base]] = {
    "items": ExpertItem,
    "codes": ExpertCode,
    "transitions": ExpertTransition,
    "revisions": ExpertRevision,
    "standings": ExpertStanding,
    "consents": Consent,
    "claims": Claim,
    "objections": Objection,
    "sanctions": Sanction,
    "notices": Notice,
    "ties": ExpertTie,
    "waivers": Waiver,
    "shortlist_entries": ShortlistEntry,
    "recusals": ShortlistConflict,
    "panel_seats": PanelSeat,
    "engagements": Engagement,
    "opinions": Opinion,
    "evaluations": Evaluation,
}
# What the log keeps under an id of its own: an engagement's steps, opinions signed and answered, ratings, waivers.
IN_LOG = ("engagements", "opinions", "evaluations", "waivers")
# Staff and whoever objected have rights of their own; search keys say again what the fields say.
LEFT_OUT = {
    *("expert_id", "actor", "person", "recorded_by", "decided_by", "imposed_by", "sent_by", "granted_by"),
    *("revoked_by", "created_by", "adopted_by", "missing_opinion_by", "reference", "link", "key", "core"),
    *("name_sort", "name_search", "content_search"),
}


def file_of(session: Session, expert_id: str, reason: str, *, actor: Actor, now: datetime) -> io.BytesIO:
    """Everything held on this person as a JSON file; the audit log keeps who had it made and why.

    Raises NotFound, NotAllowed, RestrictedValueUnreadable.
    """
    expert = experts.get(session, expert_id)
    found = everything(session, expert, reason, actor=actor, now=now)
    counts = {name: len(rows) for name, rows in found.items() if isinstance(rows, list) and rows}
    audit.record(session, actor, "expert.copied", kind="expert", id=expert.id, reason=reason, rows=counts)
    return io.BytesIO(json.dumps(found, ensure_ascii=False, indent=1, default=_plain).encode())


def everything(session: Session, expert: Expert, reason: str, *, actor: Actor, now: datetime) -> dict[str, Any]:
    """All rows about this person by section, with the restricted values in plain text."""
    sections = {name: list(_rows(session, model, expert.id)) for name, model in SECTIONS.items()}
    subjects = {expert.id, *(row["id"] for name in IN_LOG for row in sections[name])}
    return {
        "made_at": now,
        "expert": _fields(expert) | {"organisation": expert.organisation and _name(expert.organisation)},
        "restricted": restricted.read(session, expert, FIELDS, reason, actor=actor),
        **sections,
        "considered": [
            *_considered(session, Panel, "panel", expert.id),
            *_considered(session, Draw, "draw", expert.id),
        ],
        "ties_of_others": [
            {"type": one.type, "since": one.since, "until": one.until}
            for one in session.scalars(select(ExpertTie).where(ExpertTie.other_expert_id == expert.id))
        ],
        "log": [_entry(one) for one in _log(session, sorted(subjects))],
    }


def _log(session: Session, subjects: Sequence[str]) -> Iterable[AuditEntry]:
    """The entries about these, oldest first; those about a panel or a list as a whole are about others as well."""
    found: list[AuditEntry] = []
    for start in range(0, len(subjects), CHUNK):
        some = AuditEntry.subject.in_(subjects[start : start + CHUNK])
        found += session.scalars(select(AuditEntry).where(some))
    return sorted(found, key=lambda one: one.seq)


def _entry(one: AuditEntry) -> dict[str, Any]:
    return {"at": one.at, "role": one.role, "action": one.action, "details": json.loads(one.details)}


def _rows(session: Session, model: Any, id: str) -> Iterable[dict[str, Any]]:
    return map(_fields, session.scalars(select(model).where(model.expert_id == id)))


def _considered(session: Session, model: Any, kind: str, id: str) -> Iterable[dict[str, Any]]:
    """The panels or draws among whose candidates this person was, seated, passed over or not, as known there."""
    wanted = select(model).where(cast(model.names, String).contains(id)).order_by(model.id)
    for row in session.scalars(wanted.execution_options(yield_per=AT_ONCE)):
        for candidate in (*row.snapshot["candidates"], *row.snapshot.get("better", ())):
            if candidate["expert"] == id:
                made = {"of": kind, "id": row.id, "request": row.request_id, "status": row.status}
                yield made | {"at": row.created_at, "candidate": candidate}


def _fields(row: Any) -> dict[str, Any]:
    return {
        column.key: getattr(row, column.key) for column in type(row).__table__.columns if column.key not in LEFT_OUT
    }


def _name(organisation: Any) -> Mapping[str, str | None]:
    return {"zh": organisation.name_zh, "en": organisation.name_en}


def _plain(value: Any) -> str:
    if isinstance(value, date | datetime):
        return value.isoformat()
    raise TypeError(f"no {type(value).__name__} goes into a file")
