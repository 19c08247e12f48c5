"""Runs benchmarks and writes what they print into the documents, so that no figure there is written by hand.

A document says where a run belongs: `<!-- bench: engines --experts 10000 -->`, and the block that follows is replaced.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

DOCS = (Path("docs/performance.md"), Path("docs/scale.md"), Path("docs/console.md"))
PLACE = re.compile(r"<!-- bench: (?P<run>[^\n]+?) -->\n(?:```\n.*?```\n|Not measured yet\.\n)?", re.DOTALL)


def write(wanted: str) -> None:
    """Run what the documents ask for, if its command contains `wanted`, and write the output there."""
    for document, run in _runs():
        if wanted in run:
            print(f"# {document}: {run}", flush=True)
            command = [sys.executable, "-m", "benchmarks", *run.split()]
            done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
            put(document, run, done.stdout)


def put(document: Path, run: str, output: str) -> None:
    """Write the output of a run to its place in a document."""
    block = f'```\n$ make bench BENCH="{run}"\n{output.strip()}\n```\n'
    text = document.read_text("utf-8")
    document.write_text(
        PLACE.sub(lambda at: f"<!-- bench: {run} -->\n{block}" if at["run"] == run else at[0], text), "utf-8"
    )


def _runs() -> Iterator[tuple[Path, str]]:
    for document in DOCS:
        for at in PLACE.finditer(document.read_text("utf-8")):
            yield document, at["run"]
