"""What most tests start from: an application on a fresh database of either engine, a clock, callers of each role."""

import gc
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from unittest import mock
from zlib import crc32

import flask_migrate
import pytest
from coverage import Coverage
from flask import Flask
from hypothesis import settings
from jinja2 import FileSystemBytecodeCache
from sqlalchemy import Engine, event
from werkzeug.routing import Map, RuleFactory
from xdist.scheduler import LoadFileScheduling

from config.settings import Settings
from expertdb import vocabularies
from expertdb.app import create_app
from expertdb.database import db, transaction
from expertdb.services import sample, tokens
from expertdb.services.actors import SYSTEM
from expertdb.services.index_files import IndexFiles
from tests.callers import BOOTSTRAP, Caller, Clock
from tests.examples import tried
from tests.postgres import Server, server
from tests.traces import every_change_leaves_a_trace as every_change_leaves_a_trace

# A crowded machine takes longer than any deadline over an example. (Who states no number means Hypothesis's hundred.)
settings.register_profile("crowded", tried(100))
settings.load_profile("crowded")
# Compiling the console's templates anew for every application would take longer than most tests.
TEMPLATES = FileSystemBytecodeCache()
FIRST: dict[str, Engine] = {}
INDEXED: dict[str, Path] = {}
COUNTED: set[str] = set()
PREPARED: set[pytest.FixtureDef[Any]] = set()
# Tests that take twice as long when every line is counted, and run few that others do not.
UNCOUNTED = {"browser", "faults", "security", "quality", "test_wording.py", "test_cases.py"}
# Of these every other test is counted: neighbours run nearly the same lines, and counting takes a third of their time.
HALVED = {"api", "cli", "integration", "life"}
# What takes longest in one piece starts first, or one worker would end with it alone. (xdist would start with the files
# of most tests, and these have few: hence `--no-loadscope-reorder`.)
LONGEST = ("browser", "life", "faults", "test_backups.py", "security", "test_concurrency.py", "quality")


class Routes(Map):
    """The routes of all applications made here, which are the same: to bind them anew takes longer than most tests."""

    def __init__(self) -> None:
        super().__init__()
        self._bound: set[tuple[str, str, frozenset[str]]] = set()

    def __call__(self, **options: Any) -> "Routes":
        """Stand for the class that Flask makes a map of."""
        return self

    def add(self, rulefactory: RuleFactory) -> None:
        """Bind a rule, once."""
        for rule in rulefactory.get_rules(self):
            key = (rule.rule, rule.endpoint, frozenset(rule.methods or ()))
            if key not in self._bound:
                self._bound.add(key)
                super().add(rule)


ROUTES = Routes()
START = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
ENGINES = ("sqlite", "postgresql")
AGENCY = "晋江鞋服产业园知识产权保护工作站"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--every-engine", action="store_true", help="cases on both engines, journeys and pages in both languages"
    )


class InOnePiece(LoadFileScheduling):
    """Gives each file to one worker, and all browser tests: two browsers at once take longer than one after the other.

    (Marks with a group would do, but the xdist of today does not find them in the pytest of today.)
    """

    def _split_scope(self, nodeid: str) -> str:
        return "browser" if nodeid.startswith("tests/browser/") else super()._split_scope(nodeid)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> InOnePiece:
    return InOnePiece(config, log)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out of `make test` what differs in what is asked and not in how it is stored; the longest come first."""
    if not config.getoption("--every-engine"):
        _leave_out_repetitions(config, items)
    items.sort(key=_turn)


def pytest_collection_finish() -> None:
    """Let the collector of garbage pass over all that was imported: it stays, and is much."""
    gc.collect()
    gc.freeze()


def _turn(item: pytest.Item) -> int:
    """When a test's file starts."""
    return next((place for place, name in enumerate(LONGEST) if name in item.path.parts), len(LONGEST))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """Count the lines that run (for `make check`) in one case of some tests, from its fixtures on: counting is slow."""
    plugin: Any = item.config.pluginmanager.getplugin("_cov")
    controller = plugin and plugin.cov_controller
    if not controller or _is_counted(item):
        return (yield)
    controller.pause()
    try:
        return (yield)
    finally:
        controller.resume()


def _is_counted(item: pytest.Item) -> bool:
    test = item.nodeid.partition("[")[0]
    hypotheses = getattr(getattr(item, "obj", None), "is_hypothesis_test", False)
    if hypotheses or UNCOUNTED & set(item.path.parts) or engine_of(item) == "postgresql" or test in COUNTED:
        return False
    COUNTED.add(test)
    return not (HALVED & set(item.path.parts)) or crc32(test.encode()) % 2 == 0


