"""Finding experts: `q`, filters and pages of `GET /experts`.

Pinned here:
- `q` finds names by characters, pinyin, initials, given name and English words, surnames by their reading as surnames,
  and content by words of any length, one Chinese character included; several words must all be found;
- `q` that is a label or an alias of a code finds whoever holds the code or one below it, too;
- `%`, `_`, `|` and `\\` in `q` mean themselves;
- filters hold together, and a region or subject takes in what lies below it;
- pages neither repeat nor skip anybody while others come and go, and the order is by pinyin on both engines;
- a forged cursor is refused.
"""

import base64
import json
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from flask import Flask

from tests.callers import Caller
from tests.conftest import first_caller

POOL: dict[str, dict[str, Any]] = {
    "lin": {
        "name": {"zh": "林岚", "en": "Lin Lan"},
        "kind": "K-PA",
        "region": "350200",
        "codes": ["PAT-INV", "LG-INV", "SE05"],
        "organisation": "闽都衡正知识产权代理有限公司",
        "statement": "主攻锂电池隔膜，涉及 35% 以上的 X_1|Y 型结构，路径 C:\\temp。",
    },
    "lü": {"name": {"zh": "吕思清"}, "kind": "K-LAW", "region": "350100", "codes": ["TM-CC", "13"], "status": "active"},
    "zeng": {
        "name": {"zh": "曾冰"},
        "kind": "K-LAW",
        "region": "350000",
        "codes": ["TM"],
        "items": [{"kind": "case", "title": "茶叶地理标志维权", "text": "Tieguanyin tea, cross-border 海关备案"}],
    },
    "yuchi": {"name": {"zh": "尉迟恭"}, "kind": "K-PA", "statement": "著作權登記與維權"},
    "jones": {"name": {"en": "Mary-Jane O'Neill Jones"}, "kind": "K-LAW", "statement": "SEP licensing, FRAND rates."},
}


def found(administrator: Caller, **query: str) -> list[str]:
    listed = administrator.get(f"/experts?{urlencode(query)}")
    assert listed.status_code == 200, listed.json
    keys = {(body["name"].get("zh"), body["name"].get("en")): key for key, body in POOL.items()}
    names = [expert["name"] for expert in listed.json["items"]]
    return sorted(keys[name.get("zh"), name.get("en")] for name in names)


def enter_pool(app: Flask) -> None:
    """The experts above."""
    for body in POOL.values():
        first_caller(app, "administrator").made("/experts", body)


BEGINS = (("pool", enter_pool),)


@pytest.fixture
def pool(administrator: Caller) -> Caller:
    """A caller on a database with the experts above."""
    return administrator


# One test for each group of queries: laying the pool anew for each query would take most of the suite's time.
QUERIES = {
    "characters": {"林岚": "lin", "林": "lin", "岚": "lin", "吕 思清": "lü", "林嵐": "lin", "思清": "lü", "林x": None},
    "pinyin": {"linlan": "lin", "lin lan": "lin", "LinL": "lin", "lan lin": "lin", "siqing": "lü", "inlan": None},
    "the letter ü": {"lü": "lü", "lv siqing": "lü", "lusiqing": "lü", "lüsiq": "lü"},
    "initials": {"ll": "lin", "lsq": "lü", "ycg": "yuchi", "zb": "zeng"},
    "special surnames": {"zeng": "zeng", "zengbing": "zeng", "yuchi": "yuchi", "yuchigong": "yuchi", "yu chi": "yuchi"},
    "English words": {
        "jones": "jones",
        "neill jon": "jones",
        "Mary-Jane O'Neill Jones": "jones",
        "O’Neill": "jones",
        "Jones, M.": "jones",
    },
    "content": {"隔膜": "lin", "膜": "lin", "茶": "zeng", "tieguanyin": "zeng", "frand": "jones", "备案": "zeng"},
    "traditional": {"著作权登记": "yuchi", "著作權": "yuchi", "登": "yuchi", "ＦＲＡＮＤ": "jones", "標誌": "zeng"},
    "several words": {"曾 茶叶": "zeng", "茶叶 海关": "zeng", "林 茶叶": None, "linlan 锂电池 隔膜": "lin"},
    "wildcards": {
        "35%": "lin",
        "x_1|y": "lin",
        "c:\\temp": "lin",
        "%池": None,
        "锂_池": None,
        "l%n": None,
        "||": None,
        "-": "zeng",
    },
}


