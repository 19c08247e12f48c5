"""Verifying the audit log: every entry against its seal, the chain against its head, and both against the anchor.

Entries are read in order and in chunks, so that a log of millions needs little memory. An entry is checked against the
seal stored before it: when one was edited only itself fails, and what follows can still be told to be whole.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from expertdb.anchor import Line
from expertdb.keys import AuditKeys
from expertdb.models.audit import FIRST_SEAL, AuditEntry, AuditHead, Head, seal_of
from expertdb.wording import Text

CHUNK = 2000
LISTED = 100
LOWEST = -(2**31)  # Entries are numbered from 1; what stands below was put there.
COLUMNS = AuditEntry.__table__.columns


@dataclass(frozen=True)
class Finding:
    """Something that is not as it was written: `seq` is the entry it shows at (a line's number for the anchor)."""

    seq: int
    kind: str
    detail: Text


@dataclass(frozen=True)
class Restore:
    """A lawful restore that the anchor tells of: at `at` the log went back to entry `back` and on with `seq`."""

    seq: int
    back: int
    at: str


@dataclass(frozen=True)
class Verdict:
    """What a verification found; `findings` are the first hundred of `count`. `restores` are none."""

    entries: int
    last: int
    anchored: int
    count: int
    findings: tuple[Finding, ...]
    restores: tuple[Restore, ...] = ()

    @property
    def valid(self) -> bool:
        """Whether nothing was found."""
        return self.count == 0


def verify(
    session: Session,
    keys: AuditKeys,
    anchor: Iterable[Line | int] = (),
    progress: Callable[[int], None] = lambda entries: None,
) -> Verdict:
    """Check the whole log, its head, and the lines of the anchor."""
    check = _Check(keys, iter(anchor))
    for row in _entries(session):
        check.entry(row)
        if check.entries % CHUNK == 0:
            progress(check.entries)
    check.end(session)
    progress(check.entries)
    return Verdict(check.entries, check.last, check.anchored, check.count, tuple(check.findings), tuple(check.restores))


def head(session: Session) -> Head | None:
    """The state of the log: number and seal of its last entry."""
    row = session.execute(select(AuditHead.seq, AuditHead.seal)).first()
    return None if row is None else Head(row.seq, row.seal)


def _entries(session: Session) -> Iterator[dict[str, Any]]:
    """Every entry in order, until none is left behind the last and the head is reached or will not be.

    The service may go on meanwhile: what it adds between two chunks is read too.
    """
    last, behind = LOWEST, False
    while True:
        rows = session.execute(
            select(*COLUMNS).where(AuditEntry.seq > last).order_by(AuditEntry.seq).limit(CHUNK)
        ).all()
        yield from (dict(row._mapping) for row in rows)
        if not rows:
            now = head(session)
            if behind or now is None or now.seq <= max(last, 0):
                return
            behind = True  # Written since the chunk was read, or cut off: one more look tells.
            continue
        last, behind = rows[-1].seq, False


class _Check:
    """One verification under way."""

    def __init__(self, keys: AuditKeys, anchor: Iterator[Line | int]) -> None:
        self.entries = self.last = self.anchored = self.count = 0
        self.findings: list[Finding] = []
        self.restores: list[Restore] = []
        self._keys = keys
        self._places: dict[str | None, int | None] = {}
        self._place = 0
        self._chain = FIRST_SEAL
        self._anchor = anchor
        self._line = self._next_line()

    def _found(self, seq: int, kind: str, detail: Text) -> None:
        self.count += 1
        if len(self.findings) < LISTED:
            self.findings.append(Finding(seq, kind, detail))

    def entry(self, row: dict[str, Any]) -> None:
        """Check the next entry."""
        seq, seal = row["seq"], row.pop("seal")
        self._compare_anchor(seq, seal)
        self.entries += 1
        if seq < 1:
            self._found(seq, "added", Text("Entry {seq} was added: entries are numbered from 1.", seq=seq))
            return
        if seq > self.last + 1:
            self._missing(self.last + 1, seq - 1)
        elif (key := self._key(seq, row["key"])) is not None and seal_of(key, self._chain, row) != seal:
            self._found(seq, "edited", Text("Entry {seq} is not as it was sealed.", seq=seq))
        self.last, self._chain = seq, seal

    def _missing(self, first: int, last: int) -> None:
        self._found(first, "removed", Text("Entries {first} to {last} are missing.", first=first, last=last))

    def _key(self, seq: int, name: str | None) -> bytes | None:
        if name not in self._places:
            self._places[name] = self._keys.place(name)
        place = self._places[name]
        if place is None:
            self._found(
                seq, "key", Text("Entry {seq} names the key {name}, which is not known here.", seq=seq, name=name)
            )
            return None
        if place < self._place:
            self._found(seq, "key", Text("Entry {seq} is sealed with a key that was replaced before.", seq=seq))
        self._place = max(place, self._place)
        return self._keys.ordered[place]

    def end(self, session: Session) -> None:
        """Compare where the entries end with the head and with what is left of the anchor."""
        now = head(session)
        if now is None:
            self._found(self.last, "head", Text("The head of the log is missing."))
        elif now.seq > self.last:
            self._missing(self.last + 1, now.seq)
        elif now.seq < self.last:
            detail = Text("The head of the log stands at {seq}: what stands behind it was added.", seq=now.seq)
            self._found(now.seq + 1, "added", detail)
        elif now.seal != self._chain:
            self._found(
                self.last, "head", Text("The head of the log does not have the seal of entry {seq}.", seq=self.last)
            )
        if self.entries and self._place < len(self._keys.ordered) - 1:
            detail = Text("Nothing is sealed with the present key: run `expertdb audit rotate` after changing it.")
            self._found(self.last, "key", detail)
        self._cut_tail()

    def _compare_anchor(self, seq: int, seal: str) -> None:
        while self._line is not None and self._line.seq <= seq:
            line, self._line = self._line, self._next_line()
            if line.seq == seq and line.seal != seal:
                detail = (
                    "Entry {seq} has another seal than at {at}: the log was rewritten at or before it, or an older "
                    "copy put back and gone on with."
                )
                self._found(seq, "rewritten", Text(detail, seq=seq, at=line.at))

    def _cut_tail(self) -> None:
        furthest = self._line
        while self._line is not None:
            furthest, self._line = self._line, self._next_line()
        if furthest is not None and furthest.seq > self.last:
            detail = "The log ends at {last}, but at {at} it held {seq} entries: it was cut, or an older copy put back."
            self._found(self.last + 1, "cut", Text(detail, last=self.last, at=furthest.at, seq=furthest.seq))

    def _next_line(self) -> Line | None:
        for line in self._anchor:
            self.anchored += 1
            if isinstance(line, Line) and line.sound:
                if line.back is not None:
                    self.restores.append(Restore(line.seq, line.back, line.at))
                if line.replaced:
                    continue  # Of the log from before a restore.
                return line
            number = line.number if isinstance(line, Line) else line
            detail = Text(
                "Line {number} of the anchor is not as it was written, or the one before it is gone.", number=number
            )
            self._found(number, "anchor", detail)
        return None
