"""Whom it keeps off a list today what experts state about when and for what they can be asked."""

from collections.abc import Collection, Iterable
from datetime import date
from typing import Any

from sqlalchemy import BindParameter, and_, bindparam, case, literal, or_, select, union_all
from sqlalchemy.orm import Session

from expertdb import vocabularies
from expertdb.models.base import rows_of
from expertdb.models.experts import Expert
from expertdb.models.preferences import ExpertPreference

UNREACHABLE = "unreachable"
AWAY = "away"
NOT_WANTED = "work_not_wanted"
GRAVEST = (UNREACHABLE, AWAY, NOT_WANTED)
# Since any day at all: SQLite looks through everybody for what is not null.
_UNREACHABLE = select(Expert.id, literal(UNREACHABLE)).where(Expert.unreachable_since >= date.min)
# Those who are away today, and those who do not want this kind of work or a code of it.
_STATED = select(
    ExpertPreference.expert_id, case((ExpertPreference.kind == "away", literal(AWAY)), else_=literal(NOT_WANTED))
).where(
    or_(
        and_(
            ExpertPreference.kind == "away",
            ExpertPreference.value <= bindparam("first"),
            ExpertPreference.last >= bindparam("last"),
        ),
        and_(ExpertPreference.kind == "not_kind", ExpertPreference.value == bindparam("asked")),
        and_(ExpertPreference.kind == "not_code", ExpertPreference.value.in_(bindparam("codes", expanding=True))),
    )
)
# Made once, as the statements of `profiles`; everything in one, since each takes as long as what it finds.
_OF_ALL = union_all(_UNREACHABLE, _STATED)
_THESE: BindParameter[Any] = bindparam("ids", expanding=True)
_OF_SOME = union_all(_UNREACHABLE.where(Expert.id.in_(_THESE)), _STATED.where(ExpertPreference.expert_id.in_(_THESE)))


def against(
    session: Session, kind: str | None, codes: Iterable[str], today: date, *, among: Collection[str] | None = None
) -> dict[str, str]:
    """Who (or who `among` these) is not to be asked today for work of this kind and these codes, and why.

    Unreachable comes before away, and away before unwilling.
    """
    named = sorted({code for one in codes for code in vocabularies.upwards(one)})
    values: dict[str, Any] = {"first": today.isoformat(), "last": today, "asked": kind, "codes": named}
    statement, more = (_OF_ALL, {}) if among is None else (_OF_SOME, {"ids": sorted(among)})
    found: dict[str, str] = {}
    for expert, reason in rows_of(session, statement, values | more).all():
        found[expert] = min(found.get(expert, reason), reason, key=GRAVEST.index)
    return found
