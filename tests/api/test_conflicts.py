"""Checks for conflicts: anybody against anybody, before anybody is invited.

Pinned: a tie is found from every side it can show (employer under any of its names, owners and branches, declared ties,
works named and works shared); each finding has type, effect, evidence and certainty; what lapsed is said to have; who
cannot be identified is flagged; nothing is stored.
"""

from typing import Any

import pytest

from tests.api.people import expert
from tests.callers import Caller

LANWEI = "厦门澜桅知识产权代理有限公司"


def check(office: Caller, experts: list[Any], parties: list[Any]) -> dict[str, Any]:
    answer = office.post("/conflicts/check", {"experts": experts, "parties": parties})
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return dict(answer.json or {})


def only(office: Caller, one: Any, party: Any) -> list[tuple[str, str, str]]:
    """Type, effect and certainty of every finding between one expert and one party."""
    found = check(office, [one], [party])["pairs"][0]["findings"]
    return [(one["type"], one["effect"], one["certainty"]) for one in found]


def tie(office: Caller, one: dict[str, Any], type: str, counterpart: str, **changes: Any) -> dict[str, Any]:
    return office.made(f"/experts/{one['id']}/ties", {"type": type, "counterpart": counterpart, **changes})


@pytest.fixture
def lanwei(administrator: Caller) -> dict[str, Any]:
    names = {"zh": LANWEI, "en": "Xiamen Lanwei IP Agency Co., Ltd."}
    body = {"name": names, "aliases": ["澜桅知产", "厦门老桅专利事务所"], "kind": "O-AGY"}
    return administrator.made("/organisations", body)


@pytest.mark.parametrize(
    "party",
    [LANWEI, "Xiamen Lanwei IP Agency Co., Ltd.", "XIAMEN LANWEI IP AGENCY CO LTD", "澜桅知产", "厦门老桅专利事务所"],
)
def test_employer_is_known_by_each_of_its_names(office: Caller, administrator: Caller, lanwei: Any, party: str) -> None:
    one = expert(administrator, organisation=lanwei["id"])
    assert only(office, one["id"], party) == [("same_organisation", "exclude", "certain")]


@pytest.mark.parametrize(
    "party", ["澜桅知识产权代理（厦门）有限公司", "厦门澜桅知识产权代理有限责任公司", "Xiamen Lanwei IP Agency"]
)
def test_variant_of_the_employers_name_excludes_until_somebody_looked(
    office: Caller, administrator: Caller, lanwei: Any, party: str
) -> None:
    one = expert(administrator, organisation=lanwei["id"])
    assert only(office, one["id"], party) == [("same_organisation", "exclude_unless_waived", "probable")]


def test_namesake_in_another_city_is_only_disclosed(office: Caller, administrator: Caller, lanwei: Any) -> None:
    one = expert(administrator, organisation=lanwei["id"])
    found = only(office, one["id"], "澜桅知识产权代理（福州）有限公司")
    assert found == [("affiliated_organisation", "disclose", "possible")]


def test_owners_and_what_they_own_are_not_free_either(office: Caller, administrator: Caller) -> None:
    for name, above in (("闽山集团", None), ("闽山电池有限公司", "闽山集团"), ("闽山隔膜有限公司", "闽山电池有限公司")):
        body = {"name": {"zh": name}, "kind": "O-ENT", "parent": above}
        administrator.made("/organisations", body)
    sister = {"name": {"zh": "闽山地产有限公司"}, "kind": "O-ENT", "parent": "闽山集团"}
    administrator.made("/organisations", sister)
    expected = {
        "闽山集团": ("affiliated_organisation", "parent", "exclude_unless_waived"),
        "闽山隔膜有限公司": ("affiliated_organisation", "subsidiary", "exclude_unless_waived"),
        "闽山地产有限公司": ("affiliated_organisation", "sister", "disclose"),
    }
    inside = {name: expert(administrator, organisation=name)["id"] for name in expected}
    outside = {name: {"name": "Jane Roe", "organisation": name} for name in expected}
    for people in (inside, outside):
        relations = {}
        for name, one in people.items():
            [finding] = check(office, [one], ["闽山电池有限公司"])["pairs"][0]["findings"]
            relations[name] = (finding["type"], finding["evidence"]["relation"], finding["effect"])
        assert relations == expected
    like = {"name": "Jane Roe", "organisation": "闽山隔膜有限责任公司"}
    assert only(office, like, "闽山电池有限公司") == [("affiliated_organisation", "exclude_unless_waived", "probable")]


