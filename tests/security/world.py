"""One of everything: two agencies, each with a matter that was carried to its evaluations, and all that lies beside.

`World.ids` has the id of each kind of thing by the name of the path parameter that asks for it, for the first agency;
`World.foreign` the same for the second one.
"""

from dataclasses import dataclass
from typing import Any

from flask import Flask

from expertdb import worker
from tests.api.people import ASKED, candidate, expert, moved
from tests.api.test_engagements import SCORES, accept, invited, move
from tests.callers import Caller
from tests.conftest import caller

# Each expert's restricted values begin so: they must be met nowhere but where they are opened.
PHONE, LICENCE, STREET = "139123400", "35987600", "鼓楼区东街口甲乙丙"
SECRETS = (PHONE, LICENCE, STREET, "canary.mail")
PARTY = "闽山电池有限公司"
IDENTITIES = ("11010519491231002X", "440524188001010014")


@dataclass(frozen=True)
class Side:
    """An agency, the expert who served it and came by a link, and the ids of what is theirs."""

    agency: Caller
    guest: Caller
    ids: dict[str, str]


@dataclass(frozen=True)
class World:
    """Callers by role, and both sides."""

    callers: dict[str, Caller]
    ours: Side
    theirs: Side


def built(app: Flask) -> World:
    """Enter all of it over HTTP."""
    people = {role: caller(app, role) for role in ("administrator", "reviewer", "policy_office", "auditor")}
    for number in range(8):
        _expert(people["administrator"], number)
    ours = _side(app, people, "晋江鞋服产业园知识产权保护工作站")
    theirs = _side(app, people, "漳州食品工业园商标品牌指导站")
    return World(people, ours, theirs)


def _expert(administrator: Caller, number: int) -> None:
    restricted: dict[str, Any] = {
        "phone": f"{PHONE}{number:02}",
        "email": f"canary.mail{number}@example.cn",
        "address": f"福州市{STREET}{number}号",
        "licence_numbers": [{"licence": "律师", "number": f"{LICENCE}{number}"}],
    }
    if number < len(IDENTITIES):
        restricted["id_number"] = IDENTITIES[number]
    expert(
        administrator,
        f"专家{'甲乙丙丁戊己庚辛'[number]}",
        organisation=f"单位{number}号",
        items=[],
        restricted=restricted,
    )


def _side(app: Flask, people: dict[str, Caller], organisation: str) -> Side:
    agency, office = caller(app, "agency", organisation), people["policy_office"]
    asked = agency.made("/requests", ASKED | {"parties": [{"name": PARTY, "role": "申请人"}]})
    moved(office, f"/requests/{asked['id']}", "accepted")
    listed = agency.made(f"/requests/{asked['id']}/shortlists", {"size": 3})
    draw = _draw(office, asked["id"])
    panel = _panel(office, asked["id"])
    engagement = invited(office, panel)[0]
    guest = accept(office, engagement)
    signed = {"engagement": engagement["id"], "position": "support", "text": "同意。", "signed_by": "专家"}
    opinion = guest.made("/opinions", signed)
    assert move(guest, engagement, "delivered").status_code == 200
    evaluation = agency.made("/evaluations", {"engagement": engagement["id"], "scores": SCORES})
    ids = {
        "request_id": asked["id"],
        "shortlist_id": listed["id"],
        "draw_id": draw["id"],
        "panel_id": panel["id"],
        "engagement_id": engagement["id"],
        "opinion_id": opinion["id"],
        "evaluation_id": evaluation["id"],
        "organisation_id": asked["requester"]["id"],
    }
    return Side(agency, guest, ids | _beside(app, people, asked["id"], engagement["expert"]["id"]))


def _draw(office: Caller, request: str) -> dict[str, Any]:
    terms = {"size": 1, "reserves": 1, "public_source": "双色球第2026136期", "not_before": "2026-11-24T13:30:00Z"}
    return office.made(f"/requests/{request}/draws", terms)


def _panel(office: Caller, request: str) -> dict[str, Any]:
    made = office.made(f"/requests/{request}/panels", {"size": 1, "reserves": 1, "rules": [{"type": "odd"}]})
    given = [{"expert": one["expert"], "reason": "规则所需"} for one in made["deviations"]]
    body = {"to": "confirmed", "reason": "同意", "confirmed_by": "王某", "deviations": given}
    answer = office.post(f"/panels/{made['id']}/transitions", body, etag="*")
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return dict(answer.json or {})


def _beside(app: Flask, people: dict[str, Caller], request: str, served: str) -> dict[str, str]:
    """What offices keep of the matter and of people, and agencies never see."""
    administrator, office = people["administrator"], people["policy_office"]
    tied = expert(administrator, "有关联")["id"]
    tie = office.made(f"/experts/{tied}/ties", {"type": "competitor", "counterpart": PARTY})
    body = {"request": request, "expert": tied, "type": "competitor", "party": PARTY, "reason": "已披露"}
    waiver = office.made("/waivers", body)
    open_to_all = candidate(administrator, people["reviewer"], name="候选人")
    lodged = {"lodged_by": "citizen", "reference": "信访1号", "ground": "false_data", "text": "材料不实。"}
    objection = people["reviewer"].made(f"{open_to_all}/objections", lodged)
    out = f"/experts/{expert(administrator, '停用者')['id']}"
    imposed = {"to": "suspended", "reason": "两次缺席", "ground": "no_shows"}
    assert administrator.post(f"{out}/transitions", imposed, etag="*").status_code == 200
    sanction = administrator.get(f"{out}/sanctions").json["items"][0]
    batch = office.made("/batches", {"requests": [office.made("/requests", ASKED)["id"]], "size": 3})
    assert worker.run_once(app, worker.KINDS)
    job = administrator.get("/jobs").json["items"][0]
    suggested = {"do": "add_alias", "code": "GI", "alias": f"岩韵{request[-4:]}"}
    suggestion = administrator.made("/vocabularies/ip_subject/suggestions", suggested)
    claim = administrator.made(f"/experts/{tied}/claims", {"kind": "copy"})
    given = {"notice": "2026-1", "form": "signed", "given_on": "2026-01-05"}
    consent = administrator.made(f"/experts/{tied}/consents", given)
    user = administrator.made("/users", {"login": f"u{request[-6:]}", "name": "某", "role": "auditor"})
    return {
        "expert_id": served,
        "tie_id": tie["id"],
        "waiver_id": waiver["id"],
        "objection_id": objection["id"],
        "sanction_id": sanction["id"],
        "batch_id": batch["id"],
        "job_id": job["id"],
        "suggestion_id": suggestion["id"],
        "claim_id": claim["id"],
        "consent_id": consent["id"],
        "user_id": user.get("user", user)["id"],
        "token_id": administrator.get("/tokens").json["items"][0]["id"],
    }
