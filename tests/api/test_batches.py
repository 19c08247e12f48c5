"""Batches over HTTP: submitted, computed by a worker, read with names, cancelled; every fault of a submission at once.

Pinned: the proposals equal what the library gives for the same pool; nobody recused is proposed; an expert is proposed
no more often than the batch allows; what cannot be filled is named, and the rest is filled.
"""

import json
import threading
from collections import Counter
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from expertdb import worker
from expertdb.database import db, transaction
from expertdb.errors import InvalidInput
from expertdb.models.jobs import Job
from expertdb.services import panel_rules
from expertdb.services.corpus import KEPT
from expertdb.worker import Work
from tests.api.people import ASKED, expert, moved
from tests.callers import Caller
from tests.conftest import ENGINES, caller

KINDS = ("K-LAW", "K-TECH", "K-ACA")
MATTERS = (
    ("外观设计侵权判定与电商平台投诉", "运动鞋外观设计被仿制，经直播电商销售，需要判定侵权、固定证据并处理平台投诉。"),
    ("Pledge financing of patents", "Valuation of patents for a bank loan, pledge registration and risk compensation."),
    ("锂电池隔膜专利无效", "请推荐熟悉锂电池专利无效宣告的专家。"),
)


@pytest.fixture(params=["sqlite"])
def engine(request: pytest.FixtureRequest) -> str:
    """Jobs have tests of their own on both engines; here the first test does."""
    return str(request.param)


@pytest.fixture
def app(pool_app: Flask) -> Flask:
    return pool_app


@pytest.fixture
def office(app: Flask) -> Caller:
    return caller(app, "policy_office")


@pytest.fixture
def requests(office: Caller) -> list[str]:
    return [
        office.made("/requests", {"kind": "consultation", "title": title, "text": text})["id"]
        for title, text in MATTERS
    ]


def computed(app: Flask, office: Caller, body: dict[str, Any]) -> dict[str, Any]:
    batch = office.made("/batches", body)
    assert batch["status"] == "queued"
    assert worker.run_once(app, worker.KINDS)
    found = dict(office.get(f"/batches/{batch['id']}").json or {})
    assert found["status"] == "done", found
    return found


@pytest.mark.parametrize("engine", ENGINES, indirect=True)
def test_every_request_gets_a_lawful_panel_over_common_loads(app: Flask, office: Caller, requests: list[str]) -> None:
    found = computed(app, office, {"requests": requests, "preset": "complex", "size": 4, "reserves": 2})
    result = found["result"]
    assert [panel["request"] for panel in result["panels"]] == requests
    assert result["unfilled"] == []
    assert result["gap"] <= 1e-6
    seats: Counter[str] = Counter()
    for panel in result["panels"]:
        assert (len(panel["members"]), len(panel["reserves"]), panel["shortage"]) == (4, 2, None)
        assert all(one["expert"]["name"] for one in panel["members"])
        assert all(one["replaces"] for one in panel["reserves"])
        seats.update(one["expert"]["id"] for one in (*panel["members"], *panel["reserves"]))
    assert max(seats.values()) == 1
    assert (found["done"], found["fault"]) == (found["total"], None)


def test_one_request_alone_gets_its_best_experts(app: Flask, office: Caller, requests: list[str]) -> None:
    rules = [{"type": "max_per_city", "limit": 100}]
    found = computed(app, office, {"requests": requests[:1], "rules": rules, "size": 5})
    members = [one["expert"]["id"] for one in found["result"]["panels"][0]["members"]]
    listed = office.made(f"/requests/{requests[0]}/shortlists", {"size": 5})
    assert members == [entry["expert"]["id"] for entry in listed["entries"]]
    affinities = [one["affinity"] for one in found["result"]["panels"][0]["members"]]
    assert affinities == pytest.approx([entry["affinity"] for entry in listed["entries"]])


def test_proposal_becomes_a_panel_by_forcing_its_members(app: Flask, office: Caller, requests: list[str]) -> None:
    found = computed(app, office, {"requests": requests, "preset": "complex", "size": 4})
    assert len(found["result"]["panels"]) == len(requests)
    for proposal in found["result"]["panels"]:
        members = [one["expert"]["id"] for one in proposal["members"]]
        body = {"preset": "complex", "size": 4, "forced": members}
        panel = office.made(f"/requests/{proposal['request']}/panels", body)
        assert {one["expert"]["id"] for one in panel["members"]} == set(members)


