"""Many at once, through four real processes, on both engines.

Pinned: a list asked for after an edit was acknowledged sees it (100 pairs, 300 in `make soak`, and thousands in its
`freshness`); eight who edit the same experts and requests lose no edit, and whoever comes second is told so; equal
POSTs with one key have one effect; no deadlock reaches anybody; clients that never end their requests hold up nobody.
"""

from collections.abc import Iterator

import pytest

from tests.api.people import ASKED
from tests.callers import Clock
from tests.conftest import ENGINES, START, Databases, caller, close, make_app
from tests.examples import SHARE
from tests.faults.checking import Checker, word_of
from tests.faults.contending import at_once, contend
from tests.faults.loading import Load, fill
from tests.serving import Answer, Service, service

EDITORS = 5
PAIRS = EDITORS * int(60 * SHARE)
EIGHT, EDITS = 8, 6


@pytest.fixture(scope="module", params=ENGINES)
def running(request: pytest.FixtureRequest, databases: Databases) -> Iterator[Service]:
    with service(databases.fresh(request.param, pool=True), workers=4, threads=2) as started:
        yield started


def test_list_sees_every_edit_before_it(running: Service) -> None:
    checker = Checker(running, EDITORS)
    checker.run(PAIRS, rate=20)
    assert checker.faults == []
    assert len(checker.pairs) == PAIRS
    assert checker.misses == []


def test_clients_are_answered_while_silent_ones_hang_on(running: Service) -> None:
    load = Load(running, clients=4)
    load.run(2.0, silent=40)
    assert load.wrong == {}
    assert load.silent >= 40
    assert load.statuses["200"] > 0
    assert load.memory


def test_pool_of_the_long_form_can_be_made(databases: Databases) -> None:
    url = databases.fresh("sqlite")
    fill(url, 30)
    app = make_app(url, Clock(START))
    assert len(caller(app, "auditor").get("/experts").json["items"]) == 30
    close(app)


def test_words_of_the_checker_are_all_different() -> None:
    assert len({word_of(number) for number in range(20_000)}) == 20_000


def test_eight_who_edit_the_same_lose_nothing(running: Service) -> None:
    contest = contend(running, EIGHT, EDITS)
    assert set(contest.statuses) <= {200, 412}
    assert sum(contest.statuses.values()) == EIGHT * EDITS
    assert contest.lost(running) == []


def test_equal_posts_at_once_have_one_effect(running: Service) -> None:
    answers: list[Answer] = []

    def post(number: int) -> None:
        answers.append(running.post("requests", ASKED | {"title": "同时提交"}, Idempotency_Key=f"twice-{number % 4}"))

    at_once(EIGHT, post)
    assert {answer.status for answer in answers} == {201}
    assert len({answer.json["id"] for answer in answers}) == 4
