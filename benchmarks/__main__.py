"""`python -m benchmarks …`: prints the figures of docs/performance.md, with the machine they were taken on."""

from __future__ import annotations

import argparse
import os
import platform
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np

from benchmarks import batch, cluster, console, engines, growth, memory, report, serving, shard
from benchmarks.corpora import requests
from benchmarks.timing import interleaved, undisturbed
from expertdb.services.analysers import default_analyser
from matching import kernels

KERNELS: tuple[kernels.Name, ...] = ("numba", "scipy")
OTHERS: dict[str, Callable[..., engines.Prepared]] = {
    "linear_kernel, both fields": engines.kernel_of_scikit_learn,
    "linear_kernel, native field": engines.kernel_of_scikit_learn_native,
    "bm25s (Numba)": engines.bm25s,
    "tantivy": engines.tantivy,
    "SQLite FTS5": engines.fts5,
    "Qdrant, embedded": engines.qdrant,
    # Not one after the other: whoever comes second finds the library's code in the caches.
    "bm25s (Numba), both fields": partial(engines.bm25s, terms_of=engines.both),
    "tantivy, both fields": partial(engines.tantivy, terms_of=engines.both),
    "Qdrant, embedded, both fields": partial(engines.qdrant, terms_of=engines.both),
}


def compare(experts: int, count: int, leave_out: list[str], seconds: float) -> None:
    """Our kernels and everything else, interleaved, on one document each."""
    analyser = default_analyser()
    start = time.perf_counter()
    index, documents = engines.read(experts, analyser)
    growth.keep(index, experts, 0)
    print(f"# ours: ready after {time.perf_counter() - start:.0f} s", flush=True)
    asked = requests(count)
    queries = [analyser.analyse(one.title + "\n" + one.text) for one in asked]
    made = {f"ours, {kernel}": engines.ours(engines.with_kernel(index, kernel), asked) for kernel in KERNELS}
    for name, prepare in OTHERS.items():
        if name.split(",")[0].split(" ")[0] not in leave_out:
            start = time.perf_counter()
            made[name] = prepare(documents, queries)
            print(f"# {name}: ready after {time.perf_counter() - start:.0f} s", flush=True)
    cases = [{name: asked[number] for name, (_, asked) in made.items()} for number in range(count)]
    with undisturbed():
        found = interleaved({name: run for name, (run, _) in made.items()}, cases, budget=seconds)
    print(f"\n{experts} experts of one document, {count} requests, k = {engines.K}")
    print("ms, median [quartiles]; ms of processor time, median; how many times as much as ours with Numba, with SciPy")
    for name, timing in found.items():
        ratios = " ".join(
            f"{timing.computed / found[f'ours, {kernel}'].computed:8.2f}" for kernel in ("numba", "scipy")
        )
        print(f"{name:30} {timing!s:28} {timing.computed:9.3f} ÷ numba, scipy: {ratios}")


def grow(sizes: list[str]) -> None:
    """Cost and memory as the pool and its profiles grow."""
    print("experts items postings touched  ms for the best 20 (processor)   under a 10 % filter (processor) ratio")
    print("        MB of files  bytes/expert  MB of a process's own, of these since it opened the files")
    kernels.choose()
    growth.asked()  # So that what every process remembers of words is not taken for a pool's.
    for size in sizes:
        experts, items = (int(part) for part in (*size.split("x"), "0")[:2])
        before = growth.resident()[0]
        index = growth.built(experts, items)
        with undisturbed():
            found = growth.costs({"plain": (index, None), "tenth": (index, growth.a_tenth())})
        plain, tenth = found["plain"], found["tenth"]
        print(
            f"{experts:8} {items:3} {growth.postings(index):10.0f}  {plain!s} ({plain.computed:.3f})  "
            f"{tenth!s} ({tenth.computed:.3f}) {tenth.computed / plain.computed:6.2f}"
        )
        own = growth.resident()[0]
        files = growth.files(index)
        print(f"        {files / 1e6:10.0f} {files / experts:10.0f} {own:10.0f} {own - before:8.1f}", flush=True)


