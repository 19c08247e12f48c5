"""Two who store the same thing at the same moment, on both engines: the database decides, and the second is told why.

Pinned: no two experts come to have one identity number or id of a source, no two organisations one name, no two users
one login name; the second is answered as if they had come later, and what they do stands later. A new installation has
one first administrator. Two who name one new employer make it once. A roster that is stored twice at once enters
everybody once.
"""

import json
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from expertdb.database import transaction
from expertdb.models.organisations import Organisation
from expertdb.models.requests import RequestTransition
from expertdb.models.users import User
from expertdb.services import experts, imports, moves, organisations, request_moves, users
from expertdb.services.actors import SYSTEM
from expertdb.services.rosters import Upload
from tests.api.people import ASKED, expert
from tests.callers import BOOTSTRAP, Caller, Clock
from tests.conftest import START, close, make_app
from tests.console.conftest import PASSWORD, Visitor

NUMBER = {"restricted": {"id_number": "11010519491231002X"}}
PATIENCE = 0.5  # seconds in which somebody who waits for nobody is done
Stores = Callable[[Session], Any]


def body(name: str, **more: Any) -> dict[str, Any]:
    return {"name": {"zh": name}, "kind": "K-PA", **more}


def enters(name: str, **more: Any) -> Stores:
    return lambda session: experts.create(session, body(name, **more), actor=SYSTEM, now=START)


def overtaken(app: Flask, first: Stores, second: Callable[[], Any], wait: Callable[[], None] = lambda: None) -> Any:
    """What the second is answered who begins when the first has stored, and has not committed yet: `wait` is done so
    long."""
    answers: list[Any] = []
    thread = threading.Thread(target=lambda: answers.append(second()))
    with app.app_context(), transaction() as session:
        first(session)
        thread.start()
        thread.join(PATIENCE)
        assert answers == []
        wait()
    thread.join()
    return answers[0]


def told(answer: Any) -> tuple[int, str, str]:
    (fault,) = answer.json["errors"]
    return answer.status_code, fault["pointer"], fault["detail"]


def test_one_number_entered_twice_at_once_is_one_experts(app: Flask, administrator: Caller) -> None:
    raced = overtaken(app, enters("甲", **NUMBER), lambda: administrator.post("/experts", body("乙", **NUMBER)))
    later = administrator.post("/experts", body("丙", **NUMBER))
    assert told(raced) == told(later)
    assert told(raced)[:2] == (409, "/restricted/id_number")
    (kept,) = administrator.get("/experts").json["items"]
    assert kept["id"] in raced.json["detail"]


def test_one_number_edited_in_twice_at_once_is_one_experts(app: Flask, administrator: Caller) -> None:
    one, other = (expert(administrator, name) for name in ("甲", "乙"))

    def edit(session: Session) -> None:
        experts.edit(session, one["id"], dict(NUMBER), version=None, actor=SYSTEM, now=START)

    raced = overtaken(app, edit, lambda: administrator.patch(f"/experts/{other['id']}", NUMBER, etag="*"))
    assert told(raced)[:2] == (409, "/restricted/id_number")
    assert one["id"] in raced.json["detail"]


def test_two_edits_that_give_one_expert_a_number_at_once_are_one_after_the_other(
    app: Flask, administrator: Caller
) -> None:
    path = f"/experts/{expert(administrator)['id']}"
    etag = administrator.get(path).headers["ETag"]

    def edit(session: Session) -> None:
        experts.edit(session, path.rpartition("/")[2], dict(NUMBER), version=None, actor=SYSTEM, now=START)

    assert overtaken(app, edit, lambda: administrator.patch(path, NUMBER, etag=etag)).status_code == 412
    assert administrator.patch(path, NUMBER, etag="*").status_code == 200


OLD_KEY, NEW_KEY = f"old:{'0' * 64}", f"new:{'1' * 64}"


@pytest.fixture
def started(app: Flask) -> Iterator[Callable[..., Flask]]:
    """Starts another process of the same service, with these keys, some hours later."""
    made: list[Flask] = []

    def start(*keys: str, hours: int = 0) -> Flask:
        url, clock = str(app.config["SQLALCHEMY_DATABASE_URI"]), Clock(START + timedelta(hours=hours))
        made.append(make_app(url, clock, field_keys=",".join(keys)))
        return made[-1]

    yield start
    for one in made:
        close(one)


