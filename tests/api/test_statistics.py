"""The statistics over HTTP, on both engines.

Pinned: figures are those of a pool counted by hand; only the active count as holders; only what happened since the
moment asked for counts as use; offices, administrators and auditors read them.
"""

from typing import Any

import pytest
from flask import Flask

from expertdb.database import db
from tests.api.people import ASKED, expert, moved, shortlist
from tests.callers import Caller, Clock
from tests.conftest import caller


def figures(who: Caller, query: str = "") -> dict[str, Any]:
    answer = who.get(f"/statistics?{query}")
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return dict(answer.json)


def test_pool_is_counted_by_code_city_and_kind(administrator: Caller, office: Caller) -> None:
    for name, region, kind in (("林岚", "350200", "K-PA"), ("陈晓", "350200", "K-PA"), ("吴桐", "350100", "K-LAW")):
        expert(administrator, name=name, region=region, kind=kind, codes=["PAT-INV", "LG-INV"])
    expert(administrator, status="suspended", codes=["PAT-INV"])
    found = figures(office)
    assert found["by_status"] == {"active": 3, "suspended": 1}
    assert found["cells"] == [
        {"code": "PAT-INV", "region": "350100", "kind": "K-LAW", "count": 1},
        {"code": "PAT-INV", "region": "350200", "kind": "K-PA", "count": 2},
    ]
    services = figures(office, "codes=service_kind")["cells"]
    assert {cell["code"] for cell in services} == {"LG-INV"}


def test_gaps_are_codes_that_nobody_holds_in_a_city(administrator: Caller, office: Caller) -> None:
    expert(administrator, codes=["PAT-INV", "PAT-UM", "PAT"])
    gaps = {gap["code"]: gap for gap in figures(office)["gaps"]}
    assert gaps["GI"]["held_by"] == 0
    assert len(gaps["GI"]["cities"]) == 10
    assert "350200" not in gaps["PAT"]["cities"]
    assert (gaps["PAT"]["held_by"], gaps["PAT-UM"]["held_by"]) == (1, 1)  # One expert, whatever they hold below.


def test_terms_that_end_within_ninety_days_are_counted_by_month(administrator: Caller, office: Caller) -> None:
    for end in ("2026-11-23", "2026-12-31", "2027-02-21", "2027-02-22"):
        expert(administrator, term={"start": "2026-01-01", "end": end})
    expert(administrator, status="expired", term={"start": "2023-01-01", "end": "2026-12-01"})
    assert figures(office)["terms_ending"] == {"2026-11": 1, "2026-12": 1, "2027-02": 1}


def test_concentration_counts_the_places_on_lists(administrator: Caller, office: Caller, clock: Clock) -> None:
    one = expert(administrator)["id"]
    shortlist(office)
    for name in ("陈晓", "吴桐"):
        expert(administrator, name=name, statement="商标代理人。", codes=["TM"], items=[])
    clock.forward(days=1)
    shortlist(office, size=1)
    found = figures(office)["concentration"]
    assert (found["asked"], found["experts"], found["never"], found["top_tenth"]) == (2, 3, 2, 1.0)
    assert found["most"] == [[one, 2]]
    assert figures(office, "since=2026-11-24T00:00:00Z")["concentration"]["asked"] == 1


def test_requests_that_nobody_covered_are_counted_by_code(administrator: Caller, office: Caller) -> None:
    expert(administrator)
    for aspects in ([{"code": "GI", "need": "nice"}], [{"code": "GI"}, {"code": "TM"}], [{"code": "LG-INV"}]):
        asked = office.made("/requests", ASKED | {"aspects": aspects})
        office.made(f"/requests/{asked['id']}/shortlists", {})
    again = office.made(f"/requests/{asked['id']}/shortlists", {})
    assert again["gaps"] == []
    found = figures(office)["uncovered"]
    assert (found["requests"], found["uncovered"]) == (3, 2)
    assert found["codes"] == [["GI", 2], ["TM", 1]]


def test_of_two_lists_in_one_instant_the_later_counts(app: Flask, administrator: Caller, office: Caller) -> None:
    asked = office.made("/requests", ASKED | {"aspects": [{"code": "GI"}]})
    first = office.made(f"/requests/{asked['id']}/shortlists", {})
    expert(administrator, codes=["GI"])
    later = office.made(f"/requests/{asked['id']}/shortlists", {})
    assert (len(first["gaps"]), later["gaps"], first["created_at"]) == (1, [], later["created_at"])
    with app.app_context(), db.engine.begin() as connection:
        # PostgreSQL lays a row that is written again behind the others.
        connection.exec_driver_sql("UPDATE shortlists SET request_id = request_id WHERE id = '{}'".format(first["id"]))
    assert figures(office)["uncovered"]["uncovered"] == 0


def test_list_without_anybody_is_counted(office: Caller) -> None:
    shortlist(office)
    assert figures(office)["uncovered"]["empty"] == 1


def test_turnaround_is_told_by_kind_of_body_and_month(
    app: Flask, administrator: Caller, office: Caller, agency: Caller, clock: Clock
) -> None:
    expert(administrator)
    for hours in (2, 6):
        asked = agency.made("/requests", ASKED)
        clock.forward(hours=hours)
        agency.made(f"/requests/{asked['id']}/shortlists", {})
    clock.forward(days=20)
    waiting = agency.made("/requests", ASKED)
    moved(office, f"/requests/{waiting['id']}", "accepted")
    rows = figures(office)["turnaround"]
    kind = rows[0]["organisation_kind"]
    assert [(row["organisation_kind"], row["month"], row["requests"]) for row in rows] == [
        (kind, "2026-11", 2),
        (kind, "2026-12", 1),
    ]
    assert rows[0]["shortlisted"] == {"reached": 2, "median_hours": 4.0, "slowest_tenth_hours": 6.0}
    assert rows[1]["shortlisted"] == {"reached": 0, "median_hours": None, "slowest_tenth_hours": None}
    assert rows[0]["delivered"]["reached"] == 0


def test_draft_waits_from_its_submission(office: Caller, administrator: Caller, clock: Clock) -> None:
    expert(administrator)
    asked = office.made("/requests", ASKED | {"status": "draft"})
    clock.forward(days=9)
    moved(office, f"/requests/{asked['id']}", "submitted")
    clock.forward(hours=1)
    office.made(f"/requests/{asked['id']}/shortlists", {})
    assert figures(office)["turnaround"][0]["shortlisted"]["median_hours"] == 1.0


def test_empty_installation_has_figures_too(office: Caller) -> None:
    found = figures(office)
    assert (found["by_status"], found["cells"], found["turnaround"]) == ({}, [], [])
    assert found["concentration"]["gini"] is None
    assert set(found["waiting"].values()) == {0}


@pytest.mark.parametrize("query", ["codes=expert_kind", "codes=colours", "since=yesterday", "until=2026-01-01"])
@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_question_that_makes_no_sense_is_refused(office: Caller, query: str) -> None:
    assert office.get(f"/statistics?{query}").status_code == 422


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_agencies_and_reviewers_do_not_read_them(app: Flask, agency: Caller) -> None:
    assert agency.get("/statistics").status_code == 403
    assert caller(app, "reviewer").get("/statistics").status_code == 403
