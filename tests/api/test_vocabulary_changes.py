"""Changes of vocabularies over HTTP, and suggestions, on both engines where the database has a part in it.

Pinned: a change is in the very next shortlist, in every process, and in no other installation; each makes a version
that can be read ever after; a merged code is still understood, and whoever had it has the other; lists drawn up before
read as they did; changes that make no sense are refused, all or none; suggestions are decided once.
"""

from typing import Any

import pytest
from flask import Flask

from tests.api.people import ASKED, expert, listed, moved, preview, shortlist
from tests.callers import Caller
from tests.conftest import caller, close, make_app

ALIAS = {"do": "add_alias", "code": "GI", "alias": "岩韵金标"}
NEW = {
    "do": "add_code",
    "code": "NFT",
    "zh": "数字藏品",
    "en": "Digital collectibles",
    "aliases": ["数藏"],
    "parent": "CR",
}
only_sqlite = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)


def changed(administrator: Caller, *changes: dict[str, Any], name: str = "ip_subject", etag: str = "*") -> Any:
    return administrator.patch(f"/vocabularies/{name}", {"changes": list(changes), "reason": "用户建议"}, etag=etag)


def term(caller: Caller, code: str, query: str = "", name: str = "ip_subject") -> dict[str, Any] | None:
    items = caller.get(f"/vocabularies/{name}{query}").json["items"]
    return next((one for one in items if one["code"] == code), None)


def pointers(answer: Any) -> list[str]:
    assert answer.status_code == 422, answer.get_data(as_text=True)
    return [fault["pointer"] for fault in answer.json["errors"]]


def concepts(found: dict[str, Any]) -> list[str]:
    lines = [line for entry in found["entries"] for line in entry["reasons"]["terms"]]
    return [line["term"] for line in lines if line["field"] == "concept"]


def test_alias_is_in_the_very_next_shortlist_in_every_process(app: Flask, administrator: Caller) -> None:
    expert(administrator, statement="熟悉岩韵金标的运用。", codes=[], items=[])
    asked = {"title": "", "text": "Geographical indication strategy"}
    other = make_app(app.config["SQLALCHEMY_DATABASE_URI"], app.extensions["clock"])
    elsewhere = Caller(other, administrator.secret)
    assert preview(administrator, **asked)["entries"] == preview(elsewhere, **asked)["entries"] == []
    answer = changed(administrator, ALIAS)
    assert (answer.status_code, answer.json["version"], answer.headers["ETag"]) == (200, "2026.1+1", '"1"')
    for one in (administrator, elsewhere):
        assert "GI" in concepts(preview(one, **asked))
        assert term(one, "GI", "?q=岩韵") is not None
    close(other)


@only_sqlite
def test_other_installations_keep_their_own_words(app: Flask, databases: Any, administrator: Caller) -> None:
    other = make_app(databases.fresh("sqlite"), app.extensions["clock"])
    stranger = caller(other, "administrator")
    changed(administrator, ALIAS)
    assert stranger.get("/vocabularies/ip_subject").json["version"] == "2026.1"
    assert term(stranger, "GI", "?q=岩韵") is None
    assert term(administrator, "GI", "?q=岩韵") is not None
    close(other)


def test_new_code_can_be_held_asked_for_and_found(administrator: Caller) -> None:
    assert changed(administrator, NEW).status_code == 200
    one = expert(administrator, codes=["NFT"], statement="", items=[])
    assert [found["id"] for found in administrator.get("/experts?subject=CR").json["items"]] == [one["id"]]
    listed = preview(administrator, title="", text="数藏平台", aspects=[{"code": "NFT", "need": "must"}])
    assert listed["entries"][0]["reasons"]["aspects_covered"] == ["NFT"]


