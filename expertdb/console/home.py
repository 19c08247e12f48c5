"""The front page: for strangers what this is, for visitors what waits for them."""

from flask import redirect, render_template, url_for

from expertdb.console.rules import Reply
from expertdb.console.sessions import signed_in
from expertdb.console.site import blueprint


@blueprint.get("/")
def home() -> Reply:
    """What waits for the visitor; strangers are told what this is."""
    visitor = signed_in()
    if visitor is None:
        return render_template("front.html")
    if visitor.must_change_password:
        return redirect(url_for("console.password"), 303)
    return render_template("home.html")
