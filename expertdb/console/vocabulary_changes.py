"""Changing a vocabulary: one page for each kind of change, with what it takes and a reason that is kept."""

from flask import abort, render_template

from expertdb.console.forms import Form
from expertdb.console.handling import go
from expertdb.console.language import said
from expertdb.console.rules import Reply, Visit, allow, takes
from expertdb.console.site import pages
from expertdb.console.vocabularies import term_of
from expertdb.console.vocabulary_words import ways
from expertdb.schemas.vocabularies import VocabularyPatch
from expertdb.services import vocabularies

ADMINISTRATORS = ("administrator",)


@pages.get("/vocabularies/<name>/terms/<code>/changes/<do>")
@allow(*ADMINISTRATORS)
def new_vocabulary_change(visit: Visit, name: str, code: str, do: str) -> Reply:
    """The form for one change of a term."""
    term = term_of(name, code)
    if do not in ways(term):
        abort(404)
    found = vocabularies.read(visit.session, name)
    form = visit.form or Form.blank(changes=[{"zh": term.zh, "en": term.en}])
    return render_template(
        "vocabularies/change.html", found=found.vocabulary, term=term, do=do, form=form.of_version(found.version)
    )


@pages.post("/vocabularies/<name>/terms/<code>/changes/<do>")
@allow(*ADMINISTRATORS)
@takes(VocabularyPatch, again=new_vocabulary_change)
def change_term(visit: Visit, name: str, code: str, do: str) -> Reply:
    """Make the change; every process matches by the new version at once."""
    stated = [one | {"do": do, "code": code} for one in visit.body["changes"][:1]]
    vocabularies.change(
        visit.session, name, stated, visit.body["reason"], version=visit.version, actor=visit.actor, now=visit.now
    )
    return go("show_term", said("The vocabulary is changed."), name=name, code=code)


@pages.get("/vocabularies/<name>/codes/new")
@allow(*ADMINISTRATORS)
def new_code(visit: Visit, name: str) -> Reply:
    """The form for a new code."""
    found = vocabularies.read(visit.session, name)
    form = (visit.form or Form.blank()).of_version(found.version)
    return render_template("vocabularies/new_code.html", found=found.vocabulary, form=form)


@pages.post("/vocabularies/<name>/codes/new")
@allow(*ADMINISTRATORS)
@takes(VocabularyPatch, again=new_code)
def add_code(visit: Visit, name: str) -> Reply:
    """Add the code."""
    stated = [one | {"do": "add_code"} for one in visit.body["changes"][:1]]
    vocabularies.change(
        visit.session, name, stated, visit.body["reason"], version=visit.version, actor=visit.actor, now=visit.now
    )
    return go("show_term", said("The vocabulary is changed."), name=name, code=stated[0]["code"])
