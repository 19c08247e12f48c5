"""The OpenAPI document and its offline page.

Pinned: the document is well-formed OpenAPI 3.1 with JSON Schema 2020-12 inside, holds every route that has a contract
and nothing else, and is what is committed; every example loads through its schema, meets the published one and is
accepted by the API; real answers meet what the document promises; the page and its files come from here alone.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from jsonschema import Draft202012Validator
from marshmallow import Schema

from expertdb.api import access, openapi
from expertdb.api.examples import EXAMPLES
from tests.api.people import ASKED, expert, shortlist
from tests.callers import Caller, Clock
from tests.conftest import START, Databases, make_app

DOCUMENT = Path(__file__).parents[2] / "docs" / "openapi.json"
METHODS = {"get", "post", "patch", "delete"}
COLLECTIONS = ("experts", "organisations", "requests", "shortlists", "tokens")


@pytest.fixture(params=["sqlite"])
def engine(request: pytest.FixtureRequest) -> str:
    """Nothing here depends on the database."""
    return str(request.param)


@pytest.fixture(scope="module")
def document(databases: Databases) -> dict[str, Any]:
    app = make_app(databases.fresh("sqlite"), Clock(START))
    return dict(app.test_client().get("/api/v1/openapi.json").json or {})


def operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Each operation with its method and path."""
    for path, item in document["paths"].items():
        for method in METHODS & set(item):
            yield method, path, item[method]


def validator(document: dict[str, Any], schema: dict[str, Any]) -> Draft202012Validator:
    """A validator of the schema, with the document's components at hand."""
    return Draft202012Validator(schema | {"components": document["components"]})


def inside(node: Any) -> Iterator[dict[str, Any]]:
    """Every object within a JSON document."""
    if isinstance(node, dict):
        yield node
        for inner in node.values():
            yield from inside(inner)
    elif isinstance(node, list):
        for inner in node:
            yield from inside(inner)


def test_document_has_what_openapi_3_1_requires(document: dict[str, Any]) -> None:
    assert re.fullmatch(r"3\.1\.\d+", document["openapi"])
    assert {"title", "version"} <= set(document["info"])
    assert set(document) <= {"openapi", "info", "paths", "components", "tags", "servers", "security"}
    for method, path, operation in operations(document):
        assert path.startswith("/"), path
        assert operation["responses"], (method, path)
        assert all(re.fullmatch("[1-5][0-9]{2}", status) for status in operation["responses"])
        assert all(answer["description"] for answer in operation["responses"].values())


def test_operation_ids_are_unique(document: dict[str, Any]) -> None:
    ids = [operation["operationId"] for _, _, operation in operations(document)]
    assert len(set(ids)) == len(ids)


def test_every_parameter_of_a_path_is_declared(document: dict[str, Any]) -> None:
    for method, path, operation in operations(document):
        declared = [*document["paths"][path].get("parameters", []), *operation.get("parameters", [])]
        named = {one["name"] for one in declared if one["in"] == "path"}
        assert named == set(re.findall(r"{(\w+)}", path)), (method, path)
        assert all(one["required"] for one in declared if one["in"] == "path")
        assert len({(one["in"], one["name"]) for one in declared}) == len(declared)
        assert all("schema" in one for one in declared)


