"""How long the server takes for every page of the console, beside a bare one.

    python -m benchmarks.console                    # the sample pool
    python -m benchmarks.console --experts 100000   # the same experts over and over, up to so many
    python -m benchmarks.console --experts 100000 --folder build --pages /experts /statistics   # a pool that is kept

Pages are asked of the application itself, signed in as an administrator; a bare page is a form without anything from
the pool, asked for in turns with each. Printed: milliseconds of processor time (fastest, median and slowest of the
runs), the multiple of the bare page, kilobytes. The multiple is that of the fastest runs: the others hold what else the
machine did.
"""

import argparse
import contextlib
import resource
import statistics
import tempfile
import time
from pathlib import Path

import flask_migrate
from flask import Flask
from sqlalchemy import text

from config.settings import Settings
from expertdb.app import create_app
from expertdb.database import db, transaction
from expertdb.services import sample
from tests.browser.test_every_page import addresses, examples_of
from tests.console.conftest import Visitor, account

BARE = "/password"
LISTS = (
    "/experts?q=专利",
    "/experts?q=lin",
    "/experts?status=active&region=350200&service=LG-INV",
    "/organisations?q=福建",
    "/",
    "/statistics/glance",
)


def make(folder: str) -> Flask:
    """An application on a database with the sample pool, which may be there from another run."""
    Path(folder).mkdir(parents=True, exist_ok=True)
    url = f"sqlite:///{Path(folder) / 'bench.sqlite3'}"
    app = create_app(Settings(database_url=url, secret_key="s" * 40, log_level="ERROR"))
    with app.app_context():
        flask_migrate.upgrade()
        with transaction() as session:
            fresh = sample.load_when_empty(session, now=app.extensions["clock"]())
    if fresh:
        account(app, "administrator")
    return app


def fill(app: Flask, experts: int) -> None:
    """Copy everybody until there are so many.

    To be called when lists and panels are there: copies tie with each other, and no panel can be formed of them alone.
    """
    with app.app_context(), db.engine.begin() as connection:
        start = connection.execute(text("SELECT count(*) FROM experts")).scalar_one()
        for round in range(1, -(-experts // start)):
            for table, columns in COPIED.items():
                connection.execute(text(_copy(table, columns, round)))
        connection.execute(text("ANALYZE"))


COPIED = {"experts": ("id",), "expert_items": ("id", "expert_id"), "expert_codes": ("expert_id",)}


def _copy(table: str, ids: tuple[str, ...], round: int) -> str:
    """Copy the sample's rows under ids that begin with the number of the round."""
    columns = [column.name for column in db.metadata.tables[table].columns if column.name != "source_id"]
    first = "01"  # UUIDv7 of this century; the copies' ids begin otherwise.
    values = [f"'{round:08x}' || substr({name}, 9)" if name in ids else name for name in columns]
    return (
        f"INSERT INTO {table} ({', '.join(columns)}) SELECT {', '.join(values)} "
        f"FROM {table} WHERE substr({ids[-1]}, 1, 2) = '{first}'"
    )


def timed(visitor: Visitor, address: str, runs: int) -> tuple[list[float], list[float], int]:
    """Milliseconds of processor time of a page and of the bare one in turns, and the bytes of the page.

    The first visit is not counted: templates are compiled and the index is read in it.
    """
    size, spent, bare = len(visitor.get(address).data), list[float](), list[float]()
    for _ in range(runs):
        for asked, times in ((address, spent), (BARE, bare)):
            start = time.process_time()
            answer = visitor.get(asked)
            times.append(1000 * (time.process_time() - start))
            assert answer.status_code == 200, (asked, answer.status_code)
    return spent, bare, size


def arguments(parser: argparse.ArgumentParser) -> None:
    """What may be stated of a run."""
    parser.add_argument("--experts", type=int, default=0)
    parser.add_argument("--runs", type=int, default=10)
    parser.add_argument("--folder", help="where the pool is kept, or found from another run")
    parser.add_argument("--pages", nargs="+", help="these pages besides the lists, instead of all")


def measure(options: argparse.Namespace) -> None:
    """Measure and print."""
    if options.folder and not options.pages:
        raise SystemExit("A pool that is kept has nothing but experts to show: name the pages with --pages.")
    with contextlib.nullcontext(options.folder) if options.folder else tempfile.TemporaryDirectory() as folder:
        app = make(folder)
        pages = options.pages or addresses(app, examples_of(app))
        fill(app, options.experts)
        _take_census(app)
        visitor = Visitor(app, "zh")
        visitor.sign_in("administrator")
        print(f"{'page':<60} {'fastest':>8} {'median':>8} {'slowest':>8} {'× bare':>7} {'kB':>6}")
        for address in (BARE, *LISTS, *pages):
            spent, bare, size = timed(visitor, address, options.runs)
            fastest, median, slowest = min(spent), statistics.median(spent), max(spent)
            times = f"{fastest:>8.1f} {median:>8.1f} {slowest:>8.1f} {fastest / min(bare):>7.1f}"
            print(f"{_short(address):<60} {times} {size / 1000:>6.1f}", flush=True)


def _take_census(app: Flask) -> None:
    """What everybody in memory costs a server when it starts."""
    with app.app_context(), transaction(read_only=True) as session:
        start, before = time.process_time(), resident()
        count = len(app.extensions["directory"].refresh(session).rows)
        spent = time.process_time() - start
    print(f"# census of {count:,}: {spent:.1f} s of processor time, {(resident() - before) / 1e6:.0f} MB", flush=True)


def resident() -> int:
    """Bytes of memory that this process has."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize()


def _short(address: str) -> str:
    return "/".join("…" if len(part) == 36 else part for part in address.split("/"))


if __name__ == "__main__":
    stated = argparse.ArgumentParser(description=__doc__)
    arguments(stated)
    measure(stated.parse_args())