@contextmanager
def uncounted() -> Iterator[None]:
    """Count no lines meanwhile."""
    counting = Coverage.current()
    if counting is None:
        yield
        return
    counting.stop()
    try:
        yield
    finally:
        counting.start()


@pytest.hookimpl(wrapper=True)
def pytest_fixture_setup(fixturedef: pytest.FixtureDef[Any]) -> Iterator[None]:
    """Count the lines of a fixture once: it makes the same for each test, and takes as long as the tests themselves."""
    if fixturedef in PREPARED:
        with uncounted():
            return (yield)
    if Coverage.current() is not None:
        PREPARED.add(fixturedef)
    return (yield)


def engine_of(item: pytest.Item) -> str | None:
    """The engine that a case is for, where it is for one."""
    case = getattr(item, "callspec", None)
    return None if case is None else case.params.get("engine", case.params.get("app"))


def _leave_out_repetitions(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Keep of the cases on PostgreSQL the first of each test and, of tests of the API, the first of a file; and each
    journey through the console in one language, in turns."""
    seen, left = Counter[str](), list[pytest.Item]()
    for item in items:
        parameters = getattr(getattr(item, "callspec", None), "params", {})
        if parameters.get("running") == "sqlite":
            group, keeps = "services", False  # Real processes under load; those on PostgreSQL are kept.
        elif engine_of(item) == "postgresql":
            is_alone = list(parameters) == ["engine"] and "api" not in item.path.parts
            group = item.nodeid if is_alone else item.nodeid.partition("[")[0]
            # Tests of the API, and those that share one application, stand for each other.
            group = str(item.path) if "api" in item.path.parts or "app" in parameters else group
            keeps = seen[group] == 0
        elif list(parameters) == ["language"] and "browser" in item.path.parts:
            group, keeps = "journeys", seen["journeys"] % 4 in (0, 3)  # One in Chinese, the next in English.
        else:
            continue
        if not keeps:
            left.append(item)
        seen[group] += 1
    gone = {id(item) for item in left}
    items[:] = [item for item in items if id(item) not in gone]
    config.hook.pytest_deselected(items=left)


def make_app(url: str, clock: Clock, **changes: Any) -> Flask:
    """An application on the database at `url`, in haste."""
    with mock.patch.object(Flask, "url_map_class", ROUTES):
        app = plain_app(url, clock, **changes)
    corpus = app.extensions["corpus"]
    if url in INDEXED and corpus.files is None:
        corpus.files = IndexFiles(INDEXED[url])
    with app.app_context():
        _hasten(db.engine)
    return app


def plain_app(url: str, clock: Clock, **changes: Any) -> Flask:
    """An application as it is served."""
    stated = {"secret_key": "s" * 40, "bootstrap_token": BOOTSTRAP, "log_level": "ERROR", "index_dir": "", **changes}
    settings = Settings(database_url=url, **stated)
    app = create_app(settings, clock=clock)
    app.testing = True
    app.jinja_env.bytecode_cache = TEMPLATES
    return app


def _hasten(engine: Engine) -> None:
    """Let statements compiled for one application serve all, and do not wait for the disk: no test pulls the plug."""
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", lambda connection, record: connection.execute("PRAGMA synchronous=OFF"))
    if engine.dialect.name not in FIRST:
        engine.connect().close()  # What a dialect learns of its server it learns now.
        FIRST[engine.dialect.name] = engine
    first = FIRST[engine.dialect.name]
    engine.dialect, engine._compiled_cache = first.dialect, first._compiled_cache


def close(app: Flask) -> None:
    """Let go of the database, so that a template can be copied and a server stopped, and of its vocabularies: a test
    that has no application reads those of the files.
    """
    with app.app_context():
        db.engine.dispose()
    vocabularies.take_up(vocabularies.shipped())


# What a test begins with is entered step by step; a step returns what its fixture gives.
Step = tuple[str, Callable[[Flask], Any]]


@dataclass(frozen=True)
class Beginning:
    """A database nobody else uses, and what the steps to it returned and whose `secrets` they called with."""

    url: str
    known: dict[str, Any] = field(default_factory=dict)


class Databases:
    """Fresh databases by copying a migrated one; `pool` has the sample pool in it besides."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._server: Server | None = None
        self._context: Any = None
        self._made: set[str] = set()
        self._begun: dict[tuple[str, tuple[Step, ...]], tuple[str, dict[str, Any]]] = {}
        self._count = 0

    def fresh(self, engine: str, *, pool: bool = False) -> str:
        """The URL of a database nobody else uses."""
        url = self._copy(engine, self._template(engine, pool), self._name())
        if pool:
            INDEXED[url] = self._index(engine)
        return url

    def begun(self, engine: str, steps: tuple[Step, ...]) -> Beginning:
        """A fresh database in which these steps were taken; they are taken once, and copied."""
        if not steps:
            return Beginning(self.fresh(engine))
        if (engine, steps) not in self._begun:
            name, known = self._name(), dict[str, Any]()
            app = make_app(self._copy(engine, self._template(engine, False), name), Clock(START))
            app.extensions["known"] = known
            for fixture, step in steps:
                known[fixture] = step(app)
            close(app)
            self._begun[engine, steps] = name, known
        name, known = self._begun[engine, steps]
        return Beginning(self._copy(engine, name, self._name()), deepcopy(known))

    def _name(self) -> str:
        self._count += 1
        return f"copy{self._count}"

    def _copy(self, engine: str, template: str, name: str) -> str:
        if engine == "sqlite":
            copy = self._folder / f"{name}.sqlite3"
            shutil.copy(self._folder / f"{template}.sqlite3", copy)
            return f"sqlite:///{copy}"
        return self._postgres().create_database(name, template=template)

    def _index(self, engine: str) -> Path:
        """Where the index of the sample pool stands, which each application would else build anew."""
        return self._folder / f"index-{engine}"

    def _template(self, engine: str, pool: bool) -> str:
        name = "pool" if pool else "empty"
        if (key := f"{engine}-{name}") not in self._made:
            self._made.add(key)
            with uncounted():
                self._make(engine, name, pool)
        return name

    def _make(self, engine: str, name: str, pool: bool) -> None:
        """Migrate, and load the sample pool."""
        app = make_app(self._empty(engine, name), Clock(START))
        with app.app_context():
            flask_migrate.upgrade()
            if pool:
                with transaction() as session:
                    sample.load_when_empty(session, now=START)
                with transaction(read_only=True) as session:
                    made = app.extensions["corpus"].refresh(session)
                IndexFiles(self._index(engine)).write(made.index, made.mark.version, made.mark.stamp)
        close(app)

    def _empty(self, engine: str, name: str) -> str:
        if engine == "sqlite":
            return f"sqlite:///{self._folder / name}.sqlite3"
        return self._postgres().create_database(name)

    def _postgres(self) -> Server:
        if self._server is None:
            self._context = server()
            self._server = self._context.__enter__()
        return self._server

    def stop(self) -> None:
        """End the server, if one was started."""
        if self._context is not None:
            self._context.__exit__(None, None, None)


@pytest.fixture(scope="session")
def databases(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Databases]:
    made = Databases(tmp_path_factory.mktemp("databases"))
    yield made
    made.stop()


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest) -> str:
    """Each test that asks for an application runs on both engines."""
    return str(request.param)


