"""How often one caller may call: 429 with Retry-After beyond.

A caller is whoever a token or link was found to be, counted after it was looked up: written with more spaces, or with
signs that decoding passes over, it would else have a fresh count each time. Of a session the secret in our signed
cookie counts (its hash: no counter sees the secret), before anything is looked up. Everybody else is an address, or a
network of IPv6 addresses: what anybody can make up has no count of its own. Whoever presents secrets that open nothing
is counted by address only when refused, or those who share the address would be refused with them.
"""

import hashlib
import math
import time

from flask import Flask, current_app, request, session
from limits import RateLimitItem, parse
from limits.strategies import FixedWindowRateLimiter

from expertdb.api import reading
from expertdb.api.rejections import TooManyRequests
from expertdb.api.routing import contract_of
from expertdb.api.shared_counts import SharedCounts
from expertdb.networks import counted_as
from expertdb.services.actors import Actor

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


def count_call(actor: Actor) -> None:
    """Count a call of somebody whose token or link was recognised; raises TooManyRequests."""
    spend("caller", actor.id)


def init_app(app: Flask) -> None:
    """Count every request but those of whoever watches over the service, and those that `count_call` counts."""
    app.extensions["limits"] = Limits(app.config["RATES"])

    @app.before_request
    def count() -> None:
        if request.path not in WATCHERS and not _is_looked_up():
            spend("caller", _session() or _address())


def _is_looked_up() -> bool:
    """Whether the view will look the token up. Flask answers OPTIONS itself, and pages look at no token."""
    view = current_app.view_functions.get(request.endpoint or "")
    reads = view is not None and contract_of(view).roles and request.method != "OPTIONS"
    return bool(reads and reading.presented(request))


def _session() -> str | None:
    """The hash of the secret in the cookie of a session that we signed; an invitation's cookie has none."""
    secret = session.get("_user_id")  # Where Flask-Login keeps it.
    return hashlib.sha256(secret.encode()).hexdigest() if isinstance(secret, str) else None


def _address() -> str:
    return counted_as(request.remote_addr or "-")