@pytest.mark.parametrize(
    ("type", "until", "effect"),
    [
        ("mandate", None, "exclude"),
        ("mandate", "2023-11-23", "exclude"),
        ("mandate", "2023-11-22", "none"),
        ("co_author", "2022-11-23", "exclude_unless_waived"),
        ("co_author", "2022-11-22", "none"),
        ("kin", "1999-01-01", "exclude"),
        ("public_stance", None, "disclose"),
    ],
)
def test_declared_tie_counts_as_long_as_its_type_says(
    office: Caller, administrator: Caller, type: str, until: str | None, effect: str
) -> None:
    one = expert(administrator)
    tie(office, one, type, "宁德闽山电池股份有限公司", until=until)
    assert only(office, one["id"], "宁德闽山电池股份有限公司") == [(type, effect, "certain")]
    assert only(office, one["id"], "闽山电池（宁德）有限公司")[0][2] == "probable"
    assert only(office, one["id"], "龙岩另一家有限公司") == []


def test_tie_to_a_former_name_reaches_the_new_one(office: Caller, administrator: Caller, lanwei: Any) -> None:
    one = expert(administrator)
    tie(office, one, "board", "厦门老桅专利事务所", since="2025-01-01")
    assert only(office, one["id"], LANWEI) == [("board", "exclude", "certain")]


def test_employer_who_was_left_is_remembered(office: Caller, administrator: Caller, lanwei: Any) -> None:
    one = expert(administrator, organisation=lanwei["id"])
    path = f"/experts/{one['id']}"
    administrator.patch(path, {"organisation": "龙岩汀屿专利代理有限公司"}, etag="*")
    assert only(office, one["id"], LANWEI) == [("employment", "exclude", "certain")]
    kept = office.get(f"{path}/ties").json["items"][0]
    assert (kept["source"], kept["until"], kept["counterpart"]) == ("recorded", "2026-11-23", LANWEI)


def test_works_that_name_a_party_are_found_with_where_they_stand(
    office: Caller, administrator: Caller, lanwei: Any
) -> None:
    items = [
        {"kind": "case", "title": "代理澜桅知产商业秘密案", "year": 2025},
        {"kind": "case", "title": "早年旧案", "text": f"受{LANWEI}委托", "year": 2019},
        {"kind": "publication", "title": "评析", "text": f"{LANWEI}一案评析", "year": 2025},
    ]
    one = expert(administrator, statement="曾与澜桅知产交流。", items=items)
    found = check(office, [one["id"]], [LANWEI])["pairs"][0]["findings"]
    shown = [(one["type"], one["effect"], one["evidence"].get("title", one["evidence"]["source"])) for one in found]
    assert sorted(shown) == [
        ("mandate", "exclude_unless_waived", "代理澜桅知产商业秘密案"),
        ("mandate", "none", "早年旧案"),
        ("mention", "disclose", "statement"),
        ("mention", "disclose", "评析"),
    ]
    assert all(one["certainty"] == "probable" for one in found)


def test_latin_name_is_found_as_whole_words_only(office: Caller, administrator: Caller) -> None:
    one = expert(administrator, statement="Drafted for Arcos; and for Marcos Ltd.")
    other = expert(administrator, "乙某", statement="Acted for Arco Marine.")
    assert only(office, one["id"], "Arco Marine") == []
    assert only(office, one["id"], "Arcos") == [("mention", "disclose", "probable")]
    assert only(office, other["id"], "arco marine") == [("mention", "disclose", "probable")]