CODED = {
    "商标": ["lü", "zeng"],  # One holds 商标 itself, the other 证明商标 below it.
    "trade mark": ["lü", "zeng"],
    "発明专利": [],
    "发明专利 厦门": ["lin"],
    "律师": ["jones", "lü", "zeng"],
    "商标 福州": ["lü"],
    "福州律师": ["lü"],
    "商标甲": [],
    "tm": [],
}


def test_q_that_is_a_label_or_alias_finds_who_holds_the_code_or_one_below_it(pool: Caller) -> None:
    for q, keys in CODED.items():
        assert found(pool, q=q) == keys, q


def test_pages_of_who_holds_a_code_neither_repeat_nor_skip_anybody(pool: Caller) -> None:
    seen, page = [], pool.get(f"/experts?limit=1&q={quote('律师')}").json
    while page["next"]:
        seen += shown(page)
        page = pool.get(page["next"]).json
    assert seen + shown(page) == ["吕思清", "Mary-Jane O'Neill Jones", "曾冰"]


def test_q_finds_who_holds_a_code_by_the_name_of_one_that_was_merged_into_it(pool: Caller) -> None:
    body = {"changes": [{"do": "merge", "code": "TM-CC", "into": "TM"}], "reason": "并入"}
    assert pool.patch("/vocabularies/ip_subject", body, etag="*").status_code == 200
    assert found(pool, q="证明商标") == ["lü", "zeng"]


@pytest.mark.parametrize("group", QUERIES)
def test_q_finds_by(pool: Caller, group: str) -> None:
    for q, key in QUERIES[group].items():
        assert found(pool, q=q) == ([key] if key else []), q


def test_q_of_white_space_or_nothing_leaves_nobody_out(pool: Caller) -> None:
    assert found(pool, q="") == found(pool, q=" 　") == sorted(POOL)


FILTERS = [
    ({"subject": "PAT"}, ["lin"]),
    ({"subject": "TM"}, ["lü", "zeng"]),
    ({"subject": "TM-CC"}, ["lü"]),
    ({"service": "LG-INV"}, ["lin"]),
    ({"industry": "SE05"}, ["lin"]),
    ({"industry": "13"}, ["lü"]),
    ({"region": "350000"}, ["lin", "lü", "zeng"]),
    ({"region": "350200"}, ["lin"]),
    ({"kind": "K-PA"}, ["lin", "yuchi"]),
    ({"status": "active"}, ["lü"]),
    ({"organisation": "闽都衡正知識產權代理 有限公司"}, ["lin"]),
    ({"organisation": "没有这家"}, []),
    ({"kind": "K-LAW", "region": "350000", "subject": "TM", "status": "draft", "q": "zeng"}, ["zeng"]),
    ({"kind": "K-LAW", "region": "350200"}, []),
]


def test_filters_hold_together_and_take_in_what_lies_below(pool: Caller) -> None:
    for query, keys in FILTERS:
        assert found(pool, **query) == keys, query


def test_organisation_filter_takes_its_id(pool: Caller) -> None:
    expert = pool.get("/experts?q=linlan").json["items"][0]
    assert found(pool, organisation=expert["organisation"]["id"]) == ["lin"]


def test_filter_with_a_value_there_is_not_is_refused(administrator: Caller) -> None:
    values = {"status": "gone", "subject": "SE05", "service": "PAT", "industry": "TM", "region": "福建", "kind": ""}
    answer = administrator.get(f"/experts?{urlencode(values)}")
    assert answer.status_code == 422
    assert sorted(fault["pointer"] for fault in answer.json["errors"]) == sorted(f"/query/{name}" for name in values)


NAMES = ["林岚", "阿依古丽", "Zoë Müller", "曾冰", "吕布", "李四", "Ádám", "zoe", "𠮷田", "陈陈", "陈晨", "单雄信"]
IN_ORDER = ["阿依古丽", "陈晨", "陈陈", "李四", "林岚", "吕布", "单雄信", "曾冰", "zoe", "Zoë Müller", "Ádám", "𠮷田"]


