"""Logs: one JSON object a line on standard error, with the request's id; also what gunicorn and SQLAlchemy say.

No message of an exception is written: it may quote a value that a person or a client sent. Type, code and place say
what a developer needs; the few kinds whose message holds no such value stand in `SAYABLE`.
"""

import logging
import sys
import traceback
from pathlib import Path
from typing import Any, TextIO

import structlog
from sqlalchemy.exc import DBAPIError
from structlog.typing import EventDict, Processor

ROOT = Path(__file__).parents[1]
# Errors whose message names files, ports and settings, and never a value that was sent.
SAYABLE = ("SettingsFault", "OSError", "FileNotFoundError", "PermissionError", "ConnectionRefusedError")
# What other libraries say is worth reading from a warning on; gunicorn's own starts and stops are too.
SERVER = "gunicorn.error"
MAXIMUM_FRAMES = 30


def configure(level: str) -> None:
    """Set up the logs of this process; safe to call again."""
    structlog.configure(
        processors=[*_shared(), structlog.processors.JSONRenderer(ensure_ascii=False)],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level]),
        logger_factory=lambda *names: structlog.WriteLogger(sys.stderr),  # looked up anew; a line in one write
        cache_logger_on_first_use=False,
    )
    root = logging.getLogger()
    if not any(isinstance(handler, Lines) for handler in root.handlers):
        root.addHandler(Lines())
    logging.getLogger(SERVER).setLevel(level)
    logging.captureWarnings(True)


def _shared() -> list[Processor]:
    return [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _without_values,
    ]


class Lines(logging.StreamHandler[TextIO]):
    """Writes what libraries log through `logging` as our own lines are written."""

    def __init__(self) -> None:
        super().__init__(sys.stderr)
        renderer = structlog.processors.JSONRenderer(ensure_ascii=False)
        remove = structlog.stdlib.ProcessorFormatter.remove_processors_meta
        named = structlog.stdlib.add_logger_name
        self.setFormatter(
            structlog.stdlib.ProcessorFormatter(foreign_pre_chain=[named, *_shared()], processors=[remove, renderer])
        )

    def emit(self, record: logging.LogRecord) -> None:
        """Write to the standard error of now: tests and supervisors replace it."""
        self.stream = sys.stderr
        super().emit(record)


def _without_values(logger: Any, method: str, event: EventDict) -> EventDict:
    """Put the types, codes and places of an exception and its causes in the place of its text."""
    failure = event.pop("exc_info", None)
    if failure is True:
        failure = sys.exc_info()
    error = failure[1] if isinstance(failure, tuple) else failure
    if isinstance(error, BaseException):
        event["exception"] = list(_told(error))
    return event


def _told(error: BaseException) -> Any:
    seen: list[BaseException] = []
    cause: BaseException | None = error
    while cause is not None and cause not in seen:
        seen.append(cause)
        yield {"type": type(cause).__name__, **code_of(cause), "at": _places(cause)}
        cause = cause.__cause__ or (None if cause.__suppress_context__ else cause.__context__)


def code_of(error: BaseException) -> dict[str, str]:
    """What an error says of itself without quoting a value: the database's code, or a message known to be harmless."""
    if isinstance(error, DBAPIError):
        return {"reason": reason_of(error)}
    return {"message": str(error)[:1000]} if type(error).__name__ in SAYABLE else {}


def reason_of(error: DBAPIError) -> str:
    """The database's own code for what went wrong; its words only where it has none, as when it cannot be reached."""
    found = getattr(error.orig, "sqlstate", None) or getattr(error.orig, "sqlite_errorname", None)
    if found:
        return f"{type(error.orig).__name__} {found}"
    is_unreachable = type(error.orig).__name__ in ("OperationalError", "ConnectionTimeout")
    return str(error.orig).partition("\n")[0][:200] if is_unreachable else type(error.orig).__name__


def _places(error: BaseException) -> list[str]:
    """The last frames of the trace, as file:line function, without any line of code."""
    frames = traceback.extract_tb(error.__traceback__)[-MAXIMUM_FRAMES:]
    return [f"{_short(frame.filename)}:{frame.lineno} {frame.name}" for frame in frames]


def _short(file: str) -> str:
    path = Path(file)
    if "site-packages" in path.parts:
        return Path(*path.parts[path.parts.index("site-packages") + 1 :]).as_posix()
    return path.relative_to(ROOT).as_posix() if path.is_relative_to(ROOT) else path.as_posix()
