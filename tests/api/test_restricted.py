"""Contact, identity and licence numbers over HTTP, on both engines.

Pinned: they are stored sealed, masked in every answer, opened only by who may, with a reason, and never without a row
in the audit log; neither search nor shortlist meets them; an edit replaces what it names.
"""

import json
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from expertdb.database import transaction
from expertdb.models.audit import AuditEntry
from expertdb.models.experts import Expert
from expertdb.models.restricted import FIELDS, RestrictedValue
from expertdb.services import audit
from expertdb.services.actors import SYSTEM
from expertdb.services.visibility import may_open, visible_fields
from tests.api.people import expert, preview
from tests.callers import Caller
from tests.conftest import caller
from tests.unit.services.test_visibility import somebody

VALUES: dict[str, Any] = {
    "phone": "13800138000",
    "email": "lin.lan@example.cn",
    "address": "厦门市思明区湖滨南路1号",
    "id_number": "11010519491231002X",
    "licence_numbers": [{"licence": "专利代理师", "number": "3512345"}, {"licence": "律师", "number": "13502201010"}],
}
MASKED: dict[str, Any] = {
    "phone": "138***00",
    "email": "l***@example.cn",
    "address": "厦门市***",
    "id_number": "1***X",
    "licence_numbers": [{"licence": "专利代理师", "number": "3***5"}, {"licence": "律师", "number": "1***0"}],
}
WHY = "reason=核对联系方式"
SECRETS = ("13800138000", "lin.lan@", "湖滨", "11010519491231002X", "3512345", "13502201010")


@pytest.fixture
def one(administrator: Caller) -> dict[str, Any]:
    return expert(administrator, restricted=VALUES)


def read(caller: Caller, id: str, fields: str, why: str = WHY) -> Any:
    return caller.get(f"/experts/{id}/restricted?fields={fields}&{why}")


def deeds(app: Flask, action: str) -> list[AuditEntry]:
    with app.app_context(), transaction(read_only=True) as session:
        found = list(session.scalars(select(AuditEntry).where(AuditEntry.action == action)))
        session.expunge_all()
        return found


def test_no_two_experts_have_one_identity_number(administrator: Caller, one: dict[str, Any]) -> None:
    number = {"restricted": {"id_number": "110105 19491231 002x"}}
    entered = administrator.post("/experts", {"name": {"zh": "王五"}, "kind": "K-PA"} | number)
    other = expert(administrator, "王五")
    edited = administrator.patch(f"/experts/{other['id']}", number, etag="*")
    for refused in (entered, edited):
        assert (refused.status_code, refused.json["errors"][0]["pointer"]) == (409, "/restricted/id_number")
        assert one["id"] in refused.json["detail"]
    assert administrator.patch(f"/experts/{one['id']}", number, etag="*").status_code == 200


def test_licence_number_is_no_identity_number(administrator: Caller) -> None:
    expert(administrator, restricted={"licence_numbers": [{"licence": "律师", "number": VALUES["id_number"]}]})
    made = expert(administrator, "王五", restricted={"id_number": VALUES["id_number"]})
    assert made["restricted"] == {"id_number": MASKED["id_number"]}


def test_licence_number_that_is_replaced_stands_beside_its_own_licence(
    administrator: Caller, one: dict[str, Any]
) -> None:
    numbers = [{"licence": "注册会计师", "number": "350200001"}, {"licence": "专利代理师", "number": "3512345"}]
    changes = {"restricted": {"licence_numbers": numbers}}
    assert administrator.patch(f"/experts/{one['id']}", changes, etag="*").status_code == 200
    assert read(administrator, one["id"], "licence_numbers").json == {"licence_numbers": numbers}


def test_every_answer_masks_them(administrator: Caller, one: dict[str, Any]) -> None:
    listed = administrator.get("/experts").json["items"][0]
    patched = administrator.patch(f"/experts/{one['id']}", {"position": "合伙人"}, etag="*").json
    moved = administrator.post(f"/experts/{one['id']}/transitions", {"to": "on_leave", "reason": "进修"}, etag="*").json
    for answer in (one, administrator.get(f"/experts/{one['id']}").json, listed, patched, moved):
        assert answer["restricted"] == MASKED


def test_administrator_opens_them_with_a_reason(administrator: Caller, one: dict[str, Any]) -> None:
    assert read(administrator, one["id"], ",".join(FIELDS)).json == VALUES
    assert read(administrator, one["id"], "phone").json == {"phone": "13800138000"}


def test_reason_and_known_fields_are_required(administrator: Caller, one: dict[str, Any]) -> None:
    for query in ("fields=phone", f"fields=shoe_size&{WHY}", WHY, "fields=phone&reason=", "fields=&reason=ok", ""):
        assert administrator.get(f"/experts/{one['id']}/restricted?{query}").status_code == 422, query


