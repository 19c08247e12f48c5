"""The engine behind `qdrant-client` (the extra `qdrant`): a server or a cluster, over a client that is handed in."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from matching.profile import Filter
from matching.qdrant.engine import VECTOR, EngineFault, Hit, Point
from matching.qdrant.points import id_of

_PAGE = 1000


class ClientEngine:
    """A collection of a Qdrant server, over the client that `connect` makes: one for each process, since a connection
    cannot be shared by those forked from one.
    """

    def __init__(self, connect: Callable[[], Any], collection: str) -> None:
        self._connect, self._collection = connect, collection
        self._made: tuple[int, Any] | None = None

    @property
    def _client(self) -> Any:
        if self._made is None or self._made[0] != os.getpid():
            self._made = os.getpid(), self._connect()
        return self._made[1]

    def _ask(self, call: str, *arguments: Any, **stated: Any) -> Any:
        """Make a call of the client about the collection; raises EngineFault."""
        from qdrant_client.http.exceptions import ApiException

        try:
            return getattr(self._client, call)(self._collection, *arguments, **stated)
        except ApiException as error:
            raise EngineFault(str(error).partition("\n")[0]) from error

    def create(self) -> None:
        """Make the collection anew, empty, with the payload indexes that filters need."""
        from qdrant_client import models

        if self._ask("collection_exists"):
            self._ask("delete_collection")
        self._ask(
            "create_collection",
            vectors_config={},
            sparse_vectors_config={VECTOR: models.SparseVectorParams()},
        )
        for name, kind in (("tags", "keyword"), ("first", "integer"), ("last", "integer")):
            self._ask("create_payload_index", name, field_schema=kind)

    def upsert(self, points: Sequence[Point]) -> None:
        """Write points, over those that have the same id."""
        from qdrant_client import models

        made = [
            models.PointStruct(
                id=one.id,
                vector={VECTOR: models.SparseVector(indices=list(one.indices), values=list(one.values))},
                payload=dict(one.payload),
            )
            for one in points
        ]
        if made:
            self._ask("upsert", made, wait=True)

    def delete(self, ids: Sequence[str]) -> None:
        """Remove points; unknown ids are ignored."""
        if ids:
            self._ask("delete", list(ids), wait=True)

    def search(self, indices: Sequence[int], values: Sequence[float], wanted: Filter, limit: int) -> list[Hit]:
        """Return the points that pass the filter and have the greatest products, the greatest first."""
        from qdrant_client import models

        found = self._ask(
            "query_points",
            query=models.SparseVector(indices=list(indices), values=list(values)),
            using=VECTOR,
            query_filter=condition(wanted),
            search_params=models.SearchParams(exact=True),
            limit=limit,
            with_payload=True,
        )
        return [Hit(one.score, one.payload or {}) for one in found.points if one.score > 0]

    def fetch(self, ids: Sequence[str]) -> list[Mapping[str, Any]]:
        """Return the payloads of those of these points that there are."""
        return [one.payload or {} for one in self._ask("retrieve", list(ids), with_payload=True)]

    def count(self, wanted: Filter) -> int:
        """Return how many points pass a filter."""
        return int(self._ask("count", count_filter=condition(wanted), exact=True).count)

    def everybody(self, wanted: Filter) -> list[str]:
        """Return the `expert` of every payload that passes a filter."""
        found, offset = [], None
        while True:
            page, offset = self._ask(
                "scroll", scroll_filter=condition(wanted), limit=_PAGE, offset=offset, with_payload=["expert"]
            )
            found += [one.payload["expert"] for one in page]
            if offset is None:
                return found


def condition(wanted: Filter) -> Any:
    """Return a filter in the client's terms."""
    from qdrant_client import models

    must: list[Any] = [
        models.FieldCondition(key="tags", match=models.MatchAny(any=sorted(group))) for group in wanted.any_of
    ]
    if wanted.day is not None:
        must.append(models.FieldCondition(key="first", range=models.Range(lte=wanted.day)))
        must.append(models.FieldCondition(key="last", range=models.Range(gte=wanted.day)))
    out: list[Any] = (
        [models.HasIdCondition(has_id=[id_of(expert) for expert in sorted(wanted.without)])] if wanted.without else []
    )
    if wanted.only is not None:
        must.append(models.HasIdCondition(has_id=[id_of(expert) for expert in sorted(wanted.only)]))
    return models.Filter(must=must, must_not=out)
