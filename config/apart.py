"""Work in a process of its own, whose memory goes back to the system when it ends."""

import contextlib
import os
import signal
from collections.abc import Callable
from typing import Any

import structlog

log = structlog.get_logger()
DONE = b"done"


def run_apart(work: Callable[..., None], *arguments: Any) -> bool:
    """Do `work` in a fork of this process and wait for it; return whether it came to its end.

    Its connections must be its own, and no thread of this process is in it. What it raises is logged.
    """
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        os.close(reading)
        _work(writing, work, *arguments)
    os.close(writing)
    with os.fdopen(reading, "rb") as told:
        done = told.read() == DONE  # Until it ends, in whatever way.
    with contextlib.suppress(ChildProcessError):  # gunicorn collects processes that have ended, too.
        os.waitpid(child, 0)
    return done


def _work(told: int, work: Callable[..., None], *arguments: Any) -> None:
    """Do the work, and end with it: nothing of what the process was doing is gone on with."""
    try:
        for one in (signal.SIGTERM, signal.SIGINT, signal.SIGQUIT, signal.SIGCHLD):
            signal.signal(one, signal.SIG_DFL)  # Not gunicorn's.
        work(*arguments)
        os.write(told, DONE)
    except BaseException as error:
        log.error("not_done_apart", work=work.__name__, error=repr(error))
    finally:
        os._exit(0)
