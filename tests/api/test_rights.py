"""The rights of the people in the pool over HTTP, on both engines.

Pinned: the file of everything held has all that any table holds of a person; a correction is asked for, decided and
made; consents are kept by version; after an erasure no cell of any table holds a word of the person, while engagements,
opinions, panels and lists stay and still compute under the pseudonym; refusals have a ground; all of it is in the log.
"""

import hashlib
import io
import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from expertdb.database import db, transaction
from expertdb.models.audit import canonical
from expertdb.models.base import Base
from expertdb.models.opinions import Opinion
from expertdb.models.panels import Panel
from expertdb.models.shortlists import Shortlist
from expertdb.services import held
from matching import recompute
from tests.api.people import ASKED, candidate, expert, invited_expert, listed, moved, pages, preview
from tests.api.test_engagements import SCORES
from tests.callers import Caller, Clock
from tests.conftest import caller

NAME, EMPLOYER = "欧阳岚琴", "隐名律师事务所"
MARKS = ("欧阳岚琴", "Ouyang", "擦除标记", "13900001234", "R-擦除")
BODY = {
    "name": {"zh": NAME, "en": "Ouyang Lanqin"},
    "source_id": "R-擦除-1",
    "statement": "电池专利无效宣告，擦除标记甲。",
    "items": [{"kind": "case", "title": "电池专利无效宣告案擦除标记乙", "text": "专利擦除标记丙", "year": 2024}],
    "organisation": EMPLOYER,
    "position": "擦除标记丁",
    "restricted": {"phone": "13900001234", "id_number": "11010519491231002X"},
}
DRAWN = {"size": 1, "reserves": 0, "public_source": "双色球第2026136期", "not_before": "2026-11-24T13:30:00Z"}


def accepted(office: Caller) -> dict[str, Any]:
    asked = office.made("/requests", ASKED)
    moved(office, f"/requests/{asked['id']}", "accepted")
    return asked


def served(administrator: Caller, office: Caller, clock: Clock) -> tuple[str, dict[str, Any]]:
    """Somebody of whom every part of the service holds something: their id, and what to look at afterwards."""
    one = administrator.post("/experts", _entered(), headers={"Idempotency-Key": "k1"}).json["id"]
    expert(administrator, "另一人", statement="电池专利无效宣告经验", items=[])
    asked = accepted(office)
    stored = office.made(f"/requests/{asked['id']}/shortlists", {})
    office.made(f"/requests/{accepted(office)['id']}/draws", DRAWN)
    panel = office.made(f"/requests/{asked['id']}/panels", {"size": 1, "forced": [one], "rules": [{"type": "odd"}]})
    decided = {"to": "confirmed", "reason": "同意", "confirmed_by": "王某"}
    deviations = [{"expert": one, "reason": "已有经验"}] if panel["members"][0]["rank"] > 1 else []
    answer = office.post(f"/panels/{panel['id']}/transitions", decided | {"deviations": deviations}, etag="*")
    assert answer.status_code == 200, answer.get_data(as_text=True)
    [engagement] = office.made(f"/panels/{panel['id']}/invitations", {})["items"]
    at = f"/engagements/{engagement['id']}"
    guest = Caller(office.app, office.made(f"{at}/links", {})["token"])
    interests = [{"type": "kin", "counterpart": "擦除标记戊", "in_this_matter": False}]
    declared = guest.post(f"{at}/declarations", {"none": False, "interests": interests, "confidential": True})
    assert declared.status_code == 200, declared.get_data(as_text=True)
    guest.post(f"{at}/transitions", {"to": "accepted", "reason": "可以"}, etag="*")
    guest.made("/opinions", {"engagement": engagement["id"], "position": "oppose", "text": "不可。", "signed_by": NAME})
    guest.post(f"{at}/transitions", {"to": "delivered", "reason": "已交"}, etag="*")
    administrator.made(f"/experts/{one}/consents", _consent("2026-1"))
    return one, {"shortlist": stored, "panel": panel, "engagement": engagement}


def _entered() -> dict[str, Any]:
    term = {"start": "2026-01-01", "end": "2028-12-31"}
    return BODY | {"kind": "K-PA", "codes": ["PAT-INV"], "status": "active", "term": term}


