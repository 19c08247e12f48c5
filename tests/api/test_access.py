"""Who may call what, for every route there is.

Pinned: a route either has a contract with roles or stands on the short list of open ones; without a live token every
other route answers 401; each role gets 403 where the contract leaves it out and nowhere else; an agency cannot tell
another agency's requests and shortlists from ones that do not exist; `docs/access.md` says the same.
"""

from pathlib import Path

import pytest
from flask import Flask

from expertdb.api import access
from expertdb.api.access import OPEN, Route
from expertdb.api.routing import EVERYBODY, contract_of
from expertdb.console import access as pages_of_console
from expertdb.models.tokens import ROLES
from expertdb.services.actors import EXPERT
from tests.api.people import ASKED, expert, invited_expert, pages, shortlist
from tests.callers import Caller
from tests.conftest import caller

STRANGERS = ({}, {"Authorization": "Bearer xdb_nobody"}, {"Authorization": "Basic YTpi"}, {"Authorization": "Bearer"})
DOCUMENT = Path(__file__).parents[2] / "docs" / "access.md"


@pytest.fixture
def neighbour(app: Flask) -> Caller:
    return caller(app, "agency", "漳州食品工业园商标品牌指导站")


def address(route: Route) -> str:
    """The route's path with an id nobody has."""
    return "/".join("nobody" if part.startswith("<") else part for part in route.path.split("/"))


def may_call(caller: Caller, route: Route) -> bool:
    return caller.call(route.method, address(route)).status_code != 403


def test_every_route_has_an_access_rule_or_is_open(app: Flask) -> None:
    without = {
        rule.rule
        for rule in app.url_map.iter_rules()
        if not contract_of(app.view_functions[rule.endpoint]).roles and not rule.endpoint.startswith("console.")
    }
    assert without == set(OPEN)


def test_every_rule_names_roles_that_there_are(app: Flask) -> None:
    assert set(EVERYBODY) == set(ROLES)
    for route in access.routes(app):
        assert set(route.contract.roles) <= {*ROLES, EXPERT}, route


def test_open_routes_only_read(app: Flask) -> None:
    for rule in app.url_map.iter_rules():
        if rule.rule in OPEN:
            assert rule.methods == {"GET", "HEAD", "OPTIONS"}


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
@pytest.mark.parametrize("headers", STRANGERS)
def test_stranger_gets_401_everywhere_else(app: Flask, administrator: Caller, headers: dict[str, str]) -> None:
    client = app.test_client()
    for route in access.routes(app):
        answer = client.open(address(route), method=route.method, headers=headers)
        assert (answer.status_code, answer.headers.get("WWW-Authenticate")) == (401, "Bearer"), route


@pytest.mark.parametrize("role", ROLES)
def test_role_gets_in_exactly_where_the_contract_says(app: Flask, role: str) -> None:
    one = caller(app, role)
    expected = {route: role in route.contract.roles for route in access.routes(app)}
    assert {route: may_call(one, route) for route in expected} == expected


def test_link_of_an_expert_gets_in_exactly_where_the_contract_says(
    app: Flask, administrator: Caller, office: Caller
) -> None:
    _, guest = invited_expert(administrator, office)
    expected = {route: EXPERT in route.contract.roles for route in access.routes(app)}
    assert {route: may_call(guest, route) for route in expected} == expected


def test_head_is_guarded_as_get_is(app: Flask, agency: Caller) -> None:
    assert agency.call("HEAD", "/experts").status_code == 403
    assert agency.call("HEAD", "/requests").status_code == 200
    assert app.test_client().head("/api/v1/requests").status_code == 401


def test_refusal_comes_before_the_body_is_read(agency: Caller) -> None:
    assert agency.post("/experts", data=b"{", content_type="text/plain").status_code == 403


def test_request_of_another_agency_is_not_found(agency: Caller, neighbour: Caller) -> None:
    path = f"/requests/{agency.made('/requests', ASKED)['id']}"
    move = {"to": "cancelled", "reason": "越权"}
    answers = [
        neighbour.get(path),
        neighbour.patch(path, {"title": "改"}, etag="*"),
        neighbour.post(f"{path}/transitions", move, etag="*"),
        neighbour.post(f"{path}/shortlists", {}),
    ]
    assert [answer.status_code for answer in answers] == [404] * 4
    assert agency.get(path).json["version"] == 1


def test_refusal_for_another_agency_is_that_for_a_missing_id(agency: Caller, neighbour: Caller) -> None:
    taken = agency.made("/requests", ASKED)["id"]
    one, other = (neighbour.get(f"/requests/{id}").json for id in (taken, "0" * 36))
    assert one["detail"].replace(taken, "") == other["detail"].replace("0" * 36, "")
    assert one | {"detail": "", "request_id": ""} == other | {"detail": "", "request_id": ""}


def test_shortlist_of_another_agency_is_not_found(administrator: Caller, agency: Caller, neighbour: Caller) -> None:
    one = expert(administrator)
    made = shortlist(agency)
    assert neighbour.get(f"/shortlists/{made['id']}").status_code == 404
    for query in ("", f"?request={made['request']}", f"?expert={one['id']}"):
        assert neighbour.get(f"/shortlists{query}").json["items"] == []
        assert len(agency.get(f"/shortlists{query}").json["items"]) == 1


def test_agency_lists_its_own_requests_only(agency: Caller, neighbour: Caller, office: Caller) -> None:
    own = [agency.made("/requests", ASKED)["id"] for _ in range(3)]
    foreign = neighbour.made("/requests", ASKED)
    found = pages(agency, "/requests?limit=2")
    assert [one["id"] for page in found for one in page] == own[::-1]
    assert agency.get(f"/requests?requester={foreign['requester']['id']}").json["items"] == []
    assert len(office.get("/requests").json["items"]) == 4


def test_colleagues_of_one_organisation_share_their_requests(app: Flask, agency: Caller) -> None:
    made = agency.made("/requests", ASKED)
    colleague = caller(app, "agency", made["requester"]["id"])
    assert colleague.get(f"/requests/{made['id']}").json == made


def test_agencies_without_an_organisation_share_nothing(app: Flask) -> None:
    one, two = caller(app, "agency"), caller(app, "agency")
    made = one.made("/requests", ASKED)
    assert one.get(f"/requests/{made['id']}").json == made
    assert two.get(f"/requests/{made['id']}").status_code == 404
    assert two.get("/requests").json["items"] == []


def test_request_that_an_office_enters_for_an_agency_is_the_agencys(agency: Caller, office: Caller) -> None:
    own = agency.made("/requests", ASKED)
    entered = office.made("/requests", ASKED | {"requester": own["requester"]["id"]})
    assert agency.get(f"/requests/{entered['id']}").json == entered


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_committed_table_is_up_to_date(app: Flask) -> None:
    made = access.table(app) + pages_of_console.table(app)
    assert DOCUMENT.read_text(encoding="utf-8") == made, "run `make openapi` and commit docs/access.md"
