"""bench: the benchmarks of the source tree, which are no part of what is installed."""

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import click

ROOT = Path(__file__).parents[2]


@click.command(context_settings={"ignore_unknown_options": True, "help_option_names": []}, add_help_option=False)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def bench(arguments: tuple[str, ...]) -> None:
    """Measure the index against other engines, its growth and the service; `expertdb bench --help` lists the parts."""
    if not (ROOT / "benchmarks").is_dir():
        raise click.ClickException("The benchmarks are in the source tree only: clone it and call this from there.")
    if find_spec("bm25s") is None:
        raise click.ClickException(
            "The engines to compare with are not installed: `make bench` in the source tree does it, or\n"
            "pip install --require-hashes -r requirements-bench.lock"
        )
    command = [sys.executable, "-m", "benchmarks", *(arguments or ("engines", "--experts", "10000"))]
    ended = subprocess.run(command, cwd=ROOT, check=False)  # noqa: S603 - the caller's own words, and no shell.
    sys.exit(ended.returncode)


COMMANDS = (bench,)
