"""Kills at random while people work, and what must be so afterwards.

`Site` is an installation whose service, workers and database can be killed and come back. `people` write and rank over
HTTP and keep a `Ledger` of what was acknowledged; `verify` holds the database against it. Used by test_kills.py for a
few kills and by soak.py for hundreds.
"""

import contextlib
import json
import os
import random
import signal
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.client import HTTPException
from pathlib import Path
from typing import Any

from expertdb.database import db, transaction
from expertdb.services import audit_chain, checking
from tests.api.people import ASKED, TERM
from tests.callers import Clock
from tests.conftest import START, close, make_app
from tests.postgres import Server
from tests.serving import PATIENCE, Answer, Service, free_port, start

ROWS = 20  # of each import
FAILURES = (OSError, HTTPException)


class Site:
    """A service on one port, started anew whenever its master is gone, as systemd would."""

    def __init__(self, url: str, folder: Path, server: Server | None = None, **settings: Any) -> None:
        self.url, self._folder, self.server = url, folder, server
        self._settings = {"port": free_port(), "workers": 2, "threads": 2} | settings
        self.service: Service = start(url, folder, **self._settings)
        self.logged: list[str] = []
        self._stopped = False
        threading.Thread(target=self._supervise, daemon=True).start()
        self.service.wait_until_ready()

    def _supervise(self) -> None:
        while not self._stopped:
            if self.service.process.poll() is not None and not self._stopped:
                self.logged += self.service.lines
                self.service = start(self.url, self._folder, **self._settings)
            time.sleep(0.1)

    def stop(self) -> None:
        """End everything."""
        self._stopped = True
        self.service.stop()

    def kill(self, what: str, chance: random.Random) -> None:
        """SIGKILL to a worker, the master, one connection's server process, or the whole database server."""
        if what == "worker":
            with contextlib.suppress(ProcessLookupError, FileNotFoundError):
                if workers := self.service.workers():
                    os.kill(chance.choice(workers), signal.SIGKILL)
        elif what == "master":
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.service.process.pid, signal.SIGKILL)
        elif self.server is not None:
            if what == "database":
                self.server.crash()
                self.server.start_again()
            elif backends := self.server.backends():
                with contextlib.suppress(ProcessLookupError):
                    os.kill(chance.choice(backends), signal.SIGKILL)


@contextlib.contextmanager
def site(url: str, server: Server | None = None, **settings: Any) -> Iterator[Site]:
    """A running site, gone afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        made = Site(url, Path(folder), server, **settings)
        try:
            yield made
        finally:
            made.stop()


@dataclass
class Ledger:
    """What the service said yes to, and what it said besides."""

    statements: dict[str, str] = field(default_factory=dict)  # expert: the statement acknowledged last
    edits: list[str] = field(default_factory=list)  # statements acknowledged so far
    in_doubt: dict[str, set[str]] = field(default_factory=dict)  # expert: statements sent since, and not answered
    entered: dict[str, str] = field(default_factory=dict)  # idempotency key: expert
    imported: list[str] = field(default_factory=list)  # marks of acknowledged imports
    tried: list[str] = field(default_factory=list)  # marks of all imports
    lists: list[str] = field(default_factory=list)  # ids of acknowledged shortlists
    answers: Counter[str] = field(default_factory=Counter)
    turns: Counter[str] = field(default_factory=Counter)  # of each person, over all rounds: no mark comes twice

    def progress(self) -> tuple[int, ...]:
        """How much was acknowledged of each kind."""
        return len(self.edits), len(self.entered), len(self.imported), len(self.lists)

    def note(self, answer: Answer) -> Answer:
        self.answers[str(answer.status)] += 1
        return answer


class Person:
    """Somebody who goes on working until told to stop; what is not answered is tried again."""

    def __init__(self, site: Site, ledger: Ledger, name: str, stop: threading.Event) -> None:
        self.site, self.ledger, self.name, self.stop = site, ledger, name, stop

    @property
    def count(self) -> int:
        """Which turn this is, of all that somebody of this name has had."""
        return self.ledger.turns[self.name]

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> Answer | None:
        """One call; None when it was not answered, or answered that the service is away just now."""
        try:
            answer = self.ledger.note(self.site.service.call(method, path, body, **headers))
        except FAILURES as error:
            self.ledger.answers[type(error).__name__] += 1
            time.sleep(0.05)
            return None
        if answer.status in (500, 503):
            time.sleep(0.02)
            return None
        return answer

    def insist(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        """The call again and again until it is answered."""
        deadline = time.monotonic() + PATIENCE
        while (answer := self.call(method, path, body, **headers)) is None:
            assert time.monotonic() < deadline, f"{method} {path} is not answered"
        return answer

    def work(self, task: Callable[["Person"], None]) -> None:
        while not self.stop.is_set():
            self.ledger.turns[self.name] += 1
            task(self)


def body_of(name: str, **changes: Any) -> dict[str, Any]:
    """An active expert of this name."""
    return {"name": {"en": name}, "kind": "K-PA", "status": "active", "term": TERM, "codes": ["LG-INV"]} | changes


def edit(person: Person) -> None:
    """Change the statement of an expert of one's own; what became of an edit without an answer is not known."""
    ledger, name = person.ledger, person.name
    if name not in ledger.entered:
        answer = person.insist("POST", "experts", body_of(name), Idempotency_Key=name)
        assert answer.status == 201, answer.body
        ledger.entered[name] = answer.json["id"]
    expert, said = ledger.entered[name], f"{name} says {person.count}"
    ledger.in_doubt.setdefault(expert, set()).add(said)
    answer_ = person.call("PATCH", f"experts/{expert}", {"statement": said}, If_Match="*")
    if answer_ is not None:
        assert answer_.status == 200, answer_.body
        ledger.statements[expert], ledger.in_doubt[expert] = said, set()
        ledger.edits.append(said)


