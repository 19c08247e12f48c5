"""Finding what ties experts to the parties of a matter: employers, declared ties, texts, common works."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from expertdb.conflict_types import CERTAINTIES, POSSIBLE, PROBABLE
from expertdb.models.conflicts import ExpertTie
from expertdb.models.experts import Expert, ExpertItem
from expertdb.names import HAN, fold
from expertdb.services.identities import Identity, Link

CHUNK = 500
# What work on a kind of item says of a party that it names.
NAMED_IN = {"case": "mandate", "patent": "mandate", "project": "joint_project", "training": "joint_project"}
SHARED_AS = {"project": "joint_project", "case": "joint_project", "training": "joint_project"}
SHORTEST_TITLE = 6
MOST_TITLES = 2000
LAST_DAY = (12, 31)


@dataclass(frozen=True)
class Finding:
    """One thing that ties an expert to a party.

    `party` is the place of the party in the list, None where it is the matter itself; `until` is None while the tie
    lasts or where nobody knows; `evidence` says where it stands.
    """

    expert: str
    party: int | None
    type: str
    certainty: str
    since: date | None = None
    until: date | None = None
    evidence: dict[str, Any] = field(default_factory=dict)


def find(session: Session, parties: Sequence[Identity], among: Collection[str] | None = None) -> list[Finding]:
    """Everything that ties experts (`among` these, or anybody active) to the parties."""
    found: list[Finding] = []
    for finder in (_persons, _employers, _ties, _texts, _common_works):
        found += finder(session, parties, among)
    return found


def restricted(
    column: InstrumentedAttribute[str], among: Collection[str] | None
) -> ColumnElement[bool] | InstrumentedAttribute[bool]:
    """The condition that a row is about one of these experts, or about anybody active."""
    if among is not None:
        return column.in_(sorted(among))
    return column.in_(select(Expert.id).where(Expert.status == "active"))


def _persons(session: Session, parties: Sequence[Identity], among: Collection[str] | None) -> Iterator[Finding]:
    for place, party in enumerate(parties):
        for expert, certainty in party.persons.items():
            if among is None or expert in among:
                yield Finding(expert, place, "party", certainty, evidence={"source": "name"})


def _employers(session: Session, parties: Sequence[Identity], among: Collection[str] | None) -> Iterator[Finding]:
    ids = sorted({id for party in parties for id in party.organisations})
    for start in range(0, len(ids), CHUNK):
        statement = select(Expert.id, Expert.organisation_id).where(
            Expert.organisation_id.in_(ids[start : start + CHUNK]), restricted(Expert.id, among)
        )
        for expert, organisation in session.execute(statement):
            for place, party in enumerate(parties):
                link = party.organisations.get(str(organisation))
                if link is not None:
                    evidence = {"source": "employer", "organisation": organisation, "relation": link.relation}
                    yield Finding(expert, place, _kind_of(link), link.certainty, evidence=evidence)


def _kind_of(link: Link) -> str:
    return "same_organisation" if link.relation in ("self", "variant") else "affiliated_organisation"


def _ties(session: Session, parties: Sequence[Identity], among: Collection[str] | None) -> Iterator[Finding]:
    keys = sorted({key for party in parties for key in party.names})
    cores = sorted({core for party in parties for core in party.cores})
    persons = sorted({expert for party in parties for expert in party.persons})
    rows: dict[str, ExpertTie] = {}
    for column, values in ((ExpertTie.key, keys), (ExpertTie.core, cores), (ExpertTie.other_expert_id, persons)):
        for start in range(0, len(values), CHUNK):
            meant = column.in_(values[start : start + CHUNK])
            everywhere = ExpertTie.request_id.is_(None)  # Those of one matter count there, whoever the other side is.
            statement = select(ExpertTie).where(meant, everywhere, restricted(ExpertTie.expert_id, among))
            rows.update((row.id, row) for row in session.scalars(statement))
    for row in rows.values():
        for place, party in enumerate(parties):
            certainty = _certainty_of(row, party)
            if certainty is not None:
                evidence = {"source": "tie", "tie": row.id}
                yield Finding(row.expert_id, place, row.type, certainty, row.since, row.until, evidence)


def _certainty_of(tie: ExpertTie, party: Identity) -> str | None:
    """How surely the other side of a tie is this party; None where it is not."""
    ways = [party.persons[tie.other_expert_id]] if tie.other_expert_id in party.persons else []
    if tie.key in party.names:
        ways.append(party.names[tie.key].certainty)
    elif tie.core in party.cores:
        ways.append(PROBABLE)
    return min(ways, key=CERTAINTIES.index, default=None)


def _texts(session: Session, parties: Sequence[Identity], among: Collection[str] | None) -> Iterator[Finding]:
    phrases = sorted({phrase for party in parties for phrase in party.phrases})
    experts: set[str] = set()
    for start in range(0, len(phrases), 50):
        holds = or_(*(Expert.content_search.contains(one, autoescape=True) for one in phrases[start : start + 50]))
        experts |= set(session.scalars(select(Expert.id).where(holds, restricted(Expert.id, among))))
    for expert in _with_items(session, sorted(experts)):
        for place, party in enumerate(parties):
            yield from _named_in(expert, place, party)


def _with_items(session: Session, ids: Sequence[str]) -> Iterator[Expert]:
    for start in range(0, len(ids), CHUNK):
        yield from session.scalars(select(Expert).where(Expert.id.in_(ids[start : start + CHUNK])).order_by(Expert.id))


def _named_in(expert: Expert, place: int, party: Identity) -> Iterator[Finding]:
    """One finding for each item that names the party, and one for the statement."""
    for item in expert.items:
        if found := _surest_phrase(party, f"{item.title}\n{item.text}"):
            phrase, certainty = found
            until = None if item.year is None else date(item.year, *LAST_DAY)
            evidence = {"source": "item", "item": item.id, "title": item.title, "year": item.year, "words": phrase}
            kind = NAMED_IN.get(item.kind, "mention")
            yield Finding(expert.id, place, kind, certainty, until=until, evidence=evidence)
    if found := _surest_phrase(party, expert.statement):
        phrase, certainty = found
        evidence = {"source": "statement", "words": phrase}
        yield Finding(expert.id, place, "mention", certainty, evidence=evidence)


def _surest_phrase(party: Identity, text: str) -> tuple[str, str] | None:
    folded = fold(text)
    held = [(phrase, certainty) for phrase, certainty in party.phrases.items() if _holds(folded, phrase)]
    return min(held, key=lambda one: (CERTAINTIES.index(one[1]), -len(one[0])), default=None)


def _holds(text: str, phrase: str) -> bool:
    """Whether a folded text holds a folded phrase; Latin ones as whole words."""
    start = text.find(phrase)
    if start < 0 or HAN.search(phrase):
        return start >= 0
    while start >= 0:
        before, after = text[start - 1 : start], text[start + len(phrase) : start + len(phrase) + 1]
        if not (before.isascii() and before.isalnum()) and not (after.isascii() and after.isalnum()):
            return True
        start = text.find(phrase, start + 1)
    return False


def _common_works(session: Session, parties: Sequence[Identity], among: Collection[str] | None) -> Iterator[Finding]:
    """Works under one title by an expert and by a party, or by somebody whom a party employs."""
    others = _others(session, parties)
    titles: dict[str, list[tuple[ExpertItem, int, str]]] = {}
    for item in _items_of(session, sorted(others)):
        if len(fold(item.title)) >= SHORTEST_TITLE and len(titles) < MOST_TITLES:
            for place, certainty in others[item.expert_id].items():
                titles.setdefault(item.title, []).append((item, place, certainty))
    wanted = sorted(titles)
    for start in range(0, len(wanted), CHUNK):
        same = ExpertItem.title.in_(wanted[start : start + CHUNK])
        for item in session.scalars(select(ExpertItem).where(same, restricted(ExpertItem.expert_id, among))):
            yield from _shared(item, titles[item.title])


def _others(session: Session, parties: Sequence[Identity]) -> dict[str, dict[int, str]]:
    """The experts who are a party, and those whom a party employs: for which party, and how sure a tie to them is."""
    found: dict[str, dict[int, str]] = {}
    for place, party in enumerate(parties):
        for expert, certainty in party.persons.items():
            found.setdefault(expert, {})[place] = max(certainty, PROBABLE, key=CERTAINTIES.index)
    selves: dict[str, list[int]] = {}  # Two parties may be one organisation under two names.
    for place, party in enumerate(parties):
        for id, link in party.organisations.items():
            if link.relation == "self":
                selves.setdefault(id, []).append(place)
    statement = select(Expert.id, Expert.organisation_id).where(Expert.organisation_id.in_(sorted(selves)))
    for expert, organisation in session.execute(statement):
        for place in selves[str(organisation)]:
            found.setdefault(expert, {}).setdefault(place, POSSIBLE)
    return found


def _items_of(session: Session, experts: Sequence[str]) -> Iterable[ExpertItem]:
    for start in range(0, len(experts), CHUNK):
        chunk = ExpertItem.expert_id.in_(experts[start : start + CHUNK])
        yield from session.scalars(select(ExpertItem).where(chunk).order_by(ExpertItem.id))


def _shared(item: ExpertItem, with_whom: Sequence[tuple[ExpertItem, int, str]]) -> Iterator[Finding]:
    """The findings that an item and those of others under the same title make; of another year it is another work."""
    for other, place, certainty in with_whom:
        if other.expert_id != item.expert_id and len({item.year, other.year} - {None}) < 2:
            year = item.year or other.year
            evidence = {"source": "common_work", "item": item.id, "title": item.title, "year": year}
            evidence["with"] = other.expert_id
            until = None if year is None else date(year, *LAST_DAY)
            yield Finding(
                item.expert_id, place, SHARED_AS.get(item.kind, "co_author"), certainty, None, until, evidence
            )
