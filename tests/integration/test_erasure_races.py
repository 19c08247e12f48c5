"""What is entered on somebody while they are erased: the second waits for the erasure and is refused.

Pinned, on both engines: a tie, an edit of one, an opinion, why there is none, an evaluation and the reply to one are
no more entered once an erasure has begun, nor after it; nothing of them stays. A list, a panel, a draw, the panel of a
draw and one with a member replaced wait for an erasure that has begun, and name nobody who was erased; no reserve is
asked who is. The answer to a repeated call that was stored meanwhile goes with the next sweep.
"""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from expertdb.database import transaction
from expertdb.models.tokens import IdempotentAnswer
from expertdb.schemas.shortlists import ShortlistBody
from expertdb.services import experts, moves, shortlists
from expertdb.services.actors import SYSTEM
from tests.api.people import ASKED, expert, invited_expert, moved
from tests.api.test_engagements import NONE, SCORES, move
from tests.api.test_rights import DRAWN, NAME, accepted, cells
from tests.callers import Caller, Clock
from tests.conftest import START
from tests.integration.sweeping import swept
from tests.integration.test_races import overtaken

TIE = {"type": "employment", "counterpart": "厦门某某科技公司", "note": "林岚之弟的公司"}
OPINION = {"position": "oppose", "text": "不可。", "signed_by": "林岚"}


def served(administrator: Caller, office: Caller) -> tuple[dict[str, Any], Caller]:
    """The engagement of somebody who delivered and left the pool, and that expert, whose link still opens."""
    engagement, guest = invited_expert(administrator, office, kind="policy_drafting")
    assert guest.post(f"/engagements/{engagement['id']}/declarations", NONE).status_code == 200
    for to in ("accepted", "delivered"):
        assert move(guest, engagement, to).status_code == 200
    moved(administrator, f"/experts/{engagement['expert']['id']}", "withdrawn")
    return engagement, guest


def erases(app: Flask, whom: str) -> Callable[[Session], Any]:
    body = {"to": "erased", "reason": "本人要求"}
    return lambda session: moves.move(
        session, whom, body, version=None, actor=SYSTEM, now=START, rules=app.extensions["rules"]
    )


@pytest.mark.parametrize("what", ["tie", "edited tie", "opinion", "missing opinion", "evaluation", "reply"])
def test_nothing_is_entered_on_somebody_who_is_being_erased(
    app: Flask, administrator: Caller, office: Caller, what: str
) -> None:
    engagement, guest = served(administrator, office)
    whom, about = engagement["expert"]["id"], {"engagement": engagement["id"]}
    rating = about | {"scores": SCORES, "comment": "林岚迟到"}
    tie = f"/experts/{whom}/ties/{administrator.made(f'/experts/{whom}/ties', TIE)['id']}"
    rated = f"/evaluations/{administrator.made('/evaluations', rating)['id']}" if what == "reply" else ""
    calls = {
        "tie": lambda: administrator.post(f"/experts/{whom}/ties", TIE),
        "edited tie": lambda: administrator.patch(tie, {"note": "林岚之妹的公司"}, etag="*"),
        "opinion": lambda: office.post("/opinions", about | OPINION),
        "missing opinion": lambda: office.post(
            f"/engagements/{engagement['id']}/missing_opinions", {"reason": "林岚住院"}
        ),
        "evaluation": lambda: office.post("/evaluations", rating),
        "reply": lambda: guest.post(f"{rated}/replies", {"text": "林岚未迟到"}),
    }
    raced = overtaken(app, erases(app, whom), calls[what])
    assert (raced.status_code, raced.json["type"].rpartition(":")[2]) in ((409, "expert-is-erased"), (404, "not-found"))
    assert calls[what]().status_code in (404, 409)
    assert "林岚" not in office.get(f"/opinions?expert={whom}").get_data(as_text=True)
    assert not office.get(f"/engagements/{engagement['id']}").json["missing_opinion_reason"]
    assert "林岚" not in office.get(f"/evaluations?expert={whom}").get_data(as_text=True)
    assert administrator.get(f"/experts/{whom}/ties").json["items"] == []


def test_answer_that_was_stored_while_somebody_was_erased_is_forgotten_by_the_next_sweep(
    app: Flask, administrator: Caller
) -> None:
    whom = expert(administrator)["id"]
    administrator.post("/shortlists/preview", ASKED, headers={"Idempotency-Key": "k1"})
    with app.app_context(), transaction() as session:
        [late] = session.scalars(select(IdempotentAnswer))
        copy = {column.key: getattr(late, column.key) for column in IdempotentAnswer.__table__.columns}
    for to in ("withdrawn", "erased"):
        moved(administrator, f"/experts/{whom}", to)
    with app.app_context(), transaction() as session:
        session.add(IdempotentAnswer(**copy))  # As its transaction would, which began before the erasure.
    assert swept(app)["answers about the erased forgotten"] == 1
    assert "answers about the erased forgotten" not in swept(app)


def test_sweep_after_an_erasure_keeps_the_answers_about_everybody_else(app: Flask, administrator: Caller) -> None:
    whom, other = (expert(administrator, name)["id"] for name in ("林岚", "陈晓"))
    for to in ("withdrawn", "erased"):
        moved(administrator, f"/experts/{whom}", to)
    tie, headers = {"type": "kin", "counterpart": "某人"}, {"Idempotency-Key": "k1"}
    first = administrator.post(f"/experts/{other}/ties", tie, headers=headers)
    swept(app)
    again = administrator.post(f"/experts/{other}/ties", tie, headers=headers)
    assert (again.headers.get("Idempotency-Replayed"), again.json) == ("true", first.json)


