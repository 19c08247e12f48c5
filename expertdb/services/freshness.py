"""What has changed since a panel was chosen, as far as it bears on the choice."""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from expertdb.errors import Fault
from expertdb.models.corpus import CorpusChange, CorpusVersion
from expertdb.models.experts import Expert
from expertdb.models.panels import Panel
from expertdb.services import matters, serving
from expertdb.services.corpus import Corpus
from expertdb.services.matters import Field
from expertdb.services.panel_snapshots import request_of
from expertdb.services.shown import called_expert
from expertdb.wording import Text
from matching import best, places

# What of a request a panel is chosen by; its version also counts moves, which change nothing.
MORE = 100  # Ranked beyond the candidates there were, where all who may have risen are compared.
MATTER = ("kind", "title", "text", "region", "aspects", "parties", "related_organisations", "excluded_experts")


def changes(session: Session, corpus: Corpus, panel: Panel, now: datetime) -> Iterator[Fault]:
    """Everybody on the panel who may not be chosen any more, what was edited, and who would be ranked above a member.

    Edits of profiles that change no place are not reported: a living pool is edited all day.
    """
    then, today = panel.snapshot["request"], request_of(panel.consultation_request)
    for name in MATTER:
        if then[name] != today[name]:
            yield Fault(f"/request/{name}", Text("The request was edited since the panel was chosen."))
    found = matters.field(session, corpus, panel.consultation_request, matters.ANY_MODE, now)
    may = found.may([seat.expert_id for seat in panel.seats])
    for place, seat in enumerate(panel.seats):
        if seat.expert_id not in may:
            reason = found.why_not(session, seat.expert_id)
            yield Fault(f"/seats/{place}", serving.may_not(session, seat.expert_id, reason))
    if panel.choice != "drawn" and found.pool.version > panel.corpus_version:
        yield from _edited_members(session, panel)
        if panel.choice == "solved" and panel.shortlist_id is None:
            yield from _risen(session, corpus, panel, found)


def _edited_members(session: Session, panel: Panel) -> Iterator[Fault]:
    """Members of whom something was edited that rules read."""
    known = {one["expert"]: one for one in panel.snapshot["candidates"]}
    members = {seat.expert_id for seat in panel.members}
    edited = _edited(session, panel.corpus_version)
    members = members if edited is None else members & edited
    for expert in session.scalars(select(Expert).where(Expert.id.in_(sorted(members)))):
        facts = (expert.kind, expert.region, expert.organisation_id, sorted(expert.codes))
        if facts != tuple(known[expert.id][name] for name in ("kind", "region", "organisation", "codes")):
            named = called_expert(session, expert.id)
            yield Fault("/members", Text("What the rules read of the expert {expert} was edited.", expert=named))


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
