"""/api/v1/audit: who did what, when."""

from expertdb.api.handling import Routes
from expertdb.api.routing import Call, allow, answers, asks
from expertdb.schemas.audit import AuditAnswer, AuditQuery
from expertdb.services import audit
from expertdb.services.paging import Page

routes = Routes("audit")


@routes.get("/audit")
@allow("administrator", "auditor")
@asks(AuditQuery)
@answers(AuditAnswer, paged=True)
def list_audit(call: Call) -> Page:
    """List what was done, newest first; `expertdb audit verify` tells whether the log is whole."""
    return audit.find(call.session, call.query)
