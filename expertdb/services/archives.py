"""The file that a backup is: one compressed member for each table, and a sealed manifest that accounts for them.

A zip archive with `tables/<name>.jsonl` (a row a line, columns in the order of the manifest) and `manifest.json`:
rows and SHA-256 of each table, the schema's revision, and a keyed hash over all of that, so that a backup that was
damaged or changed is known before it is restored. Values stand as the database has them: what is encrypted in the
database is encrypted here.
"""

import base64
import hashlib
import hmac
import json
import os
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, BinaryIO

from expertdb.errors import BackupIsUnusable
from expertdb.models.audit import canonical
from expertdb.wording import Text

FORMAT = 1
MANIFEST = "manifest.json"
CHUNK = 1 << 20
# A member may be so many times larger than the file: a small file must not fill the disk.
MOST_EXPANSION = 200
MOST_MANIFEST = 1_000_000


@dataclass(frozen=True)
class Table:
    """What a table held: its columns, how many rows, and the SHA-256 of its member."""

    columns: tuple[str, ...]
    rows: int
    sha256: str


@dataclass(frozen=True)
class Manifest:
    """What a backup holds; `seal` is HMAC-SHA-256 over everything else."""

    revision: str
    program: str
    engine: str
    made_at: str
    tables: dict[str, Table]
    format: int = FORMAT
    seal: str = ""

    def sealed(self, key: bytes) -> "Manifest":
        """This manifest with the seal it should have."""
        plain = asdict(replace(self, seal=""))
        return replace(self, seal=hmac.new(key, canonical(plain).encode(), hashlib.sha256).hexdigest())


