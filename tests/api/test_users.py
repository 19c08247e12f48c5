"""Users over HTTP.

Pinned: a password is shown once and only its slow hash is kept; a login name is one person's however it is typed; weak
passwords are refused with a reason; the last administrator stays, also when two leave at once; a change of role or
account ends the user's sessions and tokens.
"""

import pytest
from flask import Flask
from sqlalchemy import select

from expertdb.database import transaction
from expertdb.models.tokens import AccessToken, IdempotentAnswer
from expertdb.models.users import User, UserSession
from expertdb.services import passwords, sessions, tokens
from expertdb.services.actors import SYSTEM
from tests.api.people import at_once, pages
from tests.callers import Caller
from tests.conftest import START, caller

BODY = {"login": "lin.lan", "name": "林岚", "role": "administrator"}
PASSWORD = "correct horse battery"


def stored(app: Flask, login: str = "lin.lan") -> User:
    with app.app_context(), transaction(read_only=True) as session:
        found = session.scalars(select(User).where(User.login == login)).one()
        session.expunge(found)
        return found


def session_of(app: Flask, user_id: str) -> None:
    """Sign the user in on one device."""
    with app.app_context(), transaction() as session:
        sessions.begin(session, session.get_one(User, user_id), PASSWORD, "127.0.0.1", START)


def live_sessions(app: Flask) -> int:
    with app.app_context(), transaction(read_only=True) as session:
        return session.query(UserSession).count()


def test_password_is_made_and_shown_once(app: Flask, administrator: Caller) -> None:
    made = administrator.made("/users", BODY)
    password = made.pop("password")
    assert len(password) >= 19
    assert administrator.get(f"/users/{made['id']}").json == made
    assert made["must_change_password"]
    row = stored(app)
    assert row.password_hash.startswith("$argon2id$")
    assert passwords.matches(password, row.password_hash)
    assert all(password not in str(value) for value in vars(row).values())


def test_password_is_not_kept_with_the_answer_of_an_idempotency_key(app: Flask, administrator: Caller) -> None:
    made, again = (administrator.post("/users", BODY, headers={"Idempotency-Key": "k-1"}) for _ in range(2))
    assert again.json == {name: value for name, value in made.json.items() if name != "password"}
    with app.app_context(), transaction(read_only=True) as session:
        assert all(made.json["password"].encode() not in kept.body for kept in session.query(IdempotentAnswer))


def test_own_password_may_be_given(app: Flask, administrator: Caller) -> None:
    made = administrator.made("/users", BODY | {"password": PASSWORD})
    assert "password" not in made
    assert passwords.matches(PASSWORD, stored(app).password_hash)


@pytest.mark.parametrize(
    ("password", "words"),
    [
        ("short", "at least 12 characters"),
        ("aaaaaaaaaaaaaaaa", "different characters"),
        ("my LIN.LAN password", "login name"),
        ("", "at least 1"),
        ("x" * 201, "at most 200"),
    ],
)
def test_weak_password_is_refused_with_its_reason(administrator: Caller, password: str, words: str) -> None:
    answer = administrator.post("/users", BODY | {"password": password})
    assert answer.status_code == 422
    assert [fault["pointer"] for fault in answer.json["errors"]] == ["/password"]
    assert words in answer.json["errors"][0]["detail"]
    assert administrator.get("/users").json["items"] == []


def test_login_name_is_one_persons_however_it_is_typed(administrator: Caller) -> None:
    administrator.made("/users", BODY)
    for login in ("LIN.LAN", " lin.lan ", "ｌｉｎ.lan"):
        answer = administrator.post("/users", BODY | {"login": login})
        assert (answer.status_code, answer.json["errors"][0]["pointer"]) == (409, "/login"), login


@pytest.mark.parametrize("login", ["a", "two words", "a/b", "x" * 65, "林\u202e岚", "<b>", "lin\nlan"])
def test_login_name_of_other_characters_is_refused(administrator: Caller, login: str) -> None:
    answer = administrator.post("/users", BODY | {"login": login})
    assert (answer.status_code, answer.json["errors"][0]["pointer"]) == (422, "/login")


def test_list_is_by_login_name_and_filtered(administrator: Caller) -> None:
    for login, role in (("b", "agency"), ("a", "auditor"), ("林岚", "agency"), ("C", "agency")):
        administrator.made("/users", BODY | {"login": login * 2, "role": role})
    found = [one["login"] for page in pages(administrator, "/users?limit=1") for one in page]
    assert found == ["aa", "bb", "cc", "林岚林岚"]
    assert [one["login"] for one in administrator.get("/users?role=auditor").json["items"]] == ["aa"]
    assert administrator.get("/users?active=false").json["items"] == []


