"""Who stands behind the ids that records keep: users by their names, tokens by theirs."""

from collections.abc import Iterable

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from expertdb.models.tokens import AccessToken
from expertdb.models.users import User

CHUNK = 500


def names(session: Session, ids: Iterable[str]) -> dict[str, str]:
    """Names by id; whoever is neither a user nor a token (the command line) has none."""
    wanted, found = sorted(set(ids)), dict[str, str]()
    for start in range(0, len(wanted), CHUNK):
        some = wanted[start : start + CHUNK]
        for model in (AccessToken, User):
            found.update((row.id, row.name) for row in session.execute(_named(model, some)))
    return found


def _named(model: type[AccessToken] | type[User], ids: list[str]) -> Select[str, str]:
    return select(model.id, model.name).where(model.id.in_(ids))
