"""Curating experts: enter, read, find, edit and delete; `moves.py` moves them through the life of the pool."""

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session, selectinload

from expertdb import vocabularies
from expertdb.errors import AlreadyExists, Fault, NotFound, OnlyDraftsCanBeDeleted, StepIsMissing
from expertdb.models import completeness
from expertdb.models.base import new_id
from expertdb.models.experts import APPOINTED, Expert, ExpertCode, ExpertTransition
from expertdb.models.organisations import Organisation
from expertdb.models.rights import Claim
from expertdb.names import fold, name_words, search_forms, sort_key
from expertdb.services import (
    audit,
    duties,
    entry,
    erasing,
    evidence,
    lifecycle,
    organisations,
    paging,
    profile_edits,
    racing,
    restricted,
    revisions,
    searching,
    terms,
    ties,
    versions,
)
from expertdb.services.actors import Actor
from expertdb.wording import Text
from expertdb.workdays import local_day

PLAIN_FIELDS = (
    "kind",
    "position",
    "region",
    "title_level",
    "languages",
    "licences",
    "availability",
    "statement",
)

KEYS = (Expert.name_sort, Expert.id)  # in whose order they are listed
Rows = Select[*tuple[Any, ...]]


def create(session: Session, body: dict[str, Any], *, actor: Actor, now: datetime) -> Expert:
    """Enter an expert: as a draft, or by take-over of an existing roster with another status.

    Raises AlreadyExists when the source's id or the identity number is known, InvalidInput for an unknown employer.
    """
    refuse = partial(_refuse_known_source, session, body.get("source_id"))
    refuse()
    expert = new(body, _employer(session, body, actor, now), actor=actor, now=now)
    with racing.refused_by(session, refuse):
        session.add(expert)
        if "entry" in body:
            entry.state(session, expert, body["entry"], actor=actor, now=now)
        restricted.put(session, expert, body.get("restricted", {}), now)
    session.flush()
    details = {"status": expert.status, "source": expert.entry_source}
    if body.get("reason"):
        details["reason"] = body["reason"]
    audit.record(session, actor, "expert.created", kind="expert", id=expert.id, **details)
    return expert


def new(
    body: dict[str, Any],
    organisation: Organisation | None,
    *,
    actor: Actor,
    now: datetime,
    source: str = "application",
) -> Expert:
    """An expert of this body and employer, not yet in any session; `source` is how a draft came that does not say."""
    expert = Expert(
        id=new_id(),
        source_id=body.get("source_id"),
        organisation=organisation,
        status=body.get("status", "draft"),
        entry_source=entry.source_of(body, source),
        languages=[],
        licences=[],
        availability={},
        statement="",
        created_at=now,
        updated_at=now,
    )
    fill(expert, body)
    evidence.stamp(expert, actor, now)
    today = local_day(now)
    if expert.status == "active" and expert.term_start is None:
        expert.term_start, expert.term_end = today, terms.last_day(today)
    if expert.status in APPOINTED:
        terms.ask_again(expert, today)
    expert.transitions.append(
        ExpertTransition(
            from_status=None,
            to_status=expert.status,
            reason=body.get("reason") or "entry",
            actor=actor.id,
            person=actor.person,
            at=now,
        )
    )
    return expert


def get(session: Session, expert_id: str, *, lock: bool = False) -> Expert:
    """The expert with this id; raises NotFound.

    With `lock`, nobody else changes it until the transaction ends, and a change under way is waited for.
    """
    expert = session.get(Expert, expert_id, with_for_update=lock)
    if expert is None:
        raise NotFound("expert", expert_id)
    return expert


def edit(
    session: Session, expert_id: str, body: dict[str, Any], *, version: int | None, actor: Actor, now: datetime
) -> Expert:
    """Change what `body` names (items as a whole); where all of it is so already, nothing is written or recorded.

    Raises NotFound, ExpertIsErased, EditedMeanwhile, AlreadyExists, InvalidInput.
    """
    expert = get(session, expert_id)
    lifecycle.refuse_erased(expert.id, expert.status)
    versions.check(expert.version, version)
    if "entry" in body:
        entry.refuse_after_draft(expert)
    before = revisions.state(expert)
    body = profile_edits.changes(session, expert, body, before.values)
    if not body:
        return expert
    restricted.put(session, expert, body.get("restricted", {}), now)
    if "organisation" in body:
        _change_employer(session, expert, _employer(session, body, actor, now), actor, now)
    if "entry" in body:
        entry.state(session, expert, body["entry"], actor=actor, now=now)
    fill(expert, body)
    evidence.stamp(expert, actor, now)
    revisions.keep(session, expert, before, actor=actor, now=now)
    versions.touch(expert, now)
    session.flush()
    fields = sorted({*body, *body.get("restricted", {})} - {"restricted"})
    audit.record(session, actor, "expert.edited", kind="expert", id=expert.id, fields=fields)
    return expert


def delete(session: Session, expert_id: str, *, version: int | None, actor: Actor) -> None:
    """Remove a draft; raises NotFound, EditedMeanwhile, OnlyDraftsCanBeDeleted, StepIsMissing for an open claim."""
    expert = get(session, expert_id)
    versions.check(expert.version, version)
    if expert.status != "draft":
        raise OnlyDraftsCanBeDeleted(expert.status)
    # The claim would go with the draft, and nobody would answer it.
    of_draft = select(func.count()).where(Claim.expert_id == expert.id, Claim.status == "open")
    if count := session.scalar(of_draft):
        raise StepIsMissing(Text("{count} claim(s) of this person are open; answer them first.", count=count))
    session.delete(expert)
    erasing.forget_answers(session, expert_id)
    session.flush()
    audit.record(session, actor, "expert.deleted", kind="expert", id=expert_id)


