"""The algorithm of a draw, version `expertdb-draw/1`. Anybody can write it anew from this page: `docs/verify_draw.py`
is such a second implementation.

Text is UTF-8. `canonical(x)` is JSON with sorted keys, no white space, and every character beyond ASCII escaped as
\\uXXXX; x holds objects, lists, strings, whole numbers, true, false and null only. `digest(label, x)` is the SHA-256
of `expertdb-draw/1/<label>`, one newline, and canonical(x), in lower-case hexadecimal.

    pool_hash   = digest("pool", terms)             all that was fixed when the sub-pool was frozen
    commitment  = digest("commitment", [secret, pool_hash])          published then; `secret` is 64 hexadecimal digits
    seed        = digest("seed", [secret, public_value, pool_hash])  known once the public value is

The numbers for a stratum in an attempt are a stream of 64-bit integers: the eight-byte big-endian pieces of
HMAC-SHA-256(key = the seed's 32 bytes, message = canonical([stratum, attempt, counter])) for counter = 0, 1, 2 …
A number below n is the next of the stream that is less than n·⌊2⁶⁴/n⌋, modulo n: every value is equally likely.

The experts of a stratum, sorted by id (by code point), are put in random order by Fisher and Yates: for i = 0, 1, … the
one at i is exchanged with the one at i + (a number below the count of those from i on).

Strata are gone through in the order they are stated. In each, people are taken in random order until the seats are
filled; who would break a limit together with those taken before is passed over for good. Where a stratum cannot fill
its seats, all strata start over with the next attempt (from 1, at most 1000). Then, stratum by stratum again, the
reserves are the next in the stratum's order who break no limit together with all members and the reserves before them;
there may be fewer than asked for. A limit is a list of experts and the number of them that may be taken.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

VERSION = "expertdb-draw/1"
ATTEMPTS = 1000
_SPAN = 2**64


def canonical(value: Any) -> str:
    """The one JSON text of a value."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)


def digest(label: str, value: Any) -> str:
    """The SHA-256 of a value under a label of its own, so that no hash can stand for another."""
    return hashlib.sha256(f"{VERSION}/{label}\n{canonical(value)}".encode()).hexdigest()


def commitment_of(secret: str, pool_hash: str) -> str:
    """What is published of the secret when the sub-pool is frozen."""
    return digest("commitment", [secret, pool_hash])


def seed_of(secret: str, public_value: str, pool_hash: str) -> str:
    """The seed: neither the holder of the secret nor the public source knew it before both parts were fixed."""
    return digest("seed", [secret, public_value, pool_hash])


def numbers(seed: str, stratum: str, attempt: int) -> Iterator[int]:
    """The stream of 64-bit integers of a stratum in an attempt."""
    counter = 0
    while True:
        message = canonical([stratum, attempt, counter]).encode()
        block = hmac.new(bytes.fromhex(seed), message, hashlib.sha256).digest()
        yield from (int.from_bytes(block[at : at + 8], "big") for at in range(0, 32, 8))
        counter += 1


def below(stream: Iterator[int], n: int) -> int:
    """The next number from 0 to n - 1, each equally likely."""
    limit = _SPAN - _SPAN % n
    return next(number for number in stream if number < limit) % n


def shuffled(experts: Sequence[str], stream: Iterator[int]) -> list[str]:
    """The experts, sorted by id first, in random order."""
    order = sorted(experts)
    for place in range(len(order) - 1):
        other = place + below(stream, len(order) - place)
        order[place], order[other] = order[other], order[place]
    return order


def drawn(
    terms: Mapping[str, Any], seed: str, attempts: int = ATTEMPTS
) -> tuple[int, list[dict[str, str]], list[dict[str, str]]] | None:
    """The attempt that filled every seat, the members and the reserves in order; None where none of `attempts` did."""
    seats = sum(one["seats"] for one in terms["strata"])
    for attempt in range(1, attempts + 1):
        taking = _Taking(terms, seed, attempt)
        members = taking.take("seats")
        if len(members) == seats:
            return attempt, members, taking.take("reserves")
    return None


class _Taking:
    """One attempt: the orders of the strata, and how much of each limit is used up."""

    def __init__(self, terms: Mapping[str, Any], seed: str, attempt: int) -> None:
        self.strata = terms["strata"]
        inside: dict[str, list[str]] = {}
        for one in terms["pool"]:
            inside.setdefault(one["stratum"], []).append(one["expert"])
        self.orders = {
            one["name"]: iter(shuffled(inside.get(one["name"], ()), numbers(seed, one["name"], attempt)))
            for one in self.strata
        }
        self.left = [limit["limit"] for limit in terms["limits"]]
        self.limits: dict[str, list[int]] = {}
        for place, limit in enumerate(terms["limits"]):
            for expert in limit["experts"]:
                self.limits.setdefault(expert, []).append(place)

    def take(self, what: str) -> list[dict[str, str]]:
        """Go on through each stratum's order until the number it asks for is had; those passed over are left behind."""
        found = []
        for stratum in self.strata:
            wanted = stratum[what]
            while wanted and (expert := next(self.orders[stratum["name"]], None)) is not None:
                if self._fits(expert):
                    found.append({"expert": expert, "stratum": stratum["name"]})
                    wanted -= 1
        return found

    def _fits(self, expert: str) -> bool:
        held = self.limits.get(expert, ())
        if not all(self.left[place] > 0 for place in held):
            return False
        for place in held:
            self.left[place] -= 1
        return True