def edit(experts: int, items: int) -> None:
    """What an edit costs, and a list with many of them pending."""
    clean, index = growth.built(experts, items), growth.built(experts, items)
    print(f"{experts} experts, {items} items: ms for the best 20 (processor)")
    taken = []
    with undisturbed():
        for number, (index, milliseconds) in enumerate(growth.edited(index, 1000, items), 1):  # noqa: B020
            taken.append(milliseconds)
            if number in (1, 10, 100, 1000):
                now = growth.costs({"clean": (clean, None), "edited": (index, None)}, count=60)
                before, after = now["clean"], now["edited"]
                parts = [part.segment.n_rows for part in index.parts]
                ratio = after.computed / before.computed
                print(f"{number:5} edits pending: {after} ({after.computed:.3f}); parts {parts}")
                print(f"      none: {before} ({before.computed:.3f}); {ratio:.2f} times as much", flush=True)
    for kind, column in (("elapsed", 0), ("processor", 1)):
        low, median, high, most = np.percentile([one[column] for one in taken], [25, 50, 75, 100]).tolist()
        print(f"an edit, {kind}: {median:.3f} [{low:.3f}, {high:.3f}] ms, at most {most:.1f}")


def _processor() -> str:
    """What /proc says of the processor, where there is one."""
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    except OSError:
        lines = []
    named = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return named[0] if named else platform.machine()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks")
    parts = parser.add_subparsers(dest="part", required=True)
    one = parts.add_parser("engines")
    one.add_argument("--experts", type=int, default=100_000)
    one.add_argument("--requests", type=int, default=60)
    one.add_argument("--seconds", type=float, default=240, help="for the measured calls")
    one.add_argument("--without", nargs="*", default=[], help="first words of engines to leave out")
    one = parts.add_parser("growth")
    one.add_argument(
        "sizes", nargs="*", default=["1000", "10000", "100000"], help="experts, or experts x items: 10000x5"
    )
    one = parts.add_parser("edits")
    one.add_argument("--experts", type=int, default=100_000)
    one.add_argument("--items", type=int, default=0)
    one = parts.add_parser("serving")
    one.add_argument("--experts", type=int, default=10_000)
    one.add_argument("--items", type=int, default=0)
    one.add_argument("--requests", type=int, default=60)
    one.add_argument("--workers", type=int, default=1)
    one = parts.add_parser("batch")
    one.add_argument("--experts", type=int, default=10_000)
    one.add_argument("--requests", type=int, default=1000)
    one = parts.add_parser("memory")
    one.add_argument("--experts", type=int, default=3000)
    one.add_argument("--requests", type=int, default=2000)
    one = parts.add_parser("qdrant")
    one.add_argument("--experts", type=int, default=10_000)
    one.add_argument("--items", type=int, default=0)
    one.add_argument("--requests", type=int, default=100)
    one = parts.add_parser("cluster")
    one.add_argument("--bytes", type=int, required=True, help="of an expert's point on disk, as `qdrant` prints")
    one.add_argument("--milliseconds", type=float, required=True, help="of a search in that many experts")
    one.add_argument("--experts", type=int, required=True)
    console.arguments(parts.add_parser("console"))
    one = parts.add_parser("report")
    one.add_argument("wanted", nargs="?", default="", help="runs whose command contains this")
    stated = parser.parse_args()
    if stated.part == "report":
        report.write(stated.wanted)
        return
    print(f"# {_processor()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}", end=", ")
    print(f"Python {platform.python_version()}, NumPy {np.__version__}", flush=True)
    if stated.part == "engines":
        compare(stated.experts, stated.requests, stated.without, stated.seconds)
    elif stated.part == "growth":
        grow(stated.sizes)
    elif stated.part == "edits":
        edit(stated.experts, stated.items)
    elif stated.part == "batch":
        batch.compare(stated.experts, stated.requests)
    elif stated.part == "memory":
        memory.grow(stated.experts, stated.requests)
    elif stated.part == "cluster":
        cluster.reckon(stated.bytes, stated.milliseconds, stated.experts)
    elif stated.part == "console":
        console.measure(stated)
    elif stated.part == "qdrant":
        shard.compare(stated.experts, stated.items, stated.requests)
    else:
        serving.serve(stated.experts, stated.items, stated.requests, stated.workers)


main()