def test_common_work_with_a_party_and_with_its_people(office: Caller, administrator: Caller, lanwei: Any) -> None:
    work = {"kind": "publication", "title": "动力电池隔膜专利布局研究", "year": 2025}
    author = expert(administrator, "丁合著", organisation=lanwei["id"], items=[work])
    one = expert(administrator, "甲某", items=[work])
    alone = expert(administrator, "丙某", items=[work | {"year": 2010}])
    assert only(office, one["id"], author["name"]["zh"]) == [("co_author", "exclude_unless_waived", "probable")]
    assert only(office, one["id"], LANWEI) == [("co_author", "disclose", "possible")]
    assert only(office, alone["id"], author["name"]["zh"]) == []
    both = check(office, [one["id"]], [LANWEI, "Xiamen Lanwei IP Agency Co., Ltd."])["pairs"]
    assert [[finding["type"] for finding in pair["findings"]] for pair in both] == [["co_author"]] * 2


def test_evidence_names_the_employer_and_the_fellow_author(office: Caller, administrator: Caller, lanwei: Any) -> None:
    work = {"kind": "publication", "title": "动力电池隔膜专利布局研究", "year": 2025}
    author = expert(administrator, "丁合著", organisation=lanwei["id"], items=[work])
    one = expert(administrator, "甲某", organisation="Fuzhou Marine IP Agency", items=[work])
    wanted = [(author, LANWEI), (one, "Fuzhou Marine IP Agency"), (one, "丁合著")]
    found = [check(office, [who["id"]], [party])["pairs"][0]["findings"][0]["evidence"] for who, party in wanted]
    assert [evidence["source"] for evidence in found] == ["employer", "employer", "common_work"]
    assert [evidence["name"] for evidence in found[:2]] == [LANWEI, "Fuzhou Marine IP Agency"]
    assert (found[2]["with"]["id"], found[2]["with"]["name"]["zh"]) == (author["id"], "丁合著")


def test_expert_who_is_a_party_is_out(office: Caller, administrator: Caller) -> None:
    one = expert(administrator, "林岚")
    administrator.patch(f"/experts/{one['id']}", {"name": {"zh": "林岚", "en": "Lin Lan"}}, etag="*")
    for name in ("林岚", "Lin Lan", "Lan Lin", "LIN Lan", one["id"]):
        assert only(office, "林岚", name) == [("party", "exclude", "certain")]


def test_namesakes_are_all_looked_at_and_nothing_is_certain(office: Caller, administrator: Caller) -> None:
    first, second = expert(administrator, "王芳"), expert(administrator, "王芳")
    tie(office, second, "kin", "闽山电池有限公司")
    found = check(office, ["王芳"], ["闽山电池有限公司"])
    assert found["pairs"][0]["expert"]["ids"] == sorted([first["id"], second["id"]])
    assert only(office, "王芳", "闽山电池有限公司") == [("kin", "exclude_unless_waived", "probable")]
    assert {"name": "王芳", "what": "expert", "reason": "several"} in found["unresolved"]


def test_somebody_whom_the_pool_does_not_know_is_checked_by_name_and_employer(office: Caller, lanwei: Any) -> None:
    jane = {"name": "Jane Roe", "organisation": "Lanwei IP Agency (Xiamen) Co., Ltd."}
    outsider = {"name": "Jane Roe", "organisation": "澜桅知产"}
    assert only(office, outsider, LANWEI) == [("same_organisation", "exclude", "certain")]
    assert only(office, "Jane Roe", "Jane Roe") == [("party", "exclude_unless_waived", "probable")]
    assert only(office, jane, "Lanwei IP Agency") == [("same_organisation", "exclude_unless_waived", "probable")]
    found = check(office, [jane], ["厦门无关有限公司"])
    assert found["pairs"][0]["findings"] == []
    assert {"name": "Jane Roe", "what": "expert", "reason": "unknown"} in found["unresolved"]


