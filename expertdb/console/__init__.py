"""Pages for people, in Chinese and English, on the same services and schemas as the API; README.md says how."""

from datetime import timedelta

from flask import Flask

from expertdb.console import (  # noqa: F401 - most of these are here to register their pages.
    account,
    audit,
    batches,
    codes,
    conflicts,
    contact,
    draws,
    engagements,
    experts,
    exports,
    failures,
    first_run,
    guests,
    history,
    home,
    imports,
    moves,
    notices,
    objections,
    organisations,
    panels,
    preferences,
    rendering,
    requests,
    reviews,
    rights,
    sanctions,
    sessions,
    shortlists,
    statistics,
    ties,
    tokens,
    users,
    vocabularies,
    vocabulary_changes,
    vocabulary_suggestions,
    works,
)
from expertdb.console.assets import asset
from expertdb.console.site import blueprint
from expertdb.services.sessions import Limits

blueprint.add_url_rule("/static/<mark>/<path:name>", "asset", asset)
blueprint.after_request(rendering.secure)


def init_app(app: Flask, *, idle: timedelta, absolute: timedelta) -> None:
    """Register the pages, sessions with these limits, and pages for errors; after the API: its handlers are wrapped."""
    sessions.init_app(app, Limits(idle, absolute))
    rendering.init_app(app)
    app.register_blueprint(blueprint)
    failures.init_app(app)
