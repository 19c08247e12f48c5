"""Suspensions and removals: grounds, notice, appeal.

Pinned here:
- a suspension or removal has a ground of the list and a reason, and the day of its notice;
- whoever imposed one does not decide the appeal against it;
- an upheld appeal brings the expert back to where they were; a removal is not lifted otherwise;
- whoever was once rejected as a candidate stays in the pool when a later suspension ends; nothing moves where no way
  leads;
- nobody slips out of a suspension by letting the term end and being renewed.
"""

from typing import Any

import pytest
from flask import Flask

from expertdb.database import transaction
from expertdb.errors import TransitionNotAllowed
from expertdb.services import experts, moves
from expertdb.services.actors import SYSTEM
from expertdb.services.guards import Move
from tests.api.people import candidate, expert, moved, pages
from tests.callers import Caller, Clock
from tests.conftest import caller


@pytest.fixture
def other(app: Flask) -> Caller:
    """A second administrator."""
    return caller(app, "administrator")


def imposed(who: Caller, path: str, to: str = "suspended", **details: Any) -> str:
    """The path of the sanction that moving an expert brings."""
    body = {"to": to, "reason": "两次无故缺席论证会", "ground": "no_shows", **details}
    assert who.post(f"{path}/transitions", body, etag="*").status_code == 200
    return f"{path}/sanctions/{pages(who, f'{path}/sanctions')[-1][-1]['id']}"


def went(who: Caller, sanction: str, to: str, status: int = 200, reason: str = "已核") -> dict[str, Any]:
    answer = who.post(f"{sanction}/transitions", {"to": to, "reason": reason}, etag="*")
    assert answer.status_code == status, answer.get_data(as_text=True)
    return dict(answer.json)


def test_suspension_keeps_ground_reason_and_notice(administrator: Caller) -> None:
    path = f"/experts/{expert(administrator)['id']}"
    sanction = imposed(administrator, path, notified_on="2026-11-20")
    made = administrator.get(sanction).json
    assert (made["kind"], made["ground"], made["notified_on"]) == ("suspension", "no_shows", "2026-11-20")
    assert (made["status"], made["reason"]) == ("standing", "两次无故缺席论证会")
    (rows,) = pages(administrator, f"{path}/transitions")
    assert rows[-1]["details"] == {"ground": "no_shows", "sanction": made["id"]}


def test_ground_may_be_left_out(administrator: Caller) -> None:
    path = f"/experts/{expert(administrator)['id']}"
    moved(administrator, path, "suspended")
    assert pages(administrator, f"{path}/sanctions")[0][0]["ground"] == "other"


def test_notice_is_dated_between_the_sanction_and_today(administrator: Caller, clock: Clock) -> None:
    sanction = imposed(administrator, f"/experts/{expert(administrator)['id']}")
    clock.forward(days=2)
    for day, status in {"2026-11-22": 422, "2026-11-26": 422, "2026-11-24": 200}.items():
        assert administrator.patch(sanction, {"notified_on": day}, etag="*").status_code == status, day
    assert administrator.get(sanction).json["notified_on"] == "2026-11-24"


def test_suspension_ends_with_the_way_back(administrator: Caller) -> None:
    path = f"/experts/{expert(administrator)['id']}"
    sanction = imposed(administrator, path)
    moved(administrator, path, "active")
    assert administrator.get(sanction).json["status"] == "lifted"


def test_lifting_a_suspension_brings_the_expert_back(administrator: Caller) -> None:
    path = f"/experts/{expert(administrator)['id']}"
    went(administrator, imposed(administrator, path), "lifted")
    assert administrator.get(path).json["status"] == "active"


def test_appeal_is_decided_by_somebody_else(administrator: Caller, other: Caller) -> None:
    path = f"/experts/{expert(administrator)['id']}"
    sanction = imposed(administrator, path)
    made = went(administrator, sanction, "appealed", reason="当日住院，附证明。")
    assert (made["status"], made["appeal"], made["appealed_on"]) == ("appealed", "当日住院，附证明。", "2026-11-23")
    assert "somebody else" in went(administrator, sanction, "upheld", 403)["detail"]
    back = administrator.post(f"{path}/transitions", {"to": "active", "reason": "算了"}, etag="*")
    assert "appeal is open" in back.json["detail"]
    assert went(other, sanction, "upheld")["decision"] == "已核"
    assert administrator.get(path).json["status"] == "active"


def test_dismissed_appeal_leaves_the_suspension(administrator: Caller, other: Caller) -> None:
    path = f"/experts/{expert(administrator)['id']}"
    sanction = imposed(administrator, path)
    went(administrator, sanction, "appealed")
    went(other, sanction, "dismissed")
    assert administrator.get(path).json["status"] == "suspended"
    assert "allowed: lifted" in went(administrator, sanction, "appealed", 409)["detail"]


@pytest.mark.parametrize(
    ("before", "after"), [("active", "active"), ("suspended", "suspended"), ("on_leave", "active")]
)
def test_upheld_appeal_against_a_removal_brings_the_expert_back(
    administrator: Caller, other: Caller, before: str, after: str
) -> None:
    path = f"/experts/{expert(administrator)['id']}"
    if before != "active":
        moved(administrator, path, before)
    sanction = imposed(administrator, path, "removed")
    assert "appeal" in went(administrator, sanction, "lifted", 409)["detail"]
    went(administrator, sanction, "appealed")
    went(other, sanction, "upheld")
    assert administrator.get(path).json["status"] == after
    assert len(pages(administrator, f"{path}/sanctions")[0]) == 1 + (before == "suspended")