@pytest.fixture
def clock() -> Clock:
    return Clock(START)


@pytest.fixture
def beginning(request: pytest.FixtureRequest, engine: str, databases: Databases) -> Beginning:
    """A migrated database, empty but for what the test asks for of its module's `BEGINS`: steps by their fixtures."""
    stated: tuple[Step, ...] = getattr(request.module, "BEGINS", ())
    return databases.begun(engine, tuple(step for step in stated if step[0] in request.fixturenames))


@pytest.fixture
def app(beginning: Beginning, clock: Clock) -> Iterator[Flask]:
    """An application on that database."""
    app = make_app(beginning.url, clock)
    app.extensions["known"] = beginning.known
    yield app
    close(app)


@pytest.fixture
def pool_app(engine: str, databases: Databases, clock: Clock) -> Iterator[Flask]:
    """An application whose database holds the sample pool."""
    app = make_app(databases.fresh(engine, pool=True), clock)
    yield app
    close(app)


def caller(app: Flask, role: str, organisation: str | None = None) -> Caller:
    """Somebody with a fresh token of this role."""
    body = {"name": f"a {role}", "role": role, "organisation": organisation}
    with app.app_context(), transaction() as session:
        _, secret = tokens.create(session, body, actor=SYSTEM, now=app.extensions["clock"]())
    return Caller(app, secret)


def first_caller(app: Flask, role: str, organisation: str | None = None) -> Caller:
    """Whoever of this role has taken part in what the test begins with, else somebody new."""
    secrets: dict[str, str] = app.extensions.setdefault("known", {}).setdefault("secrets", {})
    if role not in secrets:
        secrets[role] = caller(app, role, organisation).secret
    return Caller(app, secrets[role])


@pytest.fixture
def administrator(app: Flask) -> Caller:
    return first_caller(app, "administrator")


@pytest.fixture
def reviewer(app: Flask) -> Caller:
    return first_caller(app, "reviewer")


@pytest.fixture
def office(app: Flask) -> Caller:
    return first_caller(app, "policy_office")


@pytest.fixture
def agency(app: Flask) -> Caller:
    return first_caller(app, "agency", AGENCY)
