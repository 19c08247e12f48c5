"""Rate limits.

Pinned: a caller beyond its rate gets 429 with Retry-After until its window ends, others go on; a token, link or session
has one budget however it is written and whatever is sent beside it, and whoever shows none that is known has that of
the address, or of the network of an IPv6 address; wrong secrets are counted by address, right ones from there are not
refused for it; processes count together, and one that is killed while it counts stops nobody.
"""

import os
import signal
import time
from collections import Counter
from collections.abc import Iterator

import pytest
from flask import Flask

from expertdb.api import shared_counts
from expertdb.api.shared_counts import SharedCounts
from tests.api.people import invited_expert
from tests.api.test_problems import check_shape
from tests.callers import Caller, Clock
from tests.conftest import START, Databases, caller, close, make_app
from tests.console.conftest import signing_in


@pytest.fixture
def limited(databases: Databases) -> Iterator[Flask]:
    app = make_app(databases.fresh("sqlite"), Clock(START), caller_rate="5/hour", stranger_rate="3/hour")
    yield app
    close(app)


def test_caller_beyond_its_rate_is_told_when_to_come_back(limited: Flask) -> None:
    eager, other = caller(limited, "administrator"), caller(limited, "administrator")
    assert Counter(eager.get("/experts").status_code for _ in range(7)) == {200: 5, 429: 2}
    refused = eager.get("/experts")
    assert check_shape(refused, 429)["type"] == "urn:expertdb:problem:too-many-requests"
    assert 3000 < int(refused.headers["Retry-After"]) <= 3600
    assert other.get("/experts").status_code == 200


def test_refusal_is_said_in_chinese_too(limited: Flask) -> None:
    eager = caller(limited, "administrator")
    answers = [eager.get("/experts", headers={"Accept-Language": "zh"}) for _ in range(6)]
    assert "秒后重试" in answers[-1].json["detail"]


def test_wrong_secrets_are_counted_by_address(limited: Flask) -> None:
    statuses = [Caller(limited, f"xdb_wrong{number}").get("/experts").status_code for number in range(5)]
    assert statuses == [401] * 3 + [429] * 2
    assert caller(limited, "administrator").get("/experts").status_code == 200
    elsewhere = {"REMOTE_ADDR": "10.0.0.7"}
    assert Caller(limited, "xdb_wrong").get("/experts", environ_overrides=elsewhere).status_code == 401


def statuses(app: Flask, path: str, headers: dict[str, str], method: str = "GET") -> Counter[int]:
    """The answers to seven calls, with the number of the call for `#` in each header."""
    client = app.test_client(use_cookies=False)
    numbered = [{name: value.replace("#", str(n)) for name, value in headers.items()} for n in range(7)]
    return Counter(client.open(path, method=method, headers=one).status_code for one in numbered)


def test_token_has_one_budget_however_it_is_written(limited: Flask) -> None:
    secret, client = caller(limited, "administrator").secret, limited.test_client()
    written = [f"{scheme}{' ' * n}{secret}" for scheme in ("Bearer", "bearer") for n in range(1, 5)]
    answers = [client.get("/api/v1/experts", headers={"Authorization": one}).status_code for one in written]
    assert answers == [200] * 5 + [429] * 3


def test_session_has_one_budget_whatever_is_sent_beside_its_cookie(limited: Flask) -> None:
    cookie = f"expertdb={signing_in('administrator')(limited)}; x=#"
    sent = {"Cookie": cookie, "Authorization": "Bearer xdb_#"}
    assert statuses(limited, "/experts", sent) == {200: 5, 429: 2}


def test_link_has_one_budget_whatever_its_signature_lets_pass(databases: Databases) -> None:
    app = make_app(databases.fresh("sqlite"), Clock(START), caller_rate="10/hour")
    engagement, guest = invited_expert(caller(app, "administrator"), caller(app, "policy_office"))
    at = f"/engagements/{engagement['id']}"
    written = [Caller(app, f"{guest.secret}{'!' * 4 * n}").get(at).status_code for n in range(12)]
    assert written == [200] * 10 + [429] * 2
    close(app)


