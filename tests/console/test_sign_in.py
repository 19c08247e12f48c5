"""Signing in to the console.

Pinned: a right password opens a new session and goes on to where one wanted to go, on this site only; wrong ones are
told nothing and held off; the session is new at each sign-in and ends for good; whoever was given a password chooses
their own first; cookies are out of reach of scripts and other sites.
"""

from datetime import timedelta

import pytest
from flask import Flask

from expertdb.database import transaction
from expertdb.models.users import UserSession
from expertdb.services import users
from expertdb.services.actors import SYSTEM
from tests.callers import Clock
from tests.conftest import START
from tests.console.conftest import PASSWORD, Visitor, account


def cookie(one: Visitor) -> str:
    found = one.client.get_cookie("expertdb")
    return found.value if found else ""


def test_right_password_opens_the_page_that_was_asked_for(app: Flask, stranger: Visitor) -> None:
    account(app, "administrator")
    answer = stranger.get("/users?role=agency")
    assert (answer.status_code, answer.location) == (303, "/sign-in?next=/users?role%3Dagency")
    assert stranger.sign_in("administrator").status_code == 303
    assert "甲 administrator" in stranger.page("/users?role=agency")


@pytest.mark.parametrize(
    ("wanted", "led"),
    [
        ("/users?role=agency", "/users?role=agency"),
        ("//evil.example/", "/"),
        ("https://evil.example/", "/"),
        ("/\\evil.example", "/"),
        ("/\t/evil.example", "/"),
        ("javascript:alert(1)", "/"),
        ("", "/"),
    ],
)
def test_sign_in_leads_to_our_own_pages_only(app: Flask, stranger: Visitor, wanted: str, led: str) -> None:
    account(app, "administrator")
    fields = {"/login": "administrator", "/password": PASSWORD}
    page = stranger.client.get("/sign-in", query_string={"next": wanted}, headers=stranger.headers)
    token = stranger.stated(page.get_data(as_text=True), "csrf_token")
    answer = stranger.client.post("/sign-in", query_string={"next": wanted}, data=fields | {"csrf_token": token})
    assert (answer.status_code, answer.location) == (303, led)


@pytest.mark.parametrize(("login", "password"), [("administrator", "wrong password"), ("nobody", PASSWORD), ("", "")])
def test_wrong_name_and_wrong_password_are_answered_alike(
    app: Flask, stranger: Visitor, login: str, password: str
) -> None:
    account(app, "administrator")
    answer = stranger.sign_in(login, password)
    assert answer.status_code == 422
    assert "No account has this name and password." in answer.text
    assert "correct horse" not in answer.text
    assert stranger.get("/users").status_code == 303


def test_sixth_try_is_held_off_and_told_for_how_long(app: Flask, stranger: Visitor, clock: Clock) -> None:
    account(app, "administrator")
    tries = [stranger.sign_in("administrator", f"wrong {place}") for place in range(6)]
    assert [answer.status_code for answer in tries] == [422] * 5 + [429]
    assert tries[5].headers["Retry-After"] == "901"
    assert "Wait 15 min" in tries[5].text
    assert stranger.sign_in("administrator").status_code == 429
    clock.forward(minutes=15)
    assert stranger.sign_in("administrator").status_code == 303


def test_session_is_new_at_each_sign_in(app: Flask, stranger: Visitor) -> None:
    account(app, "administrator")
    stranger.page("/sign-in")
    before = cookie(stranger)
    stranger.sign_in("administrator")
    inside = cookie(stranger)
    assert before != inside
    other = Visitor(app)
    other.client.set_cookie("expertdb", before)  # A cookie that somebody planted before the sign-in.
    assert other.get("/users").status_code == 303


def test_signing_out_ends_copies_of_the_cookie_too(app: Flask, administrator_page: Visitor) -> None:
    thief = Visitor(app)
    thief.client.set_cookie("expertdb", cookie(administrator_page))
    assert thief.get("/users").status_code == 200
    assert administrator_page.post("/sign-out", at="/users").status_code == 303
    assert administrator_page.get("/users").status_code == 303
    assert thief.get("/users").status_code == 303


def test_signing_out_on_all_devices_ends_the_others(app: Flask, administrator_page: Visitor) -> None:
    telephone = Visitor(app)
    telephone.sign_in("administrator")
    administrator_page.post("/sign-out", {"everywhere": "yes"}, at="/users")
    assert telephone.get("/users").status_code == 303


def test_session_ends_when_idle_and_lives_while_used(administrator_page: Visitor, clock: Clock) -> None:
    for _ in range(4):
        clock.forward(minutes=50)
        assert administrator_page.get("/users").status_code == 200
    clock.forward(minutes=60)
    assert administrator_page.get("/users").status_code == 303


