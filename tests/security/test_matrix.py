"""Roles × routes × objects × fields, made from the route table, over one of everything that there is (`world.py`).

Pinned, for every route with a contract and things that are really there: a role that the contract leaves out is refused
before anything is looked at; an agency or an expert's link meets nothing of another matter, by path, by filter or by
reference in a body, and is answered as for what is not there; restricted values stand in no answer, file, export or
page but on the calls that open them; no body sets what the service sets; a session cookie opens no API route.
"""

import io
import json
import re
import zipfile
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask

from expertdb.api import access
from expertdb.api.access import Route
from expertdb.api.examples import EXAMPLES
from expertdb.console import access as pages_of_console
from expertdb.models.tokens import ROLES
from expertdb.services.actors import EXPERT
from tests.callers import Caller, Clock
from tests.conftest import START, Databases, close, make_app
from tests.console.conftest import Visitor, account, visitor
from tests.security.world import IDENTITIES, SECRETS, World, built

MISSING = "0" * 36
# What belongs to one matter, and by which names a query asks for it.
OF_A_MATTER = ("request_id", "shortlist_id", "panel_id", "engagement_id", "opinion_id", "evaluation_id", "draw_id")
# What a call needs in its query before it answers at all.
QUERIES = {
    "/contact": "?reason=核对",
    "/comparison": "?first={expert_id}&second={expert_id}",
    "/restricted": "?fields=phone&reason=核对",
    "/file": "?format=docx&language=zh",
    "/standing": "?expert={expert_id}",
}
OPENING = ("/restricted", "/contact")
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
# In no answer, whoever asks.
NEVER_TOLD = ("password_hash", "secret_hash", "argon2", "sealed_by", "server_secret")
# In no answer to agencies and experts: what offices keep about people.
KEPT = {"restricted", "phone", "email", "address", "id_number", "licence_numbers", "ties", "sanctions", "objections"}


@pytest.fixture(scope="module")
def app(databases: Databases) -> Iterator[Flask]:
    """Nothing here depends on the database, and nothing is changed after the world was built."""
    app = make_app(databases.fresh("sqlite"), Clock(START))
    yield app
    close(app)


@pytest.fixture(scope="module")
def world(app: Flask) -> World:
    return built(app)


def everybody(world: World) -> dict[str, Caller]:
    return world.callers | {"agency": world.ours.agency, EXPERT: world.ours.guest}


def parameters(route: Route) -> list[str]:
    return re.findall(r"<(?:\w+:)?(\w+)>", route.path)


def at(route: Route, ids: dict[str, str]) -> str:
    return re.sub(r"<(?:\w+:)?(\w+)>", lambda found: ids.get(found[1], MISSING), route.path)


def query(route: Route, ids: dict[str, str]) -> str:
    ending = "/" + route.path.rpartition("/")[2]
    return QUERIES.get(ending, "").format(**ids) if route.method == "GET" else ""


def sent(caller: Caller, route: Route, ids: dict[str, str]) -> Any:
    """The call as its example has it, for these things."""
    options: dict[str, Any] = {}
    if route.contract.body:
        options["json"] = EXAMPLES.get(route.contract.body, {})
    elif route.contract.form:
        options |= {"data": b"{}", "content_type": "application/x-ndjson"}
    return caller.call(route.method, at(route, ids) + query(route, ids), etag="*", **options)


def told(answer: Any, ids: dict[str, str]) -> dict[str, Any]:
    """A problem without the id that was asked for and that of the call."""
    found = json.dumps(answer.json | {"request_id": ""})
    for id in (*ids.values(), MISSING):
        found = found.replace(id, "ID")
    return dict(json.loads(found))


def test_every_route_has_things_to_be_tried_on(app: Flask, world: World) -> None:
    unknown = {name for route in access.routes(app) for name in parameters(route)} - set(world.ours.ids)
    assert unknown == {"name", "item_id", "notice_id", "version"}


