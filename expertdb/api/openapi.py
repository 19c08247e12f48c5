"""The OpenAPI 3.1 document, made from the routes' contracts and schemas, and its offline Swagger UI."""

import re
from functools import cache
from importlib.resources import files
from typing import Any

from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin
from flask import Blueprint, Flask, Response, current_app, jsonify, render_template, send_from_directory
from flask.typing import ResponseReturnValue
from marshmallow import Schema, fields

from expertdb.api.examples import EXAMPLES
from expertdb.api.routing import Contract, contract_of
from expertdb.schemas.conflicts import NameOr

blueprint = Blueprint("openapi", __name__, template_folder="templates")
SWAGGER_FILES = re.compile(r"swagger-ui(-bundle\.js|\.css)")
# What can happen to any call, whatever it does.
COMMON = {"401": "no live token", "403": "the role may not do this", "422": "invalid input"}


class Problem(Schema):
    """An error, RFC 9457."""

    type = fields.String(required=True)
    title = fields.String(required=True)
    status = fields.Integer(required=True)
    detail = fields.String(required=True)
    request_id = fields.String(required=True)
    errors = fields.List(fields.Dict(keys=fields.String(), values=fields.String()), required=True)


@blueprint.get("/openapi.json")
def openapi_document() -> ResponseReturnValue:
    """The document itself; public, as it holds no data."""
    return jsonify(_cached_document())


@blueprint.get("/docs")
def swagger_page() -> Response:
    """Swagger UI, served from here: no other host is asked for anything."""
    answer = Response(render_template("swagger.html"), mimetype="text/html")
    answer.headers["Content-Security-Policy"] = (
        "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:"
    )
    return answer


@blueprint.get("/docs/<name>")
def swagger_file(name: str) -> Response:
    """One of Swagger UI's own files, or the script that starts it."""
    if name == "start.js":
        return Response(render_template("swagger.js"), mimetype="text/javascript")
    if not SWAGGER_FILES.fullmatch(name):
        current_app.aborter(404)
    return send_from_directory(str(files("flask_swagger_ui").joinpath("dist")), name)


@cache
def _cached_document() -> dict[str, Any]:
    return document(current_app._get_current_object())  # type: ignore[attr-defined]


def document(app: Flask) -> dict[str, Any]:
    """The OpenAPI document of every route that has a contract."""
    plugin = MarshmallowPlugin(schema_name_resolver=lambda schema: _name(schema))
    spec = APISpec(
        title="IP expert database",
        version="1",
        openapi_version="3.1.0",
        plugins=[plugin],
        info={"description": "Errors are application/problem+json, in Chinese or English by Accept-Language."},
    )
    assert plugin.converter is not None
    plugin.converter.add_attribute_function(_name_alone)  # type: ignore[no-untyped-call]
    spec.components.security_scheme("bearer", {"type": "http", "scheme": "bearer"})
    spec.components.schema("Problem", schema=Problem)
    for rule in sorted(app.url_map.iter_rules(), key=lambda rule: rule.rule):
        contract = contract_of(app.view_functions[rule.endpoint])
        if contract.roles:
            methods = sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
            operations = {method.lower(): _operation(app, rule.endpoint, contract, method) for method in methods}
            path = re.sub(r"<(\w+)>", r"{\1}", rule.rule)
            spec.path(path=path, operations=operations, parameters=_path_parameters(path))
    found: dict[str, Any] = spec.to_dict()
    return found


