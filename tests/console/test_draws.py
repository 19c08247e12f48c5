"""Draws in the console: frozen, published, revealed, checked by anybody.

Pinned: the page says what to publish and nothing that nobody may know yet; the record that it hands out is sound by the
stand-alone script; a tampered record is told apart; a second draw needs its reason.
"""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from tests.api.people import ASKED, expert, moved
from tests.callers import Caller, Clock
from tests.conftest import Beginning, first_caller
from tests.console.conftest import Visitor, visitor

SCRIPT = Path(__file__).parents[2] / "docs" / "verify_draw.py"
VALUE = "03 07 12 19 25 31 + 08"
TERMS = {
    "/size": "3",
    "/reserves": "1",
    "/public_source": "双色球第2026136期",
    "/not_before": "2026-11-24T21:30",
    "/rules/0/type": "max_per_organisation",
    "/rules/0/limit": "1",
}


def ask(app: Flask) -> str:
    """The address of an accepted request that six experts fit."""
    office, administrator = first_caller(app, "policy_office"), first_caller(app, "administrator")
    for place, one in enumerate("甲乙丙丁戊己"):
        expert(administrator, f"专家{one}", organisation=f"单位{place}号")
    made = office.made("/requests", ASKED)
    moved(office, f"/requests/{made['id']}", "accepted")
    return f"/requests/{made['id']}"


BEGINS = (("asked", ask),)


@pytest.fixture
def asked(beginning: Beginning) -> str:
    return str(beginning.known["asked"])


def frozen(one: Visitor, asked: str, **fields: Any) -> str:
    """The address of a new draw."""
    answer = one.post(f"{asked}/draws/new", TERMS | fields, at=f"{asked}/draws/new")
    assert answer.status_code == 303, answer.text
    return str(answer.location)


def revealed(one: Visitor, draw: str, clock: Clock) -> str:
    """The page of a draw after its reveal."""
    clock.forward(days=2)
    one.sign_in("policy_office")
    answer = one.post(draw, {"/public_value": VALUE}, at=draw)
    assert answer.status_code == 303, answer.text
    return one.page(draw)


def test_draw_is_frozen_revealed_and_sound_by_the_script(
    official: Visitor, office: Caller, asked: str, clock: Clock, tmp_path: Path
) -> None:
    draw = frozen(official, asked)
    stored = office.get(draw).json
    assert stored["not_before"] == "2026-11-24T13:30:00Z"
    page = official.page(draw)
    assert stored["commitment"] in page
    assert "This can be done from 2026-11-24 21:30 on." in page
    assert official.get(f"{draw}/record").status_code == 404
    page = revealed(official, draw, clock)
    assert "Run again just now from the record alone" in page
    record = tmp_path / "record.json"
    record.write_bytes(official.get(f"{draw}/record").data)
    checked = subprocess.run([sys.executable, SCRIPT, record, stored["commitment"]], capture_output=True, text=True)
    assert checked.stdout.strip() == "valid"
    panel = re.search(r'href="(/panels/[^"]+)"', page)
    assert panel is not None
    assert "Drawn by lot" in official.page(panel[1])


def test_draw_too_early_is_refused(official: Visitor, asked: str) -> None:
    draw = frozen(official, asked)
    assert official.post(draw, {"/public_value": VALUE}, at=asked).status_code == 409


def test_anybody_signed_in_checks_a_record(app: Flask, official: Visitor, asked: str, clock: Clock) -> None:
    draw = frozen(official, asked)
    revealed(official, draw, clock)
    record = official.get(f"{draw}/record").text
    clerk = visitor(app, "agency", "某单位")
    sound = clerk.post("/draws/verify", {"/record": record}, at="/draws/verify").text
    assert "This record is sound: 3 members" in sound
    changed = json.loads(record)
    changed["public_value"] = "01"
    wrong = clerk.post("/draws/verify", {"/record": json.dumps(changed)}, at="/draws/verify").text
    assert "This record is not sound:" in wrong
    broken = clerk.post("/draws/verify", {"/record": "{nothing"}, at="/draws/verify")
    assert (broken.status_code, 'href="#f-record"' in broken.text) == (422, True)
    for junk in ("[]", "1", "null", '{"terms": 7}', '{"commitment": {"a": []}}'):
        answer = clerk.post("/draws/verify", {"/record": junk}, at="/draws/verify")
        assert answer.status_code == 200 or 'href="#f-record"' in answer.text, junk


def test_second_draw_says_why_and_the_first_stays(official: Visitor, asked: str) -> None:
    first = frozen(official, asked)
    refused = official.post(f"{asked}/draws/new", TERMS, at=f"{asked}/draws/new")
    assert refused.status_code == 409
    second = frozen(official, asked, **{"/reason": "来源停售"})
    assert first in official.page(second)
    assert "来源停售" in official.page(second)
    assert "Superseded" in official.page(first)


FAULTS: tuple[tuple[dict[str, str], str], ...] = (
    ({"/not_before": ""}, "f-not_before"),
    ({"/not_before": "2026-01-01T00:00"}, "f-not_before"),
    ({"/public_source": ""}, "f-public_source"),
    ({"/size": ""}, "f-size"),
    ({"/rules/1/type": "cover", "/rules/1/codes": "TM"}, "f-rules"),
    ({"/size": "", "/strata/0/name": "法律", "/strata/0/seats": ""}, "f-strata-0-seats"),
)


def test_fault_stands_at_its_field(official: Visitor, asked: str) -> None:
    for fields, fault in FAULTS:
        answer = official.post(f"{asked}/draws/new", TERMS | fields, at=f"{asked}/draws/new")
        assert answer.status_code == 422
        assert f'href="#{fault}' in answer.text, fields


def test_parts_and_rules_are_added_without_losing_what_was_typed(official: Visitor, asked: str) -> None:
    page = official.post(f"{asked}/draws/rows", TERMS | {"add_stratum": "1"}, at=f"{asked}/draws/new").text
    assert 'name="/strata/0/seats"' in page
    assert 'value="双色球第2026136期"' in page
    parts = {"/size": "", "/strata/0/name": "全部", "/strata/0/seats": "2", "/strata/0/kinds": "K-PA"}
    assert frozen(official, asked, **parts).startswith("/draws/")


def test_moment_before_the_freeze_is_refused_in_the_time_of_the_field(official: Visitor, asked: str) -> None:
    answer = official.post(f"{asked}/draws/new", TERMS | {"/not_before": "2026-11-01T10:00"}, at=f"{asked}/draws/new")
    assert answer.status_code == 422
    assert re.search(r"after the sub-pool is frozen \(2026-11-\d\d \d\d:\d\d\), not at 2026-11-01 10:00\.", answer.text)


def test_draw_of_no_stated_size_has_as_many_members_as_the_request_asks_for(
    official: Visitor, office: Caller, asked: str
) -> None:
    made = office.made("/requests", ASKED | {"experts_wanted": 2})
    moved(office, f"/requests/{made['id']}", "accepted")
    assert "If left out, 2:" in official.page(f"/requests/{made['id']}/draws/new")
    draw = frozen(official, f"/requests/{made['id']}", **{"/size": ""})
    assert office.get(draw).json["terms"]["strata"] == [{"name": "all", "seats": 2, "reserves": 1}]


def test_page_says_of_how_many_members_are_drawn_and_by_what_they_were_narrowed_down(
    official: Visitor, asked: str
) -> None:
    page = official.page(frozen(official, asked, **{"/candidates": "4"}))
    assert re.search(r"3 of 4 qualified experts <span[^>]*>fewer than three for each seat", page)
    assert "6 experts may be asked; only the best 4 were looked at" in page
