"""Whom it keeps off a list today what experts state about when and for what they can be asked."""

from collections.abc import Collection, Iterable
from datetime import date

from sqlalchemy import and_, bindparam, or_, select
from sqlalchemy.orm import Session

from expertdb import vocabularies
from expertdb.models.base import rows_of
from expertdb.models.experts import Expert
from expertdb.models.preferences import ExpertPreference

UNREACHABLE = "unreachable"
AWAY = "away"
NOT_WANTED = "work_not_wanted"
# Made once, as the statements of `profiles`.
# Since any day at all: SQLite looks through everybody for what is not null.
_UNREACHABLE = select(Expert.id).where(Expert.unreachable_since >= date.min)
# Those who are away today, and those who do not want this kind of work or a code of it; away first.
_STATED = (
    select(ExpertPreference.expert_id, ExpertPreference.kind)
    .where(
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
    .order_by(ExpertPreference.kind)
)


def against(
    session: Session, kind: str | None, codes: Iterable[str], today: date, *, among: Collection[str] | None = None
) -> dict[str, str]:
    """Who (or who `among` these) is not to be asked today for work of this kind and these codes, and why.

    Unreachable comes before away, and away before unwilling.
    """
    unreachable, stated = _UNREACHABLE, _STATED
    if among is not None:
        unreachable = unreachable.where(Expert.id.in_(sorted(among)))
        stated = stated.where(ExpertPreference.expert_id.in_(sorted(among)))
    named = sorted({code for one in codes for code in vocabularies.upwards(one)})
    values = {"first": today.isoformat(), "last": today, "asked": kind, "codes": named}
    found = dict.fromkeys(rows_of(session, unreachable).scalars(), UNREACHABLE)
    for expert, limit in rows_of(session, stated, values):
        found.setdefault(expert, AWAY if limit == "away" else NOT_WANTED)
    return found
