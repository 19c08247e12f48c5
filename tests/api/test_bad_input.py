"""Whatever is wrong with a call, the answer says what and where, and nothing is stored.

Pinned here, for each kind of body this API takes:
- a refusal is application/problem+json with `type`, `title`, `status`, `detail`, `request_id` and `errors`, each of
  which has a JSON pointer to the place and a detail; in Chinese or English as Accept-Language asks;
- missing, extra, mistyped, over-long and repeated values are all named at once; an unknown code with its neighbours;
- what cannot be stored (NUL, lone surrogates) or read (broken JSON, NaN, nesting without end, another media type,
  10 MB) is refused before the database hears of it;
- odd but lawful Unicode is stored and read back unchanged.
"""

import json
from typing import Any

import pytest

from expertdb.api.examples import EXAMPLES
from expertdb.schemas.experts import ExpertBody
from expertdb.schemas.organisations import OrganisationBody
from expertdb.schemas.requests import RequestBody
from expertdb.schemas.tokens import TokenBody
from tests.callers import Caller

EXPERT = {name: value for name, value in EXAMPLES[ExpertBody].items() if name != "organisation"}
BODIES = {
    "/experts": EXPERT,
    "/organisations": EXAMPLES[OrganisationBody],
    "/requests": EXAMPLES[RequestBody],
    "/tokens": EXAMPLES[TokenBody],
}
MEMBERS = {"type", "title", "status", "detail", "request_id", "errors"}


def refused(answer: Any, status: int = 422) -> list[str]:
    """The pointers of a refusal, once its shape is as it should be."""
    assert answer.status_code == status, answer.get_data(as_text=True)
    assert answer.mimetype == "application/problem+json"
    assert set(answer.json) == MEMBERS
    assert answer.json["status"] == status
    assert answer.json["type"].startswith("urn:expertdb:problem:")
    assert answer.json["request_id"] == answer.headers["X-Request-ID"]
    assert all(fault["detail"] for fault in answer.json["errors"])
    return [fault["pointer"] for fault in answer.json["errors"]]


def send(administrator: Caller, method: str, path: str, body: Any) -> Any:
    """Send a body that the test client's own encoder would refuse: escapes keep lone surrogates as they are."""
    data = json.dumps(body)
    return administrator.call(method, path, etag="*", data=data, content_type="application/json")


def stored(administrator: Caller) -> dict[str, int]:
    """How many things there are: the caller's own token and nothing else, when nothing was stored."""
    return {path: len(administrator.get(path).json["items"]) for path in BODIES}


