"""The first visit to an empty installation.

Pinned: only whoever holds the bootstrap token makes the first administrator, only while there is no user, and tries of
the token are limited; the sample pool is loaded if wanted.
"""

import pytest
from flask import Flask

from expertdb.database import transaction
from expertdb.models.experts import Expert
from expertdb.models.users import User
from tests.api.people import expert
from tests.callers import BOOTSTRAP, Caller
from tests.console.conftest import Visitor, account

FIRST = {
    "/bootstrap": BOOTSTRAP,
    "/login": "lin.lan",
    "/name": "林岚",
    "/password": "correct horse battery",
    "/again": "correct horse battery",
}


def counted(app: Flask) -> tuple[int, int]:
    """How many users and experts there are."""
    with app.app_context(), transaction(read_only=True) as session:
        return session.query(User).count(), session.query(Expert).count()


def begun(stranger: Visitor, **changes: str) -> tuple[int, str]:
    fields = FIRST | {f"/{name}": value for name, value in changes.items()}
    answer = stranger.post("/first-run", fields, at="/first-run")
    return answer.status_code, answer.text


def test_sign_in_leads_to_the_first_run_while_there_is_nobody(stranger: Visitor) -> None:
    assert stranger.get("/sign-in").location == "/first-run"
    assert "Load the sample pool" in stranger.page("/first-run")


def test_front_page_says_that_an_administrator_must_be_set_up_first(app: Flask, stranger: Visitor) -> None:
    page = stranger.page("/")
    assert 'href="/first-run"' in page
    assert 'href="/sign-in"' not in page
    account(app, "administrator")
    page = stranger.page("/")
    assert 'href="/first-run"' not in page
    assert 'href="/sign-in"' in page


def test_sample_pool_is_not_offered_where_there_are_experts(administrator: Caller, stranger: Visitor) -> None:
    expert(administrator)
    assert "Load the sample pool" not in stranger.page("/first-run")


def test_first_administrator_is_signed_in(app: Flask, stranger: Visitor) -> None:
    assert begun(stranger)[0] == 303
    assert "林岚" in stranger.page("/users")
    assert counted(app) == (1, 0)
    assert stranger.get("/password").status_code == 200


def test_sample_pool_is_loaded_when_wanted(app: Flask, stranger: Visitor) -> None:
    assert begun(stranger, sample="true")[0] == 303
    assert counted(app)[1] > 200


@pytest.mark.parametrize("token", ["", "xdb_bootstrap", BOOTSTRAP + "x", "密" * 20])
def test_stranger_without_the_token_gets_nothing(app: Flask, stranger: Visitor, token: str) -> None:
    status, page = begun(stranger, bootstrap=token)
    assert status == 422
    assert 'value="lin.lan"' in page
    assert "correct horse" not in page
    assert counted(app) == (0, 0)


def test_tries_of_the_token_are_limited(app: Flask, stranger: Visitor) -> None:
    assert [begun(stranger, bootstrap=f"xdb_guess_{place}")[0] for place in range(6)] == [422] * 5 + [429]
    assert begun(stranger)[0] == 429
    assert counted(app) == (0, 0)


def test_installation_without_a_token_has_no_first_run(app: Flask, stranger: Visitor) -> None:
    app.config["BOOTSTRAP_TOKEN"] = ""
    assert begun(stranger, bootstrap="x")[0] == 422
    assert counted(app) == (0, 0)


def test_nobody_becomes_administrator_this_way_later(app: Flask, stranger: Visitor) -> None:
    page = stranger.page("/first-run")
    account(app, "auditor")
    token = stranger.stated(page, "csrf_token")
    answer = stranger.client.post("/first-run", data=FIRST | {"csrf_token": token}, headers=stranger.headers)
    assert (answer.status_code, answer.location) == (303, "/sign-in")
    assert counted(app)[0] == 1
    assert stranger.get("/first-run").location == "/sign-in"


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"again": "something else"}, "The two passwords differ."),
        ({"password": "short", "again": "short"}, "A password needs at least 12 characters."),
        ({"login": "two words"}, "no spaces"),
        ({"name": ""}, "This must be filled in."),
    ],
)
def test_faulty_form_keeps_what_was_typed(
    app: Flask, stranger: Visitor, changes: dict[str, str], sentence: str
) -> None:
    status, page = begun(stranger, **changes)
    assert (status, sentence in page) == (422, True)
    assert counted(app) == (0, 0)
