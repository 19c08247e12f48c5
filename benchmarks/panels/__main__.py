"""Quality and time of panels and batches beside greedy and min-cost-flow baselines: `python -m benchmarks.panels`.

Prints the tables of docs/panels.md. `--large` adds the batches that take minutes.
"""

import statistics
import sys
import time
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from benchmarks.panels import baselines
from benchmarks.panels.baselines import Result
from benchmarks.panels.pools import affinities, experts
from matching.assignment import Ask, assign
from matching.panel import PanelCandidate, Rule, compose, parse, preset

REGION = "350200"
LIMIT = 300.0  # Seconds for each program of the large batches.


def rules_of(name: str) -> tuple[Rule, ...]:
    return parse(preset(name, requester_region=REGION).rules)


def panels() -> None:
    """One panel at a time, by the number of candidates: ten requests each."""
    print("| preset | candidates | seats | optimal | median s | longest s | greedy lawful | greedy, of optimum |")
    print("|---|---|---|---|---|---|---|---|")
    for name, size in (("complex", 5), ("policy", 5), ("policy_contested", 7), ("policy_contested", 21)):
        for count in (200, 1000, 5000):
            _panel_row(name, size, count)


def _panel_row(name: str, size: int, count: int) -> None:
    people, scores, rules = experts(count), affinities(10, count, seed=count), rules_of(name)
    times, optimal, lawful, shares = [], 0, 0, []
    for row in scores:
        pool = [replace(one, affinity=float(score)) for one, score in zip(people, row, strict=True) if score == score]
        began = time.perf_counter()
        found = compose(pool, rules, size, 2, prices=False)
        times.append(time.perf_counter() - began)
        optimal += found.status == "optimal" and found.gap <= 1e-6
        other = baselines.greedy(people, [Ask("r", size, 0, rules)], row[None, :], 1)
        lawful += other.lawful
        if other.lawful and found.objective:
            shares.append(other.total / found.objective)
    share = f"{statistics.mean(shares):.4f}" if shares else "-"
    line = (name, count, size, f"{optimal}/10", f"{statistics.median(times):.3f}", f"{max(times):.3f}")
    print("| " + " | ".join(map(str, line)) + f" | {lawful}/10 | {share} |", flush=True)


def batches(cases: Sequence[tuple[int, int, int, str, str]]) -> None:
    """Whole batches: requests × experts, how many engagements each expert takes, rules or none, which fairness."""
    print("\n| requests × experts | loads | rules | method | sum | gap | lowest mean | lawful panels | s |")
    print("|---|---|---|---|---|---|---|---|---|")
    for requests, count, capacity, name, fairness in cases:
        people, scores = experts(count), affinities(requests, count)
        rules = rules_of(name) if name else ()
        asks = [Ask(f"r{number:04}", 5, 0, rules) for number in range(requests)]
        _batch_row(people, asks, scores, capacity, name, fairness)


def _batch_row(
    people: list[PanelCandidate], asks: list[Ask], scores: np.ndarray, capacity: int, name: str, fairness: str
) -> None:
    at = f"{len(asks)} × {len(people)} | {capacity} | {name or 'none'}"
    began = time.perf_counter()
    found = assign(people, asks, scores, capacity=capacity, fairness=fairness, time_limit=LIMIT)
    seconds = time.perf_counter() - began
    lawful = sum(panel.shortage is None for panel in found.panels)
    bound = f" (≤ {found.lowest_bound:.4f})" if found.lowest_bound is not None else ""
    print(
        f"| {at} | assign, {fairness} | {found.objective:.4f} | {found.gap:.1e} | {found.lowest or 0:.4f}{bound} | "
        f"{lawful}/{len(asks)} | {seconds:.1f} |",
        flush=True,
    )
    if fairness == "total":
        _line(at, "greedy", baselines.greedy(people, asks, scores, capacity), len(asks))
        _line(at, "random greedy, best of 10", baselines.random_greedy(people, asks, scores, capacity), len(asks))
        if len(asks) * len(people) <= 1_000_000:
            _line(at, "rounded flow", baselines.rounded_flow(people, asks, scores, capacity), len(asks))


def _line(at: str, method: str, result: Result, count: int) -> None:
    print(
        f"| {at} | {method} | {result.total:.4f} | - | {result.lowest:.4f} | {result.lawful}/{count} | "
        f"{result.seconds:.1f} |",
        flush=True,
    )


SMALL = [
    (50, 5000, 2, "", "total"),
    (50, 5000, 2, "policy", "total"),
    (50, 5000, 2, "policy", "worst"),
    (50, 400, 1, "", "total"),
    (50, 400, 1, "complex", "total"),
]
LARGE = [
    (1000, 5000, 2, "", "total"),
    (1000, 5000, 2, "", "worst"),
    (1000, 5000, 2, "policy", "total"),
]

if __name__ == "__main__":
    if "--large" in sys.argv:
        batches(LARGE)
    else:
        panels()
        batches(SMALL)
