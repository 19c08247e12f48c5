"""Every request gets an id, which its answer, its problem and its log lines carry."""

import re
import time
import uuid

import structlog
from flask import Flask, Response, g, request

from expertdb import metrics

log = structlog.get_logger()
GIVEN = re.compile(r"[A-Za-z0-9._-]{1,64}")


def init_app(app: Flask) -> None:
    """Identify requests and log each answer in one line without bodies, queries or secrets."""

    @app.before_request
    def identify() -> None:
        given = request.headers.get("X-Request-ID", "")
        g.request_id = given if GIVEN.fullmatch(given) else uuid.uuid4().hex
        g.started = time.monotonic()
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=g.request_id)

    @app.after_request
    def report(answer: Response) -> Response:
        answer.headers["X-Request-ID"] = g.get("request_id", "")
        answer.headers.setdefault("X-Content-Type-Options", "nosniff")
        answer.headers.setdefault("Cache-Control", "no-store")
        rule = request.url_rule.rule if request.url_rule else None
        seconds = time.monotonic() - g.get("started", time.monotonic())
        metrics.answered(rule or "none", request.method, answer.status_code, seconds)
        actor = g.get("actor")
        log.info(
            "answered",
            method=request.method,
            route=rule,
            status=answer.status_code,
            actor=actor.id if actor else None,
            milliseconds=round(1000 * seconds, 1),
        )
        return answer
