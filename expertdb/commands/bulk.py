"""Many requests from a file, answered into another: what `expertdb match --batch` does."""

import json
import multiprocessing
import os
import sys
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from functools import partial
from itertools import islice
from pathlib import Path
from typing import IO

import click
from flask import Flask
from marshmallow import ValidationError
from rich.progress import Progress

from expertdb.commands import counted
from expertdb.database import db, transaction
from expertdb.schemas.faults import faults_of
from expertdb.schemas.fields import Str
from expertdb.schemas.shortlists import PreviewBody
from expertdb.services import bulk
from expertdb.services.bulk import CHUNK, Asked
from expertdb.strict_json import loads
from expertdb.wording import spoken

SAID_EVERY = 100  # Requests, where progress goes to a pipe.
AHEAD = 2  # Chunks that wait for each process, so that none idles and no file is read far ahead.

_app: Flask | None = None  # What a worker process inherits from the one that it is forked from.


class BatchLine(PreviewBody):
    """A request of a batch: what a preview takes, and an id to tell its answer by."""

    id = Str(maximum=100, minimum=1, required=True, metadata={"description": "comes back with the answer"})


def run(app: Flask, source: Path, target: IO[str], processes: int | None, language: str) -> None:
    """Answer every request of a JSON Lines file, in order; nothing is answered when a line has a fault.

    Raises ClickException, with how many are answered, when one of the processes is killed.
    """
    with app.app_context(), transaction(read_only=True):
        total = _checked(source)  # By the vocabularies that this database has.
    with app.app_context(), transaction(read_only=True) as session:
        app.extensions["corpus"].refresh(session)  # Once, for all processes to share.
    answered = 0
    with _answering(app, processes or os.cpu_count() or 1, language) as answer, _progress(total) as advance:
        try:
            for answers in answer(_chunks(source)):
                target.writelines(answers)
                answered += len(answers)
                advance(len(answers))
        except BrokenProcessPool as error:
            raise click.ClickException(
                "A process that matched was killed, perhaps for want of memory: the first"
                f" {answered} of {total} requests are answered. Match the rest, with fewer --processes."
            ) from error


def _checked(source: Path) -> int:
    """How many requests the file holds; ends the command, with every fault named, when it has any."""
    faults, count = [], 0
    for number, line in _lines(source):
        count += 1
        try:
            BatchLine().load(loads(line))
        except ValidationError as error:
            faults += [f"line {number}{fault.pointer}: {fault.detail}" for fault in faults_of(error.messages)]
        except ValueError as error:
            faults.append(f"line {number}: not JSON ({error})")
    for fault in faults:
        click.echo(fault, err=True)
    if faults:
        raise click.ClickException(
            f"{counted(count, 'request')} read, {counted(len(faults), 'fault')}; nothing was matched."
        )
    return count


def _lines(source: Path) -> Iterator[tuple[int, bytes]]:
    with source.open("rb") as file:
        for number, line in enumerate(file, 1):
            if line.strip():
                yield number, line


def _chunks(source: Path) -> Iterator[list[Asked]]:
    waiting = (BatchLine().load(loads(line)) for _, line in _lines(source))
    while chunk := [Asked(body.pop("id"), body) for body in islice(waiting, CHUNK)]:
        yield chunk


@contextmanager
def _answering(
    app: Flask, processes: int, language: str
) -> Iterator[Callable[[Iterator[list[Asked]]], Iterator[list[str]]]]:
    """What answers chunks in order, in so many processes, in lines of JSON."""
    global _app
    _app = app
    answered = partial(_matched, language)
    if processes == 1:
        yield lambda chunks: map(answered, chunks)
        return
    with app.app_context():
        db.engine.dispose()  # Connections must not be shared between processes.
    pool = ProcessPoolExecutor(processes, multiprocessing.get_context("fork"))
    try:
        pool.submit(int)  # Forks all of them now, while nothing here runs in a thread.
        yield lambda chunks: _in_order(pool, answered, chunks, processes * AHEAD)
    finally:
        pool.shutdown(cancel_futures=True)


def _in_order(
    pool: Executor, answered: Callable[[list[Asked]], list[str]], chunks: Iterator[list[Asked]], ahead: int
) -> Iterator[list[str]]:
    """The answers to the chunks, with so many of them handed on before the first is answered."""
    waiting = deque(pool.submit(answered, chunk) for chunk in islice(chunks, ahead))
    while waiting:
        yield waiting.popleft().result()
        waiting.extend(pool.submit(answered, chunk) for chunk in islice(chunks, 1))


def _matched(language: str, chunk: list[Asked]) -> list[str]:
    assert _app is not None
    with _app.app_context(), transaction(read_only=True) as session:
        found = bulk.match(session, _app.extensions["corpus"], chunk, now=_app.extensions["clock"]())
        return [json.dumps(spoken(one, language), ensure_ascii=False) + "\n" for one in found]


@contextmanager
def _progress(total: int) -> Iterator[Callable[[int], None]]:
    """What is told how many requests more are done: a bar on a terminal, lines in a pipe."""
    if sys.stderr.isatty():
        with Progress(transient=True) as bar:
            task = bar.add_task("Matching", total=total)
            yield lambda count: bar.advance(task, count)
        return
    done = 0

    def say(count: int) -> None:
        nonlocal done
        if (done + count) // SAID_EVERY > done // SAID_EVERY or done + count == total:
            click.echo(f"{done + count} of {total} requests matched", err=True)
        done += count

    yield say
