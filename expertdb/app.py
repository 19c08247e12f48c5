"""create_app: the only place where the parts are wired together."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import structlog
from flask import Flask
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session
from werkzeug.middleware.proxy_fix import ProxyFix

import config.files
from config.settings import Settings, SettingsFault, load, slips
from expertdb import api, console, database, keys, logs, metrics
from expertdb.anchor import Anchor
from expertdb.links import Links
from expertdb.models.vocabularies import Editions
from expertdb.sealing import Sealer
from expertdb.services import profiles
from expertdb.services.corpus import Corpus
from expertdb.services.directory import Directory
from expertdb.services.index_files import IndexFiles
from expertdb.services.rules import Rules
from expertdb.services.tending import Tending
from matching import Parameters
from matching.qdrant import ClientEngine, EngineFault

log = structlog.get_logger()
COLLECTION = "expertdb"
LARGE = 1000  # Experts; of fewer an index is built in a fraction of a second.


def utc_now() -> datetime:
    """The present moment; tests hand in another clock."""
    return datetime.now(UTC)


def create_app(
    settings: Settings | None = None, *, clock: Callable[[], datetime] = utc_now, serving: bool = False
) -> Flask:
    """The application for these settings (the environment's by default); raises SettingsFault."""
    settings = settings or load()
    parameters, rules = _files(settings)
    logs.configure(settings.log_level)
    for name, near in slips(os.environ if serving else {}).items():
        log.warning("unknown_setting", name=name, nearest=near)
    app = Flask("expertdb", static_folder=None)
    app.config.update(
        SECRET_KEY=settings.secret_key,
        SQLALCHEMY_DATABASE_URI=_absolute(settings.database_url),
        # A failing statement is logged without its values: they hold profiles and hashes of secrets.
        SQLALCHEMY_ENGINE_OPTIONS={"hide_parameters": True, **_pool_options(settings)},
        BOOTSTRAP_TOKEN=settings.bootstrap_token,
        MAX_CONTENT_LENGTH=settings.max_body_bytes,
        MAX_FORM_MEMORY_SIZE=settings.max_body_bytes,
        MAX_IMPORT_BYTES=settings.max_import_bytes,
        RATES={"caller": settings.caller_rate, "stranger": settings.stranger_rate},
        METRICS_TOKEN=settings.metrics_token,
        LEAST_FREE_BYTES=settings.least_free_bytes,
    )
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    app.extensions["clock"] = clock
    app.extensions["editions"] = Editions()
    app.extensions["links"] = Links(settings.secret_key)
    app.extensions["sealer"] = Sealer(keys.field_keys(settings.field_keys, settings.secret_key), clock())
    app.extensions["audit_keys"] = sealing = keys.audit_keys(
        settings.audit_key, settings.secret_key, settings.audit_old_keys, clock()
    )
    app.extensions["audit_anchor"] = Anchor(Path(settings.audit_anchor), sealing) if settings.audit_anchor else None
    # Commands rank in memory, with the same lists: the collection is the server's, and each process would count what
    # another writes.
    engine = _engine(settings) if serving and settings.index == "qdrant" else None
    files = IndexFiles(Path(settings.index_dir)) if settings.index_dir and not engine else None
    app.extensions["corpus"] = corpus = Corpus(parameters, files, engine)
    app.extensions["directory"] = Directory()
    if files:
        corpus.tending = Tending(corpus, files, lambda: _reading(app))
    app.extensions["rules"] = rules
    if settings.proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=settings.proxies, x_proto=settings.proxies)  # type: ignore[method-assign]
    database.init_app(app)
    api.init_app(app)
    console.init_app(
        app, idle=timedelta(minutes=settings.session_idle_minutes), absolute=timedelta(hours=settings.session_hours)
    )
    return app


def _pool_options(settings: Settings) -> dict[str, int | bool]:
    """A connection for each thread of the process, tried before use: a database may have been restarted.

    Who works at jobs needs two: one to read with, one for the lease.
    """
    if not settings.database_url.startswith("postgresql"):
        return {}
    return {"pool_size": settings.threads + 2 * settings.job_threads, "pool_pre_ping": True}


