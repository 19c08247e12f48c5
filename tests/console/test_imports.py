"""Imports in the console: a file is checked, corrected on the page, and entered whole or not at all.

Pinned: checking stores nothing; every bad row is told with its column; what a column is read as, and what becomes of
people who are there already, is decided on the page and stays decided.
"""

import html
import io
import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from expertdb.code_words import RESTRICTED
from expertdb.services.columns import proposed
from expertdb.services.headings import by_target, columns
from expertdb.services.roster_templates import EXAMPLE
from expertdb.wording import Text, say
from tests.api.people import expert
from tests.callers import Caller
from tests.console.conftest import Visitor, visitor
from tests.console.filling import filled

PAGE = "/experts/imports/new"
GOOD = "姓名,专家类型,单位\n林一,专利代理师,甲所\n王二,律师,乙所\n"
Sending = Callable[..., TestResponse]


@pytest.fixture
def sending(administrator_page: Visitor) -> Sending:
    return send_by(administrator_page)


def send_by(one: Visitor) -> Sending:
    """Sends a file with what the form of a page holds, the first if none is given, but for the changes."""
    first = one.page(PAGE)

    def send(content: str | bytes, name: str = "名册.csv", page: str = first, **changes: str) -> TestResponse:
        fields: dict[str, Any] = filled(page, PAGE) | {f"/{key}": [value] for key, value in changes.items()}
        sent = content.encode() if isinstance(content, str) else content
        if name:
            fields["file"] = (io.BytesIO(sent), name)
        return one.client.post(PAGE, data=fields, headers=one.headers)

    return send


def test_file_is_checked_and_then_entered(sending: Sending, administrator: Caller) -> None:
    checked = sending(GOOD)
    assert "Rows: 2; nothing is wrong. Entering them would make 2 new" in checked.text
    assert administrator.get("/experts").json["items"] == []
    entered = sending(GOOD, page=checked.text, enter="true")
    assert (entered.status_code, "Entered: 2 new" in entered.text) == (200, True)
    assert "What the columns are taken for" not in entered.text
    assert len(administrator.get("/experts").json["items"]) == 2


def test_bad_rows_are_told_with_their_columns_and_nothing_is_stored(sending: Sending, administrator: Caller) -> None:
    answer = sending(GOOD + "陈三,占星师,丙所\n", enter="true")
    assert answer.status_code == 422
    assert "nothing was stored" in answer.text
    assert '<td class="number">4</td><td><bdi>B 专家类型</bdi></td>' in answer.text
    assert administrator.get("/experts").json["items"] == []


def test_report_is_in_the_language_of_the_page(app: Flask) -> None:
    page = send_by(visitor(app, "administrator", language="zh"))(GOOD + "陈三,占星师,丙所\n").text
    assert "3 行中有 1 处问题，未保存任何内容。" in page
    assert "存在的问题" in page
    assert "What is wrong" not in page


def test_column_is_read_as_was_decided(sending: Sending, administrator: Caller) -> None:
    file = GOOD.replace("单位", "供职于何处")
    unread = sending(file).text
    assert "The column &#34;供职于何处&#34; is not read." in unread
    page = sending(file, page=unread, **{"columns/2/target": "organisation"}).text
    assert "Rows: 2; nothing is wrong" in page
    assert '<option value="organisation" selected>' in page
    sending(file, page=page, enter="true")
    assert all(one["organisation"] for one in administrator.get("/experts").json["items"])


def test_people_who_are_there_are_decided_on_for_good(sending: Sending, administrator: Caller) -> None:
    expert(administrator, "林一", organisation="甲所")
    asked = sending(GOOD)
    assert "People who are there already" in asked.text
    assert "Faults: 1; rows: 2; nothing was stored." in asked.text
    checked = sending(GOOD, page=asked.text, **{"rows/0/do": "skip"})
    assert "make 1 new, merge 0, leave 0 and pass over 1." in checked.text
    skipped = sending(GOOD, page=checked.text, enter="true")
    assert "Entered: 1 new, 0 merged, 0 unchanged, 1 passed over." in skipped.text


