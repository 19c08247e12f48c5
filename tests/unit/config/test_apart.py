"""Work in a process of its own: whether it came to its end is known, and nothing else of it is left."""

import os
import signal
from pathlib import Path

import pytest

from config.apart import run_apart


def test_what_is_done_apart_is_done_in_another_process(tmp_path: Path) -> None:
    said = tmp_path / "said"
    assert run_apart(lambda text: said.write_text(f"{text} {os.getpid()}"), "done by") is True
    assert said.read_text().startswith("done by ")
    assert int(said.read_text().split()[-1]) != os.getpid()


def test_what_it_raises_ends_it_alone_and_is_logged(capfd: pytest.CaptureFixture[str]) -> None:
    def fail() -> None:
        raise RuntimeError("no room")

    assert run_apart(fail) is False
    assert "no room" in "".join(capfd.readouterr())


@pytest.mark.parametrize("by", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_one_that_is_killed_is_not_waited_for(by: signal.Signals) -> None:
    before = signal.signal(signal.SIGTERM, signal.SIG_IGN)  # As with gunicorn's, a signal would not end it.
    try:
        assert run_apart(lambda: os.kill(os.getpid(), by)) is False
    finally:
        signal.signal(signal.SIGTERM, before)


def test_one_that_somebody_else_has_collected_is_known_to_be_done() -> None:
    """gunicorn collects every process that ends as soon as the signal comes."""
    collected: list[int] = []
    before = signal.signal(signal.SIGCHLD, lambda *_: collected.append(os.waitpid(-1, os.WNOHANG)[0]))
    try:
        assert run_apart(lambda: None) is True
    finally:
        signal.signal(signal.SIGCHLD, before)
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)