def test_schemas_are_json_schema_2020_12(document: dict[str, Any]) -> None:
    for schema in document["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)
    assert not [node for node in inside(document) if "nullable" in node]


def test_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    for node in inside(document):
        if isinstance(target := node.get("$ref"), str):
            found: Any = document
            for step in target.removeprefix("#/").split("/"):
                found = found[step]


def test_every_route_with_a_contract_is_in_it_and_nothing_else(app: Flask, document: dict[str, Any]) -> None:
    documented = {(method, path) for method, path, _ in operations(document)}
    known = {(route.method.lower(), re.sub(r"<(\w+)>", r"{\1}", route.path)) for route in access.routes(app)}
    assert documented == known


def test_document_says_what_an_edit_needs(document: dict[str, Any]) -> None:
    for method, path, operation in operations(document):
        headers = {one["name"] for one in operation.get("parameters", []) if one["in"] == "header"}
        moves = method == "post" and path.endswith("/transitions")
        edits = moves or (method in ("patch", "delete") and "tokens" not in path)
        assert ("If-Match" in headers) == edits, (method, path)
        assert ("Idempotency-Key" in headers) == (method == "post"), (method, path)
        assert edits == ({"412", "428"} <= set(operation["responses"]))


def test_committed_document_is_up_to_date(app: Flask) -> None:
    with app.app_context():
        made = json.loads(json.dumps(openapi.document(app)))
    assert json.loads(DOCUMENT.read_text("utf-8")) == made, "run `make openapi` and commit docs/openapi.json"


def test_every_body_has_an_example(app: Flask, document: dict[str, Any]) -> None:
    assert {route.contract.body for route in access.routes(app)} - {None} == set(EXAMPLES)
    for method, path, operation in operations(document):
        for kind, content in operation.get("requestBody", {"content": {}})["content"].items():
            assert kind != "application/json" or "example" in content, (method, path)


@pytest.mark.parametrize("schema", EXAMPLES, ids=lambda schema: schema.__name__)
def test_example_loads_and_meets_the_published_schema(schema: type[Schema], document: dict[str, Any]) -> None:
    schema().load(EXAMPLES[schema])
    published = {"$ref": f"#/components/schemas/{schema.__name__}"}
    validator(document, published).validate(EXAMPLES[schema])


@pytest.mark.parametrize("path", ["/experts", "/organisations", "/requests", "/tokens", "/shortlists/preview"])
def test_example_is_accepted_by_the_api(administrator: Caller, document: dict[str, Any], path: str) -> None:
    operation = document["paths"][f"/api/v1{path}"]["post"]
    answer = administrator.post(path, operation["requestBody"]["content"]["application/json"]["example"])
    assert str(answer.status_code) in operation["responses"]
    assert answer.status_code < 300, answer.get_data(as_text=True)


@pytest.mark.parametrize("collection", COLLECTIONS)
def test_answer_is_what_the_document_promises(administrator: Caller, document: dict[str, Any], collection: str) -> None:
    expert(administrator, organisation="某代理所")
    administrator.made("/experts", {"name": {"en": "Bo Li"}, "kind": "K-ACA"})
    shortlist(administrator)
    administrator.made("/requests", ASKED | {"requester": "某单位"})
    promised = document["paths"][f"/api/v1/{collection}"]["get"]["responses"]["200"]["content"]["application/json"]
    answer = administrator.get(f"/{collection}").json
    assert answer["items"]
    validator(document, promised["schema"]).validate(answer)
    names = {name for schema in document["components"]["schemas"].values() for name in schema["properties"]}
    assert set(answer["items"][0]) <= names


def test_problem_is_what_the_document_promises(administrator: Caller, document: dict[str, Any]) -> None:
    promised = document["paths"]["/api/v1/requests"]["post"]["responses"]["422"]["content"]
    answer = administrator.post("/requests", {})
    validator(document, promised["application/problem+json"]["schema"]).validate(answer.json)


def test_page_and_its_files_are_served_from_here_under_a_strict_policy(app: Flask) -> None:
    client = app.test_client()
    page = client.get("/api/v1/docs")
    policy = page.headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "http" not in policy
    assert "script-src" not in policy
    named = re.findall(r'(?:src|href)="([^"]+)"', page.get_data(as_text=True))
    assert len(named) == 3
    for name in named:
        assert client.get(f"/api/v1/{name}").status_code == 200, name
    assert "://" not in client.get("/api/v1/docs/start.js").get_data(as_text=True)
    assert "<script>" not in page.get_data(as_text=True)


@pytest.mark.parametrize("name", ["index.html", "swagger-ui.js", "..%2fpackage.json", "swagger-ui-bundle.js.map", "x"])
def test_no_other_file_is_served_beside_the_page(app: Flask, name: str) -> None:
    assert app.test_client().get(f"/api/v1/docs/{name}").status_code == 404
