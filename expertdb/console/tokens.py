"""Access tokens: everybody's own, and for administrators all of them."""

from flask import render_template

from expertdb.console.forms import Form
from expertdb.console.handling import go
from expertdb.console.language import said
from expertdb.console.rules import Reply, Visit, allow, asks, takes
from expertdb.console.site import pages
from expertdb.models.tokens import ROLES
from expertdb.schemas.tokens import OwnTokenForm, SystemTokenForm, TokenQuery
from expertdb.services import tokens

ADMINISTRATORS = ("administrator",)
USUAL_DAYS = 365


@pages.get("/tokens")
@allow(*ROLES)
@asks(TokenQuery)
def own_tokens(visit: Visit) -> Reply:
    """The visitor's own tokens."""
    page = tokens.find(visit.session, visit.query | {"user_id": visit.actor.person})
    return render_template("tokens/own.html", page=page, now=visit.now)


@pages.get("/tokens/all")
@allow(*ADMINISTRATORS)
@asks(TokenQuery)
def all_tokens(visit: Visit) -> Reply:
    """Every token there is."""
    page = tokens.find(visit.session, visit.query)
    return render_template("tokens/all.html", page=page, query=visit.query, now=visit.now)


@pages.get("/tokens/new")
@allow(*ROLES)
def new_token(visit: Visit) -> Reply:
    """The form for a token of one's own."""
    form = visit.form or Form.blank(scopes=["read"], days=USUAL_DAYS)
    return render_template("tokens/new.html", form=form, system=False)


@pages.post("/tokens/new")
@allow(*ROLES)
@takes(OwnTokenForm, again=new_token)
def make_token(visit: Visit) -> Reply:
    """Make a token for the visitor and show its secret, once."""
    token, secret = tokens.create_own(visit.session, visit.body, actor=visit.actor, now=visit.now)
    return render_template("tokens/secret.html", token=token, secret=secret)


@pages.get("/tokens/new-system")
@allow(*ADMINISTRATORS)
def new_system_token(visit: Visit) -> Reply:
    """The form for a token of somebody's program."""
    form = visit.form or Form.blank(scopes=["read", "write"], days=USUAL_DAYS)
    return render_template("tokens/new.html", form=form, system=True)


@pages.post("/tokens/new-system")
@allow(*ADMINISTRATORS)
@takes(SystemTokenForm, again=new_system_token)
def make_system_token(visit: Visit) -> Reply:
    """Make the token and show its secret, once."""
    token, secret = tokens.create_lasting(visit.session, visit.body, actor=visit.actor, now=visit.now)
    return render_template("tokens/secret.html", token=token, secret=secret)


@pages.post("/tokens/<token_id>/revoke")
@allow(*ROLES)
def revoke_token(visit: Visit, token_id: str) -> Reply:
    """End a token at once: one's own, for administrators any."""
    tokens.revoke(visit.session, token_id, actor=visit.actor, now=visit.now)
    return go("own_tokens", said("The token is revoked."))
