"""Earlier versions of a profile, on both engines.

Pinned: every way of changing a profile keeps what it replaced, who and when; any version reads as it did then;
restricted values are in none; erasure takes them all.
"""

import io
from typing import Any

from tests.api.people import expert, moved
from tests.callers import Caller

PARTS = ("name", "kind", "organisation", "position", "statement", "codes", "languages", "term")


def profile(administrator: Caller, id: str) -> dict[str, Any]:
    found = administrator.get(f"/experts/{id}").json
    items = [{name: one[name] for name in ("kind", "title", "year") if one[name]} for one in found["items"]]
    return {name: found[name] for name in PARTS} | {"items": items}


def as_it_was(administrator: Caller, id: str, version: int) -> dict[str, Any]:
    answer = administrator.get(f"/experts/{id}/versions/{version}")
    assert answer.status_code == 200, answer.text
    return {name: answer.json["profile"][name] for name in (*PARTS, "items")}


def test_every_change_is_kept_and_every_version_reads_as_it_was(administrator: Caller) -> None:
    id = expert(administrator, organisation="甲所")["id"]
    seen: dict[int, dict[str, Any]] = {}

    def note() -> None:
        seen[administrator.get(f"/experts/{id}").json["version"]] = profile(administrator, id)

    note()
    for change in (
        lambda: administrator.patch(f"/experts/{id}", {"statement": "新的自述", "organisation": "乙所"}, etag="*"),
        lambda: administrator.post(f"/experts/{id}/items", {"kind": "patent", "title": "隔膜"}),
        lambda: administrator.post(f"/experts/{id}/confirmations", {}),
        lambda: administrator.patch(
            f"/experts/{id}", {"items": [], "codes": ["SE05"], "name": {"zh": "林新"}}, etag="*"
        ),
        lambda: administrator.post(f"/experts/{id}/transitions", {"to": "expired", "reason": "提前"}, etag="*"),
    ):
        assert change().status_code < 300
        note()
    assert len(seen) == 6
    assert {version: as_it_was(administrator, id, version) for version in seen} == seen


def test_change_is_kept_with_its_fields_and_who_made_it(administrator: Caller) -> None:
    made = expert(administrator)
    administrator.patch(f"/experts/{made['id']}", {"statement": "新的自述", "codes": made["codes"]}, etag="*")
    [kept] = administrator.get(f"/experts/{made['id']}/revisions").json["items"]
    assert (kept["version"], kept["fields"]) == (made["version"], ["statement"])
    assert kept["before"] == {"statement": made["statement"]}
    assert kept["person"]


def test_edit_that_changes_nothing_keeps_nothing(administrator: Caller) -> None:
    made = expert(administrator)
    administrator.patch(
        f"/experts/{made['id']}", {"statement": made["statement"], "restricted": {"phone": "13800138000"}}, etag="*"
    )
    assert administrator.get(f"/experts/{made['id']}/revisions").json["items"] == []


def test_import_that_merges_keeps_what_it_replaced(administrator: Caller) -> None:
    made = expert(administrator, "林一", organisation="甲所", position="代理师")
    line = '{"id": "%s", "name": {"zh": "林一"}, "kind": "K-PA", "position": "合伙人", "organisation": "乙所"}'
    file = {"file": (io.BytesIO((line % made["id"]).encode()), "x.jsonl")}
    answer = administrator.post(
        "/experts/imports?duplicates=merge&prefer=file", data=file, content_type="multipart/form-data"
    )
    assert answer.status_code == 200, answer.text
    [kept] = administrator.get(f"/experts/{made['id']}/revisions").json["items"]
    assert kept["fields"] == ["organisation", "position"]
    assert as_it_was(administrator, made["id"], made["version"])["organisation"] == made["organisation"]


def test_merged_code_is_a_change_of_whoever_held_it(administrator: Caller) -> None:
    made = expert(administrator)
    body = {"changes": [{"do": "merge", "code": "LG-INV", "into": "LG-FTO"}], "reason": "合并"}
    assert administrator.patch("/vocabularies/service_kind", body, etag="*").status_code == 200
    [kept] = administrator.get(f"/experts/{made['id']}/revisions").json["items"]
    assert kept["before"] == {"codes": made["codes"]}


def test_version_that_never_was_is_not_found(administrator: Caller) -> None:
    made = expert(administrator)
    for version in ("0", "2", "99999999999", "x", "-1", "१"):
        assert administrator.get(f"/experts/{made['id']}/versions/{version}").status_code == 404


def test_erasure_takes_every_version(administrator: Caller) -> None:
    made = expert(administrator)
    administrator.patch(f"/experts/{made['id']}", {"statement": "新的自述"}, etag="*")
    for to in ("withdrawn", "erased"):
        moved(administrator, f"/experts/{made['id']}", to)
    assert administrator.get(f"/experts/{made['id']}/revisions").json["items"] == []
