"""Picking vocabulary codes: found by part of a word, suggested from what a form says, and added to it."""

from flask import abort, render_template, request

from expertdb import vocabularies
from expertdb.console.rules import Reply, Visit, allow, stores_nothing
from expertdb.console.site import pages
from expertdb.models.tokens import ROLES
from expertdb.numerals import whole
from expertdb.services import suggestions

PICKED_AS = ("codes", "aspects", "unwanted")


@pages.get("/codes")
@allow(*ROLES)
def find_codes(visit: Visit) -> Reply:
    """Terms that hold what was typed, each to be added with one press."""
    found = suggestions.search(request.args.get("q", "")[:50])
    return render_template("codes/found.html", terms=found, q=request.args.get("q", ""), picked_as=_picked_as())


@pages.post("/codes/suggestions")
@allow(*ROLES)
@stores_nothing
def suggest_codes(visit: Visit) -> Reply:
    """Codes that the words of a form point to and that it does not hold yet."""
    texts = [text for name, text in request.form.items() if name.rpartition("/")[2] in ("statement", "title", "text")]
    held = [code for name, code in request.form.items(multi=True) if name == "/codes" or name.endswith("/code")]
    found = suggestions.of_texts(texts, held)
    return render_template("codes/suggested.html", suggestions=found, picked_as=_picked_as())


@pages.get("/codes/<code>/picked")
@allow(*ROLES)
def pick_code(visit: Visit, code: str) -> Reply:
    """One code as a form holds it; nothing when the form holds it already."""
    if code not in vocabularies.expertise_codes():
        abort(404)
    held = {value for name, value in request.args.items(multi=True) if name.endswith(("/codes", "/code"))}
    if code in held:
        return ""
    rows = (whole(name.split("/")[-2]) for name in request.args if name.endswith("/code"))
    place = max((row for row in rows if row is not None), default=-1) + 1
    return render_template("codes/picked.html", code=code, place=place, picked_as=_picked_as())


def _picked_as() -> str:
    wanted = request.args.get("as", PICKED_AS[0])
    return wanted if wanted in PICKED_AS else PICKED_AS[0]
