"""Access tokens over HTTP.

Pinned: the bootstrap secret makes the first administrator on an empty database and nothing ever after; a secret is
shown once and stored as a hash, also when an Idempotency-Key keeps the answer; expired, revoked and unknown tokens are
nobody; the scope `read` lets nobody write; the last use is written at most once a minute.
"""

import hashlib
import sqlite3

import pytest
from flask import Flask
from sqlalchemy import event

from expertdb.database import db, transaction
from expertdb.models.tokens import AccessToken, IdempotentAnswer
from tests.api.people import ASKED, at_once, expert, pages
from tests.callers import BOOTSTRAP, Caller, Clock
from tests.conftest import START, Databases, caller, close, make_app

BODY = {"name": "晋江园区工作站", "role": "agency", "organisation": "晋江鞋服产业园知识产权保护工作站"}


@pytest.fixture
def first(app: Flask) -> Caller:
    """Whoever holds the bootstrap secret of an empty database."""
    return Caller(app, BOOTSTRAP)


def test_bootstrap_secret_makes_the_first_administrator(first: Caller) -> None:
    made = first.made("/tokens", BODY)
    listed = first.get("/tokens").json["items"]
    assert [(one["name"], one["role"]) for one in listed] == [("bootstrap", "administrator"), (BODY["name"], "agency")]
    assert listed[1]["id"] == made["id"]


def test_bootstrap_secret_is_nobody_once_there_is_a_token(administrator: Caller, first: Caller) -> None:
    assert first.get("/tokens").status_code == 401
    assert len(administrator.get("/tokens").json["items"]) == 1


def test_revoked_bootstrap_token_does_not_come_back(first: Caller) -> None:
    first.delete(f"/tokens/{first.get('/tokens').json['items'][0]['id']}")
    assert first.get("/tokens").status_code == 401


@pytest.mark.parametrize("secret", ["", BOOTSTRAP[:-1], BOOTSTRAP + "0", "xdb_" + "a" * 43, "密" * 40, "a b"])
def test_wrong_secret_on_an_empty_database_is_nobody(app: Flask, secret: str) -> None:
    headers = {"Authorization": f"Bearer {secret}".encode().decode("latin-1")}
    answer = app.test_client().get("/api/v1/tokens", headers=headers)
    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "Bearer")
    with app.app_context(), transaction(read_only=True) as session:
        assert session.query(AccessToken).count() == 0


def test_secret_is_shown_once_and_stored_as_a_hash(app: Flask, administrator: Caller) -> None:
    made = administrator.made("/tokens", BODY)
    secret = made.pop("token")
    assert secret.startswith(made["prefix"])
    assert len(secret) >= 40
    assert administrator.get("/tokens").json["items"][1] == made
    with app.app_context(), transaction(read_only=True) as session:
        row = session.get(AccessToken, made["id"])
        assert row.secret_hash == hashlib.sha256(secret.encode()).hexdigest()
        assert all(secret not in str(value) for value in vars(row).values())


def test_secret_is_not_kept_with_the_answer_of_an_idempotency_key(app: Flask, administrator: Caller) -> None:
    made, again = (administrator.post("/tokens", BODY, headers={"Idempotency-Key": "k-1"}) for _ in range(2))
    secret = made.json["token"]
    assert again.json == {name: value for name, value in made.json.items() if name != "token"}
    with app.app_context(), transaction(read_only=True) as session:
        assert all(secret.encode() not in kept.body for kept in session.query(IdempotentAnswer))
        assert session.query(AccessToken).count() == 2


def test_new_token_acts_in_its_role_for_its_organisation(app: Flask, administrator: Caller) -> None:
    agency = Caller(app, administrator.made("/tokens", BODY)["token"])
    assert agency.made("/requests", ASKED)["requester"]["name"] == {"zh": BODY["organisation"]}
    assert agency.get("/experts").status_code == 403


def test_token_ends_when_it_expires(app: Flask, administrator: Caller, clock: Clock) -> None:
    ends = {"expires_at": "2026-11-23T17:10:00+08:00"}
    agency = Caller(app, administrator.made("/tokens", BODY | ends)["token"])
    clock.forward(minutes=9, seconds=59)
    assert agency.get("/requests").status_code == 200
    clock.forward(seconds=1)
    assert agency.get("/requests").status_code == 401


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
@pytest.mark.parametrize("expires_at", [START.isoformat(), "2020-01-01T00:00:00Z", "2027-01-01", "2027-01-01T00:00:00"])
def test_expiry_that_is_past_or_has_no_zone_is_refused(administrator: Caller, expires_at: str) -> None:
    refused = administrator.post("/tokens", BODY | {"expires_at": expires_at})
    assert (refused.status_code, refused.json["errors"][0]["pointer"]) == (422, "/expires_at")


