"""/healthz and /readyz, for load balancers and people who wonder."""

from flask import Blueprint, current_app, jsonify
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import SQLAlchemyError

from expertdb.database import transaction
from expertdb.models.corpus import CorpusState

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
def healthz() -> ResponseReturnValue:
    """The process answers."""
    return jsonify(status="ok")


@blueprint.get("/readyz")
def readyz() -> ResponseReturnValue:
    """The database answers, its schema is there, and the index can be brought up to date."""
    try:
        with transaction(read_only=True) as session:
            if session.get(CorpusState, 1) is None:
                return jsonify(status="not migrated"), 503
            version = current_app.extensions["corpus"].refresh(session).version
    except SQLAlchemyError:
        return jsonify(status="database unavailable"), 503
    return jsonify(status="ready", corpus_version=version)
