"""Who the parties of a matter are: the organisations and experts that their names mean, as far as anybody knows."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from expertdb.conflict_types import CERTAIN, CERTAINTIES, POSSIBLE, PROBABLE
from expertdb.models.organisations import Organisation, OrganisationName
from expertdb.names import HAN, fold, organisation_key
from expertdb.organisation_names import CoreName, core_of
from expertdb.services import namesakes

CHUNK = 500
DEEPEST = 10  # of owners above owners
# 某公司 stands for a body that the requester does not name; a pool is full of such.
PLACEHOLDER = "某"
SHORT_NAME = 4


@dataclass(frozen=True)
class Link:
    """How an organisation is the party (`relation`: self, variant, parent, subsidiary, sister) and how sure that is."""

    relation: str
    certainty: str


@dataclass
class Identity:
    """A party or related organisation as it was named, and all that is known to be meant.

    `organisations` and `names` (keys of organisation names) say how each is the party, `persons` who is it among the
    experts; `cores` are compared with ties, `phrases` looked for in texts.
    """

    name: str
    role: str = ""
    organisations: dict[str, Link] = field(default_factory=dict)
    persons: dict[str, str] = field(default_factory=dict)
    names: dict[str, Link] = field(default_factory=dict)
    cores: dict[str, CoreName] = field(default_factory=dict)
    phrases: dict[str, str] = field(default_factory=dict)

    @property
    def resolved(self) -> bool:
        """Whether anybody known is meant, surely or probably."""
        links = self.organisations.values()
        return bool(self.persons) or any(link.relation in ("self", "variant") for link in links)

    @property
    def placeholder(self) -> bool:
        """Whether the name stands for somebody whom the requester does not name."""
        return fold(self.name).startswith(PLACEHOLDER)


def identify(session: Session, parties: Sequence[Mapping[str, Any]]) -> list[Identity]:
    """The identities of parties, each with a `name` and perhaps a `role` and the `organisation` (id) that it is."""
    found = [Identity(one["name"], one.get("role") or one.get("relation") or "") for one in parties]
    stated = [one.get("organisation") for one in parties]
    _bear_their_names(found)
    _find_organisations(session, found, stated)
    _find_persons(session, found)
    _add_families(session, found)
    _take_over_names(session, found)
    return found


def _bear_their_names(identities: Iterable[Identity]) -> None:
    for one in identities:
        if key := organisation_key(one.name):
            one.names[key] = Link("self", CERTAIN)
        if not one.placeholder:
            _add_core(one, one.name)
            _add_phrase(one, one.name)


def _add_core(identity: Identity, name: str) -> None:
    core = core_of(name)
    if core.core:
        identity.cores.setdefault(core.core, core)


def _add_phrase(identity: Identity, name: str) -> None:
    """A name to look for in texts: short ones are found by accident, so they make a mention only possible."""
    folded = fold(name)
    long = len(folded) >= SHORT_NAME if HAN.search(folded) else " " in folded or len(folded) > SHORT_NAME
    if len(folded) > 1:
        identity.phrases.setdefault(folded, PROBABLE if long else POSSIBLE)


def _find_organisations(session: Session, identities: list[Identity], stated: list[str | None]) -> None:
    keys = {key for one in identities for key in one.names}
    cores = {core for one in identities for core in one.cores}
    rows: list[OrganisationName] = []
    for chunk in _chunks(sorted(keys | cores)):
        meant = or_(OrganisationName.key.in_(chunk), OrganisationName.core.in_(chunk))
        rows += session.scalars(select(OrganisationName).where(meant)).all()
    for identity, id in zip(identities, stated, strict=True):
        if id is not None:
            identity.organisations[id] = Link("self", CERTAIN)
        for row in rows:
            link = _link(identity, row)
            if link is not None:
                _keep_surest(identity.organisations, row.organisation_id, link)


def _link(identity: Identity, row: OrganisationName) -> Link | None:
    """How the bearer of this name is the party: by the name itself, by a variant of it, or as a possible sister."""
    if row.key in identity.names:
        return Link("self", CERTAIN)
    core = identity.cores.get(row.core)
    if core is None:
        return None
    return Link("variant", PROBABLE) if core.agrees_with(core_of(row.name)) else Link("sister", POSSIBLE)


def _keep_surest(links: dict[str, Link], key: str, link: Link) -> None:
    known = links.get(key)
    if known is None or CERTAINTIES.index(link.certainty) < CERTAINTIES.index(known.certainty):
        links[key] = link


def _find_persons(session: Session, identities: list[Identity]) -> None:
    found = namesakes.meant_by(session, [one.name for one in identities])
    for one in identities:
        meant = found[one.name]
        one.persons = dict.fromkeys(meant, CERTAIN if len(meant) == 1 else PROBABLE)


def _add_families(session: Session, identities: list[Identity]) -> None:
    """Owners above, bodies below, and those under the same owner, of every organisation that is surely the party."""
    selves = {id for one in identities for id, link in one.organisations.items() if link.relation == "self"}
    above = _above(session, selves)
    owners = {owner for owners in above.values() for owner in owners[:1]}
    below = _below(session, selves | owners)
    for identity in identities:
        for id in [id for id, link in identity.organisations.items() if link.relation == "self"]:
            links = [(owner, Link("parent", CERTAIN)) for owner in above[id]]
            links += [(one, Link("subsidiary", CERTAIN)) for one in _descendants(below, id)]
            links += [(one, Link("sister", POSSIBLE)) for one in below.get(next(iter(above[id]), ""), ())]
            for other, link in links:
                identity.organisations.setdefault(other, link)


def _above(session: Session, ids: set[str]) -> dict[str, list[str]]:
    """The owners of each, the nearest first."""
    parents: dict[str, str] = {}
    asked: set[str] = set()
    wanted = set(ids)
    for _ in range(DEEPEST):
        for chunk in _chunks(sorted(wanted - asked)):
            rows = session.execute(select(Organisation.id, Organisation.parent_id).where(Organisation.id.in_(chunk)))
            parents.update((id, parent) for id, parent in rows if parent is not None)
        asked |= wanted
        wanted = {parents[id] for id in wanted if id in parents} - asked
    chains: dict[str, list[str]] = {}
    for id in ids:
        chain: list[str] = []
        while (above := parents.get(chain[-1] if chain else id)) is not None and above not in (*chain, id):
            chain.append(above)
        chains[id] = chain
    return chains


def _below(session: Session, ids: set[str]) -> dict[str, list[str]]:
    """The bodies directly under each of these and of those under them."""
    children: dict[str, list[str]] = {}
    wanted = set(ids)
    for _ in range(DEEPEST):
        fresh: set[str] = set()
        for chunk in _chunks(sorted(wanted - set(children))):
            statement = select(Organisation.parent_id, Organisation.id).where(Organisation.parent_id.in_(chunk))
            for parent, id in session.execute(statement.order_by(Organisation.id)):
                children.setdefault(str(parent), []).append(id)
                fresh.add(id)
        wanted = fresh
    return children


def _descendants(children: Mapping[str, list[str]], id: str) -> list[str]:
    found = list(children.get(id, ()))
    for one in found:
        found += [below for below in children.get(one, ()) if below not in found and below != id]
    return found


def _take_over_names(session: Session, identities: list[Identity]) -> None:
    """All names of the organisations found, to compare with ties; texts are searched for the party's own."""
    ids = {id for one in identities for id in one.organisations}
    rows: list[OrganisationName] = []
    for chunk in _chunks(sorted(ids)):
        rows += session.scalars(select(OrganisationName).where(OrganisationName.organisation_id.in_(chunk))).all()
    for identity in identities:
        for row in rows:
            link = identity.organisations.get(row.organisation_id)
            if link is not None:
                _keep_surest(identity.names, row.key, link)
                if link.relation in ("self", "variant"):
                    _add_core(identity, row.name)
                    _add_phrase(identity, row.name)


def _chunks(values: Sequence[str]) -> Iterable[Sequence[str]]:
    return (values[start : start + CHUNK] for start in range(0, len(values), CHUNK))
