"""Errors become problem+json (RFC 9457) here and nowhere else.

One table maps each domain error to its status and title; a test fails when an error has no row. Titles and details
are said in Chinese or English, as Accept-Language asks.
"""

import json
from collections.abc import Mapping
from typing import Any

import structlog
from flask import Flask, Response, g, request
from sqlalchemy.exc import IntegrityError, OperationalError
from werkzeug.exceptions import HTTPException

from expertdb import errors
from expertdb.api import rejections
from expertdb.logs import reason_of
from expertdb.wording import LANGUAGES, Text, say
from matching.qdrant import EngineFault

log = structlog.get_logger()

# error class: (status, type, title)
TABLE: dict[type[Exception], tuple[int, str, str]] = {
    errors.NotFound: (404, "not-found", "Not found"),
    errors.NotAllowed: (403, "not-allowed", "Not allowed"),
    errors.InvalidInput: (422, "invalid-input", "Invalid input"),
    errors.EditedMeanwhile: (412, "edited-meanwhile", "Edited meanwhile"),
    errors.AlreadyExists: (409, "already-exists", "Exists already"),
    errors.TransitionNotAllowed: (409, "transition-not-allowed", "This transition is not allowed"),
    errors.StepIsMissing: (409, "step-is-missing", "A step is missing"),
    errors.ObjectionsAreClosed: (409, "objections-are-closed", "Objections are closed"),
    errors.ExpertIsNotEligible: (409, "expert-is-not-eligible", "An expert is not eligible"),
    errors.PoolHasMoved: (409, "pool-has-moved", "The pool has moved"),
    errors.PoolIsMoving: (503, "pool-is-moving", "The pool is being edited"),
    errors.RequestIsNotOpen: (409, "request-is-not-open", "This request is not open for that"),
    errors.DeviationNeedsReason: (422, "deviation-needs-reason", "A deviation from rank needs a reason"),
    errors.PanelIsNotConfirmed: (409, "panel-is-not-confirmed", "This panel is not confirmed"),
    errors.RedrawNeedsReason: (409, "redraw-needs-reason", "A redraw needs a reason"),
    errors.TooEarlyToReveal: (409, "too-early-to-reveal", "It is too early to reveal"),
    errors.DrawIsNotFrozen: (409, "draw-is-not-frozen", "This draw is not frozen"),
    errors.NothingToWaive: (409, "nothing-to-waive", "There is nothing to waive"),
    errors.ConflictCannotBeWaived: (409, "conflict-cannot-be-waived", "This conflict cannot be waived"),
    errors.OnlyDraftsCanBeDeleted: (409, "only-drafts-can-be-deleted", "Only drafts can be deleted"),
    errors.OrganisationInUse: (409, "organisation-in-use", "This organisation is in use"),
    errors.RequestIsClosedToEdits: (409, "request-is-closed-to-edits", "This request is closed to edits"),
    errors.LastAdministrator: (409, "last-administrator", "The last administrator stays"),
    errors.TooManyAttempts: (429, "too-many-attempts", "Too many attempts"),
    errors.ExpertIsErased: (409, "expert-is-erased", "This expert was erased"),
    errors.SuggestionDecidedAlready: (409, "suggestion-decided-already", "This suggestion was decided already"),
    errors.KeysHaveChanged: (503, "keys-have-changed", "The keys have changed"),
    errors.RestrictedValueUnreadable: (503, "restricted-value-unreadable", "A restricted value cannot be read"),
    errors.BackupIsUnusable: (422, "backup-is-unusable", "This backup cannot be used"),
    errors.IdempotencyKeyReused: (422, "idempotency-key-reused", "This Idempotency-Key was used before"),
    rejections.Unauthenticated: (401, "unauthenticated", "Who are you?"),
    rejections.MalformedBody: (400, "malformed-body", "The body is not JSON"),
    rejections.MalformedHeader: (400, "malformed-header", "A header is malformed"),
    rejections.TooManyRequests: (429, "too-many-requests", "Too many requests"),
    rejections.UnsupportedMediaType: (415, "unsupported-media-type", "Unsupported media type"),
    rejections.VersionRequired: (428, "version-required", "If-Match is required"),
}
HTTP_TITLES = {
    400: "Bad request",
    404: "Not found",
    405: "Method not allowed",
    413: "Too large",
    414: "The address is too long",
    429: "Too many requests",
    431: "The headers are too large",
}
HTTP_DETAILS = {
    404: "There is nothing at this address.",
    405: "This address does not know this method; the Allow header names those it knows.",
    413: "The body is larger than this server takes; split it.",
}


