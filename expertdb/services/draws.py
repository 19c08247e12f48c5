"""Draws by lot in two steps: a freeze that commits the office, and a reveal that nobody can steer any more."""

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from expertdb.errors import (
    DrawIsNotFrozen,
    Fault,
    InvalidInput,
    NotFound,
    RedrawNeedsReason,
    TooEarlyToReveal,
)
from expertdb.models.base import new_id
from expertdb.models.draws import Draw
from expertdb.models.panels import Panel
from expertdb.models.requests import ConsultationRequest
from expertdb.sealing import Sealed
from expertdb.services import (
    audit,
    candidates,
    erasing,
    paging,
    panel_moves,
    panel_rules,
    panels,
    requests,
    restricted,
    strata,
)
from expertdb.services.actors import Actor
from expertdb.services.candidates import Candidacy
from expertdb.services.corpus import Corpus
from expertdb.services.drawn_panels import panel_of
from expertdb.services.panel_snapshots import chosen_from, snapshot_of
from expertdb.services.sentences import in_words
from matching.draw import BadDrawInput, Frozen, Stratum, wrong
from matching.draw import freeze as fix
from matching.draw import reveal as drawn
from matching.draw import verify as problems_of
from matching.panel import Rule

T = TypeVar("T")


@dataclass(frozen=True)
class Question:
    """What a draw is from: the candidates, the rules and strata, and those that the request's kind leaves out."""

    candidacy: Candidacy
    rules: tuple[Rule, ...]
    strata: tuple[Stratum, ...]


def prepare(
    session: Session, corpus: Corpus, request_id: str, body: Mapping[str, Any], *, actor: Actor, now: datetime
) -> Question:
    """Gather the candidates, in a transaction that only reads.

    Raises NotFound, RequestIsNotOpen, RedrawNeedsReason, InvalidInput with all that is wrong whoever is drawn from.
    """
    consultation_request = requests.get(session, request_id, actor=actor)
    panels.refuse_unless_open(consultation_request)
    body = _sized(consultation_request, body)
    rules, parts = _read(session, body, _unexplained(_last(session, request_id), body), now)
    count, filters = body["candidates"], body["filters"]
    gathered = candidates.gather(session, corpus, consultation_request, count=count, now=now, filters=filters)
    return Question(gathered, rules, parts)


def _sized(consultation_request: ConsultationRequest, body: Mapping[str, Any]) -> Mapping[str, Any]:
    """The body with as many members as the request asks for, where neither it nor strata say how many."""
    if body.get("size") is not None or body.get("strata"):
        return body
    return {**body, "size": consultation_request.experts_wanted}


def freeze(
    session: Session,
    corpus: Corpus,
    request_id: str,
    body: Mapping[str, Any],
    question: Question,
    *,
    actor: Actor,
    now: datetime,
) -> Draw:
    """Fix the sub-pool and commit to a secret.

    Raises NotFound, RequestIsNotOpen, RedrawNeedsReason, InvalidInput where nobody could be drawn like this.
    """
    consultation_request = requests.get(session, request_id, actor=actor, lock=True)
    panels.refuse_unless_open(consultation_request)
    first = _last(session, request_id)
    if unexplained := _unexplained(first, body):
        raise unexplained
    if panels.has_moved(session, corpus, consultation_request, body["filters"], question.candidacy, now):
        question = prepare(session, corpus, request_id, body, actor=actor, now=now)
    while erasing.held_off(session, question.candidacy.names["experts"]):
        question = prepare(session, corpus, request_id, body, actor=actor, now=now)
    secret = secrets.token_hex(32)
    fixed = _fixed(question, secret, body, now)
    strata.refuse_no_lot(fixed.terms, body["strata"] or ())
    draw = _draw(session, consultation_request, fixed, secret, question, body, first, actor, now)
    if first is not None:
        _supersede(session, first, body["reason"], actor=actor, now=now)
    session.add(draw)
    session.flush()
    details = {"request": request_id, "commitment": draw.commitment, "pool_hash": draw.pool_hash}
    if first is not None:
        details |= {"follows": first.id, "reason": body["reason"]}
    audit.record(session, actor, "draw.frozen", kind="draw", id=draw.id, **details)
    return draw


