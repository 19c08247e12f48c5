"""Reading a request: bearer token, body, query string, If-Match, each with its own clear refusal."""

import io
import re
from dataclasses import dataclass
from typing import Any, BinaryIO, NoReturn, cast

from flask import Request
from gunicorn.http.errors import ParseException
from marshmallow import RAISE, Schema, ValidationError
from webargs.flaskparser import FlaskParser
from werkzeug.exceptions import NotFound, RequestEntityTooLarge

from expertdb.api.rejections import (
    MalformedBody,
    MalformedHeader,
    Unauthenticated,
    UnsupportedMediaType,
    VersionRequired,
)
from expertdb.errors import Fault, InvalidInput
from expertdb.schemas.faults import escape, faults_of
from expertdb.services.rosters import Upload
from expertdb.strict_json import NotJson, loads
from expertdb.tables.grids import READABLE, format_of
from expertdb.wording import Text

JSON_LINES = "application/x-ndjson"
ETAG = re.compile(r'(?:W/)?"([0-9]{1,15})"')


class Parser(FlaskParser):
    """webargs with our strictness, for query strings: unknown parameters are refused everywhere."""

    DEFAULT_UNKNOWN_BY_LOCATION = {"query": RAISE}  # noqa: RUF012 - webargs reads it so.

    def handle_error(self, error: ValidationError, req: Any, schema: Any, **kwargs: Any) -> NoReturn:
        raise InvalidInput(*faults_of(error.messages_dict["query"], "/query")) from error


parser = Parser()


def whole_body(request: Request) -> bytes:
    """The body; raises MalformedBody when it broke off or its chunks make no sense, RequestEntityTooLarge.

    gunicorn marks every body as terminated. Werkzeug then takes one that broke off for whole, and cuts a chunked one
    at the limit without a word: an import that ended between two lines would have been stored in part.
    """
    try:
        body = request.get_data(cache=True)
        more = request.environ.get("wsgi.input_terminated") and request.environ["wsgi.input"].read(1)
    except ParseException as error:
        raise MalformedBody(Text("The chunks of the body make no sense; nothing was stored.")) from error
    if request.content_length is None and more:
        raise RequestEntityTooLarge
    if request.content_length is not None and len(body) < request.content_length:
        detail = "The body broke off: {count} bytes came, Content-Length promises {promised}."
        raise MalformedBody(Text(detail, count=len(body), promised=request.content_length))
    return body


def strict_json(raw: bytes) -> Any:
    """Decode a JSON body; raises MalformedBody."""
    try:
        return loads(raw)
    except NotJson as error:
        raise MalformedBody(Text("The body cannot be read as JSON: {reason}.", reason=error.reason)) from error


def path(parts: dict[str, str]) -> None:
    """Raise NotFound for an id with a NUL: no row can have it, and PostgreSQL refuses even to look."""
    if any("\0" in part for part in parts.values()):
        raise NotFound


def presented(request: Request) -> str:
    """The token of the Authorization header; nothing where there is none."""
    scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
    return secret.strip() if scheme.lower() == "bearer" else ""


def bearer(request: Request) -> str:
    """The token of the Authorization header; raises Unauthenticated."""
    if secret := presented(request):
        return secret
    raise Unauthenticated(Text("Send a token: Authorization: Bearer <token>."))


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
    sent = _json(request)
    try:
        return schema.load(sent, unknown=RAISE)
    except ValidationError as error:
        raise InvalidInput(*faults_of(error.messages)) from error


def _json(request: Request) -> Any:
    if request.mimetype != "application/json":
        found = request.mimetype or Text("no type")
        raise UnsupportedMediaType(
            Text("The body is {found}; send application/json with a Content-Type that says so.", found=found)
        )
    return strict_json(whole_body(request))


@dataclass(frozen=True)
class Sent:
    """A file that has arrived whole, and the form fields beside it."""

    upload: Upload
    form: dict[str, Any]


def upload(schema: Schema, request: Request) -> Sent:
    """The file of the form field `file` with the form's other fields as the schema loads them, or raw JSON Lines.

    Raises UnsupportedMediaType, and InvalidInput for a form without the file or with fields that are wrong.
    """
    if request.mimetype == JSON_LINES:
        return Sent(Upload("body.jsonl", io.BytesIO(whole_body(request))), schema.load({}))
    if request.mimetype != "multipart/form-data":
        raise UnsupportedMediaType(
            Text("Send the file as a multipart/form-data field `file`, or raw as {type}.", type=JSON_LINES)
        )
    whole_body(request)  # Kept, since reading the form would leave nothing to tell a repeat by.
    file = request.files.get("file")
    if file is None:
        raise InvalidInput(Fault("/file", Text("The form has no field `file`.")))
    name = file.filename or ""
    stream = cast(BinaryIO, file.stream)
    if format_of(name, stream) is None:
        endings = ", ".join(READABLE)
        raise UnsupportedMediaType(Text("Imports take files of these kinds: {endings}.", endings=endings))
    try:
        form = schema.load(request.form.to_dict())
    except ValidationError as error:
        raise InvalidInput(*faults_of(error.messages)) from error
    return Sent(Upload(name, stream), form)


def query(schema: Schema, request: Request) -> Any:
    """The query string as the schema loads it; raises InvalidInput, also for a parameter given twice."""
    for name, values in request.args.lists():
        if len(values) > 1:
            raise InvalidInput(Fault(f"/query/{escape(name)}", Text("This parameter stands more than once.")))
    return parser.parse(schema, request, location="query")