def _consent(notice: str, **changes: Any) -> dict[str, Any]:
    return {"notice": notice, "form": "signed", "given_on": "2026-01-05", "evidence": "擦除标记己号档"} | changes


def claimed(administrator: Caller, one: str, kind: str, **body: Any) -> str:
    return f"/experts/{one}/claims/" + administrator.made(f"/experts/{one}/claims", {"kind": kind, **body})["id"]


def decided(administrator: Caller, claim: str, to: str, **body: Any) -> Any:
    return administrator.post(f"{claim}/transitions", {"to": to, "reason": "依申请", **body}, etag="*")


def cells(app: Flask, marks: tuple[str, ...] = MARKS) -> dict[str, list[str]]:
    """Every cell of every table that holds a mark, by table."""
    found: dict[str, list[str]] = {}
    with app.app_context(), db.engine.connect() as connection:
        for table in Base.metadata.sorted_tables:
            for row in connection.execute(select(table)):
                for value in row:
                    said = value.decode("utf-8", "replace") if isinstance(value, bytes) else _said(value)
                    if any(mark in said for mark in marks):
                        found.setdefault(table.name, []).append(said[:200])
    return found


def _said(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else str(value)


def test_after_erasure_no_table_holds_a_word_of_the_person_and_the_files_still_add_up(
    app: Flask, administrator: Caller, office: Caller, clock: Clock
) -> None:
    one, there = served(administrator, office, clock)
    everywhere = cells(app)
    assert {"experts", "expert_items", "shortlists", "panels", "draws", "opinions", "expert_ties"} <= set(everywhere)
    assert {"idempotent_answers", "consents", "shortlist_entries"} <= set(everywhere)
    claim = claimed(administrator, one, "erasure", text="请删除擦除标记庚")
    answer = decided(administrator, claim, "granted")
    assert answer.status_code == 200, answer.get_data(as_text=True)
    assert (answer.json["status"], answer.json["text"]) == ("granted", "")
    assert cells(app) == {}
    gone = administrator.get(f"/experts/{one}").json
    assert (gone["status"], gone["name"]["en"], gone["items"], gone["codes"]) == (
        "erased",
        f"Erased {one[-12:]}",
        [],
        [],
    )
    assert gone["restricted"] == {}
    assert one not in listed(preview(administrator))
    assert office.post(f"/engagements/{there['engagement']['id']}/links", {}).status_code == 409
    kept = office.get(f"/engagements/{there['engagement']['id']}").json
    assert (kept["status"], kept["expert"]["id"]) == ("delivered", one)
    assert len(office.get("/opinions").json["items"]) == 1
    assert office.get(f"/panels/{there['panel']['id']}/file?format=json").status_code == 200
    stored = office.get(f"/shortlists/{there['shortlist']['id']}").json
    before = there["shortlist"]["entries"]
    assert [(e["rank"], e["affinity"]) for e in stored["entries"]] == [(e["rank"], e["affinity"]) for e in before]
    with app.app_context(), transaction(read_only=True) as session:
        snapshot = session.get_one(Shortlist, there["shortlist"]["id"]).snapshot
        assert recompute(snapshot) == [(e["expert"]["id"], e["affinity"]) for e in before]


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_after_erasure_the_file_of_the_database_holds_no_word_of_the_person(
    app: Flask, administrator: Caller, office: Caller, clock: Clock
) -> None:
    one, _ = served(administrator, office, clock)
    assert decided(administrator, claimed(administrator, one, "erasure"), "granted").status_code == 200
    with app.app_context(), db.engine.connect() as connection:
        connection.connection.driver_connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # type: ignore[union-attr]
        content = Path(str(db.engine.url.database)).read_bytes()
    for mark in MARKS:
        assert mark.encode() not in content
        assert json.dumps(mark)[1:-1].encode() not in content


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_erasure_leaves_everything_of_everybody_else(
    app: Flask, administrator: Caller, office: Caller, clock: Clock
) -> None:
    one, _ = served(administrator, office, clock)
    other = neighbour(administrator, office)
    before = rows_about(app, other)
    assert {"expert_revisions", "expert_ties", "opinions", "evaluations", "claims", "consents"} <= set(before)
    assert {"engagements", "sanctions", "objections", "shortlist_conflicts", "shortlist_entries"} <= set(before)
    assert all(before[name] for name in ("listed", "candidates", "named"))
    assert decided(administrator, claimed(administrator, one, "erasure"), "granted").status_code == 200
    assert rows_about(app, other) == before


def neighbour(administrator: Caller, office: Caller) -> str:
    """Somebody else of whom there is a row of each kind: their id."""
    reviewer = caller(office.app, "reviewer")
    at = candidate(
        administrator, reviewer, name="邻人", statement="电池专利无效宣告", restricted={"phone": "13711112222"}
    )
    objection = {"lodged_by": "citizen", "reference": "信访9号", "ground": "other", "text": "有异议。"}
    reviewer.made(f"{at}/objections", objection)
    [lodged] = administrator.get(f"{at}/objections").json["items"]
    body = {"to": "dismissed", "reason": "查无实据"}
    assert reviewer.post(f"{at}/objections/{lodged['id']}/transitions", body, etag="*").status_code == 200
    office.app.extensions["clock"].forward(days=8)
    moved(reviewer, at, "active")
    assert administrator.patch(at, {"position": "主任"}, etag="*").status_code == 200
    administrator.made(f"{at}/consents", _consent("2026-1"))
    administrator.made(f"{at}/claims", {"kind": "copy", "text": "请给副本"})
    asked = accepted(office)
    office.made(f"/requests/{asked['id']}/shortlists", {})
    id = at.rpartition("/")[2]
    panel = office.made(f"/requests/{asked['id']}/panels", {"size": 1, "forced": [id], "rules": [{"type": "odd"}]})
    given = [{"expert": row["expert"], "reason": "指定"} for row in panel["deviations"]]
    decision = {"to": "confirmed", "reason": "同意", "confirmed_by": "王某", "deviations": given}
    assert office.post(f"/panels/{panel['id']}/transitions", decision, etag="*").status_code == 200
    [engagement] = office.made(f"/panels/{panel['id']}/invitations", {})["items"]
    path = f"/engagements/{engagement['id']}"
    interests = [{"type": "kin", "counterpart": "某公司", "in_this_matter": False}]
    office.post(f"{path}/declarations", {"none": False, "interests": interests, "confidential": True})
    for to in ("accepted", "delivered"):
        moved(office, path, to)
        if to == "accepted":
            said = {"engagement": engagement["id"], "position": "support", "text": "可。", "signed_by": "邻人"}
            office.made("/opinions", said)
    office.made("/evaluations", {"engagement": engagement["id"], "scores": SCORES, "comment": "好"})
    office.made(f"/requests/{office.made('/requests', ASKED | {'parties': [{'name': '某公司'}]})['id']}/shortlists", {})
    moved(administrator, at, "suspended")
    [sanction] = administrator.get(f"{at}/sanctions").json["items"]
    appeal = {"to": "appealed", "reason": "不服"}
    assert administrator.post(f"{at}/sanctions/{sanction['id']}/transitions", appeal, etag="*").status_code == 200
    return id


def rows_about(app: Flask, id: str) -> dict[str, list[Any]]:
    """Every row about an expert, by table, and what snapshots say of them; but for notes of changes to index."""
    found: dict[str, list[Any]] = {}
    with app.app_context(), db.engine.connect() as connection:
        for table in Base.metadata.sorted_tables:
            if "expert_id" in table.columns and not table.name.startswith("corpus_"):
                rows = connection.execute(select(table).where(table.c.expert_id == id)).all()
                found |= {table.name: sorted(map(str, rows))} if rows else {}
        lists = connection.scalars(select(Shortlist.snapshot)).all()
        chosen = connection.execute(select(Panel.snapshot, Panel.names)).all()
    found["listed"] = [row for one in lists for row in one["entries"] if row["expert"] == id]
    found["candidates"] = [row for one, _ in chosen for row in one["candidates"] if row["expert"] == id]
    found["named"] = [names["experts"][id] for _, names in chosen if id in names["experts"]]
    return found


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_panel_keeps_of_an_erased_person_what_its_rules_read_and_no_employer_or_matched_word(
    app: Flask, administrator: Caller, office: Caller, clock: Clock
) -> None:
    one, there = served(administrator, office, clock)
    at = f"/panels/{there['panel']['id']}"
    [before] = [row for row in office.get(f"{at}/file?format=json").json["candidates"] if row["expert"] == one]
    assert decided(administrator, claimed(administrator, one, "erasure"), "granted").status_code == 200
    assert set(cells(app, (EMPLOYER,))) == {"organisations", "organisation_names"}
    [seat] = office.get(at).json["members"]
    assert (seat["expert"]["id"], seat["organisation"], seat["affinity"]) == (one, None, before["affinity"])
    file = office.get(f"{at}/file?format=json").json
    [after] = [row for row in file["candidates"] if row["expert"] == one]
    assert after == before | {"reasons": before["reasons"] | {"items": [], "terms": []}}
    assert one not in file["names"]["experts"]


def test_finding_about_another_keeps_no_name_of_an_erased_person(
    app: Flask, administrator: Caller, office: Caller
) -> None:
    works = [{"kind": "project", "title": "动力电池隔膜联合攻关", "year": 2026}]
    one = expert(administrator, NAME, organisation=EMPLOYER, items=works)["id"]
    other = expert(administrator, "另一人", items=works)["id"]
    matter = ASKED | {"parties": [{"name": EMPLOYER, "role": "respondent"}]}
    at = f"/requests/{office.made('/requests', matter)['id']}/shortlists"
    made = office.made(at, {})
    assert [row["expert"]["id"] for row in made["disclosed"]] == [other]
    assert NAME in str(made["disclosed"])
    assert decided(administrator, claimed(administrator, one, "erasure"), "granted").status_code == 200
    assert cells(app, (NAME,)) == {}
    [row] = office.get(f"/shortlists/{made['id']}").json["disclosed"]
    assert row["findings"][0]["evidence"]["with"] == {"id": one, "name": {}}
    assert row["findings"][0]["evidence"]["title"] == "动力电池隔膜联合攻关"


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_untouched_opinion_of_an_erased_person_still_matches_its_digest(
    app: Flask, administrator: Caller, office: Caller, clock: Clock
) -> None:
    one, there = served(administrator, office, clock)
    [before] = office.get("/opinions").json["items"]
    assert decided(administrator, claimed(administrator, one, "erasure"), "granted").status_code == 200
    [after] = office.get("/opinions").json["items"]
    assert (after["digest"], after["signature"]) == (before["digest"], before["signature"])
    assert (after["is_untouched"], after["salt"], after["signature_erased_on"]) == (True, None, "2026-11-23")
    [filed] = office.get(f"/panels/{there['panel']['id']}/file?format=json").json["opinions"]
    signed = ("engagement_id", "position", "text", "dissent", "signature")
    assert hashlib.sha256(canonical({name: filed[name] for name in signed}).encode()).hexdigest() == before["digest"]
    with app.app_context(), transaction() as session:
        opinion = session.get_one(Opinion, before["id"])
        opinion.text = "可以。"
        assert not opinion.is_untouched
        session.rollback()


def test_opinion_from_before_signatures_were_hashed_apart_matches_its_digest_until_its_name_is_erased() -> None:
    said = {"engagement_id": "e", "position": "oppose", "text": "不可。", "dissent": False, "signed_by": NAME}
    opinion = Opinion(**said, digest=hashlib.sha256(canonical(said).encode()).hexdigest())
    assert opinion.is_untouched
    opinion.signed_by, opinion.signature_erased_on = "Erased 5f0c", date(2026, 11, 28)
    assert opinion.is_untouched is None


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_draw_is_revealed_and_verified_though_somebody_in_it_was_erased(
    administrator: Caller, office: Caller, clock: Clock
) -> None:
    people = [expert(administrator, name)["id"] for name in ("甲某", "乙某", "丙某")]
    draw = office.made(f"/requests/{accepted(office)['id']}/draws", DRAWN)
    decided(administrator, claimed(administrator, people[0], "erasure"), "granted")
    clock.forward(days=2)
    answer = office.post(f"/draws/{draw['id']}/reveal", {"public_value": "01 02 03"})
    assert answer.status_code == 200, answer.json
    record = office.get(f"/draws/{draw['id']}").json["record"]
    assert office.post("/draws/verify", {"record": record}).json["problems"] == []


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_no_answer_about_an_erased_person_is_kept_for_a_repeated_call(app: Flask, administrator: Caller) -> None:
    one = expert(administrator)["id"]
    work = {"display_name": "擦除标记题", "type": "article", "publication_year": 2024, "authorships": [{"author": {}}]}
    calls = {
        "ties": {"type": "kin", "counterpart": "擦除标记乙", "note": "林岚之夫"},
        "consents": _consent("2026-1"),
        "claims": {"kind": "copy", "text": "擦除标记丙"},
        "items/imports": {"same_person": True, "record": {"results": [work]}},
    }
    for path, body in calls.items():
        answer = administrator.post(f"/experts/{one}/{path}", body, headers={"Idempotency-Key": path})
        assert answer.status_code < 300, answer.json
    for claim in administrator.get("/claims?status=open").json["items"]:
        decided(administrator, f"/experts/{one}/claims/{claim['id']}", "refused", ground="repeated")
    assert "idempotent_answers" in cells(app)
    assert decided(administrator, claimed(administrator, one, "erasure"), "granted").status_code == 200
    assert cells(app) == {}


def test_file_has_everything_in_plain_text_and_making_it_leaves_a_trace(
    administrator: Caller, office: Caller, clock: Clock
) -> None:
    one, there = served(administrator, office, clock)
    office.made("/evaluations", {"engagement": there["engagement"]["id"], "scores": SCORES, "comment": "好"})
    assert administrator.get(f"/experts/{one}/personal-data").status_code == 422
    assert office.get(f"/experts/{one}/personal-data?reason=本人申请").status_code == 403
    answer = administrator.get(f"/experts/{one}/personal-data?reason=本人申请")
    found = json.loads(answer.get_data(as_text=True))
    assert "attachment" in answer.headers["Content-Disposition"]
    assert found["restricted"] == {"phone": "13900001234", "id_number": "11010519491231002X"}
    assert (found["expert"]["name_zh"], found["expert"]["organisation"]["zh"]) == (NAME, EMPLOYER)
    for part in ("items", "transitions", "consents", "ties", "shortlist_entries", "panel_seats", "engagements", "log"):
        assert found[part], part
    [opinion] = found["opinions"]
    assert (opinion["text"], opinion["signed_by"]) == ("不可。", NAME)
    assert {row["of"]: row["candidate"]["expert"] for row in found["considered"]} == {"panel": one, "draw": one}
    of_engagement = {"engagement.invited", "engagement.link_issued", "engagement.declared", "engagement.moved"}
    assert of_engagement | {"opinion.signed", "evaluation.given"} <= {row["action"] for row in found["log"]}
    actions = [row["action"] for row in administrator.get(f"/audit?subject={one}").json["items"]]
    assert {"restricted.read", "expert.copied"} <= set(actions)


def test_file_names_the_panels_that_a_filter_kept_somebody_off(administrator: Caller, office: Caller) -> None:
    one = expert(administrator)["id"]
    expert(administrator, "陈岚", kind="K-LAW")
    asked = office.made("/requests", ASKED)
    body = {"size": 1, "rules": [{"type": "odd"}], "filters": {"kind": ["K-LAW"]}}
    panel = office.made(f"/requests/{asked['id']}/panels", body)
    answer = administrator.get(f"/experts/{one}/personal-data?reason=本人申请")
    [row] = json.loads(answer.get_data(as_text=True))["considered"]
    assert (row["id"], row["candidate"]["rank"], row["candidate"]["out"]) == (panel["id"], 1, "filters")


def test_every_table_about_an_expert_is_in_the_file() -> None:
    about = {table.name for table in Base.metadata.sorted_tables if "expert_id" in table.columns}
    # Preferences are what `availability` says, laid out for looking up.
    elsewhere = {"restricted_values", "expert_preferences", "corpus_changes", "corpus_touched"}
    assert about - {model.__tablename__ for model in held.SECTIONS.values()} == elsewhere


def test_correction_is_asked_for_decided_and_made(administrator: Caller) -> None:
    one = expert(administrator)["id"]
    claim = claimed(administrator, one, "correction", text="电话已换", received_on="2026-11-20")
    assert administrator.get(claim).json["due"] == "2026-12-20"
    bad = decided(administrator, claim, "granted", changes={"organisation": " "})
    assert bad.status_code == 422
    assert decided(administrator, claim, "granted").json["errors"][0]["pointer"] == "/changes"
    changes = {"restricted": {"phone": "13800005678"}, "position": "高级合伙人"}
    answer = decided(administrator, claim, "granted", changes=changes)
    assert (answer.status_code, answer.json["status"]) == (200, "granted")
    now = administrator.get(f"/experts/{one}").json
    assert (now["position"], now["restricted"]["phone"]) == ("高级合伙人", "138***78")
    assert decided(administrator, claim, "refused", ground="repeated").status_code == 409
    log = administrator.get(f"/audit?subject={one}").json["items"]
    assert [row["action"] for row in log[:3]] == ["expert.edited", "claim.decided", "claim.lodged"]
    assert "13800005678" not in json.dumps(log)


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_claims_and_consents_come_in_pages(administrator: Caller) -> None:
    at = f"/experts/{expert(administrator)['id']}"
    for day in ("2026-01-05", "2026-02-05", "2026-02-05"):
        administrator.made(f"{at}/claims", {"kind": "copy", "received_on": day})
        administrator.made(f"{at}/consents", {"notice": "1", "form": "signed", "given_on": day})
    for path, key in (("/claims", "due"), (f"{at}/claims", "due"), (f"{at}/consents", "given_on")):
        found = pages(administrator, f"{path}?limit=1")
        assert [len(page) for page in found] == [1, 1, 1]
        days = [page[0][key] for page in found]
        assert days == sorted(days, reverse=key == "given_on")
    assert administrator.get("/claims?cursor=WyIyMDI2LTEzLTAxIiwgIngiXQ").status_code == 422


def test_draft_is_not_deleted_over_an_open_claim(administrator: Caller) -> None:
    one = administrator.made("/experts", {"name": {"zh": "林岚"}, "kind": "K-PA"})["id"]
    claim = claimed(administrator, one, "correction", text="请更正")
    refused = administrator.delete(f"/experts/{one}", etag="*")
    assert (refused.status_code, "1 claim of this person is open; answer it first." in refused.json["detail"]) == (
        409,
        True,
    )
    decided(administrator, claim, "refused", ground="not_shown_wrong")
    assert administrator.delete(f"/experts/{one}", etag="*").status_code == 204


def test_refusal_names_its_ground_and_changes_nothing(administrator: Caller) -> None:
    one = expert(administrator)["id"]
    claim = claimed(administrator, one, "erasure")
    assert decided(administrator, claim, "refused").json["errors"][0]["pointer"] == "/ground"
    assert decided(administrator, claim, "granted", ground="other").json["errors"][0]["pointer"] == "/ground"
    answer = decided(administrator, claim, "refused", ground="kept_by_law", reason="任期档案保存期未满")
    assert (answer.json["status"], answer.json["ground"]) == ("refused", "kept_by_law")
    assert administrator.get(f"/experts/{one}").json["status"] == "active"
    [waiting] = administrator.get("/claims?status=refused").json["items"]
    assert (waiting["expert"], administrator.get("/claims?status=open").json["items"]) == (one, [])


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_nobody_is_erased_while_at_work_and_an_erased_one_is_edited_no_more(
    app: Flask, administrator: Caller, office: Caller
) -> None:
    engagement, _ = invited_expert(administrator, office)
    one = engagement["expert"]["id"]
    claim = claimed(administrator, one, "erasure")
    refused = decided(administrator, claim, "granted")
    assert (refused.status_code, "engagement" in refused.json["detail"]) == (409, True)
    assert administrator.get(f"/experts/{one}").json["status"] == "active"
    office.post(f"/engagements/{engagement['id']}/transitions", {"to": "withdrawn", "reason": "改期"}, etag="*")
    assert decided(administrator, claim, "granted").status_code == 200
    path = f"/experts/{one}"
    for answer in (
        administrator.patch(path, {"statement": "回来"}, etag="*"),
        administrator.post(f"{path}/items", {"kind": "case", "title": "案"}),
        administrator.post(f"{path}/ties", {"type": "kin", "counterpart": "某人"}),
        administrator.post(f"{path}/claims", {"kind": "copy"}),
        administrator.post(f"{path}/consents", _consent("2026-1")),
    ):
        assert (answer.status_code, answer.json["type"].rpartition(":")[2]) == (409, "expert-is-erased"), answer.json
    line = json.dumps({"id": one, "name": {"zh": "回来"}, "kind": "K-PA"}).encode()
    form = {"file": (io.BytesIO(line), "x.jsonl"), "decisions": json.dumps({"1": {"merge": one}})}
    assert administrator.post("/experts/imports", data=form, content_type="multipart/form-data").status_code == 422
    assert caller(app, "agency").get("/claims").status_code == 403


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_whoever_accepted_is_at_work_and_holds_up_nobody_elses_erasure(administrator: Caller, office: Caller) -> None:
    engagement, guest = invited_expert(administrator, office)
    other = expert(administrator, "另一人")["id"]
    at = f"/engagements/{engagement['id']}"
    guest.post(f"{at}/declarations", {"none": True, "interests": [], "confidential": True})
    assert guest.post(f"{at}/transitions", {"to": "accepted", "reason": "可以"}, etag="*").status_code == 200
    claim = claimed(administrator, engagement["expert"]["id"], "erasure")
    assert decided(administrator, claim, "granted").status_code == 409
    moved(administrator, f"/experts/{engagement['expert']['id']}", "removed")
    assert decided(administrator, claim, "granted").status_code == 409
    assert decided(administrator, claimed(administrator, other, "erasure"), "granted").status_code == 200


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_erasure_takes_what_describes_the_person_without_naming_them(administrator: Caller) -> None:
    described = {"region": "350200", "title_level": "T2", "position": "主任", "languages": ["zh", "en"]}
    availability = {"max_load": 3, "modes": ["written"]}
    one = expert(administrator, organisation=EMPLOYER, availability=availability, **described)
    assert decided(administrator, claimed(administrator, one["id"], "erasure"), "granted").status_code == 200
    gone = administrator.get(f"/experts/{one['id']}").json
    assert {gone[name] for name in ("region", "title_level", "position", "organisation", "source_id")} == {None}
    assert (gone["languages"], gone["licences"], gone["availability"]) == ([], [], {})


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_consents_are_kept_by_version_and_taken_back_once(administrator: Caller) -> None:
    path = f"/experts/{expert(administrator)['id']}/consents"
    administrator.made(path, _consent("2026-1"))
    later = administrator.made(path, _consent("2026-2", given_on="2026-06-01", form="electronic"))
    assert [one["notice"] for one in administrator.get(path).json["items"]] == ["2026-2", "2026-1"]
    back = {"to": "withdrawn", "reason": "本人来函"}
    assert (
        administrator.post(f"{path}/{later['id']}/transitions", back | {"on": "2026-05-01"}, etag="*").status_code
        == 422
    )
    answer = administrator.post(f"{path}/{later['id']}/transitions", back, etag="*")
    assert (answer.status_code, answer.json["withdrawn_on"]) == (200, "2026-11-23")
    assert administrator.post(f"{path}/{later['id']}/transitions", back, etag="*").status_code == 409
    assert administrator.post(path, _consent("2026-3", given_on="2027-01-01")).status_code == 422
    assert administrator.post(path, _consent("2026-3", evidence="卡号6222021234567890128")).status_code == 422


def test_the_call_that_erases_is_answered_again_as_it_was(administrator: Caller) -> None:
    one = expert(administrator)
    moved(administrator, f"/experts/{one['id']}", "withdrawn")
    ways = [
        administrator.post(
            f"/experts/{one['id']}/transitions",
            {"to": "erased", "reason": "本人要求"},
            etag="*",
            headers={"Idempotency-Key": "erasing"},
        )
        for _ in range(2)
    ]
    assert [way.status_code for way in ways] == [200, 200], ways[1].get_data(as_text=True)
    assert ways[0].get_data() == ways[1].get_data()
    assert ways[1].headers["Idempotency-Replayed"] == "true"
