"""Time what an administrator waits for on a large pool: statistics, duties, a sweep on the day when many terms end.

.venv/bin/python -m benchmarks.pool --experts 100000 [--postgresql]
"""

import argparse
import random
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any

import flask_migrate
from flask import Flask

from expertdb import vocabularies
from expertdb.database import db, transaction
from expertdb.models.experts import Expert, ExpertCode
from expertdb.models.requests import ConsultationRequest, RequestTransition
from expertdb.models.shortlists import Shortlist, ShortlistEntry
from expertdb.services import duties, statistics, sweep
from expertdb.services.directory import Directory
from tests.callers import Clock
from tests.conftest import make_app
from tests.postgres import server

NOW = datetime(2026, 12, 31, 20, tzinfo=UTC)
REQUESTS = 5_000
PLACES = 10
REASONS = {"items": ["隔膜专利无效案" * 20] * 8}  # as large as real ones
ENDING = 0.1  # the share of the pool whose term ends today


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--experts", type=int, default=100_000)
    parser.add_argument("--postgresql", action="store_true")
    stated = parser.parse_args()
    with database(stated.postgresql) as url:
        app = make_app(url, Clock(NOW))
        with app.app_context():
            flask_migrate.upgrade()
            fill(stated.experts)
            measure(app)


@contextmanager
def database(postgresql: bool) -> Iterator[str]:
    if postgresql:
        with server() as running:
            yield running.create_database("pool")
        return
    with tempfile.TemporaryDirectory() as folder:
        yield f"sqlite:///{folder}/pool.sqlite3"


def fill(experts: int) -> None:
    """Write the rows directly: experts of real size, with six codes each, and a year of requests and lists."""
    dice = random.Random(0)
    ids = [f"e-{number:08d}" for number in range(experts)]
    with db.engine.begin() as connection:
        for start in range(0, experts, 5000):
            chunk = ids[start : start + 5000]
            connection.execute(Expert.__table__.insert(), [expert(id, dice) for id in chunk])
            connection.execute(ExpertCode.__table__.insert(), [row for id in chunk for row in codes(id, dice)])
        requests = [f"r-{number:08d}" for number in range(REQUESTS)]
        connection.execute(ConsultationRequest.__table__.insert(), [request(id, dice) for id in requests])
        connection.execute(RequestTransition.__table__.insert(), [row for id in requests for row in moves(id, dice)])
        connection.execute(Shortlist.__table__.insert(), [shortlist(id, dice) for id in requests])
        connection.execute(
            ShortlistEntry.__table__.insert(), [row for id in requests for row in entries(id, ids, dice)]
        )


def expert(id: str, dice: random.Random) -> dict[str, Any]:
    ends = date(2026, 12, 31) if dice.random() < ENDING else date(2027, 1, 1) + timedelta(dice.randrange(900))
    return {
        "id": id,
        "name_zh": "林岚",
        "name_sort": id,
        "name_search": "|lin",
        "content_search": "专利" * 600,
        "kind": dice.choice(list(vocabularies.load("expert_kind").terms)),
        "region": dice.choice([term.code for term in vocabularies.load("region") if term.parent]),
        "languages": ["zh"],
        "licences": [],
        "availability": {},
        "statement": "专利代理师" * 80,
        "status": dice.choices(["active", "on_leave", "suspended", "draft"], [90, 3, 2, 5])[0],
        "entry_source": "import",
        "term_start": date(2024, 1, 1),
        "term_end": ends,
        "confirmation_due": date(2026, 6, 1) + timedelta(dice.randrange(400)),
        "version": 1,
        "created_at": NOW,
        "updated_at": NOW,
    }


def codes(id: str, dice: random.Random) -> list[dict[str, Any]]:
    known = [
        term.code for name in ("ip_subject", "service_kind", "emerging_industry") for term in vocabularies.load(name)
    ]
    return [{"expert_id": id, "code": code, "position": 0} for code in dice.sample(known, 6)]


