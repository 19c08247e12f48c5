"""Make the backup that stands for a release: the sample pool and a bit of everything else, on SQLite."""

import os
import sys
import tempfile
from pathlib import Path

from click.testing import CliRunner

from expertdb.cli import main as program
from tests.api.people import ASKED, candidate, expert, moved
from tests.callers import Clock
from tests.conftest import START, Databases, caller, close, make_app

FOLDER = Path(__file__).parent
KEY = "s" * 40


def fill(url: str) -> None:
    """Requests, lists, restricted values, people under way and an answer kept for a repeat, beside the sample pool."""
    app = make_app(url, Clock(START))
    administrator, reviewer = caller(app, "administrator"), caller(app, "reviewer")
    expert(administrator, "甘露", restricted={"phone": "13800138000", "id_number": "11010519491231002X"})
    candidate(administrator, reviewer)
    agency = caller(app, "agency", "晋江鞋服产业园知识产权保护工作站")
    asked = agency.made("/requests", ASKED | {"aspects": [{"code": "LG-INV", "need": "must"}]})
    agency.made(f"/requests/{asked['id']}/shortlists", {"size": 5})
    agency.post("/requests", ASKED, headers={"Idempotency-Key": "k-1"})
    moved(administrator, f"/experts/{expert(administrator, '莫愁')['id']}", "suspended")
    close(app)


def main() -> None:
    """Write the backup under the name given."""
    target = FOLDER / f"{sys.argv[1]}.backup"
    with tempfile.TemporaryDirectory() as folder:
        url = Databases(Path(folder)).fresh("sqlite", pool=True)
        fill(url)
        os.environ |= {"EXPERTDB_SECRET_KEY": KEY, "EXPERTDB_DATABASE_URL": url}
        done = CliRunner().invoke(program, ["backup", str(target)])
    print(done.output)
    sys.exit(done.exit_code)


if __name__ == "__main__":
    main()