UNTOUCHED = {"/experts": 0, "/organisations": 0, "/requests": 0, "/tokens": 1}
LONG = "长" * 20_001
WRONG: list[tuple[str, Any, list[str]]] = [
    ("mistyped", {"name": 5}, ["/name"]),
    ("mistyped", {"name": {"zh": ["林岚"]}}, ["/name/zh"]),
    ("mistyped", {"languages": "zh"}, ["/languages"]),
    ("mistyped", {"languages": {"0": "zh"}}, ["/languages"]),
    ("mistyped", {"items": [5]}, ["/items/0"]),
    ("mistyped", {"items": {"kind": "case"}}, ["/items"]),
    ("mistyped", {"term": "2026"}, ["/term"]),
    ("mistyped", {"term": {"start": 20260101, "end": "2026-13-01"}}, ["/term/end", "/term/start"]),
    ("mistyped", {"term": {"start": "20260101", "end": "2026-W52-1"}}, ["/term/end", "/term/start"]),
    ("mistyped", {"status": ["active"]}, ["/status"]),
    ("mistyped", {"codes": [["PAT"]]}, ["/codes/0"]),
    (
        "mistyped",
        {"availability": {"travel": "true", "max_load": "6"}},
        ["/availability/max_load", "/availability/travel"],
    ),
    ("null", {"name": None, "statement": None, "items": None}, ["/items", "/name", "/statement"]),
    ("empty", {"name": {}}, ["/name"]),
    ("empty", {"name": {"zh": " \u3000", "en": "\u200b\u202e"}}, ["/name/en", "/name/zh"]),
    ("extra", {"phone": "1", "name": {"zh": "林", "fr": "Lin"}, "a/b~c": 1}, ["/a~1b~0c", "/name/fr", "/phone"]),
    ("extra", {"\ud800": 1, "\0": 2, "": 3}, ["/", "/\0", "/?"]),
    ("too long", {"statement": LONG}, ["/statement"]),
    ("too long", {"name": {"zh": "林" * 101}, "position": "长" * 101}, ["/name/zh", "/position"]),
    ("too many", {"items": [EXPERT["items"][0]] * 201}, ["/items"]),
    ("too many", {"codes": ["PAT"] * 61}, ["/codes"]),
    ("NUL", {"statement": "a\0b", "items": [{"kind": "case", "title": "\0"}]}, ["/items/0/title", "/statement"]),
    ("NUL", {"codes": ["PAT\0"], "status": "draft\0"}, ["/codes/0", "/status"]),
    ("surrogate", {"statement": "a\ud800b", "name": {"en": "\udfff"}}, ["/name/en", "/statement"]),
    ("surrogate", {"term": {"start": "\ud800", "end": "2026-01-01\0"}}, ["/term/end", "/term/start"]),
    ("control", {"statement": "a\x07b", "position": "\x1b[2J"}, ["/position", "/statement"]),
    ("repeated", {"codes": ["PAT", "TM", "PAT"], "languages": ["zh", "zh"]}, ["/codes/2", "/languages/1"]),
    ("number", {"items": [{"kind": "case", "title": "一", "year": "2024"}]}, ["/items/0/year"]),
    ("number", {"items": [{"kind": "case", "title": "一", "year": 2024.5}]}, ["/items/0/year"]),
    ("number", {"items": [{"kind": "case", "title": "一", "year": True}]}, ["/items/0/year"]),
    ("number", {"items": [{"kind": "case", "title": "一", "year": 1e308}]}, ["/items/0/year"]),
    ("order", {"term": {"start": "2026-02-01", "end": "2026-01-31"}}, ["/term/end"]),
]


def test_wrong_field_is_pointed_at_and_nothing_stored(administrator: Caller) -> None:
    for fault, change, pointers in WRONG:
        assert sorted(refused(send(administrator, "POST", "/experts", EXPERT | change))) == pointers, (fault, change)
    assert stored(administrator) == UNTOUCHED


def test_edit_is_read_as_strictly_as_an_entry(administrator: Caller) -> None:
    made = administrator.made("/experts", EXPERT)
    for _, change, pointers in WRONG:
        if "status" not in change:
            answer = send(administrator, "PATCH", f"/experts/{made['id']}", change)
            assert sorted(refused(answer)) == pointers, change
    assert administrator.get(f"/experts/{made['id']}").json == made


def test_all_missing_fields_are_named_at_once(administrator: Caller) -> None:
    missing = {"/experts": ["/kind", "/name"], "/organisations": ["/kind", "/name"], "/requests": ["/kind", "/title"]}
    for path, pointers in (missing | {"/tokens": ["/name", "/role"]}).items():
        assert sorted(refused(administrator.post(path, {}))) == pointers
    answer = administrator.post("/experts", EXPERT | {"items": [{"text": "x"}], "term": {}})
    assert sorted(refused(answer)) == ["/items/0/kind", "/items/0/title", "/term/end", "/term/start"]
    assert stored(administrator) == UNTOUCHED


UNKNOWN = [
    ({"codes": ["PAT-INVX"]}, "/codes/0", "PAT-INV"),
    ({"codes": ["PAT", "pat-inv"]}, "/codes/1", "PAT-INV"),
    ({"kind": "专利代理师"}, "/kind", "K-PA"),
    ({"region": "福州"}, "/region", "350100"),
    ({"languages": ["english"]}, "/languages/0", "en"),
    ({"title_level": "副高级职称"}, "/title_level", "T2"),
]


