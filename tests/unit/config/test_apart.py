"""Work in a process of its own: how it ended is known, and nothing else of it is left."""

import os
import signal
from pathlib import Path

import pytest

from config.apart import run_apart


def test_what_is_done_apart_is_done_in_another_process(tmp_path: Path) -> None:
    said = tmp_path / "said"
    assert run_apart(lambda text: said.write_text(f"{text} {os.getpid()}"), "done by") == 0
    assert said.read_text().startswith("done by ")
    assert int(said.read_text().split()[-1]) != os.getpid()


def test_what_it_raises_ends_it_alone_and_is_logged(capfd: pytest.CaptureFixture[str]) -> None:
    def fail() -> None:
        raise RuntimeError("no room")

    assert run_apart(fail) == 1
    assert "no room" in "".join(capfd.readouterr())


@pytest.mark.parametrize("by", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_signal_ends_it_whatever_the_process_makes_of_signals(by: signal.Signals) -> None:
    before = signal.signal(signal.SIGTERM, signal.SIG_IGN)
    try:
        assert run_apart(lambda: os.kill(os.getpid(), by)) == -by
    finally:
        signal.signal(signal.SIGTERM, before)