def test_merged_code_stands_for_the_other_wherever_it_is_written(administrator: Caller) -> None:
    one = expert(administrator, codes=["EN", "TM"], statement="", items=[])
    made = shortlist(administrator, size=1)
    asked = administrator.made(
        "/requests", {"kind": "consultation", "title": "字号", "text": "", "aspects": [{"code": "EN"}]}
    )
    old = administrator.made(f"/requests/{asked['id']}/shortlists", {})
    assert changed(administrator, {"do": "merge", "code": "EN", "into": "TM"}).status_code == 200
    now = administrator.get(f"/experts/{one['id']}").json
    assert (now["codes"], now["version"]) == (["TM"], one["version"] + 1)
    gone = term(administrator, "EN")
    assert gone is not None
    assert (gone["deprecated"], gone["merged_into"], gone["aliases"]) == (True, "TM", [])
    patched = administrator.patch(f"/experts/{one['id']}", {"codes": ["EN", "PAT-INV"]}, etag="*").json
    assert patched["codes"] == ["TM", "PAT-INV"]
    assert len(administrator.get("/experts?subject=EN").json["items"]) == 1
    again = administrator.made(f"/requests/{asked['id']}/shortlists", {})
    assert again["entries"][0]["reasons"]["aspects_covered"] == ["TM"]
    assert again["vocabulary_versions"]["ip_subject"] == "2026.1+1"
    for stored in (old, made):
        read = administrator.get(f"/shortlists/{stored['id']}").json
        assert read == stored
        assert read["vocabulary_versions"]["ip_subject"] == "2026.1"
    found = [one["id"] for one in administrator.get("/shortlists?aspect=EN").json["items"]]
    assert set(found) == {old["id"], again["id"]}


def test_who_did_not_want_a_merged_code_does_not_want_the_other(administrator: Caller) -> None:
    unwanted = {"codes": ["EN", "TM"], "kinds": ["policy_drafting"]}
    one = expert(administrator, codes=["TM"], availability={"max_load": 3, "not_wanted": {"codes": ["EN"]}})
    other = expert(administrator, codes=["TM"], availability={"not_wanted": unwanted})
    changed(administrator, {"do": "merge", "code": "EN", "into": "TM"})
    now = administrator.get(f"/experts/{one['id']}").json
    assert now["availability"] == {"max_load": 3, "not_wanted": {"codes": ["TM"]}}
    kept = administrator.get(f"/experts/{other['id']}").json["availability"]["not_wanted"]
    assert kept == unwanted | {"codes": ["TM"]}
    assert listed(preview(administrator, aspects=[{"code": "EN"}])) == []
    assert listed(preview(administrator, aspects=[{"code": "TM"}])) == []


@only_sqlite
@pytest.mark.parametrize(
    ("name", "old", "new", "field"),
    [
        ("region", "FJ-PT", "350100", "region"),
        ("title_level", "T0", "T4", "title_level"),
        ("language", "nan", "zh", "languages"),
        ("expert_kind", "K-ECON", "K-ACA", "kind"),
    ],
)
def test_merge_reaches_every_field_that_holds_the_code(
    administrator: Caller, name: str, old: str, new: str, field: str
) -> None:
    one = expert(administrator, **{field: [old, "en"] if field == "languages" else old})
    assert changed(administrator, {"do": "merge", "code": old, "into": new}, name=name).status_code == 200
    assert administrator.get(f"/experts/{one['id']}").json[field] == ([new, "en"] if field == "languages" else new)


@only_sqlite
def test_every_version_can_be_read_ever_after(administrator: Caller) -> None:
    changed(administrator, ALIAS, NEW)
    changed(administrator, {"do": "relabel", "code": "GI", "zh": "地理标志产品"}, {"do": "deprecate", "code": "DN"})
    changed(
        administrator, {"do": "remove_alias", "code": "GI", "alias": ALIAS["alias"]}, {"do": "restore", "code": "DN"}
    )
    seen = []
    for version in ("2026.1", "2026.1%2B1", "2026.1%2B2", "2026.1%2B4", "2026.1%2B6"):
        gi, dn = (term(administrator, code, f"?version={version}") for code in ("GI", "DN"))
        assert gi is not None
        assert dn is not None
        new = term(administrator, "NFT", f"?version={version}")
        seen.append((gi["zh"], ALIAS["alias"] in gi["aliases"], dn["deprecated"], new is not None))
    assert seen == [
        ("地理标志", False, False, False),
        ("地理标志", True, False, False),
        ("地理标志", True, False, True),
        ("地理标志产品", True, True, True),
        ("地理标志产品", False, False, True),
    ]
    for version in ("2026.1%2B7", "2025.1", "x", "2026.1%2Bx", f"2026.1%2B{'1' * 5000}", "%00"):
        assert administrator.get(f"/vocabularies/ip_subject?version={version}").status_code in (404, 422), version
    deeds = [one["do"] for one in administrator.get("/vocabularies/ip_subject/changes?limit=4").json["items"]]
    assert deeds == ["restore", "remove_alias", "deprecate", "relabel"]


