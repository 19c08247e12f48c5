"""What the ids that records keep are called: users, tokens, experts and organisations by name, requests by title."""

from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from expertdb.models.engagements import Engagement
from expertdb.models.experts import Expert
from expertdb.models.organisations import Organisation
from expertdb.models.requests import ConsultationRequest
from expertdb.models.tokens import AccessToken
from expertdb.models.users import User
from expertdb.services.actors import Actor

CHUNK = 500


def names(session: Session, ids: Iterable[str]) -> dict[str, str]:
    """Names by id; what is gone, or is none of these (the command line), has none."""
    wanted, found = sorted(set(ids)), dict[str, str]()
    for start in range(0, len(wanted), CHUNK):
        for statement in _named(wanted[start : start + CHUNK]):
            found.update((id, name) for id, name in session.execute(statement) if name)
    return found


def doers(session: Session, ids: Iterable[str], *, actor: Actor) -> dict[str, str]:
    """Who did something, by id: an agency is told of its own people and of experts, not who works at the office."""
    wanted = sorted(set(ids))
    found = names(session, wanted)
    if actor.role != "agency":
        return found
    own = {actor.id, *session.scalars(select(Engagement.id).where(Engagement.id.in_(wanted)))}
    if actor.organisation_id is not None:
        for model in (User, AccessToken):
            of_body = model.organisation_id == actor.organisation_id
            own.update(session.scalars(select(model.id).where(model.id.in_(wanted), of_body)))
    return {id: name for id, name in found.items() if id in own}


def _named(ids: list[str]) -> Iterator[Select[*tuple[Any, ...]]]:
    for model, name in (
        (AccessToken, AccessToken.name),
        (User, User.name),
        (Expert, func.coalesce(Expert.name_zh, Expert.name_en)),
        (Organisation, func.coalesce(Organisation.name_zh, Organisation.name_en)),
        (ConsultationRequest, ConsultationRequest.title),
    ):
        yield select(model.id, name).where(model.id.in_(ids))
    # An expert who acts by the link of an invitation has no account; records keep the invitation.
    called = func.coalesce(Expert.name_zh, Expert.name_en)
    yield select(Engagement.id, called).join(Expert, Expert.id == Engagement.expert_id).where(Engagement.id.in_(ids))
