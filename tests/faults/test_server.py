"""The server itself, real processes on a real port.

Pinned: clients that say nothing, or a little now and then, hold no thread; more requests than can wait are told to come
back, and none is lost without an answer; what gunicorn refuses by itself looks like every other problem; all processes
add up their metrics; everything logged is JSON, and none of it quotes what was sent; where it cannot listen, it says
the way out and leaves nothing behind.
"""

import contextlib
import socket
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from config.worker import FAREWELL
from tests.api.test_problems import SHAPE
from tests.callers import BOOTSTRAP
from tests.conftest import Databases
from tests.serving import PATIENCE, Answer, Service, service

WORKERS, THREADS, QUEUE = 2, 1, 4
CANARY = "Canary-7f3a"
ASKED = {"title": "锂电池隔膜专利海外侵权应对", "text": "企业在德国收到侵权警告函，需判断专利稳定性。" * 40}


@pytest.fixture(scope="module")
def running(databases: Databases) -> Iterator[Service]:
    """Two processes of one thread, so that few clients are enough to fill them; they log as much as they can."""
    settings = {"workers": WORKERS, "threads": THREADS, "queue": QUEUE, "log_level": "DEBUG"}
    with service(databases.fresh("sqlite", pool=True), **settings) as started:
        yield started


@contextlib.contextmanager
def connections(service: Service, count: int, said: bytes = b"") -> Iterator[list[socket.socket]]:
    """Connections on which `said` was sent and nothing else."""
    with contextlib.ExitStack() as stack:
        opened = [stack.enter_context(service.connect()) for _ in range(count)]
        for one in opened:
            one.sendall(said)
        yield opened


def sent_raw(service: Service, data: bytes) -> Answer:
    with service.connect() as connection:
        connection.sendall(data)
        head, _, body = b"".join(iter(lambda: connection.recv(65536), b"")).partition(b"\r\n\r\n")
    first, *lines = head.decode().split("\r\n")
    headers = dict(line.lower().split(": ", 1) for line in lines)
    return Answer(int(first.split()[1]), headers, body)


@pytest.mark.parametrize("said", [b"", b"G", b"POST /api/v1/shortlists/preview HTTP/1.1\r\nHost: x\r\n", b"\x00" * 500])
def test_clients_that_do_not_go_on_hold_no_thread(running: Service, said: bytes) -> None:
    with connections(running, 40, said) as waiting:
        for _ in range(10):
            for one in waiting[:20]:
                one.sendall(b"X-A: b\r\n" if said[:1] == b"P" else b"")
            assert running.get("requests").status == 200
        assert all(is_open(one) for one in waiting)


def is_open(connection: socket.socket) -> bool:
    connection.setblocking(False)
    try:
        return connection.recv(1) != b""
    except BlockingIOError:
        return True


def test_next_request_of_a_kept_connection_holds_no_thread_either(running: Service) -> None:
    whole = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
    with connections(running, 20) as kept:
        for one in kept:
            one.sendall(whole)
            assert answered(one).startswith(b"HTTP/1.1 200")
            one.sendall(whole[:20])
        assert [running.get("requests").status for _ in range(10)] == [200] * 10
        kept[0].sendall(whole[20:])
        assert answered(kept[0]).startswith(b"HTTP/1.1 200")


def answered(connection: socket.socket) -> bytes:
    """The answer of /healthz, which ends its one line with a line break."""
    data = b""
    while not data.endswith(b"}\n"):
        data += connection.recv(65536)
    return data


def test_head_that_comes_in_pieces_is_answered(running: Service) -> None:
    with running.connect() as connection:
        for byte in b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n":
            connection.sendall(bytes([byte]))
            time.sleep(0.002)
        assert answered(connection).startswith(b"HTTP/1.1 200")


def test_half_closed_and_vanished_clients_are_forgotten(running: Service) -> None:
    with connections(running, 20, b"GET / HTT") as half:
        for one in half:
            one.shutdown(socket.SHUT_WR)
            with contextlib.suppress(ConnectionResetError):
                assert one.recv(1) == b""
    assert running.get("requests").status == 200


def test_clients_that_do_not_close_what_ended_hold_nobody_up(running: Service) -> None:
    begun = time.monotonic()
    with connections(running, 20) as ended:
        for one in ended:
            one.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            assert one.recv(65536).startswith(b"HTTP/1.1 200 ")
        # Nobody was let in, and nobody read, while a process waited for one of them to close, and for the next.
        assert time.monotonic() - begun < 4 * FAREWELL


def test_body_that_is_too_large_is_refused_in_words_to_who_sends_it_to_its_end(running: Service) -> None:
    body = b" " * 30_000_000
    head = b"POST /api/v1/experts HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\n" % BOOTSTRAP.encode()
    head += b"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body)
    assert sent_raw(running, head + body).status == 413


def test_more_than_can_wait_are_told_to_come_back(running: Service) -> None:
    def preview(number: int) -> Answer:
        return running.post("shortlists/preview", ASKED | {"size": 5})

    with ThreadPoolExecutor(40) as many:
        answers = list(many.map(preview, range(120)))
    assert set(Counter(answer.status for answer in answers)) == {200, 503}
    for answer in answers:
        if answer.status == 503:
            assert answer.headers["retry-after"] == "2"
            assert set(answer.json) == SHAPE
            assert answer.json["request_id"] == answer.headers["x-request-id"]
    assert running.get("requests").status == 200


