"""Changes that an installation made to the vocabularies as shipped, in order; and what users suggest."""

import threading
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Index, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from expertdb import vocabularies
from expertdb.models.base import Base, new_id, rows_of
from expertdb.vocabularies import Edition, Term, Vocabulary

DEEDS = ("add_alias", "remove_alias", "add_code", "relabel", "deprecate", "restore", "merge")


class VocabularyState(Base):
    """The one row that counts the changes; its stamp tells two histories of the same length apart."""

    __tablename__ = "vocabulary_state"

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(default=0)
    stamp: Mapped[str] = mapped_column(String(16), default="")


_STATE = select(VocabularyState.number, VocabularyState.stamp)


class VocabularyChange(Base):
    """The change number `number` of all vocabularies; `details` hold the alias, the labels or the code merged into."""

    __tablename__ = "vocabulary_changes"
    __table_args__ = (Index("ix_vocabulary_changes_name_number", "name", "number"),)

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(String(32))
    do: Mapped[str] = mapped_column(String(16))
    code: Mapped[str] = mapped_column(String(16))
    details: Mapped[dict[str, Any]] = mapped_column(default=dict)
    reason: Mapped[str] = mapped_column(String(500))
    actor: Mapped[str] = mapped_column(String(36))
    at: Mapped[datetime]


class VocabularySuggestion(Base):
    """A word that somebody misses: an alias of a code there is, or a new code; until an administrator decides."""

    __tablename__ = "vocabulary_suggestions"
    __table_args__ = (Index("ix_vocabulary_suggestions_name_status_id", "name", "status", "id"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(String(32))
    do: Mapped[str] = mapped_column(String(16))
    code: Mapped[str | None] = mapped_column(String(16))
    alias: Mapped[str | None] = mapped_column(String(100))
    zh: Mapped[str | None] = mapped_column(String(100))
    en: Mapped[str | None] = mapped_column(String(100))
    note: Mapped[str] = mapped_column(String(500), default="")
    status: Mapped[str] = mapped_column(String(10), default="open")
    person: Mapped[str] = mapped_column(String(36), index=True)
    made_at: Mapped[datetime]
    decided_by: Mapped[str | None] = mapped_column(String(36))
    decided_at: Mapped[datetime | None]
    reason: Mapped[str | None] = mapped_column(String(500))
    change: Mapped[int | None]


class Editions:
    """The edition of one database, as far as this process has read it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: tuple[int, str, Edition] = (0, "", vocabularies.shipped())

    def take_up(self, session: Session) -> None:
        """Let the edition that this session sees hold in this context."""
        row = rows_of(session, _STATE).first()
        number, stamp = (row.number, row.stamp) if row else (0, "")
        with self._lock:
            if self._known[:2] != (number, stamp):
                self._known = (number, stamp, read(session, number))
            vocabularies.take_up(self._known[2])


def read(session: Session, number: int, name: str | None = None, count: int | None = None) -> Edition:
    """The edition after the first `number` changes; of vocabulary `name`, after its first `count`."""
    wanted = select(VocabularyChange).where(VocabularyChange.number <= number).order_by(VocabularyChange.number)
    if name is not None:
        wanted = wanted.where(VocabularyChange.name == name).limit(count)
    return applied(vocabularies.shipped(), session.scalars(wanted), number)


def applied(edition: Edition, changes: Iterable[VocabularyChange], number: int) -> Edition:
    """An edition with these changes made to it."""
    found = dict(edition.vocabularies)
    for change in changes:
        found[change.name] = _changed(found[change.name], change)
    return Edition(number, found)


def _changed(vocabulary: Vocabulary, change: VocabularyChange) -> Vocabulary:
    terms = dict(vocabulary.terms)
    _MAKERS[change.do](terms, change.code, change.details)
    shipped, _, count = vocabulary.version.partition("+")
    return replace(vocabulary, version=f"{shipped}+{int(count or 0) + 1}", terms=terms)


def _add_alias(terms: dict[str, Term], code: str, details: Mapping[str, Any]) -> None:
    terms[code] = replace(terms[code], aliases=(*terms[code].aliases, details["alias"]))


def _remove_alias(terms: dict[str, Term], code: str, details: Mapping[str, Any]) -> None:
    terms[code] = replace(terms[code], aliases=tuple(one for one in terms[code].aliases if one != details["alias"]))


def _add_code(terms: dict[str, Term], code: str, details: Mapping[str, Any]) -> None:
    aliases = tuple(details.get("aliases", ()))
    terms[code] = Term(code, details["zh"], details["en"], aliases, details.get("parent"))


def _relabel(terms: dict[str, Term], code: str, details: Mapping[str, Any]) -> None:
    terms[code] = replace(terms[code], **details)


def _deprecate(terms: dict[str, Term], code: str, details: Mapping[str, Any]) -> None:
    terms[code] = replace(terms[code], deprecated=True)


def _restore(terms: dict[str, Term], code: str, details: Mapping[str, Any]) -> None:
    terms[code] = replace(terms[code], deprecated=False)


def _merge(terms: dict[str, Term], code: str, details: Mapping[str, Any]) -> None:
    """The labels and aliases of the code become aliases of the other, and what is below it goes below the other."""
    gone, into = terms[code], terms[details["into"]]
    known = {phrase.casefold() for phrase in into.phrases}
    fresh = tuple(phrase for phrase in dict.fromkeys(gone.phrases) if phrase.casefold() not in known)
    terms[into.code] = replace(into, aliases=(*into.aliases, *fresh))
    terms[code] = replace(gone, aliases=(), deprecated=True, merged_into=into.code)
    for below in [term for term in terms.values() if term.parent == code and term.code != into.code]:
        terms[below.code] = replace(below, parent=into.code)


_MAKERS = {
    "add_alias": _add_alias,
    "remove_alias": _remove_alias,
    "add_code": _add_code,
    "relabel": _relabel,
    "deprecate": _deprecate,
    "restore": _restore,
    "merge": _merge,
}
