"""Organisations: one row for each body, whatever name it is called by.

Pinned here:
- an organisation is found by its official names and aliases, however they are spaced, bracketed or written
  (full-width, traditional, capitals), and by its id;
- naming an organisation nobody knows makes one of kind "other"; naming it again makes no second one;
- a name belongs to one organisation, and the fault points at the name that is taken;
- every edit moves the ETag on; what experts, requests or tokens point to cannot be deleted.
"""

from typing import Any

from tests.callers import Caller

BANK: dict[str, Any] = {
    "name": {"zh": "福建海峡银行（晋江分行）", "en": "Fujian Haixia Bank, Jinjiang Branch"},
    "aliases": ["海峡银行晋江分行", "FJHXB JJ"],
    "kind": "O-BNK",
    "region": "350500",
}
EXPERT = {"name": {"zh": "林岚"}, "kind": "K-PA"}


def names(administrator: Caller) -> list[str]:
    listed = administrator.get("/organisations").json["items"]
    return [organisation["name"].get("zh") or organisation["name"]["en"] for organisation in listed]


def test_organisation_comes_back_as_entered(administrator: Caller) -> None:
    answer = administrator.post("/organisations", BANK)
    assert answer.status_code == 201
    assert {name: answer.json[name] for name in BANK} == BANK
    assert answer.json["version"] == 1
    read = administrator.get(answer.headers["Location"])
    assert (read.json, read.headers["ETag"]) == (answer.json, answer.headers["ETag"])


SPELLINGS = [
    "福建海峡银行(晋江分行)",
    "福建海峡银行晋江分行",
    "福建海峽銀行（晉江分行）",
    " 福建 海峡银行　晋江分行 ",
    "海峡银行晋江分行",
    "fujian haixia bank jinjiang branch",
    "ＦＪＨＸＢ－ＪＪ",
]


def test_expert_named_with_any_spelling_joins_the_same_organisation(administrator: Caller) -> None:
    bank = administrator.made("/organisations", BANK)
    for spelling in SPELLINGS:
        expert = administrator.made("/experts", EXPERT | {"organisation": spelling})
        assert expert["organisation"] == {"id": bank["id"], "name": BANK["name"]}, spelling
    assert len(names(administrator)) == 1


def test_expert_can_name_an_organisation_by_id(administrator: Caller) -> None:
    bank = administrator.made("/organisations", BANK)
    expert = administrator.made("/experts", EXPERT | {"organisation": bank["id"]})
    assert expert["organisation"]["id"] == bank["id"]


def test_id_nobody_has_makes_no_organisation_of_that_name(administrator: Caller) -> None:
    answer = administrator.post("/experts", EXPERT | {"organisation": "01890a5d-ac96-774b-bcce-b302099a8057"})
    assert answer.status_code == 422
    assert [fault["pointer"] for fault in answer.json["errors"]] == ["/organisation"]
    assert names(administrator) == []
    assert administrator.get("/experts").json["items"] == []


def test_unknown_name_makes_one_organisation_of_kind_other(administrator: Caller) -> None:
    first = administrator.made("/experts", EXPERT | {"organisation": "泉州某某大学"})
    second = administrator.made("/experts", EXPERT | {"organisation": "泉州某某大學"})
    third = administrator.made("/experts", EXPERT | {"organisation": "Acme Ltd."})
    assert first["organisation"] == second["organisation"]
    made = administrator.get(f"/organisations/{third['organisation']['id']}").json
    assert (made["kind"], made["name"], made["aliases"]) == ("O-OTH", {"en": "Acme Ltd."}, [])


def test_expert_can_leave_an_organisation(administrator: Caller) -> None:
    expert = administrator.made("/experts", EXPERT | {"organisation": "某某大学"})
    after = administrator.patch(f"/experts/{expert['id']}", {"organisation": None}, etag="*").json
    assert after["organisation"] is None
    assert names(administrator) == ["某某大学"]


