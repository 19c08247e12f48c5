"""Judging a panel by its rules, by counting: knows nothing of how panels are found, so that it can check the solver."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from matching.panel import rules
from matching.panel.candidates import PanelCandidate
from matching.panel.parsing import type_of
from matching.panel.rules import Rule
from matching.sentences import Sentence

Members = Sequence[PanelCandidate]


@dataclass(frozen=True, slots=True)
class Violation:
    """A rule that a panel breaks.

    `rule` is its place in the list; None is the number of seats itself. `excess` says by how many, `experts` by whom
    where it is somebody's presence.
    """

    rule: int | None
    type: str
    detail: Sentence
    excess: int
    experts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Finding:
    """What one count of a rule says: `slack` is how far it is from being broken, negative where it is."""

    slack: int
    detail: Sentence
    experts: tuple[str, ...] = ()


def check(members: Members, stated: Sequence[Rule], size: int | None = None) -> tuple[Violation, ...]:
    """Every violation of the rules, and of the number of seats where it is given."""
    found = list(_seats(members, size))
    for place, rule in enumerate(stated):
        for finding in findings(members, rule):
            if finding.slack < 0:
                found.append(Violation(place, type_of(rule), finding.detail, -finding.slack, finding.experts))
    return tuple(found)


def slack(members: Members, rule: Rule) -> int | None:
    """How many members more or less the rule would bear: 0 is just met, below 0 broken; None where nothing binds."""
    return min((finding.slack for finding in findings(members, rule)), default=None)


def findings(members: Members, rule: Rule) -> Iterator[Finding]:
    """Every count that the rule is made of."""
    return _COUNTS[type(rule)](members, rule)


def _seats(members: Members, size: int | None) -> Iterator[Violation]:
    if size is not None and len(members) != size:
        detail = Sentence("The panel has {count} members; it needs {size}.", count=len(members), size=size)
        yield Violation(None, "size", detail, abs(len(members) - size))
    for expert, count in Counter(one.expert for one in members).items():
        if count > 1:
            yield Violation(None, "size", Sentence("{expert} is seated twice.", expert=expert), count - 1, (expert,))


def _max_per(members: Members, rule: rules.MaxPer) -> Iterator[Finding]:
    for group, inside in _groups(members, rule.by).items():
        template = "{count} members share the {by} {group}; at most {limit} may."
        detail = Sentence(template, count=len(inside), by=Sentence(rule.by), group=group, limit=rule.limit)
        yield Finding(rule.limit - len(inside), detail, inside)


def _max_share(members: Members, rule: rules.MaxShare) -> Iterator[Finding]:
    limit = math.floor(rule.share * len(members))
    groups = _groups(members, rule.by) if rule.by else {"": _meant(members, rule)}
    for inside in groups.values():
        template = "{count} of {size} members count towards the share {share}; at most {limit} may."
        detail = Sentence(template, count=len(inside), size=len(members), share=str(rule.share), limit=limit)
        yield Finding(limit - len(inside), detail, inside)


def _min_share(members: Members, rule: rules.MinShare) -> Iterator[Finding]:
    needed, inside = math.ceil(rule.share * len(members)), _meant(members, rule)
    template = "{count} of {size} members count towards the share {share}; at least {needed} must."
    detail = Sentence(template, count=len(inside), size=len(members), share=str(rule.share), needed=needed)
    yield Finding(len(inside) - needed, detail)


def _at_least(members: Members, rule: rules.AtLeast) -> Iterator[Finding]:
    inside = _meant(members, rule)
    detail = Sentence(
        "{count} members are such as this asks for; at least {needed} must be.", count=len(inside), needed=rule.count
    )
    yield Finding(len(inside) - rule.count, detail)


def _at_most(members: Members, rule: rules.AtMost) -> Iterator[Finding]:
    inside = _meant(members, rule)
    detail = Sentence(
        "{count} members are such as this limits; at most {limit} may be.", count=len(inside), limit=rule.count
    )
    yield Finding(rule.count - len(inside), detail, inside)


def _odd(members: Members, rule: rules.Odd) -> Iterator[Finding]:
    yield Finding(
        0 if len(members) % 2 else -1,
        Sentence("The panel has {count} members; it must be an odd number.", count=len(members)),
    )


def _keep_apart(members: Members, rule: rules.KeepApart) -> Iterator[Finding]:
    inside = tuple(one.expert for one in members if one.expert in rule.experts)
    yield Finding(
        1 - len(inside), Sentence("{experts} sit together; they must be kept apart.", experts=", ".join(inside)), inside
    )


def _every_side(members: Members, rule: rules.EverySide) -> Iterator[Finding]:
    for side in rule.sides:
        count = sum(one.side == side for one in members)
        template = "The side {side} has {count} members; it needs {needed}."
        yield Finding(count - rule.each, Sentence(template, side=side, count=count, needed=rule.each))


def _cover(members: Members, rule: rules.Cover) -> Iterator[Finding]:
    counts = {code: sum(one.covers(code) for one in members) for code in rule.codes}
    if rule.at_least is not None:
        covered = [code for code, count in counts.items() if count >= rule.each]
        template = "{count} of the codes {codes} are covered; at least {needed} must be."
        detail = Sentence(template, count=len(covered), codes=", ".join(rule.codes), needed=rule.at_least)
        yield Finding(len(covered) - rule.at_least, detail)
        return
    for code, count in counts.items():
        template = "{code} is covered by {count} members; at least {needed} must."
        yield Finding(count - rule.each, Sentence(template, code=code, count=count, needed=rule.each))


def _forced(members: Members, rule: rules.Forced) -> Iterator[Finding]:
    seated = {one.expert for one in members}
    for expert in rule.experts:
        yield Finding(0 if expert in seated else -1, Sentence("{expert} must be a member and is not.", expert=expert))


def _forbidden(members: Members, rule: rules.Forbidden) -> Iterator[Finding]:
    for one in members:
        if one.expert in rule.experts:
            yield Finding(-1, Sentence("{expert} must not be a member.", expert=one.expert), (one.expert,))


def _max_load(members: Members, rule: rules.MaxLoad) -> Iterator[Finding]:
    for one in members:
        if rule.is_full(one):
            template = "{expert} has {load} engagements; one more is too many."
            yield Finding(-1, Sentence(template, expert=one.expert, load=one.load), (one.expert,))


def _min_affinity(members: Members, rule: rules.MinAffinity) -> Iterator[Finding]:
    for one in members:
        if one.affinity < rule.limit:
            template = "{expert} has the affinity {affinity}; at least {limit} is needed."
            detail = Sentence(template, expert=one.expert, affinity=f"{one.affinity:.3f}", limit=rule.limit)
            yield Finding(-1, detail, (one.expert,))


def _fairness(members: Members, rule: rules.Fairness) -> Iterator[Finding]:
    return iter(())


_COUNTS: dict[type[Rule], Callable[[Members, Any], Iterator[Finding]]] = {
    rules.MaxPer: _max_per,
    rules.MaxShare: _max_share,
    rules.MinShare: _min_share,
    rules.AtLeast: _at_least,
    rules.AtMost: _at_most,
    rules.Odd: _odd,
    rules.KeepApart: _keep_apart,
    rules.EverySide: _every_side,
    rules.Cover: _cover,
    rules.Forced: _forced,
    rules.Forbidden: _forbidden,
    rules.MaxLoad: _max_load,
    rules.MinAffinity: _min_affinity,
    rules.Fairness: _fairness,
}


def _groups(members: Members, by: str) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for one in members:
        group = one.group(by)
        if group is not None:
            found[group] = (*found.get(group, ()), one.expert)
    return found


def _meant(members: Members, rule: Any) -> tuple[str, ...]:
    return tuple(one.expert for one in members if rule.who.meets(one))