@only_sqlite
@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"do": "add_alias", "code": "NOPE", "alias": "某词"}, "/changes/1/code"),
        ({"do": "add_alias", "code": "GI", "alias": "商标"}, "/changes/1/alias"),
        ({"do": "add_alias", "code": "GI", "alias": "x"}, "/changes/1/alias"),
        ({"do": "add_alias", "code": "GI"}, "/changes/1/alias"),
        ({"do": "remove_alias", "code": "GI", "alias": "没有"}, "/changes/1/alias"),
        ({"do": "add_code", "code": "LG-INV", "zh": "甲", "en": "A"}, "/changes/1/code"),
        ({"do": "add_code", "code": "nft!", "zh": "甲", "en": "A"}, "/changes/1/code"),
        ({"do": "add_code", "code": "NEW", "zh": "甲"}, "/changes/1/en"),
        ({"do": "add_code", "code": "NEW", "zh": "甲", "en": "A", "parent": "NOPE"}, "/changes/1/parent"),
        ({"do": "merge", "code": "GI", "into": "GI"}, "/changes/1/into"),
        ({"do": "merge", "code": "PAT", "into": "PAT-INV"}, "/changes/1/into"),
        ({"do": "merge", "code": "GI", "into": "NOPE"}, "/changes/1/into"),
        ({"do": "relabel", "code": "GI"}, "/changes/1/zh"),
        ({"do": "relabel", "code": "TM", "zh": "地理标志"}, "/changes/1/zh"),
        ({"do": "relabel", "code": "TM", "en": "geographical indication"}, "/changes/1/en"),
        ({"do": "relabel", "code": "TM", "zh": "岩韵金标"}, "/changes/1/zh"),
        ({"do": "add_code", "code": "NEW", "zh": "商业秘密", "en": "A"}, "/changes/1/zh"),
        ({"do": "add_code", "code": "NEW", "zh": "甲", "en": "Lawyer"}, "/changes/1/en"),
        ({"do": "add_code", "code": "DMCA", "zh": "甲", "en": "A"}, "/changes/1/code"),
        ({"do": "add_alias", "code": "GI", "alias": "专利代理师"}, "/changes/1/alias"),
        ({"do": "deprecate", "code": "GI", "alias": "多余"}, "/changes/1/alias"),
        ({"do": "vanish", "code": "GI"}, "/changes/1/do"),
    ],
)
def test_change_that_makes_no_sense_is_refused_with_all_others(
    administrator: Caller, change: dict[str, Any], pointer: str
) -> None:
    assert pointer in pointers(changed(administrator, ALIAS, change))
    assert administrator.get("/vocabularies/ip_subject").json["version"] == "2026.1"
    assert term(administrator, "GI", "?q=岩韵") is None


@only_sqlite
def test_merged_code_is_not_changed_again(administrator: Caller) -> None:
    changed(administrator, {"do": "merge", "code": "EN", "into": "TM"})
    assert pointers(changed(administrator, {"do": "deprecate", "code": "EN"})) == ["/changes/0/code"]
    assert pointers(changed(administrator, {"do": "merge", "code": "GI", "into": "EN"})) == ["/changes/0/into"]


def test_second_of_two_editors_is_told(administrator: Caller) -> None:
    etag = administrator.get("/vocabularies/ip_subject").headers["ETag"]
    assert changed(administrator, ALIAS, etag=etag).status_code == 200
    assert changed(administrator, NEW, etag=etag).status_code == 412
    assert administrator.patch("/vocabularies/ip_subject", {"changes": [NEW], "reason": "x y"}).status_code == 428
    assert (
        changed(administrator, {"do": "deprecate", "code": "SE05"}, name="emerging_industry", etag='"0"').status_code
        == 200
    )


