"""Processes forked from a test: whatever happens in one, it ends without anything that pytest would do."""

import os
from collections.abc import Callable


def in_child(work: Callable[[], object]) -> int:
    """The id of a process that does something and ends."""
    child = os.fork()
    if child:
        return child
    try:
        work()
        os._exit(0)
    except BaseException:
        os._exit(1)


def ended(child: int) -> int:
    """How a process ended: 0, or the signal as a negative number."""
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
