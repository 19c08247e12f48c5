"""How long the server takes for every page of the console, beside a bare one.

    python -m benchmarks.console                    # the sample pool
    python -m benchmarks.console --experts 100000   # the same experts over and over, up to so many

Pages are asked of the application itself, signed in as an administrator; a bare page is a form without anything from
the pool. Printed: milliseconds (fastest, median and slowest of the runs), the multiple of the bare page, kilobytes.
The multiple is that of the fastest runs: the others hold what else the machine did.
"""

import argparse
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
)


def make(folder: str) -> Flask:
    """An application on a fresh database with the sample pool."""
    url = f"sqlite:///{Path(folder) / 'bench.sqlite3'}"
    app = create_app(Settings(database_url=url, secret_key="s" * 40, log_level="ERROR"))
    with app.app_context():
        flask_migrate.upgrade()
        with transaction() as session:
            sample.load_when_empty(session, now=app.extensions["clock"]())
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


def timed(visitor: Visitor, address: str, runs: int) -> tuple[float, float, float, int]:
    """Fastest, median and slowest time in milliseconds, and the size, after one run to warm up."""
    size, spent = len(visitor.get(address).data), []
    for _ in range(runs):
        start = time.perf_counter()
        answer = visitor.get(address)
        spent.append(1000 * (time.perf_counter() - start))
        assert answer.status_code == 200, (address, answer.status_code)
    return min(spent), statistics.median(spent), max(spent), size


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--experts", type=int, default=0)
    parser.add_argument("--runs", type=int, default=10)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        app = make(folder)
        account(app, "administrator")
        found = examples_of(app)
        fill(app, options.experts)
        visitor = Visitor(app, "zh")
        visitor.sign_in("administrator")
        bare = timed(visitor, BARE, options.runs)[0]
        print(f"{'page':<60} {'fastest':>8} {'median':>8} {'slowest':>8} {'× bare':>7} {'kB':>6}")
        for address in (BARE, *LISTS, *addresses(app, found)):
            fastest, median, slowest, size = timed(visitor, address, options.runs)
            times = f"{fastest:>8.1f} {median:>8.1f} {slowest:>8.1f} {fastest / bare:>7.1f}"
            print(f"{_short(address):<60} {times} {size / 1000:>6.1f}", flush=True)


def _short(address: str) -> str:
    return "/".join("…" if len(part) == 36 else part for part in address.split("/"))


if __name__ == "__main__":
    main()