def test_role_that_is_left_out_is_refused_for_real_things_too(app: Flask, world: World) -> None:
    tried = 0
    for route in access.routes(app):
        for role, one in everybody(world).items():
            if role not in route.contract.roles:
                answer = sent(one, route, world.ours.ids)
                assert answer.status_code == 403, f"{role}: {route.method} {route.path}: {answer.status_code}"
                tried += 1
    assert tried > 200


@pytest.mark.parametrize("role", ["agency", EXPERT])
def test_things_of_another_matter_are_nothing(app: Flask, world: World, role: str) -> None:
    one = world.theirs.agency if role == "agency" else world.theirs.guest
    owner = world.ours.agency if role == "agency" else world.ours.guest
    tried = set()
    for route in access.routes(app):
        named = [name for name in parameters(route) if name in OF_A_MATTER]
        if role not in route.contract.roles or not named:
            continue
        place = f"{route.method} {route.path}"
        missing = world.ours.ids | dict.fromkeys(named, MISSING)
        foreign, nothing = sent(one, route, world.ours.ids), sent(one, route, missing)
        assert foreign.status_code == nothing.status_code, place
        assert foreign.status_code in (404, 422), place
        assert told(foreign, world.ours.ids) == told(nothing, missing), place
        if route.method == "GET":
            assert foreign.status_code == 404, place
            assert sent(owner, route, world.ours.ids).status_code in (200, 409), place
        tried.add(place)
    assert len(tried) >= (12 if role == "agency" else 6), tried


@pytest.mark.parametrize("role", ["agency", EXPERT])
def test_lists_and_their_filters_hold_nothing_of_another_matter(app: Flask, world: World, role: str) -> None:
    one = world.theirs.agency if role == "agency" else world.theirs.guest
    ours = {world.ours.ids[name] for name in OF_A_MATTER}
    tried = 0
    for route in access.routes(app):
        if role not in route.contract.roles or not route.contract.paged or route.method != "GET" or parameters(route):
            continue
        whole = one.get(route.path)
        assert not [id for id in ours if id in whole.get_data(as_text=True)], route.path
        for name in route.contract.query().fields if route.contract.query else ():
            if f"{name}_id" in OF_A_MATTER:
                found = one.get(f"{route.path}?{name}={world.ours.ids[f'{name}_id']}")
                assert (found.status_code, found.json["items"]) == (200, []), f"{route.path}?{name}="
                tried += 1
    assert tried >= 3


def test_bodies_that_name_another_matter_are_answered_as_for_nothing(world: World) -> None:
    calls = [
        (world.theirs.agency, "/evaluations", "EvaluationBody"),
        (world.theirs.guest, "/opinions", "OpinionBody"),
    ]
    examples = {body.__name__: example for body, example in EXAMPLES.items()}
    for one, path, body in calls:
        answers = [
            one.post(path, examples[body] | {"engagement": id}) for id in (world.ours.ids["engagement_id"], MISSING)
        ]
        assert [answer.status_code for answer in answers] == [422, 422], path
        assert told(answers[0], world.ours.ids) == told(answers[1], world.ours.ids), path


def texts(answer: Any) -> str:
    """All that a reader could find in an answer: parts of packed files too."""
    data = answer.get_data()
    if data[:4] != b"PK\x03\x04":
        return str(data.decode("utf-8"))
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        return "\n".join(packed.read(name).decode("utf-8", "replace") for name in packed.namelist())


def readings(app: Flask, world: World) -> Iterator[tuple[str, str, str]]:
    """Who read what, and all of its text: every GET of everybody for both sides, files and exports in each format."""
    exports = [f"/api/v1/experts/exports?format={format}" for format in ("csv", "xlsx", "jsonl")]
    for role, one in everybody(world).items():
        for route in access.routes(app):
            if route.method != "GET" or role not in route.contract.roles or route.path.endswith(OPENING):
                continue
            paths = exports if route.path.endswith("/exports") else []
            paths = paths or [at(route, side.ids) + query(route, side.ids) for side in (world.ours, world.theirs)]
            for path in paths:
                answer = one.get(path)
                assert answer.status_code in (200, 404, 409, 422), f"{role} {path}: {answer.status_code}"
                yield role, path, texts(answer)