def test_number_under_a_new_key_is_not_given_again_by_a_process_with_the_old_one(
    started: Callable[..., Flask], administrator: Caller
) -> None:
    older, newer = (Caller(one, administrator.secret) for one in (started(OLD_KEY), started(NEW_KEY, OLD_KEY, hours=1)))
    newer.made("/experts", body("甲", **NUMBER))
    file = json.dumps(body("乙", **NUMBER)).encode()
    for refused in (
        older.post("/experts", body("乙", **NUMBER)),
        older.post("/experts/imports", data=file, content_type="application/x-ndjson"),
    ):
        assert (refused.status_code, refused.json["type"].rpartition(":")[2]) == (503, "keys-have-changed")
    older.made("/experts", body("乙"))


def test_number_under_two_keys_given_twice_at_once_is_one_experts(
    started: Callable[..., Flask], administrator: Caller
) -> None:
    newer = Caller(started(NEW_KEY, OLD_KEY, hours=1), administrator.secret)
    raced = overtaken(started(OLD_KEY), enters("甲", **NUMBER), lambda: newer.post("/experts", body("乙", **NUMBER)))
    assert told(raced)[:2] == (409, "/restricted/id_number")


def test_whoever_lost_the_key_takes_numbers_again(started: Callable[..., Flask], administrator: Caller) -> None:
    Caller(started(OLD_KEY), administrator.secret).made("/experts", body("甲", **NUMBER))
    without = Caller(started(NEW_KEY, hours=1), administrator.secret)
    other = {"restricted": {"id_number": "350102198001011233"}}
    without.made("/experts", body("乙", **other))
    assert told(without.post("/experts", body("丙", **other)))[0] == 409


def test_one_source_id_entered_twice_at_once_is_one_experts(app: Flask, administrator: Caller) -> None:
    again = {"source_id": "S-1"}
    raced = overtaken(app, enters("甲", **again), lambda: administrator.post("/experts", body("乙", **again)))
    assert told(raced) == told(administrator.post("/experts", body("丙", **again)))
    assert told(raced)[:2] == (409, "/source_id")


def test_one_new_employer_named_twice_at_once_is_made_once(app: Flask, administrator: Caller) -> None:
    firm = {"organisation": "闽南新知识产权代理有限公司"}
    raced = overtaken(app, enters("甲", **firm), lambda: administrator.post("/experts", body("乙", **firm)))
    assert raced.status_code == 201, raced.json
    assert len({one["organisation"]["id"] for one in administrator.get("/experts").json["items"]}) == 1
    with app.app_context(), transaction(read_only=True) as session:
        assert session.scalar(select(func.count()).select_from(Organisation)) == 1
    assert len(administrator.get("/audit?action=organisation.created").json["items"]) == 1


def test_one_organisation_made_twice_at_once_is_one(app: Flask, administrator: Caller) -> None:
    stated = {"name": {"zh": "厦门某中心"}, "kind": "O-OTH"}
    raced = overtaken(
        app,
        lambda session: organisations.create(session, stated, actor=SYSTEM, now=START),
        lambda: administrator.post("/organisations", stated),
    )
    assert told(raced) == told(administrator.post("/organisations", stated))
    assert told(raced)[:2] == (409, "/name/zh")


def test_one_login_made_twice_at_once_is_one_users(app: Flask, administrator: Caller) -> None:
    stated = {"login": "lin.lan", "name": "林岚", "role": "reviewer"}
    raced = overtaken(
        app,
        lambda session: users.create(session, dict(stated), actor=SYSTEM, now=START),
        lambda: administrator.post("/users", stated),
    )
    assert told(raced) == told(administrator.post("/users", stated))
    assert told(raced)[:2] == (409, "/login")


def test_moves_of_a_request_at_once_stand_in_the_order_they_were_made(app: Flask, office: Caller) -> None:
    path = f"/requests/{office.made('/requests', ASKED)['id']}"
    later, what = START + timedelta(minutes=1), path.rpartition("/")[2]
    cancelled = overtaken(
        app,
        lambda session: request_moves.move(session, what, "accepted", "受理", version=None, actor=SYSTEM, now=later),
        lambda: office.post(f"{path}/transitions", {"to": "cancelled", "reason": "撤回"}, etag="*"),
    )
    assert cancelled.status_code == 200
    with app.app_context(), transaction(read_only=True) as session:
        steps = session.scalars(select(RequestTransition).where(RequestTransition.request_id == what)).all()
        found = sorted((step.at, step.id, step.to_status) for step in steps)
    assert [status for _, _, status in found] == ["submitted", "accepted", "cancelled"]