def test_name_without_a_letter_is_refused(administrator: Caller) -> None:
    for name in ("——", "🤖", "（）", "\u200b"):
        answers = [
            administrator.post("/experts", EXPERT | {"organisation": name}),
            administrator.post("/organisations", BANK | {"aliases": ["海峡", name]}),
            administrator.post("/organisations", BANK | {"name": {"en": name}}),
        ]
        pointers = [fault["pointer"] for answer in answers for fault in answer.json["errors"]]
        assert pointers == ["/organisation", "/aliases/1", "/name/en"]
    assert names(administrator) == []


TAKEN: list[tuple[dict[str, Any], str]] = [
    ({"name": {"zh": "海峡银行 晋江分行"}}, "/name/zh"),
    ({"name": {"zh": "另一家", "en": "fjhxb jj"}}, "/name/en"),
    ({"name": {"zh": "另一家"}, "aliases": ["别的", "福建海峽銀行(晉江分行)"]}, "/aliases/1"),
]


def test_taken_name_is_refused_and_its_owner_named(administrator: Caller) -> None:
    bank = administrator.made("/organisations", BANK)
    other = administrator.made("/organisations", {"name": {"zh": "乙"}, "kind": "O-UNI"})
    for body, pointer in TAKEN:
        again = administrator.post("/organisations", {"kind": "O-BNK"} | body)
        for answer in (again, administrator.patch(f"/organisations/{other['id']}", body, etag="*")):
            assert answer.status_code == 409
            assert bank["id"] in answer.json["detail"]
            assert [fault["pointer"] for fault in answer.json["errors"]] == [pointer]
    assert administrator.get(f"/organisations/{other['id']}").json == other
    assert len(names(administrator)) == 2


def test_organisation_may_repeat_its_own_name(administrator: Caller) -> None:
    body = BANK | {"aliases": ["福建海峡银行(晋江分行)", "海峡银行", "海峽銀行"]}
    made = administrator.made("/organisations", body)
    assert made["aliases"] == ["海峡银行"]
    after = administrator.patch(f"/organisations/{made['id']}", {"aliases": ["海峡银行", "HXB"]}, etag="*").json
    assert after["aliases"] == ["海峡银行", "HXB"]


def test_every_edit_moves_the_etag_on(administrator: Caller) -> None:
    made = administrator.post("/organisations", BANK)
    path, seen = made.headers["Location"], [made.headers["ETag"]]
    for change in ({"aliases": ["乙"]}, {"aliases": []}, {"name": {"zh": "丙"}}, {"kind": "O-UNI", "region": None}):
        answer = administrator.patch(path, change, etag=seen[-1])
        assert {name: answer.json[name] for name in change} == change
        assert administrator.get(path).headers["ETag"] == answer.headers["ETag"]
        assert administrator.patch(path, change, etag=seen[-1]).status_code == 412
        seen.append(answer.headers["ETag"])
    assert len(set(seen)) == 5
    assert administrator.patch(path, {"region": None}).status_code == 428


def test_old_name_is_free_after_a_change(administrator: Caller) -> None:
    bank = administrator.made("/organisations", BANK)
    administrator.patch(f"/organisations/{bank['id']}", {"name": {"zh": "新行"}, "aliases": []}, etag="*")
    other = administrator.made("/organisations", {"name": {"zh": BANK["name"]["zh"]}, "kind": "O-BNK"})
    assert other["id"] != bank["id"]


def test_organisation_in_use_cannot_be_deleted(administrator: Caller) -> None:
    bank = administrator.made("/organisations", BANK)
    path = f"/organisations/{bank['id']}"
    expert = administrator.made("/experts", EXPERT | {"organisation": bank["id"]})
    assert administrator.delete(path).status_code == 428
    assert administrator.delete(path, etag='"1"').status_code == 409
    administrator.delete(f"/experts/{expert['id']}", etag="*")
    assert administrator.delete(path, etag='"1"').status_code == 204
    assert administrator.get(path).status_code == 404
    assert names(administrator) == []


