"""Organisations: one row for each body, found by any of its names."""

import uuid
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, exists, false, or_, select
from sqlalchemy.orm import Session, selectinload
from sqlalchemy.orm.attributes import flag_modified

from expertdb import vocabularies
from expertdb.errors import AlreadyExists, Fault, InvalidInput, NotFound, OrganisationInUse
from expertdb.models.base import new_id
from expertdb.models.experts import Expert
from expertdb.models.organisations import Organisation, OrganisationName
from expertdb.models.requests import ConsultationRequest, RelatedOrganisation, RequestParty
from expertdb.models.tokens import AccessToken
from expertdb.models.users import User
from expertdb.names import HAN, fold, organisation_key, sort_key
from expertdb.organisation_names import core_of
from expertdb.schemas.shared import named
from expertdb.services import audit, edits, paging, racing, versions
from expertdb.services.actors import Actor
from expertdb.wording import Text

OTHER = "O-OTH"
LOOKED_UP_AT_ONCE = 500


def create(session: Session, body: dict[str, Any], *, actor: Actor, now: datetime) -> Organisation:
    """Store a new organisation; raises AlreadyExists when one of its names is taken, InvalidInput for its parent."""
    name = body["name"]
    organisation = Organisation(
        id=new_id(),
        name_zh=name.get("zh"),
        name_en=name.get("en"),
        name_sort="",
        kind=body["kind"],
        region=body.get("region"),
        created_at=now,
    )
    session.add(organisation)
    _set_names(session, organisation, body.get("aliases", []))
    _set_parent(session, organisation, body, actor, now)
    session.flush()
    audit.record(session, actor, "organisation.created", kind="organisation", id=organisation.id)
    return organisation


def get(session: Session, organisation_id: str) -> Organisation:
    """The organisation with this id; raises NotFound."""
    organisation = session.get(Organisation, organisation_id)
    if organisation is None:
        raise NotFound("organisation", organisation_id)
    return organisation


def edit(
    session: Session, organisation_id: str, body: dict[str, Any], *, version: int | None, actor: Actor, now: datetime
) -> Organisation:
    """Change what `body` names, if it changes anything.

    Raises NotFound, EditedMeanwhile, AlreadyExists, InvalidInput for its parent.
    """
    organisation = get(session, organisation_id)
    versions.check(organisation.version, version)
    if "parent" in body:
        body = body | {"parent": known(session, body["parent"])}
    body = edits.changes(body, _as_stated(organisation))
    if not body:
        return organisation
    for field in ("kind", "region"):
        if field in body:
            setattr(organisation, field, body[field])
    if "name" in body:
        organisation.name_zh, organisation.name_en = body["name"].get("zh"), body["name"].get("en")
    # Aliases are rows of their own: without this an edit of them alone would leave the version as it is.
    flag_modified(organisation, "kind")
    if "name" in body or "aliases" in body:
        _set_names(session, organisation, body.get("aliases", organisation.aliases))
    _set_parent(session, organisation, body, actor, now)
    session.flush()
    audit.record(session, actor, "organisation.edited", kind="organisation", id=organisation_id, fields=sorted(body))
    return organisation


def _as_stated(organisation: Organisation) -> dict[str, Any]:
    own = {name: getattr(organisation, name) for name in ("kind", "region", "aliases")}
    return own | {"name": named(organisation.name_zh, organisation.name_en), "parent": organisation.parent_id}


def delete(session: Session, organisation_id: str, *, version: int | None, actor: Actor) -> None:
    """Remove an organisation that nothing points to; raises NotFound, EditedMeanwhile, OrganisationInUse."""
    organisation = get(session, organisation_id)
    versions.check(organisation.version, version)
    users = (
        Expert.organisation_id,
        Expert.nominated_by_id,
        Organisation.parent_id,
        ConsultationRequest.requester_id,
        RequestParty.organisation,
        RelatedOrganisation.organisation,
        AccessToken.organisation_id,
        User.organisation_id,
    )
    if any(session.scalar(select(exists().where(column == organisation_id))) for column in users):
        raise OrganisationInUse(
            Text("Experts, requests, tokens or users still point to this organisation; move them first.")
        )
    session.delete(organisation)
    session.flush()
    audit.record(session, actor, "organisation.deleted", kind="organisation", id=organisation_id)


