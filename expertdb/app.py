"""create_app: the only place where the parts are wired together."""

import tomllib
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from flask import Flask

from config.settings import Settings, SettingsFault, load
from expertdb import api, console, database, logs
from expertdb.services.corpus import Corpus
from matching import Parameters


def utc_now() -> datetime:
    """The present moment; tests hand in another clock."""
    return datetime.now(UTC)


def create_app(settings: Settings | None = None, *, clock: Callable[[], datetime] = utc_now) -> Flask:
    """The application for these settings (the environment's by default); raises SettingsFault."""
    settings = settings or load()
    logs.configure(settings.log_level)
    app = Flask("expertdb", static_folder=None)
    app.config.update(
        SECRET_KEY=settings.secret_key,
        SQLALCHEMY_DATABASE_URI=_absolute(settings.database_url),
        BOOTSTRAP_TOKEN=settings.bootstrap_token,
        MAX_CONTENT_LENGTH=settings.max_body_bytes,
        MAX_FORM_MEMORY_SIZE=settings.max_body_bytes,
        MAX_IMPORT_BYTES=settings.max_import_bytes,
    )
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    app.extensions["clock"] = clock
    app.extensions["corpus"] = Corpus(read_parameters(settings.matching_file))
    database.init_app(app)
    api.init_app(app)
    console.init_app(app)
    return app


def read_parameters(path: str) -> Parameters:
    """The matcher's parameters of a TOML file; raises SettingsFault that names a wrong one."""
    try:
        return Parameters(**tomllib.loads(Path(path).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError) as error:  # no such file; no TOML or out of range; no such parameter
        raise SettingsFault([f"EXPERTDB_MATCHING_FILE {path}: {error}"]) from error


def _absolute(url: str) -> str:
    """A relative SQLite path is meant from the working directory, as every other path of ours."""
    scheme = "sqlite:///"
    if not url.startswith(scheme) or url.startswith((f"{scheme}/", f"{scheme}:memory:")):
        return url
    return f"{scheme}{Path(url.removeprefix(scheme)).resolve()}"