def test_deactivating_ends_sessions_and_tokens(app: Flask, administrator: Caller) -> None:
    administrator.made("/users", BODY | {"login": "another"})
    made = administrator.made("/users", BODY)
    session_of(app, made["id"])
    with app.app_context(), transaction() as session:
        token, secret = tokens.create(session, {"name": "mine", "role": "agency"}, actor=SYSTEM, now=START)
        token.user_id = made["id"]
    own = Caller(app, secret)
    assert own.get("/requests").status_code == 200
    answer = administrator.patch(f"/users/{made['id']}", {"active": False}, etag='"1"')
    assert (answer.status_code, answer.json["active"], live_sessions(app)) == (200, False, 0)
    assert own.get("/requests").status_code == 401


def test_change_of_the_name_alone_keeps_sessions(app: Flask, administrator: Caller) -> None:
    made = administrator.made("/users", BODY)
    session_of(app, made["id"])
    assert administrator.patch(f"/users/{made['id']}", {"name": "林小岚"}, etag='"1"').status_code == 200
    assert live_sessions(app) == 1


def test_signing_in_is_no_edit(app: Flask, administrator: Caller) -> None:
    made = administrator.made("/users", BODY)
    session_of(app, made["id"])
    seen = administrator.get(f"/users/{made['id']}").json
    assert (seen["version"], seen["last_signed_in_at"]) == (1, START.isoformat())


def test_edit_of_an_outdated_version_is_refused(administrator: Caller) -> None:
    path = f"/users/{administrator.made('/users', BODY)['id']}"
    assert administrator.patch(path, {"name": "一"}, etag='"1"').status_code == 200
    assert administrator.patch(path, {"name": "二"}, etag='"1"').status_code == 412
    assert administrator.patch(path, {"name": "二"}).status_code == 428


def test_reset_gives_another_password_and_ends_sessions(app: Flask, administrator: Caller) -> None:
    made = administrator.made("/users", BODY)
    session_of(app, made["id"])
    password = administrator.post(f"/users/{made['id']}/password").json["password"]
    assert password != made["password"]
    row = stored(app)
    assert (passwords.matches(password, row.password_hash), row.must_change_password) == (True, True)
    assert live_sessions(app) == 0


@pytest.mark.parametrize("change", [{"active": False}, {"role": "agency"}])
def test_last_administrator_stays(administrator: Caller, change: dict[str, object]) -> None:
    path = f"/users/{administrator.made('/users', BODY)['id']}"
    answer = administrator.patch(path, change, etag="*")
    assert (answer.status_code, answer.json["type"]) == (409, "urn:expertdb:problem:last-administrator")
    administrator.made("/users", BODY | {"login": "another"})
    assert administrator.patch(path, change, etag="*").status_code == 200


def test_of_two_administrators_who_leave_at_once_one_stays(administrator: Caller) -> None:
    ids = [administrator.made("/users", BODY | {"login": login})["id"] for login in ("one", "two")]
    leave = [lambda id=id: administrator.patch(f"/users/{id}", {"active": False}, etag="*") for id in ids]
    assert sorted(answer.status_code for answer in at_once(*leave)) == [200, 409]


def test_organisation_of_a_user_cannot_be_deleted(administrator: Caller) -> None:
    made = administrator.made("/users", BODY | {"role": "agency", "organisation": "泉州工作站"})
    answer = administrator.delete(f"/organisations/{made['organisation']['id']}", etag="*")
    assert answer.status_code == 409


def test_unknown_user_is_not_found(administrator: Caller) -> None:
    for answer in (
        administrator.get("/users/nobody"),
        administrator.patch("/users/nobody", {}, etag="*"),
        administrator.post("/users/nobody/password"),
    ):
        assert answer.status_code == 404


def test_user_is_listed_without_any_secret(app: Flask, administrator: Caller) -> None:
    administrator.made("/users", BODY)
    assert set(administrator.get("/users").json["items"][0]) == {
        *("id", "login", "name", "role", "organisation", "active", "must_change_password"),
        *("version", "created_at", "updated_at", "last_signed_in_at"),
    }
    assert caller(app, "auditor").get("/users").status_code == 403
    with app.app_context(), transaction(read_only=True) as session:
        assert session.query(AccessToken).filter(AccessToken.user_id.is_not(None)).count() == 0