@pytest.mark.parametrize(
    ("method", "path", "headers"),
    [
        ("GET", "/sign-in", {"Cookie": "x=#"}),
        ("GET", "/sign-in", {"Cookie": "expertdb=#"}),
        ("GET", "/sign-in", {"Authorization": "Bearer xdb_#"}),
        ("GET", "/sign-in", {"X-Forwarded-For": "10.0.0.#"}),
        ("GET", "/api/v1/openapi.json", {"Authorization": "Bearer xdb_#"}),
        ("GET", "/api/v1/nothing", {"Authorization": "Bearer xdb_#"}),
        ("GET", "/api/v1/experts", {"Cookie": "x=#"}),
        ("GET", "/api/v1/experts", {"Authorization": "Basic #"}),
        ("OPTIONS", "/api/v1/experts", {"Authorization": "Bearer xdb_#"}),
    ],
)
def test_stranger_has_the_budget_of_the_address_whatever_is_made_up(
    limited: Flask, method: str, path: str, headers: dict[str, str]
) -> None:
    assert statuses(limited, path, headers, method)[429] == 2


def test_made_up_links_are_counted_by_address(limited: Flask) -> None:
    assert statuses(limited, "/api/v1/experts", {"Authorization": "Bearer xdl_#"}) == {401: 3, 429: 4}


def test_address_is_what_the_proxies_that_are_believed_say(databases: Databases) -> None:
    app = make_app(databases.fresh("sqlite"), Clock(START), caller_rate="5/hour", proxies=1)
    assert statuses(app, "/sign-in", {"X-Forwarded-For": "10.0.0.#"}) == {303: 7}
    assert statuses(app, "/sign-in", {"X-Forwarded-For": "10.0.1.#, 10.0.0.99"}) == {303: 5, 429: 2}
    close(app)


@pytest.mark.parametrize(
    ("forwarded", "answers"),
    [
        ("2001:db8:0:1::#", {303: 5, 429: 2}),
        ("2001:db8:0:#::1", {303: 7}),
        ("::ffff:10.0.0.#", {303: 7}),
        ("10.0.0.#", {303: 7}),
    ],
)
def test_addresses_of_one_network_of_version_6_have_one_budget(
    databases: Databases, forwarded: str, answers: dict[int, int]
) -> None:
    app = make_app(databases.fresh("sqlite"), Clock(START), caller_rate="5/hour", proxies=1)
    assert statuses(app, "/sign-in", {"X-Forwarded-For": forwarded}) == answers
    close(app)


def test_wrong_secrets_are_counted_by_the_network_of_version_6(limited: Flask) -> None:
    elsewhere = [{"REMOTE_ADDR": f"2001:db8::{place}"} for place in range(1, 6)]
    wrong = Caller(limited, "xdb_wrong")
    found = [wrong.get("/experts", environ_overrides=one).status_code for one in elsewhere]
    assert found == [401] * 3 + [429] * 2


def test_whoever_watches_is_not_counted(limited: Flask) -> None:
    client = limited.test_client()
    for path in ("/healthz", "/readyz", "/metrics"):
        assert {client.get(path).status_code for _ in range(8)} == {200}


def test_no_limit_is_set_by_its_name(databases: Databases) -> None:
    app = make_app(databases.fresh("sqlite"), Clock(START), caller_rate="", stranger_rate="")
    assert {Caller(app, "xdb_wrong").get("/experts").status_code for _ in range(30)} == {401}
    close(app)


def test_window_ends() -> None:
    counts = SharedCounts()
    assert [counts.incr("a", 1), counts.incr("a", 1), counts.incr("b", 1)] == [1, 2, 1]
    end = counts.get_expiry("a")
    while time.time() <= end:
        time.sleep(0.05)
    assert (counts.get("a"), counts.incr("a", 1)) == (0, 1)


def test_processes_count_together() -> None:
    counts = SharedCounts()
    children = []
    for _ in range(4):
        if (child := os.fork()) == 0:
            for _ in range(500):
                counts.incr("a", 3600)
            os._exit(0)
        children.append(child)
    assert [os.waitpid(child, 0)[1] for child in children] == [0] * 4
    assert counts.get("a") == 2000


def test_process_that_is_killed_while_it_counts_stops_nobody() -> None:
    counts = SharedCounts()
    reader, writer = os.pipe()
    if (child := os.fork()) == 0:
        with counts._alone():
            os.write(writer, b"x")
            signal.pause()
    os.read(reader, 1)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    assert counts.incr("a", 3600) == 1


def test_more_keys_than_there_is_room_for_forget_the_oldest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shared_counts, "SLOTS", 32)
    counts = SharedCounts()
    assert [counts.incr(f"key {number}", 3600) for number in range(200)] == [1] * 200
    counts.clear("key 199")
    assert counts.get("key 199") == 0
    counts.reset()
    assert counts.get("key 198") == 0
