"""What has changed since a panel was chosen, as far as it bears on the choice."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from expertdb.errors import Fault
from expertdb.models.corpus import CorpusChange, CorpusVersion
from expertdb.models.panels import Panel
from expertdb.services import matters, seating, serving
from expertdb.services.candidate_facts import as_candidate
from expertdb.services.corpus import Corpus
from expertdb.services.matters import Field
from expertdb.services.panel_snapshots import filters_of, request_of
from expertdb.services.rule_facts import OF_PROFILE, RuleFacts
from expertdb.services.sentences import in_words
from expertdb.services.shown import called_expert
from expertdb.wording import Text
from matching import best, places
from matching.panel import PanelCandidate, Rule, check, parse

MORE = 100  # Ranked beyond the candidates there were, where all who may have risen are compared.
# What of a request bears on who may sit or on which rules hold; its version also counts moves, which change nothing.
MATTER = (
    *("kind", "title", "text", "questions", "region", "aspects", "languages", "secrecy", "mode"),
    *("parties", "related_organisations", "excluded_experts", "earlier_stages", "panel", "experts_wanted"),
)

EDITED = "What the rules read of the expert {expert} was edited."


def changes(session: Session, corpus: Corpus, panel: Panel, now: datetime) -> Iterator[Fault]:
    """Everybody on the panel who may not be chosen any more, what was edited, and who would be ranked above a member.

    Edits of profiles that change no place are not reported: a living pool is edited all day.
    """
    then, today = panel.snapshot["request"], request_of(panel.consultation_request)
    for name in MATTER:
        if then[name] != today[name]:
            yield Fault(f"/request/{name}", Text("The request was edited since the panel was chosen."))
    found = matters.field(session, corpus, panel.consultation_request, filters_of(panel), now)
    may = found.may([seat.expert_id for seat in panel.seats])
    for place, seat in enumerate(panel.seats):
        if seat.expert_id not in may:
            reason = found.why_not(session, seat.expert_id)
            yield Fault(f"/seats/{place}", serving.may_not(session, seat.expert_id, reason))
    yield from _edited_facts(session, panel, now)
    is_by_rank = panel.choice == "solved" and panel.shortlist_id is None
    if is_by_rank and found.pool.version > panel.corpus_version:
        yield from _risen(session, corpus, panel, found)


def _edited_facts(session: Session, panel: Panel, now: datetime) -> Iterator[Fault]:
    """Of whom something was edited that rules read, and the rules that do not hold of the members any more."""
    seated = [*panel.members, *panel.reserves]
    known = {one["expert"]: one for one in panel.snapshot["candidates"]}
    then = {seat.expert_id: known[seat.expert_id] for seat in seated}
    serving = seating.serving(session, panel.request_id)
    facts = RuleFacts(session, panel.consultation_request, list(then), now)
    today = {one["expert"]: one for one in facts.anew(then.values(), serving)}
    members, rules = [as_candidate(today[seat.expert_id]) for seat in panel.members], parse(panel.rules)
    for one in members:
        if any(today[one.expert][name] != then[one.expert].get(name) for name in OF_PROFILE):
            yield Fault("/members", Text(EDITED, expert=called_expert(session, one.expert)))
    for broken in check(members, rules):
        if broken.type != "forced":  # Somebody forced may have left: another panel takes the place of theirs.
            yield Fault(f"/rules/{broken.rule}", in_words(broken.detail))
    for seat in panel.reserves:
        before, after = (as_candidate(of[seat.expert_id]) for of in (then, today))
        if before != after and _broken_by(before, members, rules) != _broken_by(after, members, rules):
            yield Fault("/reserves", Text(EDITED, expert=called_expert(session, seat.expert_id)))


def _broken_by(
    reserve: PanelCandidate, members: Sequence[PanelCandidate], rules: Sequence[Rule]
) -> list[list[int | None]]:
    """The rules that a reserve would break in the place of each member."""
    panels = ([reserve if one is leaving else one for one in members] for leaving in members)
    return [[broken.rule for broken in check(panel, rules)] for panel in panels]


def _risen(session: Session, corpus: Corpus, panel: Panel, found: Field) -> Iterator[Fault]:
    """Experts, added or edited since, whose rank would now be above a member's, as it was not then."""
    members = {seat.expert_id for seat in panel.members}
    before = {one["expert"]: one["affinity"] for one in panel.snapshot["candidates"]}
    index, allowed = found.pool.index, found.eligible.allowed
    edited = _edited(session, panel.corpus_version)
    if edited is None:
        # The history does not reach back so far: whoever could stand above a member is compared.
        edited = {expert for expert, _ in best(index, found.matter, len(before) + MORE, corpus.parameters, allowed)}
    edited = found.may(edited - members)
    affinities = places(index, found.matter, edited | members, corpus.parameters, allowed).affinities
    lowest = min((affinities[one] for one in members if one in affinities), default=0.0)
    was_lowest = min(before[one] for one in members)
    for expert in sorted(edited):
        if affinities[expert] > lowest and before.get(expert, 0.0) <= was_lowest:
            named = called_expert(session, expert)
            yield Fault("/candidates", Text("The expert {expert} would now be ranked above a member.", expert=named))


def _edited(session: Session, version: int) -> set[str] | None:
    """Who was edited since a version; None where the changes since are not all on record any more."""
    oldest = session.scalar(select(func.min(CorpusVersion.version)))
    if version and (oldest is None or version < oldest):
        return None
    return set(session.scalars(select(CorpusChange.expert_id).where(CorpusChange.version > version)))
