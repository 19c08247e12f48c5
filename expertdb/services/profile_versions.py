"""Reading earlier versions of a profile: what changed, who did it, and how two versions differ."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from expertdb.errors import NotFound
from expertdb.models.experts import Expert
from expertdb.models.revisions import ExpertRevision
from expertdb.services import experts, paging, revisions


@dataclass(frozen=True)
class ProfileVersion:
    """A profile as one version had it, restricted values apart."""

    version: int
    profile: dict[str, Any]


@dataclass(frozen=True)
class Difference:
    """A field that differs between two versions."""

    field: str
    before: Any
    after: Any


def find(session: Session, expert_id: str, query: Mapping[str, Any]) -> paging.Page:
    """The changes of a profile, the latest first; raises NotFound."""
    experts.get(session, expert_id)
    statement = select(ExpertRevision).where(ExpertRevision.expert_id == expert_id)
    keys = (ExpertRevision.version, ExpertRevision.id)
    return paging.fetch(session, statement, keys, query["limit"], query.get("cursor"), newest_first=True)


def get(session: Session, expert_id: str, version: int) -> ProfileVersion:
    """The profile as that version had it; raises NotFound for one that never was, or is from before any was kept."""
    expert = experts.get(session, expert_id)
    found = revisions.state(expert).values
    since = select(ExpertRevision).where(ExpertRevision.expert_id == expert_id, ExpertRevision.version >= version)
    kept = session.scalars(since.order_by(ExpertRevision.version.desc(), ExpertRevision.id.desc())).all()
    if version != expert.version and not (kept and _is_known(session, expert_id, version)):
        raise NotFound("version", str(version))
    for one in kept:
        found |= one.before
    return ProfileVersion(version, found)


def _is_known(session: Session, expert_id: str, version: int) -> bool:
    """Whether a change was kept that began from this version or an earlier one."""
    first = select(ExpertRevision.id).where(ExpertRevision.expert_id == expert_id, ExpertRevision.version <= version)
    return session.scalar(first.limit(1)) is not None


def known(session: Session, expert: Expert) -> list[int]:
    """The versions that differ from each other, the latest first: today's, and each that a change replaced."""
    replaced = select(ExpertRevision.version).where(ExpertRevision.expert_id == expert.id)
    return sorted({expert.version, *session.scalars(replaced)}, reverse=True)


def following(session: Session, expert_id: str, version: int) -> int | None:
    """The version that the next change after this one replaced; None when there was none."""
    later = select(ExpertRevision.version).where(
        ExpertRevision.expert_id == expert_id, ExpertRevision.version > version
    )
    return session.scalar(later.order_by(ExpertRevision.version).limit(1))


def differences(first: ProfileVersion, second: ProfileVersion) -> list[Difference]:
    """The fields in which two versions differ, in the order of the profile."""
    pairs = ((name, first.profile.get(name), second.profile.get(name)) for name in revisions.READ)
    return [Difference(name, before, after) for name, before, after in pairs if before != after]
