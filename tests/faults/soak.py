"""The long forms of fault, load and fuzz tests: `make soak`, or one: `python -m tests.faults.soak kills --kills 200`.

Each part prints what it did and found, and ends with 1 when anything was not as it must be. docs/reliability.md holds
the figures of the last run of each.
"""

import argparse
import os
import random
import re
import statistics
import subprocess
import sys
import tempfile
import time

from tests.faults.checking import Checker
from tests.faults.contending import contend
from tests.faults.killing import Ledger, kill_and_recover, let_work, people, site, verify
from tests.faults.loading import Load, fill
from tests.faults.test_kills import migrated
from tests.postgres import Server, server
from tests.serving import ROOT, service


def kills(options: argparse.Namespace) -> None:
    """Kill at random, half of the times on each engine, and verify after every ten."""
    chance = random.Random(options.seed)
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/kills.sqlite3"
        migrated(url)
        _kill(url, None, ["worker"] * 8 + ["master"] * 2, options.kills // 2, chance)
    with server(durable=True) as database:
        url = database.create_database("kills")
        migrated(url)
        kinds = ["worker"] * 4 + ["master"] + ["backend"] * 3 + ["database"] * 2
        _kill(url, database, kinds, options.kills - options.kills // 2, chance)


def _kill(url: str, database: Server | None, kinds: list[str], count: int, chance: random.Random) -> None:
    engine, ledger, took = url.partition(":")[0], Ledger(), list[tuple[str, float]]()
    with site(url, database) as running:
        while len(took) < count:
            with people(running, ledger) as stumbled:
                let_work(ledger, stumbled)
                took += kill_and_recover(running, kinds, chance, pause=1.0)
                let_work(ledger, stumbled)
            if stumbled:
                raise stumbled[0]
            counts = verify(running, ledger)
            print(f"{engine}: {len(took)} kills, nothing lost: {ledger.progress()}, {counts}", flush=True)
    for what in sorted(set(kinds)):
        back = sorted(seconds for kind, seconds in took if kind == what)
        median = statistics.median(back)
        print(f"{engine}: {len(back)} kills of a {what}: back after {median:.1f} s, {back[-1]:.1f} at most")
    print(f"{engine}: acknowledged and there: {ledger.progress()} (edits, experts, imports of 20, lists); {counts}")
    print(f"{engine}: verified anew after every {len(kinds)} kills")
    print(f"{engine}: answers {dict(ledger.answers)}")


def freshness(options: argparse.Namespace) -> None:
    """Edits at a rate through four processes, each followed by a list that must see it."""
    with server() as database:
        url = database.create_database("fresh")
        migrated(url)
        with service(url, workers=4, threads=2) as running:
            checker = Checker(running, editors=10)
            while len(checker.pairs) + len(checker.faults) < options.pairs:
                checker.run(min(500, options.pairs), rate=options.rate)
                print(f"{len(checker.pairs)} pairs, {len(checker.misses)} misses", flush=True)
            if checker.faults:
                print([event for event in running.events() if event.get("level") != "info"][-20:])
    seconds = sorted(pair.seconds for pair in checker.pairs)
    print(f"{len(checker.pairs)} pairs at {options.rate:.0f} edits a second, {len(checker.misses)} misses")
    print(
        f"edit and list together: median {1000 * statistics.median(seconds):.0f} ms, {1000 * seconds[-1]:.0f} at most"
    )
    if checker.misses or checker.faults:
        raise SystemExit(f"missed: {checker.misses[:5]}, faults: {checker.faults[:5]}")


def together(options: argparse.Namespace) -> None:
    """Eight edit the same experts and requests through four processes, on each engine."""
    with tempfile.TemporaryDirectory() as folder, server() as database:
        for url in (f"sqlite:///{folder}/together.sqlite3", database.create_database("together")):
            migrated(url)
            with service(url, workers=4, threads=2) as running:
                contest = contend(running, editors=8, edits=options.edits // 8, things=2)
                wrong = contest.lost(running)
            print(f"{url.partition(':')[0]}: 8 editors, answers {dict(contest.statuses)}, not as it must be: {wrong}")
            if wrong or not set(contest.statuses) <= {200, 412}:
                raise SystemExit(1)


def load(options: argparse.Namespace) -> None:
    """So many clients for so many minutes on so many experts, with edits going on."""
    with server() as database:
        url = database.create_database("load")
        migrated(url)
        began = time.monotonic()
        fill(url, options.experts)
        print(f"{options.experts} experts entered in {time.monotonic() - began:.0f} s", flush=True)
        with service(url, ready=False, workers=2, threads=4) as running:
            began = time.monotonic()
            running.wait_until_ready(3600)  # The index of the pool is built before the first answer.
            print(f"ready after {time.monotonic() - began:.0f} s", flush=True)
            measured = Load(running, options.clients)
            measured.run(60 * options.minutes, silent=options.silent)
    measured.tell()
    if measured.wrong:
        raise SystemExit(f"not as it must be: {measured.wrong}")


def fuzz(options: argparse.Namespace) -> None:
    """Every parser with so many inputs for each property, another choice each time."""
    examine("test_parsers.py", FUZZ_EXAMPLES=options.inputs)


def contract(options: argparse.Namespace) -> None:
    """Every operation of the OpenAPI document so many times, and so many chains along its links."""
    examine("test_contract.py", SCHEMATHESIS_EXAMPLES=options.examples, SCHEMATHESIS_CHAINS=options.chains)


def examine(file: str, **numbers: int) -> None:
    """Run a file of tests/security with these numbers and say what it tried."""
    command = [sys.executable, "-m", "pytest", f"tests/security/{file}", "-q", "-s", "--hypothesis-show-statistics"]
    stated = {name: str(number) for name, number in numbers.items()}
    done = subprocess.run(command, cwd=ROOT, env=os.environ | stated, capture_output=True, text=True, check=False)
    lines = [line.strip()[:300] for line in done.stdout.splitlines()]
    print("\n".join([line for line in lines if TELLING.search(line)] if done.returncode == 0 else lines))
    if done.returncode:
        raise SystemExit(1)


def main() -> None:
    """Run the parts that are named, or all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", choices=[*PARTS, []], default=[])
    parser.add_argument("--seed", type=int, default=20261126)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--pairs", type=int, default=10_000)
    parser.add_argument("--rate", type=float, default=20.0)
    parser.add_argument("--edits", type=int, default=4000)
    parser.add_argument("--inputs", type=int, default=2000)
    parser.add_argument("--examples", type=int, default=25)
    parser.add_argument("--chains", type=int, default=50)
    parser.add_argument("--silent", type=int, default=200)
    parser.add_argument("--clients", type=int, default=16)
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--experts", type=int, default=100_000)
    options = parser.parse_args()
    for name in options.parts or PARTS:
        began = time.monotonic()
        print(f"== {name}", flush=True)
        PARTS[name](options)
        print(f"== {name}: {time.monotonic() - began:.0f} s", flush=True)


PARTS = {
    "kills": kills,
    "freshness": freshness,
    "together": together,
    "load": load,
    "fuzz": fuzz,
    "contract": contract,
}
TELLING = re.compile(r"^tests/.*::|\d passing,|calls answered| passed")

if __name__ == "__main__":
    main()
