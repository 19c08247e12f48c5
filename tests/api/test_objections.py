"""Objections to a candidate in publicity.

Pinned here:
- they are taken in publicity only, and are to be decided within ten working days;
- an open one holds up the activation, also one that is lodged at the very moment of it;
- a decision is made once, with a reason, never by whoever brought the candidate in;
- an upheld one leads back to review or out; who leaves before the decision leaves it lapsed.
"""

from typing import Any

import pytest
from flask import Flask

from tests.api.people import at_once, candidate, expert, moved, pages
from tests.callers import Caller, Clock
from tests.conftest import caller

OBJECTION = {"lodged_by": "citizen", "reference": "信访〔2026〕118号", "ground": "false_data", "text": "材料不实。"}


@pytest.fixture
def path(administrator: Caller, reviewer: Caller) -> str:
    """Somebody in publicity from 23 to 30 November."""
    return candidate(administrator, reviewer)


def lodged(who: Caller, path: str, **changes: Any) -> str:
    """The path of a new objection."""
    return f"{path}/objections/{who.made(f'{path}/objections', OBJECTION | changes)['id']}"


def decided(who: Caller, objection: str, to: str, status: int = 200, **more: Any) -> dict[str, Any]:
    answer = who.post(f"{objection}/transitions", {"to": to, "reason": "经查证", **more}, etag="*")
    assert answer.status_code == status, answer.get_data(as_text=True)
    return dict(answer.json)


def test_objection_comes_back_as_recorded_with_the_day_it_is_due(reviewer: Caller, path: str) -> None:
    made = reviewer.made(f"{path}/objections", OBJECTION)
    assert {name: made[name] for name in OBJECTION} == OBJECTION
    assert (made["lodged_on"], made["due"], made["status"]) == ("2026-11-23", "2026-12-07", "open")
    answer = reviewer.get(f"{path}/objections/{made['id']}")
    assert answer.json == made
    assert pages(reviewer, f"{path}/objections?status=open") == [[made]]
    assert pages(reviewer, f"{path}/objections?status=upheld") == [[]]


def test_open_objection_holds_up_the_activation(reviewer: Caller, path: str, clock: Clock) -> None:
    first, second = lodged(reviewer, path), lodged(reviewer, path, lodged_by="staff")
    clock.forward(days=8)
    for objection, count in ((first, 2), (second, 1)):
        answer = reviewer.post(f"{path}/transitions", {"to": "active", "reason": "公示期满"}, etag="*")
        assert answer.status_code == 409
        assert answer.json["detail"].startswith(
            "1 objection is open" if count == 1 else f"{count} objection(s) are open"
        )
        decided(reviewer, objection, "dismissed")
    assert moved(reviewer, path, "active")["status"] == "active"


def test_objection_to_one_candidate_holds_up_no_other(
    administrator: Caller, reviewer: Caller, path: str, clock: Clock
) -> None:
    other = candidate(administrator, reviewer, name="陈晓")
    lodged(reviewer, path)
    clock.forward(days=8)
    assert moved(reviewer, other, "active")["status"] == "active"


def test_everything_that_holds_up_is_named_at_once(reviewer: Caller, path: str) -> None:
    lodged(reviewer, path)
    answer = reviewer.post(f"{path}/transitions", {"to": "active", "reason": "公示期满"}, etag="*")
    assert answer.json["detail"] == '2 things stand in the way of "active"; each is named.'
    assert len(answer.json["errors"]) == 2


@pytest.mark.parametrize("then", ["under_review", "removed"])
def test_upheld_objection_sends_the_candidate_back_or_out(
    administrator: Caller, reviewer: Caller, path: str, then: str
) -> None:
    objection = lodged(administrator, path)
    made = decided(reviewer, objection, "upheld", then=then)
    assert (made["status"], made["reason"]) == ("upheld", "经查证")
    after = administrator.get(path).json
    assert after["status"] == then
    (rows,) = pages(administrator, f"{path}/transitions")
    assert rows[-1]["details"]["objection"] == made["id"]
    # Back in review the publicity period is void, and the next one begins anew.
    assert then == "removed" or after["publicity"] is None


