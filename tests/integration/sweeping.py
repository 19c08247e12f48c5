"""Running the sweep's steps as the command does, without its printing."""

from flask import Flask

from expertdb.database import transaction
from expertdb.services import sweep


def swept(app: Flask) -> dict[str, int]:
    """Carry every step out to its end; what each did, where it did anything."""
    done = {}
    with app.app_context():
        for step in sweep.STEPS:
            total = 0
            while True:
                with transaction() as session:
                    count = step.work(session, app.extensions["rules"], app.extensions["clock"]())
                total += count
                if count < sweep.BATCH:
                    break
            done[step.name] = total
    return {name: count for name, count in done.items() if count}
