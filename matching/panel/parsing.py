"""Rules to and from JSON objects: `{"type": "max_per_organisation", "limit": 1}`.

Every fault is reported at once, with a pointer; an unknown type or parameter names those there are.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from fractions import Fraction
from typing import Any

from matching.panel import rules
from matching.panel.candidates import GROUPINGS, Who
from matching.panel.errors import BadRules, RuleFault
from matching.panel.rules import Rule
from matching.panel.values import Wrong, flag, names, number, one_of, positive, share, text, whole
from matching.sentences import Sentence

MAXIMUM_RULES = 100
_COMMON: dict[str, Callable[[Any], Any]] = {"name": text, "firm": flag}
_WHO: dict[str, Callable[[Any], Any]] = {
    **dict.fromkeys(
        ("kinds", "codes", "regions", "outside", "organisations", "sides", "experts", "languages", "title_levels"),
        names,
    ),
    "regulator": flag,
    "newcomer": flag,
}


@dataclass(frozen=True, slots=True)
class _Type:
    """How a type is read: its class, parameters (required ones first), fixed ones, and whether it says who is meant."""

    rule: type[Rule]
    needs: Mapping[str, Callable[[Any], Any]] = field(default_factory=dict)
    may: Mapping[str, Callable[[Any], Any]] = field(default_factory=dict)
    fixed: Mapping[str, Any] = field(default_factory=dict)
    who: bool = False


def _by(value: Any) -> str:
    return one_of(value, GROUPINGS)


_TYPES: dict[str, _Type] = {
    "max_per_organisation": _Type(rules.MaxPer, may={"limit": whole}, fixed={"by": "organisation"}),
    "max_per_region": _Type(rules.MaxPer, may={"limit": whole}, fixed={"by": "region"}),
    "max_per_city": _Type(rules.MaxPer, may={"limit": whole}, fixed={"by": "city"}),
    "max_per": _Type(rules.MaxPer, needs={"by": _by}, may={"limit": whole}),
    "max_share": _Type(rules.MaxShare, needs={"share": share}, may={"by": _by}, who=True),
    "min_share": _Type(rules.MinShare, needs={"share": share}, who=True),
    "at_least_one": _Type(rules.AtLeast, fixed={"count": 1}, who=True),
    "at_least": _Type(rules.AtLeast, needs={"count": whole}, who=True),
    "at_most": _Type(rules.AtMost, needs={"count": whole}, who=True),
    "odd": _Type(rules.Odd),
    "keep_apart": _Type(rules.KeepApart, needs={"experts": names}),
    "every_side": _Type(rules.EverySide, needs={"sides": names}, may={"each": positive}),
    "cover": _Type(rules.Cover, needs={"codes": names}, may={"each": positive, "at_least": positive}),
    "forced": _Type(rules.Forced, needs={"experts": names}),
    "forbidden": _Type(rules.Forbidden, needs={"experts": names}),
    "max_load": _Type(rules.MaxLoad, may={"limit": whole}),
    "min_affinity": _Type(rules.MinAffinity, needs={"limit": number}),
    "fairness": _Type(rules.Fairness, needs={"weight": number}, may={"full": positive}),
}
TYPES = tuple(_TYPES)
# What a rule of each type cannot do without, and the types that say who is meant.
NEEDED = {name: tuple(kind.needs) for name, kind in _TYPES.items()}
MEANT = tuple(name for name, kind in _TYPES.items() if kind.who)


def parse(stated: Any, at: str = "") -> tuple[Rule, ...]:
    """The rules that a list of JSON objects states; raises BadRules with every fault, pointers beginning with `at`."""
    if not isinstance(stated, Sequence) or isinstance(stated, str):
        raise BadRules((RuleFault(at, Sentence("Rules are a list of objects, each with a type.")),))
    if len(stated) > MAXIMUM_RULES:
        template = "There are {count} rules; at most {maximum} can be given."
        raise BadRules((RuleFault(at, Sentence(template, count=len(stated), maximum=MAXIMUM_RULES)),))
    faults: list[RuleFault] = []
    read = [_rule(one, f"{at}/{place}", faults) for place, one in enumerate(stated)]
    if faults:
        raise BadRules(tuple(faults))
    return tuple(rule for rule in read if rule is not None)


def type_of(rule: Rule) -> str:
    """The most particular type name of a rule, which `as_json` writes."""
    for name, kind in _TYPES.items():
        if kind.rule is type(rule) and all(getattr(rule, key) == value for key, value in kind.fixed.items()):
            return name
    raise TypeError(f"{type(rule).__name__} has no type name")


def as_json(rule: Rule) -> dict[str, Any]:
    """The JSON object that `parse` reads this rule from; what has its default is left out."""
    name = type_of(rule)
    kind = _TYPES[name]
    written: dict[str, Any] = {"type": name}
    for one in fields(rule):
        value = getattr(rule, one.name)
        if one.name == "who":
            written |= _who_as_json(value)
        elif one.name in kind.needs or (one.name not in kind.fixed and value != one.default):
            written[one.name] = _plain(value)
    return written


def _rule(stated: Any, at: str, faults: list[RuleFault]) -> Rule | None:
    if not isinstance(stated, Mapping):
        faults.append(RuleFault(at, Sentence("A rule is an object with a type.")))
        return None
    kind = _TYPES.get(stated["type"]) if isinstance(stated.get("type"), str) else None
    if kind is None:
        template = "There is no rule type {type}; choose from: {types}."
        faults.append(
            RuleFault(f"{at}/type", Sentence(template, type=shown(stated.get("type")), types=", ".join(TYPES)))
        )
        return None
    before = len(faults)
    rest = {key: value for key, value in stated.items() if key != "type"}
    given = _parameters(rest, {**_COMMON, **kind.needs, **kind.may}, kind, at, faults)
    if kind.who:
        given["who"] = _who(rest, at, faults)
        if given["who"] == Who() and "by" not in given and len(faults) == before:
            template = "Say who is meant; choose from: {choices}."
            faults.append(RuleFault(at, Sentence(template, choices=", ".join((*_WHO, "any_of")))))
    return kind.rule(**given, **kind.fixed) if len(faults) == before else None


def _parameters(
    stated: Mapping[str, Any],
    readers: Mapping[str, Callable[[Any], Any]],
    kind: _Type,
    at: str,
    faults: list[RuleFault],
) -> dict[str, Any]:
    known = {*readers, *((*_WHO, "any_of") if kind.who else ())}
    for key in stated:
        if key not in known:
            template = "There is no parameter {name} here; choose from: {choices}."
            detail = Sentence(template, name=shown(key), choices=", ".join(sorted(known)))
            faults.append(RuleFault(f"{at}/{shown(key)}", detail))
    for key in kind.needs:
        if key not in stated:
            faults.append(RuleFault(f"{at}/{key}", Sentence("This parameter is needed.")))
    return _read(stated, readers, at, faults)


def _read(
    stated: Mapping[str, Any], readers: Mapping[str, Callable[[Any], Any]], at: str, faults: list[RuleFault]
) -> dict[str, Any]:
    given: dict[str, Any] = {}
    for key, reader in readers.items():
        if key in stated:
            try:
                given[key] = reader(stated[key])
            except Wrong as wrong:
                faults.append(RuleFault(f"{at}/{key}", wrong.detail))
    return given


def _who(stated: Mapping[str, Any], at: str, faults: list[RuleFault]) -> Who:
    given = _read(stated, _WHO, at, faults)
    alternatives = stated.get("any_of", ())
    if isinstance(alternatives, str) or not isinstance(alternatives, Sequence) or len(alternatives) > MAXIMUM_RULES:
        faults.append(RuleFault(f"{at}/any_of", Sentence("This is a list of objects that each say who is meant.")))
        return Who()
    return Who(
        **given, any_of=tuple(_alternative(one, f"{at}/any_of/{i}", faults) for i, one in enumerate(alternatives))
    )


def _alternative(stated: Any, at: str, faults: list[RuleFault]) -> Who:
    if not isinstance(stated, Mapping) or not stated or not set(stated) <= set(_WHO):
        template = "Say who is meant; choose from: {choices}."
        faults.append(RuleFault(at, Sentence(template, choices=", ".join(_WHO))))
        return Who()
    return Who(**_read(stated, _WHO, at, faults))


def _who_as_json(who: Who) -> dict[str, Any]:
    found = {one.name: getattr(who, one.name) for one in fields(who) if getattr(who, one.name) not in ((), None)}
    if "any_of" in found:
        found["any_of"] = [_who_as_json(one) for one in found["any_of"]]
    return {key: _plain(value) for key, value in found.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, Fraction):
        return f"{value.numerator}/{value.denominator}"
    return list(value) if isinstance(value, tuple) else value


def shown(value: Any) -> str:
    """A value as an error shows it: never longer than a line."""
    return f"{value!r:.60}" if not isinstance(value, str) else value[:60]
