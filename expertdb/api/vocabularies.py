"""/api/v1/vocabularies: the codes and what they mean, their changes, and the words that users miss."""

from expertdb.api.handling import Routes
from expertdb.api.routing import EVERYBODY, Call, allow, answers, asks, edits, takes
from expertdb.models.vocabularies import VocabularySuggestion
from expertdb.schemas.shared import PageQuery
from expertdb.schemas.vocabularies import (
    VocabularyAnswer,
    VocabularyChangeAnswer,
    VocabularyPatch,
    VocabularyQuery,
    WordSuggestionAnswer,
    WordSuggestionBody,
    WordSuggestionDecision,
    WordSuggestionQuery,
)
from expertdb.services import vocabularies, vocabulary_suggestions
from expertdb.services.paging import Page
from expertdb.services.vocabularies import Shown

routes = Routes("vocabularies")


@routes.get("/vocabularies/<name>")
@allow(*EVERYBODY)
@asks(VocabularyQuery)
@answers(VocabularyAnswer)
def read_vocabulary(call: Call, name: str) -> Shown:
    """Read a vocabulary, now or in an earlier version: its terms with labels and aliases."""
    return vocabularies.read(call.session, name, call.query.get("q", ""), call.query.get("version"))


@routes.patch("/vocabularies/<name>")
@allow("administrator")
@edits
@takes(VocabularyPatch)
@answers(VocabularyAnswer)
def change_vocabulary(call: Call, name: str) -> Shown:
    """Add aliases and codes, relabel, deprecate or merge; every process matches by the new version at once."""
    stated, reason = call.body["changes"], call.body["reason"]
    return vocabularies.change(call.session, name, stated, reason, version=call.version, actor=call.actor, now=call.now)


@routes.get("/vocabularies/<name>/changes")
@allow(*EVERYBODY)
@asks(PageQuery)
@answers(VocabularyChangeAnswer, paged=True)
def list_vocabulary_changes(call: Call, name: str) -> Page:
    """List what was changed in a vocabulary since it was shipped, the latest first."""
    return vocabularies.changes(call.session, name, call.query)


@routes.post("/vocabularies/<name>/suggestions")
@allow(*EVERYBODY)
@takes(WordSuggestionBody)
@answers(WordSuggestionAnswer, 201)
def suggest_word(call: Call, name: str) -> VocabularySuggestion:
    """Suggest an alias or a code that the vocabulary lacks."""
    return vocabulary_suggestions.suggest(call.session, name, call.body, actor=call.actor, now=call.now)


@routes.get("/vocabularies/<name>/suggestions")
@allow(*EVERYBODY)
@asks(WordSuggestionQuery)
@answers(WordSuggestionAnswer, paged=True)
def list_suggestions(call: Call, name: str) -> Page:
    """List suggestions, oldest first: all for an administrator, their own for everybody else."""
    return vocabulary_suggestions.find(call.session, name, call.query, actor=call.actor)


@routes.post("/vocabularies/<name>/suggestions/<suggestion_id>/decisions")
@allow("administrator")
@takes(WordSuggestionDecision)
@answers(WordSuggestionAnswer)
def decide_suggestion(call: Call, name: str, suggestion_id: str) -> VocabularySuggestion:
    """Accept a suggestion, which changes the vocabulary, or decline it."""
    return vocabulary_suggestions.decide(call.session, name, suggestion_id, call.body, actor=call.actor, now=call.now)