def _name_alone(converter: Any, field: fields.Field[Any], ret: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
    """A field that takes an object or its name alone."""
    if not isinstance(field, NameOr):
        return {}
    whole = dict(ret)
    ret.clear()
    return {"oneOf": [{"type": "string", "minLength": 1, "maxLength": 200}, whole]}


def _name(schema: Any) -> str:
    named = schema if isinstance(schema, type) else type(schema)
    return str(named.__name__)


def _path_parameters(path: str) -> list[dict[str, Any]]:
    names = re.findall(r"{(\w+)}", path)
    return [{"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in names]


def _operation(app: Flask, endpoint: str, contract: Contract, method: str) -> dict[str, Any]:
    view = app.view_functions[endpoint]
    operation: dict[str, Any] = {
        "operationId": view.__name__,
        "summary": (view.__doc__ or "").strip().splitlines()[0],
        "tags": [endpoint.split(".")[-2]],
        "responses": _responses(contract, method),
        "x-roles": list(contract.roles),
        "security": [{"bearer": []}],
    }
    if parameters := _parameters(contract, method):
        operation["parameters"] = parameters
    if contract.body is not None:
        operation["requestBody"] = _body(contract.body)
    if contract.form:
        operation["requestBody"] = _form_body(contract.form)
    return operation


def _body(schema: type[Schema]) -> dict[str, Any]:
    content: dict[str, Any] = {"schema": schema}
    if schema in EXAMPLES:
        content["example"] = EXAMPLES[schema]
    return {"required": True, "content": {"application/json": content}}


def _form_body(form: type[Schema]) -> dict[str, Any]:
    described = {
        name: {"type": "string", "description": field.metadata.get("description", "")}
        for name, field in form().fields.items()
    }
    schema = {
        "type": "object",
        "properties": {"file": {"type": "string", "format": "binary"}, **described},
        "required": ["file"],
    }
    lines = {"type": "string", "description": "one expert body a line, with the `id` of the source"}
    content = {"multipart/form-data": {"schema": schema}, "application/x-ndjson": {"schema": lines}}
    return {"required": True, "content": content}


def _parameters(contract: Contract, method: str) -> list[dict[str, Any]]:
    parameters: list[dict[str, Any]] = []
    if contract.query is not None:
        parameters.append({"in": "query", "schema": contract.query})
    if contract.edits:
        what = "the ETag that was read, or *"
        parameters.append(_header("If-Match", required=True, description=what))
    if method == "POST":
        what = "a repeat with the same key within seven days has no further effect and gets the first answer again"
        parameters.append(_header("Idempotency-Key", required=False, description=what))
    return parameters


def _header(name: str, *, required: bool, description: str) -> dict[str, Any]:
    schema = {"type": "string"}
    return {"name": name, "in": "header", "required": required, "description": description, "schema": schema}


def _responses(contract: Contract, method: str) -> dict[str, Any]:
    found: dict[str, Any] = {str(contract.status): _success(contract)}
    errors = dict(COMMON)
    if method == "POST":
        errors |= {"400": "the Idempotency-Key is malformed"}
    if contract.body is not None:
        errors |= {"400": "not JSON", "413": "too large", "415": "not application/json"}
    if contract.form:
        errors |= {"400": "the body broke off", "413": "too large", "415": "not a kind of file that is read"}
    if contract.edits:
        errors |= {"400": "malformed", "412": "edited meanwhile", "428": "If-Match is missing"}
    errors |= {"429": "this caller called too often; Retry-After says when to come back"}
    if contract.stores and method != "GET":
        errors |= {"409": "the state of things does not allow it"}
    errors |= {"404": "not found"}
    problem = {"application/problem+json": {"schema": Problem}}
    return found | {status: {"description": text, "content": problem} for status, text in sorted(errors.items())}


def _success(contract: Contract) -> dict[str, Any]:
    if contract.files:
        binary = {"schema": {"type": "string", "format": "binary"}}
        return {"description": "the file", "content": dict.fromkeys(contract.files, binary)}
    if contract.answer is None:
        return {"description": "done"}
    schema: Any = contract.answer
    if contract.paged:
        properties = {"items": {"type": "array", "items": schema}, "next": {"type": ["string", "null"]}}
        schema = {"type": "object", "properties": properties, "required": ["items", "next"]}
    return {"description": "done", "content": {"application/json": {"schema": schema}}}
