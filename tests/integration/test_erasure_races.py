"""What is entered on somebody while they are erased: the second waits for the erasure and is refused.

Pinned, on both engines: a tie, an edit of one, an opinion, why there is none, an evaluation and the reply to one are
no more entered once an erasure has begun, nor after it; nothing of them stays. A list that was ranked before is ranked
anew. The answer to a repeated call that was stored meanwhile goes with the next sweep.
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
from expertdb.services import moves, shortlists
from expertdb.services.actors import SYSTEM
from tests.api.people import ASKED, expert, invited_expert, moved
from tests.api.test_engagements import NONE, SCORES, move
from tests.callers import Caller
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
