"""What a list costs as pools and profiles grow, as edits queue up and under a filter; and the memory it takes."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.corpora import profiles, requests
from benchmarks.engines import scratch
from benchmarks.timing import Timing, interleaved
from expertdb.services.corpus import default_analyser
from matching import Filter, Index, Parameters, Profile, ask, find_best, load_snapshot, save_snapshot

K = 20


def built(n: int, items: int = 0, kernel: str | None = None) -> Index:
    """An index of so many experts, opened from its files as a server's process does."""
    folder = scratch()
    save_snapshot(Index.build(profiles(n, items=items), default_analyser(), kernel=kernel), folder, {})
    return load_snapshot(folder, default_analyser(), 40, kernel)[0]


def cost(index: Index, allowed: Any = None, count: int = 100, rounds: int = 3) -> Timing:
    """What the best 20 cost, for requests that are analysed already."""
    parameters = Parameters()
    asked = [{"ours": ask(one, index.analyser)} for one in requests(count)]

    def run(one: Any) -> Any:
        return find_best(index, one, K, parameters, index.select(allowed))

    return interleaved({"ours": run}, asked, rounds)["ours"]


def postings(index: Index, count: int = 100) -> float:
    """How many postings a request touches, on average: the df of its terms."""
    sums = []
    for one in requests(count):
        prepared = index.prepare(one, Parameters())
        sums.append(sum(int(field.dfs.sum()) for field in prepared.fields.values()))
    return float(np.mean(sums))


def files(index: Index) -> int:
    """The bytes of an index's files, all of which processes share."""
    folder = scratch()
    name = save_snapshot(index, folder, {})
    return sum(path.stat().st_size for path in (folder / name).iterdir())


def resident() -> tuple[float, float]:
    """This process's memory in MB: its own, and what it shares with others that map the same files."""
    found = dict(line.split()[:2] for line in Path("/proc/self/smaps_rollup").read_text().splitlines()[1:])
    own = int(found["Private_Dirty:"]) / 1024
    return own, int(found["Rss:"]) / 1024 - own


def edited(index: Index, count: int, items: int = 0) -> Iterator[tuple[Index, float]]:
    """Edit so many experts, a few words each; yield the index after each edit, and the milliseconds it took."""
    for number, profile in enumerate(profiles(count, items=items)):
        changed = _changed(profile, number)
        start = time.perf_counter()
        index = index.apply([changed])
        yield index, (time.perf_counter() - start) * 1e3


def _changed(profile: Profile, number: int) -> Profile:
    added = f" 半导体 licence{number % 50}"
    if not profile.items:
        return replace(profile, statement=profile.statement + added)
    first = replace(profile.items[0], text=profile.items[0].text + added)
    return replace(profile, items=(first, *profile.items[1:]))


def a_tenth() -> Filter:
    """A filter that one expert in ten passes."""
    return Filter(any_of=(frozenset({"region:3"}),))
