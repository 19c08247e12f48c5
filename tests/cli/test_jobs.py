"""`expertdb work` does what waits, and says how much that was."""

import os
import signal
import subprocess
import sys
from pathlib import Path

from tests.cli.conftest import done


def test_once_ends_when_nothing_waits(installation: Path) -> None:
    assert done("work", "--once").output == "0 jobs done.\n"


def test_work_ends_on_a_signal(installation: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", "from expertdb.cli import main; main()", "work"], stderr=subprocess.PIPE, text=True
    )
    assert process.stderr is not None
    assert "Working at jobs" in process.stderr.readline()
    os.kill(process.pid, signal.SIGTERM)
    assert process.wait(30) == 0
