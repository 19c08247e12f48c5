"""Drawing a panel by lot in two steps: freeze the sub-pool and commit to a secret, later reveal with a public value.

The secret and the moments are handed in: nothing here knows chance or time.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from matching.draw.algorithm import ATTEMPTS, VERSION, commitment_of, digest, drawn, seed_of
from matching.draw.errors import BadDrawInput, raise_together
from matching.draw.limits import limits, qualified, unfit
from matching.panel.candidates import PanelCandidate, Who, ordered
from matching.panel.parsing import as_json
from matching.panel.rules import ANYBODY, Rule
from matching.programs import INFEASIBLE, Program
from matching.sentences import Sentence

SECRET = re.compile("[0-9a-f]{64}")
# 2026-12-24T12:00:00Z: one spelling only, so that moments compare as texts.
MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z")
LONGEST = 500
MAXIMUM_STRATA = 50
MAXIMUM_POOL = 100_000
WIDE = 3  # Experts for each seat from which on a stratum is not called small.


@dataclass(frozen=True, slots=True)
class Stratum:
    """A part of the sub-pool with seats of its own; who is meant by several belongs to the first."""

    name: str
    seats: int
    reserves: int = 0
    who: Who = ANYBODY


@dataclass(frozen=True, slots=True)
class Frozen:
    """What a freeze fixes: `terms` hold sub-pool, strata, limits, source and times; both hashes may be published."""

    terms: dict[str, Any]
    pool_hash: str
    commitment: str


def freeze(
    candidates: Iterable[PanelCandidate],
    strata: Sequence[Stratum],
    rules: Sequence[Rule],
    *,
    secret: str,
    public_source: str,
    not_before: str,
    frozen_at: str,
    chosen_from: Mapping[str, Any] | None = None,
) -> Frozen:
    """Fix everything but the public value.

    `chosen_from` says how the candidates were found. It is fixed and published too, with how many of how many are drawn
    in each stratum; plain JSON without fractions.

    Raises BadDrawInput where strata, rules, source, times or secret cannot be used, and where the seats cannot be
    filled from the sub-pool under the rules.
    """
    _check_secret(secret)
    raise_together(wrong(strata, rules, public_source=public_source, not_before=not_before, frozen_at=frozen_at))
    size = sum(one.seats for one in strata)
    pool = ordered(candidates)
    inside = _stratified(qualified(pool, rules, size), strata)
    if len(inside) > MAXIMUM_POOL:
        template = "The sub-pool has {count} experts; at most {maximum} can be drawn from."
        raise BadDrawInput(Sentence(template, count=len(inside), maximum=MAXIMUM_POOL))
    kept = [one for one in pool if one.expert in inside]
    terms: dict[str, Any] = {
        "pool": [{"expert": expert, "stratum": inside[expert]} for expert in sorted(inside)],
        "strata": [{"name": one.name, "seats": one.seats, "reserves": one.reserves} for one in strata],
        "limits": limits(kept, rules, size),
        "rules": [_texts(as_json(rule)) for rule in rules],
        "public_source": public_source,
        "not_before": not_before,
        "frozen_at": frozen_at,
    }
    if chosen_from is not None:
        terms["chosen_from"] = {**chosen_from, "strata": [_counted(one, terms["pool"]) for one in terms["strata"]]}
    _check_that_seats_can_be_filled(terms)
    pool_hash = digest("pool", terms)
    return Frozen(terms, pool_hash, commitment_of(secret, pool_hash))


def wrong(
    strata: Sequence[Stratum] | None, rules: Sequence[Rule], *, public_source: str, not_before: str, frozen_at: str
) -> list[BadDrawInput]:
    """All that is wrong with a draw whoever is in its sub-pool; without `strata`, where they could not be read."""
    found: list[BadDrawInput] = []
    checks: list[Callable[[], None]] = [
        partial(_check_source, public_source),
        partial(_check_times, not_before, frozen_at),
    ]
    if strata is not None:
        checks.append(partial(_check_strata, strata))
    for check in checks:
        try:
            check()
        except BadDrawInput as error:
            found.append(error)
    return [*found, *unfit(rules, None if strata is None else sum(one.seats for one in strata))]


def reveal(frozen: Frozen, *, secret: str, public_value: str, revealed_at: str) -> dict[str, Any]:
    """The record of the draw: all that anybody needs to re-run it.

    Raises BadDrawInput where the secret is not the one committed to, where it is too early, and where the public value
    is none.
    """
    _check_secret(secret)
    if commitment_of(secret, frozen.pool_hash) != frozen.commitment:
        raise BadDrawInput(Sentence("This is not the secret that the draw is committed to."), "/secret")
    check_public_value(public_value)
    _check_moment(revealed_at, "/revealed_at")
    if revealed_at < frozen.terms["not_before"]:
        template = "The public value may not be used before {not_before}."
        raise BadDrawInput(Sentence(template, not_before=frozen.terms["not_before"]), "/public_value")
    seed = seed_of(secret, public_value, frozen.pool_hash)
    found = drawn(frozen.terms, seed)
    if found is None:
        template = "None of {attempts} attempts filled every seat under the limits; loosen them and freeze again."
        raise BadDrawInput(Sentence(template, attempts=ATTEMPTS))
    attempt, members, reserves = found
    return {
        "version": VERSION,
        "terms": frozen.terms,
        "pool_hash": frozen.pool_hash,
        "commitment": frozen.commitment,
        "secret": secret,
        "public_value": public_value,
        "revealed_at": revealed_at,
        "seed": seed,
        "attempt": attempt,
        "members": members,
        "reserves": reserves,
    }


def check_public_value(value: str) -> None:
    """Raise BadDrawInput where this cannot be a public value."""
    if (
        not isinstance(value, str)
        or not 1 <= len(value) <= LONGEST
        or value != value.strip()
        or not value.isprintable()
    ):
        template = "A public value is 1 to {maximum} printable characters without white space around them."
        raise BadDrawInput(Sentence(template, maximum=LONGEST), "/public_value")


def _check_secret(secret: str) -> None:
    if not SECRET.fullmatch(secret):
        raise BadDrawInput(
            Sentence("A secret is 64 hexadecimal digits in lower case, from a random source."), "/secret"
        )
    if len(set(secret)) < 8:
        raise BadDrawInput(Sentence("This secret is no random number: it has too few different digits."), "/secret")


def _check_source(public_source: str) -> None:
    if not 1 <= len(public_source.strip()) <= LONGEST:
        raise BadDrawInput(
            Sentence("Name the public source in 1 to {maximum} characters.", maximum=LONGEST), "/public_source"
        )


def _check_times(not_before: str, frozen_at: str) -> None:
    _check_moment(not_before, "/not_before")
    _check_moment(frozen_at, "/frozen_at")
    if not_before <= frozen_at:
        template = "The public value must appear after the sub-pool is frozen ({frozen_at}), not at {not_before}."
        raise BadDrawInput(Sentence(template, frozen_at=frozen_at, not_before=not_before), "/not_before")


def _check_moment(moment: str, pointer: str) -> None:
    if not MOMENT.fullmatch(moment):
        raise BadDrawInput(Sentence("A moment is written like {example}.", example="2026-12-24T12:00:00Z"), pointer)


def _check_strata(strata: Sequence[Stratum]) -> None:
    names = [one.name for one in strata]
    if not 1 <= len(names) <= MAXIMUM_STRATA or len(set(names)) < len(names) or not all(names):
        template = "A draw has 1 to {maximum} strata, each with a name of its own."
        raise BadDrawInput(Sentence(template, maximum=MAXIMUM_STRATA), "/strata")
    for place, one in enumerate(strata):
        if one.seats < 0 or one.reserves < 0:
            raise BadDrawInput(Sentence("Seats and reserves cannot be fewer than 0."), f"/strata/{place}")
    if sum(one.seats for one in strata) < 1:
        raise BadDrawInput(Sentence("A draw has at least one seat."), "/strata")


def _stratified(candidates: Sequence[PanelCandidate], strata: Sequence[Stratum]) -> dict[str, str]:
    """The stratum of each expert who is in one."""
    found: dict[str, str] = {}
    for one in candidates:
        name = next((stratum.name for stratum in strata if stratum.who.meets(one)), None)
        if name is not None:
            found[one.expert] = name
    return found


def _counted(stratum: Mapping[str, Any], pool: Sequence[Mapping[str, str]]) -> dict[str, Any]:
    """Of how many experts a stratum's seats are drawn, and whether those are few."""
    count = sum(one["stratum"] == stratum["name"] for one in pool)
    few = count < WIDE * stratum["seats"]
    return {"name": stratum["name"], "seats": stratum["seats"], "qualified": count, "few": few}


