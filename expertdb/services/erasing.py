"""Taking a person out of the database: what names or describes them goes, what others rely on stays under a pseudonym.

An engagement, an opinion on file, a seat or a draw is part of how a public decision came about, and stays: what a law
makes us keep is kept, and used for nothing else (PIPL Art. 47). It says an id that leads to nobody. Shortlists and
panels keep computing: their numbers need no text (`matching.snapshots`).
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import String, cast, delete, func, or_, select, tuple_, update
from sqlalchemy.orm import Session

from expertdb.errors import NotFound
from expertdb.models.base import Base
from expertdb.models.conflicts import ExpertTie
from expertdb.models.draws import Draw
from expertdb.models.engagements import Engagement
from expertdb.models.evaluations import Evaluation
from expertdb.models.experts import Expert
from expertdb.models.objections import Objection
from expertdb.models.opinions import Opinion
from expertdb.models.panels import Panel
from expertdb.models.revisions import ExpertRevision
from expertdb.models.rights import Claim, Consent
from expertdb.models.sanctions import Sanction
from expertdb.models.shortlists import Shortlist, ShortlistConflict, ShortlistEntry
from expertdb.models.tokens import IdempotentAnswer
from expertdb.names import search_forms, sort_key
from expertdb.services import job_inputs, lifecycle

AT_ONCE = 50  # Snapshots in memory.
HELD_AT_ONCE = 500  # Experts in one statement.
LATE = timedelta(hours=1)  # No call takes so long.
PSEUDONYM = 12  # characters of the id
EMPTIED = (
    *("source_id", "position", "region", "title_level", "organisation_id", "nominated_by_id", "endorsement"),
    *("endorsed_on", "publicity_from", "publicity_until", "leave_until", "last_confirmed", "confirmation_due"),
    "unreachable_since",
)
# What of a finding says nothing about the person's life: the kind of conflict and what followed from it.
OF_FINDINGS = ("type", "label", "effect", "certainty", "look_back_months", "waivable", "waiver")


def erase(session: Session, expert: Expert, today: date) -> dict[str, int]:
    """Erase what names or describes this person; returns in how many places, by kind, where there were any."""
    id, pseudonym = expert.id, f"Erased {expert.id[-PSEUDONYM:]}"
    counts = {
        "answers": forget_answers(session, id),  # First: afterwards nobody knows what was theirs.
        "items": len(expert.items),
        "restricted": len(expert.restricted),
        "revisions": _executed(session, delete(ExpertRevision).where(ExpertRevision.expert_id == id)),
        "ties": _executed(session, delete(ExpertTie).where(ExpertTie.expert_id == id)),
        # Without the salt nobody can try names against the hash of the signature.
        "opinions": _emptied(session, Opinion, id, signed_by=pseudonym, salt=None, signature_erased_on=today),
        "engagements": _emptied(
            session, Engagement, id, reason="", missing_opinion_reason=_kept_empty(Engagement.missing_opinion_reason)
        ),
        "evaluations": _emptied(session, Evaluation, id, comment="", reply=_kept_empty(Evaluation.reply)),
        "sanctions": _emptied(session, Sanction, id, appeal=_kept_empty(Sanction.appeal)),
        "objections": _emptied(session, Objection, id, text="", reference=None),
        "claims": _emptied(session, Claim, id, text=""),
        "consents": _emptied(session, Consent, id, evidence=None),
        "shortlists": _shortlists(session, id),
        "findings": _findings(session, id),
        "panels": _snapshots(session, Panel, id) + _snapshots(session, Draw, id),
        "jobs": job_inputs.name_by_id(session, id),
    }
    _profile(expert, pseudonym)
    session.flush()
    return {name: count for name, count in counts.items() if count}


def hold_off(session: Session, expert_id: str) -> None:
    """Keep an expert from being erased until the transaction ends, so that an erasure finds what is entered on them.

    Asked by column: an edit may have the row at hand and changed, which must be neither read anew nor written early.
    Raises NotFound, ExpertIsErased.
    """
    status = select(Expert.status).where(Expert.id == expert_id).with_for_update(key_share=True)
    with session.no_autoflush:
        found = session.scalar(status)
    if found is None:
        raise NotFound("expert", expert_id)
    lifecycle.refuse_erased(expert_id, found)


def held_off(session: Session, experts: Iterable[str]) -> set[str]:
    """Keep experts from being erased until the transaction ends; returns those of them who have been by now.

    For whoever stores names and texts that were read before: an erasure that has begun is waited for, and one that
    begins later finds what was stored. To be asked before rows are locked that an erasure changes, since an erasure
    locks the expert first.
    """
    erased: set[str] = set()
    for ids in _chunks(sorted(set(experts)), HELD_AT_ONCE):
        statuses = select(Expert.id, Expert.status).where(Expert.id.in_(ids)).order_by(Expert.id)
        # The weakest lock that an erasure waits for: edits and imports go on.
        found = session.execute(statuses.with_for_update(read=True, key_share=True))
        erased.update(row.id for row in found if row.status == "erased")
    return erased


def forget_answers(session: Session, expert_id: str, before: datetime | None = None) -> int:
    """Delete the stored answers to repeated calls about this expert, or about what is theirs; returns how many.

    Answers of which nobody noted what they are about may be about them, and go too.
    """
    theirs, key = _ids_of(session, expert_id), (IdempotentAnswer.token_id, IdempotentAnswer.key)
    found: set[tuple[str, str]] = set()
    for ids in _chunks(sorted(theirs)):  # The database looks, since a week of answers may be long.
        noted = [cast(IdempotentAnswer.about, String).contains(id) for id in ids]
        stored = select(*key).where(or_(IdempotentAnswer.about.is_(None), *noted))
        found.update(
            (row.token_id, row.key)
            for row in session.execute(stored if before is None else stored.where(IdempotentAnswer.created_at < before))
        )
    for keys in _chunks(sorted(found)):
        session.execute(delete(IdempotentAnswer).where(tuple_(*key).in_(keys)))
    return len(found)


def forget_late_answers(session: Session, since: datetime) -> int:
    """Delete answers that were worked out before an erasure, and stored when it had looked for them; returns how many.

    Erasures since then are looked at. What is answered about somebody who is erased already says nothing of them.
    """
    erased = (Expert.status == "erased") & (Expert.updated_at > since)
    found = session.execute(select(Expert.id, Expert.updated_at).where(erased)).all()
    return sum(forget_answers(session, row.id, row.updated_at + LATE) for row in found)


def _ids_of(session: Session, expert_id: str) -> set[str]:
    """The ids of this expert and of every row about them that has one."""
    found = {expert_id}
    for table in Base.metadata.sorted_tables:
        if {"id", "expert_id"} <= set(table.columns.keys()):
            found.update(session.scalars(select(table.c.id).where(table.c.expert_id == expert_id)))
    return found


def _profile(expert: Expert, pseudonym: str) -> None:
    for name in EMPTIED:
        setattr(expert, name, None)
    expert.name_zh, expert.name_en = f"已删除 {expert.id[-PSEUDONYM:]}", pseudonym
    expert.name_sort = sort_key(expert.name_zh, expert.name_en)
    expert.name_search = search_forms(expert.name_zh, expert.name_en)
    expert.statement = expert.content_search = ""
    expert.languages, expert.licences, expert.availability = [], [], {}
    expert.items, expert.expert_codes, expert.restricted = [], [], []


def _kept_empty(column: Any) -> Any:
    """Nothing where there was nothing, and an empty text where there was one."""
    return func.substr(column, 1, 0)


def _emptied(session: Session, model: Any, id: str, **values: Any) -> int:
    return _executed(session, update(model).where(model.expert_id == id).values(**values))


def _executed(session: Session, statement: Any) -> int:
    count: int = session.execute(statement).rowcount  # type: ignore[attr-defined]
    return count


def _shortlists(session: Session, id: str) -> int:
    """Take titles and texts out of the entries of stored lists and out of what they are computed again from."""
    entries = session.scalars(select(ShortlistEntry).where(ShortlistEntry.expert_id == id)).all()
    for entry in entries:
        entry.reasons = entry.reasons | {"items": [_untitled(item) for item in entry.reasons.get("items", [])]}
    session.flush()
    for ids in _chunks([entry.shortlist_id for entry in entries]):
        for list_id, stored in session.execute(select(Shortlist.id, Shortlist.snapshot).where(Shortlist.id.in_(ids))):
            found = [_without_texts(entry, id) for entry in stored.get("entries", [])]
            changed = update(Shortlist).where(Shortlist.id == list_id).values(snapshot=stored | {"entries": found})
            session.execute(changed)
    return len(entries)


def _chunks(ids: Sequence[Any], size: int = AT_ONCE) -> Iterable[Sequence[Any]]:
    return (ids[start : start + size] for start in range(0, len(ids), size))


def _without_texts(entry: dict[str, Any], id: str) -> dict[str, Any]:
    if entry["expert"] != id:
        return entry
    return entry | {"items": [row | {"item": _untitled(row["item"])} for row in entry["items"]]}


def _untitled(item: dict[str, Any]) -> dict[str, Any]:
    return {name: "" if name in ("title", "text") else value for name, value in item.items()}


def _findings(session: Session, id: str) -> int:
    """Take out what was found about this person, and their name where another's finding is about both."""
    named = cast(ShortlistConflict.findings, String).contains(id)
    found = session.scalars(select(ShortlistConflict).where(or_(ShortlistConflict.expert_id == id, named))).all()
    for conflict in found:
        changed = _without_evidence if conflict.expert_id == id else _nameless
        conflict.findings = [changed(one, id) for one in conflict.findings]
    return len(found)


