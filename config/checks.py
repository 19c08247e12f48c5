"""What the text of a setting must be: each reads it, or raises ValueError that says what is wrong and what it takes."""

import re
from collections.abc import Callable
from ipaddress import ip_address
from urllib.parse import urlsplit

from limits import parse as parse_rate

FIELD_KEY = re.compile(r"(?!derived:)[A-Za-z0-9_-]{1,16}:[^,\s]{32,}")
LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9_-]*[A-Za-z0-9])?"
HOST_NAME = re.compile(rf"{LABEL}(?:\.{LABEL})*")


def text(value: str) -> str:
    """Any text."""
    return value


def whole(low: int, high: int) -> Callable[[str], int]:
    """A whole number between these, both allowed."""

    def parse(value: str) -> int:
        if not value.isdecimal() or not low <= int(value) <= high:
            raise ValueError(f"is {value!r}; it takes a whole number from {low} to {high}")
        return int(value)

    return parse


def secret(least: int) -> Callable[[str], str]:
    """A secret of at least so many characters."""

    def parse(value: str) -> str:
        if len(value) < least:
            count = f"has {len(value)} characters; at least {least} are needed"
            raise ValueError(f"{count} (try: openssl rand -hex 32)")
        return value

    return parse


def field_keys(value: str) -> str:
    """Keys of restricted fields with their ids, the current one first."""
    ids = [entry.partition(":")[0] for entry in value.split(",")]
    whole = all(FIELD_KEY.fullmatch(entry) for entry in value.split(","))
    if not whole or len(set(ids)) < len(ids):
        raise ValueError(
            "must be id:secret, or several with commas between, the current one first; ids of 1 to 16 letters, "
            "digits, - or _, none twice and none of them 'derived'; secrets of at least 32 characters"
        )
    return value


def secrets(least: int) -> Callable[[str], tuple[str, ...]]:
    """Several secrets of at least so many characters, with commas between."""
    one = secret(least)
    return lambda value: tuple(one(part.strip()) for part in value.split(","))


def database_url(value: str) -> str:
    """The address of a database, with the driver that we ship."""
    for plain in ("postgresql://", "postgres://"):
        # Without a driver SQLAlchemy would look for one that we do not ship.
        value = value.replace(plain, "postgresql+psycopg://", 1) if value.startswith(plain) else value
    if not value.startswith(("sqlite:///", "postgresql+psycopg://")):
        raise ValueError("must begin with sqlite:/// or postgresql+psycopg://")
    return value


def rate(value: str) -> str:
    """How many in how long, at least one; nothing for `none`."""
    if value.lower() == "none":
        return ""
    try:
        if parse_rate(value).amount < 1:
            raise ValueError
    except ValueError:
        raise ValueError(f"is {value!r}; it takes a rate such as 600/minute, or none") from None
    return value


def host(value: str) -> str:
    """An address to listen on, or the name of a machine."""
    try:
        ip_address(value)
    except ValueError:
        if not HOST_NAME.fullmatch(value):
            raise ValueError(f"is {value!r}; it takes an address such as 127.0.0.1 or ::1, or a name") from None
    return value


def web_address(value: str) -> str:
    """The address of a service that speaks HTTP."""
    try:
        found = urlsplit(value)
        whole = found.scheme in ("http", "https") and found.hostname and found.port != 0
    except ValueError:  # No port, or no address in brackets.
        whole = False
    if not whole:
        raise ValueError(f"is {value!r}; it takes an address such as http://127.0.0.1:6333")
    return value


def log_level(value: str) -> str:
    """From which severity on is logged."""
    levels = ("DEBUG", "INFO", "WARNING", "ERROR")
    if value.upper() not in levels:
        raise ValueError(f"is {value!r}; it takes one of {', '.join(levels)}")
    return value.upper()


def choice(*choices: str) -> Callable[[str], str]:
    """One of these."""

    def parse(value: str) -> str:
        if value not in choices:
            raise ValueError(f"is {value!r}; it takes one of {', '.join(choices)}")
        return value

    return parse