def test_each_role_opens_what_the_table_says(app: Flask, one: dict[str, Any]) -> None:
    for role in ("administrator", "reviewer", "policy_office", "auditor", "agency"):
        opened = {field for field in FIELDS if read(caller(app, role), one["id"], field).status_code == 200}
        assert opened == set(may_open(somebody(role))), role


def test_each_role_that_reads_experts_sees_the_fields_of_its_column(app: Flask, one: dict[str, Any]) -> None:
    for role in ("administrator", "reviewer", "policy_office", "auditor"):
        answer = caller(app, role).get(f"/experts/{one['id']}").json
        for field, level in visible_fields(somebody(role)).items():
            if field in FIELDS:
                assert level in ("masked", "opened")
                assert answer["restricted"][field] == MASKED[field]
            else:
                assert (field in answer) == (level == "shown"), (role, field)


def test_opening_leaves_who_what_and_why(app: Flask, administrator: Caller, one: dict[str, Any]) -> None:
    read(administrator, one["id"], "phone,email")
    (entry,) = deeds(app, "restricted.read")
    assert (entry.role, entry.kind, entry.subject) == ("administrator", "expert", one["id"])
    assert json.loads(entry.details) == {"fields": ["phone", "email"], "reason": "核对联系方式"}


def test_refused_opening_leaves_no_trace_of_a_reading(app: Flask, one: dict[str, Any]) -> None:
    assert read(caller(app, "reviewer"), one["id"], "licence_numbers,phone").status_code == 403
    assert deeds(app, "restricted.read") == []


def test_neither_rows_nor_searches_nor_log_nor_index_hold_them(
    app: Flask, administrator: Caller, one: dict[str, Any]
) -> None:
    with app.app_context(), transaction(read_only=True) as session:
        rows = [str(vars(row)) for row in session.scalars(select(RestrictedValue))]
        rows += [str(vars(row)) for row in session.scalars(select(AuditEntry))]
        rows += [f"{row.content_search} {row.name_search}" for row in session.scalars(select(Expert))]
    assert len(rows) > 6
    for secret in SECRETS:
        assert not any(secret in row for row in rows)
        assert administrator.get(f"/experts?q={secret}").json["items"] == []
    asked = {"title": "13800138000 3512345", "text": "湖滨南路"}
    assert preview(administrator, **asked)["entries"] == []


def test_edit_replaces_what_it_names_and_null_takes_away(administrator: Caller, one: dict[str, Any]) -> None:
    changes = {"phone": "059187654321", "email": None, "licence_numbers": []}
    edited = administrator.patch(f"/experts/{one['id']}", {"restricted": changes}, etag=f'"{one["version"]}"').json
    assert edited["version"] == one["version"] + 1
    assert edited["restricted"] == {"phone": "059***21", "address": MASKED["address"], "id_number": MASKED["id_number"]}
    assert read(administrator, one["id"], "phone,email,licence_numbers").json == {"phone": "059187654321"}


def test_audit_names_the_fields_of_an_edit_and_not_their_values(
    app: Flask, administrator: Caller, one: dict[str, Any]
) -> None:
    administrator.patch(f"/experts/{one['id']}", {"restricted": {"phone": "059187654321"}}, etag="*")
    (entry,) = deeds(app, "expert.edited")
    assert json.loads(entry.details) == {"fields": ["phone"]}


def test_mask_sent_back_is_refused(administrator: Caller, one: dict[str, Any]) -> None:
    answer = administrator.patch(f"/experts/{one['id']}", {"restricted": {"phone": MASKED["phone"]}}, etag="*")
    assert answer.status_code == 422
    assert answer.json["errors"][0]["pointer"] == "/restricted/phone"
    assert "masked" in answer.json["errors"][0]["detail"]


def test_value_whose_key_is_gone_hides_itself_and_says_so_when_opened(
    app: Flask, administrator: Caller, one: dict[str, Any]
) -> None:
    with app.app_context(), transaction() as session:
        row = session.scalars(select(RestrictedValue).where(RestrictedValue.field == "phone")).one()
        row.sealed_by = "lost"
        audit.record(session, SYSTEM, "test.broke", kind="expert", id=one["id"])
    assert administrator.get(f"/experts/{one['id']}").json["restricted"]["phone"] == "***"
    answer = read(administrator, one["id"], "phone")
    assert answer.status_code == 503
    assert "lost" in answer.json["detail"]


def test_deleting_a_draft_deletes_them(app: Flask, administrator: Caller) -> None:
    draft = expert(administrator, status="draft", restricted=VALUES)
    assert administrator.delete(f"/experts/{draft['id']}", etag="*").status_code == 204
    with app.app_context(), transaction(read_only=True) as session:
        assert session.scalars(select(RestrictedValue)).all() == []
