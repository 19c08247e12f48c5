"""Every parser against what nobody meant to send: made up, and broken out of what is right.

Pinned: a roster (CSV, XLSX, JSON Lines) is read or refused with a reason, whatever its bytes; the same holds for JSON
bodies, questions, codes, cursors, ETags, links, rules of panels and records of draws; nothing else is ever raised.
`FUZZ_EXAMPLES` raises the number of inputs for each; `make soak PARTS=fuzz` does.
"""

import base64
import contextlib
import io
import json
import os
import zipfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as some
from marshmallow import ValidationError
from werkzeug.datastructures import Headers

from expertdb import names, recognising, strict_json, vocabularies
from expertdb.api import reading
from expertdb.api.rejections import MalformedHeader, VersionRequired
from expertdb.errors import InvalidInput
from expertdb.links import PREFIX, Links, Opened
from expertdb.schemas.experts import ExpertBody, ExpertLine
from expertdb.schemas.fields import Code
from expertdb.services import phrases, rosters, suggestions
from expertdb.services.rosters import Upload
from matching import draw
from matching.panel import BadRules, parse
from tests.callers import Caller, Clock
from tests.conftest import START, Databases, caller, close, make_app
from tests.rosters import roster
from tests.security.nasty import STRINGS

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "25"))
MANY = settings(
    max_examples=EXAMPLES,
    deadline=None,
    database=None,
    derandomize="FUZZ_EXAMPLES" not in os.environ,
    phases=[Phase.explicit, Phase.generate, Phase.shrink],
    suppress_health_check=list(HealthCheck),
)
TEXT = some.text(max_size=200) | some.sampled_from(STRINGS)
JSON = some.recursive(
    some.none() | some.booleans() | some.integers() | some.floats(allow_nan=False) | TEXT,
    lambda inner: some.lists(inner, max_size=4) | some.dictionaries(TEXT, inner, max_size=4),
    max_leaves=12,
)
ENCODINGS = ("utf-8", "utf-8-sig", "gb18030", "utf-16", "big5", "latin-1")
GOOD = roster(6, 0)
SHEET = GOOD.xlsx().read()
HEADINGS = "姓名,专家类别,单位,专长,手机,任期开始,任期结束,说明"


@some.composite
def broken(draw: Callable[..., Any], whole: bytes) -> bytes:
    """These bytes with pieces changed, put in, doubled or cut off."""
    data = bytearray(whole)
    for _ in range(draw(some.integers(1, 4))):
        place, length = draw(some.integers(0, len(data))), draw(some.integers(0, 64))
        put = draw(some.binary(max_size=8) | some.just(bytes(data[place : place + length])))
        kept = draw(some.integers(0, length))
        data[place : place + kept] = put
    return bytes(data[: draw(some.integers(0, len(data)))] if draw(some.integers(0, 9)) == 0 else data)


