"""What the pages of panels say: rules in words, ids as names, how good a panel is proven to be."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy.orm import Session

from expertdb import conflict_types
from expertdb.code_words import conflict, why_out
from expertdb.console.language import colon, comma, said, tongue
from expertdb.console.version_words import experts_counted
from expertdb.console.words import label, person_name, word
from expertdb.services import shown
from expertdb.services.rule_words import RuleWriter, rule_title
from expertdb.wording import say
from expertdb.workdays import local_time

ID = re.compile(r"[0-9a-f-]{36}")


def rule_words(rule: Mapping[str, Any], names: Mapping[str, Any] | None = None) -> str:
    """A rule in words: by the name that it bears, else by its type; behind it what it asks exactly."""
    return RuleWriter(tongue(), label, lambda id: expert_name(id, names or {})).words(rule)


def rule_name(name: str) -> str:
    """What a rule is called: one of a preset or a type in the language of this page, any other as it was named."""
    return rule_title(name, tongue())


def expert_name(id: str, names: Mapping[str, Any]) -> str:
    """An expert's name, where it is known; else what stands for it."""
    known = names.get(id)
    return person_name(known["name"]) if known and known["name"] else id


def expert_names(ids: Sequence[str], names: Mapping[str, Any]) -> str:
    """Several experts in one line."""
    return comma().join(expert_name(id, names) for id in ids)


def names_of(session: Session, stated: Iterable[object]) -> dict[str, Any]:
    """The experts whose ids are among what somebody typed; only what looks like an id is looked up."""
    return shown.names(session, {one for one in stated if isinstance(one, str) and ID.fullmatch(one)})


def with_names(sentence: Mapping[str, str], names: Mapping[str, Any]) -> str:
    """A sentence of an answer in the language of this page, with names for ids."""
    text = sentence[tongue()]
    for id, one in names.items():
        if id in text and one["name"]:
            text = text.replace(id, person_name(one["name"]))
    return text


def preset_options(found: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The presets to choose from, with their sizes."""
    return [(name, preset_label(one)) for name, one in found.items()]


def preset_label(one: Mapping[str, Any]) -> str:
    """A preset in words, with its sizes."""
    return said("{name}, {low} to {high} members", name=one[tongue()], low=one["minimum"], high=one["maximum"])


def automatic_preset(asked: Mapping[str, Any], one: Mapping[str, Any] | None, own_rules: Sequence[Any]) -> str:
    """What a blank kind of panel stands for: what the request wishes or states, the preset of its kind, own rules."""
    wish = asked["panel"] or {}
    if own_rules and not wish.get("preset"):
        return said("no kind: the own rules below stand alone")
    if one is None:
        return said("the rules that the request states")
    if wish.get("preset"):
        return said("as the request wishes: {name}", name=one[tongue()])
    return said("by the kind of request: {name}", name=one[tongue()])


def aspect_options(asked: Mapping[str, Any], held: Sequence[str]) -> list[tuple[str, str]]:
    """The aspects of a request, and what a row holds already, to choose from."""
    codes = dict.fromkeys([*(one["code"] for one in asked["aspects"]), *held])
    return [(code, label(code)) for code in codes]


def request_options(requests: Sequence[Mapping[str, Any]]) -> list[tuple[str, str]]:
    """Requests to choose from, by their titles."""
    return [(one["id"], one["title"] or said("without a title")) for one in requests]


def list_options(lists: Sequence[Any]) -> list[tuple[str, str]]:
    """Filed lists to choose from, by when they were drawn up and how many stand on each."""
    return [(one.id, _listed(local_time(one.created_at), len(one.entries))) for one in lists]


def _listed(at: str, count: int) -> str:
    return said("the list of {at} ({count})", at=at, count=experts_counted(count))


def seat_options(panel: Any, holders: Sequence[str]) -> list[tuple[str, str]]:
    """Those of the members and reserves who hold a seat now, to choose from."""
    seats = [one["expert"] for one in (*panel.members, *panel.reserves)]
    return [(one["id"], person_name(one["name"])) for one in seats if one["id"] in holders]


def conflict_label(type: str) -> str:
    """A type of conflict in words."""
    return say(conflict(type), tongue())


def declared_conflicts() -> list[tuple[str, str]]:
    """The types of conflict that can be entered, to choose from."""
    return [(type, conflict_label(type)) for type in conflict_types.declared()]


def left_out_words(reason: str) -> str:
    """Why somebody is not on a list, in words; a recusal by the gravest type of conflict."""
    return say(why_out(reason), tongue())


def evidence_words(evidence: Mapping[str, Any]) -> str:
    """Where a finding stands, in words: the source, and what was found there."""
    parts = [evidence.get(name) for name in ("name", "title", "words", "year")]
    other = evidence.get("with")
    found = [str(one) for one in parts if one] + ([person_name(other["name"])] if other else [])
    source = word("finding", evidence.get("source"))
    return f"{source}{colon()}{comma().join(found)}" if found else source


FILTERS: dict[str, Any] = {
    "rule_words": rule_words,
    "rule_name": rule_name,
    "expert_name": expert_name,
    "expert_names": expert_names,
    "left_out_words": left_out_words,
    "evidence_words": evidence_words,
    "with_names": with_names,
}
GLOBALS: dict[str, Any] = {
    "preset_options": preset_options,
    "preset_label": preset_label,
    "automatic_preset": automatic_preset,
    "aspect_options": aspect_options,
    "request_options": request_options,
    "list_options": list_options,
    "seat_options": seat_options,
    "conflict_label": conflict_label,
    "declared_conflicts": declared_conflicts,
}
