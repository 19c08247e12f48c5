"""What happens around every page: who is visiting, forged forms, the form's fields, transaction, faults.

A view is a few lines that call a service. When the service or the schema finds faults, or somebody else was faster, the
form is shown again with everything that was typed and each fault at its field.
"""

import functools
from collections.abc import Callable
from datetime import datetime
from typing import Any

from flask import (
    Blueprint,
    Response,
    abort,
    current_app,
    flash,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from marshmallow import EXCLUDE, Schema, ValidationError
from sqlalchemy.orm import Session
from werkzeug.exceptions import NotFound as NotFoundPage

from expertdb.console.forms import Form, Typed, raw_body
from expertdb.console.language import said
from expertdb.console.rules import Reply, Rule, View, Visit, rule_of
from expertdb.console.sessions import forgery, signed_in
from expertdb.database import transaction
from expertdb.errors import (
    DomainError,
    EditedMeanwhile,
    Fault,
    InvalidInput,
    KeysHaveChanged,
    NotAllowed,
    NotFound,
    PoolIsMoving,
    RestrictedValueUnreadable,
    TooManyAttempts,
)
from expertdb.numerals import whole
from expertdb.schemas.faults import faults_of
from expertdb.services.actors import Actor
from expertdb.services.corpus import again_while_moving
from expertdb.wording import Text

# The one page for whoever must first choose a password of their own, and the way out.
BEFORE_PASSWORD = ("console.password", "console.change_password", "console.sign_out")
# What is no refusal of a form: who sends it again later, unchanged, may well succeed.
NEVER_AGAIN = (NotFound, KeysHaveChanged, PoolIsMoving, RestrictedValueUnreadable, TooManyAttempts)
NO_VERSION = -1  # No row has it: an edit that names none is refused as an outdated one is.


class Pages:
    """Registers views with a blueprint; one without an access rule is refused."""

    def __init__(self, blueprint: Blueprint) -> None:
        self._blueprint = blueprint

    def get(self, address: str) -> Callable[[View], View]:
        """A page."""
        return self._at("GET", address)

    def post(self, address: str) -> Callable[[View], View]:
        """What a form or button does."""
        return self._at("POST", address)

    def _at(self, method: str, address: str) -> Callable[[View], View]:
        def register(view: View) -> View:
            rule = rule_of(view)
            if not rule.roles:
                raise RuntimeError(f"{view.__name__} has no access rule: state one with @allow")
            self._blueprint.add_url_rule(address, view.__name__, _handled(view, rule), methods=[method])
            return view

        return register


def _handled(view: Callable[..., Any], rule: Rule) -> Callable[..., Reply]:
    @functools.wraps(view)
    def handle(**path: str) -> Reply:
        visitor = signed_in()
        if visitor is None:
            return to_sign_in()
        if visitor.must_change_password and request.endpoint not in BEFORE_PASSWORD:
            return redirect(url_for("console.password"), 303)
        if visitor.actor.role not in rule.roles:
            raise NotAllowed(Text("Your role may not do this."))
        if request.method == "POST":
            forgery.protect()
        return answered(view, rule, visitor.actor, path)

    return handle


def answered(view: Callable[..., Any], rule: Rule, actor: Actor, path: dict[str, str]) -> Reply:
    """What the view answers to somebody who may be here; a form with faults is shown again."""
    if any("\0" in part for part in path.values()):
        abort(404)
    typed = raw_body(rule.body(), request.form) if rule.body else {}
    try:
        return _done(view, rule, actor, path, typed)
    except EditedMeanwhile as error:
        form = Form(typed, seen=request.form.get("seen", ""), is_clash=True)
        return _again(rule, actor, path, form, 412, error)
    except DomainError as error:
        if isinstance(error, NEVER_AGAIN):
            raise
        faults = error.faults or (Fault("", error.detail),)
        form = Form.faulty(typed, faults, _version(), request.form.get("seen", ""))
        return _again(rule, actor, path, form, _status(error), error)


def _status(error: DomainError) -> int:
    if isinstance(error, InvalidInput):
        return 422
    return 403 if isinstance(error, NotAllowed) else 409


def _done(view: Callable[..., Any], rule: Rule, actor: Actor, path: dict[str, str], typed: Typed) -> Reply:
    body = _loaded(rule.body(), typed) if rule.body else None
    visit = functools.partial(_visit, actor, body=body, query=_query(rule), version=_version())
    prepared = None
    if prepares := rule.prepares:

        def prepare() -> Any:
            with transaction(read_only=True) as session:
                return prepares(visit(session), **path)

        prepared = again_while_moving(prepare)
    reads = not rule.leaves_trace and (request.method != "POST" or not rule.stores)

    def answer() -> Reply:
        with transaction(read_only=reads) as session:
            return view(visit(session, prepared=prepared), **path)  # type: ignore[no-any-return]

    return again_while_moving(answer)


def _again(rule: Rule, actor: Actor, path: dict[str, str], form: Form, status: int, error: DomainError) -> Reply:
    if rule.again is None:
        raise error
    try:
        with transaction(read_only=True) as session:
            shown = make_response(rule.again(_visit(actor, session, form=form), **path))
    except NotFoundPage:  # As things stand by now there is no such form; the refusal says how they do.
        raise error from None
    shown.status_code = status
    return shown


def _visit(actor: Actor, session: Session, **facts: Any) -> Visit:
    part = request.headers.get("HX-Request-Type") == "partial"
    held = current_app.extensions
    return Visit(session, actor, now(), held["corpus"], held["directory"], held["rules"], part, **facts)


def _loaded(schema: Schema, typed: Any) -> Any:
    try:
        return schema.load(typed)
    except ValidationError as error:
        raise InvalidInput(*faults_of(error.messages)) from error


def _query(rule: Rule) -> dict[str, Any]:
    """What the address asks for; a page is shown for any address, so a wrong value counts as not given."""
    if rule.query is None:
        return {}
    needed = tuple(name for name, field in rule.query().fields.items() if field.required)
    schema = rule.query(unknown=EXCLUDE, partial=needed)
    stated = {name: value for name, value in request.args.items() if value}
    try:
        loaded: dict[str, Any] = schema.load(stated)
    except ValidationError as error:
        wrong = error.messages_dict
        loaded = schema.load({name: value for name, value in stated.items() if name not in wrong})
    return loaded


def _version() -> int:
    stated = whole(request.form.get("version"))
    return NO_VERSION if stated is None else stated


def now() -> datetime:
    """The present moment."""
    moment: datetime = current_app.extensions["clock"]()
    return moment


def to_sign_in() -> Reply:
    """Send a stranger to sign in and then back here; a part of a page is told in place, so that nothing is lost."""
    if "HX-Request" in request.headers:
        return Response(render_template("parts/signed_out.html"), 401)
    back = request.full_path.rstrip("?") if request.method == "GET" else request.form.get("here", "/")
    if request.method == "POST":
        flash(said("Your session has ended. Sign in again; what you typed is kept on this device."), "warning")
    return redirect(url_for("console.sign_in", next=back), 303)


def go(endpoint: str, message: str = "", **values: Any) -> Reply:
    """Go on to another page after something was done, which `message` says there."""
    if message:
        flash(message, "done")
    return redirect(url_for(f"console.{endpoint}", **values), 303)


def saved(visit: Visit, version: int) -> str:
    """What to say after an edit that left the thing at this version."""
    return said("Nothing was changed.") if version == visit.version else said("Saved.")
