"""Record ↔ point. The vector bounds the affinity from above; the payload holds what the exact reckoning needs.

An expert's affinity is a sum over items and terms of (weight of the item in the pooling) × (share of field and
language) × (weight of the term in the request) × (1 + ln tf) / norm. Which items weigh most depends on the request; so
for each term the items with most of it are given the greatest weights. That is no less for any request, and the same
where there is one item. A term has a dimension for each field and language of an item: requests set the shares.

No idf is stored but that in the norms, which lags: see `QdrantIndex.error`.
"""

from __future__ import annotations

import base64
import json
import uuid
from array import array
from collections.abc import Mapping
from typing import Any

import numpy as np

from matching.meaning import blank
from matching.parameters import Parameters
from matching.qdrant.engine import Point
from matching.records import LANGUAGES, Counts, Record
from matching.scoring import pool_weights
from matching.weights import FIELDS, Field, Floats, Rows, sublinear

SLOTS = len(FIELDS) * len(LANGUAGES)
_SPACE = uuid.UUID("6f3b1d0e-5f0c-4f7e-9d53-6c2f3b8a4b11")


def id_of(expert: str) -> str:
    """Return the engine's id of an expert, which must be a UUID."""
    return str(uuid.uuid5(_SPACE, expert.encode("utf-8", "surrogatepass").hex()))


def dimension(terms: Rows, field: Field, language: int) -> Rows:
    """Return the dimensions of terms in items of one language."""
    return terms * SLOTS + FIELDS.index(field) * len(LANGUAGES) + language


def point(record: Record, norms: Mapping[Field, Floats], parameters: Parameters) -> Point:
    """Return the point of a record whose rows have these norms."""
    indices, values = [], []
    for field in FIELDS:
        counts = record.fields[field]
        rows = np.repeat(np.arange(len(counts.sizes)), counts.sizes)
        languages = np.frombuffer(record.kinds, dtype=np.uint8)[rows] % len(LANGUAGES)
        terms = np.array(counts.columns, dtype=np.int64)
        weights = sublinear(np.array(counts.tfs, dtype=np.int64)) / norms[field][rows]
        own, sums = _bounds(dimension(terms, field, 0) + languages, weights, len(counts.sizes), parameters)
        indices += own
        values += sums
    payload = {
        "expert": record.expert,
        "tags": sorted(record.tags),
        "first": record.days[0],
        "last": record.days[1],
        "record": _packed(record),
    }
    return Point(id_of(record.expert), indices, values, payload)


def _bounds(dimensions: Rows, weights: Floats, items: int, parameters: Parameters) -> tuple[list[int], list[float]]:
    """Return each dimension once, with its greatest possible pooled weight."""
    if not items:
        return [], []
    each, more = pool_weights(items, parameters)
    order = np.lexsort((-weights, dimensions))
    unique, first = np.unique(dimensions[order], return_index=True)
    rank = np.arange(len(order)) - np.repeat(first, np.diff([*first, len(order)]))
    pooled = weights[order] * (each + np.where(rank < parameters.best, more, 0.0))
    # Rounded up to 32 bits, so that the bound stays one.
    sums = np.nextafter(np.add.reduceat(pooled, first).astype(np.float32), np.float32(np.inf)) if len(order) else pooled
    return unique.tolist(), sums.tolist()


def _packed(record: Record) -> str:
    fields = {
        field: [_text(counts.columns), _text(counts.tfs), list(counts.sizes)] for field, counts in record.fields.items()
    }
    kinds = base64.b64encode(record.kinds).decode()
    return json.dumps({"kinds": kinds, "parts": list(record.parts), "digest": str(record.digest), "fields": fields})


def _text(numbers: array[int]) -> str:
    return base64.b64encode(numbers.tobytes()).decode()


def unpacked(payload: Mapping[str, Any]) -> Record:
    """Return the record of a point's payload."""
    stored = json.loads(payload["record"])
    return Record(
        expert=payload["expert"],
        kinds=(kinds := base64.b64decode(stored["kinds"])),
        parts=array("h", stored["parts"]),
        digest=int(stored["digest"]),
        tags=frozenset(payload["tags"]),
        days=(payload["first"], payload["last"]),
        fields={field: _counts(*stored["fields"][field]) for field in FIELDS},
        vectors=blank(len(kinds)),
    )


def _counts(columns: str, tfs: str, sizes: list[int]) -> Counts:
    return Counts(array("i", base64.b64decode(columns)), array("I", base64.b64decode(tfs)), tuple(sizes))
