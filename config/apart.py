"""Work in a process of its own, whose memory goes back to the system when it ends."""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import structlog

log = structlog.get_logger()
ENDING = (signal.SIGTERM, signal.SIGINT, signal.SIGQUIT)


def run_apart(work: Callable[..., None], *arguments: Any) -> bool:
    """Do `work` in a fork of this process and wait for it; False where this process was told to end meanwhile.

    Then the other one is told, too. Where it fails or is killed, that is logged, and nothing else: what it was to do is
    not done. Its connections must be its own, and no thread of this process is in it.
    """
    with _passing_on() as told:
        child = os.fork()
        if not child:
            _work(work, *arguments)
        told.child = child
        ended = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if ended and not told.signals:
        log.error("not_done_apart", work=work.__name__, ended=ended if ended > 0 else signal.Signals(-ended).name)
    return not told.signals


class _Told:
    """The signals to end that came, and the process that is told of them as well."""

    def __init__(self) -> None:
        self.signals: list[int] = []
        self._child = 0

    @property
    def child(self) -> int:
        return self._child

    @child.setter
    def child(self, child: int) -> None:
        self._child = child
        for one in self.signals:  # Those that came before it was known.
            self._pass_on(one)

    def tell(self, one: int) -> None:
        self.signals.append(one)
        if self._child:
            self._pass_on(one)

    def _pass_on(self, one: int) -> None:
        with suppress(ProcessLookupError):  # It may have ended by itself.
            os.kill(self._child, one)


@contextmanager
def _passing_on() -> Iterator[_Told]:
    """Note signals to end besides what this process does about them."""
    told, before = _Told(), {one: signal.getsignal(one) for one in ENDING}

    def handle(one: int, frame: Any) -> None:
        told.tell(one)
        own = before[signal.Signals(one)]
        if callable(own):
            own(one, frame)

    for one in ENDING:
        signal.signal(one, handle)
    try:
        yield told
    finally:
        for one, own in before.items():
            signal.signal(one, own)


def _work(work: Callable[..., None], *arguments: Any) -> None:
    """Do the work, and end with it: nothing of what the process was doing is gone on with."""
    ended = 1
    try:
        for one in (*ENDING, signal.SIGCHLD):
            signal.signal(one, signal.SIG_DFL)
        work(*arguments)
        ended = 0
    except BaseException as error:
        log.error("failed_apart", work=work.__name__, error=repr(error))
    finally:
        os._exit(ended)
