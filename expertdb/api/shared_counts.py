"""Counters that all processes of one service share, for the rate limits.

The memory storage of the `limits` library counts in each process by itself, so that "5 a minute" allows ten with two
workers, and its shared storages need a server. Here the counters stand in memory that is made before the fork and
that every child inherits. A reload (USR2) begins with fresh counters; services on several machines count apart.
"""

import fcntl
import hashlib
import mmap
import secrets
import struct
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from limits.storage import Storage

SLOTS = 1 << 14
# Slots that are looked at for one key. When all are taken, the counter that ends first gives way: with more callers
# than there is room for, a few begin anew; nobody is refused for it.
NEIGHBOURS = 16
SLOT = struct.Struct("<QdQ")  # hash of the key, moment of its end, count


class SharedCounts(Storage):
    """A storage of the `limits` library; a fixed window for each key."""

    STORAGE_SCHEME = ["expertdb-shared"]  # noqa: RUF012 - the base class reads it so.

    def __init__(self, uri: str | None = None, wrap_exceptions: bool = False, **options: float | str | bool) -> None:
        super().__init__(uri, wrap_exceptions, **options)
        self._memory = mmap.mmap(-1, SLOTS * SLOT.size)
        self._salt = secrets.token_bytes(16)
        # Between threads a lock of ours, between processes the kernel's: it lets go when a process is killed.
        self._threads = threading.Lock()
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 - it lives as long as the counters.

    @property
    def base_exceptions(self) -> type[Exception] | tuple[type[Exception], ...]:
        return OSError

    @contextmanager
    def _alone(self) -> Iterator[None]:
        with self._threads:
            fcntl.lockf(self._file, fcntl.LOCK_EX)
            try:
                yield
            finally:
                fcntl.lockf(self._file, fcntl.LOCK_UN)

    def _slot(self, key: str, now: float) -> tuple[int, int, float, int]:
        """Where the key's counter stands or may stand, its hash, its end and count (0 when it is new)."""
        hashed = int.from_bytes(hashlib.blake2b(key.encode(), digest_size=8, key=self._salt).digest(), "little") or 1
        free, free_until = -1, float("inf")
        for step in range(NEIGHBOURS):
            place = (hashed + step) % SLOTS * SLOT.size
            found, until, count = SLOT.unpack_from(self._memory, place)
            if found == hashed and until > now:
                return place, hashed, until, count
            if until < free_until:
                free, free_until = place, until
        return free, hashed, 0.0, 0

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """Count, in a window of `expiry` seconds that begins with the first."""
        now = time.time()
        with self._alone():
            place, hashed, until, count = self._slot(key, now)
            SLOT.pack_into(self._memory, place, hashed, until or now + expiry, count + amount)
        return count + amount

    def get(self, key: str) -> int:
        """The count of the present window."""
        with self._alone():
            return self._slot(key, time.time())[3]

    def get_expiry(self, key: str) -> float:
        """When the present window ends."""
        now = time.time()
        with self._alone():
            return self._slot(key, now)[2] or now

    def check(self) -> bool:
        """Memory is always there."""
        return True

    def reset(self) -> int | None:
        """Forget every counter."""
        with self._alone():
            self._memory[:] = bytes(len(self._memory))
        return None

    def clear(self, key: str) -> None:
        """Forget the counter of a key."""
        with self._alone():
            place, _, until, _ = self._slot(key, time.time())
            if until:
                SLOT.pack_into(self._memory, place, 0, 0.0, 0)
