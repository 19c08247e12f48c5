"""The HTTP API: `/api/v1`, its OpenAPI document, and the health checks. `routing.py` says how a view is written."""

from flask import Blueprint, Flask

from expertdb.api import (
    audit,
    batches,
    conflicts,
    draws,
    engagements,
    evaluations,
    experts,
    exports,
    health,
    identifying,
    imports,
    item_imports,
    jobs,
    limits,
    notices,
    objections,
    openapi,
    opinions,
    organisations,
    panels,
    problems,
    requests,
    restricted,
    revisions,
    rights,
    sanctions,
    shortlists,
    statistics,
    tokens,
    users,
    vocabularies,
)
from expertdb.api.routing import PREFIX


def init_app(app: Flask) -> None:
    """Register every route and the error answers."""
    identifying.init_app(app)
    limits.init_app(app)
    problems.init_app(app)
    version_1 = Blueprint("v1", __name__, url_prefix=PREFIX)
    parts = (
        batches,
        audit,
        exports,
        conflicts,
        draws,
        engagements,
        evaluations,
        experts,
        imports,
        item_imports,
        jobs,
        notices,
        objections,
        opinions,
        organisations,
        panels,
        requests,
        restricted,
        revisions,
        rights,
        sanctions,
        shortlists,
        statistics,
        tokens,
        users,
        vocabularies,
    )
    for part in parts:
        version_1.register_blueprint(part.routes.blueprint)
    version_1.register_blueprint(openapi.blueprint)
    app.register_blueprint(version_1)
    app.register_blueprint(health.blueprint)