def test_unknown_code_is_answered_with_its_neighbours(administrator: Caller) -> None:
    for change, pointer, nearest in UNKNOWN:
        answer = administrator.post("/experts", EXPERT | change)
        assert refused(answer) == [pointer]
        assert nearest in answer.json["errors"][0]["detail"]


def test_code_like_none_leads_to_the_vocabulary(administrator: Caller) -> None:
    answer = administrator.post("/experts", EXPERT | {"region": "\u202e{x}%s"})
    assert refused(answer) == ["/region"]
    assert "in region, nor one like it: look it up in that vocabulary" in answer.json["errors"][0]["detail"]


BROKEN = {
    "nothing": b"",
    "white space": b" \n",
    "cut off": b'{"name": {"zh": "',
    "single quotes": b"{'name': 1}",
    "two values": b"{} {}",
    "trailing comma": b'{"name": 1,}',
    "NaN": b'{"name": NaN}',
    "Infinity": b'{"experts_wanted": -Infinity}',
    "not UTF-8": '{"name": "林"}'.encode("gb18030"),
    "UTF-16": '{"name": "x"}'.encode("utf-16"),
    "deep arrays": b"[" * 100_000 + b"]" * 100_000,
    "deep objects": b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
    "endless number": b'{"name": ' + b"9" * 10_000 + b"}",
    "a name twice": b'{"kind": "K-PA", "kind": "K-LAW"}',
    "a surrogate twice": b'{"\\ud800": 1, "\\ud800": 2}',
    "raw NUL": b'{"name": "\0"}',
}


def test_body_that_is_not_json_is_refused(administrator: Caller) -> None:
    for fault, broken in BROKEN.items():
        for path in BODIES:
            answer = administrator.post(path, data=broken, content_type="application/json")
            assert refused(answer, 400) == [], fault
    assert stored(administrator) == UNTOUCHED


def test_body_that_is_no_object_is_refused(administrator: Caller) -> None:
    made = administrator.made("/experts", EXPERT)
    for body in ([], None, "x", 5, True, [{}], [[[[[]]]]]):
        for path in BODIES:
            assert len(refused(send(administrator, "POST", path, body))) == 1
        assert len(refused(send(administrator, "PATCH", f"/experts/{made['id']}", body))) == 1
    assert administrator.get(f"/experts/{made['id']}").json == made


def test_other_media_types_are_refused(administrator: Caller) -> None:
    for kind in (None, "", "text/plain", "application/x-www-form-urlencoded", "application/jsonx", "?"):
        for path, body in BODIES.items():
            assert refused(administrator.post(path, data=json.dumps(body), content_type=kind), 415) == [], kind
    assert stored(administrator) == UNTOUCHED


def test_json_may_be_named_with_parameters_and_capitals(administrator: Caller) -> None:
    data = b"\xef\xbb\xbf" + json.dumps(EXPERT).encode()
    for kind in ("application/json; charset=utf-8", "Application/JSON"):
        assert administrator.post("/experts", data=data, content_type=kind).status_code == 201, kind


def test_ten_megabytes_are_too_large(administrator: Caller) -> None:
    body = json.dumps(EXPERT | {"statement": "x" * 10_000_000}).encode()
    for path in BODIES:
        assert refused(administrator.post(path, data=body, content_type="application/json"), 413) == []
    keyed = administrator.post("/experts", data=body, content_type="application/json", headers={"Idempotency-Key": "1"})
    assert refused(keyed, 413) == []
    assert stored(administrator) == UNTOUCHED


def test_query_parameter_not_understood_is_refused(administrator: Caller) -> None:
    for query, pointer in {"colour=red": "/query/colour", "a%2Fb=1": "/query/a~1b", "%00=1": "/query/\0"}.items():
        for path, body in BODIES.items():
            assert refused(administrator.get(f"{path}?{query}")) == [pointer]
            assert refused(administrator.post(f"{path}?{query}", body)) == [pointer]
        assert refused(administrator.get(f"/experts/nobody?{query}")) == [pointer]
    assert stored(administrator) == UNTOUCHED