def test_list_that_was_ranked_before_an_erasure_names_nobody_who_was_erased(
    app: Flask, administrator: Caller, office: Caller
) -> None:
    whom, request = expert(administrator)["id"], office.made("/requests", ASKED)["id"]
    asked, corpus = ShortlistBody().load({}), app.extensions["corpus"]
    with app.app_context(), transaction(read_only=True) as session:
        proposal = shortlists.propose(session, corpus, request, asked, actor=SYSTEM, now=START)
    for to in ("withdrawn", "erased"):
        moved(administrator, f"/experts/{whom}", to)
    with app.app_context(), transaction() as session:
        shown = shortlists.draw_up(session, corpus, request, asked, proposal, actor=SYSTEM, now=START)
        assert shown.entries == []


PARTY = "宁德闽山电池有限公司"
MARKS = (NAME, "擦除标记")
MATTER = ASKED | {"parties": [{"name": PARTY, "role": "respondent"}]}
ONE = {"size": 1, "rules": [{"type": "odd"}]}


def overtaken_by_an_erasure(app: Flask, whom: str, second: Callable[[], Any]) -> Any:
    """What the second is answered who begins when an erasure has locked the expert, and has looked for nothing yet."""
    held: list[Session] = []

    def begins(session: Session) -> None:
        held.append(session)
        experts.get(session, whom, lock=True)

    def goes_on() -> None:
        for to in ("withdrawn", "erased"):
            body = {"to": to, "reason": "本人要求"}
            rules = app.extensions["rules"]
            moves.move(held[0], whom, body, version=None, actor=SYSTEM, now=app.extensions["clock"](), rules=rules)

    return overtaken(app, begins, second, wait=goes_on)


@pytest.mark.parametrize("what", ["list", "recusal", "finding", "panel", "draw", "reveal", "replacement"])
def test_nothing_is_stored_that_names_somebody_who_is_being_erased(
    app: Flask, clock: Clock, administrator: Caller, office: Caller, what: str
) -> None:
    other = expert(administrator, "另一人")["id"]
    items = [{"kind": "case", "title": f"擦除标记{PARTY if what == 'recusal' else ''}电池专利无效案", "year": 2024}]
    if what == "finding":  # It is about another, who had the same work, and names the person.
        items = [{"kind": "project", "title": "动力电池隔膜联合攻关", "year": 2026}]
        administrator.patch(f"/experts/{other}", {"items": items}, etag="*")
    employer = {"organisation": PARTY} if what == "finding" else {}
    whom = expert(administrator, NAME, items=items, **employer)["id"]
    if what == "finding":
        moved(administrator, f"/experts/{whom}", "on_leave")
    at = f"/requests/{accepted(office)['id']}"
    draw = office.made(f"{at}/draws", DRAWN)["id"] if what == "reveal" else ""
    panel = office.made(f"{at}/panels", ONE | {"forced": [other]})["id"] if what == "replacement" else ""
    matter = office.made("/requests", MATTER)["id"] if what in ("recusal", "finding") else ""
    clock.forward(days=2)
    assert office.get(at).status_code == 200  # That this token was used is noted now, and not by the call below.
    calls = {
        "list": lambda: office.post(f"{at}/shortlists", {}),
        "recusal": lambda: office.post(f"/requests/{matter}/shortlists", {}),
        "finding": lambda: office.post(f"/requests/{matter}/shortlists", {}),
        "panel": lambda: office.post(f"{at}/panels", ONE),
        "draw": lambda: office.post(f"{at}/draws", DRAWN | {"not_before": "2026-11-28T13:30:00Z"}),
        "reveal": lambda: office.post(f"/draws/{draw}/reveal", {"public_value": "03 07 12"}),
        "replacement": lambda: office.post(f"/panels/{panel}/replacements", {"expert": other, "reason": "回避"}),
    }
    raced = overtaken_by_an_erasure(app, whom, calls[what])
    assert raced.status_code in (200, 201), raced.get_data(as_text=True)
    assert cells(app, MARKS) == {}


def test_reserve_who_is_being_erased_is_not_asked(app: Flask, administrator: Caller, office: Caller) -> None:
    people = [expert(administrator, name, items=[])["id"] for name in ("甲某", "乙某", "丙某")]
    at = f"/requests/{accepted(office)['id']}"
    panel = office.made(f"{at}/panels", ONE | {"forced": people[:1], "reserves": 2})
    waiting = [seat["expert"]["id"] for seat in panel["reserves"]]
    assert len(waiting) == 2
    decided = {"to": "confirmed", "reason": "同意", "confirmed_by": "王某"}
    assert office.post(f"/panels/{panel['id']}/transitions", decided, etag="*").status_code == 200
    [engagement] = office.made(f"/panels/{panel['id']}/invitations", {})["items"]
    raced = overtaken_by_an_erasure(app, waiting[0], lambda: move(office, engagement, "declined"))
    assert raced.status_code == 200, raced.get_data(as_text=True)
    found = office.get(f"/engagements?panel={panel['id']}").json["items"]
    assert [one["expert"]["id"] for one in found if one["status"] == "invited"] == waiting[1:]