def enter(administrator: Caller, name: str) -> str:
    language = "en" if name.isascii() or name[0] in "ZÁ" else "zh"
    return str(administrator.made("/experts", {"name": {language: name}, "kind": "K-PA"})["id"])


def shown(page: Any) -> list[str]:
    return [expert["name"].get("zh") or expert["name"]["en"] for expert in page["items"]]


def test_pages_show_everybody_once_by_pinyin(administrator: Caller) -> None:
    for name in NAMES:
        enter(administrator, name)
    for limit in (1, 5, 12, 200):
        seen, page = [], administrator.get(f"/experts?limit={limit}&status=draft").json
        while page["next"]:
            assert len(page["items"]) == limit
            seen += shown(page)
            page = administrator.get(page["next"]).json
        assert seen + shown(page) == IN_ORDER


def test_namesakes_stand_on_different_pages(administrator: Caller) -> None:
    ids = [enter(administrator, "王伟") for _ in range(5)]
    seen, url = [], "/experts?limit=2"
    while url:
        page = administrator.get(url).json
        seen += [expert["id"] for expert in page["items"]]
        url = page["next"]
    assert seen == ids


def test_nobody_is_skipped_or_repeated_while_others_come_and_go(administrator: Caller) -> None:
    ids = {name: enter(administrator, name) for name in ("安", "曹", "丁", "冯", "郭", "韩")}
    first = administrator.get("/experts?limit=2").json
    assert shown(first) == ["安", "曹"]
    administrator.delete(f"/experts/{ids['安']}", etag="*")
    administrator.delete(f"/experts/{ids['曹']}", etag="*")  # The page's last row, behind which the next one begins.
    enter(administrator, "白")
    second = administrator.get(first["next"]).json
    assert shown(second) == ["丁", "冯"]
    administrator.delete(f"/experts/{ids['郭']}", etag="*")
    enter(administrator, "高")
    assert shown(administrator.get(second["next"]).json) == ["高", "韩"]


def test_next_keeps_the_filters(pool: Caller) -> None:
    page = pool.get("/experts?kind=K-LAW&limit=1&region=350000").json
    rest = pool.get(page["next"]).json
    assert shown(page) + shown(rest) == ["吕思清", "曾冰"]
    assert rest["next"] is None


def forged(value: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


CURSORS = [
    "x",
    "null",
    "%%%",
    "林",
    "A" * 1501,
    forged([]),
    forged(["a"]),
    forged(["a", "b", "c"]),
    forged(["a", 1]),
    forged([None, None]),
    forged({"a": 1}),
    forged(["a\0", "b"]),
    forged(["\ud800", "b"]),
    base64.urlsafe_b64encode(b"\xff\xfe[]").decode(),
    base64.urlsafe_b64encode(b"[" * 1000).decode(),
]


def test_forged_cursor_is_refused(administrator: Caller) -> None:
    for path in ("/experts", "/organisations"):
        for cursor in CURSORS:
            answer = administrator.get(f"{path}?cursor={quote(cursor)}")
            assert answer.status_code == 422, cursor
            assert [fault["pointer"] for fault in answer.json["errors"]] == ["/query/cursor"]


MOMENTS = ["0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", "2026-01-01T00:00:00", "20260101T00Z", "now"]


def test_forged_moment_in_a_cursor_is_no_fault_of_ours(administrator: Caller) -> None:
    for path in ("/requests", "/shortlists", "/tokens"):
        for moment in MOMENTS:
            answer = administrator.get(f"{path}?cursor={forged([moment, 'x'])}")
            assert answer.status_code in (200, 422), (path, moment, answer.json)


def test_limit_is_a_whole_number_from_1_to_200(administrator: Caller) -> None:
    for limit in ("0", "201", "-1", "1.5", "ten", "", "１", "9" * 30):
        answer = administrator.get(f"/experts?limit={quote(limit)}")
        assert answer.status_code == 422, limit
        assert [fault["pointer"] for fault in answer.json["errors"]] == ["/query/limit"]