@pytest.mark.parametrize(
    ("employer", "party", "found"),
    [
        ("澜桅知识产权代理（厦门）有限公司", LANWEI, ("same_organisation", "exclude_unless_waived", "probable")),
        (LANWEI, "澜桅知识产权代理（厦门）有限公司", ("same_organisation", "exclude_unless_waived", "probable")),
        ("澜桅知识产权代理（福州）有限公司", LANWEI, ("same_organisation", "disclose", "possible")),
        (LANWEI, "澜桅知识产权代理（福州）有限公司", ("affiliated_organisation", "disclose", "possible")),
    ],
)
def test_stated_employer_whose_name_is_like_a_partys_is_not_surely_the_party(
    office: Caller, lanwei: Any, employer: str, party: str, found: tuple[str, str, str]
) -> None:
    assert only(office, {"name": "Jane Roe", "organisation": employer}, party) == [found]


def test_stated_employer_is_a_party_of_the_same_name_and_no_other(office: Caller, lanwei: Any) -> None:
    unheard = {"name": "Jane Roe", "organisation": "从未听说有限公司"}
    assert only(office, unheard, "从未听说有限公司") == [("same_organisation", "exclude", "certain")]
    for outsider in (unheard, {"name": "Jane Roe", "organisation": LANWEI}):
        assert only(office, outsider, "龙岩汀屿有限公司") == []


def test_party_nobody_has_heard_of_is_flagged_not_passed_over(office: Caller, administrator: Caller) -> None:
    one = expert(administrator)
    found = check(office, [one["id"]], ["从未听说有限公司", "某公司"])
    assert found["unresolved"] == [
        {"name": "从未听说有限公司", "what": "party", "reason": "unknown"},
        {"name": "某公司", "what": "party", "reason": "placeholder"},
    ]
    assert [pair["party"]["resolved"] for pair in found["pairs"]] == [False, False]
    assert [pair["effect"] for pair in found["pairs"]] == ["none", "none"]


def test_placeholder_ties_nobody_by_chance(office: Caller, administrator: Caller) -> None:
    one = expert(administrator, statement="为某公司代理专利。")
    assert only(office, one["id"], "某公司") == []


def test_check_answers_every_pair_in_order_and_stores_nothing(office: Caller, administrator: Caller) -> None:
    names = [expert(administrator, name)["id"] for name in ("甲某", "乙某")]
    found = check(office, names, ["闽山", "闽水", "闽风"])
    order = [(pair["expert"]["ids"][0], pair["party"]["name"]) for pair in found["pairs"]]
    assert order == [(name, party) for name in names for party in ("闽山", "闽水", "闽风")]
    assert administrator.get("/organisations").json["items"] == []


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("body", "pointers"),
    [
        ({}, ["/experts", "/parties"]),
        ({"experts": "林岚", "parties": [7]}, ["/experts", "/parties/0"]),
        ({"experts": [""], "parties": [{"role": "x"}]}, ["/experts/0/name", "/parties/0/name"]),
        ({"experts": ["甲"] * 201, "parties": ["乙"] * 51}, ["/experts", "/parties"]),
        ({"experts": [None], "parties": [{"name": "\0"}]}, ["/experts/0", "/parties/0/name"]),
    ],
)
def test_check_of_nonsense_is_pointed_at(office: Caller, body: Any, pointers: list[str]) -> None:
    answer = office.post("/conflicts/check", body)
    assert answer.status_code == 422
    assert sorted(fault["pointer"] for fault in answer.json["errors"]) == pointers


def test_check_of_nobody_finds_nothing(office: Caller) -> None:
    assert check(office, [], [])["pairs"] == []


def test_odd_names_do_no_harm(office: Caller, administrator: Caller) -> None:
    one = expert(administrator, statement="100%_纯")
    for name in ("%", "_", "\\", "'; --", "）（", "𠮷野家", "ﷺ" * 50, "a" * 200):
        assert only(office, one["id"], name) == []


def test_agency_may_not_ask(agency: Caller) -> None:
    assert agency.post("/conflicts/check", {"experts": [], "parties": []}).status_code == 403