def find(session: Session, query: Mapping[str, Any], *conditions: ColumnElement[bool]) -> paging.Page:
    """The experts that meet every filter of the query, and the conditions besides, by name."""
    statement = narrowed(select(Expert).options(selectinload(Expert.restricted)).where(*conditions), query)
    return paging.fetch(session, statement, KEYS, query["limit"], query.get("cursor"))


def of_day(query: Mapping[str, Any], now: datetime) -> list[ColumnElement[bool]]:
    """What the filters `duty` and `stale` ask, which depends on the day: conditions for `find`, an export, a page."""
    return [*duties.asked(query, now), *completeness.of_day(query, local_day(now))]


def narrowed(statement: Rows, query: Mapping[str, Any]) -> Rows:
    """A statement over experts, kept to those that meet every filter of the query."""
    return _matching_words(statement.where(*_conditions(query)), query.get("q", ""))


def _conditions(query: Mapping[str, Any]) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if "status" in query:
        found.append(Expert.status == query["status"])
    if "kind" in query:
        found.append(Expert.kind == query["kind"])
    if "region" in query:
        found.append(Expert.region.in_(vocabularies.with_descendants(query["region"], ("region",))))
    for name, among in (
        ("subject", ("ip_subject",)),
        ("service", ("service_kind",)),
        ("industry", vocabularies.INDUSTRIES),
    ):
        if name in query:
            codes = vocabularies.with_descendants(query[name], among)
            found.append(Expert.expert_codes.any(ExpertCode.code.in_(codes)))
    found += completeness.conditions(query)
    if "organisation" in query:
        found.append(Expert.organisation.has(organisations.meant_by(query["organisation"])))
    return found


def _matching_words(statement: Rows, q: str) -> Rows:
    """Keep those whose name begins with every word of `q`, or whose content holds it, or who hold what it stands for.

    LIKE on an ordinary column: SQLite's trigram index cannot find one or two Chinese characters.
    """
    for part in searching.parts(q):
        said = and_(*map(_saying, part.words))
        statement = statement.where(or_(said, and_(*map(_holding, part.meant))) if part.meant else said)
    return statement


def _saying(word: str) -> ColumnElement[bool]:
    by_name = [Expert.name_search.contains(f"|{part}", autoescape=True) for part in name_words(word)]
    by_content = Expert.content_search.contains(word, autoescape=True)
    return or_(and_(*by_name), by_content) if by_name else by_content


def _holding(meant: searching.Meant) -> ColumnElement[bool]:
    # Not EXISTS, which would be asked of each expert in turn.
    found = [Expert.id.in_(select(ExpertCode.expert_id).where(ExpertCode.code.in_(meant.codes)))]
    found += [Expert.kind.in_(meant.kinds)] if meant.kinds else []
    found += [Expert.region.in_(meant.regions)] if meant.regions else []
    return or_(*found)


def _employer(session: Session, body: dict[str, Any], actor: Actor, now: datetime) -> Organisation | None:
    named = body.get("organisation")
    return None if named is None else organisations.resolve(session, named, "/organisation", actor=actor, now=now)


def _change_employer(
    session: Session, expert: Expert, employer: Organisation | None, actor: Actor, now: datetime
) -> None:
    """Set the employer, and keep the one who is left: for some years more it stands between the two."""
    former = expert.organisation
    expert.organisation = employer
    if former is not None and former is not employer and expert.status != "draft":
        ties.record_former_employer(session, expert, former, actor=actor, now=now)


def fill(expert: Expert, body: dict[str, Any]) -> None:
    """Put on an expert what the body names, employer and restricted values apart, and lay the search keys anew."""
    for field in PLAIN_FIELDS:
        if field in body:
            setattr(expert, field, body[field])
    if "name" in body:
        expert.name_zh, expert.name_en = body["name"].get("zh"), body["name"].get("en")
        expert.name_sort = sort_key(expert.name_zh, expert.name_en)
        expert.name_search = search_forms(expert.name_zh, expert.name_en)
    if "term" in body:
        expert.term_start, expert.term_end = body["term"]["start"], body["term"]["end"]
    if "codes" in body:
        set_codes(expert, body["codes"])
    if "items" in body:
        evidence.put(expert, body["items"])
    refresh_content(expert)


def refresh_content(expert: Expert) -> None:
    """Lay the text that `q` searches anew; whoever changes the statement or an item calls this."""
    texts = [expert.statement, *(part for item in expert.items for part in (item.title, item.text or ""))]
    expert.content_search = fold("\n".join(texts))


def set_codes(expert: Expert, codes: list[str]) -> None:
    """Give an expert these codes, in this order; rows of codes that stay are kept."""
    kept = {row.code: row for row in expert.expert_codes}
    for position, code in enumerate(codes):
        if code in kept:
            kept[code].position = position
    fresh = [ExpertCode(code=code, position=position) for position, code in enumerate(codes) if code not in kept]
    expert.expert_codes = [row for code, row in kept.items() if code in codes] + fresh
    expert.expert_codes.sort(key=lambda row: row.position)


def _refuse_known_source(session: Session, source_id: str | None) -> None:
    if source_id is None:
        return
    known = session.scalar(select(Expert.id).where(Expert.source_id == source_id))
    if known is not None:
        detail = known_source(known, source_id)
        raise AlreadyExists(detail, (Fault("/source_id", detail),))


def known_source(expert_id: str, source_id: str) -> Text:
    """What to say of a source's id that an expert has already."""
    return Text('The expert {id} was entered from "{source}" already.', id=expert_id, source=source_id)
