"""Style, scripts and icon: our own files only, each under an address that holds its hash, so that browsers keep it."""

import hashlib
from functools import cache
from importlib.resources import files

from flask import Response, abort, send_from_directory, url_for

FOLDER = files("expertdb.console").joinpath("static")
NAMES = ("vendor/pico.min.css", "vendor/htmx.min.js", "console.css", "console.js", "icon.svg")


@cache
def _mark(name: str) -> str:
    return hashlib.sha256(FOLDER.joinpath(name).read_bytes()).hexdigest()[:12]


def asset_url(name: str) -> str:
    """The address of one of our files, which changes when the file does."""
    return url_for("console.asset", mark=_mark(name), name=name)


def asset(mark: str, name: str) -> Response:
    """One of our files; 404 for anything else."""
    if name not in NAMES:
        abort(404)
    answer = send_from_directory(str(FOLDER), name)
    # An old address may be asked for by a page from before an update: the file of today, but not to keep.
    answer.headers["Cache-Control"] = "public, max-age=31536000, immutable" if mark == _mark(name) else "no-cache"
    return answer
