"""serve: hands over to gunicorn, whose processes import the application. Nothing of it is imported here."""

import os
import sys
import tempfile
from pathlib import Path

import click

from config.settings import load


@click.command()
def serve() -> None:
    """Serve the API and the console with gunicorn until interrupted."""
    settings = load()
    click.echo(f"Serving on http://{settings.address} (API documentation at /api/v1/docs). Stop with Ctrl-C.")
    # Its processes add up their metrics there; config/gunicorn.py removes it in the end.
    os.environ.setdefault("PROMETHEUS_MULTIPROC_DIR", tempfile.mkdtemp(prefix="expertdb-metrics-"))
    gunicorn = Path(sys.executable).with_name("gunicorn")
    # Not `wsgi:app`, which is found in the folder of the source alone.
    application = "expertdb.app:create_app(serving=True)"
    os.execv(gunicorn, [str(gunicorn), "-c", "python:config.gunicorn", application])  # noqa: S606 - no shell is wanted.
