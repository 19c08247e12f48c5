"""The service on Qdrant's engine answers as the one in memory: lists, recusals, panels and batches.

Pinned besides: an edit is in the very next list; whoever began to read before an edit never takes the engine back; a
write that fails half-way leaves nothing wrong behind; a database that was restored is followed.
"""

import socket
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from qdrant_client import QdrantClient
from sqlalchemy import delete, update

from expertdb import worker
from expertdb.app import warm_up
from expertdb.database import db, transaction
from expertdb.errors import PoolIsMoving
from expertdb.models.corpus import CorpusState, CorpusVersion
from expertdb.models.experts import Expert
from expertdb.services.corpus import ranked
from expertdb.services.pools import Pool
from expertdb.services.profiles import fetching
from matching import Index, Query, best, rank
from matching.qdrant import ClientEngine, Point, QdrantIndex
from tests.api.people import ASKED, expert, moved, preview
from tests.conftest import caller
from tests.edge import EdgeEngine

TITLE = Query(ASKED["title"])
Both = Callable[[Callable[[], Any]], tuple[Any, Any]]


@pytest.fixture
def engine() -> str:
    """The database makes no difference here, but for one test."""
    return "sqlite"


@pytest.fixture
def edge(tmp_path: Path) -> EdgeEngine:
    return EdgeEngine(tmp_path)


@pytest.fixture
def on_qdrant(pool_app: Flask, edge: EdgeEngine) -> Flask:
    """The sample pool, ranked by a shard in this process."""
    pool_app.extensions["corpus"].engine = edge
    return pool_app


@pytest.fixture
def both(pool_app: Flask, edge: EdgeEngine) -> Both:
    """What calls give when the pool is in memory, and when it is on the engine."""
    corpus = pool_app.extensions["corpus"]
    kept: dict[Any, Any] = {}

    def answers(call: Callable[[], Any]) -> tuple[Any, Any]:
        found = []
        for engine, kind in ((None, Index), (edge, QdrantIndex)):
            corpus.engine, corpus._pools = engine, kept.get(engine, ())
            found.append(call())
            assert isinstance(corpus._pools[0].index, kind)
            kept[engine] = corpus._pools
        return found[0], found[1]

    return answers


def same(answers: tuple[Any, Any]) -> Any:
    """What both give."""
    memory, qdrant = answers
    assert qdrant == memory
    return memory


def test_lists_of_both_are_the_same_before_and_after_an_edit(pool_app: Flask, both: Both) -> None:
    office, administrator = caller(pool_app, "policy_office"), caller(pool_app, "administrator")
    must = [{"code": "GI", "need": "must"}]
    for asked in ({}, {"filters": {"region": ["350200"]}}, {"size": 40}, {"aspects": must}, {"diversify": 0.3}):
        same(both(lambda asked=asked: preview(office, **asked)))  # type: ignore[misc]
    expert(administrator, "后来者", statement=ASKED["text"])
    assert same(both(lambda: preview(office)))["entries"][0]["expert"]["name"] == {"zh": "后来者"}


def test_lists_with_recusals_and_the_ranks_that_the_recused_would_have_had_are_the_same(
    pool_app: Flask, both: Both
) -> None:
    office = caller(pool_app, "policy_office")
    matter = ASKED | {"parties": [{"name": "宁德闽山电池有限公司", "role": "respondent"}]}
    asked = office.made("/requests", matter)
    first = [one["expert"]["id"] for one in preview(office)["entries"][:3]]
    for one in first[::2]:
        office.made(f"/experts/{one}/ties", {"type": "mandate", "counterpart": matter["parties"][0]["name"]})

    def drawn_up() -> dict[str, Any]:
        made = office.made(f"/requests/{asked['id']}/shortlists", {"size": 12})
        return {name: made[name] for name in made.keys() - {"id", "created_at"}}

    found = same(both(drawn_up))
    assert found["left_out"]["recused:mandate"] == 2
    assert {(one["expert"]["id"], one["rank"]) for one in found["recused"]} == {(first[0], 1), (first[2], 2)}
    assert found["entries"][0]["expert"]["id"] == first[1]
    for one in (first[0], first[1]):
        same(both(lambda one=one: office.get(f"/requests/{asked['id']}/standing?expert={one}").json))  # type: ignore[misc]