def test_revoked_token_ends_at_once_and_may_be_revoked_again(app: Flask, administrator: Caller, clock: Clock) -> None:
    made = administrator.made("/tokens", BODY)
    agency = Caller(app, made["token"])
    assert agency.get("/requests").status_code == 200
    for _ in range(2):
        assert administrator.delete(f"/tokens/{made['id']}").status_code == 204
        clock.forward(hours=1)
    assert agency.get("/requests").status_code == 401
    assert administrator.get("/tokens?role=agency").json["items"][0]["revoked_at"] == START.isoformat()


def test_token_that_is_not_there_cannot_be_revoked(administrator: Caller) -> None:
    assert administrator.delete("/tokens/nobody").status_code == 404


def test_read_scope_reads_and_previews_but_does_not_write(app: Flask, administrator: Caller) -> None:
    expert(administrator)
    reader = Caller(app, administrator.made("/tokens", BODY | {"scopes": ["read"]})["token"])
    assert reader.get("/requests").status_code == 200
    assert reader.post("/shortlists/preview", ASKED).status_code == 200
    refused = reader.post("/requests", ASKED)
    assert (refused.status_code, refused.json["codes"]) == (403, {"scope": "write"})


def test_write_scope_alone_does_not_read(app: Flask, administrator: Caller) -> None:
    writer = Caller(app, administrator.made("/tokens", BODY | {"scopes": ["write"]})["token"])
    assert writer.post("/requests", ASKED).status_code == 201
    assert writer.get("/requests").status_code == 403


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
@pytest.mark.parametrize("change", [{"role": "king"}, {"scopes": ["all"]}, {"name": ""}, {"scopes": ["read", "read"]}])
def test_token_that_makes_no_sense_is_refused(administrator: Caller, change: dict[str, object]) -> None:
    refused = administrator.post("/tokens", BODY | change)
    assert refused.status_code == 422
    assert refused.json["errors"][0]["pointer"].startswith(f"/{next(iter(change))}")


def test_last_use_is_written_at_most_once_a_minute(administrator: Caller, clock: Clock) -> None:
    seen = []
    for seconds in (0, 59, 1, 59.5, 3600):
        clock.forward(seconds=seconds)
        seen.append(administrator.get("/tokens").json["items"][0]["last_used_at"][11:19])
    assert seen == ["09:00:00", "09:00:00", "09:01:00", "09:01:00", "10:01:59"]


def test_refused_call_is_no_use_of_an_expired_token(app: Flask, administrator: Caller, clock: Clock) -> None:
    made = administrator.made("/tokens", BODY | {"expires_at": "2026-11-23T09:00:01Z"})
    clock.forward(seconds=1)
    Caller(app, made["token"]).get("/requests")
    assert administrator.get("/tokens?role=agency").json["items"][0]["last_used_at"] is None


def test_tokens_are_listed_oldest_first_by_pages_and_role(administrator: Caller) -> None:
    names = [administrator.made("/tokens", BODY | {"name": f"站{number}"})["name"] for number in range(3)]
    found = pages(administrator, "/tokens?role=agency&limit=2")
    assert [[one["name"] for one in page] for page in found] == [names[:2], names[2:]]


def test_last_use_that_cannot_be_written_fails_no_call(databases: Databases, clock: Clock) -> None:
    url = databases.fresh("sqlite")
    app = make_app(url, clock)
    administrator = caller(app, "administrator")
    close(app)
    with app.app_context():
        event.listen(db.engine, "connect", lambda connection, _: connection.execute("PRAGMA busy_timeout=20"))
    importing = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)
    importing.execute("BEGIN IMMEDIATE")
    assert administrator.get("/experts").status_code == 200
    assert administrator.post("/requests", ASKED).status_code == 503
    importing.close()
    close(app)


def test_two_first_calls_at_once_both_get_in(app: Flask) -> None:
    first = Caller(app, BOOTSTRAP)
    assert [answer.status_code for answer in at_once(*[lambda: first.get("/tokens")] * 4)] == [200] * 4
    assert len(first.get("/tokens").json["items"]) == 1
