"""Panels as each role may see them, and what is said where none fits."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from expertdb.models.panels import Panel, PanelSeat
from expertdb.models.requests import ConsultationRequest
from expertdb.services import coverage, deviations
from expertdb.services.actors import Actor
from expertdb.services.candidates import Candidacy
from expertdb.services.panel_rules import Terms
from expertdb.services.sentences import in_words
from expertdb.wording import say
from matching.panel import (
    Composition,
    Infeasibility,
    PanelCandidate,
    Relaxation,
    Replacement,
    Rule,
    Violation,
    as_json,
    check,
    parse,
    type_of,
)
from matching.panel.panels import FEASIBLE, OPTIMAL

SOLVED = ("objective", "bound", "gap", "seconds", "unique")
# Whether the solver proved that none is better; where a lot decides nobody asks.
PROVEN = {OPTIMAL: True, "replaced": True, FEASIBLE: False}


@dataclass(frozen=True)
class ShownPanel:
    """A panel as the caller may see it. Without an `id` nothing is stored: a dry run, or no panel fits.

    Where none fits, `status` is infeasible, `members` are the best part of a panel that could still be completed,
    `violations` what it breaks, `blocking` the rules that cannot hold together, `relaxations` what would have to give.
    """

    request: str
    status: str
    size: int
    members: list[dict[str, Any]]
    reserves: list[dict[str, Any]]
    id: str | None = None
    version: int | None = None
    choice: str = "solved"
    preset: str | None = None
    objective: float | None = None
    bound: float | None = None
    gap: float | None = None
    seconds: float | None = None
    unique: bool | None = None
    proven: bool | None = None
    rules: list[dict[str, Any]] = field(default_factory=list)
    rules_left_out: list[dict[str, Any]] = field(default_factory=list)
    violations: list[dict[str, Any]] = field(default_factory=list)
    blocking: list[dict[str, Any]] = field(default_factory=list)
    relaxations: list[dict[str, Any]] = field(default_factory=list)
    vacancies: int = 0
    wanted: list[dict[str, str]] = field(default_factory=list)
    deviations: list[dict[str, Any]] = field(default_factory=list)
    unreplaceable: list[str] = field(default_factory=list)
    candidates: int = 0
    chosen_from: dict[str, Any] | None = None
    shortlist: str | None = None
    replaces: str | None = None
    draw: str | None = None
    corpus_version: int | None = None
    confirmed_by: str | None = None
    reason: str | None = None
    created_at: datetime | None = None


def shown(panel: Panel, actor: Actor, *, stored: bool = True) -> ShownPanel:
    """A panel as the caller may see it: an agency who sits, an office all that it was chosen by."""
    people = {one["expert"]: one for one in panel.snapshot["candidates"]}
    plain: dict[str, Any] = {
        "request": panel.request_id,
        "status": panel.status,
        "size": len(panel.members),
        "id": panel.id if stored else None,
        "version": panel.version if stored else None,
        "choice": panel.choice,
        "confirmed_by": panel.confirmed_by,
        "reason": panel.reason,
        "created_at": panel.created_at if stored else None,
    }
    if actor.role == "agency":
        members = [{"place": one.place, "expert": _reference(panel.names, one.expert_id)} for one in panel.members]
        return ShownPanel(**plain, members=members, reserves=[])
    solved: dict[str, Any] = {name: panel.solver.get(name) for name in SOLVED}
    return ShownPanel(
        **plain,
        **solved,
        proven=None if panel.choice == "drawn" else PROVEN.get(panel.solver.get("status", "")),
        members=[_seat(panel, one, people) for one in panel.members],
        reserves=[_seat(panel, one, people) for one in panel.reserves],
        preset=panel.preset,
        rules=rules_of(panel),
        rules_left_out=panel.snapshot["rules_left_out"],
        deviations=[asdict(one) for one in deviations_of(panel)],
        unreplaceable=panel.solver.get("unreplaceable", []),
        candidates=len(people),
        chosen_from=panel.snapshot.get("chosen_from"),
        shortlist=panel.shortlist_id,
        replaces=panel.replaces_id,
        draw=panel.draw_id,
        corpus_version=panel.corpus_version,
    )


def rules_of(panel: Panel) -> list[dict[str, Any]]:
    """The rules of a panel, each with its slack and price where it was solved."""
    states = {one["rule"]: one for one in panel.solver.get("rules", [])}
    return [
        {"rule": rule, "slack": states.get(place, {}).get("slack"), "price": states.get(place, {}).get("price")}
        for place, rule in enumerate(panel.rules)
    ]


def deviations_of(panel: Panel) -> list[deviations.Deviation]:
    """Where the panel deviates from rank; one drawn by lot has no rank to deviate from.

    Whoever a replacement lets go is passed over by nobody: that they do not sit is what it is for.
    """
    if panel.choice == "drawn":
        return []
    gone = panel.solver.get("left", ())
    members = [one.expert_id for one in panel.members]
    people = [one for one in panel.snapshot["candidates"] if one["expert"] not in gone]
    better = [one for one in panel.snapshot.get("better", ()) if one["expert"] not in gone]
    return [one for one in deviations.of(people, members, panel.rules, better) if one.passed_over]


def _reference(names: Mapping[str, Any], expert: str) -> dict[str, Any]:
    return {"id": expert, "name": names["experts"].get(expert, {})}


def _seat(panel: Panel, seat: PanelSeat, people: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    kept = people.get(seat.expert_id, {})
    # Whoever has no name here any more was erased: the employer's id stays with the facts, and is not shown.
    organisation = kept.get("organisation") if seat.expert_id in panel.names["experts"] else None
    names = panel.names["organisations"]
    return {
        "place": seat.place,
        "expert": _reference(panel.names, seat.expert_id),
        "organisation": None if organisation is None else {"id": organisation, "name": names.get(organisation, {})},
        "affinity": seat.affinity,
        "rank": seat.rank,
        "side": kept.get("side"),
        "disclosed": kept.get("disclosed", []),
        "deviation": seat.deviation,
        "replaces": seat.replaces,
        "aspects": coverage.of_kept([one["code"] for one in panel.snapshot["request"]["aspects"]], kept),
    }


def unfit(
    consultation_request: ConsultationRequest, terms: Terms, candidacy: Candidacy, found: Composition, seconds: float
) -> ShownPanel:
    """What is said where no panel fits the rules, or none was found in time."""
    names, ranks = candidacy.names["experts"], {one["expert"]: one["rank"] for one in candidacy.people}
    return ShownPanel(
        request=consultation_request.id,
        status=found.status,
        size=found.size,
        preset=terms.preset,
        seconds=round(seconds, 3),
        rules_left_out=list(terms.left_out),
        candidates=len(ranks),
        corpus_version=candidacy.corpus_version,
        **_why(found.infeasibility, terms.rules, found.size, names, ranks),
    )


def no_replacement(panel: Panel, after: Replacement, seconds: float) -> ShownPanel:
    """What is said where nobody can take a member's place, or nobody was found in time."""
    names, kept = panel.names["experts"], panel.snapshot["candidates"]
    return ShownPanel(
        request=panel.request_id,
        status=after.status,
        size=len(panel.members),
        choice=panel.choice,
        preset=panel.preset,
        seconds=round(seconds, 3),
        replaces=panel.id,
        candidates=len(kept),
        corpus_version=panel.corpus_version,
        **_why(
            after.infeasibility,
            parse(panel.rules),
            len(panel.members),
            names,
            {one["expert"]: one["rank"] for one in kept},
        ),
    )


