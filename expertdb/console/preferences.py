"""Language and colours: what a reader chooses is kept in a cookie of this site and nowhere else."""

from flask import abort, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from expertdb.console.language import A_YEAR, LANGUAGE_COOKIE, THEME_COOKIE, THEMES
from expertdb.console.site import blueprint
from expertdb.wording import LANGUAGES

CHOICES = {LANGUAGE_COOKIE: LANGUAGES, THEME_COOKIE: THEMES}


@blueprint.get("/preferences/<name>/<value>")
def prefer(name: str, value: str) -> AnyResponse:
    """Remember a choice and go back to the page it was made on."""
    if value not in CHOICES.get(name, ()):
        abort(404)
    answer = redirect(own_address(request.args.get("next", "/")), 303)
    answer.set_cookie(name, value, max_age=A_YEAR, samesite="Lax", secure=request.is_secure, httponly=True)
    return answer


def own_address(address: str) -> str:
    """The address if it is one of ours, the front page otherwise: links must not lead elsewhere through us."""
    plain = address.startswith("/") and not address.startswith(("//", "/\\"))
    return address if plain and all(" " < character <= "~" and character != "\\" for character in address) else "/"
