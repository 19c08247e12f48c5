"""Where a panel deviates from rank: who sits although better ranked candidates do not, and which rules ask for it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from expertdb.services.candidate_facts import as_candidate
from matching.panel import check, parse

SHOWN = 10


@dataclass(frozen=True)
class Deviation:
    """A member with a rank beyond the number of seats, and the best ranked who were passed over.

    Each of those comes with the names of the rules that having them in this member's place would break; none where only
    the whole panel is better for it.
    """

    expert: str
    rank: int
    passed_over: list[dict[str, Any]]


def of(
    people: Sequence[Mapping[str, Any]], members: Sequence[str], rules: Sequence[Mapping[str, Any]]
) -> list[Deviation]:
    """The deviations of these members from the order of the candidates."""
    by_rank = sorted(people, key=lambda one: one["rank"])
    seated = [one for one in by_rank if one["expert"] in members]
    free = [one for one in by_rank if one["expert"] not in members and one["rank"] <= len(members)]
    return [
        Deviation(one["expert"], one["rank"], [_swap(seated, one, other, rules) for other in free[:SHOWN]])
        for one in seated
        if one["rank"] > len(members)
    ]


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
    names = [parsed[place].name or str(rules[place]["type"]) for place in sorted(broken)]
    return {"expert": coming["expert"], "rank": coming["rank"], "rules": names}