class Writer:
    """An archive being written; `finish` must be called, and the file appears under its name only then."""

    def __init__(self, path: Path) -> None:
        self._path, self._part = path, path.with_name(path.name + ".part")
        # Nobody else may read it, from its first byte on.
        self._file = os.fdopen(os.open(self._part, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600), "w+b")
        os.fchmod(self._file.fileno(), 0o600)
        self._zip = zipfile.ZipFile(self._file, "w", zipfile.ZIP_DEFLATED, compresslevel=6)
        self._tables: dict[str, Table] = {}

    def table(self, name: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
        """Add a table; returns how many rows it has."""
        digest, count = hashlib.sha256(), 0
        with self._zip.open(_member(name), "w", force_zip64=True) as member:
            for row in rows:
                line = json.dumps([plain(value) for value in row], ensure_ascii=False).encode() + b"\n"
                digest.update(line)
                member.write(line)
                count += 1
        self._tables[name] = Table(tuple(columns), count, digest.hexdigest())
        return count

    def finish(self, key: bytes, *, revision: str, engine: str, made_at: str, program: str) -> Manifest:
        """Seal the archive, put it on the disk and give it its name."""
        manifest = Manifest(revision, program, engine, made_at, self._tables).sealed(key)
        self._zip.writestr(MANIFEST, json.dumps(asdict(manifest), ensure_ascii=False, indent=1))
        self._zip.close()
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        os.replace(self._part, self._path)
        folder = os.open(self._path.parent, os.O_RDONLY)
        os.fsync(folder)
        os.close(folder)
        return manifest

    def abandon(self) -> None:
        """Leave nothing behind."""
        self._file.close()
        self._part.unlink(missing_ok=True)


@contextmanager
def writing(path: Path) -> Iterator[Writer]:
    """A writer of a new archive; nothing is left of it when the work fails."""
    writer = Writer(path)
    try:
        yield writer
    except BaseException:
        writer.abandon()
        raise


class Archive:
    """A backup that was read and found whole: its manifest, and its rows table by table."""

    def __init__(self, file: BinaryIO, key: bytes | None) -> None:
        """Open and verify, the seal only with a key; raises BackupIsUnusable."""
        try:
            self._zip = zipfile.ZipFile(file)
            self.manifest = _manifest(self._zip)
        except (zipfile.BadZipFile, zlib.error, KeyError, ValueError, TypeError, NotImplementedError, OSError) as error:
            raise BackupIsUnusable(Text("This file is not a backup of expertdb.")) from error
        if self.manifest.format != FORMAT:
            detail = "It has the format {found}; this program reads {known}."
            raise BackupIsUnusable(Text(detail, found=self.manifest.format, known=FORMAT))
        if key is not None and not hmac.compare_digest(self.manifest.sealed(key).seal, self.manifest.seal):
            raise BackupIsUnusable(
                Text("Its seal does not fit: it was changed, or made with another EXPERTDB_SECRET_KEY.")
            )
        self._check(os.fstat(file.fileno()).st_size)

    def _check(self, size: int) -> None:
        expected = {_member(name) for name in self.manifest.tables} | {MANIFEST}
        if sorted(self._zip.namelist()) != sorted(expected):
            raise BackupIsUnusable(Text("It does not hold exactly the tables that its manifest names."))
        for name, table in self.manifest.tables.items():
            if self._zip.getinfo(_member(name)).file_size > size * MOST_EXPANSION + CHUNK:
                raise _damaged(name)
            if self._digest(name) != table.sha256:
                raise _damaged(name)

    def _digest(self, name: str) -> str:
        digest = hashlib.sha256()
        try:
            with self._zip.open(_member(name)) as member:
                while chunk := member.read(CHUNK):
                    digest.update(chunk)
        except (zipfile.BadZipFile, zlib.error, OSError, EOFError, ValueError, NotImplementedError) as error:
            raise _damaged(name) from error
        return digest.hexdigest()

    def rows(self, name: str) -> Iterator[dict[str, Any]]:
        """The rows of a table as they were, by column."""
        columns = self.manifest.tables[name].columns
        with self._zip.open(_member(name)) as member:
            for line in member:
                yield dict(zip(columns, map(rich, json.loads(line)), strict=True))


@contextmanager
def opened(path: Path, key: bytes | None) -> Iterator[Archive]:
    """The backup in this file, verified (its seal only with a key); raises BackupIsUnusable."""
    with path.open("rb") as file:
        yield Archive(file, key)


def _damaged(name: str) -> BackupIsUnusable:
    return BackupIsUnusable(Text("The table {name} is damaged: it is not what its manifest says.", name=name))


def _manifest(archive: zipfile.ZipFile) -> Manifest:
    if archive.getinfo(MANIFEST).file_size > MOST_MANIFEST:
        raise ValueError("too large for a manifest")
    stated = json.loads(archive.read(MANIFEST))
    tables = {
        name: Table(tuple(table["columns"]), table["rows"], table["sha256"]) for name, table in stated["tables"].items()
    }
    return Manifest(**(stated | {"tables": tables}))


def _member(name: str) -> str:
    return f"tables/{name}.jsonl"


def plain(value: Any) -> Any:
    """A value of a column as JSON has it: what JSON does not know stands in an object with one key that says what."""
    if isinstance(value, datetime):
        aware = value if value.tzinfo else value.replace(tzinfo=UTC)
        return {"moment": aware.astimezone(UTC).isoformat()}
    if isinstance(value, date):
        return {"date": value.isoformat()}
    if isinstance(value, bytes | memoryview):
        return {"bytes": base64.b64encode(value).decode()}
    if isinstance(value, dict | list):
        return {"json": value}
    if value is None or isinstance(value, str | int | float):
        return value
    raise TypeError(f"a backup cannot hold a {type(value).__name__}")


def rich(value: Any) -> Any:
    """The opposite of `plain`."""
    if not isinstance(value, dict):
        return value
    ((kind, said),) = value.items()
    if kind == "moment":
        return datetime.fromisoformat(said)
    if kind == "date":
        return date.fromisoformat(said)
    if kind == "bytes":
        return base64.b64decode(said)
    return said
