"""Reading a request: bearer token, body, query string, If-Match, each with its own clear refusal."""

import re
from typing import Any, NoReturn

from flask import Request
from marshmallow import RAISE, Schema, ValidationError
from webargs.flaskparser import FlaskParser
from werkzeug.exceptions import NotFound

from expertdb.api.rejections import (
    MalformedBody,
    MalformedHeader,
    Unauthenticated,
    UnsupportedMediaType,
    VersionRequired,
)
from expertdb.errors import Fault, InvalidInput
from expertdb.schemas.faults import escape, faults_of
from expertdb.strict_json import loads
from expertdb.wording import Text

ETAG = re.compile(r'(?:W/)?"([0-9]{1,15})"')


class Parser(FlaskParser):
    """webargs with our strictness: unknown parameters are refused everywhere, JSON is RFC 8259's."""

    DEFAULT_UNKNOWN_BY_LOCATION = {"json": RAISE, "query": RAISE}  # noqa: RUF012 - webargs reads it so.

    def load_json(self, req: Request, schema: Any) -> Any:
        if req.mimetype != "application/json":
            found = req.mimetype or "no type"
            raise UnsupportedMediaType(
                Text(
                    "The body is {found}; send application/json with a Content-Type that says so.",
                    found=found,
                )
            )
        return strict_json(req.get_data(cache=True))

    def handle_error(self, error: ValidationError, req: Any, schema: Any, **kwargs: Any) -> NoReturn:
        location, messages = next(iter(error.messages_dict.items()))
        prefix = "/query" if location == "query" else ""
        raise InvalidInput(*faults_of(messages, prefix)) from error


parser = Parser()


def strict_json(raw: bytes) -> Any:
    """Decode a JSON body; raises MalformedBody."""
    try:
        return loads(raw)
    except ValueError as error:
        raise MalformedBody(Text("The body cannot be read as JSON: {reason}.", reason=str(error)[:200])) from error


def path(parts: dict[str, str]) -> None:
    """Raise NotFound for an id with a NUL: no row can have it, and PostgreSQL refuses even to look."""
    if any("\0" in part for part in parts.values()):
        raise NotFound


def bearer(request: Request) -> str:
    """The token of the Authorization header; raises Unauthenticated."""
    scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not secret.strip():
        raise Unauthenticated(Text("Send a token: Authorization: Bearer <token>."))
    return secret.strip()


def if_match(request: Request) -> int | None:
    """The version the caller edits, None for `*`; raises VersionRequired, MalformedHeader."""
    header = request.headers.get("If-Match", "").strip()
    if not header:
        raise VersionRequired(Text("Send If-Match with the ETag that you read, so that no edit is lost."))
    if header == "*":
        return None
    found = ETAG.fullmatch(header)
    if found is None:
        raise MalformedHeader(Text('If-Match must be one ETag of this API, such as "3".'))
    return int(found[1])


def body(schema: Schema, request: Request) -> Any:
    """The JSON body as the schema loads it; raises UnsupportedMediaType, MalformedBody, InvalidInput."""
    return parser.parse(schema, request, location="json")


def query(schema: Schema, request: Request) -> Any:
    """The query string as the schema loads it; raises InvalidInput, also for a parameter given twice."""
    for name, values in request.args.lists():
        if len(values) > 1:
            raise InvalidInput(Fault(f"/query/{escape(name)}", Text("This parameter stands more than once.")))
    return parser.parse(schema, request, location="query")
