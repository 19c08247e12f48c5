"""Words that somebody misses: suggested by anybody, accepted or declined by an administrator with a reason."""

from flask import render_template

from expertdb.console.forms import Form
from expertdb.console.handling import go
from expertdb.console.language import said
from expertdb.console.rules import Reply, Visit, allow, asks, takes
from expertdb.console.site import pages
from expertdb.models.tokens import ROLES
from expertdb.schemas.vocabularies import (
    WordSuggestionAnswer,
    WordSuggestionBody,
    WordSuggestionDecision,
    WordSuggestionQuery,
)
from expertdb.services import subjects, vocabularies, vocabulary_suggestions

ADMINISTRATORS = ("administrator",)


@pages.get("/vocabularies/suggestions")
@allow(*ROLES)
@asks(WordSuggestionQuery)
def list_word_suggestions(visit: Visit) -> Reply:
    """What was suggested for any vocabulary, oldest first: everything for an administrator, their own for others."""
    page = vocabulary_suggestions.find(visit.session, None, visit.query, actor=visit.actor)
    found = WordSuggestionAnswer(many=True).dump(page.items)
    return render_template(
        "vocabularies/suggestions.html",
        found=found,
        names=subjects.names(visit.session, [one["person"] for one in found]),
        query=visit.query,
        next_cursor=page.next_cursor,
    )


@pages.get("/vocabularies/<name>/suggestions/new")
@allow(*ROLES)
def new_word_suggestion(visit: Visit, name: str) -> Reply:
    """The form for a word that is missing."""
    found = vocabularies.read(visit.session, name).vocabulary
    form = visit.form or Form.blank(do="add_alias")
    return render_template("vocabularies/suggest.html", found=found, form=form)


@pages.post("/vocabularies/<name>/suggestions/new")
@allow(*ROLES)
@takes(WordSuggestionBody, again=new_word_suggestion)
def suggest_word(visit: Visit, name: str) -> Reply:
    """Put the word up for decision."""
    vocabulary_suggestions.suggest(visit.session, name, visit.body, actor=visit.actor, now=visit.now)
    return go("list_word_suggestions", said("The suggestion is recorded. An administrator decides on it."))


@pages.get("/vocabularies/<name>/suggestions/<suggestion_id>")
@allow(*ADMINISTRATORS)
def show_word_suggestion(visit: Visit, name: str, suggestion_id: str) -> Reply:
    """One suggestion, and the form for the decision on it."""
    found = vocabulary_suggestions.get(visit.session, name, suggestion_id)
    return render_template(
        "vocabularies/suggestion.html",
        found=vocabularies.read(visit.session, name).vocabulary,
        suggestion=WordSuggestionAnswer().dump(found),
        names=subjects.names(visit.session, [found.person, found.decided_by or ""]),
        form=visit.form or Form.blank(code=found.code),
    )


@pages.post("/vocabularies/<name>/suggestions/<suggestion_id>")
@allow(*ADMINISTRATORS)
@takes(WordSuggestionDecision, again=show_word_suggestion)
def decide_word_suggestion(visit: Visit, name: str, suggestion_id: str) -> Reply:
    """Accept it, which changes the vocabulary, or decline it."""
    vocabulary_suggestions.decide(visit.session, name, suggestion_id, visit.body, actor=visit.actor, now=visit.now)
    return go("list_word_suggestions", said("The decision is recorded."), status="open")