def language() -> str:
    """The language of the answer: "zh" or "en", English when neither is asked for.

    Werkzeug's own `best_match` answers "zh-CN, en;q=0.5" in English, as only `en` is named exactly. A page, whose
    reader chose its language, says so in `g.tongue`.
    """
    if "tongue" in g:
        return str(g.tongue)
    asked = (tag.partition("-")[0].lower() for tag, quality in request.accept_languages if quality > 0)
    return next((tongue for tongue in asked if tongue in LANGUAGES), LANGUAGES[0])


def problem(
    status: int,
    kind: str,
    title: str,
    detail: str,
    faults: tuple[errors.Fault, ...] = (),
    headers: Mapping[str, str] | None = None,
) -> Response:
    """A problem+json answer."""
    tongue = language()
    body: dict[str, Any] = {
        "type": f"urn:expertdb:problem:{kind}",
        "title": say(title, tongue),
        "status": status,
        "detail": say(detail, tongue, codes=_has_codes()),
        "request_id": g.get("request_id", ""),
        "errors": [_said(fault, tongue) for fault in faults],
    }
    answer = Response(json.dumps(body, ensure_ascii=False), status, mimetype="application/problem+json")
    answer.headers.extend({"Content-Language": tongue, "Vary": "Accept-Language", **(headers or {})})
    return answer


def _said(fault: errors.Fault, tongue: str) -> dict[str, Any]:
    """A fault in that language, with all it knows of the place."""
    return vars(fault) | {"detail": say(fault.detail, tongue, codes=_has_codes())}


def _has_codes() -> bool:
    """Whether sentences name codes: programs have to send them, a page's reader does not."""
    return "tongue" not in g


def on_domain_error(error: errors.DomainError) -> Response:
    """Answer an error of the services or of the HTTP layer by its row in the table."""
    status, kind, title = TABLE[type(error)]
    headers = {"WWW-Authenticate": "Bearer"} if status == 401 else {}
    if isinstance(error, rejections.TooManyRequests):
        headers["Retry-After"] = str(error.seconds)
    read = isinstance(error, errors.InvalidInput) and request.method in ("GET", "HEAD")
    detail = Text("{count} field(s) are wrong.", count=len(error.faults)) if read else error.detail
    return problem(status, kind, title, detail, error.faults, headers)


def on_http_error(error: HTTPException) -> Response:
    """Answer what Flask and Werkzeug refuse by themselves: unknown routes and methods, bodies that are too large."""
    status = error.code or 500
    title = HTTP_TITLES.get(status, "Error")
    methods = getattr(error, "valid_methods", None)
    allow = {"Allow": ", ".join(sorted(methods))} if methods else {}
    detail = HTTP_DETAILS.get(status, "The request could not be carried out.")
    return problem(status, "http", title, Text(detail), headers=allow)


def on_integrity_error(error: IntegrityError) -> Response:
    """Two callers stored the same thing at once and this one came second."""
    log.warning("integrity_error", reason=reason_of(error))
    detail = Text("Somebody stored the same thing at the same moment. Read it again and repeat.")
    return problem(409, "already-exists", "Exists already", detail)


def on_operational_error(error: OperationalError) -> Response:
    """The database is locked, full or away: say so and when to come back; the log has the rest."""
    log.error("database_unavailable", reason=reason_of(error))
    detail = Text("The database cannot answer just now; nothing was stored. Try again shortly.")
    return problem(503, "unavailable", "Unavailable", detail, headers={"Retry-After": "2"})


def on_engine_fault(error: EngineFault) -> Response:
    """The engine that ranks is away: say so and when to come back; the log has what it said."""
    log.error("engine_unavailable", reason=str(error))
    detail = Text("The engine of the index cannot answer just now; nothing was stored. Try again shortly.")
    return problem(503, "unavailable", "Unavailable", detail, headers={"Retry-After": "2"})


def on_any_error(error: Exception) -> Response:
    """A fault of ours: the log has the trace, the answer only the id to find it by."""
    log.exception("unexpected_error")
    return problem(500, "internal", "Internal error", Text("This is a fault of ours. Quote the request_id."))


def init_app(app: Flask) -> None:
    """Answer every error as problem+json."""
    app.register_error_handler(errors.DomainError, on_domain_error)
    app.register_error_handler(HTTPException, on_http_error)
    app.register_error_handler(IntegrityError, on_integrity_error)
    app.register_error_handler(OperationalError, on_operational_error)
    app.register_error_handler(EngineFault, on_engine_fault)
    app.register_error_handler(Exception, on_any_error)