def find(session: Session, query: dict[str, Any]) -> paging.Page:
    """The organisations that meet the query, by name."""
    statement = select(Organisation).options(selectinload(Organisation.names))
    if query.get("q"):
        key = organisation_key(query["q"])
        holds_it = Organisation.names.any(OrganisationName.key.contains(key, autoescape=True))
        # Punctuation alone has no key: no name holds it, though every key holds the empty string.
        statement = statement.where(holds_it if key else false())
    if "kind" in query:
        statement = statement.where(Organisation.kind == query["kind"])
    if "region" in query:
        wanted = vocabularies.with_descendants(query["region"], ("region",))
        statement = statement.where(Organisation.region.in_(wanted))
    keys = (Organisation.name_sort, Organisation.id)
    return paging.fetch(session, statement, keys, query["limit"], query.get("cursor"))


def look_up(session: Session, id_or_name: str) -> Organisation | None:
    """The organisation with this id or any name like this, if there is one."""
    return session.scalar(select(Organisation).where(meant_by(id_or_name)))


def known(session: Session, id_or_name: str | None) -> str | None:
    """The id of the organisation that is meant, if there is one; else what it was called."""
    found = look_up(session, id_or_name) if id_or_name else None
    return id_or_name if found is None else found.id


def meant_by(id_or_name: str) -> ColumnElement[bool]:
    """The condition on organisations that this is their id, or like one of their names."""
    by_name = Organisation.names.any(OrganisationName.key == organisation_key(id_or_name))
    return or_(Organisation.id == id_or_name, by_name)


def resolve(session: Session, id_or_name: str, pointer: str, *, actor: Actor, now: datetime) -> Organisation:
    """The organisation meant by an id or name; a name nobody knows yet makes a new one of kind "other".

    Raises InvalidInput for an id that nobody has, and for a name without a letter.
    """
    check(session, id_or_name, pointer)
    found = look_up(session, id_or_name)
    if found is not None:
        return found
    language = "zh" if HAN.search(fold(id_or_name)) else "en"
    try:
        with session.begin_nested():
            return create(session, {"name": {language: id_or_name}, "kind": _unknown_kind()}, actor=actor, now=now)
    except AlreadyExists:
        # Somebody else made it at this very moment.
        if (made := look_up(session, id_or_name)) is None:
            raise
        return made


def note_of_new(session: Session, id_or_name: str | None) -> Text | None:
    """What to tell whoever names an organisation that `resolve` is about to make: it may be a known one misspelt."""
    if not id_or_name or _is_id(id_or_name) or look_up(session, id_or_name) is not None:
        return None
    template = (
        'The organisation "{name}" was not known and has been entered. '
        "If it is one that was there, make this its alias."
    )
    return Text(template, name=id_or_name)


def ids_of(session: Session, called: set[str]) -> dict[str, str]:
    """The ids of the organisations that there are, by what they are called: an id or any of their names."""
    keys = {name: organisation_key(name) for name in called}
    found: dict[str, str] = {}
    for column, owner, wanted in (
        (OrganisationName.key, OrganisationName.organisation_id, set(keys.values()) - {""}),
        (Organisation.id, Organisation.id, {name for name in called if _is_id(name)}),
    ):
        listed = sorted(wanted)
        for start in range(0, len(listed), LOOKED_UP_AT_ONCE):
            chunk = select(column, owner).where(column.in_(listed[start : start + LOOKED_UP_AT_ONCE]))
            found |= {row[0]: row[1] for row in session.execute(chunk)}
    return {name: id for name in called if (id := found.get(name) or found.get(keys[name])) is not None}