def test_panels_and_batches_are_the_same(pool_app: Flask, both: Both) -> None:
    office = caller(pool_app, "policy_office")
    asked = office.made("/requests", ASKED)
    moved(office, f"/requests/{asked['id']}", "accepted")
    last = preview(office, size=100)["entries"][-1]["expert"]["id"]
    body = {"preset": "complex", "size": 5, "reserves": 2, "forced": [last], "dry_run": True}
    panel = same(both(lambda: {**office.post(f"/requests/{asked['id']}/panels", body).json, "seconds": 0}))
    assert last in {one["expert"]["id"] for one in panel["members"]}

    def batch() -> dict[str, Any]:
        made = office.made("/batches", {"requests": [asked["id"]], "preset": "complex", "size": 5, "reserves": 1})
        assert worker.run_once(pool_app, worker.KINDS)
        [panel] = office.get(f"/batches/{made['id']}").json["result"]["panels"]
        return {one["expert"]["id"]: one["affinity"] for one in (*panel["members"], *panel["reserves"])}

    memory, qdrant = both(batch)
    assert len(memory) == 6
    assert qdrant == {one: pytest.approx(affinity, abs=1e-12) for one, affinity in memory.items()}


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"], indirect=True)
def test_who_began_before_an_edit_never_takes_the_engine_back(on_qdrant: Flask) -> None:
    administrator = caller(on_qdrant, "administrator")
    one = expert(administrator, "后来者", statement=ASKED["title"])["id"]
    assert found(on_qdrant)[0] == one
    with on_qdrant.app_context(), transaction(read_only=True) as session:
        session.connection().exec_driver_sql("SELECT version FROM corpus_state")  # Here the snapshot is taken.
        edits: list[list[str]] = []
        meanwhile = threading.Thread(target=lambda: edits.append(edited(on_qdrant, one)))
        meanwhile.start()
        meanwhile.join(30)
        corpus = on_qdrant.extensions["corpus"]
        later = corpus.refresh(session)
        assert [name for name, _ in best(later.index, TITLE, 5)] == edits[0]
        # The words of what the engine holds by now are out of this transaction's sight.
        with pytest.raises(PoolIsMoving):
            ranked(session, corpus, lambda pool: rank(pool.index, Query("茶叶许可"), 5, fetching(session)))
    assert found(on_qdrant) == edits[0]
    assert one not in edits[0]


def edited(app: Flask, one: str) -> list[str]:
    """Who is found once somebody's profile is another."""
    with app.app_context(), db.engine.begin() as connection:
        connection.execute(update(Expert).where(Expert.id == one).values(statement="茶叶许可"))
        connection.exec_driver_sql(f"DELETE FROM expert_items WHERE expert_id = '{one}'")
        connection.exec_driver_sql(f"DELETE FROM expert_codes WHERE expert_id = '{one}'")
    return found(app)


def pool_of(app: Flask) -> Pool:
    with app.app_context(), transaction(read_only=True) as session:
        pool: Pool = app.extensions["corpus"].refresh(session)
        return pool


def found(app: Flask) -> list[str]:
    return [name for name, _ in best(pool_of(app).index, TITLE, 5)]


class Slow(EdgeEngine):
    """An engine that calls `meanwhile` while it takes points, once."""

    meanwhile: Callable[[], None] | None = None

    def upsert(self, points: Sequence[Point]) -> None:
        super().upsert(points)
        if meanwhile := self.meanwhile:
            self.meanwhile = None
            meanwhile()


