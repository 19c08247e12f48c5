"""An index as files that any number of processes map: one copy in memory, however many workers.

A folder holds snapshots, each a folder of its own that never changes, and `current`, which names the one to open. A
snapshot is written beside the others, flushed to the disk and renamed; then `current` is replaced, which either
happens or does not. A process that dies on the way leaves the old one in place, and rubbish that the next one sweeps
away. Whoever has an old snapshot open keeps it: its files live on until nobody maps them.

`index.bin` holds the arrays one after the other; `index.json` says where, with checksums of both and a fingerprint of
all that the terms depend on. What does not match is refused: a damaged or foreign snapshot is never used in part.
There are no texts in it: terms, counts, ids of experts and what filters ask for.
"""

from __future__ import annotations

import hashlib
import json
import mmap
import os
import shutil
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matching import kernels
from matching.analysis import Analyser
from matching.forward import Forward
from matching.index import Index
from matching.live import Live
from matching.parts import whole
from matching.segment import Names, Segment, Tags
from matching.terms import Terms, tabulate
from matching.vocabulary import Vocabulary
from matching.weights import FIELDS

FORMAT = 7
CURRENT = "current"
_ALIGNED = 64  # Bytes.
_PIECE = 1 << 24

Arrays = dict[str, NDArray[Any]]


class UnusableSnapshot(Exception):
    """There is no snapshot, or it is damaged, or made by another analyser, kernel or version of this code."""


def save(index: Index, folder: Path, about: Mapping[str, Any]) -> str:
    """Write an index as the folder's current snapshot and return its name; `about` is kept with it.

    Only one process may do so at a time: take `folder.lock` first.
    """
    segment, df, items, widths = index.compacted()
    norms = Live(df, items).norms(segment)
    arrays = _arrays(segment) | {f"df.{field}": df[field] for field in FIELDS}
    arrays |= {f"norms.{field}": norms[field] for field in FIELDS}
    for field in FIELDS:
        arrays |= _named(f"terms.{field}", tabulate(index.vocabularies[field], widths[field]))
    body = {
        "format": FORMAT,
        "fingerprint": fingerprint(index.analyser, index.max_items, index.kernel.NAME),
        "kernel": index.kernel.NAME,
        "max_items": index.max_items,
        "items": items,
        "tags": list(segment.tags.names),
        "about": dict(about),
    }
    return _publish(folder, arrays, body)


def load(folder: Path, analyser: Analyser, max_items: int, kernel: kernels.Name | None = None) -> tuple[Index, Any]:
    """Return the folder's current index and what was said about it; raises UnusableSnapshot."""
    place = folder / current(folder)
    chosen = kernels.choose(kernel)
    body = _body(place)
    said = body.get("format"), body.get("fingerprint")
    if said != (FORMAT, fingerprint(analyser, max_items, chosen.NAME)):
        raise UnusableSnapshot(f"{place} was made by another analyser, kernel or version of this code")
    arrays, again = _mapped(place, body)
    segment = _segment(arrays, body, chosen)
    df, lagging = ({field: one[f"df.{field}"] for field in FIELDS} for one in (arrays, again))
    live = Live(df, body["items"], lagging)
    live.keep(segment, {field: arrays[f"norms.{field}"] for field in FIELDS})
    vocabularies = {field: Vocabulary(_typed(Terms, f"terms.{field}", arrays)) for field in FIELDS}
    index = Index(analyser, max_items, chosen, vocabularies, live, live.newest, [whole(segment)], {})
    return index, body["about"]


def current(folder: Path) -> str:
    """Return the name of the folder's current snapshot; raises UnusableSnapshot where there is none."""
    try:
        with open(folder / CURRENT, "rb", buffering=0) as file:  # Every request looks here.
            return file.read().decode().strip()
    except (OSError, UnicodeDecodeError) as error:
        raise UnusableSnapshot(f"{folder} has no current snapshot: {error}") from error


def fingerprint(analyser: Analyser, max_items: int, kernel: str) -> str:
    """Return a hash of everything that decides what an index of a pool holds."""
    return hashlib.sha256(repr((FORMAT, analyser.fingerprint, max_items, kernel)).encode()).hexdigest()


def _arrays(segment: Segment) -> Arrays:
    assert segment.inverse is not None
    found: Arrays = {
        "rectangles": segment.rectangles,
        "kinds": segment.kinds,
        "parts": segment.parts,
        "vectors": segment.vectors,
        "digests": segment.digests,
        "days": segment.days,
        "tags.starts": segment.tags.starts,
        "tags.places": segment.tags.places,
        **_named("names", segment.names),
    }
    for field in FIELDS:
        found |= _named(f"rows.{field}", segment.fields[field]) | _named(f"inverse.{field}", segment.inverse[field])
    return found


