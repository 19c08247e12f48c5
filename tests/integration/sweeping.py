"""Running the sweep's steps by the command's own loop, without its printing."""

from dataclasses import replace

from flask import Flask

from expertdb.commands.sweep import carried_out
from expertdb.services import sweep


def swept(app: Flask, batch: int | None = None) -> dict[str, int]:
    """Carry every step out to its end, so many at once where that is said; what each did, where it did anything."""
    steps = [replace(step, batch=batch or step.batch) for step in sweep.STEPS]
    with app.app_context():
        done = carried_out(app, steps)
    return {name: count for name, count in done.items() if count}