def test_query_parameter_that_is_repeated_or_cannot_be_stored_is_refused(administrator: Caller) -> None:
    for path in BODIES:
        assert refused(administrator.get(f"{path}?limit=5&limit=6")) == ["/query/limit"]
        assert refused(administrator.get(f"{path}?cursor=%00")) == ["/query/cursor"]
    assert refused(administrator.get("/experts?q=a%00b&organisation=%1B")) == ["/query/q", "/query/organisation"]


ODD = [
    "👩🏽\u200d🔬👨\u200d👩\u200d👧\u200d👦",
    "\u202eright to left\u202c",
    "e\u0301 \u1100\u1161\u11a8 ก\u0e49\u0e49\u0e49",
    "zero\u200bwidth\u200c\u200d\ufeffspace",
    "𠮷野家 \U0010ffff \ufffe",
    "ｆｕｌｌ　ｗｉｄｔｈ ﷺ ß ŉ",
    "line\none\ttab\r\nline\u2028two",
    "'; DROP TABLE experts; -- {0} %s \\u0000 </script>",
]


def test_odd_unicode_is_stored_and_read_back_unchanged(administrator: Caller) -> None:
    for text in ODD:
        stored_and_read_back(administrator, text)


def stored_and_read_back(administrator: Caller, text: str) -> None:
    item = {"kind": "case", "title": text, "text": text * 3}
    body = {"name": {"zh": text, "en": text}, "kind": "K-PA", "statement": text, "licences": [text], "items": [item]}
    made = administrator.made("/experts", body | {"organisation": f"{text} 大学"})
    read = administrator.get(f"/experts/{made['id']}").json
    assert (read["name"], read["statement"], read["licences"]) == (body["name"], text, [text])
    assert (read["items"][0]["title"], read["items"][0]["text"]) == (text, text * 3)
    assert read["organisation"]["name"] == {"zh": f"{text} 大学"}
    assert administrator.get("/experts", query_string={"q": text}).json["items"] == [read]


def test_whole_number_may_be_written_as_a_float(administrator: Caller) -> None:
    item = {"kind": "case", "title": "一", "year": 2024.0}
    made = administrator.made("/experts", EXPERT | {"items": [item], "availability": {"max_load": 78.0}})
    assert json.dumps([made["items"][0]["year"], made["availability"]["max_load"]]) == "[2024, 78]"


def test_lone_surrogate_comes_back_from_nowhere(administrator: Caller) -> None:
    answer = send(administrator, "POST", "/experts", EXPERT | {"kind": "\ud800", "codes": ["\ud800"]})
    assert sorted(refused(answer)) == ["/codes/0", "/kind"]
    assert "\ud800" not in answer.get_data(as_text=True)


@pytest.mark.parametrize(("asked", "language"), [("zh", "zh"), ("zh-CN,en;q=0.5", "zh"), ("en-GB", "en"), ("fr", "en")])
def test_refusal_is_in_the_language_asked_for(administrator: Caller, asked: str, language: str) -> None:
    headers = {"Accept-Language": asked}
    bad = {"phone": 1, "name": {"zh": 5}, "codes": ["x", "TM", "TM"], "term": {"start": "x"}, "items": None}
    answers = [
        administrator.post("/experts", EXPERT | bad, headers=headers),
        administrator.post("/experts", data=b"{", content_type="application/json", headers=headers),
        administrator.post("/experts", data=b"{}", headers=headers),
        administrator.post("/experts", [], headers=headers),
        administrator.get("/experts/nobody", headers=headers),
        administrator.get("/nowhere", headers=headers),
        administrator.patch("/experts/nobody", {}, headers=headers),
        administrator.patch("/experts/nobody", {}, etag="3", headers=headers),
        administrator.delete("/experts", headers=headers),
        Caller(administrator.app, "x").get("/experts", headers=headers),
    ]
    for answer in answers:
        assert answer.headers["Content-Language"] == language
        said = [answer.json["title"], answer.json["detail"], *(fault["detail"] for fault in answer.json["errors"])]
        for sentence in said:
            assert any("一" <= character <= "鿿" for character in sentence) == (language == "zh"), sentence
