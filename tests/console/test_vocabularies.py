"""Vocabularies in the console: read in every version, changed by administrators, words suggested by anybody.

Pinned: a change made from an outdated page is refused and keeps what was typed; a fault stands at its field; markup in
any word comes out as text.
"""

import re

import pytest
from flask import Flask

from tests.api.people import expert
from tests.callers import Caller
from tests.console.conftest import Visitor, visitor
from tests.console.filling import Fields, filled

AT = "/vocabularies/service_kind/terms/LG-INV"


def send(one: Visitor, address: str, page: str | None = None, **changes: str) -> str:
    """The answer to the form of a page, which holds what its reader left and these changes."""
    fields: Fields = filled(page or one.page(address), address)
    given = fields | {f"/{name}": [value] for name, value in changes.items()}
    answer = one.client.post(address, data=given, headers=one.headers)
    return one.page(answer.location) if answer.status_code == 303 else f"{answer.status_code} {answer.text}"


def test_alias_is_added_and_taken_away(administrator_page: Visitor, administrator: Caller) -> None:
    page = send(
        administrator_page, f"{AT}/changes/add_alias", **{"changes/0/alias": "<i>宣告</i>", "reason": "都这么说"}
    )
    assert "The vocabulary is changed." in page
    assert "<bdi>&lt;i&gt;宣告&lt;/i&gt;</bdi>" in page
    assert "都这么说" in page
    page = send(
        administrator_page, f"{AT}/changes/remove_alias", **{"changes/0/alias": "<i>宣告</i>", "reason": "误加"}
    )
    assert '<li class="chip"><bdi>&lt;i&gt;' not in page
    assert len(administrator.get("/vocabularies/service_kind/changes").json["items"]) == 2


def test_every_change_makes_a_version_that_can_be_read(administrator_page: Visitor) -> None:
    for alias in ("旧词甲", "旧词乙"):
        send(administrator_page, f"{AT}/changes/add_alias", **{"changes/0/alias": alias, "reason": "补充"})
    page = administrator_page.page("/vocabularies/service_kind/changes")
    links = re.findall(r'href="(/vocabularies/service_kind\?version=[^"]+)"', page)
    assert [link.partition("%2B")[2] for link in links] == ["2", "1"]
    old = administrator_page.page(links[1])
    assert ("旧词甲" in old, "旧词乙" in old, "This is an earlier version." in old) == (True, False, True)


def test_code_is_merged_and_its_holders_with_it(administrator_page: Visitor, administrator: Caller) -> None:
    held = expert(administrator)["id"]
    address = f"{AT}/changes/merge"
    form = administrator_page.page(address)
    assert '<option value="LG-INV">' not in form
    page = send(administrator_page, address, form, **{"changes/0/into": "LG-FTO", "reason": "合并"})
    assert "no longer used" in page
    assert 'href="/vocabularies/service_kind/terms/LG-FTO"' in page
    assert administrator.get(f"/experts/{held}").json["codes"] == ["PAT-INV", "LG-FTO"]
    assert administrator_page.get(f"{AT}/changes/add_alias").status_code == 404


def test_code_is_taken_out_of_use_and_put_back(administrator_page: Visitor) -> None:
    assert "no longer used" in send(administrator_page, f"{AT}/changes/deprecate", reason="不用了")
    assert "no longer used" not in send(administrator_page, f"{AT}/changes/restore", reason="又用了")


def test_new_code_and_new_labels(administrator_page: Visitor) -> None:
    body = {"changes/0/code": "LG-NEW", "changes/0/zh": "新服务", "changes/0/en": "New service"}
    page = send(
        administrator_page,
        "/vocabularies/service_kind/codes/new",
        **body,
        **{"changes/0/aliases": "新词一\n新词二", "reason": "新增"},
    )
    assert "新词二" in page
    at = "/vocabularies/service_kind/terms/LG-NEW/changes/relabel"
    assert 'value="New service"' in administrator_page.page(at)
    assert "Newer service" in send(administrator_page, at, **{"changes/0/en": "Newer service", "reason": "改名"})


@pytest.mark.parametrize(
    ("alias", "reason", "at"),
    [("", "补充", "f-changes-0-alias"), ("无效宣告", "补充", "f-changes-0-alias"), ("新说法", "", "f-reason")],
)
def test_fault_stands_at_its_field_and_nothing_typed_is_lost(
    administrator_page: Visitor, alias: str, reason: str, at: str
) -> None:
    page = send(administrator_page, f"{AT}/changes/add_alias", **{"changes/0/alias": alias, "reason": reason})
    assert page.startswith("422")
    assert f'<a href="#{at}">' in page
    assert f'id="{at}-fault"' in page
    assert f'value="{alias}"' in page
    assert reason in page


def test_change_from_an_outdated_page_is_refused(administrator_page: Visitor) -> None:
    address = f"{AT}/changes/add_alias"
    old = administrator_page.page(address)
    send(administrator_page, address, old, **{"changes/0/alias": "先到", "reason": "补充"})
    late = send(administrator_page, address, old, **{"changes/0/alias": "后到", "reason": "补充"})
    assert late.startswith("412")
    assert 'value="后到"' in late
    assert "This was changed elsewhere" in late
    assert "后到" in send(administrator_page, address, late, **{})


def test_word_is_suggested_and_taken_up(app: Flask, administrator_page: Visitor) -> None:
    office = visitor(app, "policy_office")
    form = "/vocabularies/service_kind/suggestions/new"
    assert send(office, form).startswith("422")
    page = send(office, form, code="LG-INV", alias="宣告<b>无效", note="常用")
    assert "The suggestion is recorded." in page
    assert "宣告&lt;b&gt;无效" in page
    queue = administrator_page.page("/vocabularies/suggestions?status=open")
    [address] = re.findall(r'href="(/vocabularies/service_kind/suggestions/[^"]+)"', queue)
    assert send(administrator_page, address, decision="accept").startswith("422")
    done = send(administrator_page, address, decision="accept", reason="确实常用")
    assert "The decision is recorded." in done
    assert "宣告&lt;b&gt;无效" in administrator_page.page(AT)
    assert "确实常用" in office.page("/vocabularies/suggestions")
    assert "decision" not in administrator_page.page(address)


def test_suggestion_that_cannot_be_taken_up_says_why(app: Flask, administrator_page: Visitor) -> None:
    form = "/vocabularies/service_kind/suggestions/new"
    send(administrator_page, form, do="add_code", zh="新", en="New")
    [address] = re.findall(
        r'href="(/vocabularies/service_kind/suggestions/[^"]+)"', administrator_page.page("/vocabularies/suggestions")
    )
    page = send(administrator_page, address, decision="accept", reason="同意")
    assert "Say which code the new term gets." in page
    assert 'id="f-code-fault"' in page
    send(administrator_page, address, page, code="LG-NEW")
    assert "<bdi>New</bdi>" in administrator_page.page("/vocabularies/service_kind/terms/LG-NEW")


def test_others_read_but_do_not_change(app: Flask) -> None:
    one = visitor(app, "reviewer")
    assert "/changes/" not in one.page(AT).replace("/vocabularies/service_kind/changes", "")
    assert "codes/new" not in one.page("/vocabularies/service_kind")
    assert one.get(f"{AT}/changes/merge").status_code == 403


@pytest.mark.parametrize(
    "path",
    ["nothing", "service_kind/terms/NOTHING", "nothing/terms/X", "service_kind?version=9.9", "nothing/changes"],
)
def test_what_is_not_there_is_not_found(administrator_page: Visitor, path: str) -> None:
    assert administrator_page.get(f"/vocabularies/{path}").status_code == 404