def _unexplained(first: Draw | None, body: Mapping[str, Any]) -> RedrawNeedsReason | None:
    """What is wrong with a draw that repeats another and does not say why."""
    return None if first is None or body.get("reason") else RedrawNeedsReason(first.id)


def _read(
    session: Session, body: Mapping[str, Any], unexplained: RedrawNeedsReason | None, now: datetime
) -> tuple[tuple[Rule, ...], tuple[Stratum, ...]]:
    """The rules and strata; raises RedrawNeedsReason, or InvalidInput with every fault where there are others."""
    rules, faults = _tried(lambda: panel_rules.custom(session, body))
    parts, faults_of_parts = _tried(lambda: strata.of(session, body))
    times = {"not_before": _written(body["not_before"]), "frozen_at": _written(now)}
    bad = wrong(parts or None, rules, public_source=body["public_source"], **times)
    faults += [*faults_of_parts, *map(_fault, bad)]
    if faults:
        raise InvalidInput(*faults, *(unexplained.faults if unexplained else ()))
    if unexplained:
        raise unexplained
    return rules, parts


def _tried(read: Callable[[], tuple[T, ...]]) -> tuple[tuple[T, ...], list[Fault]]:
    """What was read, or nothing and what is wrong with it."""
    try:
        return read(), []
    except InvalidInput as error:
        return (), list(error.faults)


def _fault(error: BadDrawInput) -> Fault:
    return Fault(error.pointer or "/strata", in_words(error.detail))


def _fixed(question: Question, secret: str, body: Mapping[str, Any], now: datetime) -> Frozen:
    try:
        return fix(
            question.candidacy.candidates(),
            question.strata,
            question.rules,
            secret=secret,
            public_source=body["public_source"],
            not_before=_written(body["not_before"]),
            frozen_at=_written(now),
            chosen_from=chosen_from(question.candidacy, question.rules),
        )
    except BadDrawInput as error:
        raise InvalidInput(*map(_fault, error.all)) from error