def _why(
    why: Infeasibility | None,
    rules: Sequence[Rule],
    size: int,
    names: Mapping[str, Any],
    ranks: Mapping[str, int],
) -> dict[str, Any]:
    """The rules that stand in the way, what would have to give, and the best part of a panel."""
    partial = () if why is None else why.partial.members
    stated = [{"rule": as_json(rule), "slack": None, "price": None} for rule in rules]
    found: dict[str, Any] = {"members": [], "reserves": [], "rules": stated}
    if why is None:
        return found
    return found | {
        "members": [_candidate(one, names, ranks) for one in partial],
        "violations": [_violation(one, rules) for one in check(partial, rules, size)],
        "blocking": [_rule(place, rules) for place in why.blocking],
        "relaxations": [] if why.relaxation is None else [_relaxation(why.relaxation, rules, names, ranks)],
        "vacancies": why.partial.vacancies,
        "wanted": [both(one) for one in why.partial.wanted],
    }


def both(sentence: str) -> dict[str, str]:
    """A sentence in both languages."""
    found = in_words(sentence)
    return {"zh": say(found, "zh"), "en": say(found, "en")}


def _candidate(one: PanelCandidate, names: Mapping[str, Any], ranks: Mapping[str, int]) -> dict[str, Any]:
    who = {"id": one.expert, "name": names.get(one.expert, {})}
    return {"expert": who, "affinity": one.affinity, "rank": ranks[one.expert], "side": one.side}


def _violation(found: Violation, rules: Sequence[Rule]) -> dict[str, Any]:
    stated = _rule(found.rule, rules)
    return {**stated, "excess": found.excess, "detail": both(found.detail), "experts": list(found.experts)}


def _rule(place: int | None, rules: Sequence[Rule]) -> dict[str, Any]:
    """Which rule is meant: its place in `rules` (None is the number of seats), type and name."""
    if place is None:
        return {"rule": None, "type": "size", "name": "size"}
    return {"rule": place, "type": type_of(rules[place]), "name": rules[place].name}


def _relaxation(
    found: Relaxation, rules: Sequence[Rule], names: Mapping[str, Any], ranks: Mapping[str, int]
) -> dict[str, Any]:
    changes = [{**_rule(one.rule, rules), "amount": one.amount, "detail": both(one.detail)} for one in found.changes]
    members = [_candidate(one, names, ranks) for one in found.members]
    return {"changes": changes, "members": members, "objective": found.objective}
