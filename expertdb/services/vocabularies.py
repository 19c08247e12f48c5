"""Reading vocabularies as a user does, and changing them: each change makes a new version, and none is ever lost."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from expertdb import vocabularies
from expertdb.code_words import called
from expertdb.errors import Fault, InvalidInput, NotFound
from expertdb.models import vocabularies as models
from expertdb.models.vocabularies import VocabularyChange, VocabularyState
from expertdb.names import fold
from expertdb.numerals import whole
from expertdb.schemas.fields import unknown_code
from expertdb.services import audit, merged_codes, paging, phrases, versions
from expertdb.services.actors import Actor
from expertdb.vocabularies import EXPERTISE, Term, Vocabulary
from expertdb.wording import Text

TAKEN = '"{alias}" stands for {code} already; take it away there first.'
NOTHING: Mapping[str, str] = {}


@dataclass(frozen=True)
class Shown:
    """A vocabulary, or those of its terms that were asked for; `version` counts its changes here."""

    vocabulary: Vocabulary
    terms: list[Term]
    version: int


def read(session: Session, name: str, q: str = "", version: str | None = None) -> Shown:
    """The vocabulary of that name, now or in an earlier version, with the terms that hold `q`; raises NotFound."""
    found = _of(name) if version is None else _as_of(session, name, version)
    wanted = fold(q)
    terms = [
        term for term in found if not wanted or any(wanted in fold(phrase) for phrase in (term.code, *term.phrases))
    ]
    return Shown(found, terms, _count(found))


def _of(name: str) -> Vocabulary:
    if name not in vocabularies.NAMES:
        raise NotFound("vocabulary", name)
    return vocabularies.load(name)


def _count(vocabulary: Vocabulary) -> int:
    return int(vocabulary.version.partition("+")[2] or 0)


def _as_of(session: Session, name: str, version: str) -> Vocabulary:
    shipped = _of(name).version.partition("+")[0]
    stated, _, written = version.partition("+")
    count = whole(written or "0")
    if stated != shipped or count is None or count > _count(_of(name)):
        raise NotFound("version", version)
    edition = models.read(session, vocabularies.current().number, name, count)
    return edition.vocabularies[name]


def changes(session: Session, name: str, query: Mapping[str, Any]) -> paging.Page:
    """The changes of a vocabulary, the latest first; raises NotFound."""
    _of(name)
    statement = select(VocabularyChange).where(VocabularyChange.name == name)
    keys = (VocabularyChange.number,)
    return paging.fetch(session, statement, keys, query["limit"], query.get("cursor"), newest_first=True)


def count_until(session: Session, name: str, number: int) -> int:
    """How many changes of this vocabulary there were up to change `number`: the count in the version it made."""
    counted = select(func.count()).where(VocabularyChange.name == name, VocabularyChange.number <= number)
    return session.scalar(counted) or 0


def change(
    session: Session,
    name: str,
    stated: list[dict[str, Any]],
    reason: str,
    *,
    version: int | None,
    actor: Actor,
    now: datetime,
) -> Shown:
    """Make these changes, in order and all of them or none; raises NotFound, EditedMeanwhile, InvalidInput."""
    _of(name)
    # The row's lock lets one change be made after the other; whoever waited works on what the other left.
    drawn = update(VocabularyState).values(number=VocabularyState.number + len(stated), stamp=secrets.token_hex(8))
    last: int = session.execute(drawn.returning(VocabularyState.number)).scalar_one()
    before = last - len(stated)
    if before != vocabularies.current().number:
        vocabularies.take_up(models.read(session, before))
    versions.check(_count(_of(name)), version)
    for place, one in enumerate(stated):
        _make(session, name, dict(one), place, before + place + 1, reason, actor, now)
    return read(session, name)


def _make(
    session: Session,
    name: str,
    stated: dict[str, Any],
    place: int,
    number: int,
    reason: str,
    actor: Actor,
    now: datetime,
) -> None:
    do, code = stated.pop("do"), stated.pop("code")
    _check(name, do, code, stated, f"/changes/{place}")
    made = VocabularyChange(
        number=number, name=name, do=do, code=code, details=stated, reason=reason, actor=actor.person, at=now
    )
    session.add(made)
    session.flush()
    vocabularies.take_up(models.applied(vocabularies.current(), [made], number))
    moved = merged_codes.move(session, name, code, stated["into"], actor=actor, now=now) if do == "merge" else 0
    details = {"code": code, "change": number, "reason": reason, **({"experts": moved} if do == "merge" else {})}
    audit.record(session, actor, f"vocabulary.{do}", kind="vocabulary", id=name, **details)


def _check(name: str, do: str, code: str, stated: Mapping[str, Any], pointer: str) -> None:
    """Raise InvalidInput unless the change makes sense on the vocabulary as it is."""
    vocabulary = _of(name)
    if do == "add_code":
        _check_new(name, code, stated, pointer)
        return
    if code not in vocabulary:
        raise InvalidInput(Fault(f"{pointer}/code", unknown_code(code, (name,))))
    term = vocabulary.terms[code]
    if term.merged_into is not None:
        raise InvalidInput(
            Fault(
                f"{pointer}/code", Text("{code} was merged into {into}; change that.", code=code, into=term.merged_into)
            )
        )
    if do == "add_alias":
        _refuse_taken(name, aliases={f"{pointer}/alias": stated["alias"]})
    if do == "relabel":
        own = {fold(phrase) for phrase in (code, *term.phrases)}
        fresh = {f"{pointer}/{field}": label for field, label in stated.items() if fold(label) not in own}
        _refuse_taken(name, labels=fresh)
    if do == "remove_alias" and stated["alias"] not in term.aliases:
        detail = Text('{code} has no alias "{alias}".', code=code, alias=stated["alias"])
        raise InvalidInput(Fault(f"{pointer}/alias", detail))
    if do == "merge":
        _check_merge(vocabulary, term, stated["into"], f"{pointer}/into")


def _check_new(name: str, code: str, stated: Mapping[str, Any], pointer: str) -> None:
    # No code of expertise may mean two things, whichever vocabulary it is in.
    for other in {name, *(EXPERTISE if name in EXPERTISE else ())}:
        if code in vocabularies.load(other):
            detail = Text("{code} is a code of {name} already.", code=code, name=called("vocabulary", other))
            raise InvalidInput(Fault(f"{pointer}/code", detail))
    parent = stated.get("parent")
    if parent is not None and parent not in _of(name):
        raise InvalidInput(Fault(f"{pointer}/parent", unknown_code(parent, (name,))))
    labels = {f"{pointer}/code": code, **{f"{pointer}/{field}": stated[field] for field in ("zh", "en")}}
    aliases = {f"{pointer}/aliases/{place}": alias for place, alias in enumerate(stated.get("aliases", ()))}
    _refuse_taken(name, labels=labels, aliases=aliases)


def _refuse_taken(name: str, labels: Mapping[str, str] = NOTHING, aliases: Mapping[str, str] = NOTHING) -> None:
    """Raise InvalidInput for phrases, by pointer, that stand for a code already.

    Where several vocabularies are read together, as in a cell of expertise, a phrase of one may be none of another's.
    Only a label may be an alias there, which it outweighs wherever one code is looked for.
    """
    together = tuple(other for other in EXPERTISE if other != name) if name in EXPERTISE else ()
    held = [(at, label, phrases.labelled(label, together)) for at, label in labels.items()]
    held += [(at, alias, phrases.holders(alias, together)) for at, alias in aliases.items()]
    faults = []
    for pointer, phrase, elsewhere in held:
        if others := (*phrases.holders(phrase, (name,)), *elsewhere):
            faults.append(Fault(pointer, Text(TAKEN, alias=phrase, code=others[0])))
    if faults:
        raise InvalidInput(*faults)


def _check_merge(vocabulary: Vocabulary, term: Term, into: str, pointer: str) -> None:
    if into == term.code or into not in vocabulary or vocabulary.terms[into].deprecated:
        raise InvalidInput(Fault(pointer, Text("A code is merged into another one that is in use.")))
    if into in vocabulary.with_descendants(term.code):
        raise InvalidInput(Fault(pointer, Text("A code cannot be merged into one below it.")))