def test_row_that_may_mean_several_is_merged_with_the_one_chosen(sending: Sending, administrator: Caller) -> None:
    one, other = (expert(administrator, "林一", organisation="甲所")["id"] for _ in range(2))
    page = sending(GOOD).text
    assert f'<option value="merge {one}">' in page
    assert f'<option value="merge {other}">' in page
    page = sending(GOOD, page=page, **{"rows/0/do": f"merge {other}"}).text
    assert f'<option value="merge {other}" selected>' in page
    assert "make 1 new" in page
    assert sending(GOOD, page=page, enter="true").status_code == 200
    wrong = sending(GOOD, page=page, **{"rows/0/do": "merge nobody"})
    assert (wrong.status_code, "is not one of: new, merge, skip" in wrong.text) == (422, True)


def test_policy_holds_for_all_rows_that_are_not_decided_on(sending: Sending, administrator: Caller) -> None:
    expert(administrator, "林一", organisation="甲所")
    merged = sending(GOOD, duplicates="merge").text
    assert "Rows: 2; nothing is wrong" in merged
    assert "pass over 1." in sending(GOOD, page=merged, duplicates="skip").text


@pytest.mark.parametrize(
    ("content", "name"),
    [("", ""), ("x", "notes.pdf"), (b"PK\x03\x04", "broken.xlsx"), ("", "empty.csv"), (b"\xff\xfe\x00", "x.csv")],
)
def test_what_cannot_be_read_is_refused_at_its_field(sending: Sending, content: str | bytes, name: str) -> None:
    answer = sending(content, name)
    assert (answer.status_code, 'href="#f-file"' in answer.text) == (422, True)


def test_words_of_a_file_are_text(sending: Sending) -> None:
    page = sending("姓名,<script>alert(1)</script>\n<img src=x>,甲\n").text
    assert "<script>alert" not in page
    assert "<img src=x" not in page


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_label_of_the_form_of_an_expert_is_a_heading_of_a_roster(app: Flask, language: str) -> None:
    page = html.unescape(visitor(app, "administrator", language=language).page("/experts/new"))
    labels = re.findall(r'<label for="f-([^"]+)">(?:<input[^>]*> )?([^<]+)', page)
    labels += re.findall(r'<fieldset class="field" id="f-([^"]+)"[^>]*>\s*<legend>([^<]+)', page)
    labels += re.findall(r'data-rows="([^"]+)">\s*<legend>([^<]+)', page)
    told = {re.sub("[-/]", ".", name).replace("source_id", "id"): words.strip() for name, words in labels}
    told |= {name: say(words, language) for name, words in RESTRICTED.items()}
    told = {target: words for target, words in told.items() if target in by_target()}
    assert len(told) > 25
    for target, words in told.items():
        assert getattr(proposed(words), "target", None) == target, words


def test_every_heading_of_an_export_is_read_as_what_it_is() -> None:
    for column in columns():
        for words in (*column.zh[:1], *column.en[:1]):
            assert getattr(proposed(words), "target", None) == column.target, words


def test_fault_stands_at_its_row_and_heading_and_never_at_a_pointer(app: Flask) -> None:
    page = send_by(visitor(app, "administrator"))("专家类型,单位\n魔术师,甲所\n").text
    cells = re.findall(r'<td class="number">(.*?)</td><td><bdi>(.*?)</bdi></td><td>(.*?)</td>', page)
    assert ("2", "A 专家类型") in [cell[:2] for cell in cells]
    assert "/rows" not in page.replace('name="/rows', "")
    assert "/headings" not in page
    assert "Missing data for required field." not in page
    assert "Nearest" not in page


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("format", ["csv", "xlsx"])
def test_template_is_read_whole_and_its_example_passed_over(app: Flask, language: str, format: str) -> None:
    one = visitor(app, "administrator", language=language)
    file = one.get(f"/experts/imports/template?format={format}")
    assert f"experts-template-{language}.{format}" in file.headers["Content-Disposition"]
    page = html.unescape(send_by(one)(file.data, f"template.{format}").text)
    note = say(Text("Row {row} is the example of the template: it is passed over.", row=2), language)
    assert note in page
    assert say(Text('The column "{heading}" is not read.', heading=""), language)[:6] not in page
    if format == "csv":
        filled_in = file.data.decode("utf-8-sig").replace(EXAMPLE[language], "E-1")
        assert say(Text("Check the file"), language) in page
        assert "E-1" in filled_in
        checked = html.unescape(send_by(one)(filled_in, "template.csv").text)
        assert 'class="note done"' in checked