def test_session_ends_after_twelve_hours(administrator_page: Visitor, clock: Clock) -> None:
    for _ in range(14):
        clock.forward(minutes=50)
        administrator_page.get("/users")
    assert administrator_page.get("/users").status_code == 200
    clock.forward(minutes=20)
    assert administrator_page.get("/users").status_code == 303


def test_use_is_written_once_a_minute_at_most(app: Flask, administrator_page: Visitor, clock: Clock) -> None:
    for seconds in (10, 40, 20, 10):
        clock.forward(seconds=seconds)
        administrator_page.get("/users")
    with app.app_context(), transaction(read_only=True) as session:
        assert session.query(UserSession).one().seen_at == START + timedelta(seconds=70)


def test_given_password_must_be_changed_before_anything_else(app: Flask, stranger: Visitor) -> None:
    body = {"login": "new", "name": "新", "role": "administrator", "password": PASSWORD}
    with app.app_context(), transaction() as session:
        users.create(session, body, actor=SYSTEM, now=START)
    stranger.sign_in("new")
    for path in ("/users", "/tokens", "/"):
        assert stranger.get(path).location == "/password"
    own = {"/present": PASSWORD, "/password": "my own pass phrase", "/again": "my own pass phrase"}
    assert stranger.post("/password", own, at="/password").location == "/"
    assert stranger.get("/users").status_code == 200
    assert Visitor(app).sign_in("new").status_code == 422
    assert Visitor(app).sign_in("new", "my own pass phrase").status_code == 303


def test_new_password_signs_out_other_devices(app: Flask, administrator_page: Visitor) -> None:
    telephone = Visitor(app)
    telephone.sign_in("administrator")
    own = {"/present": PASSWORD, "/password": "my own pass phrase", "/again": "my own pass phrase"}
    administrator_page.post("/password", own, at="/password")
    assert telephone.get("/users").status_code == 303
    assert administrator_page.get("/users").status_code == 200


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"/present": "not mine at all"}, "This is not your present password."),
        ({"/again": "something else"}, "The two passwords differ."),
        ({"/password": "short", "/again": "short"}, "A password needs at least 12 characters."),
        ({"/password": PASSWORD, "/again": PASSWORD}, "The new password is the present one."),
    ],
)
def test_faulty_change_of_password_changes_nothing(
    app: Flask, administrator_page: Visitor, changes: dict[str, str], sentence: str
) -> None:
    own = {"/present": PASSWORD, "/password": "my own pass phrase", "/again": "my own pass phrase"}
    answer = administrator_page.post("/password", own | changes, at="/password")
    assert (answer.status_code, sentence in answer.text) == (422, True)
    assert Visitor(app).sign_in("administrator").status_code == 303


def test_cookie_is_out_of_reach_of_scripts_and_other_sites(app: Flask, stranger: Visitor) -> None:
    header = stranger.get("/").headers["Set-Cookie"]
    assert "HttpOnly" in header
    assert "SameSite=Lax" in header
    assert "Secure" not in header
    secure = app.test_client().get("/", base_url="https://experts.example").headers["Set-Cookie"]
    assert secure.startswith("__Host-expertdb=")
    assert "Secure" in secure


def test_organisation_that_nobody_knew_is_told_of_once(administrator_page: Visitor) -> None:
    for login, told in (("ye", True), ("lin", False)):
        fields = {"/login": login, "/name": "甲", "/role": "agency", "/organisation": "泉州工作站"}
        made = administrator_page.post("/users/new", fields, at="/users/new")
        assert made.status_code == 200
        assert ("“泉州工作站”" in made.text or "泉州工作站&#34; was not known" in made.text) == told


def test_deactivated_user_is_out_at_once(app: Flask, administrator_page: Visitor) -> None:
    id = account(app, "auditor")
    other = Visitor(app)
    other.sign_in("auditor")
    page = administrator_page.page(f"/users/{id}")
    fields = {"/name": "甲", "/role": "auditor", "/active": "false"}
    hidden = {name: administrator_page.stated(page, name) for name in ("version", "seen")}
    assert administrator_page.post(f"/users/{id}", fields | hidden, at="/users/new").status_code == 303
    assert other.get("/tokens").status_code == 303


def test_failed_sign_in_is_called_so(app: Flask) -> None:
    account(app, "administrator")
    page = Visitor(app, "zh").sign_in("nobody", "wrong password").text
    assert '<h2 id="faults-title">登录失败</h2>' in page


def test_page_of_a_password_that_must_be_changed_says_the_rules_and_has_a_way_out(
    app: Flask, stranger: Visitor
) -> None:
    with app.app_context(), transaction() as session:
        body = {"login": "new", "name": "新用户", "role": "auditor", "password": PASSWORD}
        users.create(session, body, actor=SYSTEM, now=START)
    stranger.sign_in("new")
    page = stranger.page("/password")
    main = page[page.index("<main") :]
    assert "not the login name within it" in main
    assert 'action="/sign-out"' in main
