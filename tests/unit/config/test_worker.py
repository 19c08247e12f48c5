"""How a request's bytes are waited for: at a pace, and never for ever."""

import itertools
import socket
from collections.abc import Iterator
from types import SimpleNamespace

import pytest

from config import pacing
from config.pacing import Paced, TooSlow
from config.refusals import problem


@pytest.fixture
def pair() -> Iterator[tuple[socket.socket, socket.socket]]:
    with (
        socket.create_server(("127.0.0.1", 0)) as listener,
        socket.create_connection(listener.getsockname()) as client,
        listener.accept()[0] as server,
    ):
        yield client, server


def test_silence_within_a_request_ends_it(
    pair: tuple[socket.socket, socket.socket], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pacing, "LONGEST_SILENCE", 0.05)
    with pytest.raises(TooSlow):
        Paced(pair[1]).recv(10)


def test_drops_now_and_then_do_not_keep_a_request_going(
    pair: tuple[socket.socket, socket.socket], monkeypatch: pytest.MonkeyPatch
) -> None:
    client, server = pair
    seconds = itertools.count()
    monkeypatch.setattr(pacing, "time", SimpleNamespace(monotonic=lambda: float(next(seconds))))
    paced = Paced(server)
    drops = 0

    def drip() -> None:
        nonlocal drops
        while drops < 1000:
            client.sendall(b"x")
            drops += len(paced.recv(10))

    with pytest.raises(TooSlow):
        drip()
    assert drops < 30


def test_request_that_keeps_the_pace_is_read_whole(
    pair: tuple[socket.socket, socket.socket], monkeypatch: pytest.MonkeyPatch
) -> None:
    client, server = pair
    monkeypatch.setattr(pacing, "PACE", 1)
    paced = Paced(server)
    client.sendall(b"x" * 30_000)
    client.close()
    read = b"".join(iter(lambda: paced.recv(1000), b""))
    assert len(read) == 30_000


def test_each_request_begins_anew(pair: tuple[socket.socket, socket.socket], monkeypatch: pytest.MonkeyPatch) -> None:
    client, server = pair
    paced = Paced(server)
    monkeypatch.setattr(pacing, "BODY_PATIENCE", -1)
    client.sendall(b"x")
    with pytest.raises(TooSlow):
        paced.recv(1)
    monkeypatch.undo()
    paced.start()
    assert paced.recv(1) == b"x"


@pytest.mark.parametrize(("status", "kind"), [(400, "http"), (418, "http"), (500, "internal"), (503, "unavailable")])
def test_every_refusal_has_words(status: int, kind: str) -> None:
    assert f"urn:expertdb:problem:{kind}".encode() in problem(status, "r-1")
