"""What a list costs as pools and profiles grow, as edits queue up and under a filter; and the memory it takes."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from functools import cache
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.corpora import profiles, requests
from benchmarks.engines import scratch
from benchmarks.timing import Timing, interleaved
from expertdb.services.analysers import default_analyser
from matching import Asked, Filter, Index, Parameters, Profile, ask, find_best, load_snapshot, save_snapshot

K = 20


def built(n: int, items: int = 0) -> Index:
    """An index of so many experts, opened from its files as a server's process does; another process makes these."""
    if not (_folder(n, items) / "current").exists():
        with ProcessPoolExecutor(1, get_context("spawn")) as another:
            another.submit(_made, n, items, _folder(n, items)).result()
    return load_snapshot(_folder(n, items), default_analyser(), 40)[0]


def _made(n: int, items: int, folder: Path) -> None:
    save_snapshot(Index.build(profiles(n, items=items), default_analyser()), folder, {})


def keep(index: Index, n: int, items: int) -> None:
    """Write the files of an index of so many experts, to be opened from now on."""
    save_snapshot(index, _folder(n, items), {})


def _folder(n: int, items: int) -> Path:
    return kept() / f"{n}-{items}"


@cache
def kept() -> Path:
    """The folder of BENCH_FILES, which stays for the next run, or one for this run."""
    named = os.environ.get("BENCH_FILES")
    return Path(named) if named else scratch()


def costs(measured: Mapping[str, tuple[Index, Any]], count: int = 100, rounds: int = 3) -> dict[str, Timing]:
    """What the best 20 of indexes cost under filters, interleaved, for requests that are analysed already."""
    parameters = Parameters()
    runs = {
        name: lambda one, index=index, allowed=allowed: find_best(index, one, K, parameters, index.select(allowed))
        for name, (index, allowed) in measured.items()
    }
    return interleaved(runs, [dict.fromkeys(runs, one) for one in asked(count)], rounds)


def asked(count: int = 100) -> list[Asked]:
    """Requests, analysed."""
    return [ask(one, default_analyser()) for one in requests(count)]


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


def resident(process: str = "self") -> tuple[float, float]:
    """A process's memory in MB: its own, and what it shares with others that map the same files."""
    found = dict(line.split()[:2] for line in Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()[1:])
    own = int(found["Private_Dirty:"]) / 1024
    return own, int(found["Rss:"]) / 1024 - own


def edited(index: Any, count: int, items: int = 0) -> Iterator[tuple[Any, tuple[float, float]]]:
    """Edit so many experts, a few words each; yield the index after each edit, and the milliseconds and those of
    processor time it took.
    """
    for number, profile in enumerate(profiles(count, items=items)):
        changed = _changed(profile, number)
        start, before = time.perf_counter(), time.process_time()
        index = index.apply([changed])
        yield index, ((time.perf_counter() - start) * 1e3, (time.process_time() - before) * 1e3)


def _changed(profile: Profile, number: int) -> Profile:
    added = f" 半导体 licence{number % 50}"
    if not profile.items:
        return replace(profile, statement=profile.statement + added)
    first = replace(profile.items[0], text=profile.items[0].text + added)
    return replace(profile, items=(first, *profile.items[1:]))


def a_tenth() -> Filter:
    """A filter that one expert in ten passes."""
    return Filter(any_of=(frozenset({"region:3"}),))
