"""Words that users miss in a vocabulary: suggested by anybody, decided by an administrator."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from expertdb.errors import Fault, InvalidInput, NotFound, SuggestionDecidedAlready
from expertdb.models.vocabularies import VocabularyChange, VocabularySuggestion
from expertdb.schemas.fields import unknown_code
from expertdb.services import audit, paging, vocabularies
from expertdb.services.actors import Actor
from expertdb.wording import Text


def suggest(
    session: Session, name: str, body: Mapping[str, Any], *, actor: Actor, now: datetime
) -> VocabularySuggestion:
    """Put a word up for decision; raises NotFound, InvalidInput."""
    vocabulary = vocabularies.read(session, name).vocabulary
    if body["do"] == "add_alias" and body["code"] not in vocabulary:
        raise InvalidInput(Fault("/code", unknown_code(body["code"], (name,))))
    made = VocabularySuggestion(name=name, person=actor.person, made_at=now, **body)
    session.add(made)
    session.flush()
    audit.record(session, actor, "suggestion.made", kind="suggestion", id=made.id, vocabulary=name, do=made.do)
    return made


def find(session: Session, name: str | None, query: Mapping[str, Any], *, actor: Actor) -> paging.Page:
    """The suggestions for a vocabulary, or for all, oldest first; whoever does not decide sees their own.

    Raises NotFound.
    """
    statement = select(VocabularySuggestion)
    if name is not None:
        vocabularies.read(session, name)
        statement = statement.where(VocabularySuggestion.name == name)
    if "status" in query:
        statement = statement.where(VocabularySuggestion.status == query["status"])
    if actor.role != "administrator":
        statement = statement.where(VocabularySuggestion.person == actor.person)
    return paging.fetch(session, statement, (VocabularySuggestion.id,), query["limit"], query.get("cursor"))


def get(session: Session, name: str, id: str, *, lock: bool = False) -> VocabularySuggestion:
    """One suggestion for this vocabulary; raises NotFound."""
    found = session.get(VocabularySuggestion, id, with_for_update=lock)
    if found is None or found.name != name:
        raise NotFound("suggestion", id)
    return found


def decide(
    session: Session, name: str, id: str, body: Mapping[str, Any], *, actor: Actor, now: datetime
) -> VocabularySuggestion:
    """Accept a suggestion, which changes the vocabulary, or decline it with a reason.

    A new code's code may be given or corrected here. Raises NotFound, SuggestionDecidedAlready, InvalidInput.
    """
    found = get(session, name, id, lock=True)
    if found.status != "open":
        raise SuggestionDecidedAlready(found.status)
    if body["decision"] == "accept":
        change = _change_of(found, body.get("code") or found.code)
        vocabularies.change(session, name, [change], body["reason"], version=None, actor=actor, now=now)
        found.change = session.scalars(
            select(VocabularyChange.number).order_by(VocabularyChange.number.desc()).limit(1)
        ).one()
    found.status = "accepted" if body["decision"] == "accept" else "declined"
    found.decided_by, found.decided_at, found.reason = actor.person, now, body["reason"]
    session.flush()
    audit.record(session, actor, f"suggestion.{found.status}", kind="suggestion", id=id, reason=body["reason"])
    return found


def _change_of(suggestion: VocabularySuggestion, code: str | None) -> dict[str, Any]:
    if code is None:
        raise InvalidInput(Fault("/code", Text("Say which code the new term gets.")))
    if suggestion.do == "add_alias":
        return {"do": "add_alias", "code": code, "alias": suggestion.alias}
    aliases = [suggestion.alias] if suggestion.alias else []
    return {"do": "add_code", "code": code, "zh": suggestion.zh, "en": suggestion.en, "aliases": aliases}
