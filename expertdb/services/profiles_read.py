"""Profiles that lists have shown lately: good experts are on many, and nobody else's profile is read for one.

Each is kept with the digest that the index has of it, and is found by that digest alone: one that was edited meanwhile,
be it in the transaction that asks, is not found.
"""

import threading

from matching import Profile
from matching.records import digest

CHARACTERS = 4_000_000  # Of all together: some ten megabytes.


class Read:
    """The profiles read last, by expert; threads may share it."""

    def __init__(self, characters: int = CHARACTERS) -> None:
        self._most = characters
        self._held = 0
        self._kept: dict[str, tuple[int, Profile, int]] = {}
        self._lock = threading.Lock()

    def get(self, expert: str, state: int | None) -> Profile | None:
        """The profile of an expert in the state with this digest, if it was read lately."""
        with self._lock:
            found = self._kept.pop(expert, None)
            if found is None:
                return None
            if found[0] != state:
                self._held -= found[2]
                return None
            self._kept[expert] = found
            return found[1]

    def keep(self, profile: Profile) -> None:
        """Remember a profile, and forget those that were not asked for the longest."""
        size = len(profile.statement) + sum(len(item.title) + len(item.text) for item in profile.items)
        if size > self._most:
            return
        with self._lock:
            self._held += size - self._kept.pop(profile.expert, (0, None, 0))[2]
            self._kept[profile.expert] = digest(profile), profile, size
            while self._held > self._most:
                self._held -= self._kept.pop(next(iter(self._kept)))[2]


READ = Read()
