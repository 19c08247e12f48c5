"""Whose things are whose: every route, every kind of object, made from the route table.

Pinned: what belongs to one agency is not there for another, on whatever route and by whatever method (IDOR); the answer
for somebody else's thing is the answer for nothing; no body may set what the service sets (mass assignment); a session
cookie opens no API route, and no console form works without its token (CSRF).
"""

import re
from typing import Any

import pytest
from flask import Flask
from marshmallow import Schema

from expertdb.api import access
from expertdb.api.access import Route
from expertdb.api.examples import EXAMPLES
from expertdb.api.routing import PREFIX
from tests.api.people import ASKED, expert, shortlist
from tests.callers import Caller
from tests.conftest import caller

# Parameters whose things belong to nobody in particular.
COMMON = {"name", "vocabulary", "code", "term_code"}
# Of those, whose ids are not asked for in a query too.
OWNED = ("request_id", "shortlist_id")
QUERIES = {
    "/shortlists/<shortlist_id>/comparison": "?first={expert_id}&second={expert_id}",
    "/engagements/<engagement_id>/contact": "?reason=复核",
}
# What only the service may write, wherever a body is taken.
NEVER_TAKEN = (
    "id",
    "version",
    "created_at",
    "updated_at",
    "created_by",
    "requester_id",
    "role_id",
    "secret",
    "secret_hash",
    "seal",
    "is_admin",
    "__proto__",
    "_sa_instance_state",
    "lineage",
    "affinity",
    "rank",
)


@pytest.fixture(params=["sqlite"])
def engine(request: pytest.FixtureRequest) -> str:
    """Nothing here depends on the database."""
    return str(request.param)


@pytest.fixture
def neighbour(app: Flask) -> Caller:
    return caller(app, "agency", "漳州食品工业园商标品牌指导站")


@pytest.fixture
def things(app: Flask, administrator: Caller, office: Caller, agency: Caller) -> dict[str, str]:
    """The id of one of each kind that the agency has, by the name of the path parameter; ask for more as they come."""
    one = expert(administrator)
    listed = shortlist(agency)
    return {
        "expert_id": one["id"],
        "request_id": listed["request"],
        "shortlist_id": listed["id"],
        "organisation_id": agency.get(f"/requests/{listed['request']}").json["requester"]["id"],
        "token_id": administrator.get("/tokens").json["items"][0]["id"],
    }


def parameters(route: Route) -> list[str]:
    return re.findall(r"<(?:\w+:)?(\w+)>", route.path)


def at(route: Route, ids: dict[str, str]) -> str:
    return re.sub(r"<(?:\w+:)?(\w+)>", lambda found: ids.get(found[1], "0" * 36), route.path)


def sent(caller: Caller, route: Route, ids: dict[str, str]) -> Any:
    body = EXAMPLES.get(route.contract.body) if route.contract.body else None
    options = {"json": body} if body is not None else {}
    asked = QUERIES.get(route.path.removeprefix(PREFIX), "").format(**ids) if ids else ""
    return caller.call(route.method, f"{at(route, ids)}{asked}", etag="*", **options)


def test_another_agencys_things_are_nothing(
    app: Flask, agency: Caller, neighbour: Caller, things: dict[str, str]
) -> None:
    tried = 0
    for route in access.routes(app):
        if "agency" not in route.contract.roles or not set(parameters(route)) - COMMON:
            continue
        foreign, missing = (
            sent(neighbour, route, things),
            sent(neighbour, route, things | dict.fromkeys(OWNED, "0" * 36)),
        )
        assert (foreign.status_code, missing.status_code) == (404, 404), f"{route.method} {route.path}"
        assert masked(foreign, things) == masked(missing, things), f"{route.method} {route.path}"
        tried += 1
    assert tried >= 6


def masked(answer: Any, things: dict[str, str]) -> dict[str, Any]:
    """The problem without what differs in any case."""
    told = {name: value for name, value in answer.json.items() if name != "request_id"}
    for id in (*things.values(), "0" * 36):
        told["detail"] = told["detail"].replace(id, "ID")
    return told


