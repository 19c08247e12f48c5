"""What the ids that records keep are called: users, tokens, experts and organisations by name, requests by title."""

from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from expertdb.models.experts import Expert
from expertdb.models.organisations import Organisation
from expertdb.models.requests import ConsultationRequest
from expertdb.models.tokens import AccessToken
from expertdb.models.users import User

CHUNK = 500


def names(session: Session, ids: Iterable[str]) -> dict[str, str]:
    """Names by id; what is gone, or is none of these (the command line), has none."""
    wanted, found = sorted(set(ids)), dict[str, str]()
    for start in range(0, len(wanted), CHUNK):
        for statement in _named(wanted[start : start + CHUNK]):
            found.update((id, name) for id, name in session.execute(statement) if name)
    return found


def _named(ids: list[str]) -> Iterator[Select[*tuple[Any, ...]]]:
    for model, name in (
        (AccessToken, AccessToken.name),
        (User, User.name),
        (Expert, func.coalesce(Expert.name_zh, Expert.name_en)),
        (Organisation, func.coalesce(Organisation.name_zh, Organisation.name_en)),
        (ConsultationRequest, ConsultationRequest.title),
    ):
        yield select(model.id, name).where(model.id.in_(ids))