def _without_evidence(finding: dict[str, Any], id: str) -> dict[str, Any]:
    return {name: finding[name] for name in OF_FINDINGS if name in finding} | {"evidence": {}}


def _nameless(finding: dict[str, Any], id: str) -> dict[str, Any]:
    evidence = finding["evidence"]
    if evidence.get("with", {}).get("id") != id:
        return finding
    return finding | {"evidence": evidence | {"with": {"id": id, "name": {}}}}


def _snapshots(session: Session, model: Any, id: str) -> int:
    """Take names, titles and matched words out of panels or draws that were chosen from people of whom this was one.

    Facts that rules read stay, under the id: without them nobody could check the choice, or who may replace whom.
    """
    ids = list(session.scalars(select(model.id).where(cast(model.names, String).contains(id))))
    for chunk in _chunks(ids):
        found = session.execute(select(model.id, model.names, model.snapshot).where(model.id.in_(chunk)))
        for row_id, names, snapshot in found:
            candidates = [_unknown(one, id) for one in snapshot["candidates"]]
            kept = {"names": _named(names, candidates, id), "snapshot": snapshot | {"candidates": candidates}}
            session.execute(update(model).where(model.id == row_id).values(**kept))
    return len(ids)


def _unknown(candidate: dict[str, Any], id: str) -> dict[str, Any]:
    if candidate["expert"] != id:
        return candidate
    return candidate | {"reasons": candidate["reasons"] | {"items": [], "terms": []}}


def _named(names: dict[str, Any], candidates: list[dict[str, Any]], id: str) -> dict[str, Any]:
    """The names without this person's, and without those of bodies that nobody works for who is named still."""
    experts = {expert: name for expert, name in names["experts"].items() if expert != id}
    employers = {one["organisation"] for one in candidates if one["expert"] in experts}
    bodies = {body: name for body, name in names["organisations"].items() if body in employers}
    return names | {"experts": experts, "organisations": bodies}
