"""Shortlists over HTTP.

Pinned: a stored list reads back the same and recomputes to the same digits, whatever became of the pool; the lines of
every explanation sum to the affinity exactly; only active experts within their term are ranked, and whoever leaves is
off the very next list with a reason, in every application on the database; filters, sizes, musts and gaps hold; a
preview answers as a stored list does and stores nothing; an agency sees counts instead of names, none below five.
What only the matcher or a schema decides is tested on one engine.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask

from expertdb.database import transaction
from expertdb.models.requests import ConsultationRequest
from expertdb.models.shortlists import Shortlist
from matching import recompute
from tests.api.people import ASKED, at_once, expert, listed, moved, pages, preview, shortlist
from tests.callers import Caller, Clock
from tests.conftest import ENGINES, START, Databases, caller, close, make_app

UNSTORED = {"id": None, "request": None, "created_at": None}


def reasons_left_out(found: dict[str, Any]) -> dict[str, str]:
    return {one["expert"]["id"]: one["reason"] for one in found["excluded"]}


def stored(app: Flask) -> list[Shortlist]:
    with app.app_context(), transaction(read_only=True) as session:
        return session.query(Shortlist).all()


@pytest.fixture(scope="module", params=ENGINES)
def pool_office(request: pytest.FixtureRequest, databases: Databases) -> Iterator[Caller]:
    """A policy office on the sample pool, for tests that change nothing but lists."""
    app = make_app(databases.fresh(request.param, pool=True), Clock(START))
    yield caller(app, "policy_office")
    close(app)


def test_stored_list_reads_back_the_same(pool_office: Caller) -> None:
    made = shortlist(pool_office, size=20, filters={"region": ["350000"]})
    assert pool_office.get(f"/shortlists/{made['id']}").json == made
    assert pool_office.get("/shortlists").json["items"][0] == made


def test_lines_of_every_explanation_sum_to_the_affinity_exactly(pool_office: Caller) -> None:
    aspects = [{"code": "LG-INV", "need": "must"}, {"code": "PVP", "need": "must"}]
    found = preview(pool_office, size=50, aspects=aspects)
    names = {one["name"] for entry in found["entries"] for one in entry["reasons"]["adjustments"]}
    assert "missing_must" in names
    for entry in found["entries"]:
        reasons = entry["reasons"]
        lines = [one["contribution"] for one in reasons["terms"]] + [one["value"] for one in reasons["adjustments"]]
        assert sum(lines) == entry["affinity"]
        assert sum(reversed(lines)) == entry["affinity"]


def test_entries_stand_in_order_of_affinity(pool_office: Caller) -> None:
    entries = preview(pool_office, size=100)["entries"]
    assert [entry["rank"] for entry in entries] == list(range(1, 101))
    keys = [(-entry["affinity"], entry["expert"]["id"]) for entry in entries]
    assert keys == sorted(keys)
    assert all(0 < entry["affinity"] <= 1 for entry in entries)


def test_first_list_moves_the_request_on_and_a_second_stands_beside_it(office: Caller) -> None:
    path = f"/requests/{office.made('/requests', ASKED)['id']}"
    lists = [office.made(f"{path}/shortlists", {})["id"] for _ in range(2)]
    assert office.get(path).json["status"] == "shortlisted"
    assert [one["id"] for one in office.get("/shortlists").json["items"]] == lists[::-1]


def test_lists_drawn_up_at_once_for_one_request_are_both_kept(administrator: Caller, office: Caller) -> None:
    expert(administrator)
    preview(office)
    path = f"/requests/{office.made('/requests', ASKED)['id']}"
    answers = at_once(*[lambda: office.post(f"{path}/shortlists", {})] * 3)
    assert [answer.status_code for answer in answers] == [201] * 3
    assert len(office.get("/shortlists").json["items"]) == 3
    assert office.get(path).json["version"] == 2


@pytest.mark.parametrize("status", ["draft", "returned", "cancelled"])
def test_request_that_is_not_open_gets_no_list(office: Caller, app: Flask, status: str) -> None:
    first = "draft" if status == "draft" else "submitted"
    path = f"/requests/{office.made('/requests', ASKED | {'status': first})['id']}"
    if status != "draft":
        moved(office, path, status)
    assert office.post(f"{path}/shortlists", {}).status_code == 409
    assert stored(app) == []


def test_new_expert_is_on_the_very_next_list(administrator: Caller, office: Caller) -> None:
    assert listed(preview(office)) == []
    made = expert(administrator)
    assert listed(preview(office)) == [made["id"]]


def test_edit_is_in_the_very_next_list(administrator: Caller, office: Caller) -> None:
    one = expert(administrator)
    before = preview(office)["entries"][0]["affinity"]
    items = [{"kind": "case", "title": "茶叶地理标志纠纷调解"}]
    administrator.patch(f"/experts/{one['id']}", {"statement": "茶叶", "items": items, "codes": []}, etag="*")
    assert preview(office)["entries"] == []
    administrator.patch(f"/experts/{one['id']}", {"statement": "电池专利无效"}, etag="*")
    assert 0 < preview(office)["entries"][0]["affinity"] != before


def test_edit_of_an_item_is_in_the_very_next_list(administrator: Caller, office: Caller) -> None:
    one = expert(administrator, statement="", codes=[], items=[])
    assert listed(preview(office)) == []
    path = f"/experts/{one['id']}/items"
    item = administrator.made(path, {"kind": "case", "title": "电池专利无效案"})
    assert listed(preview(office)) == [one["id"]]
    administrator.delete(f"{path}/{item['id']}", etag="*")
    assert listed(preview(office)) == []


@pytest.mark.parametrize("to", ["suspended", "on_leave", "expired", "removed", "withdrawn"])
def test_who_leaves_is_off_the_very_next_list_with_the_reason(administrator: Caller, office: Caller, to: str) -> None:
    gone, stays = expert(administrator, "甲某"), expert(administrator, "乙某")
    assert set(listed(preview(office))) == {gone["id"], stays["id"]}
    moved(administrator, f"/experts/{gone['id']}", to)
    found = preview(office)
    assert listed(found) == [stays["id"]]
    assert reasons_left_out(found) == {gone["id"]: to}
    assert found["left_out"] == {to: 1}


def test_who_returns_is_on_the_very_next_list(administrator: Caller, office: Caller) -> None:
    one = expert(administrator)
    moved(administrator, f"/experts/{one['id']}", "suspended")
    assert listed(preview(office)) == []
    moved(administrator, f"/experts/{one['id']}", "active")
    assert listed(preview(office)) == [one["id"]]


def test_term_that_lapses_overnight_ends_ranking(administrator: Caller, office: Caller, clock: Clock) -> None:
    one = expert(administrator, term={"start": "2026-01-01", "end": "2026-11-23"})
    assert listed(preview(office)) == [one["id"]]
    clock.forward(days=1)
    found = preview(office)
    assert (listed(found), reasons_left_out(found)) == ([], {one["id"]: "term_not_current"})


def test_term_that_has_not_begun_is_no_term(administrator: Caller, office: Caller, clock: Clock) -> None:
    one = expert(administrator, term={"start": "2026-11-24", "end": "2029-11-23"})
    assert reasons_left_out(preview(office)) == {one["id"]: "term_not_current"}
    clock.forward(days=1)
    assert listed(preview(office)) == [one["id"]]


def test_draft_is_left_out_by_reason_until_it_is_deleted(administrator: Caller, office: Caller) -> None:
    one = expert(administrator, status="draft")
    assert reasons_left_out(preview(office)) == {one["id"]: "draft"}
    assert administrator.delete(f"/experts/{one['id']}", etag="*").status_code == 204
    found = preview(office)
    assert (found["entries"], found["excluded"], found["left_out"]) == ([], [], {})


def test_second_application_sees_every_change_at_once(app: Flask, administrator: Caller, clock: Clock) -> None:
    other_app = make_app(app.config["SQLALCHEMY_DATABASE_URI"], clock)
    office = caller(other_app, "policy_office")
    one, two = expert(administrator, "甲某"), expert(administrator, "乙某")
    assert len(listed(preview(office))) == 2
    moved(administrator, f"/experts/{one['id']}", "suspended")
    assert listed(preview(office)) == [two["id"]]
    administrator.patch(f"/experts/{two['id']}", {"statement": "电池"}, etag="*")
    assert preview(office) == preview(Caller(app, office.secret))
    close(other_app)


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("filters", "names"),
    [
        ({"region": ["350000"]}, "甲乙"),
        ({"region": ["350200"]}, "甲"),
        ({"region": ["350200", "440000"]}, "甲丙"),
        ({"kind": ["K-JDG"]}, "乙"),
        ({"language": ["en"]}, "乙丙"),
        ({"code": ["PAT"]}, "甲丙"),
        ({"code": ["H01M"]}, "乙"),
        ({"code": ["H"]}, "乙"),
        ({"code": ["K-JDG"]}, "乙"),
        ({"code": ["PVP"]}, ""),
        ({"language": ["en"], "region": ["350000"]}, "乙"),
        ({}, "甲乙丙"),
    ],
)
def test_filters_keep_whom_they_name_and_all_below(
    administrator: Caller, office: Caller, filters: dict[str, Any], names: str
) -> None:
    expert(administrator, "甲")
    expert(administrator, "乙", kind="K-JDG", region="350900", languages=["zh", "en"], codes=["H01M"])
    expert(administrator, "丙", region="440000", languages=["en"], codes=["PAT-UM"])
    found = preview(office, filters=filters)
    assert {entry["expert"]["name"]["zh"] for entry in found["entries"]} == set(names)
    assert found["left_out"] == ({"outside_filters": 3 - len(names)} if len(names) < 3 else {})
    assert found["filters"] == filters


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
@pytest.mark.parametrize("filters", [{"region": ["9"]}, {"code": ["X"]}, {"colour": ["red"]}, {"kind": "K-PA"}])
def test_filter_that_makes_no_sense_is_refused(office: Caller, filters: dict[str, Any]) -> None:
    refused = office.post("/shortlists/preview", ASKED | {"filters": filters})
    assert refused.status_code == 422
    assert refused.json["errors"][0]["pointer"].startswith(f"/filters/{next(iter(filters))}")


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
@pytest.mark.parametrize(("size", "length"), [(1, 1), (2, 2), (3, 3), (100, 3)])
def test_list_is_as_long_as_asked_or_as_the_pool_allows(
    administrator: Caller, office: Caller, size: int, length: int
) -> None:
    for name in ("甲", "乙", "丙"):
        expert(administrator, name)
    found = preview(office, size=size)
    assert len(found["entries"]) == length
    assert found["left_out"].get("lower_rank", 0) == 3 - length


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_who_shares_no_word_with_the_request_is_left_out_for_that(administrator: Caller, office: Caller) -> None:
    expert(administrator, "甲")
    expert(administrator, "乙", statement="茶树育种", codes=[], items=[])
    assert preview(office)["left_out"] == {"no_affinity": 1}
    nothing = preview(office, title="", text="Привет 😀")
    assert (nothing["entries"], nothing["left_out"]) == ([], {"no_affinity": 2})


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
@pytest.mark.parametrize("size", [0, 101, "8", 7.5, True, None])
def test_size_out_of_range_is_refused(office: Caller, size: Any) -> None:
    refused = office.post("/shortlists/preview", ASKED | {"size": size})
    assert [error["pointer"] for error in refused.json["errors"]] == ["/size"]


def test_missing_must_costs_rank_and_is_named(administrator: Caller, office: Caller) -> None:
    without = expert(administrator, "甲", codes=["PAT-INV"])
    holder = expert(administrator, "乙", codes=["PAT-INV", "LG-OVS"])
    found = preview(office, aspects=[{"code": "LG-OVS", "need": "must"}])
    assert listed(found) == [holder["id"], without["id"]]
    first, second = (entry["reasons"] for entry in found["entries"])
    assert (first["aspects_covered"], first["aspects_missing"]) == (["LG-OVS"], [])
    assert (second["aspects_covered"], second["aspects_missing"]) == ([], ["LG-OVS"])
    assert [(one["name"], one["detail"]) for one in second["adjustments"]][-1] == ("missing_must", "LG-OVS")


def test_missing_aspect_that_is_only_nice_to_have_costs_nothing(administrator: Caller, office: Caller) -> None:
    expert(administrator, codes=["PAT-INV"])
    aspects = [{"code": "LG-OVS"}]
    asked = office.made("/requests", ASKED | {"aspects": aspects})
    for found in (preview(office, aspects=aspects), office.made(f"/requests/{asked['id']}/shortlists", {})):
        [entry] = found["entries"]
        assert entry["reasons"]["aspects_missing"] == ["LG-OVS"]
        assert "missing_must" not in [one["name"] for one in entry["reasons"]["adjustments"]]


def test_aspect_that_no_listed_expert_may_cover_is_a_gap(administrator: Caller, office: Caller) -> None:
    held = expert(administrator, codes=["LG-INV", "GI"])
    aspects = [{"code": "GI"}, {"code": "PVP", "need": "must"}]
    assert [gap["code"] for gap in preview(office, aspects=aspects)["gaps"]] == ["PVP"]
    moved(administrator, f"/experts/{held['id']}", "suspended")
    assert [gap["code"] for gap in preview(office, aspects=aspects)["gaps"]] == ["GI", "PVP"]


def test_preview_answers_what_a_stored_list_does(pool_office: Caller) -> None:
    body = {"size": 12, "filters": {"language": ["zh"]}}
    assert preview(pool_office, **body) == shortlist(pool_office, **body) | UNSTORED


@pytest.mark.parametrize("headers", [{}, {"Idempotency-Key": "k-1"}])
def test_preview_stores_nothing(app: Flask, administrator: Caller, office: Caller, headers: dict[str, str]) -> None:
    expert(administrator)
    answers = [office.post("/shortlists/preview", ASKED, headers=headers) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].json == answers[1].json
    assert stored(app) == []
    with app.app_context(), transaction(read_only=True) as session:
        assert session.query(ConsultationRequest).count() == 0


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
@pytest.mark.parametrize("matter", [{}, {"title": "", "text": "  \n"}, {"aspects": []}])
def test_preview_of_an_empty_matter_is_refused(office: Caller, matter: dict[str, Any]) -> None:
    refused = office.post("/shortlists/preview", matter)
    assert refused.status_code == 422
    assert [error["pointer"] for error in refused.json["errors"]] == ["/text"]


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
@pytest.mark.parametrize("matter", [{"text": "无效"}, {"title": "电池"}, {"aspects": [{"code": "LG-INV"}]}])
def test_one_word_is_enough_for_a_preview(administrator: Caller, office: Caller, matter: dict[str, Any]) -> None:
    one = expert(administrator)
    answer = office.post("/shortlists/preview", matter)
    assert listed(answer.json) == [one["id"]]


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    "text", ["🔋🚗👩‍⚖️", "？！……", "Патент на аккумулятор", "電池の特許無効審判", "براءة اختراع", "the of and"]
)
def test_matter_in_signs_or_a_third_language_is_answered(administrator: Caller, office: Caller, text: str) -> None:
    expert(administrator)
    answer = office.post("/shortlists/preview", {"text": text})
    assert answer.status_code == 200
    for entry in answer.json["entries"]:
        assert entry["affinity"] > 0


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_long_matter_is_answered_and_a_longer_one_refused(administrator: Caller, office: Caller) -> None:
    one = expert(administrator)
    long = "请推荐熟悉电池专利无效宣告的专家。" * 20_000
    assert listed(preview(office, text=long[:200_000])) == [one["id"]]
    refused = office.post("/shortlists/preview", ASKED | {"text": long[:200_001]})
    assert (refused.status_code, refused.json["errors"][0]["pointer"]) == (422, "/text")


def test_agency_sees_counts_of_five_and_more_instead_of_names(
    administrator: Caller, agency: Caller, office: Caller
) -> None:
    for number in range(3):
        expert(administrator, f"停{number}", status="suspended")
        expert(administrator, f"休{number}", status="on_leave")
    for number in range(4):
        expert(administrator, f"外{number}", region="440000")
    made = shortlist(agency, filters={"region": ["350000"]})
    assert made["excluded"] == [{"reason": "not_available", "count": 5}]  # of six: in steps of five
    assert (made["left_out"], made["entries"]) == ({}, [])
    seen = office.get(f"/shortlists/{made['id']}").json
    assert len(seen["excluded"]) == 6
    assert seen["left_out"] == {"suspended": 3, "on_leave": 3, "outside_filters": 4}


@pytest.mark.parametrize("kind", ["preview", "stored", "listed"])
def test_agency_learns_no_count_below_five(administrator: Caller, agency: Caller, kind: str) -> None:
    for number in range(4):
        expert(administrator, f"停{number}", status="suspended")
    found = preview(agency) if kind == "preview" else shortlist(agency)
    if kind == "listed":
        found = agency.get("/shortlists").json["items"][0]
    assert (found["excluded"], found["left_out"]) == ([], {})


@pytest.mark.parametrize("by", ["request", "expert", "aspect", "since"])
def test_lists_are_found_by_request_expert_aspect_and_since(
    administrator: Caller, office: Caller, clock: Clock, by: str
) -> None:
    one = expert(administrator)
    shortlist(office)
    moved(administrator, f"/experts/{one['id']}", "suspended")
    clock.forward(hours=1)
    two = expert(administrator, "乙某")
    asked = office.made("/requests", ASKED | {"aspects": [{"code": "LG-OVS"}]})
    wanted = office.made(f"/requests/{asked['id']}/shortlists", {})
    value = {"request": asked["id"], "expert": two["id"], "aspect": "LG-OVS", "since": "2026-11-23T10:00:00Z"}[by]
    assert office.get(f"/shortlists?{by}={value}").json["items"] == [wanted]


def test_filters_of_the_lists_hold_together(administrator: Caller, office: Caller) -> None:
    made, one = shortlist(office), expert(administrator)
    both = f"expert={one['id']}&request={made['request']}"
    assert len(office.get(f"/shortlists?{both}").json["items"]) == 0
    again = office.made(f"/requests/{made['request']}/shortlists", {})
    assert office.get(f"/shortlists?{both}").json["items"] == [again]
    assert office.get(f"/shortlists?{both}&aspect=PVP").json["items"] == []


def test_pages_of_lists_leave_nothing_out(office: Caller, clock: Clock) -> None:
    made = []
    for step in (0, 0, 1, 1, 1):
        clock.forward(seconds=step)
        made.append(shortlist(office)["id"])
    found = pages(office, "/shortlists?limit=2")
    assert [len(page) for page in found] == [2, 2, 1]
    assert [one["id"] for page in found for one in page] == made[::-1]


def test_snapshot_recomputes_to_the_same_digits_after_the_pool_has_changed(pool_app: Flask) -> None:
    office, administrator = caller(pool_app, "policy_office"), caller(pool_app, "administrator")
    made = shortlist(office, size=15)
    for one in listed(made)[:5]:
        administrator.patch(f"/experts/{one}", {"statement": "改行做茶叶", "items": [], "codes": []}, etag="*")
    for one in listed(made)[5:10]:
        moved(administrator, f"/experts/{one}", "suspended")
    with pool_app.app_context(), transaction(read_only=True) as session:
        again = recompute(session.get(Shortlist, made["id"]).snapshot)
    assert again == [(entry["expert"]["id"], entry["affinity"]) for entry in made["entries"]]
    assert listed(shortlist(office, size=15)) != listed(made)
    kept = office.get(f"/shortlists/{made['id']}").json
    assert kept == made


def test_who_was_left_out_of_a_stored_list_stands_there_as_it_was(app: Flask, administrator: Caller) -> None:
    people = [expert(administrator, f"专家{number}") for number in range(5)]
    for one in people[:3]:
        moved(administrator, f"/experts/{one['id']}", "suspended")
    office = caller(app, "policy_office")
    asked = office.made("/requests", ASKED)
    made = office.made(f"/requests/{asked['id']}/shortlists", {"size": 1})
    suspended = [{"expert": one["id"], "reason": "suspended"} for one in people[:3]]
    assert [{"expert": one["expert"]["id"], "reason": one["reason"]} for one in made["excluded"]] == suspended
    for one in people[:3]:
        moved(administrator, f"/experts/{one['id']}", "active")
    expert(administrator, "后来者")
    again = office.get(f"/shortlists/{made['id']}").json
    assert again["excluded"] == made["excluded"]
    path, paged = f"/shortlists/{made['id']}/exclusions?limit=2", []
    while path:
        page = office.get(path).json
        paged, path = paged + page["items"], page["next"]
    assert paged == made["excluded"]
    assert caller(app, "agency").get(f"/shortlists/{made['id']}/exclusions").status_code == 403


def test_what_is_stored_of_a_list_does_not_grow_with_those_left_out(app: Flask, administrator: Caller) -> None:
    for number in range(4):
        moved(administrator, f"/experts/{expert(administrator, f'专家{number}')['id']}", "suspended")
    office = caller(app, "policy_office")
    made = office.made(f"/requests/{office.made('/requests', ASKED)['id']}/shortlists", {"size": 1})
    with app.app_context(), transaction(read_only=True) as session:
        assert session.get_one(Shortlist, made["id"]).excluded == []
    assert made["left_out"] == {"suspended": 4}