def _segment(arrays: Arrays, body: Mapping[str, Any], kernel: Any) -> Segment:
    return Segment(
        names=_typed(Names, "names", arrays),
        rectangles=arrays["rectangles"],
        kinds=arrays["kinds"],
        parts=arrays["parts"],
        vectors=arrays["vectors"],
        digests=arrays["digests"],
        days=arrays["days"],
        tags=Tags(
            {tag: number for number, tag in enumerate(body["tags"])}, arrays["tags.starts"], arrays["tags.places"]
        ),
        fields={field: _typed(Forward, f"rows.{field}", arrays) for field in FIELDS},
        inverse={field: _typed(kernel.Inverse, f"inverse.{field}", arrays) for field in FIELDS},
    )


def _named(prefix: str, one: Any) -> Arrays:
    return {f"{prefix}.{field.name}": getattr(one, field.name) for field in fields(one) if field.name != "known"}


def _typed(kind: Any, prefix: str, arrays: Arrays) -> Any:
    return kind(**{field.name: arrays[f"{prefix}.{field.name}"] for field in fields(kind) if field.name != "known"})


def _publish(folder: Path, arrays: Arrays, body: dict[str, Any]) -> str:
    folder.mkdir(parents=True, exist_ok=True)
    before = {path.name for path in folder.iterdir() if path.is_dir()}
    kept = {_current_or_none(folder)}
    name = uuid.uuid4().hex
    place = folder / f".{name}"
    place.mkdir()
    body |= _write_arrays(place / "index.bin", arrays)
    said = json.dumps(body, ensure_ascii=False, sort_keys=True)
    _write(place / "index.json", json.dumps({"body": said, "checksum": hashlib.sha256(said.encode()).hexdigest()}))
    _flush(place)
    place.rename(folder / name)
    _write(folder / f".{CURRENT}", name)
    (folder / f".{CURRENT}").replace(folder / CURRENT)
    _flush(folder)
    for old in before - kept:
        shutil.rmtree(folder / old, ignore_errors=True)
    return name


def _current_or_none(folder: Path) -> str | None:
    try:
        return current(folder)
    except UnusableSnapshot:
        return None


def _write_arrays(path: Path, arrays: Arrays) -> dict[str, Any]:
    """Write the arrays one after the other; return where each stands, and the checksum of the whole."""
    where, hashed, offset = {}, hashlib.sha256(), 0
    with path.open("wb") as file:
        for name, array in arrays.items():
            where[name] = (array.dtype.str, list(array.shape), offset)
            for piece in _pieces(array):
                file.write(piece)
                hashed.update(piece)
                offset += len(piece)
        file.flush()
        os.fsync(file.fileno())
    return {"arrays": where, "size": offset, "checksum": hashed.hexdigest()}


def _pieces(array: NDArray[Any]) -> Iterator[bytes]:
    """Yield the bytes of an array, filled up so that the next begins at a multiple of 64."""
    flat = np.ascontiguousarray(array).reshape(-1).view(np.uint8)
    for start in range(0, len(flat), _PIECE):
        yield flat[start : start + _PIECE].tobytes()
    yield bytes(-len(flat) % _ALIGNED)


def _write(path: Path, text: str) -> None:
    with path.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def _flush(folder: Path) -> None:
    """Make the names in a folder last."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _body(place: Path) -> dict[str, Any]:
    try:
        envelope = json.loads((place / "index.json").read_text("utf-8"))
        said, checksum = envelope["body"], envelope["checksum"]
        body = dict[str, Any](json.loads(said))
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise UnusableSnapshot(f"{place} cannot be read: {error}") from error
    if hashlib.sha256(said.encode()).hexdigest() != checksum:
        raise UnusableSnapshot(f"{place / 'index.json'} is damaged")
    return body


def _mapped(place: Path, body: Mapping[str, Any]) -> tuple[Arrays, Arrays]:
    """Map the arrays, twice: shared by all who only read, and a page of one's own where one writes."""
    try:
        with (place / "index.bin").open("rb") as file:
            mapped, again = (mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_COPY) for _ in range(2))
    except (OSError, ValueError) as error:
        raise UnusableSnapshot(f"{place / 'index.bin'} cannot be mapped: {error}") from error
    if len(mapped) != body["size"] or _checksum(mapped) != body["checksum"]:
        raise UnusableSnapshot(f"{place / 'index.bin'} is damaged")
    return _arrays_in(mapped, body), _arrays_in(again, body)


def _arrays_in(mapped: mmap.mmap, body: Mapping[str, Any]) -> Arrays:
    return {
        name: np.frombuffer(mapped, dtype, int(np.prod(shape)), offset).reshape(shape)
        for name, (dtype, shape, offset) in body["arrays"].items()
    }


def _checksum(mapped: mmap.mmap) -> str:
    hashed, view = hashlib.sha256(), memoryview(mapped)
    for start in range(0, len(view), _PIECE):
        hashed.update(view[start : start + _PIECE])
    return hashed.hexdigest()