def _written(moment: datetime) -> str:
    """A moment as the records of draws write it."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _draw(
    session: Session,
    consultation_request: ConsultationRequest,
    fixed: Frozen,
    secret: str,
    question: Question,
    body: Mapping[str, Any],
    first: Draw | None,
    actor: Actor,
    now: datetime,
) -> Draw:
    id = new_id()
    sealed = restricted.sealer_of(session).seal(secret, _context(id))
    kept = {one["expert"] for one in fixed.terms["pool"]}
    candidacy = question.candidacy
    snapshot = snapshot_of(consultation_request, candidacy, question.rules, ())
    return Draw(
        id=id,
        request_id=consultation_request.id,
        follows_id=None if first is None else first.id,
        reason=None if first is None else body["reason"],
        status="frozen",
        terms=fixed.terms,
        pool_hash=fixed.pool_hash,
        commitment=fixed.commitment,
        not_before=body["not_before"],
        sealed_by=sealed.key,
        secret=sealed.box,
        snapshot=snapshot | {"candidates": [one for one in candidacy.people if one["expert"] in kept]},
        names=candidacy.names,
        corpus_version=candidacy.corpus_version,
        created_by=actor.id,
        created_at=now,
    )


def _context(draw_id: str) -> str:
    return f"draw {draw_id}"


def _last(session: Session, request_id: str) -> Draw | None:
    statement = select(Draw).where(Draw.request_id == request_id).order_by(Draw.created_at.desc(), Draw.id.desc())
    return session.scalar(statement.limit(1))


def _supersede(session: Session, draw: Draw, reason: str, *, actor: Actor, now: datetime) -> None:
    """An earlier draw is kept with its record; what it proposed is proposed no more."""
    draw.status = "superseded"
    proposed = select(Panel).where(Panel.draw_id == draw.id, Panel.status == "proposed")
    for panel in session.scalars(proposed.with_for_update(of=Panel)):
        panel_moves.record_move(session, panel, "superseded", reason, actor=actor, now=now)


def reveal(session: Session, draw_id: str, public_value: str, *, actor: Actor, now: datetime) -> tuple[Draw, Panel]:
    """Draw with the public value, and propose the panel that comes of it.

    Raises NotFound, TooEarlyToReveal, DrawIsNotFrozen, InvalidInput for what cannot be a public value.
    """
    draw = load(session, draw_id, actor=actor)
    requests.get(session, draw.request_id, actor=actor, lock=True)
    erasing.held_off(session, draw.names["experts"])  # Before the draw, as an erasure does; then it is read anew.
    session.refresh(draw, with_for_update=True)
    if draw.status != "frozen":
        raise DrawIsNotFrozen(draw.status)
    if _written(now) < draw.terms["not_before"]:
        raise TooEarlyToReveal(draw.terms["not_before"])
    draw.record = _record(session, draw, public_value, now)
    draw.status, draw.revealed_at, draw.revealed_by = "revealed", now, actor.person
    panel = panel_of(draw, actor, now)
    panels.keep(session, panel, actor=actor, now=now, reason=f"draw {draw.id}")
    draw.panel_id = panel.id
    session.flush()
    audit.record(session, actor, "draw.revealed", kind="draw", id=draw.id, panel=panel.id, seed=draw.record["seed"])
    return draw, panel


def _record(session: Session, draw: Draw, public_value: str, now: datetime) -> dict[str, Any]:
    secret = restricted.sealer_of(session).open(Sealed(draw.sealed_by, draw.secret), _context(draw.id))
    frozen = Frozen(draw.terms, draw.pool_hash, draw.commitment)
    try:
        return drawn(frozen, secret=secret, public_value=public_value, revealed_at=_written(now))
    except BadDrawInput as error:
        raise InvalidInput(Fault(error.pointer or "/public_value", in_words(error.detail))) from error


def load(session: Session, draw_id: str, *, actor: Actor) -> Draw:
    """The draw with this id; raises NotFound, also when it is another agency's."""
    draw = session.scalar(_visible_to(actor).where(Draw.id == draw_id))
    if draw is None:
        raise NotFound("draw", draw_id)
    return draw


def find(session: Session, query: Mapping[str, Any], *, actor: Actor) -> paging.Page:
    """The draws the caller may see that meet every filter, newest first."""
    statement = _visible_to(actor)
    if "request" in query:
        statement = statement.where(Draw.request_id == query["request"])
    keys = (Draw.created_at, Draw.id)
    return paging.fetch(session, statement, keys, query["limit"], query.get("cursor"), newest_first=True)


def _visible_to(actor: Actor) -> Select[Draw]:
    statement = select(Draw)
    if actor.role != "agency":
        return statement
    return statement.join(ConsultationRequest).where(requests.owned_by(actor))


def verify(session: Session, record: Any, published: Mapping[str, str] | None = None) -> Sequence[str]:
    """What is wrong with a record, also by what was published at the freeze: as handed in, or as it is on file."""
    known = dict(published or {})
    row = _on_file(session, record)
    if row is not None:
        known = {"commitment": row.commitment, "pool_hash": row.pool_hash} | known
    return problems_of(record, known or None)


def _on_file(session: Session, record: Any) -> Draw | None:
    """The draw that a record claims to be of: by its commitment, else by its sub-pool."""
    if not isinstance(record, Mapping):
        return None
    hashes = [str(record.get(name))[:64] for name in ("commitment", "pool_hash")]
    if any("\0" in one or not one.isascii() for one in hashes):
        return None
    same = or_(Draw.commitment == hashes[0], Draw.pool_hash == hashes[1])
    rows = list(session.scalars(select(Draw).where(same).order_by(Draw.id)))
    return next((row for row in rows if row.commitment == hashes[0]), rows[0] if rows else None)
