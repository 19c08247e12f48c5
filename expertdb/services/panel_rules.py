"""From what a caller asks of a panel to rules, sizes and reserves that the library can work with."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy.orm import Session

from expertdb import vocabularies
from expertdb.errors import Fault, InvalidInput
from expertdb.models.requests import ConsultationRequest
from expertdb.schemas.fields import unknown_code
from expertdb.services import namesakes, organisations
from expertdb.services.candidate_facts import places_of
from expertdb.services.sentences import in_words
from expertdb.vocabularies import standing_for
from expertdb.wording import Text, Word
from matching.panel import BadPanelInput, BadRules, Preset, Rule, Sizes, parse, preset
from matching.panel.candidates import city_of

# The vocabularies that each way of saying who is meant takes its codes from.
CODED = {
    "kinds": ("expert_kind",),
    "codes": vocabularies.EXPERTISE,
    "regions": ("region",),
    "outside": ("region",),
    "languages": ("language",),
    "title_levels": ("title_level",),
}
BY_KIND = {"policy_drafting": "policy", "consultation": "complex"}
RESERVES = 2
MOST_NAMES = 200  # in one rule; each is looked up


@dataclass(frozen=True)
class Terms:
    """What a panel is formed under: rules, size (or a range), reserves, and the rules of the preset left out."""

    rules: tuple[Rule, ...]
    size: int | Sizes
    reserves: int
    preset: str | None
    left_out: tuple[dict[str, Any], ...]
    forced: tuple[str, ...]
    sides: dict[str, tuple[str, ...]]


def terms(session: Session, body: Mapping[str, Any], consultation_request: ConsultationRequest) -> Terms:
    """The terms that a body and the request's own wishes state; raises InvalidInput that names every fault.

    What the body leaves out is taken from the request's `panel`; without any, the preset for its kind is.
    """
    stated = {**consultation_request.panel, **{name: value for name, value in body.items() if value not in (None, [])}}
    forced, forbidden = _named(session, body, "forced"), _named(session, body, "forbidden")
    _refuse_both(forced, forbidden)
    chosen = _preset(stated, consultation_request)
    own = custom(session, stated)
    always: list[dict[str, Any]] = [{"type": "max_load", "name": "load"}]
    for name, experts in (("forced", forced), ("forbidden", forbidden)):
        always += [{"type": name, "experts": list(experts), "name": name}] if experts else []
    return Terms(
        (*(() if chosen is None else parse(chosen.rules)), *own, *parse(always)),
        _size(stated, consultation_request, chosen),
        int(stated.get("reserves", RESERVES if chosen is None else chosen.reserves)),
        None if chosen is None else chosen.name,
        () if chosen is None else chosen.left_out,
        forced,
        _sides(session, body),
    )


def _sides(session: Session, body: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """Who speaks for which side of the matter; raises InvalidInput for somebody who speaks for two."""
    found: dict[str, tuple[str, ...]] = {}
    faults: list[Fault] = []
    for side, named in (body.get("sides") or {}).items():
        ids, wrong = _ids(session, list(named), "experts", f"/sides/{side}")
        taken = {expert for experts in found.values() for expert in experts}
        twice = Text("This expert speaks for another side already.")
        faults += [*wrong, *(Fault(f"/sides/{side}", twice) for expert in ids if expert in taken)]
        found[side] = tuple(dict.fromkeys(ids))
    if faults:
        raise InvalidInput(*faults)
    return found


def preset_name(stated: Mapping[str, Any], kind: str) -> str | None:
    """The name of the preset for what is stated for a request of this kind; None where own rules stand alone."""
    return stated.get("preset") or (None if stated.get("rules") else BY_KIND[kind])


def _preset(stated: Mapping[str, Any], consultation_request: ConsultationRequest) -> Preset | None:
    """The preset that is named, or that fits the kind of request where neither rules nor a preset are."""
    name = preset_name(stated, consultation_request.kind)
    if name is None:
        return None
    try:
        return renewed(preset(name, requester_region=_city_of_requester(consultation_request)))
    except BadPanelInput as error:
        raise InvalidInput(Fault("/preset", in_words(error.detail))) from error


def _city_of_requester(consultation_request: ConsultationRequest) -> str | None:
    """The city of the body that asks, in whatever district it is; where the matter is does not count."""
    requester = consultation_request.requester
    return None if requester is None or requester.region is None else city_of(places_of(requester.region))


def faults_of_wish(session: Session, wish: Mapping[str, Any], at: str) -> list[Fault]:
    """What is wrong with a wish for a panel: rules that cannot be read, a size that its preset does not know."""
    _, faults = _read(session, wish, f"{at}/rules")
    if wish.get("preset"):
        faults += _wrong_size(wish.get("size"), preset(wish["preset"]), f"{at}/size")
    return faults


def custom(session: Session, stated: Mapping[str, Any]) -> tuple[Rule, ...]:
    """The custom rules, with names of organisations and experts turned into ids; raises InvalidInput."""
    found, faults = _read(session, stated, "/rules")
    if faults:
        raise InvalidInput(*faults)
    return found


def in_ids(session: Session, rules: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """These rules with ids for names, as they may be kept: a name would outlive the erasure of whom it names.

    Raises InvalidInput for a name that nobody bears, be it since a moment ago.
    """
    settled, faults = _settled(session, rules, "/rules")
    if faults:
        raise InvalidInput(*faults)
    return settled


def _settled(
    session: Session, stated: Sequence[Mapping[str, Any]], at: str
) -> tuple[list[dict[str, Any]], list[Fault]]:
    rules = [dict(rule) for rule in stated]
    faults = [fault for place, rule in enumerate(rules) for fault in _settle(session, rule, f"{at}/{place}")]
    return rules, faults


def _read(session: Session, stated: Mapping[str, Any], at: str) -> tuple[tuple[Rule, ...], list[Fault]]:
    rules, faults = _settled(session, stated.get("rules", ()), at)
    try:
        return parse(rules, at), faults
    except BadRules as error:
        return (), [*faults, *(Fault(fault.pointer, fault.detail) for fault in error.faults)]


def _settle(session: Session, rule: dict[str, Any], at: str) -> Iterator[Fault]:
    """Replace names in a rule by ids, and find codes that no vocabulary holds: nobody would ever meet them."""
    for part, pointer in _parts(rule, at):
        for field, names in CODED.items():
            yield from _unknown(part.get(field), names, f"{pointer}/{field}")
            _renew(part, field, names)
        for field in ("organisations", "experts"):
            if isinstance(part.get(field), list):
                part[field], faults = _ids(session, part[field], field, f"{pointer}/{field}")
                yield from faults


def _parts(rule: dict[str, Any], at: str) -> list[tuple[dict[str, Any], str]]:
    """The rule and each of its alternatives, copied, with their pointers: all that can say who is meant."""
    if not isinstance(rule.get("any_of"), list):
        return [(rule, at)]
    rule["any_of"] = [dict(one) if isinstance(one, Mapping) else one for one in rule["any_of"]]
    others = [(one, f"{at}/any_of/{i}") for i, one in enumerate(rule["any_of"]) if isinstance(one, dict)]
    return [(rule, at), *others]


def renewed(chosen: Preset) -> Preset:
    """A preset as this installation reads it: its rules come from a file and may name codes merged since."""
    rules = tuple(dict(rule) for rule in chosen.rules)
    for part, _ in (each for rule in rules for each in _parts(rule, "")):
        for field, names in CODED.items():
            _renew(part, field, names)
    return replace(chosen, rules=rules)


def _unknown(codes: Any, names: Sequence[str], at: str) -> Iterator[Fault]:
    if not isinstance(codes, list):
        return
    for place, code in enumerate(codes):
        if isinstance(code, str) and not any(code in vocabularies.load(name) for name in names):
            yield Fault(f"{at}/{place}", unknown_code(code[:40], tuple(names)))


def _renew(part: dict[str, Any], field: str, names: Sequence[str]) -> None:
    """Put those in the place of merged codes that stand for them: nobody holds the others any more."""
    if isinstance(part.get(field), list):
        stated = [standing_for(one, tuple(names)) if isinstance(one, str) else one for one in part[field]]
        part[field] = [one for place, one in enumerate(stated) if one not in stated[:place]]


def _ids(session: Session, named: list[Any], field: str, at: str) -> tuple[list[Any], list[Fault]]:
    texts = [one for one in named[:MOST_NAMES] if isinstance(one, str)]
    meant = namesakes.meant_by(session, texts) if field == "experts" else _organisations(session, texts)
    ids, faults = [], []
    for place, one in enumerate(named):
        found = meant.get(one, []) if isinstance(one, str) else [one]
        ids.append(found[0] if len(found) == 1 else one)
        if len(found) != 1:
            faults.append(Fault(f"{at}/{place}", not_one(one, len(found))))
    return ids, faults


def _organisations(session: Session, named: list[str]) -> dict[str, list[str]]:
    found = {one: organisations.look_up(session, one) for one in named}
    return {one: [] if row is None else [row.id] for one, row in found.items()}


def not_one(named: str, count: int) -> Text:
    """What to say of a name that nobody bears, or more than one."""
    if count:
        return Text("{count} experts are called {name}; say which by id.", count=count, name=named)
    return Text("Nobody is known as {name}.", name=named)


def _named(session: Session, body: Mapping[str, Any], field: str) -> tuple[str, ...]:
    ids, faults = _ids(session, list(body.get(field, ())), "experts", f"/{field}")
    if faults:
        raise InvalidInput(*faults)
    return tuple(dict.fromkeys(ids))


def _refuse_both(forced: Sequence[str], forbidden: Sequence[str]) -> None:
    both = [place for place, one in enumerate(forced) if one in forbidden]
    if both:
        detail = Text("This expert is forced and forbidden at once.")
        raise InvalidInput(*(Fault(f"/forced/{place}", detail) for place in both))


def _size(stated: Mapping[str, Any], consultation_request: ConsultationRequest, chosen: Preset | None) -> int | Sizes:
    """The size asked for, else that of the request where the preset allows it, else the preset's range."""
    size: int | None = stated.get("size")
    wanted = consultation_request.experts_wanted
    if chosen is None:
        size = size or wanted
        if size is None:
            raise InvalidInput(Fault("/size", Text("Say how many members, or name a preset.")))
        return size
    low, high = chosen.sizes.minimum, chosen.sizes.maximum
    if wrong := _wrong_size(size, chosen, "/size"):
        raise InvalidInput(*wrong)
    if size is None and wanted is not None and low <= wanted <= high:
        return Sizes(low, high, wanted)
    return chosen.sizes if size is None else size


def _wrong_size(size: int | None, chosen: Preset, at: str) -> list[Fault]:
    low, high = chosen.sizes.minimum, chosen.sizes.maximum
    if size is None or low <= size <= high:
        return []
    template = 'The kind of panel "{name}" takes {low} to {high} members.'
    return [Fault(at, Text(template, name=Word(chosen.name, zh=chosen.zh, en=chosen.en), low=low, high=high))]