@only_sqlite
def test_suggestion_is_made_by_anybody_seen_by_its_author_and_decided_once(
    app: Flask, administrator: Caller, agency: Caller
) -> None:
    path = "/vocabularies/ip_subject/suggestions"
    alias = agency.made(path, {"do": "add_alias", "code": "GI", "alias": "岩韵金标", "note": "茶农都这么说"})
    code = agency.made(path, {"do": "add_code", "zh": "数字藏品", "en": "Digital collectibles"})
    assert [one["id"] for one in agency.get(path).json["items"]] == [alias["id"], code["id"]]
    assert caller(app, "auditor").get(path).json["items"] == []
    assert agency.post(f"{path}/{alias['id']}/decisions", {"decision": "accept", "reason": "好"}).status_code == 403
    accepted = administrator.post(f"{path}/{alias['id']}/decisions", {"decision": "accept", "reason": "确有此说"})
    assert (accepted.json["status"], accepted.json["change"]) == ("accepted", 1)
    assert term(agency, "GI", "?q=岩韵") is not None
    without_code = administrator.post(f"{path}/{code['id']}/decisions", {"decision": "accept", "reason": "可以"})
    assert pointers(without_code) == ["/code"]
    declined = administrator.post(f"{path}/{code['id']}/decisions", {"decision": "decline", "reason": "已有著作权"})
    assert (declined.json["status"], declined.json["reason"]) == ("declined", "已有著作权")
    again = administrator.post(
        f"{path}/{code['id']}/decisions", {"decision": "accept", "reason": "改主意", "code": "NFT"}
    )
    assert (again.status_code, "declined" in again.json["detail"]) == (409, True)
    assert [one["id"] for one in administrator.get(f"{path}?status=open").json["items"]] == []


@only_sqlite
@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"do": "add_alias", "alias": "某词"}, "/code"),
        ({"do": "add_alias", "code": "NOPE", "alias": "某词"}, "/code"),
        ({"do": "add_code", "zh": "甲"}, "/en"),
        ({"do": "merge", "code": "GI"}, "/do"),
    ],
)
def test_suggestion_that_says_too_little_is_refused(agency: Caller, body: dict[str, Any], pointer: str) -> None:
    assert pointers(agency.post("/vocabularies/ip_subject/suggestions", body)) == [pointer]


@only_sqlite
def test_import_takes_the_new_words_at_once(administrator: Caller) -> None:
    changed(administrator, ALIAS)
    line = '{"name": {"zh": "林岚"}, "kind": "K-PA", "codes": ["岩韵金标"]}'.encode()
    assert administrator.post("/experts/imports", data=line, content_type="application/x-ndjson").json["created"] == 1
    assert administrator.get("/experts").json["items"][0]["codes"] == ["GI"]


@only_sqlite
def test_merged_code_in_a_rule_or_beside_its_successor_is_read_as_one(administrator: Caller) -> None:
    experts = [expert(administrator, name, codes=["TM"]) for name in ("甲一", "乙二", "丙三")]
    changed(administrator, {"do": "merge", "code": "EN", "into": "TM"})
    both = administrator.patch(f"/experts/{experts[0]['id']}", {"codes": ["EN", "TM", "GI"]}, etag="*").json
    assert both["codes"] == ["TM", "GI"]
    asked = administrator.made("/requests", {"kind": "consultation", "title": "字号", "text": "字号侵权"})
    rules = [{"type": "at_least", "codes": ["EN"], "count": 1}]
    panel = administrator.post(f"/requests/{asked['id']}/panels", {"rules": rules, "size": 1, "dry_run": True})
    assert (panel.status_code, panel.json["violations"]) == (200, []), panel.json
    assert any(one["rule"].get("codes") == ["TM"] for one in panel.json["rules"]), panel.json["rules"]


@only_sqlite
def test_merged_code_of_a_preset_is_asked_for_as_the_one_that_stands_for_it(
    administrator: Caller, office: Caller
) -> None:
    for place, kind in enumerate(("K-LAW", "K-PA", "K-ACA")):
        expert(administrator, "林陈黄"[place] + "岚", kind=kind, organisation=f"单位{place}")
    asked = office.made("/requests", ASKED)
    renamed = {"do": "add_code", "code": "K-LEGAL", "zh": "法律人", "en": "Legal person"}
    merged = {"do": "merge", "code": "K-LAW", "into": "K-LEGAL"}
    assert changed(administrator, renamed, merged, name="expert_kind").status_code == 200
    panel = office.post(f"/requests/{asked['id']}/panels", {"dry_run": True, "preset": "complex"}).json
    assert panel["status"] == "proposed", panel


@only_sqlite
def test_official_of_a_kind_that_was_merged_is_still_of_the_regulator(administrator: Caller, office: Caller) -> None:
    administrator.made("/organisations", {"name": {"zh": "三明市知识产权局"}, "kind": "O-GOV"})
    expert(administrator, kind="K-ADM", organisation="三明市知识产权局")
    asked = office.made("/requests", ASKED)
    renamed = {"do": "add_code", "code": "K-CIVIL", "zh": "监管队伍", "en": "Public force"}
    merged = {"do": "merge", "code": "K-ADM", "into": "K-CIVIL"}
    assert changed(administrator, renamed, merged, name="expert_kind").status_code == 200
    body = {"dry_run": True, "size": 1, "rules": [{"type": "at_most", "count": 0, "regulator": True}]}
    assert office.post(f"/requests/{asked['id']}/panels", body).json["status"] == "infeasible"