def faults_of(session: Session, called: set[str]) -> dict[str, str]:
    """What is wrong with those of these ids and names that no organisation can have."""
    found: dict[str, str] = {}
    for name in called:
        try:
            check(session, name, "")
        except InvalidInput as error:
            found[name] = error.faults[0].detail
    return found


def _unknown_kind() -> str:
    """The kind of a body of which only the name is known: "other", or what that was merged into."""
    return vocabularies.standing_for(OTHER, ("organisation_kind",))


def unsaved(name: str, now: datetime) -> Organisation:
    """A new organisation of kind "other", in no session; raises InvalidInput for a name without a letter."""
    language = "zh" if HAN.search(fold(name)) else "en"
    zh, en = (name, None) if language == "zh" else (None, name)
    return Organisation(
        id=new_id(),
        name_zh=zh,
        name_en=en,
        name_sort=sort_key(zh, en, person=False),
        kind=_unknown_kind(),
        created_at=now,
        names=[OrganisationName(name=name, key=_key(name, "/organisation"), core=core_of(name).core)],
    )


def check(session: Session, id_or_name: str, pointer: str) -> None:
    """Raise InvalidInput for an id that nobody has, and for a name without a letter."""
    if _is_id(id_or_name) and session.get(Organisation, id_or_name) is None:
        raise InvalidInput(Fault(pointer, Text("There is no organisation with the id {id}.", id=id_or_name)))
    _key(id_or_name, pointer)


def _is_id(text: str) -> bool:
    try:
        return str(uuid.UUID(text)) == text
    except ValueError:
        return False


def _set_names(session: Session, organisation: Organisation, aliases: list[str]) -> None:
    """Lay the organisation's names anew, official ones first; one key stands once."""
    official = {"/name/zh": organisation.name_zh, "/name/en": organisation.name_en}
    given = {pointer: name for pointer, name in official.items() if name}
    given |= {f"/aliases/{place}": alias for place, alias in enumerate(aliases)}
    pointers: dict[str, str] = {}
    for pointer, name in given.items():
        pointers.setdefault(_key(name, pointer), pointer)
    refuse = partial(_refuse_taken, session, organisation.id, pointers)
    refuse()
    organisation.name_sort = sort_key(organisation.name_zh, organisation.name_en, person=False)
    with racing.refused_by(session, refuse):
        if organisation.names:
            # The old names must be gone before the same keys come again: the key is unique.
            organisation.names.clear()
            session.flush()
        organisation.names.extend(
            OrganisationName(
                name=given[pointer], key=key, core=core_of(given[pointer]).core, is_alias=pointer.startswith("/aliases")
            )
            for key, pointer in pointers.items()
        )


def _set_parent(
    session: Session, organisation: Organisation, body: dict[str, Any], actor: Actor, now: datetime
) -> None:
    """Say whose it is, where the body does; raises InvalidInput for an unknown id and for a ring of owners."""
    if "parent" not in body:
        return
    named = body["parent"]
    organisation.parent = None if named is None else resolve(session, named, "/parent", actor=actor, now=now)
    above = organisation.parent
    while above is not None:
        if above.id == organisation.id:
            raise InvalidInput(Fault("/parent", Text("An organisation cannot be above itself.")))
        above = above.parent


def _key(name: str, pointer: str) -> str:
    """The name's key; raises InvalidInput when the name has none."""
    key = organisation_key(name)
    if not key:
        raise InvalidInput(Fault(pointer, Text("A name needs at least one letter or digit.")))
    return key


def _refuse_taken(session: Session, organisation_id: str, pointers: dict[str, str]) -> None:
    """Raise AlreadyExists when another organisation has one of these names; `pointers` has a pointer for each key."""
    with session.no_autoflush:
        taken = session.scalar(
            select(OrganisationName).where(
                OrganisationName.key.in_(pointers), OrganisationName.organisation_id != organisation_id
            )
        )
    if taken is not None:
        detail = Text(
            'The name "{name}" belongs to the organisation {id} already.',
            name=taken.name,
            id=taken.organisation_id,
        )
        raise AlreadyExists(detail, (Fault(pointers[taken.key], detail),))
