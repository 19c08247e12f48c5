"""Evidence and profiles: who verified what and when, what a profile lacks, and how the pool stands.

Pinned: a verification names the person and the moment, and is of the item as it stood: whoever edits what it claims
takes it back, whoever edits anything else does not; parts that are missing are told alike of one expert, by the filters
of the list and by the statistics; a profile is stale from the day after its confirmation was due.
"""

from typing import Any

import pytest

from expertdb.models.completeness import PARTS
from tests.api.people import expert
from tests.callers import Caller, Clock

ITEM = {"kind": "case", "title": "隔膜专利无效案", "text": "全部无效。", "year": 2024, "source": "第5W112233号决定"}
VERIFIED = ITEM | {"verified": True}


@pytest.fixture
def path(administrator: Caller) -> str:
    return f"/experts/{expert(administrator, items=[ITEM])['id']}"


def items(administrator: Caller, path: str) -> list[dict[str, Any]]:
    return list(administrator.get(path).json["items"])


def edited(administrator: Caller, path: str, body: dict[str, Any]) -> dict[str, Any]:
    answer = administrator.patch(path, body, etag="*")
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return dict(answer.json)


def test_verification_names_who_and_when_and_the_source(administrator: Caller, path: str, clock: Clock) -> None:
    [made] = items(administrator, path)
    assert made["source"] == ITEM["source"]
    assert (made["verified"], made["verified_by"], made["verified_at"]) == (False, None, None)
    clock.forward(days=1)
    after = edited(administrator, f"{path}/items/{made['id']}", {"verified": True})
    assert after["verified_by"]
    assert after["verified_at"] == "2026-11-24T09:00:00+00:00"
    clock.forward(days=1)
    assert edited(administrator, path, {"statement": "新的自述。"})["items"] == [after]


def test_verification_is_of_the_item_as_it_stood(administrator: Caller, path: str, clock: Clock) -> None:
    place = f"{path}/items/{items(administrator, path)[0]['id']}"
    first = edited(administrator, place, {"verified": True})
    assert edited(administrator, place, {"source": "另见公报"}) == first | {"source": "另见公报"}
    lapsed = edited(administrator, place, {"text": "部分无效。"})
    assert (lapsed["verified"], lapsed["verified_by"], lapsed["verified_at"]) == (False, None, None)
    clock.forward(days=3)
    anew = edited(administrator, place, {"text": "维持有效。", "verified": True})
    assert (anew["verified"], anew["verified_at"]) == (True, "2026-11-26T09:00:00+00:00")
    taken_back = edited(administrator, place, {"verified": False})
    assert (taken_back["verified"], taken_back["verified_by"]) == (False, None)


def test_items_replaced_as_a_whole_keep_what_was_verified_of_them(
    administrator: Caller, path: str, clock: Clock
) -> None:
    edited(administrator, path, {"items": [VERIFIED]})
    [first] = items(administrator, path)
    clock.forward(days=1)
    plain = {name: value for name, value in VERIFIED.items() if name != "source"}
    same, changed, fresh = edited(
        administrator, path, {"items": [plain, VERIFIED | {"title": "另案"}, ITEM | {"title": "新案"}]}
    )["items"]
    told = ("source", "verified", "verified_by", "verified_at")
    assert [same[name] for name in told] == [first[name] for name in told]
    assert changed["verified_at"] == "2026-11-24T09:00:00+00:00" != first["verified_at"]
    assert (fresh["verified"], fresh["verified_at"]) == (False, None)


def test_what_a_profile_lacks_is_told_and_found(administrator: Caller) -> None:
    whole = expert(
        administrator,
        organisation="闽都所",
        title_level="T2",
        items=[VERIFIED],
        restricted={"email": "a@example.com"},
    )
    bare = expert(administrator, "乙某", region=None, statement="", codes=["SE05"], items=[])
    half = expert(administrator, "丙某", organisation="闽都所")
    lacking = {whole["id"]: [], bare["id"]: list(PARTS), half["id"]: ["title_level", "verified_items", "contact"]}
    for id, missing in lacking.items():
        profile = administrator.get(f"/experts/{id}").json["profile"]
        assert (profile["missing"], profile["complete"]) == (missing, round(1 - len(missing) / len(PARTS), 2))
    for part in PARTS:
        assert found(administrator, f"missing={part}") == {id for id, missing in lacking.items() if part in missing}
    assert found(administrator, "complete=true") == {whole["id"]}
    assert found(administrator, "complete=false") == {bare["id"], half["id"]}
    told = administrator.get("/statistics").json["profiles"]
    assert told["missing"] == {part: sum(part in missing for missing in lacking.values()) for part in PARTS}
    assert (told["experts"], told["complete"], told["items"], told["verified_items"]) == (3, 1, 2, 1)


def test_profile_is_stale_from_the_day_after_its_confirmation_was_due(
    administrator: Caller, path: str, clock: Clock
) -> None:
    profile = administrator.get(path).json["profile"]
    assert (profile["as_of"], profile["stale_after"]) == ("2026-11-23", "2027-11-23")
    clock.forward(days=365)
    assert found(administrator, "stale=true") == set()
    clock.forward(days=1)
    id = path.rpartition("/")[2]
    assert (found(administrator, "stale=true"), found(administrator, "stale=false")) == ({id}, set())
    assert administrator.get("/statistics").json["profiles"]["stale"] == 1
    administrator.post(f"{path}/confirmations", {})
    assert (found(administrator, "stale=true"), found(administrator, "stale=false")) == (set(), {id})
    assert administrator.get(path).json["profile"]["as_of"] == "2027-11-24"


def found(administrator: Caller, query: str) -> set[str]:
    return {one["id"] for one in administrator.get(f"/experts?{query}").json["items"]}


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
@pytest.mark.parametrize("query", ["missing=colour", "complete=perhaps", "stale=1"])
def test_filter_that_makes_no_sense_is_refused(administrator: Caller, query: str) -> None:
    answer = administrator.get(f"/experts?{query}")
    assert (answer.status_code, answer.json["errors"][0]["pointer"]) == (422, f"/query/{query.partition('=')[0]}")
