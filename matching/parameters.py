"""Everything about a ranking that a caller may set, with defaults, ranges and a fingerprint."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, fields

# Goes into every fingerprint; raise it whenever the same parameters would give other digits than before.
ALGORITHM = "2"

# What was the case before there was such a parameter: lists made then do not state it.
BEFORE = {"aspect_floor": 0.0, "request_rarity": 0.0, "gloss_damping": 0.0, "repetition": 0.0}

_RANGES: dict[str, tuple[float, float]] = {
    "native_weight": (0, 1),
    "mean_weight": (0, 1),
    "best": (1, 100),
    "max_items": (1, 1000),
    "unverified_factor": (0, 1),
    "missing_must_factor": (0, 1),
    "aspect_floor": (0, 20),
    "aspect_weight": (0, 20),
    "request_rarity": (0, 2),
    "gloss_damping": (0, 1),
    "repetition": (0, 1),
    "diversify": (0, 1),
    "baseline": (0, 1),
    "semantic": (0, 1),
    "shown_terms": (0, 1000),
    "shown_items": (0, 1000),
}


@dataclass(frozen=True, slots=True)
class Parameters:
    """Parameters of a ranking.

    Raises ValueError where a value is outside its range, naming the parameter and the range.

    - `native_weight`: share of the native field where request and item are in one language, 0 to 1; the pivot has the
      rest, and all of it across languages. Half and half lies on a plateau (.3 to .7).
    - `mean_weight`: share of the mean over all items, 0 to 1; the mean of the best items has the rest.
    - `best`: how many items "the best items" are, 1 to 100.
    - `max_items`: items that count per expert besides statement and codes, 1 to 1000: the newest. The index applies it.
    - `unverified_factor`: what the score of an item known to be unverified is multiplied by, 0 to 1.
    - `missing_must_factor`: what the affinity is multiplied by for each must-have aspect that is missing, 0 to 1.
    - `aspect_floor`: the least that an aspect's concept term weighs in the request, in mentions, 0 to 20. Who confirms
      what the text says often enough changes nothing.
    - `aspect_weight`: what such a term weighs besides, 0 to 20. Adding drowned what else a request says
      (docs/quality.md): 0 unless wanted.
    - `request_rarity`: how much less words count that stand in most requests, 0 (not at all) to 2 (`matching.rarity`).
      With 1 lists are better by grades, but cover less of what requests want (docs/quality.md): 0 unless wanted.
    - `gloss_damping`: how far the stems that a dictionary gives for one Chinese word of a request share its weight, 0
      (each counts in full) to 1 (each of k counts 1/k).
    - `repetition`: tf mentions of a word in a request count tf^repetition, above 0 to 1; with 0 they count 1 + ln tf,
      as in an item.
    - `diversify`: 0 orders by affinity; up to 1, places go to whoever adds most to what the list covers of the
      request's aspects and recognised codes (`matching.diversity`). Affinities stay as they are.
    - `baseline`: share of an expert's mean affinity over a background of requests that is subtracted, 0 to 1
      (`matching.baseline`). Measured, and worth little (docs/quality.md): 0 unless somebody wants it.
    - `semantic`: share of an expert's likeness in meaning that is added to an affinity that words have given, 0 to 1
      (`matching.likeness`). Takes an index whose analyser has `meanings`, from the extra of this name; .2 is what was
      measured (docs/quality.md).
    - `shown_terms`, `shown_items`: how many terms and items an explanation lists one by one, 0 to 1000.
    """

    native_weight: float = 0.5
    mean_weight: float = 0.5
    best: int = 3
    max_items: int = 40
    unverified_factor: float = 0.9
    missing_must_factor: float = 0.8
    aspect_floor: float = 1.25
    aspect_weight: float = 0.0
    request_rarity: float = 0.0
    gloss_damping: float = 0.75
    repetition: float = 0.5
    diversify: float = 0.0
    baseline: float = 0.0
    semantic: float = 0.0
    shown_terms: int = 10
    shown_items: int = 5

    def __post_init__(self) -> None:
        for field in fields(self):
            value, (low, high) = getattr(self, field.name), _RANGES[field.name]
            whole = field.type == "int"
            if isinstance(value, bool) or not isinstance(value, int if whole else (int, float)):
                raise ValueError(f"{field.name} is {value!r}; give {'a whole number' if whole else 'a number'}")
            if not low <= value <= high:
                raise ValueError(f"{field.name} is {value!r}; choose from {low} to {high}")
            if not whole:
                object.__setattr__(self, field.name, float(value))  # 1 and 1.0 must have one fingerprint.

    def fingerprint(self) -> str:
        """Return the SHA-256 of the parameters and the algorithm's version, in hexadecimal."""
        stated = asdict(self)
        for name in ("baseline", "semantic", *BEFORE):
            if not stated[name]:
                del stated[name]  # Lists made before there was one keep their fingerprint.
        canonical = json.dumps({"algorithm": ALGORITHM, **stated}, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(canonical.encode()).hexdigest()
