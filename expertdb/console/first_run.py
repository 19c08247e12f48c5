"""The first visit to an empty installation: its first administrator, and the sample pool if it is wanted.

Only whoever can read `EXPERTDB_BOOTSTRAP_TOKEN` on the server may do this, and only while there is no user.
"""

from flask import Response, current_app, redirect, render_template, request, url_for
from marshmallow import ValidationError

from expertdb.console import sessions as own
from expertdb.console.forms import Form, Typed, raw_body
from expertdb.console.handling import go, now
from expertdb.console.language import said
from expertdb.console.rules import Reply
from expertdb.console.site import blueprint
from expertdb.database import transaction
from expertdb.errors import DomainError, Fault, InvalidInput, TooManyAttempts
from expertdb.schemas.faults import faults_of
from expertdb.schemas.users import FirstRunForm
from expertdb.services import sample, sessions, tokens, users
from expertdb.services.actors import SYSTEM
from expertdb.wording import Text


@blueprint.get("/first-run")
def first_run() -> Reply:
    """The form for the first administrator."""
    with transaction(read_only=True) as session:
        if not users.is_first(session):
            return redirect(url_for("console.sign_in"), 303)
    return _form(Form.blank(sample=True))


@blueprint.post("/first-run")
def begin() -> Reply:
    """Make the first administrator and sign them in."""
    own.forgery.protect()
    typed = raw_body(FirstRunForm(), request.form)
    try:
        body = _checked(typed)
        with transaction() as session:
            if not users.is_first(session, lock=True):
                return go("sign_in", said("There is an administrator already. Sign in."))
            body |= {"role": users.ADMINISTRATOR, "must_change_password": False}
            user, _ = users.create(session, body, actor=SYSTEM, now=now())
            if body["sample"]:
                sample.load_when_empty(session, now=now())
            entered = sessions.begin(session, user, body["password"], request.remote_addr or "", now())
    except DomainError as error:
        kept: Typed = {name: typed[name] for name in ("login", "name", "sample") if name in typed}
        status = 429 if isinstance(error, TooManyAttempts) else 422
        return _form(Form.faulty(kept, error.faults or (Fault("/bootstrap", error.detail),)), status)
    own.enter(*entered)
    return go("home", said("Welcome. You are the first administrator."))


def _checked(typed: Typed) -> Typed:
    """What was typed, loaded; raises InvalidInput, TooManyAttempts. Tries of the token are counted as of a password."""
    try:
        body: Typed = FirstRunForm().load(typed)
    except ValidationError as error:
        raise InvalidInput(*faults_of(error.messages)) from error
    if body["password"] != body["again"]:
        raise InvalidInput(Fault("/again", Text("The two passwords differ.")))
    with transaction() as session:
        sessions.count_attempt(session, "bootstrap", request.remote_addr or "", now())
    if not tokens.is_same(body["bootstrap"], current_app.config["BOOTSTRAP_TOKEN"]):
        raise InvalidInput(Fault("/bootstrap", Text("This is not the bootstrap token of this installation.")))
    return body


def _form(form: Form, status: int = 200) -> Response:
    with transaction(read_only=True) as session:
        has_sample = sample.is_wanted(session)
    return Response(render_template("account/first_run.html", form=form, has_sample=has_sample), status)
