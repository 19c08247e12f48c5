"""Work in a process of its own: how it ends is seen, and nothing else of it is left."""

import os
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.apart import run_apart


@pytest.fixture
def told() -> Iterator[list[int]]:
    """What a master is told while it waits; as with gunicorn's, a signal does not end it by itself."""
    signals: list[int] = []
    before = signal.signal(signal.SIGTERM, lambda one, _: signals.append(one))
    yield signals
    signal.signal(signal.SIGTERM, before)


def test_what_is_done_apart_is_done_in_another_process(tmp_path: Path) -> None:
    said = tmp_path / "said"
    assert run_apart(lambda text: said.write_text(f"{text} {os.getpid()}"), "done by")
    assert said.read_text().startswith("done by ")
    assert int(said.read_text().split()[-1]) != os.getpid()


def test_what_it_raises_ends_it_alone_and_is_logged(capfd: pytest.CaptureFixture[str]) -> None:
    def fail() -> None:
        raise RuntimeError("no room")

    assert run_apart(fail)
    assert "no room" in "".join(capfd.readouterr())


@pytest.mark.parametrize("by", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_one_that_is_killed_is_told_of_and_ends_nobody_else(
    by: signal.Signals, told: list[int], capfd: pytest.CaptureFixture[str]
) -> None:
    assert run_apart(lambda: os.kill(os.getpid(), by))
    assert by.name in "".join(capfd.readouterr())
    assert not told


def test_who_is_told_to_end_meanwhile_ends_it_too(told: list[int]) -> None:
    timer = threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGTERM))
    timer.start()
    start = time.monotonic()
    assert not run_apart(time.sleep, 600)
    assert time.monotonic() - start < 300  # It did not wait for the end of the work.
    timer.join()
    assert told == [signal.SIGTERM]
    os.kill(os.getpid(), signal.SIGTERM)  # Signals are the master's own again.
    assert told == [signal.SIGTERM] * 2
