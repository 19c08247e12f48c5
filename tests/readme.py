"""The worked requests of the READMEs: what they send, what they claim to get, and (`make readme`) what they do get."""

import json
import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from flask import Flask

from tests.callers import BOOTSTRAP, Caller, Clock
from tests.conftest import START, Databases, close, make_app

ROOT = Path(__file__).parents[1]
READMES = ("README.md", "README.zh.md")
EXAMPLE = re.compile(
    r"(?:-H \"Accept-Language: (?P<tongue>\w+)\"[^`]*?)?-d '(?P<body>[^']*)'[^`]*```\n\n"
    r"<!-- output: \w+ -->\n```\n(?P<claimed>.*?)```",
    re.DOTALL,
)


@dataclass(frozen=True)
class Example:
    """One request of a README: the body it sends, the language it asks for and the output it claims."""

    readme: str
    body: str
    claimed: str
    tongue: str = "en"


def examples() -> list[Example]:
    """Every worked request of both READMEs."""
    return [
        Example(name, found["body"], found["claimed"], found["tongue"] or "en")
        for name in READMES
        for found in EXAMPLE.finditer((ROOT / name).read_text("utf-8"))
    ]


def output(app: Flask, body: str, tongue: str) -> str:
    """What the command of the README prints for this body on the sample pool."""
    answer = Caller(app, BOOTSTRAP).post("/shortlists/preview", json.loads(body), headers={"Accept-Language": tongue})
    command = [sys.executable, str(ROOT / "docs/show.py")]
    return subprocess.run(command, input=answer.get_data(), capture_output=True, check=True).stdout.decode()


def rewrite(app: Flask) -> None:
    """Put the real output into both READMEs."""
    for name in READMES:
        text = (ROOT / name).read_text("utf-8")

        def real(found: re.Match[str]) -> str:
            whole, start = found[0], found.start("claimed") - found.start()
            return whole[:start] + output(app, found["body"], found["tongue"] or "en") + "```"

        (ROOT / name).write_text(EXAMPLE.sub(real, text), "utf-8")


def main() -> None:
    """Write the outputs anew, from the sample pool on a database of its own."""
    with tempfile.TemporaryDirectory() as folder:
        app = make_app(Databases(Path(folder)).fresh("sqlite", pool=True), Clock(START))
        rewrite(app)
        close(app)


if __name__ == "__main__":
    main()
