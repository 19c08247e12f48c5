"""Work in a process of its own, whose memory goes back to the system when it ends."""

import os
import signal
from collections.abc import Callable
from typing import Any

import structlog

log = structlog.get_logger()
ENDING = (signal.SIGTERM, signal.SIGINT, signal.SIGQUIT)


def run_apart(work: Callable[..., None], *arguments: Any) -> int:
    """Do `work` in a fork of this process and wait for it.

    Return how it ended: 0, 1 if it failed, which is logged, or the signal that ended it as a negative number. Its
    connections must be its own, and no thread of this process is in it.
    """
    child = os.fork()
    if not child:
        _work(work, *arguments)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def _work(work: Callable[..., None], *arguments: Any) -> None:
    """Do the work, and end with it: nothing of what the process was doing is gone on with."""
    ended = 1
    try:
        for one in (*ENDING, signal.SIGCHLD):
            signal.signal(one, signal.SIG_DFL)  # Not gunicorn's.
        work(*arguments)
        ended = 0
    except BaseException as error:
        log.error("not_done_apart", work=work.__name__, error=repr(error))
    finally:
        os._exit(ended)
