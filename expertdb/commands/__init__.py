"""The commands of `expertdb`, by what they are about. Each opens one transaction, as a view does."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from flask import Flask


@contextmanager
def application(ctx: click.Context) -> "Iterator[Flask]":
    """The application, made when a command first needs it, with its context pushed."""
    make: Callable[[], Flask] = ctx.obj
    app = make()
    with app.app_context():
        yield app


def counted(number: int, one: str, several: str = "") -> str:
    """So many of what is called `one`: "1 row", "2 rows"."""
    return f"{number} {one if number == 1 else several or f'{one}s'}"
