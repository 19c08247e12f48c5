"""How a view states what it needs: decorators keep it on the view as a `Rule`, which the handling and the tests read.

@pages.post("/experts/<expert_id>/edit")
@allow(*CURATORS)
@takes(ExpertPatch, again=edit_form)
def save_expert(visit: Visit, expert_id: str) -> Reply: ...
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, TypeVar

from marshmallow import Schema
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from expertdb.console.forms import Form
from expertdb.services.actors import Actor
from expertdb.services.corpus import Corpus
from expertdb.services.directory import Directory
from expertdb.services.rules import Rules
from expertdb.workdays import local_day

Reply = str | Response
View = TypeVar("View", bound=Callable[..., Any])


@dataclass(frozen=True)
class Visit:
    """All that a view may use of the page being asked for; `form` is one that is shown again.

    `is_part` says that a part of the page is asked for, to be put into one that is shown already.
    """

    session: Session
    actor: Actor
    now: datetime
    corpus: Corpus
    directory: Directory
    rules: Rules
    is_part: bool = False
    body: Any = None
    query: dict[str, Any] = field(default_factory=dict)
    version: int | None = None
    form: Form | None = None
    prepared: Any = None

    @property
    def today(self) -> date:
        """The day in China."""
        return local_day(self.now)

    def form_of(self, dumped: dict[str, Any], version: int | None) -> Form:
        """The form of a stored thing: as it is, or, shown again, as it was typed and put together with what is."""
        if self.form is None:
            return Form.stored(dumped, version)
        return self.form.merged(dumped, version) if self.form.is_clash else self.form


@dataclass(frozen=True)
class Rule:
    """What the decorators of a view stated."""

    roles: tuple[str, ...] = ()
    body: type[Schema] | None = None
    again: Callable[..., Reply] | None = None
    query: type[Schema] | None = None
    stores: bool = True
    leaves_trace: bool = False
    prepares: Callable[..., Any] | None = None


def rule_of(view: Callable[..., Any]) -> Rule:
    """What was stated of this view so far."""
    found: Rule = getattr(view, "rule", Rule())
    return found


def _state(**facts: Any) -> Callable[[View], View]:
    def decorate(view: View) -> View:
        view.rule = replace(rule_of(view), **facts)  # type: ignore[attr-defined]
        return view

    return decorate


def allow(*roles: str) -> Callable[[View], View]:
    """Only visitors with one of these roles get in."""
    return _state(roles=roles)


def takes(body: type[Schema], *, again: Callable[..., Reply]) -> Callable[[View], View]:
    """The form the view reads as `visit.body`; `again` is the page that shows it once more when it has faults."""
    return _state(body=body, again=again)


def asks(query: type[Schema]) -> Callable[[View], View]:
    """What the view reads of the address as `visit.query`; anything wrong or unknown there is passed over."""
    return _state(query=query)


def stores_nothing(view: View) -> View:
    """A POST that only reads."""
    return _state(stores=False)(view)


def leaves_trace(view: View) -> View:
    """A page whose reading is itself recorded."""
    return _state(leaves_trace=True)(view)


def prepared_by(work: Callable[..., Any]) -> Callable[[View], View]:
    """Long work that only reads, done before the transaction that writes: its result becomes `visit.prepared`."""
    return _state(prepares=work)
