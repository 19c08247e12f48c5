"""Where a panel deviates from rank: who sits although better ranked people do not, and which rules ask for it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from expertdb.services.candidate_facts import as_candidate
from matching.panel import check, parse

SHOWN = 10


@dataclass(frozen=True)
class Deviation:
    """A member who sits before better ranked people, and the best ranked of those who were passed over.

    Each of those comes with the names of the rules that having them in this member's place would break, and with
    `filters`, `shortlist` or `candidates` where that kept them off; none where only the whole panel is better for it.
    A member whose rank is beyond the seats `needs_reason`; where the office shut somebody out, its decision's stands.
    """

    expert: str
    rank: int
    passed_over: list[dict[str, Any]]
    needs_reason: bool


def of(
    people: Sequence[Mapping[str, Any]],
    members: Sequence[str],
    rules: Sequence[Mapping[str, Any]],
    better: Sequence[Mapping[str, Any]] = (),
) -> list[Deviation]:
    """The deviations of these members from the order of all who may be ranked; `better` are those shut out of it.

    A rank beyond the number of seats is one, and so is every seat before somebody whom the office shut out: by a
    filter, by a list or by forbidding them.
    """
    by_rank = sorted([*people, *better], key=lambda one: one["rank"])
    seated = [one for one in by_rank if one["expert"] in members]
    free = [one for one in by_rank if one["expert"] not in members and one["rank"] <= len(members)]
    out = _forbidden(rules) | {one["expert"] for one in better}
    found = []
    for one in seated:
        before = [other for other in free if other["rank"] < one["rank"]]
        is_beyond = one["rank"] > len(members)
        if is_beyond or any(other["expert"] in out for other in before):
            swaps = [_swap(seated, one, other, rules) for other in before[:SHOWN]]
            found.append(Deviation(one["expert"], one["rank"], swaps, is_beyond))
    return found


def _forbidden(rules: Sequence[Mapping[str, Any]]) -> set[str]:
    return {expert for rule in rules if rule["type"] == "forbidden" for expert in rule["experts"]}


def _swap(
    seated: Sequence[Mapping[str, Any]],
    leaving: Mapping[str, Any],
    coming: Mapping[str, Any],
    rules: Sequence[Mapping[str, Any]],
) -> dict[str, Any]:
    """What the panel would break with one person in another's place."""
    parsed = parse([dict(rule) for rule in rules])
    swapped = [as_candidate(coming if one is leaving else one) for one in seated]
    broken = {found.rule for found in check(swapped, parsed, len(seated)) if found.rule is not None}
    names = [coming["out"]] if "out" in coming else []
    names += [parsed[place].name or str(rules[place]["type"]) for place in sorted(broken)]
    return {"expert": coming["expert"], "rank": coming["rank"], "rules": names}