def enter(person: Person) -> None:
    """Enter somebody once, however often it takes to be told so."""
    key = f"{person.name}-{person.count}"
    answer = person.insist("POST", "experts", body_of(key), Idempotency_Key=key)
    assert answer.status == 201, answer.body
    person.ledger.entered[key] = answer.json["id"]


def bring_in(person: Person) -> None:
    """Import a file; whether it was, is not asked when there is no answer."""
    mark = f"{person.name}-{person.count}"
    lines = (json.dumps(body_of(f"{mark} row {row}") | {"id": f"{mark}-{row}"}) for row in range(ROWS))
    person.ledger.tried.append(mark)
    answer = person.call("POST", "experts/imports", "\n".join(lines).encode(), Content_Type="application/x-ndjson")
    if answer is not None:
        assert answer.status == 200, answer.body
        person.ledger.imported.append(mark)


def list_up(person: Person) -> None:
    """Ask for people and keep the list."""
    asked = person.call("POST", "requests", ASKED)
    if asked is not None and asked.status == 201:
        made = person.call("POST", f"requests/{asked.json['id']}/shortlists", {"size": 3})
        if made is not None and made.status == 201:
            person.ledger.lists.append(made.json["id"])


TASKS = {"editor": edit, "clerk": enter, "importer": bring_in, "agency": list_up}


@contextlib.contextmanager
def people(site: Site, ledger: Ledger, each: int = 1) -> Iterator[list[BaseException]]:
    """So many of each kind at work; what they stumbled over is in the list that is given."""
    stop, stumbled = threading.Event(), list[BaseException]()

    def live(person: Person, task: Callable[[Person], None]) -> None:
        try:
            person.work(task)
        except BaseException as error:
            stumbled.append(error)

    threads = [
        threading.Thread(target=live, args=(Person(site, ledger, f"{kind}-{number}", stop), task))
        for kind, task in TASKS.items()
        for number in range(each)
    ]
    for thread in threads:
        thread.start()
    try:
        yield stumbled
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def kill_and_recover(site: Site, kinds: list[str], chance: random.Random, pause: float) -> list[tuple[str, float]]:
    """Kill these in a random order; for each, the seconds until the service was ready again."""
    took = []
    for what in chance.sample(kinds, len(kinds)):
        time.sleep(chance.uniform(0, pause))
        began, killed = time.monotonic(), site.service.process
        site.kill(what, chance)
        # The workers of a master that was killed answer for a moment more.
        while (what == "master" and site.service.process is killed) or not site.service.is_ready():
            assert time.monotonic() - began < PATIENCE, f"not back after the kill of a {what}"
            time.sleep(0.02)
        took.append((what, time.monotonic() - began))
    return took


def let_work(ledger: Ledger, stumbled: list[BaseException]) -> None:
    """Wait until every kind of person has been told yes once more."""
    before = ledger.progress()
    deadline = time.monotonic() + PATIENCE
    while not stumbled and not all(now > then for now, then in zip(ledger.progress(), before, strict=True)):
        assert time.monotonic() < deadline, (
            f"somebody does not get on: {before}, then {ledger.progress()}, {ledger.answers}"
        )
        time.sleep(0.05)


def verify(site: Site, ledger: Ledger) -> dict[str, int]:
    """Hold the database against the ledger, its log against its seals, the service's answers against a fresh index."""
    asked = {"title": "电池", "size": 100, "aspects": [{"code": "LG-INV"}]}
    shown = site.service.post("shortlists/preview", asked).json
    app = make_app(site.url, Clock(START))
    try:
        with app.app_context(), db.engine.connect() as connection:
            found = connection.exec_driver_sql("SELECT id, name_en, statement, source_id FROM experts").all()
        check_experts(ledger, found)
        with app.app_context(), transaction(read_only=True) as session:
            verdict = audit_chain.verify(session, app.extensions["audit_keys"])
            assert verdict.valid, verdict.findings
            stored = set(session.connection().exec_driver_sql("SELECT id FROM shortlists").scalars())
            assert set(ledger.lists) <= stored
            indexed = checking.check(session, app.extensions["corpus"])
            assert indexed.is_sound, indexed
            assert shown["corpus_version"] == indexed.version
    finally:
        close(app)
    return {"experts": len(found), "audit": verdict.entries, "index": indexed.experts}


def check_experts(ledger: Ledger, found: Any) -> None:
    """Every acknowledged expert and statement is there; no import is there in part; no key had its effect twice."""
    by_id = {row.id: row for row in found}
    assert set(ledger.entered.values()) <= set(by_id)
    once = Counter(row.name_en for row in found)
    assert all(once[key] == 1 for key in ledger.entered)
    for expert, said in ledger.statements.items():
        assert by_id[expert].statement in {said, *ledger.in_doubt[expert]}, (by_id[expert].statement, said)
    rows = Counter((row.source_id or "").rpartition("-")[0] for row in found)
    assert all(rows[mark] == ROWS for mark in ledger.imported)
    assert all(rows[mark] in (0, ROWS) for mark in ledger.tried), "half an import"