def test_forced_and_forbidden_pairs_are_kept(app: Flask, office: Caller, requests: list[str]) -> None:
    rules = [{"type": "at_most", "count": 9, "regulator": True}]
    body = {"requests": requests, "rules": rules, "size": 3}
    first = computed(app, office, body)["result"]["panels"]
    best, other = first[0]["members"][0]["expert"]["id"], first[1]["members"][0]["expert"]["id"]
    body |= {
        "forced": [{"request": requests[2], "expert": other}],
        "forbidden": [{"request": requests[0], "expert": best}],
    }
    after = computed(app, office, body)["result"]["panels"]
    assert other in [one["expert"]["id"] for one in after[2]["members"]]
    assert best not in [one["expert"]["id"] for one in after[0]["members"]]


def test_job_keeps_whom_its_rules_name_by_id(app: Flask, office: Caller, requests: list[str]) -> None:
    one = expert(caller(app, "administrator"), "欧阳岚琴")
    rules = [
        {"type": "keep_apart", "experts": ["欧阳岚琴", expert(caller(app, "administrator"), "另一人")["id"]]},
        {"type": "at_most", "count": 1, "any_of": [{"experts": ["欧阳岚琴"]}, {"regulator": True}]},
    ]
    job = office.made("/batches", {"requests": requests[:1], "rules": rules, "size": 3})
    with app.app_context(), transaction(read_only=True) as session:
        kept = json.dumps(session.get_one(Job, job["id"]).input, ensure_ascii=False)
    assert (kept.count("欧阳岚琴"), kept.count(one["id"])) == (0, 2)
    assert worker.run_once(app, worker.KINDS)
    assert office.get(f"/batches/{job['id']}").json["status"] == "done"


def with_names(app: Flask, job: str, *named: str) -> None:
    """Let a batch that waits keep its rules as typed, as those did that were submitted before rules were kept by id."""
    rules = [
        {"type": "keep_apart", "experts": list(named)},
        {"type": "at_most", "count": 1, "any_of": [{"experts": list(named[:1])}, {"regulator": True}]},
    ]
    with app.app_context(), db.engine.begin() as connection:
        stated = connection.scalars(select(Job.input).where(Job.id == job)).one()
        connection.execute(update(Job).where(Job.id == job).values(input=stated | {"rules": rules}))


def experts_of_rules(app: Flask, job: str) -> list[list[str]]:
    with app.app_context(), transaction(read_only=True) as session:
        first, second = session.get_one(Job, job).input["rules"]
    return [first["experts"], second["any_of"][0]["experts"]]


@pytest.mark.parametrize("end", ["done", "failed", "cancelled"])
def test_batch_that_ends_keeps_no_name_that_was_typed_into_its_rules(
    app: Flask, office: Caller, requests: list[str], end: str
) -> None:
    other = expert(caller(app, "administrator"), "另一人")["id"]
    if end != "failed":
        expert(caller(app, "administrator"), "欧阳岚琴")
    job = office.made("/batches", {"requests": requests[:1], "size": 3})["id"]
    with_names(app, job, "欧阳岚琴", other)
    if end == "cancelled":
        office.post(f"/batches/{job}/transitions", {"to": "cancelled", "reason": "重拟"}, etag="*")
    else:
        assert worker.run_once(app, worker.KINDS)
    assert office.get(f"/batches/{job}").json["status"] == end
    assert experts_of_rules(app, job) == [[other], []]


def test_batch_that_waits_names_an_erased_person_by_id(app: Flask, office: Caller, requests: list[str]) -> None:
    administrator = caller(app, "administrator")
    one = expert(administrator, "欧阳岚琴")["id"]
    job = office.made("/batches", {"requests": requests[:1], "size": 3})["id"]
    with_names(app, job, "欧阳岚琴", "另一人")
    for to in ("withdrawn", "erased"):
        moved(administrator, f"/experts/{one}", to)
    assert experts_of_rules(app, job) == [[one, "另一人"], [one]]