def _check_that_seats_can_be_filled(terms: Mapping[str, Any]) -> None:
    """Raise BadDrawInput where a stratum has too few people, or the limits allow no way to fill all strata."""
    program = Program()
    columns = {one["expert"]: program.variable() for one in terms["pool"]}
    short: list[BadDrawInput] = []
    for place, stratum in enumerate(terms["strata"]):
        inside = [columns[one["expert"]] for one in terms["pool"] if one["stratum"] == stratum["name"]]
        if len(inside) < stratum["seats"]:
            template = "The stratum {name} has {count} qualified experts for {seats} seats."
            detail = Sentence(template, name=stratum["name"], count=len(inside), seats=stratum["seats"])
            short.append(BadDrawInput(detail, f"/strata/{place}"))
        program.row(inside, low=stratum["seats"], high=stratum["seats"])
    raise_together(short)
    for limit in terms["limits"]:
        program.row([columns[expert] for expert in limit["experts"]], high=limit["limit"])
    if program.solve().status == INFEASIBLE:
        raise BadDrawInput(Sentence("Under these rules the seats of the strata cannot all be filled."), "/rules")


def _texts(rule: dict[str, Any]) -> dict[str, Any]:
    """The rule with numbers that are not whole written as texts: a record holds no floating-point numbers."""
    return {key: repr(value) if isinstance(value, float) else value for key, value in rule.items()}