def test_lists_of_another_agency_hold_nothing_of_ours(app: Flask, neighbour: Caller, things: dict[str, str]) -> None:
    for route in access.routes(app):
        if route.method == "GET" and route.contract.paged and "agency" in route.contract.roles:
            answer = neighbour.get(at(route, things))
            if answer.status_code == 200:
                assert not [id for id in things.values() if id in answer.get_data(as_text=True)], route.path


def bodies(app: Flask) -> list[Route]:
    return [route for route in access.routes(app) if route.contract.body is not None]


def test_no_body_sets_what_the_service_sets(
    app: Flask, administrator: Caller, office: Caller, things: dict[str, str]
) -> None:
    by_role = {"administrator": administrator, "policy_office": office}
    for route in bodies(app):
        assert route.contract.body is not None
        known = set(route.contract.body().fields)
        answered = set(route.contract.answer().fields) if route.contract.answer else set()
        one = next((by_role[role] for role in route.contract.roles if role in by_role), None)
        if one is None:
            continue
        for name in {*NEVER_TAKEN, *answered} - known:
            body = {**EXAMPLES.get(route.contract.body, {}), name: "x"}
            answer = one.call(route.method, at(route, things), json=body, etag="*")
            assert answer.status_code in (404, 422), f"{route.method} {route.path} took {name}: {answer.status_code}"


def test_every_body_refuses_what_it_does_not_know(app: Flask) -> None:
    for route in bodies(app):
        assert route.contract.body is not None
        assert strict(route.contract.body()), route.path


def strict(schema: Schema, seen: frozenset[type] = frozenset()) -> bool:
    """Whether this schema and those nested in it refuse unknown fields."""
    if type(schema) in seen:
        return True
    inner = [getattr(field, "inner", field) for field in schema.fields.values()]
    nested = [field.schema for field in inner if hasattr(field, "schema")]
    return schema.unknown == "raise" and all(strict(one, seen | {type(schema)}) for one in nested)


def test_cookie_opens_no_route_of_the_api(app: Flask) -> None:
    client = app.test_client()
    client.set_cookie("session", "anything")
    for route in access.routes(app):
        answer = client.open(at(route, {}), method=route.method)
        assert answer.status_code == 401, f"{route.method} {route.path}"


def test_no_form_of_the_console_works_without_its_token(app: Flask) -> None:
    client = app.test_client()
    forms = [
        rule
        for rule in app.url_map.iter_rules()
        if not rule.rule.startswith((PREFIX, "/static"))
        and {"POST", "PUT", "PATCH", "DELETE"} & (rule.methods or set())
    ]
    assert forms
    for rule in forms:
        path = re.sub(r"<(?:\w+(?:\([^)]*\))?:)?\w+>", "0" * 36, rule.rule)
        for method in {"POST", "PUT", "PATCH", "DELETE"} & (rule.methods or set()):
            answer = client.open(path, method=method, data={"a": "b"})
            assert answer.status_code in (302, 303, 400, 401, 403, 404), f"{method} {rule.rule}: {answer.status_code}"
            if answer.status_code in (302, 303):
                assert "/sign-in" in answer.headers["Location"] or "/welcome" in answer.headers["Location"]


def test_agency_meets_no_field_that_is_not_for_it(
    agency: Caller, administrator: Caller, things: dict[str, str]
) -> None:
    """Whoever may not browse the pool sees of experts what stands on a list, and no key beyond that."""
    entry = agency.get(f"/shortlists/{things['shortlist_id']}").json["entries"][0]
    assert set(entry["expert"]) <= {"id", "source_id", "name"}
    for hidden in ("restricted", "status", "term", "statement", "organisation", "phone", "region"):
        assert hidden not in entry["expert"]


def test_ids_cannot_be_counted(administrator: Caller, agency: Caller) -> None:
    ids = [agency.made("/requests", ASKED)["id"] for _ in range(3)]
    assert all(re.fullmatch(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", id) for id in ids)
    assert len({id[-12:] for id in ids}) == 3