def test_what_is_ranked_while_the_engine_takes_an_edit_is_ranked_again(pool_app: Flask, tmp_path: Path) -> None:
    corpus = pool_app.extensions["corpus"]
    corpus.engine = engine = Slow(tmp_path)
    one = found(pool_app)[0]
    before, seen = pool_of(pool_app), []
    engine.meanwhile = lambda: seen.append((corpus.is_of_now(before), corpus.version))
    edited(pool_app, one)
    assert seen == [(False, before.version)]
    assert corpus.is_of_now(pool_of(pool_app))


def test_engine_that_is_away_is_said_and_stops_no_start(pool_app: Flask) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"  # Nobody listens there any more when this is left.
    pool_app.extensions["corpus"].engine = ClientEngine(
        lambda: QdrantClient(url=url, check_compatibility=False), "experts"
    )
    warm_up(pool_app)
    refused = caller(pool_app, "policy_office").post("/shortlists/preview", ASKED)
    assert (refused.status_code, refused.headers["Retry-After"]) == (503, "2")
    assert "engine of the index" in refused.json["detail"]
    ready = pool_app.test_client().get("/readyz")
    assert (ready.status_code, b"EXPERTDB_QDRANT_URL" in ready.data) == (503, True)


class Failing(EdgeEngine):
    """An engine that takes a point and then breaks off, once."""

    fails = False

    def upsert(self, points: Sequence[Point]) -> None:
        if self.fails:
            self.fails = False
            super().upsert(points[:1])
            raise ConnectionError("lost")
        super().upsert(points)


def test_a_write_that_fails_half_way_is_made_again_and_counts_once(pool_app: Flask, tmp_path: Path) -> None:
    corpus = pool_app.extensions["corpus"]
    corpus.engine = engine = Failing(tmp_path)
    one = found(pool_app)[0]
    before = dict(best(pool_of(pool_app).index, TITLE, 50))
    engine.fails = True
    with pytest.raises(ConnectionError):
        edited(pool_app, one)
    after = pool_of(pool_app)
    with pool_app.app_context(), transaction(read_only=True) as session:
        corpus.engine, corpus._pools = None, ()
        fresh = corpus.refresh(session)
    assert best(after.index, TITLE, 50) == best(fresh.index, TITLE, 50) != list(before.items())


def test_a_restored_database_is_followed(on_qdrant: Flask) -> None:
    one = found(on_qdrant)[0]
    with on_qdrant.app_context(), db.engine.begin() as connection:  # As a copy from before, which went another way.
        connection.execute(delete(Expert).where(Expert.id == one))
        connection.exec_driver_sql("DELETE FROM corpus_touched")
        connection.execute(delete(CorpusVersion))
        connection.execute(update(CorpusState).values(version=CorpusState.version - 1, stamp="of another"))
    assert one not in found(on_qdrant)


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_new_alias_is_in_the_very_next_list_and_nobody_is_lost(on_qdrant: Flask) -> None:
    administrator = caller(on_qdrant, "administrator")
    expert(administrator, "后来者", statement="熟悉岩韵金标的运用。", codes=[], items=[])
    asked = {"title": "", "text": "岩茶 geographical indication strategy", "size": 50}
    before = preview(administrator, **asked)["entries"]
    change = {"do": "add_alias", "code": "GI", "alias": "岩韵金标"}
    administrator.patch("/vocabularies/ip_subject", {"changes": [change], "reason": "用户建议"}, etag="*")
    found = preview(administrator, **asked)
    corpus = on_qdrant.extensions["corpus"]
    corpus.engine, corpus._pools = None, ()
    assert found == preview(administrator, **asked)
    assert len(found["entries"]) >= len(before)
    newcomer = next(one for one in found["entries"] if one["expert"]["name"] == {"zh": "后来者"})
    assert ("concept", "GI") in [(term["field"], term["term"]) for term in newcomer["reasons"]["terms"]]