def test_no_name_is_kept_of_somebody_who_was_erased_when_the_rules_had_been_read(app: Flask) -> None:
    rules = [{"type": "keep_apart", "experts": ["欧阳岚琴"]}]
    with app.app_context(), transaction(read_only=True) as session, pytest.raises(InvalidInput) as refused:
        panel_rules.in_ids(session, rules)
    assert [fault.pointer for fault in refused.value.faults] == ["/rules/0/experts/0"]


def test_batch_is_computed_though_the_pool_is_edited_meanwhile(
    app: Flask, office: Caller, requests: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each request asked for the latest pool; past the states that a process keeps, the whole batch was given up."""
    administrator, step = caller(app, "administrator"), Work.step

    def edit() -> None:
        for number in range(KEPT + 1):
            expert(administrator, f"新{number}")
            assert office.post("/shortlists/preview", {"text": "锂电池"}).status_code == 200

    def edited(work: Work, stage: str, done: int = 0, total: int = 0) -> None:
        if (stage, done) == ("reading", 1):
            thread = threading.Thread(target=edit)
            thread.start()
            thread.join(60)
        step(work, stage, done, total)

    monkeypatch.setattr(Work, "step", edited)
    computed(app, office, {"requests": requests, "rules": [{"type": "odd"}], "size": 3})


def test_who_is_recused_is_not_proposed(app: Flask, office: Caller, requests: list[str]) -> None:
    rules = [{"type": "at_most", "count": 9, "regulator": True}]
    best = computed(app, office, {"requests": requests[:1], "rules": rules, "size": 1})["result"]["panels"][0]
    expert = best["members"][0]["expert"]["id"]
    request = office.get(f"/requests/{requests[0]}")
    wish = {"excluded_experts": [{"expert": expert, "reason": "represented the other side"}]}
    assert office.patch(f"/requests/{requests[0]}", wish, etag=request.headers["ETag"]).status_code == 200
    after = computed(app, office, {"requests": requests[:1], "rules": rules, "size": 3})["result"]["panels"][0]
    assert expert not in [one["expert"]["id"] for one in after["members"]]


def test_request_whose_rules_cannot_be_met_is_named_and_the_rest_filled(app: Flask, office: Caller) -> None:
    """There are 21 kinds of experts: forty of different kinds cannot sit together."""
    asked = [{"kind": "consultation", "title": title, "text": text} for title, text in MATTERS]
    impossible = office.made("/requests", asked[0] | {"experts_wanted": 40})["id"]
    others = [office.made("/requests", one | {"experts_wanted": 3})["id"] for one in asked]
    rules = [{"type": "at_least_one", "codes": ["PAT"]}, {"type": "max_per", "by": "kind", "name": "one of a kind"}]
    found = computed(app, office, {"requests": [impossible, *others], "rules": rules})["result"]
    assert found["unfilled"] == [impossible]
    assert [len(panel["members"]) for panel in found["panels"][1:]] == [3, 3, 3]
    shortage = found["panels"][0]["shortage"]
    assert (shortage["reason"], shortage["blocking"]) == ("rules", [None, 1])
    assert shortage["detail"] == "Its rules cannot be met, even with everybody free."
    assert 3 < len(found["panels"][0]["members"]) < 22


FAULTS: list[tuple[dict[str, Any], list[str]]] = [
    ({"requests": []}, ["/requests"]),
    ({"requests": "all"}, ["/requests"]),
    ({"requests": ["nobody", "nobody"], "size": 3}, ["/requests/0", "/requests/1"]),
    ({"preset": "perfect"}, ["/preset"]),
    ({"preset": "complex", "size": 9}, ["/size"]),
    ({"rules": [{"type": "max_per_organization"}], "size": 3}, ["/rules/0/type"]),
    ({"rules": [{"type": "odd"}]}, ["/requests/0", "/requests/1", "/requests/2"]),
    ({"rules": [{"type": "at_least_one", "kinds": ["K-XYZ"]}], "size": 3}, ["/rules/0/kinds/0"]),
    ({"rules": ["odd"], "size": 3}, ["/rules/0"]),
    ({"capacity": 0}, ["/capacity"]),
    ({"fairness": "equal"}, ["/fairness"]),
    ({"time_limit": 601}, ["/time_limit"]),
    ({"forced": [{"request": "r", "expert": "e"}]}, ["/forced/0/request", "/forced/0/expert"]),
    ({"forced": [{"request": "r"}]}, ["/forced/0/expert"]),
    ({"colour": "red"}, ["/colour"]),
]


@pytest.mark.parametrize(("changed", "pointers"), FAULTS, ids=[str(one[0])[:50] for one in FAULTS])
def test_every_fault_of_a_submission_is_named(
    office: Caller, requests: list[str], changed: dict[str, Any], pointers: list[str]
) -> None:
    answer = office.post("/batches", {"requests": requests} | changed)
    assert answer.status_code == 422
    assert [error["pointer"] for error in (answer.json or {})["errors"]] == pointers
    assert (office.get("/batches").json or {})["items"] == []


def test_request_that_is_closed_is_refused(office: Caller, requests: list[str]) -> None:
    etag = office.get(f"/requests/{requests[1]}").headers["ETag"]
    office.post(f"/requests/{requests[1]}/transitions", {"to": "cancelled", "reason": "withdrawn"}, etag=etag)
    answer = office.post("/batches", {"requests": requests, "preset": "complex"})
    assert [error["pointer"] for error in (answer.json or {})["errors"]] == ["/requests/1"]


def test_request_that_closes_while_the_batch_waits_fails_it_and_says_so(
    app: Flask, office: Caller, requests: list[str]
) -> None:
    batch = office.made("/batches", {"requests": requests, "preset": "complex"})
    etag = office.get(f"/requests/{requests[1]}").headers["ETag"]
    office.post(f"/requests/{requests[1]}/transitions", {"to": "cancelled", "reason": "withdrawn"}, etag=etag)
    worker.run_once(app, worker.KINDS)
    found = office.get(f"/batches/{batch['id']}").json or {}
    assert (found["status"], found["result"]) == ("failed", None)
    assert found["fault"]


def test_batch_is_cancelled_before_it_begins(app: Flask, office: Caller, requests: list[str]) -> None:
    batch = office.made("/batches", {"requests": requests, "preset": "complex"})
    etag = office.get(f"/batches/{batch['id']}").headers["ETag"]
    body = {"to": "cancelled", "reason": "wrong list"}
    answer = office.post(f"/batches/{batch['id']}/transitions", body, etag=etag)
    assert (answer.json or {})["status"] == "cancelled"
    assert not worker.run_once(app, worker.KINDS)


def test_agency_and_reviewer_may_not_submit_batches(app: Flask, requests: list[str]) -> None:
    for role in ("agency", "reviewer", "auditor"):
        assert caller(app, role).post("/batches", {"requests": requests}).status_code == 403


def test_batch_is_no_other_kind_of_job(app: Flask, office: Caller, requests: list[str]) -> None:
    batch = office.made("/batches", {"requests": requests, "preset": "complex"})
    assert (office.get(f"/jobs/{batch['id']}").json or {})["kind"] == "batch"
    assert office.get("/batches/nothing").status_code == 404


def test_people_of_the_body_that_asks_are_the_regulators_in_a_batch_too(app: Flask, office: Caller) -> None:
    """The people of a bureau are experts of any kind; that they are its own shows only from who asks."""
    administrator = caller(app, "administrator")
    bureau = administrator.made("/organisations", {"name": {"zh": "榕城市知识产权局"}, "kind": "O-GOV"})
    other = office.made("/requests", ASKED)["id"]
    asked = office.made("/requests", ASKED | {"requester": bureau["id"]})["id"]
    below = [
        administrator.made("/organisations", {"name": {"zh": name}, "kind": "O-GOV", "parent": bureau["id"]})["id"]
        for name in ("榕城知识产权保护中心", "榕城知识产权运营中心", "榕城知识产权调解中心")
    ]
    inside = {
        expert(administrator, f"局内{i}", kind=i, organisation=one)["id"] for i, one in zip(KINDS, below, strict=True)
    }
    found = computed(app, office, {"requests": [asked, other], "preset": "complex", "size": 3, "capacity": 2})
    seated = [{one["expert"]["id"] for one in panel["members"]} for panel in found["result"]["panels"]]
    assert [len(members & inside) for members in seated] == [1, 3]
    body = {"preset": "complex", "size": 3, "forced": sorted(seated[0]), "dry_run": True}
    answer = office.post(f"/requests/{asked}/panels", body).json or {}
    assert answer.get("status") == "proposed", answer