@only_sqlite
def test_reserve_who_does_not_want_a_merged_code_does_not_step_in(administrator: Caller, office: Caller) -> None:
    first, second = expert(administrator), expert(administrator, "陈岚")
    asked = office.made("/requests", ASKED | {"aspects": [{"code": "EN"}]})
    moved(office, f"/requests/{asked['id']}", "accepted")
    body = {"size": 1, "reserves": 1, "rules": [{"type": "odd"}], "forced": [first["id"]]}
    panel = office.made(f"/requests/{asked['id']}/panels", body)
    decided = {"to": "confirmed", "reason": "同意", "confirmed_by": "王某"}
    assert office.post(f"/panels/{panel['id']}/transitions", decided, etag="*").status_code == 200
    [engagement] = office.made(f"/panels/{panel['id']}/invitations", {})["items"]
    assert changed(administrator, {"do": "merge", "code": "EN", "into": "TM"}).status_code == 200
    unwanted = {"availability": {"not_wanted": {"codes": ["TM"]}}}
    assert administrator.patch(f"/experts/{second['id']}", unwanted, etag="*").status_code == 200
    moved(office, f"/engagements/{engagement['id']}", "declined")
    items = office.get(f"/engagements?request={asked['id']}").json["items"]
    assert [one["expert"]["id"] for one in items] == [first["id"]]


@only_sqlite
@pytest.mark.parametrize(
    ("name", "old", "new", "field", "filter"),
    [
        ("expert_kind", "K-ECON", "K-ACA", "kind", "kind"),
        ("language", "nan", "zh", "languages", "language"),
        ("region", "FJ-PT", "350100", "region", "region"),
        ("ip_subject", "EN", "TM", "codes", "code"),
    ],
)
def test_member_of_a_panel_that_was_chosen_by_a_code_merged_since_is_still_invited(
    administrator: Caller, office: Caller, name: str, old: str, new: str, field: str, filter: str
) -> None:
    expert(administrator, **{field: [old] if field in ("languages", "codes") else old})
    asked = office.made("/requests", ASKED)
    moved(office, f"/requests/{asked['id']}", "accepted")
    body = {"size": 1, "rules": [{"type": "odd"}], "filters": {filter: [old]}}
    panel = office.made(f"/requests/{asked['id']}/panels", body)
    decided = {"to": "confirmed", "reason": "同意", "confirmed_by": "王某"}
    assert office.post(f"/panels/{panel['id']}/transitions", decided, etag="*").status_code == 200
    assert changed(administrator, {"do": "merge", "code": old, "into": new}, name=name).status_code == 200
    assert office.post(f"/panels/{panel['id']}/invitations", {}).status_code == 201


@only_sqlite
def test_organisation_known_by_name_only_has_the_kind_that_other_was_merged_into(administrator: Caller) -> None:
    merged = {"do": "merge", "code": "O-OTH", "into": "O-ENT"}
    assert changed(administrator, merged, name="organisation_kind").status_code == 200
    person = expert(administrator, organisation="某某事务所")
    assert administrator.get(f"/organisations/{person['organisation']['id']}").json["kind"] == "O-ENT"


@only_sqlite
def test_phrase_of_one_vocabulary_of_expertise_is_none_of_another(administrator: Caller) -> None:
    """A roster's cell of codes is read by all of them: it could mean either."""
    assert changed(administrator, ALIAS).status_code == 200
    again = {"do": "add_alias", "code": "MG-GI", "alias": ALIAS["alias"]}
    assert pointers(changed(administrator, again, name="service_kind")) == ["/changes/0/alias"]
    elsewhere = {"do": "add_alias", "code": "350700", "alias": ALIAS["alias"]}
    assert changed(administrator, elsewhere, name="region").status_code == 200


@only_sqlite
def test_code_is_relabelled_with_a_phrase_of_its_own(administrator: Caller) -> None:
    assert changed(administrator, ALIAS).status_code == 200
    named = {"do": "relabel", "code": "GI", "zh": ALIAS["alias"], "en": "Geographical indications"}
    assert changed(administrator, named).status_code == 200
    # One that two codes came with is not asked for anew.
    assert changed(administrator, {"do": "relabel", "code": "AI", "zh": "人工智能", "en": "AI"}).status_code == 200
