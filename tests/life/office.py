"""An office that runs a pool at the level of the services: what its people do, each in a transaction of its own."""

import threading
from collections.abc import Callable, Collection
from datetime import timedelta
from typing import Any

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from expertdb.database import transaction
from expertdb.errors import DomainError
from expertdb.models.experts import Expert
from expertdb.models.notices import Notice
from expertdb.models.objections import Objection
from expertdb.models.sanctions import Sanction
from expertdb.services import audit_chain, confirmations, experts, moves, notices, objections, sanctions, shortlists
from expertdb.services.actors import Actor
from expertdb.workdays import local_day
from tests.integration.sweeping import swept
from tests.life import rules

SCOPES = frozenset({"read", "write"})
# Two tokens of one person among them: the guard is on persons.
PEOPLE = (
    Actor("t-1", "first administrator", "administrator", SCOPES, user_id="u-1"),
    Actor("t-2", "first administrator again", "reviewer", SCOPES, user_id="u-1"),
    Actor("t-3", "second administrator", "administrator", SCOPES, user_id="u-2"),
    Actor("t-4", "reviewer", "reviewer", SCOPES, user_id="u-3"),
)


class Office:
    """The pool of one application, and what its people try on it."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.refused = 0
        self.done = 0

    @property
    def now(self) -> Any:
        return self.app.extensions["clock"]()

    def ask(self, work: Callable[[Session], Any]) -> Any:
        """Do something; None when it is refused, which must leave everything as it was."""
        with self.app.app_context():
            try:
                with transaction() as session:
                    found = work(session)
                    self.done += 1
                    return found
            except DomainError:
                self.refused += 1
                return None

    def rules(self) -> dict[str, Any]:
        return {"now": self.now, "rules": self.app.extensions["rules"]}

    def enter(self, person: int, **changes: Any) -> str:
        body = {
            "name": {"zh": "林岚"},
            "kind": "K-PA",
            "statement": "专利代理师，主攻电池专利。",
            "codes": ["PAT-INV"],
            **changes,
        }
        made: str = self.ask(lambda session: experts.create(session, body, actor=PEOPLE[person], now=self.now).id)
        return made

    def move(self, expert: str, to: str, person: int, **details: Any) -> bool:
        """Ask for a move; whether it was made."""
        body = {"to": to, "reason": "按程序", **details}
        actor = PEOPLE[person]

        def work(session: Session) -> bool:
            moves.move(session, expert, body, version=None, actor=actor, **self.rules())
            return True

        return bool(self.ask(work))

    def object(self, expert: str, person: int) -> bool:
        body = {"lodged_by": "citizen", "ground": "false_data", "text": "材料不实。"}
        actor = PEOPLE[person]
        return bool(self.ask(lambda session: objections.lodge(session, expert, body, actor=actor, **self.rules())))

    def decide_objections(self, expert: str, to: str, person: int, then: str | None = None) -> None:
        body = {"to": to, "reason": "经查证"} | ({"then": then} if then and to == "upheld" else {})
        for id in self._ids(select(Objection.id).where(Objection.expert_id == expert, Objection.status == "open")):
            self.ask(
                lambda session, id=id: objections.decide(
                    session, expert, id, body, version=None, actor=PEOPLE[person], **self.rules()
                )
            )

    def move_sanctions(self, expert: str, to: str, person: int) -> None:
        for id in self._ids(select(Sanction.id).where(Sanction.expert_id == expert)):
            self.ask(
                lambda session, id=id: sanctions.move(
                    session,
                    expert,
                    id,
                    {"to": to, "reason": "已核"},
                    version=None,
                    actor=PEOPLE[person],
                    **self.rules(),
                )
            )

    def state(self, expert: str, availability: dict[str, Any]) -> None:
        """Let an expert say when and for what they can be asked."""
        body = {"availability": availability}
        self.ask(lambda session: experts.edit(session, expert, body, version=None, actor=PEOPLE[2], now=self.now))

    def confirm(self, expert: str, *, reached: bool = True) -> None:
        body = {"reached": reached}
        self.ask(lambda session: confirmations.record(session, expert, body, actor=PEOPLE[0], now=self.now))

    def send_notices(self) -> None:
        body = {"to": "sent", "reason": "短信"}
        for id in self._ids(select(Notice.id).where(Notice.status == "due")):
            self.ask(
                lambda session, id=id: notices.move(session, id, body, version=None, actor=PEOPLE[0], now=self.now)
            )

    def wait(self, days: int, *, sweeps: int = 1) -> None:
        """Let days pass and sweep on the last of them, so many times at once."""
        self.app.extensions["clock"].now += timedelta(days=days)
        if sweeps == 1:
            swept(self.app)
        else:
            self._sweep_at_once(sweeps)

    def _sweep_at_once(self, sweeps: int) -> None:
        """What several sweeps leave is what one would: there is nothing left to do, and nobody failed."""
        gate, failed = threading.Barrier(sweeps), list[BaseException]()

        def sweep() -> None:
            gate.wait()
            try:
                swept(self.app)
            except BaseException as error:
                failed.append(error)

        threads = [threading.Thread(target=sweep) for _ in range(sweeps)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert failed == []
        assert swept(self.app) == {}

    def status(self, expert: str) -> str:
        (found,) = self._ids(select(Expert.status).where(Expert.id == expert))
        return found

    def ids(self, *status: str) -> list[str]:
        statement = select(Expert.id).order_by(Expert.id)
        return self._ids(statement.where(Expert.status.in_(status)) if status else statement)

    def _ids(self, statement: Any) -> list[str]:
        with self.app.app_context(), transaction(read_only=True) as session:
            return list(session.scalars(statement))

    def broken(self, among: Collection[str] | None = None, *, swept: bool) -> dict[str, list[str]]:
        """The rules of the pool that do not hold now, of all experts or some."""
        ids = self.ids() if among is None else among
        with self.app.app_context(), transaction(read_only=True) as session:
            return rules.broken(rules.read(session, ids, local_day(self.now)), swept=swept)

    def listed(self, kind: str, code: str) -> set[str]:
        """Everybody on a list for a matter of this kind and code."""
        body = {"title": "电池专利", "text": "", "kind": kind, "aspects": [{"code": code, "need": "nice"}]}
        body |= {"size": 10_000, "filters": {}, "diversify": 0.0}
        corpus = self.app.extensions["corpus"]
        with self.app.app_context(), transaction(read_only=True) as session:
            shown = shortlists.preview(session, corpus, body, actor=PEOPLE[2], now=self.now)
        return {entry["expert"]["id"] for entry in shown.entries}

    def may_be_asked(self, kind: str, code: str) -> set[str]:
        """Who should be on that list, by their rows alone."""
        today = local_day(self.now)
        with self.app.app_context(), transaction(read_only=True) as session:
            return {one.id for one in session.scalars(select(Expert)) if rules.may_be_asked(one, kind, code, today)}

    def audit_is_whole(self) -> bool:
        with self.app.app_context(), transaction(read_only=True) as session:
            return audit_chain.verify(session, self.app.extensions["audit_keys"]).valid

    def ranked(self) -> set[str]:
        """Everybody whom this process's index would rank."""
        with self.app.app_context(), transaction(read_only=True) as session:
            return set(self.app.extensions["corpus"].refresh(session).index.experts)