def test_nobody_comes_back_into_the_suspension_of_somebody_else(administrator: Caller, other: Caller) -> None:
    path, neighbour = (f"/experts/{expert(administrator, name=name)['id']}" for name in ("林岚", "陈晓"))
    imposed(administrator, neighbour)
    sanction = imposed(administrator, path, "removed")
    went(administrator, sanction, "appealed")
    went(other, sanction, "upheld")
    assert administrator.get(path).json["status"] == "active"


def test_upheld_appeal_after_the_term_finds_it_over(administrator: Caller, other: Caller, clock: Clock) -> None:
    path = f"/experts/{expert(administrator, term={'start': '2024-01-01', 'end': '2026-12-31'})['id']}"
    sanction = imposed(administrator, path, "removed")
    went(administrator, sanction, "appealed")
    clock.forward(days=60)
    went(other, sanction, "upheld")
    assert administrator.get(path).json["status"] == "expired"


def test_rejected_candidate_comes_back_to_review(administrator: Caller, reviewer: Caller, other: Caller) -> None:
    path = candidate(administrator, reviewer, "under_review")
    sanction = imposed(reviewer, path, "removed", ground="not_qualified")
    went(administrator, sanction, "appealed")
    went(other, sanction, "upheld")
    assert administrator.get(path).json["status"] == "under_review"


def test_lifted_suspension_leaves_somebody_in_the_pool_who_was_once_rejected(
    administrator: Caller, reviewer: Caller, other: Caller, clock: Clock
) -> None:
    path = candidate(administrator, reviewer, "under_review")
    rejection = imposed(reviewer, path, "removed", ground="not_qualified")
    went(administrator, rejection, "appealed")
    went(other, rejection, "upheld")
    moved(reviewer, path, "publicity")
    clock.forward(days=30)
    moved(reviewer, path, "active")
    went(administrator, imposed(administrator, path), "lifted")
    assert administrator.get(path).json["status"] == "active"


def test_no_service_moves_an_expert_where_no_way_leads(app: Flask, administrator: Caller, clock: Clock) -> None:
    id = expert(administrator)["id"]
    rules = app.extensions["rules"]
    with app.app_context(), transaction() as session:
        asked = Move(session, experts.get(session, id), "under_review", "复核", SYSTEM, clock(), rules)
        with pytest.raises(TransitionNotAllowed):
            moves.carry_out(asked)
    assert administrator.get(f"/experts/{id}").json["status"] == "active"


@pytest.mark.parametrize("to", ["under_review", "active", "suspended", "expired"])
def test_no_plain_move_leads_back_from_removal(administrator: Caller, to: str) -> None:
    path = f"/experts/{expert(administrator)['id']}"
    imposed(administrator, path, "removed")
    answer = administrator.post(f"{path}/transitions", {"to": to, "reason": "算了"}, etag="*")
    assert (answer.status_code, "appeal" in answer.json["detail"]) == (409, True)


def test_open_appeal_keeps_the_record_from_being_erased(administrator: Caller) -> None:
    path = f"/experts/{expert(administrator)['id']}"
    went(administrator, imposed(administrator, path, "removed"), "appealed")
    answer = administrator.post(f"{path}/transitions", {"to": "erased", "reason": "本人要求"}, etag="*")
    assert (answer.status_code, "appeal is open" in answer.json["detail"]) == (409, True)


def test_open_appeal_of_somebody_who_withdrew_keeps_the_record_from_being_erased(administrator: Caller) -> None:
    path = f"/experts/{expert(administrator)['id']}"
    went(administrator, imposed(administrator, path), "appealed")
    moved(administrator, path, "withdrawn")
    answer = administrator.post(f"{path}/transitions", {"to": "erased", "reason": "本人要求"}, etag="*")
    assert (answer.status_code, "appeal is open" in answer.json["detail"]) == (409, True)


def test_suspension_outlives_the_term(administrator: Caller) -> None:
    path = f"/experts/{expert(administrator)['id']}"
    sanction = imposed(administrator, path)
    moved(administrator, path, "expired")
    answer = administrator.post(f"{path}/transitions", {"to": "renewed", "reason": "续聘"}, etag="*")
    assert (answer.status_code, "still in force" in answer.json["detail"]) == (409, True)
    went(administrator, sanction, "lifted")
    assert moved(administrator, path, "renewed")["status"] == "renewed"


def test_sanction_is_read_under_its_expert_only(administrator: Caller) -> None:
    path, neighbour = (f"/experts/{expert(administrator, name=name)['id']}" for name in ("林岚", "陈晓"))
    sanction = imposed(administrator, path)
    assert administrator.get(sanction.replace(path, neighbour)).status_code == 404
    assert pages(administrator, f"{neighbour}/sanctions") == [[]]
    assert administrator.get("/experts/nobody/sanctions").status_code == 404


def test_notice_is_noted_on_the_sanction_as_it_was_read(administrator: Caller) -> None:
    sanction = imposed(administrator, f"/experts/{expert(administrator)['id']}")
    assert administrator.patch(sanction, {"notified_on": "2026-11-23"}, etag='"9"').status_code == 412
    assert administrator.get(sanction).json["notified_on"] is None


def test_log_has_the_reasons_of_decisions_and_not_the_words_of_an_appeal(administrator: Caller, other: Caller) -> None:
    path = f"/experts/{expert(administrator)['id']}"
    sanction = imposed(administrator, path)
    went(administrator, sanction, "appealed", reason="当日住院")
    went(other, sanction, "dismissed", reason="证据不足")
    rows = administrator.get(f"/audit?subject={path.rpartition('/')[2]}").json["items"]
    found = {row["action"]: row["details"].get("reason") for row in rows if row["action"].startswith("sanction.")}
    assert found == {"sanction.appealed": None, "sanction.dismissed": "证据不足"}
