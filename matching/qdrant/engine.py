"""What we ask of the engine. Whoever starts the program hands in something that can do it: no connection is ours."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from matching.profile import Filter

VECTOR = "terms"


class EngineFault(Exception):
    """The engine cannot be reached, or answers that it cannot or will not; says what it said."""


@dataclass(frozen=True, slots=True)
class Point:
    """An expert as the engine keeps them: a UUID, a sparse vector, and a payload of plain data."""

    id: str
    indices: Sequence[int]
    values: Sequence[float]
    payload: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Hit:
    """An expert that was found: the product of their vector and the request's, and their payload."""

    score: float
    payload: Mapping[str, Any]


class Engine(Protocol):
    """A collection of points. What was written is found by the next call."""

    def create(self) -> None:
        """Make the collection anew, empty."""

    def upsert(self, points: Sequence[Point]) -> None:
        """Write points, over those that have the same id."""

    def delete(self, ids: Sequence[str]) -> None:
        """Remove points; unknown ids are ignored."""

    def search(self, indices: Sequence[int], values: Sequence[float], wanted: Filter, limit: int) -> list[Hit]:
        """Return those who pass the filter and have the greatest products above 0, the greatest first; exactly."""
        ...

    def fetch(self, ids: Sequence[str]) -> list[Mapping[str, Any]]:
        """Return the payloads of those of these points that there are."""
        ...

    def count(self, wanted: Filter) -> int:
        """Return how many points pass a filter; exactly."""
        ...

    def everybody(self, wanted: Filter) -> list[str]:
        """Return the `expert` of every payload that passes a filter."""
        ...
