"""What happens around every view: token, role, body, transaction, idempotency, dump, headers.

The caller is known and the body is read before the transaction that may write begins, so that neither strangers nor
slow senders hold a lock. What was answered to an equal call is looked for before long work is begun that could fail by
now, and again in the transaction of the effect.
"""

import contextlib
import functools
import io
from collections.abc import Callable
from datetime import datetime
from typing import Any

import structlog
from flask import Blueprint, Response, current_app, g, request, url_for
from marshmallow import Schema
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm import Session

from expertdb import strict_json
from expertdb.api import idempotency, limits, problems, reading
from expertdb.api.rejections import Unauthenticated
from expertdb.api.routing import PREFIX, Call, Contract, Download, View, contract_of
from expertdb.code_words import all_called, called
from expertdb.database import snapshot, transaction
from expertdb.errors import DomainError, NotAllowed
from expertdb.links import PREFIX as PREFIX_OF_LINKS
from expertdb.logs import reason_of
from expertdb.services import invitations, tokens
from expertdb.services.actors import Actor
from expertdb.services.corpus import again_while_moving
from expertdb.services.paging import Page
from expertdb.wording import Text, spoken

log = structlog.get_logger()
READING_METHODS = ("GET", "HEAD")
FILE_CHUNK = 65_536


class Routes:
    """A blueprint whose views are wrapped in the handling below; a view without an access rule is refused."""

    def __init__(self, name: str) -> None:
        self.blueprint = Blueprint(name, __name__)

    def get(self, rule: str) -> Callable[[View], View]:
        return self._at("GET", rule)

    def post(self, rule: str) -> Callable[[View], View]:
        return self._at("POST", rule)

    def patch(self, rule: str) -> Callable[[View], View]:
        return self._at("PATCH", rule)

    def delete(self, rule: str) -> Callable[[View], View]:
        return self._at("DELETE", rule)

    def _at(self, method: str, rule: str) -> Callable[[View], View]:
        def register(view: View) -> View:
            contract = contract_of(view)
            if not contract.roles:
                raise RuntimeError(f"{view.__name__} has no access rule: state one with @allow")
            self.blueprint.add_url_rule(rule, view.__name__, handled(view, contract), methods=[method])
            return view

        return register


def handled(view: Callable[..., Any], contract: Contract) -> Callable[..., Response]:
    """The view with everything around it that its contract asks for."""

    @functools.wraps(view)
    def handle(**path: str) -> Response:
        actor = _caller(contract)
        reading.path(path)
        known = reading.query(_schema(contract.query or Schema), request) if contract.query or request.args else {}
        body = _body(contract)
        version = reading.if_match(request) if contract.edits else None
        # A key's answer is stored, also that of a call which stores nothing else.
        read_only = not (_writes(contract) or contract.traced or idempotency.is_asked())
        call = functools.partial(_call, actor, body=body, query=known, version=version)
        prepares = contract.prepares

        def prepare() -> Any:
            with transaction(read_only=True) as session:
                return prepares(call(session), **path) if prepares else None

        def answer(prepared: Any) -> Response:
            with transaction(read_only=read_only) as session:
                # The time of the transaction that is answered from: SQLite's writers have waited for their turn by now.
                made = call(session, prepared=prepared)
                make = functools.partial(_answer, view, contract, made, path)
                if not idempotency.is_asked():
                    return make()
                known = idempotency.replayed(session, actor)
                return known or idempotency.kept(session, actor, made.now, make, shown_once=contract.shown_once)

        if prepares and (stored := idempotency.looked_up(actor)):
            return stored
        try:
            prepared = again_while_moving(prepare) if prepares else None
        except DomainError:
            # An equal call may have had its effect since, and that be what stands in the way of this one.
            if stored := idempotency.looked_up(actor):
                return stored
            raise
        with _let_go(prepared):
            return again_while_moving(lambda: idempotency.retry_when_raced(lambda: answer(prepared)))

    return handle


def _let_go(prepared: Any) -> contextlib.AbstractContextManager[Any]:
    """Closes what was prepared, if it is to be closed: the view never sees it where an equal call was faster."""
    return contextlib.closing(prepared) if hasattr(prepared, "close") else contextlib.nullcontext()


def _body(contract: Contract) -> Any:
    if contract.form:
        return reading.upload(contract.form(), request)
    return reading.body(_schema(contract.body), request) if contract.body else None


def _call(actor: Actor, session: Session, **facts: Any) -> Call:
    held = current_app.extensions
    return Call(session, actor, held["clock"](), held["corpus"], held["directory"], rules=held["rules"], **facts)


