"""Panels: formed for a request under rules, kept with all that they were chosen from, read as each role may."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from expertdb.errors import Fault, InvalidInput, NotFound
from expertdb.models.base import new_id
from expertdb.models.panels import Panel, PanelSeat, PanelTransition
from expertdb.models.requests import ConsultationRequest
from expertdb.models.shortlists import Shortlist
from expertdb.services import audit, candidates, erasing, matters, paging, panel_rules, requests, shortlists
from expertdb.services.actors import Actor
from expertdb.services.candidates import Candidacy
from expertdb.services.corpus import Corpus
from expertdb.services.panel_rules import Terms
from expertdb.services.panel_snapshots import snapshot_of
from expertdb.services.panels_shown import ShownPanel, shown, unfit
from expertdb.services.sentences import in_words
from matching.panel import BadPanelInput, Composition, PanelCandidate, as_json, compose, preset, presets
from matching.panel.presets import REQUESTER

# A panel is chosen once there is a matter to decide on, and may be replaced until the work is delivered.
OPEN = ("submitted", "accepted", "shortlisted", "confirmed", "invited", "engaged")
SECONDS = 20.0


@dataclass(frozen=True)
class Formed:
    """A panel that is chosen but not stored, or the finding that there is none, and what it was chosen from."""

    terms: Terms
    candidacy: Candidacy
    composition: Composition
    seconds: float


def form(
    session: Session, corpus: Corpus, request_id: str, body: Mapping[str, Any], *, actor: Actor, now: datetime
) -> Formed:
    """Choose a panel, in a transaction that only reads: solving may take seconds, and writers must not wait.

    Raises NotFound, RequestIsNotOpen, InvalidInput, ExpertIsNotEligible, PoolHasMoved.
    """
    consultation_request = requests.get(session, request_id, actor=actor)
    refuse_unless_open(consultation_request)
    shortlist = _shortlist(session, body, consultation_request, actor)
    stated = panel_rules.terms(session, body, consultation_request)
    candidacy = candidates.gather(
        session,
        corpus,
        consultation_request,
        count=body["candidates"],
        now=now,
        filters=body["filters"],
        forced=stated.forced,
        sides=stated.sides,
        shortlist=shortlist,
        seats=stated.size if isinstance(stated.size, int) else stated.size.maximum,
    )
    began = time.perf_counter()
    found = _composed(candidacy, stated)
    return Formed(stated, candidacy, found, time.perf_counter() - began)


def _composed(candidacy: Candidacy, stated: Terms) -> Composition:
    try:
        return compose(candidacy.candidates(), stated.rules, stated.size, stated.reserves, time_limit=SECONDS)
    except BadPanelInput as error:
        raise InvalidInput(Fault("/size", in_words(error.detail))) from error


def store(
    session: Session,
    corpus: Corpus,
    request_id: str,
    body: Mapping[str, Any],
    formed: Formed,
    *,
    actor: Actor,
    now: datetime,
) -> ShownPanel:
    """Keep the panel that was formed, or say why none fits; with `dry_run` keep nothing.

    Where the request, the pool or the recusals changed meanwhile, or a candidate was erased, it is formed anew. Raises
    what `form` does.
    """
    consultation_request = requests.get(session, request_id, actor=actor, lock=not body["dry_run"])
    refuse_unless_open(consultation_request)
    if has_moved(session, corpus, consultation_request, body["filters"], formed.candidacy, now):
        formed = form(session, corpus, request_id, body, actor=actor, now=now)
    while not body["dry_run"] and erasing.held_off(session, formed.candidacy.names["experts"]):
        formed = form(session, corpus, request_id, body, actor=actor, now=now)
    if not formed.composition.members:
        return unfit(consultation_request, formed.terms, formed.candidacy, formed.composition, formed.seconds)
    panel = _panel(consultation_request, body, formed, actor, now)
    if not body["dry_run"]:
        keep(session, panel, actor=actor, now=now)
    return shown(panel, actor, stored=not body["dry_run"])


def keep(session: Session, panel: Panel, *, actor: Actor, now: datetime, reason: str = "proposed") -> None:
    """Store a panel as proposed."""
    panel.transitions.append(
        PanelTransition(
            from_status=None, to_status="proposed", reason=reason, actor=actor.id, person=actor.person, at=now
        )
    )
    session.add(panel)
    session.flush()
    details = {"request": panel.request_id, "choice": panel.choice, "size": len(panel.members)}
    audit.record(session, actor, "panel.proposed", kind="panel", id=panel.id, **details)


def has_moved(
    session: Session,
    corpus: Corpus,
    consultation_request: ConsultationRequest,
    filters: Mapping[str, list[str]],
    before: Candidacy,
    now: datetime,
) -> bool:
    """Whether the pool, the matter, or who may be chosen for it is another than when the candidates were gathered."""
    found = matters.field(session, corpus, consultation_request, filters, now)
    then = (before.corpus_version, before.matter, before.recused, before.left_out)
    return (found.pool.version, found.matter, found.recused, dict(found.eligible.counts)) != then


def _panel(
    consultation_request: ConsultationRequest, body: Mapping[str, Any], formed: Formed, actor: Actor, now: datetime
) -> Panel:
    found, ranks = formed.composition, {one["expert"]: one["rank"] for one in formed.candidacy.people}
    members = [seat("member", place, one, ranks[one.expert]) for place, one in enumerate(found.members, start=1)]
    reserves = [
        seat("reserve", place, one.candidate, ranks[one.candidate.expert], one.replaces)
        for place, one in enumerate(found.reserves, start=1)
    ]
    return Panel(
        id=new_id(),
        request_id=consultation_request.id,
        shortlist_id=body.get("shortlist"),
        choice="solved",
        status="proposed",
        preset=formed.terms.preset,
        rules=[as_json(rule) for rule in formed.terms.rules],
        solver=_solver(formed),
        snapshot=snapshot_of(consultation_request, formed.candidacy, formed.terms.rules, formed.terms.left_out),
        names=formed.candidacy.names,
        corpus_version=formed.candidacy.corpus_version,
        created_by=actor.id,
        created_at=now,
        updated_at=now,
        seats=[*members, *reserves],
    )


def seat(
    role: Literal["member", "reserve"], place: int, one: PanelCandidate, rank: int | None, replaces: Sequence[str] = ()
) -> PanelSeat:
    """A seat for a candidate."""
    return PanelSeat(
        role=role,
        place=place,
        expert_id=one.expert,
        affinity=one.affinity,
        rank=rank,
        deviation="",
        replaces=list(replaces),
    )


def _solver(formed: Formed) -> dict[str, Any]:
    found = formed.composition
    return {
        "status": found.status,
        "objective": found.objective,
        "bound": found.bound,
        "gap": found.gap,
        "unique": found.unique,
        "seconds": round(formed.seconds, 3),
        "time_limit": SECONDS,
        "reserves_wanted": formed.terms.reserves,
        "unreplaceable": list(found.unreplaceable),
        "rules": [
            {"rule": one.rule, "type": one.type, "name": one.name, "slack": one.slack, "price": one.price}
            for one in found.rules
        ],
    }


def load(session: Session, panel_id: str, *, actor: Actor, lock: bool = False) -> Panel:
    """The row of a panel; raises NotFound, for an agency also while nobody has confirmed it."""
    statement = _visible_to(actor).where(Panel.id == panel_id)
    panel = session.scalar(statement.with_for_update(of=Panel) if lock else statement)
    if panel is None:
        raise NotFound("panel", panel_id)
    return panel


def get(session: Session, panel_id: str, *, actor: Actor) -> ShownPanel:
    """The panel with this id, as the caller may see it; raises NotFound."""
    return shown(load(session, panel_id, actor=actor), actor)


def find(session: Session, query: Mapping[str, Any], *, actor: Actor) -> paging.Page:
    """The panels the caller may see that meet every filter, newest first."""
    statement = _visible_to(actor)
    if "request" in query:
        statement = statement.where(Panel.request_id == query["request"])
    if "status" in query:
        statement = statement.where(Panel.status == query["status"])
    if "expert" in query:
        statement = statement.where(Panel.seats.any(PanelSeat.expert_id == query["expert"]))
    keys = (Panel.created_at, Panel.id)
    page = paging.fetch(session, statement, keys, query["limit"], query.get("cursor"), newest_first=True)
    return paging.Page([shown(one, actor) for one in page.items], page.next_cursor)


def _visible_to(actor: Actor) -> Select[Panel]:
    """An agency sees the panels that somebody confirmed for its own requests."""
    statement = select(Panel)
    if actor.role != "agency":
        return statement
    own = statement.join(ConsultationRequest).where(requests.owned_by(actor))
    return own.where(Panel.status.in_(("confirmed", "superseded")), Panel.confirmed_by.is_not(None))


def _shortlist(
    session: Session, body: Mapping[str, Any], consultation_request: ConsultationRequest, actor: Actor
) -> Shortlist | None:
    if not body.get("shortlist"):
        return None
    try:
        found = shortlists.load(session, body["shortlist"], actor=actor)
    except NotFound as error:
        raise InvalidInput(Fault("/shortlist", error.detail)) from error
    if found.request_id != consultation_request.id:
        raise InvalidInput(Fault("/shortlist", NotFound("shortlist", found.id).detail))
    return found


def refuse_unless_open(consultation_request: ConsultationRequest) -> None:
    """Raise RequestIsNotOpen unless a panel may be chosen for this request."""
    requests.refuse_unless(consultation_request, OPEN)


def presets_in_full() -> list[dict[str, Any]]:
    """Every preset with its rules; `@requester_region` stands for the city of whoever asks."""
    found = [panel_rules.renewed(preset(name, requester_region=REQUESTER)) for name in presets()]
    return [
        {**asdict(one), "minimum": one.sizes.minimum, "maximum": one.sizes.maximum, "rules": list(one.rules)}
        for one in found
    ]