def _engine(settings: Settings) -> ClientEngine:
    """Qdrant, over its client; raises SettingsFault where that is not installed."""
    try:
        from qdrant_client import QdrantClient
    except ImportError as error:
        raise SettingsFault(["EXPERTDB_INDEX is qdrant, which needs: pip install 'expertdb[qdrant]'"]) from error
    key = settings.qdrant_key or None
    return ClientEngine(lambda: QdrantClient(url=settings.qdrant_url, api_key=key), COLLECTION)


@contextmanager
def _reading(app: Flask) -> Iterator[Session]:
    """A transaction that only reads, for a thread that answers no request."""
    with app.app_context(), database.transaction(read_only=True) as session:
        yield session


def warm_up(app: Flask) -> None:
    """Open or build the index and read the census, for the processes forked from this one to share.

    So that none makes its first request wait. Where there are no files of it that fit, as after an update, they are
    written and opened here: an index that was built in memory would be copied into every process, page by page. A
    database or engine that is away, or not migrated yet, does not stop the start; `/readyz` says what is wrong.
    """
    with app.app_context():
        try:
            _open_index(app.extensions["corpus"])
            with database.transaction(read_only=True) as session:
                app.extensions["directory"].refresh(session)
        except SQLAlchemyError as error:
            log.warning("index_not_built", error=type(error).__name__)
        except EngineFault as error:
            log.error("index_not_built", reason=str(error), hint="is Qdrant running where EXPERTDB_QDRANT_URL says?")
        database.db.engine.dispose()  # Connections must not be shared between processes.


def lay_out(app: Flask) -> None:
    """See to it that the files of a large pool's index are there for `warm_up` to open; one process at a time, others
    wait for it.

    To be called in a process of its own: building takes several times as much memory as the files, and little of it is
    given back as long as the process lives.
    """
    corpus: Corpus = app.extensions["corpus"]
    if corpus.files:
        with app.app_context(), suppress(SQLAlchemyError, OSError):  # Of which `warm_up` tells.
            database.db.engine.dispose(close=False)  # The connections of the process that this one was forked from.
            with database.transaction(read_only=True) as session:
                large = profiles.count(session) >= LARGE
            if large:
                with corpus.files.building():
                    _open_index(corpus)


def _open_index(corpus: Corpus) -> None:
    with corpus.tending.alone() if corpus.tending else nullcontext():
        with database.transaction(read_only=True) as session:
            pool = corpus.refresh(session)
        if corpus.files and corpus.tending and not corpus.files.is_open and pool.index.n_experts:
            corpus.tending.tend(pool)


def tell_index_version(app: Flask) -> None:
    """Note in this process's metrics which version of the pool it ranks with."""
    version = app.extensions["corpus"].version
    if version is not None:
        metrics.index_is_at(version)


def _files(settings: Settings) -> tuple[Parameters, Rules]:
    """What the files hold that settings name; raises SettingsFault that says what is wrong, in both of them."""
    named = {"EXPERTDB_MATCHING_FILE": settings.matching_file, "EXPERTDB_POOL_FILE": settings.pool_file}
    if faults := config.files.faults(named):
        raise SettingsFault(faults)
    parameters = config.files.parameters(settings.matching_file)
    if parameters.semantic and settings.index == "qdrant":
        raise SettingsFault(
            ["EXPERTDB_INDEX is qdrant, which holds no vectors of texts; set semantic to 0, or no index"]
        )
    return parameters, config.files.pool_rules(settings.pool_file)


def _absolute(url: str) -> str:
    """A relative SQLite path is meant from the working directory, as every other path of ours."""
    scheme = "sqlite:///"
    if not url.startswith(scheme) or url.startswith((f"{scheme}/", f"{scheme}:memory:")):
        return url
    return f"{scheme}{Path(url.removeprefix(scheme)).resolve()}"
