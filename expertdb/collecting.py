"""When Python looks for objects that nothing but each other refers to."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

# A list makes thousands of objects that are all gone when it is sent; to look through them after each 700 new ones, as
# Python does by default, takes some tenth of the time of a call.
AFTER = (10_000, 20, 50)


@contextmanager
def nothing_collected() -> Iterator[None]:
    """Look for none while modules and words are loaded, which all stay: that took three tenths of loading them."""
    before = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if before:
            gc.enable()
