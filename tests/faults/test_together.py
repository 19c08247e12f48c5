"""Many at once, through four real processes, on both engines.

Pinned: a list asked for after an edit was acknowledged sees it (300 pairs); eight who edit the same experts and
requests lose no edit, and whoever comes second is told so; equal POSTs with one key have one effect; no deadlock
reaches anybody.
"""

import threading
from collections import Counter
from collections.abc import Callable, Iterator

import pytest

from tests.api.people import ASKED, TERM
from tests.conftest import ENGINES, Databases
from tests.faults.checking import Checker, word_of
from tests.serving import Answer, Service, service

PAIRS = 150  # on each engine
EIGHT, EDITS = 8, 6


@pytest.fixture(scope="module", params=ENGINES)
def running(request: pytest.FixtureRequest, databases: Databases) -> Iterator[Service]:
    with service(databases.fresh(request.param, pool=True), workers=4, threads=2) as started:
        yield started


def at_once(count: int, work: Callable[[int], None]) -> None:
    """Do it so many times at the same moment; what goes wrong in one is raised here."""
    wrong: list[BaseException] = []

    def safely(number: int) -> None:
        try:
            work(number)
        except BaseException as error:
            wrong.append(error)

    threads = [threading.Thread(target=safely, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_list_sees_every_edit_before_it(running: Service) -> None:
    checker = Checker(running, editors=5)
    checker.run(PAIRS, rate=20)
    assert checker.faults == []
    assert len(checker.pairs) == PAIRS
    assert checker.misses == []


def test_words_of_the_checker_are_all_different() -> None:
    assert len({word_of(number) for number in range(20_000)}) == 20_000


def test_eight_who_edit_the_same_lose_nothing(running: Service) -> None:
    expert = running.post("experts", {"name": {"zh": "林岚"}, "kind": "K-PA", "status": "active", "term": TERM}).json
    asked = running.post("requests", ASKED).json
    things = {f"experts/{expert['id']}": "statement", f"requests/{asked['id']}": "title"}
    won: dict[str, list[tuple[int, str]]] = {path: [] for path in things}
    statuses: Counter[int] = Counter()

    def edit(number: int) -> None:
        for turn in range(EDITS):
            path = list(things)[(number + turn) % len(things)]
            said = f"editor {number} turn {turn}"
            etag = running.get(path).headers["etag"]
            answer = running.call("PATCH", path, {things[path]: said}, If_Match=etag)
            statuses[answer.status] += 1
            if answer.status == 200:
                won[path].append((answer.json["version"], said))

    at_once(EIGHT, edit)
    assert set(statuses) <= {200, 412}
    assert sum(statuses.values()) == EIGHT * EDITS
    for path, field in things.items():
        versions = sorted(version for version, _ in won[path])
        after = running.get(path).json
        assert versions == list(range(after["version"] - len(versions) + 1, after["version"] + 1))
        assert (after["version"], after[field]) == max(won[path])


def test_equal_posts_at_once_have_one_effect(running: Service) -> None:
    answers: list[Answer] = []

    def post(number: int) -> None:
        answers.append(running.post("requests", ASKED | {"title": "同时提交"}, Idempotency_Key=f"twice-{number % 4}"))

    at_once(EIGHT, post)
    assert {answer.status for answer in answers} == {201}
    assert len({answer.json["id"] for answer in answers}) == 4
