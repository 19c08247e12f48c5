"""Finding the experts whom a name, an id or a roster's id means."""

from collections.abc import Iterable

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from expertdb.models.experts import Expert
from expertdb.names import WORD, fold, sort_key

CHUNK = 200


def meant_by(session: Session, named: Iterable[str]) -> dict[str, list[str]]:
    """The ids of the experts whom each of these strings means: none, one, or several namesakes.

    An id or the id in an imported roster means that expert; a name in Chinese or English all who bear it, an English
    one with the given name first or last.
    """
    wanted = list(dict.fromkeys(named))
    found: dict[str, list[str]] = {one: [] for one in wanted}
    for start in range(0, len(wanted), CHUNK):
        _look_up(session, wanted[start : start + CHUNK], found)
    return found


def _look_up(session: Session, wanted: list[str], found: dict[str, list[str]]) -> None:
    english = {order: one for one in wanted for order in _orders(one)}
    chinese = {sort_key(one, None): one for one in wanted}
    statement = select(Expert.id, Expert.source_id, Expert.name_sort, Expert.name_en).where(
        or_(
            Expert.id.in_(wanted),
            Expert.source_id.in_(wanted),
            Expert.name_sort.in_([*chinese, *english]),
            func.lower(Expert.name_en).in_(list(english)),
        ),
        Expert.status != "erased",
    )
    for id, source, name_sort, name_en in session.execute(statement.order_by(Expert.id)):
        forms = (id, source, chinese.get(name_sort), english.get(name_sort), english.get(fold(name_en or "")))
        for one in dict.fromkeys(form for form in forms if form in found):
            found[str(one)].append(id)


def _orders(name: str) -> list[str]:
    """A Latin name, folded, as it stands and with its last word first, as its first word last."""
    words = WORD.findall(fold(name))
    turned = [words, [*words[-1:], *words[:-1]], [*words[1:], *words[:1]]]
    return list(dict.fromkeys([fold(name), *(" ".join(order) for order in turned if order)]))
