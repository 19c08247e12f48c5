"""`python -m benchmarks …`: prints the figures of docs/performance.md, with the machine they were taken on."""

from __future__ import annotations

import argparse
import os
import platform
import time
from collections.abc import Callable

import numpy as np

from benchmarks import engines, growth, serving
from benchmarks.corpora import profiles, requests
from benchmarks.timing import interleaved
from expertdb.services.corpus import default_analyser

OTHERS: dict[str, Callable[..., engines.Prepared]] = {
    "linear_kernel, both fields": engines.kernel_of_scikit_learn,
    "linear_kernel, native field": engines.kernel_of_scikit_learn_native,
    "bm25s (Numba)": engines.bm25s,
    "tantivy": engines.tantivy,
    "SQLite FTS5": engines.fts5,
    "Qdrant, embedded": engines.qdrant,
}


def compare(experts: int, count: int, leave_out: list[str]) -> None:
    """Our kernels and everything else, interleaved, on one document each."""
    analyser = default_analyser()
    pool, asked = list(profiles(experts)), requests(count)
    documents, queries = (
        [analyser.analyse(one.statement) for one in pool],
        [analyser.analyse(one.title + "\n" + one.text) for one in asked],
    )
    made = {f"ours, {kernel}": engines.ours(pool, asked, kernel) for kernel in ("numba", "scipy")}
    for name, prepare in OTHERS.items():
        if name.split(",")[0].split(" ")[0] not in leave_out:
            start = time.perf_counter()
            made[name] = prepare(documents, queries)
            print(f"# {name}: ready after {time.perf_counter() - start:.0f} s", flush=True)
    cases = [{name: asked[number] for name, (_, asked) in made.items()} for number in range(count)]
    found = interleaved({name: run for name, (run, _) in made.items()}, cases)
    print(f"\n{experts} experts of one document, {count} requests, k = {engines.K}: ms, median [quartiles]")
    for name, timing in found.items():
        ratios = " ".join(f"{timing.median / found[f'ours, {kernel}'].median:8.2f}" for kernel in ("numba", "scipy"))
        print(f"{name:30} {timing!s:28} ÷ numba, scipy: {ratios}")


def grow(sizes: list[int]) -> None:
    """Cost and memory as the pool grows."""
    print(
        "experts items postings touched  ms for the best 20      10 % filter   ratio  MB of files bytes/expert own MB"
    )
    for experts in sizes:
        for items in (0, 5) if experts <= 100_000 else (0,):
            index = growth.built(experts, items)
            plain, tenth = growth.cost(index), growth.cost(index, growth.a_tenth())
            size, own = growth.files(index), growth.resident()[0]
            print(
                f"{experts:8} {items:5} {growth.postings(index):16.0f}  {plain!s:24} {tenth.median:10.3f} "
                f"{tenth.median / plain.median:9.2f} {size / 1e6:12.0f} {size / experts:13.0f} {own:8.0f}",
                flush=True,
            )


def edit(experts: int, items: int) -> None:
    """What an edit costs, and a list with many of them pending."""
    index = growth.built(experts, items)
    clean = growth.cost(index)
    print(f"{experts} experts, {items} items: clean {clean} ms")
    taken = []
    for number, (index, milliseconds) in enumerate(growth.edited(index, 1000, items), 1):  # noqa: B020
        taken.append(milliseconds)
        if number in (1, 10, 100, 1000):
            now = growth.cost(index, count=50, rounds=2)
            parts = [part.segment.n_rows for part in index.parts]
            print(
                f"{number:5} edits pending: {now} ms, {now.median / clean.median:.2f} of clean; parts {parts}",
                flush=True,
            )
    low, median, high, most = np.percentile(taken, [25, 50, 75, 100]).tolist()
    print(f"an edit: {median:.3f} [{low:.3f}, {high:.3f}] ms, at most {most:.1f}")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks")
    parts = parser.add_subparsers(dest="part", required=True)
    one = parts.add_parser("engines")
    one.add_argument("--experts", type=int, default=100_000)
    one.add_argument("--requests", type=int, default=60)
    one.add_argument("--without", nargs="*", default=[], help="first words of engines to leave out")
    one = parts.add_parser("growth")
    one.add_argument("sizes", type=int, nargs="*", default=[1_000, 10_000, 100_000])
    one = parts.add_parser("edits")
    one.add_argument("--experts", type=int, default=100_000)
    one.add_argument("--items", type=int, default=0)
    one = parts.add_parser("serving")
    one.add_argument("--experts", type=int, default=10_000)
    one.add_argument("--items", type=int, default=0)
    one.add_argument("--requests", type=int, default=60)
    one.add_argument("--workers", type=int, default=1)
    stated = parser.parse_args()
    machine = platform.processor() or platform.machine()
    print(f"# {machine}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}", end=", ")
    print(f"Python {platform.python_version()}, NumPy {np.__version__}")
    if stated.part == "engines":
        compare(stated.experts, stated.requests, stated.without)
    elif stated.part == "growth":
        grow(stated.sizes)
    elif stated.part == "edits":
        edit(stated.experts, stated.items)
    else:
        serving.serve(stated.experts, stated.items, stated.requests, stated.workers)


main()