def test_restricted_values_stand_in_no_answer_file_or_export(app: Flask, world: World) -> None:
    opened = world.callers["administrator"].get(
        f"/experts/{world.ours.ids['expert_id']}/restricted{QUERIES['/restricted']}"
    )
    assert SECRETS[0] in opened.get_data(as_text=True)
    tried = 0
    for role, path, text in readings(app, world):
        for secret in (*SECRETS, *IDENTITIES, *NEVER_TOLD):
            assert secret not in text, f"{role} {path} holds {secret}"
        if role in ("agency", EXPERT) and text.startswith("{"):
            assert not KEPT & set(keys(json.loads(text))), f"{role} {path}"
        tried += 1
    assert tried > 150


def keys(value: Any) -> Iterator[str]:
    """The name of every field at any depth."""
    if isinstance(value, dict):
        yield from value
    for one in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from keys(one)


def test_pages_of_the_console_show_no_more(app: Flask, world: World) -> None:
    """Another agency finds no page of ours; no page of anybody holds a restricted value before it is opened."""
    tried = Counter[int]()
    for role in ROLES:
        one = visitor(app, role, world.theirs.ids["organisation_id"] if role == "agency" else None)
        for method, rule, roles in pages_of_console.guarded(app):
            if method != "GET" or role not in roles:
                continue
            path = re.sub(r"<(?:\w+(?:\([^)]*\))?:)?(\w+)>", lambda found: world.ours.ids.get(found[1], "PAT"), rule)
            answer = one.get(path)
            assert answer.status_code in (200, 303, 404, 409), f"{role} {path}: {answer.status_code}"
            if role == "agency" and ("request_id" in rule or "shortlist_id" in rule):
                assert answer.status_code == 404, path
            page = texts(answer)
            for secret in (*SECRETS, *IDENTITIES, *NEVER_TOLD):
                assert secret not in page, f"{role} {path} holds {secret}"
            tried[answer.status_code] += 1
    assert tried[200] > 60, tried


def test_cookie_of_somebody_signed_in_opens_no_route_of_the_api(app: Flask) -> None:
    account(app, "administrator", login="cookies")
    one = Visitor(app)
    assert one.sign_in("cookies").status_code == 303
    assert one.get("/users").status_code == 200
    for route in access.routes(app):
        answer = one.client.open(re.sub("<.*?>", MISSING, route.path), method=route.method)
        assert answer.status_code == 401, f"{route.method} {route.path}"


def test_secret_of_a_draw_is_told_to_nobody_before_the_reveal(world: World) -> None:
    for one in (world.callers["administrator"], world.callers["policy_office"], world.callers["auditor"]):
        draw = one.get(f"/draws/{world.ours.ids['draw_id']}").json
        assert not {name: value for name, value in draw.items() if name == "secret" and value}, draw


def test_no_body_sets_what_the_service_sets(app: Flask, world: World) -> None:
    tried = 0
    for route in access.routes(app):
        if route.contract.body is None:
            continue
        answered = set(route.contract.answer().fields) if route.contract.answer else set()
        unknown = {*NEVER_TAKEN, *answered} - set(route.contract.body().fields)
        role = next(role for role in route.contract.roles if role in everybody(world))
        body = {**EXAMPLES.get(route.contract.body, {}), **dict.fromkeys(unknown, "x")}
        refused = everybody(world)[role].call(route.method, at(route, world.ours.ids), json=body, etag="*")
        assert refused.status_code == 422, f"{route.method} {route.path}: {refused.status_code}"
        assert {f"/{name}" for name in unknown} <= {one["pointer"] for one in refused.json["errors"]}, route.path
        tried += 1
    assert tried > 40