@some.composite
def workbooks(draw: Callable[..., Any]) -> bytes:
    """A workbook whose parts are broken one by one, so that the container itself is sound."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(SHEET)) as whole, zipfile.ZipFile(file, "w") as made:
        hurt = draw(some.sampled_from(whole.namelist()))
        for name in whole.namelist():
            part = whole.read(name)
            made.writestr(name, draw(broken(part)) if name == hurt else part)
    return file.getvalue()


@some.composite
def tables(draw: Callable[..., Any]) -> bytes:
    """Text in columns, in whatever encoding."""
    cells = TEXT | some.sampled_from(["林岚", "K-PA", "PAT-INV；LG-INV", "2026-01-01", "=1+1", '"', "1e999", "４５"])
    lines = draw(some.lists(some.lists(cells, max_size=9), max_size=5))
    between = draw(some.sampled_from([",", "\t", ";", "|"]))
    ends = draw(some.sampled_from(["\n", "\r\n", "\r", "\u2028"]))
    heads = draw(some.sampled_from([HEADINGS.replace(",", between), HEADINGS, ""]))
    text = ends.join([heads, *(between.join(line) for line in lines)])
    return text.encode(draw(some.sampled_from(ENCODINGS)), "ignore")


def read(name: str, data: bytes) -> None:
    """Open and read to the end, and check every row as an import would."""
    schema = ExpertLine()
    with contextlib.suppress(InvalidInput):
        opened = rosters.opened(Upload(name, io.BytesIO(data)), {})
        for one in opened.lines():
            schema.validate(one.body) if isinstance(one.body, dict) else None
        opened.notes()


@MANY
@given(some.sampled_from(["a.csv", "a.tsv", "a.txt"]), some.binary(max_size=600) | tables())
def test_tables_of_text(name: str, data: bytes) -> None:
    read(name, data)


@MANY
@given(broken(GOOD.csv().read()))
def test_broken_tables_of_text(data: bytes) -> None:
    read("a.csv", data)


@MANY
@given(workbooks() | broken(SHEET) | some.binary(max_size=300).map(lambda tail: b"PK\x03\x04" + tail))
def test_workbooks(data: bytes) -> None:
    read("a.xlsx", data)


LINES = "\n".join(
    json.dumps({"name": {"zh": f"林{number}"}, "kind": "K-PA", "codes": ["PAT"], "items": [{"kind": "case"}]})
    for number in range(3)
)


FIELDS = ("name", "kind", "codes", "region", "languages", "title_level", "organisation", "items", "term", "restricted")
PEOPLE = some.dictionaries(some.sampled_from(FIELDS), TEXT | some.lists(TEXT, max_size=3) | JSON, max_size=5)


@MANY
@given(
    broken(LINES.encode())
    | some.binary(max_size=300)
    | some.lists(PEOPLE | JSON, max_size=4).map(lambda each: "\n".join(map(json.dumps, each)).encode())
)
def test_lines_of_json(data: bytes) -> None:
    read("a.jsonl", data)


@MANY
@given(some.binary(max_size=300) | JSON.map(lambda value: json.dumps(value).encode()) | broken(LINES.encode()))
def test_bodies(data: bytes) -> None:
    with contextlib.suppress(ValueError):
        strict_json.loads(data)


@MANY
@given(JSON | some.dictionaries(some.sampled_from(sorted(ExpertBody().fields)), JSON))
def test_experts_of_any_shape(value: Any) -> None:
    with contextlib.suppress(ValidationError):
        ExpertBody().load(value)


@MANY
@given(TEXT)
def test_names_and_words(text: str) -> None:
    assert isinstance(names.fold(text), str)
    names.sort_key(text, text)
    names.search_forms(text, text)
    names.organisation_key(text)
    recognising.forbidden_in(text)
    recognising.hushed(text)
    suggestions.search(text)
    suggestions.of_texts([text])


@MANY
@given(TEXT | some.sampled_from(["PAT-INV", "LG-INV"]).flatmap(lambda code: some.text(max_size=3).map(code.__add__)))
def test_codes(text: str) -> None:
    phrases.code_of(text, vocabularies.EXPERTISE)
    phrases.split(text, vocabularies.EXPERTISE)
    vocabularies.nearest(text, vocabularies.EXPERTISE)
    with contextlib.suppress(ValidationError):
        assert Code(*vocabularies.EXPERTISE).deserialize(text) in vocabularies.expertise_codes()


@MANY
@given(TEXT | some.from_regex(r'(W/)?"?[0-9٣]{0,40}"?', fullmatch=True))
def test_etags(text: str) -> None:
    class Asked:
        headers = Headers([("If-Match", "".join(text.splitlines()))])

    try:
        version = reading.if_match(Asked())  # type: ignore[arg-type]
    except (VersionRequired, MalformedHeader):
        return
    assert version is None or 0 <= version < 10**15


@MANY
@given(TEXT | some.binary(max_size=200).map(lambda raw: base64.urlsafe_b64encode(raw).decode()))
def test_links(text: str) -> None:
    links = Links("s" * 40)
    assert links.read(text) is None
    assert links.read(PREFIX + text) is None


@MANY
@given(some.data())
def test_broken_links_open_nothing(data: some.DataObject) -> None:
    links = Links("s" * 40)
    whole = links.issue(Opened("0" * 36, 1, datetime(2026, 12, 1, tzinfo=UTC)))
    token = data.draw(broken(whole.encode())).decode("latin-1")
    # The last letter of a signature has two bits to spare: several spellings of one token, and of no other.
    assert links.read(token) in (None, links.read(whole))


@MANY
@given(
    JSON
    | some.lists(
        some.fixed_dictionaries(
            {"type": TEXT | some.sampled_from(["odd", "cover", "max_per"])},
            optional={"codes": JSON, "count": JSON, "sides": JSON, "who": JSON, "by": JSON},
        )
    )
)
def test_rules_of_panels(value: Any) -> None:
    with contextlib.suppress(BadRules):
        parse(value)


RECORD: dict[str, Any] = {
    "version": draw.VERSION,
    "terms": {"pool": ["a", "b", "c"], "strata": [{"name": "", "seats": 1, "reserves": 1}], "limits": [], "rules": []},
    **dict.fromkeys(("pool_hash", "commitment", "secret", "seed"), "0" * 64),
    "public_value": "03 07 12 19 25 31",
    "revealed_at": "2026-11-24T13:30:00Z",
    "members": ["a"],
    "reserves": ["b"],
    "attempt": 1,
}


@MANY
@given(
    JSON,
    some.dictionaries(some.sampled_from(sorted(RECORD)), JSON, max_size=2),
    some.dictionaries(some.sampled_from(["pool", "strata", "limits", "rules"]), JSON, max_size=2),
)
def test_records_of_draws(anything: Any, changes: dict[str, Any], terms: dict[str, Any]) -> None:
    draw.verify(anything)
    assert draw.verify({**RECORD, "terms": {**RECORD["terms"], **terms}, **changes})


@pytest.fixture(scope="module")
def app(databases: Databases) -> Iterator[Flask]:
    """Nothing is stored, so all inputs can share one pool."""
    app = make_app(databases.fresh("sqlite", pool=True), Clock(START))
    app.testing = False  # What is not caught is answered 500, as in service.
    yield app
    close(app)


@pytest.fixture(scope="module")
def office(app: Flask) -> Caller:
    return caller(app, "policy_office")


@pytest.fixture(scope="module")
def administrator(app: Flask) -> Caller:
    return caller(app, "administrator")


@MANY
@given(text=TEXT, name=some.sampled_from(["cursor", "q", "code", "region", "status", "limit", "sort"]))
def test_questions(office: Caller, text: str, name: str) -> None:
    answer = office.call("GET", "/experts", query_string={name: text.encode("utf-8", "replace")})
    assert answer.status_code in (200, 422)


@MANY
@given(
    keys=some.lists(
        TEXT | some.integers() | some.floats() | some.none() | some.just("2026-11-24T13:30:00+23:59"), max_size=4
    )
)
def test_cursors_that_are_nearly_right(office: Caller, keys: list[Any]) -> None:
    cursor = base64.urlsafe_b64encode(json.dumps(keys).encode()).decode()
    for path in ("/experts", "/requests", "/shortlists", "/organisations", "/panels", "/jobs"):
        answer = office.call("GET", path, query_string={"cursor": cursor})
        assert answer.status_code in (200, 422), path


@MANY
@given(title=TEXT, text=TEXT, code=some.sampled_from(["PAT-INV", "LG-INV"]) | TEXT)
def test_requests_to_match(office: Caller, title: str, text: str, code: str) -> None:
    body = json.dumps({"title": title, "text": text, "aspects": [{"code": code}], "size": 3}).encode()
    answer = office.post("/shortlists/preview", data=body, content_type="application/json")
    assert answer.status_code in (200, 422)


@MANY
@given(mapping=JSON, decisions=JSON | some.dictionaries(some.sampled_from("0123"), JSON), sheet=TEXT)
def test_forms_of_imports(administrator: Caller, mapping: Any, decisions: Any, sheet: str) -> None:
    form = {"mapping": json.dumps(mapping), "decisions": json.dumps(decisions), "sheet": sheet}
    sent: dict[str, Any] = {name: text.encode("utf-8", "replace").decode() for name, text in form.items()}
    for tongue in ("zh", "en"):
        answer = administrator.post(
            "/experts/imports?dry_run=true",
            data=sent | {"file": (io.BytesIO(GOOD.csv().read()), "a.csv")},
            headers={"Accept-Language": tongue},
        )
        assert answer.status_code in (200, 422)
