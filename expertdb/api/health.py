"""/healthz, /readyz and /metrics: for load balancers, Prometheus and people who wonder."""

import hmac
import threading
import time

from flask import Blueprint, Response, abort, current_app, jsonify, request
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import SQLAlchemyError

from expertdb import metrics
from expertdb.api.problems import language
from expertdb.database import transaction
from expertdb.services import readiness
from expertdb.services.readiness import Check
from expertdb.wording import say

blueprint = Blueprint("health", __name__)
LOOPBACK = ("127.0.0.1", "::1")
# Any proxy in front adds one of these: what it passes on comes from elsewhere, even though it runs here itself.
PROXY_MARKS = ("X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-IP", "Forwarded", "Via")
# Seconds. The checks take a lock for a moment and anybody may ask, so an answer serves all who ask meanwhile.
ANSWER_SERVES = 1.0


@blueprint.get("/healthz")
def healthz() -> ResponseReturnValue:
    """The process answers."""
    return jsonify(status="ok")


@blueprint.get("/readyz")
def readyz() -> ResponseReturnValue:
    """The database can be written, has this program's schema and room, and the index can be brought up to date."""
    found = current_app.extensions.setdefault("readiness", _Recent()).checks()
    tongue = language()
    told = {check.name: say(check.detail, tongue) for check in found}
    ready = all(check.ok for check in found)
    status = "ready" if ready else next(check.name for check in found if not check.ok) + " failed"
    return jsonify(status=status, checks=told), 200 if ready else 503


class _Recent:
    """The checks as made within the last moment, once for all who ask at the same time."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._made, self._found = float("-inf"), list[Check]()

    def checks(self) -> list[Check]:
        with self._lock:
            if current_app.testing or time.monotonic() - self._made >= ANSWER_SERVES:
                self._found, self._made = _check(), time.monotonic()
            return self._found


def _check() -> list[Check]:
    migrations = current_app.extensions["migrate"].directory
    corpus, least = current_app.extensions["corpus"], current_app.config["LEAST_FREE_BYTES"]
    editions = current_app.extensions["editions"]
    try:
        with transaction(read_only=True, vocabularies=False) as session:
            found = list(readiness.checks(session, corpus, editions, migrations, least))
    except SQLAlchemyError as error:
        return [readiness.away(error)]
    if corpus.version is not None:
        metrics.index_is_at(corpus.version)
    return found


@blueprint.get("/metrics")
def prometheus() -> ResponseReturnValue:
    """All metrics in Prometheus' format; to this machine only, or to whoever brings the token set for it."""
    if not _may_scrape():
        abort(404)
    try:
        with transaction(read_only=True, vocabularies=False) as session:
            facts = readiness.facts(session)
    except SQLAlchemyError:
        facts = {}  # The counters are wanted most when the database is away.
    facts["expertdb_database_up"] = ("Whether the database answered.", {"": float(bool(facts))})
    return Response(metrics.text(facts), mimetype="text/plain; version=0.0.4")


def _may_scrape() -> bool:
    expected = current_app.config["METRICS_TOKEN"]
    if expected:
        given = request.headers.get("Authorization", "").partition(" ")[2]
        return hmac.compare_digest(given.encode(), expected.encode())
    return request.remote_addr in LOOPBACK and not any(mark in request.headers for mark in PROXY_MARKS)
