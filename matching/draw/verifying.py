"""Checking the published record of a draw, by running it again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from matching.draw.algorithm import ATTEMPTS, VERSION, commitment_of, digest, drawn, seed_of
from matching.draw.drawing import MOMENT, SECRET
from matching.sentences import Sentence

_TEXTS = ("pool_hash", "commitment", "secret", "public_value", "revealed_at", "seed")
LONGEST_WORK = 5_000_000  # Experts times attempts: some seconds.
_LISTS = ("pool", "strata", "limits", "rules")


def verify(record: Any, published: Mapping[str, str] | None = None) -> tuple[Sentence, ...]:
    """What is wrong with a record; nothing where it is sound.

    `published` holds the `commitment` and `pool_hash` that were made known at the freeze: without them a record can
    only be sound in itself.
    """
    malformed = _malformed(record)
    if malformed:
        return malformed
    found = [*_hashes(record, published or {}), *_times(record), *_twice(record)]
    if record["attempt"] * len(record["terms"]["pool"]) > LONGEST_WORK:
        return (*found, Sentence("The record is too large to be run again here; docs/verify_draw.py can."))
    try:
        again = drawn(record["terms"], record["seed"], record["attempt"])
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError):
        return (*found, Sentence("The terms cannot be drawn from: pool, strata or limits are malformed."))
    return (*found, *_names(record, again))


def _malformed(record: Any) -> tuple[Sentence, ...]:
    if not isinstance(record, Mapping) or not isinstance(record.get("terms"), Mapping):
        return (Sentence("The record is no object with terms."),)
    if record.get("version") != VERSION:
        return (Sentence("The record's version is not {version}, the one known here.", version=VERSION),)
    absent = [name for name in _TEXTS if not isinstance(record.get(name), str)]
    absent += [f"terms/{name}" for name in _LISTS if not isinstance(record["terms"].get(name), list)]
    absent += [name for name in ("members", "reserves") if not isinstance(record.get(name), list)]
    if not isinstance(record.get("attempt"), int) or not 1 <= record["attempt"] <= ATTEMPTS:
        absent.append("attempt")
    if absent:
        return (Sentence("The record lacks: {names}.", names=", ".join(absent)),)
    if not SECRET.fullmatch(record["secret"]) or not SECRET.fullmatch(record["seed"]):
        return (Sentence("Secret and seed must be 64 hexadecimal digits in lower case."),)
    return ()


def _hashes(record: Mapping[str, Any], published: Mapping[str, str]) -> list[Sentence]:
    found = []
    try:
        pool_hash = digest("pool", record["terms"])
    except (TypeError, ValueError, RecursionError):
        return [Sentence("The terms are no plain JSON.")]
    if record["pool_hash"] != pool_hash:
        found.append(Sentence("The sub-pool or its terms are not those that the pool_hash was made of."))
    if record["commitment"] != commitment_of(record["secret"], record["pool_hash"]):
        found.append(Sentence("The secret is not the one that was committed to."))
    if record["seed"] != seed_of(record["secret"], record["public_value"], record["pool_hash"]):
        found.append(Sentence("The seed is not made of this secret, public value and sub-pool."))
    for name, value in published.items():
        if record.get(name) != value:
            found.append(Sentence("The {name} is not the one published at the freeze.", name=name))
    return found


def _times(record: Mapping[str, Any]) -> list[Sentence]:
    moments = [record["terms"].get("frozen_at"), record["terms"].get("not_before"), record["revealed_at"]]
    if not all(isinstance(one, str) and MOMENT.fullmatch(one) for one in moments):
        return [
            Sentence(
                "frozen_at, not_before and revealed_at must be moments like {example}.", example="2026-12-24T12:00:00Z"
            )
        ]
    if not moments[0] < moments[1] <= moments[2]:
        return [Sentence("The draw was not revealed after its earliest time, or that was not after the freeze.")]
    return []


def _twice(record: Mapping[str, Any]) -> list[Sentence]:
    """Who stands in the sub-pool twice has twice the chance; a stratum that does is drawn from twice."""
    found = []
    for name, key in (("pool", "expert"), ("strata", "name")):
        stated = [str(one.get(key)) if isinstance(one, Mapping) else "" for one in record["terms"][name]]
        if len(set(stated)) < len(stated):
            found.append(Sentence("Something stands in {name} twice.", name=name))
    return found


def _names(record: Mapping[str, Any], again: tuple[int, list[Any], list[Any]] | None) -> list[Sentence]:
    if again is None:
        return [Sentence("Attempt {attempt} does not fill every seat.", attempt=record["attempt"])]
    attempt, members, reserves = again
    found = []
    if record.get("attempt") != attempt:
        found.append(
            Sentence("The draw succeeds in attempt {attempt}, which is not the one recorded.", attempt=attempt)
        )
    if record["members"] != members:
        found.append(Sentence("The members are not those that the seed draws."))
    if record["reserves"] != reserves:
        found.append(Sentence("The reserves are not those that the seed draws, in this order."))
    return found
