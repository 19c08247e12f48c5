"""work: do jobs in this process, beside the servers or in their place."""

import signal
import threading

import click

from expertdb import worker
from expertdb.commands import application


@click.command()
@click.option("--once", is_flag=True, help="End when no job waits.")
@click.pass_context
def work(ctx: click.Context, once: bool) -> None:
    """Work at jobs until interrupted; several processes share them. Each job that was begun is ended first."""
    stop = threading.Event()
    for one in (signal.SIGINT, signal.SIGTERM):
        signal.signal(one, lambda *_: stop.set())
    with application(ctx) as app:
        if not once:
            click.echo("Working at jobs. Stop with Ctrl-C.", err=True)
            worker.run_until(app, worker.KINDS, stop)
        count = 0
        while once and not stop.is_set() and worker.run_once(app, worker.KINDS):
            count += 1
    if once:
        click.echo(f"{count} jobs done.")


COMMANDS = (work,)
