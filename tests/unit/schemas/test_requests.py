"""The wire contract of requests.

Pinned: no text that a request, a move of it or a preview can hold bears the mark of a state secret, and each that does
is pointed at, whatever else is wrong.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from marshmallow import Schema, ValidationError, fields

from expertdb.schemas.faults import faults_of
from expertdb.schemas.fields import Choice, Code, JsonObject, Str
from expertdb.schemas.requests import RequestBody, RequestPatch, RequestTransitionBody
from expertdb.schemas.shortlists import PreviewBody

MARKED = "机密★10年"


def texts(field: Any) -> Iterator[tuple[str, Any]]:
    """Where text can stand in a field, and the value that bears the mark there."""
    if isinstance(field, fields.Nested):
        for name, inner in field.schema.fields.items():
            yield from ((f"/{name}{place}", {name: value}) for place, value in texts(inner))
    elif isinstance(field, fields.List):
        yield from ((f"/0{place}", [value]) for place, value in texts(field.inner))
    elif isinstance(field, JsonObject):
        yield from [("/name", {"name": MARKED}), (f"/{MARKED}", {MARKED: 1}), ("/a/0/b", {"a": [{"b": MARKED}]})]
    elif isinstance(field, Str) and not isinstance(field, Choice | Code):
        yield "", MARKED


CASES = [
    (schema, f"/{name}{place}", {name: value})
    for schema in (RequestBody, RequestPatch, RequestTransitionBody, PreviewBody)
    for name, field in schema().fields.items()
    for place, value in texts(field)
]


@pytest.mark.parametrize(("schema", "pointer", "body"), CASES)
def test_mark_of_a_state_secret_is_refused_in_every_text(
    schema: type[Schema], pointer: str, body: dict[str, Any]
) -> None:
    with pytest.raises(ValidationError) as refused:
        schema().load(body | {"due": "never"})
    marks = [one.pointer for one in faults_of(refused.value.messages) if "state secret" in str(one.detail)]
    assert marks == [pointer]


def test_texts_are_found_at_every_depth() -> None:
    pointers = {pointer for schema, pointer, _ in CASES if schema is RequestBody}
    assert {"/legal_basis", "/parties/0/name", "/panel/rules/0/name", "/excluded_experts/0/reason"} <= pointers
