"""The audit log: who did what, when, and whether the log is whole."""

from typing import Any

from flask import current_app, render_template

from expertdb.console.rules import Reply, Visit, allow, asks, stores_nothing
from expertdb.console.site import pages
from expertdb.console.traces import ids_in
from expertdb.schemas.audit import AuditAnswer, AuditQuery
from expertdb.services import audit, audit_chain, subjects

READERS = ("administrator", "auditor")


@pages.get("/audit")
@allow(*READERS)
@asks(AuditQuery)
def list_audit(visit: Visit, verdict: Any = None) -> Reply:
    """What was done, newest first."""
    page = audit.find(visit.session, visit.query)
    entries = AuditAnswer(many=True).dump(page.items)
    ids = [one[name] for one in entries for name in ("person", "actor", "subject")]
    ids += [id for one in entries for id in ids_in(one["details"])]
    return render_template(
        "audit/list.html",
        entries=entries,
        names=subjects.names(visit.session, ids),
        query=visit.query,
        next_cursor=page.next_cursor,
        verdict=verdict,
    )


@pages.post("/audit")
@allow(*READERS)
@asks(AuditQuery)
@stores_nothing
def verify_audit(visit: Visit) -> Reply:
    """Check every entry against its seal, the chain against its head, and both against the anchor outside, if any."""
    anchor = current_app.extensions["audit_anchor"]
    lines = anchor.lines() if anchor is not None and anchor.path.exists() else ()
    verdict = audit_chain.verify(visit.session, current_app.extensions["audit_keys"], lines)
    return list_audit(visit, verdict)