def test_second_upheld_objection_finds_the_candidate_gone_back_already(reviewer: Caller, path: str) -> None:
    first, second = lodged(reviewer, path), lodged(reviewer, path)
    decided(reviewer, first, "upheld")
    decided(reviewer, second, "upheld", then="removed")
    assert reviewer.get(path).json["status"] == "under_review"


def test_decision_is_made_once(reviewer: Caller, path: str) -> None:
    objection = lodged(reviewer, path)
    decided(reviewer, objection, "dismissed")
    for to in ("upheld", "dismissed"):
        assert "dismissed" in decided(reviewer, objection, to, 409)["detail"]


def test_of_two_decisions_at_once_one_wins(app: Flask, reviewer: Caller, path: str) -> None:
    objection, other = lodged(reviewer, path), caller(app, "reviewer")
    calls = [
        lambda who=who, to=to: who.post(f"{objection}/transitions", {"to": to, "reason": "经查证"}, etag='"1"')  # type: ignore[misc]
        for who, to in ((reviewer, "upheld"), (other, "dismissed"))
    ]
    assert sorted(answer.status_code for answer in at_once(*calls)) == [200, 412]


def test_whoever_brought_the_candidate_in_does_not_decide(administrator: Caller, reviewer: Caller, path: str) -> None:
    objection = lodged(reviewer, path)
    assert "somebody else" in decided(administrator, objection, "dismissed", 403)["detail"]
    assert reviewer.get(objection).json["status"] == "open"


def test_objection_lodged_as_somebody_activates_is_never_overlooked(
    administrator: Caller, reviewer: Caller, clock: Clock
) -> None:
    for name in ("林岚", "陈晓", "吴桐", "郑好"):
        path = candidate(administrator, reviewer, name=name)
        clock.forward(days=9)
        lodge, activate = at_once(
            lambda path=path: administrator.post(f"{path}/objections", OBJECTION),  # type: ignore[misc]
            lambda path=path: reviewer.post(f"{path}/transitions", {"to": "active", "reason": "期满"}, etag="*"),  # type: ignore[misc]
        )[:2]
        assert {lodge.status_code, activate.status_code} in ({201, 409}, {200, 409})


def test_objections_are_taken_in_publicity_only(administrator: Caller, reviewer: Caller) -> None:
    for status in ("draft", "active"):
        path = f"/experts/{expert(administrator, status=status)['id']}"
        answer = reviewer.post(f"{path}/objections", OBJECTION)
        assert (answer.status_code, status in answer.json["detail"]) == (409, True)


def test_objection_is_dated_within_the_period(reviewer: Caller, path: str, clock: Clock) -> None:
    clock.forward(days=3)
    for day, status in {"2026-11-22": 422, "2026-11-23": 201, "2026-11-26": 201, "2026-11-27": 422}.items():
        answer = reviewer.post(f"{path}/objections", OBJECTION | {"lodged_on": day})
        assert answer.status_code == status, day


def test_whoever_leaves_leaves_objections_lapsed(administrator: Caller, reviewer: Caller, path: str) -> None:
    objection = lodged(reviewer, path)
    moved(administrator, path, "withdrawn")
    assert reviewer.get(objection).json["status"] == "lapsed"
    assert decided(reviewer, objection, "dismissed", 409)["detail"]


def test_objection_is_read_under_its_expert_only(administrator: Caller, reviewer: Caller, path: str) -> None:
    objection = lodged(reviewer, path)
    other = candidate(administrator, reviewer, name="陈晓")
    assert reviewer.get(objection.replace(path, other)).status_code == 404
    assert reviewer.get(f"{path}/objections/nobody").status_code == 404
    assert pages(reviewer, f"{other}/objections") == [[]]
    assert reviewer.get("/experts/nobody/objections").status_code == 404


def test_consequence_belongs_to_an_upheld_objection(reviewer: Caller, path: str) -> None:
    made = decided(reviewer, lodged(reviewer, path), "dismissed", 422, then="removed")
    assert [fault["pointer"] for fault in made["errors"]] == ["/then"]
