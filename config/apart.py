"""Work in a process of its own, whose memory goes back to the system when it ends."""

import os
import signal
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import structlog

log = structlog.get_logger()
ENDING = (signal.SIGTERM, signal.SIGINT, signal.SIGQUIT)


def run_apart(work: Callable[..., None], *arguments: Any) -> bool:
    """Do `work` in a fork of this process and wait for it; False where this process was told to end meanwhile.

    Then the other one is told, too. Where it fails or is killed, that is logged, and nothing else: what it was to do is
    not done. Its connections must be its own, and no thread of this process is in it.
    """
    told: list[int] = []
    before = {one: signal.getsignal(one) for one in ENDING}

    def pass_on(one: int, frame: Any) -> None:
        told.append(one)
        with suppress(ProcessLookupError):  # It may have ended by itself.
            os.kill(child, one)
        own = before[signal.Signals(one)]
        if callable(own):
            own(one, frame)

    signal.pthread_sigmask(signal.SIG_BLOCK, ENDING)  # Until it is known whom to pass them on to.
    child = os.fork()
    if not child:
        _work(work, *arguments)
    for one in ENDING:
        signal.signal(one, pass_on)
    try:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDING)
        ended = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    finally:
        for one, own in before.items():
            signal.signal(one, own)
    if ended and not told:
        log.error("not_done_apart", work=work.__name__, ended=ended if ended > 0 else signal.Signals(-ended).name)
    return not told


def _work(work: Callable[..., None], *arguments: Any) -> None:
    """Do the work, and end with it: nothing of what the process was doing is gone on with."""
    ended = 1
    try:
        for one in (*ENDING, signal.SIGCHLD):
            signal.signal(one, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDING)
        work(*arguments)
        ended = 0
    except BaseException as error:
        log.error("failed_apart", work=work.__name__, error=repr(error))
    finally:
        os._exit(ended)