def request(id: str, dice: random.Random) -> dict[str, Any]:
    at = NOW - timedelta(hours=dice.randrange(8000))
    row = {column.name: None for column in ConsultationRequest.__table__.columns if column.nullable}
    texts = {"kind": "consultation", "title": "锂电池", "text": "", "status": "shortlisted", "urgency": "normal"}
    lists = {"languages": [], "questions": [], "earlier_stages": [], "secrecy": "internal", "legal_basis": ""}
    return row | texts | lists | {"id": id, "version": 1, "created_by": "t", "created_at": at, "updated_at": at}


def moves(id: str, dice: random.Random) -> list[dict[str, Any]]:
    states = ("submitted", "shortlisted", "confirmed", "delivered")[: dice.randint(1, 4)]
    common = {"request_id": id, "from_status": None, "reason": "x", "actor": "t"}
    return [
        {"id": f"{id}-{place}", "to_status": state, "at": NOW + timedelta(hours=place), **common}
        for place, state in enumerate(states)
    ]


def shortlist(id: str, dice: random.Random) -> dict[str, Any]:
    gaps = [{"code": "GI", "reason": "held by nobody"}] if dice.random() < 0.1 else []
    empty = {name: {} for name in ("filters", "vocabulary_versions", "parameters", "left_out", "snapshot")}
    row = {column.name: None for column in Shortlist.__table__.columns if column.nullable}
    lists = {"gaps": gaps, "suggested_aspects": [], "excluded": []}
    made = {"id": f"s-{id}", "request_id": id, "size": PLACES, "corpus_version": 1, "created_by": "t"}
    return row | empty | lists | made | {"created_at": NOW - timedelta(hours=1)}


def entries(id: str, ids: list[str], dice: random.Random) -> list[dict[str, Any]]:
    found = dice.sample(ids, PLACES)
    return [
        {"shortlist_id": f"s-{id}", "rank": place, "expert_id": one, "affinity": 0.5, "reasons": REASONS}
        for place, one in enumerate(found, start=1)
    ]


def measure(app: Flask) -> None:
    since = NOW - timedelta(days=365)
    count = app.extensions["directory"].refresh
    timed("census read", lambda: reading(lambda session: Directory().refresh(session)))
    timed(
        "statistics, whole", lambda: reading(lambda one: statistics.overview(one, count(one), "ip_subject", since, NOW))
    )
    timed("  cells", lambda: reading(lambda session: statistics.cells(count(session), "ip_subject")))
    timed("  concentration", lambda: reading(lambda session: statistics.concentration(session, since)))
    timed("  uncovered", lambda: reading(lambda session: statistics.uncovered(session, since)))
    timed("  turnaround", lambda: reading(lambda session: statistics.turnaround(session, since)))
    timed("duties", lambda: reading(lambda session: duties.count(session, NOW)))
    for step in sweep.STEPS:
        longest, total, count = swept(app, step)
        print(
            f"sweep, {step.name:<28} {total:8.2f} s, {count} experts, longest transaction {longest:.2f} s", flush=True
        )


def reading(work: Callable[[Any], object]) -> None:
    with transaction(read_only=True) as session:
        work(session)


def timed(name: str, work: Callable[[], None], rounds: int = 3) -> None:
    best = min(_seconds(work) for _ in range(rounds))
    print(f"{name:<35} {best:8.2f} s", flush=True)


def _seconds(work: Callable[[], None]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def swept(app: Flask, step: sweep.Step) -> tuple[float, float, int]:
    """The longest transaction, all of them, and how many experts they concerned."""
    spent, total, more = [], 0, True
    while more:
        start = time.perf_counter()
        with transaction() as session:
            count, more = step.carry_out(session, app.extensions["rules"], NOW)
        spent.append(time.perf_counter() - start)
        total += count
    return max(spent), sum(spent), total


if __name__ == "__main__":
    main()
