"""How often one caller may call: 429 with Retry-After beyond.

A caller is the secret it presents (its hash: no counter sees the secret), else its address. Whoever presents secrets
that open nothing is counted by address besides, only when refused: every wrong secret would else have a fresh count,
and those who share an address with such a caller would be refused with it.
"""

import hashlib
import math
import time

from flask import Flask, current_app, request
from limits import RateLimitItem, parse
from limits.strategies import FixedWindowRateLimiter

from expertdb.api.rejections import TooManyRequests
from expertdb.api.shared_counts import SharedCounts

WATCHERS = ("/healthz", "/readyz", "/metrics")


class Limits:
    """The limits of an installation by name; a name without one is not limited."""

    def __init__(self, stated: dict[str, str]) -> None:
        self._items: dict[str, RateLimitItem] = {name: parse(limit) for name, limit in stated.items() if limit}
        self._counts = FixedWindowRateLimiter(SharedCounts())

    def spend(self, name: str, who: str) -> None:
        """Count one of this kind for `who`; raises TooManyRequests when there were too many already."""
        item = self._items.get(name)
        if item is None or self._counts.hit(item, name, who):
            return
        until = self._counts.get_window_stats(item, name, who).reset_time
        raise TooManyRequests(max(1, math.ceil(until - time.time())))


def spend(name: str, who: str) -> None:
    """Count against the limits of the present application; raises TooManyRequests."""
    limits: Limits = current_app.extensions["limits"]
    limits.spend(name, who)


def count_refusal() -> None:
    """Count a secret that opened nothing; raises TooManyRequests."""
    spend("stranger", _address())


def init_app(app: Flask) -> None:
    """Count every request but those of whoever watches over the service."""
    app.extensions["limits"] = Limits(app.config["RATES"])

    @app.before_request
    def count() -> None:
        if request.path not in WATCHERS:
            spend("caller", _caller())


def _caller() -> str:
    presented = request.headers.get("Authorization") or request.headers.get("Cookie")
    return hashlib.sha256(presented.encode()).hexdigest() if presented else _address()


def _address() -> str:
    return request.remote_addr or "-"
