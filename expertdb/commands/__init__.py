"""The commands of `expertdb`, by what they are about. Each opens one transaction, as a view does."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click
from flask import Flask


@contextmanager
def application(ctx: click.Context) -> Iterator[Flask]:
    """The application, made when a command first needs it, with its context pushed."""
    make: Callable[[], Flask] = ctx.obj
    app: Flask = make()
    with app.app_context():
        yield app
