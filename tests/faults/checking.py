"""Whether a list that is asked for after an edit was acknowledged sees the edit, whichever process answers.

An edit writes a word that no profile ever had into somebody's statement; the list asked for with this word must have
them first. Both sides are recorded, so that a miss can be told in detail.
"""

import itertools
import threading
import time
from dataclasses import dataclass
from http.client import HTTPException
from typing import Any

from tests.api.people import TERM
from tests.serving import Service

BASE = 2654435761  # Multiples of it modulo 2^32 look like nothing that was there before.


@dataclass(frozen=True)
class Pair:
    """An edit that was acknowledged and the list that was asked for after it."""

    expert: str
    word: str
    seconds: float
    listed: tuple[str, ...]

    @property
    def is_miss(self) -> bool:
        """Whether the list did not have the edited one first."""
        return self.listed[:1] != (self.expert,)


def word_of(number: int) -> str:
    """A word of letters that nobody used before, the same for the same number."""
    value, letters = (number * BASE) % 2**32 + 2**32, ""
    while value:
        value, digit = divmod(value, 19)
        letters += "bcdfghjklmnpqrstvwz"[digit]
    return "x" + letters


def entered(service: Service, count: int) -> list[str]:
    """So many experts of one's own."""
    body: dict[str, Any] = {"kind": "K-PA", "status": "active", "term": TERM, "statement": "专利代理师"}
    made = [service.post("experts", body | {"name": {"en": f"Checked {number}"}}) for number in range(count)]
    return [answer.json["id"] for answer in made]


class Checker:
    """Makes pairs; `numbers` gives each edit a word of its own."""

    def __init__(self, service: Service, editors: int, first: int = 1) -> None:
        self.service, self.pairs, self.faults = service, list[Pair](), list[str]()
        self._numbers = itertools.count(first)
        self._lock = threading.Lock()
        self.experts = entered(service, editors)

    def pair(self, expert: str) -> None:
        """Edit, then ask."""
        with self._lock:
            word = word_of(next(self._numbers))
        began = time.monotonic()
        try:
            self._make(expert, word, began)
        except (OSError, HTTPException) as error:
            self.faults.append(f"{expert}: {type(error).__name__}")

    def _make(self, expert: str, word: str, began: float) -> None:
        edit = self.service.call("PATCH", f"experts/{expert}", {"statement": f"专利代理师 {word}"}, If_Match="*")
        asked = self.service.post("shortlists/preview", {"title": word, "size": 1})
        if edit.status != 200 or asked.status != 200:
            self.faults.append(f"{edit.status} {asked.status}")
            return
        listed = tuple(entry["expert"]["id"] for entry in asked.json["entries"])
        self.pairs.append(Pair(expert, word, time.monotonic() - began, listed))

    def run(self, count: int, rate: float = 20.0) -> None:
        """So many pairs, each expert in a thread of its own, about `rate` edits a second together."""
        each, pause = count // len(self.experts), len(self.experts) / rate
        threads = [threading.Thread(target=self._work, args=(expert, each, pause)) for expert in self.experts]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def _work(self, expert: str, count: int, pause: float) -> None:
        for _ in range(count):
            began = time.monotonic()
            self.pair(expert)
            time.sleep(max(0.0, began + pause - time.monotonic()))

    @property
    def misses(self) -> list[Pair]:
        """The pairs whose list did not see the edit."""
        return [pair for pair in self.pairs if pair.is_miss]
