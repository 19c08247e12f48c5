"""Qdrant's engine in this process (PyPI qdrant-edge-py): a real shard, as `matching.qdrant` asks for one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import qdrant_edge as edge

from matching import Filter
from matching.qdrant import Hit, Point
from matching.qdrant.engine import VECTOR
from matching.qdrant.points import id_of

PAGE = 1000


class EdgeEngine:
    """A shard in a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._made = folder, 0

    def create(self) -> None:
        config = edge.EdgeConfig(sparse_vectors={VECTOR: edge.EdgeSparseVectorParams()})
        self._made += 1
        self._shard = edge.EdgeShard.create(str(self._folder / str(self._made)), config)

    def upsert(self, points: Sequence[Point]) -> None:
        made = [
            edge.Point(one.id, {VECTOR: edge.SparseVector(list(one.indices), list(one.values))}, dict(one.payload))
            for one in points
        ]
        if made:
            self._shard.update(edge.UpdateOperation.upsert_points(made))

    def delete(self, ids: Sequence[str]) -> None:
        if ids:
            self._shard.update(edge.UpdateOperation.delete_points(list(ids)))

    def search(self, indices: Sequence[int], values: Sequence[float], wanted: Filter, limit: int) -> list[Hit]:
        query = edge.Query.Nearest(edge.SparseVector(list(indices), list(values)), using=VECTOR)
        asked = edge.QueryRequest(
            limit=limit,
            query=query,
            filter=condition(wanted),
            with_payload=True,
            params=edge.SearchParams(exact=True),
        )
        return [Hit(one.score, one.payload or {}) for one in self._shard.query(asked) if one.score > 0]

    def fetch(self, ids: Sequence[str]) -> list[Mapping[str, Any]]:
        return [one.payload or {} for one in self._shard.retrieve(list(ids), with_payload=True, with_vector=False)]

    def count(self, wanted: Filter) -> int:
        return int(self._shard.count(edge.CountRequest(exact=True, filter=condition(wanted))))

    def everybody(self, wanted: Filter) -> list[str]:
        found, offset = [], None
        while True:
            asked = edge.ScrollRequest(offset=offset, limit=PAGE, filter=condition(wanted), with_payload=True)
            page, offset = self._shard.scroll(asked)
            found += [one.payload["expert"] for one in page]
            if offset is None:
                return found

    def close(self) -> None:
        self._shard.close()


def condition(wanted: Filter) -> edge.Filter:
    must: list[Any] = [edge.FieldCondition("tags", match=edge.MatchAny(sorted(group))) for group in wanted.any_of]
    if wanted.day is not None:
        must.append(edge.FieldCondition("first", range=edge.RangeFloat(lte=wanted.day)))
        must.append(edge.FieldCondition("last", range=edge.RangeFloat(gte=wanted.day)))
    if wanted.only is not None:
        must.append(edge.HasIdCondition({id_of(expert) for expert in wanted.only}))
    out = [edge.HasIdCondition({id_of(expert) for expert in wanted.without})] if wanted.without else []
    return edge.Filter(must=must, must_not=out)