def test_moves_of_an_expert_at_once_stand_in_the_order_they_were_made(app: Flask, administrator: Caller) -> None:
    path = f"/experts/{expert(administrator)['id']}"
    later, whom = START + timedelta(minutes=1), path.rpartition("/")[2]

    def leave(session: Session) -> None:
        body = {"to": "on_leave", "reason": "进修"}
        moves.move(session, whom, body, version=None, actor=SYSTEM, now=later, rules=app.extensions["rules"])

    back = {"to": "active", "reason": "回来"}
    raced = overtaken(app, leave, lambda: administrator.post(f"{path}/transitions", back, etag="*"))
    assert raced.status_code == 200
    found = administrator.get(f"{path}/transitions").json["items"]
    assert [step["to"] for step in found] == ["active", "on_leave", "active"]


@pytest.mark.parametrize("engine", ["sqlite"])
def test_what_waited_for_its_turn_to_write_has_the_time_of_its_turn(app: Flask, clock: Clock, office: Caller) -> None:
    assert office.get("/requests").status_code == 200  # That this token was used is noted now, and not once more below.
    raced = overtaken(
        app, enters("甲"), lambda: office.post("/requests", ASKED), wait=lambda: clock.forward(seconds=20)
    )
    assert raced.json["created_at"] == (START + timedelta(seconds=20)).isoformat()


FIRST = {"login": "lin.lan", "name": "林岚", "role": "administrator", "password": PASSWORD}


def begins(app: Flask, login: str) -> TestResponse:
    """What a first visitor is answered who names themselves so."""
    visitor = Visitor(app)
    typed = {"/bootstrap": BOOTSTRAP, "/login": login, "/name": "陈某", "/password": PASSWORD, "/again": PASSWORD}
    answer = visitor.post("/first-run", typed, at="/first-run")
    assert answer.status_code == 303
    return visitor.get(answer.location)


def logins(app: Flask) -> list[str]:
    with app.app_context(), transaction(read_only=True) as session:
        return list(session.scalars(select(User.login)))


def test_first_visitor_who_is_overtaken_is_told_that_there_is_an_administrator(app: Flask) -> None:
    raced = overtaken(
        app, lambda session: users.create(session, dict(FIRST), actor=SYSTEM, now=START), lambda: begins(app, "chen")
    )
    assert "There is an administrator already. Sign in." in raced.get_data(as_text=True)
    assert logins(app) == ["lin.lan"]


def test_of_two_first_visitors_at_once_one_becomes_administrator(app: Flask) -> None:
    with ThreadPoolExecutor(2) as pool:
        pages = [page.get_data(as_text=True) for page in pool.map(partial(begins, app), ("lin.lan", "chen"))]
    assert sorted("You are the first administrator." in page for page in pages) == [False, True]
    assert sorted("There is an administrator already. Sign in." in page for page in pages) == [False, True]
    assert len(logins(app)) == 1


ROSTERS = {
    "names": [{"name": {"zh": "林岚"}, "kind": "K-PA", "organisation": "闽南知识产权代理有限公司"}],
    "ids": [{"id": "S-1", "name": {"zh": "林岚"}, "kind": "K-PA"}],
}


@pytest.mark.parametrize("roster", ROSTERS)
def test_roster_stored_twice_at_once_enters_everybody_once(app: Flask, administrator: Caller, roster: str) -> None:
    file = "\n".join(json.dumps(line, ensure_ascii=False) for line in ROSTERS[roster]).encode()
    sent = {"data": file, "content_type": "application/x-ndjson"}

    def stored(session: Session) -> None:
        imports.store(session, plan, actor=SYSTEM, now=START)

    with app.app_context(), transaction(read_only=True) as session:
        plan = examined(session, file)
    raced = overtaken(app, stored, lambda: administrator.post("/experts/imports", **sent))
    assert raced.status_code in (412, 422), raced.json
    assert len(administrator.get("/experts").json["items"]) == 1


def test_roster_that_names_somebody_who_is_entered_at_this_moment_is_refused(app: Flask, administrator: Caller) -> None:
    file = json.dumps({"name": {"zh": "林岚"}, "kind": "K-PA", **NUMBER}).encode()
    sent = {"data": file, "content_type": "application/x-ndjson"}
    raced = overtaken(app, enters("甲", **NUMBER), lambda: administrator.post("/experts/imports", **sent))
    assert raced.status_code in (412, 422), raced.json
    assert len(administrator.get("/experts").json["items"]) == 1


def examined(session: Session, file: bytes) -> imports.Plan:
    import io

    return imports.examine(
        session, Upload("roster.jsonl", io.BytesIO(file)), imports.Options(), dry_run=False, actor=SYSTEM, now=START
    )
