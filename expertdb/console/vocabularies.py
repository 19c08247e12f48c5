"""The vocabularies: which words stand for which code."""

from flask import render_template, request

from expertdb import vocabularies as known
from expertdb.console.rules import Reply, Visit, allow
from expertdb.console.site import pages
from expertdb.models.tokens import ROLES
from expertdb.services import vocabularies

LONGEST = 200


@pages.get("/vocabularies")
@allow(*ROLES)
def list_vocabularies(visit: Visit) -> Reply:
    """All vocabularies with their versions."""
    return render_template("vocabularies/list.html", found=[known.load(name) for name in known.NAMES])


@pages.get("/vocabularies/<name>")
@allow(*ROLES)
def show_vocabulary(visit: Visit, name: str) -> Reply:
    """The terms of one vocabulary, narrowed by part of a code, label or alias."""
    q = request.args.get("q", "")[:LONGEST]
    found = vocabularies.read(visit.session, name, q)
    return render_template("vocabularies/show.html", found=found.vocabulary, q=q, terms=found.terms[:1000])
