"""The vocabularies: which words stand for which code, in which version; a term with all that is known of it."""

from typing import Any

from flask import abort, render_template, request

from expertdb import vocabularies as known
from expertdb.console.rules import Reply, Visit, allow, asks
from expertdb.console.site import pages
from expertdb.models.tokens import ROLES
from expertdb.schemas.shared import PageQuery
from expertdb.schemas.vocabularies import VocabularyChangeAnswer, VocabularyQuery
from expertdb.services import subjects, vocabularies
from expertdb.vocabularies import Term

LONGEST = 200
ALL_CHANGES = {"limit": 200}


@pages.get("/vocabularies")
@allow(*ROLES)
def list_vocabularies(visit: Visit) -> Reply:
    """All vocabularies with their versions."""
    return render_template("vocabularies/list.html", found=[known.load(name) for name in known.NAMES])


@pages.get("/vocabularies/<name>")
@allow(*ROLES)
@asks(VocabularyQuery)
def show_vocabulary(visit: Visit, name: str) -> Reply:
    """The terms of one vocabulary, now or in an earlier version, narrowed by part of a code, label or alias."""
    q = request.args.get("q", "")[:LONGEST]
    found = vocabularies.read(visit.session, name, q, visit.query.get("version"))
    is_old = found.vocabulary.version != known.load(name).version
    return render_template(
        "vocabularies/show.html", found=found.vocabulary, q=q, terms=found.terms[:1000], is_old=is_old
    )


@pages.get("/vocabularies/<name>/changes")
@allow(*ROLES)
@asks(PageQuery)
def list_vocabulary_changes(visit: Visit, name: str) -> Reply:
    """What was changed since the vocabulary was shipped, the latest first; each change made a version."""
    found = vocabularies.read(visit.session, name).vocabulary
    page = vocabularies.changes(visit.session, name, visit.query)
    last = vocabularies.count_until(visit.session, name, page.items[0].number) if page.items else 0
    changes = VocabularyChangeAnswer(many=True).dump(page.items)
    return render_template(
        "vocabularies/changes.html",
        found=found,
        changes=changes,
        versions=[f"{found.version.partition('+')[0]}+{last - place}" for place in range(len(changes))],
        names=subjects.names(visit.session, [one["actor"] for one in changes]),
        next_cursor=page.next_cursor,
    )


@pages.get("/vocabularies/<name>/terms/<code>")
@allow(*ROLES)
def show_term(visit: Visit, name: str, code: str) -> Reply:
    """One code: its labels, the other words for it, what is above and below it, and what was changed."""
    found = vocabularies.read(visit.session, name).vocabulary
    term = term_of(name, code)
    page = vocabularies.changes(visit.session, name, ALL_CHANGES)
    changes = [one for one in VocabularyChangeAnswer(many=True).dump(page.items) if is_about(one, code)]
    return render_template(
        "vocabularies/term.html",
        found=found,
        term=term,
        below=[one for one in found if one.parent == code],
        changes=changes,
        names=subjects.names(visit.session, [one["actor"] for one in changes]),
    )


def term_of(name: str, code: str) -> Term:
    """The term of this code as it is today; a page that is not there when there is none."""
    if name not in known.NAMES or code not in known.load(name):
        abort(404)
    return known.load(name).terms[code]


def is_about(change: dict[str, Any], code: str) -> bool:
    """Whether a change is of this code, or merged another one into it."""
    return code in (change["code"], change["details"].get("into"))
