"""How a view becomes a route: decorators state who may call it, what it takes and what it answers.

    @routes.post("/experts")
    @allow(*CURATORS)
    @takes(ExpertBody)
    @answers(ExpertAnswer, 201)
    def create_expert(call: Call) -> Expert: ...

Stated facts are kept on the view as a `Contract`; the OpenAPI document, the access table and the tests read them there.
A view without `@allow` is refused when the application starts.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, BinaryIO, TypeVar

from marshmallow import Schema
from sqlalchemy.orm import Session

from expertdb.models.tokens import ROLES
from expertdb.services.actors import Actor
from expertdb.services.corpus import Corpus
from expertdb.services.directory import Directory
from expertdb.services.rules import Rules

PREFIX = "/api/v1"
EVERYBODY = ROLES

View = TypeVar("View", bound=Callable[..., Any])


@dataclass(frozen=True)
class Call:
    """All that a view may use of the request being answered."""

    session: Session
    actor: Actor
    now: datetime
    corpus: Corpus
    directory: Directory
    body: Any = None
    query: dict[str, Any] = field(default_factory=dict)
    version: int | None = None
    prepared: Any = None
    rules: Rules = field(default_factory=Rules)


@dataclass(frozen=True)
class Download:
    """A file to send, from its beginning; it is closed when sent."""

    file: BinaryIO
    type: str
    name: str


@dataclass(frozen=True)
class Contract:
    """What a route's decorators stated."""

    roles: tuple[str, ...] = ()
    body: type[Schema] | None = None
    form: type[Schema] | None = None
    query: type[Schema] | None = None
    answer: type[Schema] | None = None
    files: tuple[str, ...] = ()
    status: int = 200
    location: str | None = None
    paged: bool = False
    shown_once: str | None = None
    edits: bool = False
    stores: bool = True
    traced: bool = False
    prepares: Callable[..., Any] | None = None


def contract_of(view: Callable[..., Any]) -> Contract:
    """What was stated of this view so far."""
    found: Contract = getattr(view, "contract", Contract())
    return found


def _state(**facts: Any) -> Callable[[View], View]:
    def decorate(view: View) -> View:
        view.contract = replace(contract_of(view), **facts)  # type: ignore[attr-defined]
        return view

    return decorate


def allow(*roles: str) -> Callable[[View], View]:
    """Only callers with one of these roles get in."""
    return _state(roles=roles)


def takes(body: type[Schema]) -> Callable[[View], View]:
    """The JSON body the view reads as `call.body`."""
    return _state(body=body)


def takes_file(form: type[Schema]) -> Callable[[View], View]:
    """The file, sent as the form field `file` or raw as JSON Lines, and the other form fields: `call.body`."""
    return _state(form=form)


def asks(query: type[Schema]) -> Callable[[View], View]:
    """The query parameters the view reads as `call.query`; without this, any parameter is refused."""
    return _state(query=query)


def answers(
    answer: type[Schema] | None,
    status: int = 200,
    *,
    paged: bool = False,
    location: str | None = None,
    shown_once: str | None = None,
) -> Callable[[View], View]:
    """What the view's result is dumped with; `paged` for a `Page` of such.

    `location` is where a created thing can be read: a path below the API's prefix, with parts of its own address in
    braces, that ends in its id. `shown_once`
    names a field, a secret, that no repeat of the answer holds.
    """
    return _state(answer=answer, status=status, paged=paged, location=location, shown_once=shown_once)


def edits(view: View) -> View:
    """The view changes a stored thing: If-Match is required and read as `call.version`."""
    return _state(edits=True)(view)


def stores_nothing(view: View) -> View:
    """A POST that only reads: it needs no write transaction and no `write` scope."""
    return _state(stores=False)(view)


def downloads(*types: str) -> Callable[[View], View]:
    """The view answers a `Download` of one of these media types."""
    return _state(files=types)


def leaves_trace(view: View) -> View:
    """A GET that reads what must not be read unseen: it needs a transaction that writes, for the audit log."""
    return _state(traced=True)(view)


def prepared_by(work: Callable[..., Any]) -> Callable[[View], View]:
    """Long work that only reads, done before the transaction that writes: its result becomes `call.prepared`.

    A result that can be closed is closed once the call is answered.
    """
    return _state(prepares=work)
