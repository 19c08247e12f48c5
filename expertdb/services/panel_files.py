"""The file of a panel: everything that led to it and came of it, as one plain object.

Made from what is stored and from nothing else, so that the same rows give the same file, byte for byte, years later.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from expertdb.models.audit import canonical
from expertdb.models.conflicts import Waiver
from expertdb.models.draws import Draw
from expertdb.models.engagements import Engagement
from expertdb.models.evaluations import Evaluation
from expertdb.models.opinions import Opinion
from expertdb.models.panels import Panel, PanelSeat, PanelTransition
from expertdb.services import audit, panels
from expertdb.services.actors import Actor
from expertdb.services.panel_documents import as_docx
from expertdb.services.panels_shown import rules_of

FORMAT = "expertdb-panel-file/1"


def written(session: Session, panel_id: str, format: str, language: str, *, actor: Actor) -> bytes:
    """The file of a panel as bytes, "docx" or "json"; the audit log keeps who read it. Raises NotFound."""
    panel = panels.load(session, panel_id, actor=actor)
    content = content_of(session, panel)
    audit.record(session, actor, "panel.file_read", kind="panel", id=panel.id, format=format, language=language)
    return as_json(content) if format == "json" else as_docx(content, language)


def content_of(session: Session, panel: Panel) -> dict[str, Any]:
    """The file of a panel, in sections; experts by id, their names in one place."""
    kept = panel.snapshot
    return {
        "format": FORMAT,
        "panel": {**_pick(panel, "id", "status", "choice", "created_at"), "replaces": panel.replaces_id},
        "request": kept["request"],
        "rules": {"preset": panel.preset, "rules": rules_of(panel), "left_out": kept["rules_left_out"]},
        "pool": {
            "corpus_version": panel.corpus_version,
            "eligible": kept["eligible"],
            # Files of panels that were chosen before this was kept stay as they were.
            **{name: kept[name] for name in ("chosen_from", "better") if name in kept},
            "left_out": kept["left_out"],
            "recused_for": kept["recused_for"],
            "unresolved": kept["unresolved"],
            "conflict_types": kept["conflict_types"],
            "parameters": kept["parameters"],
        },
        "candidates": kept["candidates"],
        "choice": panel.solver,
        "draw": _draw(session, panel),
        "seats": [_seat(seat) for seat in panel.seats],
        "waivers": [_waiver(one) for one in _of_request(session, Waiver, panel)],
        "decision": {
            "confirmed_by": panel.confirmed_by,
            "reason": panel.reason,
            "transitions": [_transition(one) for one in panel.transitions],
        },
        "engagements": [_engagement(one) for one in _engagements(session, panel)],
        "opinions": [_opinion(one) for one in _of_request(session, Opinion, panel)],
        "evaluations": [_evaluation(one) for one in _of_request(session, Evaluation, panel)],
        "names": panel.names,
        "labels": kept["labels"],
    }


def as_json(content: Mapping[str, Any]) -> bytes:
    """The file as JSON: sorted keys, no white space, one text for one content."""
    return (canonical(content) + "\n").encode()


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date | datetime) else value


def _pick(row: Any, *names: str) -> dict[str, Any]:
    return {name: _plain(getattr(row, name)) for name in names}


def _seat(seat: PanelSeat) -> dict[str, Any]:
    return {"expert": seat.expert_id, **_pick(seat, "role", "place", "affinity", "rank", "deviation", "replaces")}


def _transition(one: PanelTransition) -> dict[str, Any]:
    return {"from": one.from_status, "to": one.to_status, **_pick(one, "reason", "person", "at")}


def _waiver(one: Waiver) -> dict[str, Any]:
    return {
        "expert": one.expert_id,
        **_pick(one, "type", "party", "reason", "until", "granted_by", "created_at", "revoked_at"),
    }


def _engagement(one: Engagement) -> dict[str, Any]:
    moments = ("created_at", "respond_by", "declared_at", "answered_at", "ended_at")
    ids = {"id": one.id, "panel": one.panel_id, "expert": one.expert_id}
    known = {**ids, **_pick(one, "status", "promoted_from", "declaration", *moments)}
    missing = ("missing_opinion_reason", "missing_opinion_by", "missing_opinion_at")
    # Where nothing is missing nothing is said: files from before there was a word of it stay as they are.
    return known if one.missing_opinion_at is None else known | _pick(one, *missing)


def _opinion(one: Opinion) -> dict[str, Any]:
    said = ("position", "text", "dissent", "signed_by", "digest", "created_at", "adoption", "adoption_reason")
    proof = ("engagement_id", "signature", "salt", "signature_erased_on")  # With these the digest is reckoned again.
    ids = {"id": one.id, "expert": one.expert_id, "follows": one.follows_id}
    return {**ids, **_pick(one, *said, *proof, "adopted_at")}


def _evaluation(one: Evaluation) -> dict[str, Any]:
    said = ("evaluator", "scores", "comment", "created_at", "reply", "reply_by", "replied_at")
    return {"id": one.id, "expert": one.expert_id, "engagement": one.engagement_id, **_pick(one, *said)}


def _engagements(session: Session, panel: Panel) -> Iterable[Engagement]:
    """Who was asked for the panel, and for those whose place it took: whoever said no there is why it is there."""
    line = [panel.id]
    while (before := session.scalar(select(Panel.replaces_id).where(Panel.id == line[-1]))) is not None:
        line.append(before)
    return session.scalars(select(Engagement).where(Engagement.panel_id.in_(line)).order_by(Engagement.id))


def _of_request(session: Session, model: Any, panel: Panel) -> Iterable[Any]:
    """The rows of the panel's request, in the order they were made."""
    return session.scalars(select(model).where(model.request_id == panel.request_id).order_by(model.id))


def _draw(session: Session, panel: Panel) -> dict[str, Any] | None:
    """The draw that the panel comes of, with its record, and the draws it repeats."""
    if panel.draw_id is None:
        return None
    found = session.get_one(Draw, panel.draw_id)
    published = {"commitment": found.commitment, "pool_hash": found.pool_hash}
    return {"id": found.id, "follows": found.follows_id, "reason": found.reason, **published, "record": found.record}
