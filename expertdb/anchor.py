"""The anchor of the audit log: a file outside the database to which its state is written at intervals.

Whoever owns the database can cut the log's tail or put an older copy in its place, and the chain still holds. They
cannot do so unseen when what the log was is written down elsewhere: number and seal of the last entry, the moment, the
name of the key, and a keyed hash over these and the line before, so that a line taken out shows too.

    41<tab>9f2c…<tab>2026-11-23T09:00:00+00:00<tab>1a2b3c4d<tab>77ab…

A lawful restore takes the log back, too. Its line says so before the hash (`restored:17`: up to entry 17 the log is as
before), and what stands above it of later entries holds no more.
"""

import fcntl
import hashlib
import hmac
import os
import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import BinaryIO

import structlog

from expertdb.keys import AuditKeys

log = structlog.get_logger()

INTERVAL = timedelta(minutes=5)
LONGEST_LINE = 4096  # bytes; ours have 200
RESTORED = "restored:"


@dataclass(frozen=True)
class Line:
    """One line of the anchor; `sound` when its keyed hash is right behind that of the line before.

    That of a restore says up to which entry it went `back`; what was `replaced` by one is of the log from before.
    """

    number: int
    seq: int
    seal: str
    at: str
    mac: str
    sound: bool
    back: int | None = None
    replaced: bool = False


class Anchor:
    """The anchor of one installation, written by all of its processes."""

    def __init__(self, path: Path, keys: AuditKeys) -> None:
        self.path = path.resolve()
        self._keys = keys
        self._lock = threading.Lock()
        self._noted: datetime | None = None

    def note(self, seq: int, seal: str, now: datetime) -> None:
        """Write the state of the log, at most every five minutes; a file that cannot be written stops no work.

        What was done is committed by now; the service's log says that the anchor lags behind.
        """
        with self._lock:
            if self._noted is not None and now - self._noted < INTERVAL:
                return
            self._noted = now
        try:
            self.write(seq, seal, now)
        except OSError as error:
            log.error("audit_anchor_not_written", path=str(self.path), error=str(error))

    def write(self, seq: int, seal: str, now: datetime, back: int | None = None) -> bool:
        """Write the state of the log unless this or a later one stands there; always where it went `back`.

        Raises OSError.
        """
        self.path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(self.path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o640)
        with open(descriptor, "rb+", buffering=0) as file:
            fcntl.flock(file, fcntl.LOCK_EX)  # Held until it is closed: several processes write here.
            end = _end(file)
            last = _parsed(end, 0, "", self._keys) if end else None
            if last is not None and last.seq >= seq and back is None:
                return False
            fields = [str(seq), seal, now.isoformat(), self._keys.name]
            fields += [] if back is None else [f"{RESTORED}{back}"]
            fields.append(_mac(self._keys.current, last.mac if last else "", fields))
            file.write(("\t".join(fields) + "\n").encode())
            os.fsync(file.fileno())
        return True

    def lines(self) -> Iterator[Line | int]:
        """The lines of the file in order, one at a time; of a line that is none only its number."""
        restores = [line for line in self._read() if isinstance(line, Line) and line.sound and line.back is not None]
        for line in self._read():
            if isinstance(line, Line) and any(_replaces(one, line) for one in restores):
                line = replace(line, replaced=True)
            yield line

    def end(self) -> Line | None:
        """The last whole line, whether it follows the one before or not; raises OSError."""
        with self.path.open("rb") as file:
            end = _last_whole(_tail(file))
        return _parsed(end, 0, "", self._keys) if end else None

    def _read(self) -> Iterator[Line | int]:
        before = ""
        with self.path.open("rb") as file:
            for number, raw in enumerate(iter(lambda: file.readline(LONGEST_LINE), b""), start=1):
                line = _parsed(raw, number, before, self._keys)
                yield number if line is None else line
                before = before if line is None else line.mac


def _replaces(restore: Line, line: Line) -> bool:
    return restore.back is not None and restore.number > line.number and line.seq > restore.back


def _end(file: BinaryIO) -> bytes:
    """The last whole line of the file, read from its end; a torn one is ended, so that the next begins a line."""
    tail = _tail(file)
    if tail and not tail.endswith(b"\n"):
        file.write(b"\n")
    return _last_whole(tail)


def _tail(file: BinaryIO) -> bytes:
    size = file.seek(0, os.SEEK_END)
    file.seek(max(0, size - LONGEST_LINE))
    return file.read()


def _last_whole(tail: bytes) -> bytes:
    lines = [line for line in tail.split(b"\n")[:-1] if line]
    return lines[-1] if lines else b""


def _parsed(raw: bytes, number: int, before: str, keys: AuditKeys) -> Line | None:
    try:
        *stated, mac = raw.decode("ascii").rstrip("\n").split("\t")
        seq, seal, at, key, *mark = stated
        back = _back(*mark)
        place = keys.place(key)
        expected = "" if place is None else _mac(keys.ordered[place], before, stated)
        return Line(number, int(seq), seal, at, mac, hmac.compare_digest(mac, expected), back)
    except ValueError:
        return None


def _back(*marks: str) -> int | None:
    if not marks:
        return None
    (mark,) = marks
    if not mark.startswith(RESTORED):
        raise ValueError(mark)
    return int(mark.removeprefix(RESTORED))


def _mac(key: bytes, before: str, fields: list[str]) -> str:
    return hmac.new(key, "\t".join([before, *fields]).encode(), hashlib.sha256).hexdigest()