def _writes(contract: Contract) -> bool:
    return contract.stores and request.method not in READING_METHODS


def _caller(contract: Contract) -> Actor:
    """Who is calling; raises Unauthenticated, NotAllowed, TooManyRequests."""
    actor = _authenticated(reading.bearer(request))
    g.actor = actor
    limits.count_call(actor)
    if actor.role not in contract.roles:
        raise NotAllowed(
            Text(
                'The role "{role}" may not do this; it takes: {roles}.',
                role=called("role", actor.role),
                roles=all_called("role", contract.roles),
            )
        )
    scope = "write" if _writes(contract) else "read"
    if scope not in actor.scopes:
        raise NotAllowed(Text('This token lacks the permission "{scope}".', scope=called("scope", scope)))
    return actor


def _authenticated(secret: str) -> Actor:
    now = current_app.extensions["clock"]()
    if secret.startswith(PREFIX_OF_LINKS):
        return _invited(secret, now)
    with snapshot() as connection:
        found = tokens.authenticate(connection, secret, now)
    if found is None:
        return _bootstrapped(secret)
    if tokens.is_stale(found, now):
        _note_use(found.actor, now)
    return found.actor


def _invited(link: str, now: datetime) -> Actor:
    """The expert whom a signed link was issued to."""
    with transaction(read_only=True) as session:
        actor = invitations.actor_of(session, link, now)
    if actor is None:
        limits.count_refusal()
        raise Unauthenticated(Text("This link opens no more; ask the office for a new one."))
    return actor


def _note_use(actor: Actor, now: datetime) -> None:
    try:
        with transaction() as session:
            tokens.note_use(session, actor.id, now)
    except OperationalError as error:
        # A long import holds SQLite's lock: that must not fail a call which only reads. The next use is noted.
        log.warning("token_use_not_noted", reason=reason_of(error))


def _bootstrapped(secret: str) -> Actor:
    expected = current_app.config["BOOTSTRAP_TOKEN"]
    # Checked before a transaction is opened that would make every stranger with a wrong token wait for a lock.
    if tokens.is_same(secret, expected):
        now = current_app.extensions["clock"]()
        with contextlib.suppress(IntegrityError), transaction() as session:
            tokens.bootstrap(session, secret, now)
        # Made just now, or by another first call at the same moment.
        with snapshot() as connection:
            found = tokens.authenticate(connection, secret, now)
            if found is not None:
                return found.actor
    limits.count_refusal()
    raise Unauthenticated(Text("This token is unknown, has expired or was revoked."))


def _answer(view: Callable[..., Any], contract: Contract, call: Call, path: dict[str, str]) -> Response:
    result = view(call, **path)
    if isinstance(result, Download):
        return _file(result)
    if contract.answer is None:
        return Response(status=contract.status)
    schema = _schema(contract.answer)
    if contract.paged:
        return _json({"items": schema.dump(result.items, many=True), "next": _next(result)}, contract.status)
    # What has no id was not stored: a dry run, or nothing that could be.
    made = contract.location is None or result.id is not None
    answer = _json(schema.dump(result), contract.status if made else 200)
    version = getattr(result, "version", None)
    if version is not None:
        answer.set_etag(str(version))
    if contract.location is not None and made:
        answer.headers["Location"] = f"{PREFIX}{contract.location.format_map(request.view_args or {})}/{result.id}"
    return answer


def _file(download: Download) -> Response:
    length = download.file.seek(0, io.SEEK_END)
    download.file.seek(0)
    chunks = iter(lambda: download.file.read(FILE_CHUNK), b"")
    answer = Response(chunks, mimetype=download.type, direct_passthrough=True)
    answer.content_length = length
    answer.headers["Content-Disposition"] = f'attachment; filename="{download.name}"'
    answer.call_on_close(download.file.close)
    return answer


@functools.cache
def _schema(kind: type[Schema]) -> Schema:
    """One schema for all bodies, queries or answers of a kind: to make one takes longer than to use it, and neither
    loading nor dumping leaves a trace in it.
    """
    return kind()


def _json(payload: Any, status: int) -> Response:
    payload = spoken(payload, problems.language(), codes=True)
    return Response(strict_json.written(payload), status, mimetype="application/json")


def _next(page: Page) -> str | None:
    if page.next_cursor is None:
        return None
    here = {**(request.view_args or {}), **request.args.to_dict(), "cursor": page.next_cursor}
    return url_for(str(request.endpoint), **here)