def test_organisation_that_asks_cannot_be_deleted(administrator: Caller, agency: Caller) -> None:
    station = administrator.get("/organisations").json["items"][0]
    assert administrator.delete(f"/organisations/{station['id']}", etag="*").status_code == 409


LISTED = {
    "q=銀行": ["福建海峡银行（晋江分行）"],
    "q=hxb": ["福建海峡银行（晋江分行）"],
    "q=大学": ["厦门大学", "泉州大学"],
    "q=厦门 大学": ["厦门大学"],
    "q=%25": [],
    "q=_": [],
    "q=——": [],
    "kind=O-UNI&region=350200": ["厦门大学"],
    "region=350500": ["泉州大学", "福建海峡银行（晋江分行）"],
    "region=350000": ["厦门大学", "泉州大学", "福建海峡银行（晋江分行）"],
}


def test_list_is_narrowed_by_name_kind_and_region(administrator: Caller) -> None:
    administrator.made("/organisations", BANK)
    for name, region in (("厦门大学", "350200"), ("泉州大学", "350500")):
        administrator.made("/organisations", {"name": {"zh": name}, "kind": "O-UNI", "region": region})
    for query, found in LISTED.items():
        listed = administrator.get(f"/organisations?{query}").json["items"]
        assert sorted(organisation["name"]["zh"] for organisation in listed) == found, query


def test_list_goes_by_pinyin_page_by_page(administrator: Caller) -> None:
    for name in ("厦门大学", "安溪茶厂", "漳州商行", "B Bank", "平潭海关"):
        administrator.made("/experts", EXPERT | {"organisation": name})
    seen, page = [], administrator.get("/organisations?limit=2").json
    while True:
        seen += [organisation["name"].get("zh") or organisation["name"]["en"] for organisation in page["items"]]
        if page["next"] is None:
            break
        page = administrator.get(page["next"]).json
    assert seen == ["安溪茶厂", "B Bank", "平潭海关", "厦门大学", "漳州商行"]


def test_pages_go_on_behind_very_long_names(administrator: Caller) -> None:
    for number in range(3):
        administrator.made("/organisations", {"name": {"en": f"{number}" + "ß𝔘é福" * 49}, "kind": "O-OTH"})
    first = administrator.get("/organisations?limit=1").json
    second = administrator.get(first["next"]).json
    third = administrator.get(second["next"]).json
    assert len({page["items"][0]["id"] for page in (first, second, third)}) == 3
    assert third["next"] is None


def test_owner_is_named_by_id_or_name_and_taken_away(administrator: Caller) -> None:
    owner = administrator.made("/organisations", {"name": {"zh": "闽山集团"}, "kind": "O-ENT"})
    made = administrator.made("/organisations", {"name": {"zh": "闽山电池"}, "kind": "O-ENT", "parent": "闽山集团"})
    assert made["parent"] == {"id": owner["id"], "name": {"zh": "闽山集团"}}
    path = f"/organisations/{made['id']}"
    assert administrator.delete(f"/organisations/{owner['id']}", etag="*").status_code == 409
    assert administrator.patch(path, {"parent": None}, etag="*").json["parent"] is None
    assert administrator.delete(f"/organisations/{owner['id']}", etag="*").status_code == 204


def test_owners_form_no_ring(administrator: Caller) -> None:
    made = [administrator.made("/organisations", {"name": {"zh": f"闽山{at}"}, "kind": "O-ENT"}) for at in range(3)]
    for below, above in ((0, 1), (1, 2)):
        administrator.patch(f"/organisations/{made[below]['id']}", {"parent": made[above]["id"]}, etag="*")
    for above in (0, 1, 2):
        refused = administrator.patch(f"/organisations/{made[2]['id']}", {"parent": made[above]["id"]}, etag="*")
        assert [fault["pointer"] for fault in refused.json["errors"]] == ["/parent"]
