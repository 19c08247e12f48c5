"""Signing in and out, and one's own password."""

from typing import Any

import structlog
from flask import Response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from expertdb.console import sessions as own
from expertdb.console.forms import Form, raw_body
from expertdb.console.handling import go, now
from expertdb.console.language import said
from expertdb.console.preferences import own_address
from expertdb.console.rules import Reply, Visit, allow, takes
from expertdb.console.site import blueprint, pages
from expertdb.database import transaction
from expertdb.errors import Fault, InvalidInput, TooManyAttempts
from expertdb.models.tokens import ROLES
from expertdb.schemas.users import PasswordForm, SignInForm
from expertdb.services import sessions, users
from expertdb.services.sessions import SignedIn
from expertdb.wording import Text

log = structlog.get_logger()


@blueprint.get("/sign-in")
def sign_in() -> Reply:
    """The form to sign in; whoever is signed in goes on, an empty installation begins with its first administrator."""
    if own.signed_in() is not None:
        return redirect(_next(), 303)
    with transaction(read_only=True) as session:
        if users.is_first(session):
            return redirect(url_for("console.first_run"), 303)
    return _form(Form.blank())


@blueprint.post("/sign-in")
def enter() -> Reply:
    """Sign in. The try is counted and committed before the password is looked at, so that limits hold exactly."""
    own.forgery.protect()
    typed = raw_body(SignInForm(), request.form)
    address = request.remote_addr or ""
    if SignInForm().validate(typed):
        return _refused(typed)
    try:
        with transaction() as session:
            sessions.count_attempt(session, typed["login"], address, now())
    except TooManyAttempts as error:
        log.warning("sign_in_held_off", seconds=int(error.wait.total_seconds()))
        return _too_many(typed, error)
    entered = _enter(typed["login"], typed["password"], address)
    if entered is None:
        return _refused(typed)
    own.enter(*entered)
    return redirect(_next(), 303)


def _enter(login: str, password: str, address: str) -> tuple[str, SignedIn] | None:
    with transaction(read_only=True) as session:
        user = sessions.check(session, login, password)
        if user is None:
            return None
        id = user.id
    with transaction() as session:
        return sessions.begin(session, users.get(session, id), password, address, now())


@pages.post("/sign-out")
@allow(*ROLES)
def sign_out(visit: Visit) -> Reply:
    """End this session, or with `everywhere` all of one's own."""
    visitor = own.signed_in()
    assert visitor is not None
    if "everywhere" in request.form:
        sessions.end_everywhere(visit.session, visit.actor)
    else:
        sessions.end(visit.session, visitor)
    own.leave()
    return go("sign_in", said("You are signed out."))


@pages.get("/password")
@allow(*ROLES)
def password(visit: Visit) -> Reply:
    """The form for one's own password."""
    return render_template("account/password.html", form=visit.form or Form.blank())


@pages.post("/password")
@allow(*ROLES)
@takes(PasswordForm, again=password)
def change_password(visit: Visit) -> Reply:
    """Change one's password; other devices are signed out, this one gets a new session."""
    if visit.body["password"] != visit.body["again"]:
        raise InvalidInput(Fault("/again", Text("The two passwords differ.")))
    user = users.change_password(visit.session, visit.body, actor=visit.actor, now=visit.now)
    own.enter(*sessions.begin(visit.session, user, visit.body["password"], request.remote_addr or "", visit.now))
    return go("home", said("Your password is changed."))


def _next() -> str:
    return own_address(request.args.get("next", "/"))


def _form(form: Form, status: int = 200) -> Response:
    return Response(render_template("account/sign_in.html", form=form, next=_next()), status)


def _refused(typed: dict[str, Any]) -> AnyResponse:
    log.warning("sign_in_refused")
    fault = Fault("/password", Text("No account has this name and password."))
    return _form(Form.faulty({"login": typed.get("login", "")}, (fault,)), 422)


def _too_many(typed: dict[str, Any], error: TooManyAttempts) -> AnyResponse:
    answer = _form(Form.faulty({"login": typed.get("login", "")}, (Fault("/login", error.detail),)), 429)
    answer.headers["Retry-After"] = str(int(error.wait.total_seconds()) + 1)
    return answer
