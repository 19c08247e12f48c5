"""Single items of evidence below `/experts/{id}/items`.

Pinned here:
- an item is added behind the others, edited by the fields it names, taken away alone;
- If-Match carries the expert's ETag, and every change of an item moves that ETag on;
- what `q` finds follows every change of an item at once;
- an item is reached through its own expert only, and 200 is the most that fit.
"""

from typing import Any

import pytest

from tests.callers import Caller

ITEM = {"kind": "case", "title": "隔膜专利无效案", "text": "全部无效。", "year": 2024}


@pytest.fixture
def path(administrator: Caller) -> str:
    """Where the items of an expert with one item stand."""
    body = {"name": {"zh": "林岚"}, "kind": "K-PA", "items": [{"kind": "patent", "title": "涂布装置"}]}
    return f"/experts/{administrator.made('/experts', body)['id']}/items"


def expert_of(administrator: Caller, path: str) -> Any:
    return administrator.get(path.removesuffix("/items"))


def test_added_item_stands_behind_the_others(administrator: Caller, path: str) -> None:
    made = administrator.made(path, ITEM)
    assert {name: made[name] for name in ITEM} == ITEM
    assert made["verified"] is False
    assert [item["title"] for item in expert_of(administrator, path).json["items"]] == ["涂布装置", "隔膜专利无效案"]
    assert expert_of(administrator, path).json["items"][1] == made


def test_items_are_listed_page_by_page_and_read_where_their_location_says(
    administrator: Caller, office: Caller, path: str
) -> None:
    made = administrator.post(path, ITEM)
    assert made.headers["Location"] == f"/api/v1{path}/{made.json['id']}"
    assert office.get(f"{path}/{made.json['id']}").json == made.json
    first = office.get(f"{path}?limit=1").json
    assert [item["title"] for item in first["items"]] == ["涂布装置"]
    assert office.get(first["next"].removeprefix("/api/v1")).json == {"items": [made.json], "next": None}
    assert office.get(f"{path}/{'0' * 36}").status_code == 404


def test_answer_carries_the_experts_new_etag_for_the_next_edit(administrator: Caller, path: str) -> None:
    made = administrator.post(path, ITEM)
    edited = administrator.patch(f"{path}/{made.json['id']}", {"year": 2025}, etag=made.headers["ETag"])
    assert edited.status_code == 200
    assert edited.headers["ETag"] == expert_of(administrator, path).headers["ETag"] != made.headers["ETag"]


def test_edit_changes_what_it_names(administrator: Caller, path: str) -> None:
    made = administrator.made(path, ITEM)
    etag = expert_of(administrator, path).headers["ETag"]
    after = administrator.patch(f"{path}/{made['id']}", {"text": "部分无效。", "year": None}, etag=etag)
    assert after.json == made | {"text": "部分无效。", "year": None}
    assert expert_of(administrator, path).json["items"][1] == after.json


def test_deleted_item_is_gone_and_the_others_stay(administrator: Caller, path: str) -> None:
    second, third = administrator.made(path, ITEM), administrator.made(path, ITEM | {"title": "丙"})
    assert administrator.delete(f"{path}/{second['id']}", etag="*").status_code == 204
    assert [item["title"] for item in expert_of(administrator, path).json["items"]] == ["涂布装置", "丙"]
    fourth = administrator.made(path, ITEM | {"title": "丁"})
    assert [item["id"] for item in expert_of(administrator, path).json["items"]][1:] == [third["id"], fourth["id"]]


def test_every_change_of_an_item_moves_the_experts_etag_on(administrator: Caller, path: str) -> None:
    seen = [expert_of(administrator, path).headers["ETag"]]
    made = administrator.made(path, ITEM)
    seen.append(expert_of(administrator, path).headers["ETag"])
    administrator.patch(f"{path}/{made['id']}", {"verified": True}, etag=seen[-1])
    seen.append(expert_of(administrator, path).headers["ETag"])
    administrator.delete(f"{path}/{made['id']}", etag=seen[-1])
    seen.append(expert_of(administrator, path).headers["ETag"])
    assert len(set(seen)) == 4


def test_edit_without_or_with_stale_etag_is_refused(administrator: Caller, path: str) -> None:
    old = expert_of(administrator, path).headers["ETag"]
    place = f"{path}/{administrator.made(path, ITEM)['id']}"
    assert administrator.patch(place, {"title": "新"}).status_code == 428
    assert administrator.delete(place).status_code == 428
    assert administrator.patch(place, {"title": "新"}, etag=old).status_code == 412
    assert administrator.delete(place, etag=old).status_code == 412
    assert expert_of(administrator, path).json["items"][1]["title"] == ITEM["title"]


def test_search_follows_the_items(administrator: Caller, path: str) -> None:
    def found(q: str) -> int:
        return len(administrator.get(f"/experts?q={q}").json["items"])

    place = f"{path}/{administrator.made(path, ITEM)['id']}"
    assert (found("隔膜"), found("全部")) == (1, 1)
    administrator.patch(place, {"title": "电解液"}, etag="*")
    assert (found("隔膜"), found("电解液")) == (0, 1)
    administrator.delete(place, etag="*")
    assert (found("电解液"), found("涂布")) == (0, 1)


def test_item_of_another_expert_is_not_found(administrator: Caller, path: str) -> None:
    made = administrator.made(path, ITEM)
    other = administrator.made("/experts", {"name": {"zh": "吴双"}, "kind": "K-LAW"})
    for place in (f"/experts/{other['id']}/items/{made['id']}", f"{path}/nothing", f"{path}/%00"):
        assert administrator.patch(place, {"title": "新"}, etag="*").status_code == 404
        assert administrator.delete(place, etag="*").status_code == 404
    assert administrator.post("/experts/nobody/items", ITEM).status_code == 404
    assert len(expert_of(administrator, path).json["items"]) == 2


BAD: list[dict[str, Any]] = [
    {"title": None},
    {"title": " "},
    {"title": "长" * 301},
    {"text": "长" * 10_001},
    {"kind": "book"},
    {"year": 1899},
    {"year": "2024"},
    {"verified": "yes"},
    {"pages": 3},
]


def test_bad_field_is_pointed_at_and_nothing_changes(administrator: Caller, path: str) -> None:
    before = expert_of(administrator, path).json
    place = f"{path}/{before['items'][0]['id']}"
    for change in BAD:
        for answer in (administrator.post(path, ITEM | change), administrator.patch(place, change, etag="*")):
            assert answer.status_code == 422
            assert [fault["pointer"] for fault in answer.json["errors"]] == [f"/{name}" for name in change]
    assert expert_of(administrator, path).json == before


def test_no_more_than_200_items_fit(administrator: Caller, path: str) -> None:
    items = [ITEM | {"title": str(number)} for number in range(200)]
    place = path.removesuffix("/items")
    assert administrator.patch(place, {"items": items}, etag="*").status_code == 200
    answer = administrator.post(path, ITEM)
    assert answer.status_code == 422
    assert "200" in answer.json["errors"][0]["detail"]
    too_many = administrator.patch(place, {"items": [*items, ITEM]}, etag="*")
    assert [fault["pointer"] for fault in too_many.json["errors"]] == ["/items"]
    assert [item["title"] for item in administrator.get(place).json["items"]] == [item["title"] for item in items]
