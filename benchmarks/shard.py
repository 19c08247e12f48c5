"""The index on Qdrant's engine against that in memory: lists that differ, before and after edits, and their cost."""

from __future__ import annotations

import time
from typing import Any

from benchmarks.corpora import profiles, requests
from benchmarks.engines import scratch
from benchmarks.growth import K, a_tenth, built, edited
from benchmarks.timing import interleaved, undisturbed
from expertdb.services.analysers import default_analyser
from matching import Index, Parameters, ask, find_best
from matching.qdrant import QdrantIndex
from tests.edge import EdgeEngine

EDITS = 1000


def compare(experts: int, items: int, count: int) -> None:
    """Print the share of lists that differ, the costs, and the bytes of a point."""
    memory, folder, start = built(experts, items), scratch(), time.perf_counter()
    index = QdrantIndex.build(profiles(experts, items=items), default_analyser(), EdgeEngine(folder))
    print(f"# shard: filled after {time.perf_counter() - start:.0f} s", flush=True)
    size = sum(path.stat().st_blocks * 512 for path in folder.rglob("*") if path.is_file())
    print(f"{experts} experts, {items} items: {size / experts:.0f} bytes of disk each")
    with undisturbed():
        _lists(memory, index, count, "at first")
        _edit(index, items)
        *_, (memory, _) = edited(memory, EDITS, items)
        _lists(memory, index, count, f"after {EDITS} edits, with norms off by {index.error:.1%} at most")


def _edit(index: QdrantIndex, items: int) -> None:
    taken = sorted(elapsed for _, (elapsed, _) in edited(index, EDITS, items))
    print(f"an edit: {taken[len(taken) // 2]:.2f} ms, at most {taken[-1]:.1f}")


def _lists(memory: Index, index: QdrantIndex, count: int, when: str) -> None:
    pools: dict[str, Any] = {"memory": memory, "qdrant": index}
    parameters, filters = Parameters(), (None, a_tenth())
    asked = [ask(one, memory.analyser) for one in requests(count)]

    def listed(pool: Any, one: Any, allowed: Any) -> list[tuple[str, float]]:
        found = find_best(pool, one, K, parameters, pool.select(allowed))
        return list(zip(found.experts, found.affinities, strict=True))

    differing = sum(listed(memory, one, allowed) != listed(index, one, allowed) for one in asked for allowed in filters)
    runs = {name: lambda one, pool=pool: listed(pool, one, None) for name, pool in pools.items()}
    found = interleaved(runs, [dict.fromkeys(runs, one) for one in asked], rounds=1)
    ratio = found["qdrant"].computed / found["memory"].computed
    print(
        f"{when}: {differing} of {2 * count} lists differ; ms: {found['qdrant']}, {ratio:.1f} times memory", flush=True
    )
