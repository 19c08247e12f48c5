"""Whom it keeps off a list today what experts state about when and for what they can be asked."""

from collections.abc import Collection, Iterable
from datetime import date
from typing import Any

from sqlalchemy import Select, and_, or_, select
from sqlalchemy.orm import Session

from expertdb import vocabularies
from expertdb.models.experts import Expert
from expertdb.models.preferences import ExpertPreference

UNREACHABLE = "unreachable"
AWAY = "away"
NOT_WANTED = "work_not_wanted"


def against(
    session: Session, kind: str | None, codes: Iterable[str], today: date, *, among: Collection[str] | None = None
) -> dict[str, str]:
    """Who (or who `among` these) is not to be asked today for work of this kind and these codes, and why.

    Unreachable comes before away, and away before unwilling.
    """
    unreachable = select(Expert.id).where(Expert.unreachable_since.is_not(None), _one_of(Expert.id, among))
    found = dict.fromkeys(session.scalars(unreachable), UNREACHABLE)
    stated = _stated(kind, codes, today).where(_one_of(ExpertPreference.expert_id, among))
    for expert, limit in session.execute(stated):
        found.setdefault(expert, AWAY if limit == "away" else NOT_WANTED)
    return found


def _upwards(code: str) -> Iterable[str]:
    """The code and those above it: who does not want patents does not want inventions either."""
    here: str | None = code
    while here is not None:
        yield here
        here = next(
            (one.terms[here].parent for one in map(vocabularies.load, vocabularies.EXPERTISE) if here in one), None
        )


def _one_of(column: Any, among: Collection[str] | None) -> Any:
    return column.is_not(None) if among is None else column.in_(sorted(among))


def _stated(kind: str | None, named: Iterable[str], today: date) -> Select[str, str]:
    """Those who are away today, and those who do not want this kind of work or a code of it; away first."""
    codes = sorted({code for one in named for code in _upwards(one)})
    one = ExpertPreference
    away = and_(one.kind == "away", one.value <= today.isoformat(), one.last >= today)
    unwanted = or_(
        and_(one.kind == "not_kind", one.value == kind),
        and_(one.kind == "not_code", one.value.in_(codes)),
    )
    return select(one.expert_id, one.kind).where(or_(away, unwanted)).order_by(one.kind)
