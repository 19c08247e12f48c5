"""The service on Qdrant's engine answers as the one in memory, and sees an edit in the very next list."""

from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from tests.api.people import ASKED, expert, preview
from tests.callers import Caller
from tests.conftest import caller
from tests.edge import EdgeEngine


@pytest.fixture
def on_qdrant(pool_app: Flask, tmp_path: Path) -> Flask:
    """The sample pool, ranked by a shard in this process."""
    pool_app.extensions["corpus"].engine = EdgeEngine(tmp_path)
    return pool_app


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_lists_of_both_are_the_same_before_and_after_an_edit(pool_app: Flask, tmp_path: Path) -> None:
    office, administrator = caller(pool_app, "policy_office"), caller(pool_app, "administrator")
    corpus = pool_app.extensions["corpus"]

    def both(**asked: object) -> tuple[dict[str, Any], dict[str, Any]]:
        answers = []
        for engine in (None, edge):
            corpus.engine, corpus._pools = engine, kept.get(engine, ())
            answers.append(preview(office, **asked))
            kept[engine] = corpus._pools
        return answers[0], answers[1]

    edge = EdgeEngine(tmp_path)
    kept: dict[Any, Any] = {}
    must = [{"code": "GI", "need": "must"}]
    for asked in ({}, {"filters": {"region": ["350200"]}}, {"size": 40}, {"aspects": must}):
        memory, qdrant = both(**asked)
        assert memory == qdrant
    expert(administrator, "后来者", statement=ASKED["text"])
    memory, qdrant = both()
    assert memory == qdrant
    assert memory["entries"][0]["expert"]["name"] == {"zh": "后来者"}


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_a_standing_is_answered_too(on_qdrant: Flask) -> None:
    office: Caller = caller(on_qdrant, "policy_office")
    asked = office.made("/requests", ASKED)
    first = office.made(f"/requests/{asked['id']}/shortlists", {"size": 3})["entries"][2]
    standing = office.get(f"/requests/{asked['id']}/standing?expert={first['expert']['id']}").json
    assert (standing["rank"], standing["affinity"]) == (3, first["affinity"])


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
    assert any("地理标志" in term["label"] for term in newcomer["reasons"]["terms"])
