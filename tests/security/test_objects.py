"""What holds for every route, made from the route table; test_matrix.py has roles × routes × objects × fields.

Pinned: every body refuses what it does not know (mass assignment); no console form works without its
token (CSRF); ids cannot be counted.
"""

import re

import pytest
from flask import Flask
from marshmallow import Schema

from expertdb.api import access
from expertdb.api.access import Route
from expertdb.api.routing import PREFIX
from tests.api.people import ASKED, expert, shortlist
from tests.callers import Caller


@pytest.fixture(params=["sqlite"])
def engine(request: pytest.FixtureRequest) -> str:
    """Nothing here depends on the database."""
    return str(request.param)


def bodies(app: Flask) -> list[Route]:
    return [route for route in access.routes(app) if route.contract.body is not None]


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
            # 410: without an invitation there is no page to send.
            assert answer.status_code in (302, 303, 400, 401, 403, 404, 410), (
                f"{method} {rule.rule}: {answer.status_code}"
            )
            if answer.status_code in (302, 303):
                assert "/sign-in" in answer.headers["Location"] or "/welcome" in answer.headers["Location"]


def test_agency_meets_no_field_that_is_not_for_it(administrator: Caller, agency: Caller) -> None:
    """Whoever may not browse the pool sees of experts what stands on a list, and no key beyond that."""
    expert(administrator)
    entry = agency.get(f"/shortlists/{shortlist(agency)['id']}").json["entries"][0]
    assert set(entry["expert"]) <= {"id", "source_id", "name"}
    for hidden in ("restricted", "status", "term", "statement", "organisation", "phone", "region"):
        assert hidden not in entry["expert"]


def test_ids_cannot_be_counted(administrator: Caller, agency: Caller) -> None:
    ids = [agency.made("/requests", ASKED)["id"] for _ in range(3)]
    assert all(re.fullmatch(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", id) for id in ids)
    assert len({id[-12:] for id in ids}) == 3
