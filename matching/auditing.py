"""Does the index hold what it should? Compared by the digests of profiles, so that nothing need be analysed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from matching.index import Index
from matching.profile import Profile
from matching.records import digest


@dataclass(frozen=True, slots=True)
class Differences:
    """Experts who are not in the index and should be, whose profile it holds is another, who are and should not be."""

    missing: tuple[str, ...]
    stale: tuple[str, ...]
    extra: tuple[str, ...]

    def __bool__(self) -> bool:
        return bool(self.missing or self.stale or self.extra)


def differences(index: Index, profiles: Iterable[Profile]) -> Differences:
    """Return how an index differs from the pool that these profiles make up."""
    held = {
        part.segment.names[place]: int(part.segment.digests[place])
        for part in index.parts
        for place in np.flatnonzero(part.alive).tolist()
    }
    missing, stale = [], []
    for profile in profiles:
        known = held.pop(profile.expert, None)
        if known is None:
            missing.append(profile.expert)
        elif known != digest(profile):
            stale.append(profile.expert)
    return Differences(tuple(missing), tuple(stale), tuple(sorted(held)))
