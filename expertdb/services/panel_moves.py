"""Steps of panels: each changes the status, and keeps who, when and why with the panel and in the audit log."""

from datetime import datetime

from sqlalchemy.orm import Session

from expertdb.models.panels import Panel, PanelTransition
from expertdb.services import audit, versions
from expertdb.services.actors import Actor


def record_move(session: Session, panel: Panel, to: str, reason: str, *, actor: Actor, now: datetime) -> None:
    """Make a step that has been found right, by hand or by what was done with another panel or draw."""
    before, panel.status = panel.status, to
    at = versions.moment(panel, now)
    panel.transitions.append(
        PanelTransition(from_status=before, to_status=to, reason=reason, actor=actor.id, person=actor.person, at=at)
    )
    versions.touch(panel, at)
    session.flush()
    details = {"before": before, "after": to, "reason": reason, "request": panel.request_id}
    audit.record(session, actor, "panel.moved", kind="panel", id=panel.id, **details)