def test_watchers_get_through_when_others_wait(running: Service) -> None:
    stop = threading.Event()

    def press(number: int) -> None:
        while not stop.is_set():
            running.post("shortlists/preview", {"title": "外观设计"})

    with ThreadPoolExecutor(12) as many:
        pressing = [many.submit(press, number) for number in range(12)]
        statuses = Counter(running.get("/healthz").status for _ in range(4))
        stop.set()
    assert [one.exception() for one in pressing] == [None] * 12
    assert statuses == {200: 4}


@pytest.mark.parametrize(
    ("status", "request_"),
    [
        (400, b"NONSENSE\r\n\r\n"),
        (400, b"GET / HTTP/9.9\r\n\r\n"),
        (400, b"GET / HTTP/1.1\r\nBad Header: x\r\n\r\n"),
        (400, b"GET /healthz HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n"),
        (414, b"GET /" + b"a" * 9000 + b" HTTP/1.1\r\nHost: x\r\n\r\n"),
        (431, b"GET / HTTP/1.1\r\nHost: x\r\n" + b"".join(b"X-%d: y\r\n" % n for n in range(200)) + b"\r\n"),
        (431, b"GET / HTTP/1.1\r\nHost: x\r\nX-A: " + b"a" * 20_000 + b"\r\n\r\n"),
        (501, b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: nonsense\r\n\r\n"),
    ],
)
def test_what_gunicorn_refuses_is_a_problem_like_any_other(running: Service, status: int, request_: bytes) -> None:
    answer = sent_raw(running, request_)
    assert (answer.status, answer.headers["content-type"]) == (status, "application/problem+json")
    assert set(answer.json) == SHAPE
    assert answer.json["status"] == status
    assert answer.json["request_id"] == answer.headers["x-request-id"]


def test_nothing_that_was_sent_is_quoted_in_the_log(running: Service) -> None:
    running.post("experts", {"name": {"zh": CANARY}, "kind": CANARY}, X_Own=CANARY)
    running.get(f"experts?q={CANARY}")
    running.get(f"experts/{CANARY}")
    running.call("GET", "requests", secret=CANARY)
    running.call("POST", "requests", f'{{"{CANARY}'.encode(), Content_Type="application/json")
    sent_raw(running, b"GET / HTTP/1.1\r\nAuthorization : Bearer %s\r\n\r\n" % CANARY.encode())
    sent_raw(running, b"GET /%s HTTP/1.1 %s\r\n\r\n" % (CANARY.encode(), CANARY.encode()))
    assert running.get("/healthz").status == 200
    events = running.events()
    assert "answered" in {event["event"] for event in events}
    assert [event for event in events if CANARY in str(event)] == []


def logged(running: Service, call: str) -> list[dict[str, Any]]:
    """What was logged of a call, which may be a moment after its answer."""
    deadline = time.monotonic() + 10
    while not (found := [event for event in running.events() if event.get("request_id") == call]):
        assert time.monotonic() < deadline
    return found


def test_every_answer_is_logged_with_its_request_id(running: Service) -> None:
    answer = running.get("requests", X_Request_ID="given-by-the-test")
    assert answer.headers["x-request-id"] == "given-by-the-test"
    found = logged(running, "given-by-the-test")
    assert [(event["event"], event["route"], event["status"]) for event in found] == [
        ("answered", "/api/v1/requests", 200)
    ]


def test_refused_requests_are_logged_with_the_id_of_their_answer(running: Service) -> None:
    call = sent_raw(running, b"NONSENSE\r\n\r\n").json["request_id"]
    found = logged(running, call)
    assert found[0]["logger"] == "gunicorn.error"


def test_processes_add_up_their_metrics(running: Service) -> None:
    before = scraped(running)
    for _ in range(30):
        assert running.get("requests").status == 200
    assert running.post("shortlists/preview", ASKED).status == 200
    sent_raw(running, b"NONSENSE\r\n\r\n")
    after = scraped(running)
    assert set(before) <= set(after)
    headings = [line for line in running.get("/metrics").body.decode().splitlines() if line.startswith("# TYPE")]
    assert len(headings) == len(set(headings))  # Nothing is told twice, once as it was.
    assert not [name for name in after if "pid=" in name]
    grown = {name: after[name] - before.get(name, 0) for name in after}
    assert grown['expertdb_requests_total{method="GET",rule="/api/v1/requests",status="200"}'] == 30
    assert grown["expertdb_ranking_seconds_count"] == 1
    assert grown['expertdb_refused_total{status="400"}'] == 1
    assert after["expertdb_index_version"] == after["expertdb_corpus_version"] > 0
    assert after['expertdb_experts{state="active"}'] > 0
    assert after["expertdb_database_up"] == 1
    assert not [name for name in after if CANARY in name or "experts/0" in name]


def test_port_in_use_is_said_and_nothing_left_behind(
    databases: Databases, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        with service(databases.fresh("sqlite"), ready=False, port=port) as running:
            assert running.process.wait(PATIENCE) == 1
            running.wait_until_logged("EXPERTDB_PORT")
    assert list(tmp_path.glob("expertdb-metrics-*")) == []


def scraped(service: Service) -> dict[str, float]:
    lines = service.get("/metrics").body.decode().splitlines()
    pairs = (line.rsplit(" ", 1) for line in lines if not line.startswith("#"))
    return {name: float(value) for name, value in pairs}
