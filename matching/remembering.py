"""What was worked out last, as much of it as a process has room for."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class Latest(Generic[Key, Value]):
    """The values asked for last, of sizes that add up to `most` at the most; threads may share it."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._held = 0
        self._kept: dict[Key, tuple[Value, int]] = {}
        self._lock = threading.Lock()

    def get(self, key: Key, size: int, make: Callable[[], Value]) -> Value:
        """Return the value of a key, made where it is not there; it counts `size` from then on."""
        with self._lock:
            found = self._kept.pop(key, None)
            if found is not None:
                self._kept[key] = found  # At the end: what comes first was not asked for the longest.
                return found[0]
        value = make()  # Without the lock: others need not wait for a long one.
        if size <= self._most:
            with self._lock:
                self._held += size - self._kept.pop(key, (None, 0))[1]
                self._kept[key] = value, size
                while self._held > self._most:
                    self._held -= self._kept.pop(next(iter(self._kept)))[1]
        return value
