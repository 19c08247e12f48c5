"""From invitation to evaluation in the console, by the office and by the experts' own links.

Pinned: a link opens one invitation without an account, and nothing once it is replaced or over; nothing of the matter's
text is shown before acceptance, and nothing is accepted before interests are declared; a member who declines is
followed by a reserve; opinions, adoption, evaluation, reply and the file are kept as they are entered.
"""

import html
import re

import pytest
from flask import Flask

from tests.api.people import ASKED, expert, moved
from tests.callers import Caller, Clock
from tests.conftest import Beginning, first_caller
from tests.console.conftest import Visitor
from tests.console.filling import filled
from tests.integration.sweeping import swept

TEXT = "只有接受邀请的专家才能看到的内容"
CRITERIA = ("competence", "independence", "timeliness", "usefulness", "communication", "confidentiality")


def form_panel(app: Flask) -> str:
    """The address of a confirmed panel of one with one reserve."""
    office, administrator = first_caller(app, "policy_office"), first_caller(app, "administrator")
    for place, one in enumerate("甲乙丙"):
        expert(administrator, f"专家{one}", organisation=f"单位{place}号", restricted={"phone": f"1390000000{place}"})
    made = office.made("/requests", ASKED | {"text": TEXT, "parties": [{"name": "闽山电池有限公司"}]})
    moved(office, f"/requests/{made['id']}", "accepted")
    formed = office.made(f"/requests/{made['id']}/panels", {"size": 1, "reserves": 1, "rules": [{"type": "odd"}]})
    body = {"to": "confirmed", "reason": "同意", "confirmed_by": "王某"}
    assert office.post(f"/panels/{formed['id']}/transitions", body, etag="*").status_code == 200
    return f"/panels/{formed['id']}"


BEGINS = (("panel", form_panel),)


@pytest.fixture
def panel(beginning: Beginning) -> str:
    return str(beginning.known["panel"])


def sent(one: Visitor, path: str, at: str = "", **fields: object) -> object:
    """Send the form of a page as it stands, with these fields besides."""
    given = filled(one.page(at or path), path) | {f"/{name}": value for name, value in fields.items()}
    return one.client.post(path, data=given, headers=one.headers)


def invited(official: Visitor, panel: str) -> str:
    """The address of the engagement of whoever is invited first."""
    assert sent(official, f"{panel}/invitations/new").status_code == 303  # type: ignore[attr-defined]
    found = re.search(r'href="(/engagements/[^"]+)"', official.page(panel))
    assert found is not None
    return found[1]


def guest(app: Flask, official: Visitor, engagement: str) -> Visitor:
    """The expert of an engagement, with a fresh link."""
    shown = sent(official, f"{engagement}/link", at=engagement)
    link = re.search(r"<code>http://localhost(/invitation/[^<]+)</code>", shown.text)  # type: ignore[attr-defined]
    assert link is not None
    one = Visitor(app)
    opened = one.get(html.unescape(link[1]))
    assert (opened.status_code, opened.location) == (303, "/invitation")
    return one


def test_invitation_says_how_many_working_days_a_blank_deadline_is(official: Visitor, panel: str) -> None:
    assert "the end of 3 working days after today" in official.page(f"{panel}/invitations/new")
    official.client.set_cookie("language", "zh")
    assert "第 3 个工作日" in official.page(f"{panel}/invitations/new")


def test_why_an_invitation_ended_by_itself_is_said_in_the_language_of_the_page(
    app: Flask, official: Visitor, panel: str, clock: Clock
) -> None:
    engagement = invited(official, panel)
    clock.forward(days=6)
    assert swept(app)["invitations unanswered"] == 1
    assert official.sign_in("policy_office").status_code == 303
    official.client.set_cookie("language", "zh")
    shown = official.page(engagement)
    assert "no answer in time" not in shown
    assert "期限内未答复" in shown


def test_expert_declares_accepts_signs_and_replies(app: Flask, official: Visitor, office: Caller, panel: str) -> None:
    engagement = invited(official, panel)
    one = guest(app, official, engagement)
    page = one.page("/invitation")
    assert "闽山电池有限公司" in page
    assert TEXT not in page
    assert "/invitation/answer/accepted" not in page
    undecided = one.post("/invitation/interests", {"/confidential": "true"}, at="/invitation/interests")
    assert (undecided.status_code, "I have no such interests</a>: Declare" in undecided.text) == (422, True)
    declared = {"/confidential": "true", "/none": "true"}
    assert one.post("/invitation/interests", declared, at="/invitation/interests").status_code == 303
    assert sent(one, "/invitation/answer/accepted", reason="同意参加").status_code == 303  # type: ignore[attr-defined]
    assert TEXT in one.page("/invitation")
    signed = sent(one, "/invitation/opinion", position="oppose", text="应予无效", dissent="true", signed_by="专家甲")
    assert signed.status_code == 303  # type: ignore[attr-defined]
    assert sent(one, "/invitation/answer/delivered", reason="已交付").status_code == 303  # type: ignore[attr-defined]
    opinion = re.search(r'href="(/opinions/[^"]+)"', official.page(engagement))
    assert opinion is not None
    assert "应予无效" in official.page(opinion[1])
    assert sent(official, opinion[1], result="partial").status_code == 422  # type: ignore[attr-defined]
    assert sent(official, opinion[1], result="partial", reason="证据不足").status_code == 303  # type: ignore[attr-defined]
    path = f"{engagement}/evaluations/new"
    scores = {f"scores/{name}": "4" for name in CRITERIA}
    assert sent(official, path, **(scores | {"scores/competence": "9"})).status_code == 422  # type: ignore[attr-defined]
    assert sent(official, path, **scores, comment="意见清楚").status_code == 303  # type: ignore[attr-defined]
    page = one.page("/invitation")
    assert "证据不足" in page
    reply = re.search(r'href="(/invitation/evaluations/[^"]+)"', page)
    assert reply is not None
    assert sent(one, reply[1], text="谢谢").status_code == 303  # type: ignore[attr-defined]
    assert "谢谢" in official.page(engagement)
    contact = sent(official, f"{engagement}/contact", at=engagement, reason="联系会议")
    assert "13900000000" in contact.text  # type: ignore[attr-defined]
    for kind in ("docx", "json"):
        file = official.get(f"{panel}/file?format={kind}&language=zh")
        assert (file.status_code, f".{kind}" in file.headers["Content-Disposition"]) == (200, True)


def test_opinion_names_its_expert_and_marks_another_signature(app: Flask, official: Visitor, panel: str) -> None:
    engagement = invited(official, panel)
    one = guest(app, official, engagement)
    one.post("/invitation/interests", {"/confidential": "true", "/none": "true"}, at="/invitation/interests")
    sent(one, "/invitation/answer/accepted", reason="同意参加")
    name = re.search(r"<h1>.*?</small> <bdi>([^<]+)</bdi>", official.page(engagement), re.DOTALL)
    assert name is not None
    for signature, differs in ((name[1], False), ("李四", True)):
        sent(one, "/invitation/opinion", position="support", text="可行", signed_by=signature)
        assert f"Signed: <bdi>{signature}</bdi>" in one.page("/invitation")
        opinion = re.search(r'href="(/opinions/[^"]+)"', official.page(engagement))
        assert opinion is not None
        page = official.page(opinion[1])
        assert page.count(f"<bdi>{name[1]}</bdi>") == (1 if differs else 2)
        assert f"<bdi>{signature}</bdi>" in page
        assert ("differs from the expert" in page) == differs


def test_who_declines_is_followed_by_the_reserve(app: Flask, official: Visitor, office: Caller, panel: str) -> None:
    one = guest(app, official, invited(official, panel))
    left = sent(one, "/invitation/answer/declined", reason="时间不合")
    assert "Thank you" in left.text  # type: ignore[attr-defined]
    assert one.get("/invitation").status_code == 410
    assert "stepped in" in official.page(panel)


def test_panel_says_who_left_and_who_stepped_in_for_them(app: Flask, official: Visitor, panel: str) -> None:
    engagement = invited(official, panel)
    assert "composition changed" not in official.page(panel)
    one = guest(app, official, engagement)
    sent(one, "/invitation/answer/declined", reason="时间不合")
    page = official.page(panel)
    [gone, came] = re.findall(r'<a href="/engagements/[^"]+"><bdi>(.*?)</bdi>', page)
    headline = page[page.index("<h1>") : page.index("</h1>")]
    assert "composition changed" in headline
    members = page[page.index('<caption class="hidden">Members') :]
    row = members[: members.index("</tr>", members.index(gone))]
    assert f"succeeded by {came}" in row
    assert f"stepped in for {gone}" in members
    history = page[page.index('<ol class="steps">') :]
    assert f"{came} steps in for {gone}" in history
    assert "时间不合" in history


def test_only_who_holds_a_seat_can_be_replaced(app: Flask, official: Visitor, office: Caller, panel: str) -> None:
    sent(guest(app, official, invited(official, panel)), "/invitation/answer/declined", reason="时间不合")
    shown = office.get(panel).json
    gone, came = (shown[seats][0]["expert"]["id"] for seats in ("members", "reserves"))
    page = official.page(panel)
    assert f'replacements/new?expert={gone}"' not in page
    assert f'replacements/new?expert={came}"' in page
    form = official.page(f"{panel}/replacements/new?expert={came}")
    assert re.findall(r'<option value="([^"]+)"', form) == [came]
    moved(office, f"/requests/{shown['request']}", "cancelled")
    assert "replacements/new" not in official.page(panel)


def test_declared_interest_stands_in_the_way(app: Flask, official: Visitor, panel: str) -> None:
    one = guest(app, official, invited(official, panel))
    fields = {"/confidential": "true", "/interests/0/type": "kin", "/interests/0/counterpart": "张三"}
    assert one.post("/invitation/interests", fields, at="/invitation/interests").status_code == 303
    page = one.page("/invitation")
    assert "you cannot serve in this matter" in page
    assert "/invitation/answer/accepted" not in page
    refused = sent(one, "/invitation/answer/accepted", reason="仍要参加")
    assert refused.status_code == 409  # type: ignore[attr-defined]
    assert "You may not serve in this matter: Recused:" in refused.text  # type: ignore[attr-defined]


def waiting(official: Visitor) -> list[str]:
    """What waits on the home page in panels and engagements, as links with their words."""
    page = official.page("/")
    found = re.findall(r'<a href="(/(?:panels|engagements|opinions)/[^"]+)">(.*?)</a>', page)
    return [f"{re.sub('<[^>]+>', '', words)} {address.split('/')[1]}" for address, words in found]


def test_home_says_what_waits_in_a_panel_and_its_engagements(
    app: Flask, official: Visitor, office: Caller, panel: str
) -> None:
    engagement = invited(official, panel)
    name = re.search(r"</small> <bdi>(.*?)</bdi>", official.page(engagement))[1]  # type: ignore[index]
    assert waiting(official) == [f"{name} is invited, but has no link yet engagements"]
    one = guest(app, official, engagement)
    assert waiting(official) == []
    fields = {"/confidential": "true", "/interests/0/type": "kin", "/interests/0/counterpart": "张三"}
    one.post("/invitation/interests", fields, at="/invitation/interests")
    assert waiting(official) == [f"{name} declared an interest that keeps them out: decide engagements"]
    sent(one, "/invitation/answer/declined", reason="须回避")
    [reserve] = waiting(official)
    assert "is invited, but has no link yet" in reserve
    assert name not in reserve


def test_home_says_that_an_opinion_and_an_evaluation_wait(app: Flask, official: Visitor, panel: str) -> None:
    one = guest(app, official, invited(official, panel))
    one.post("/invitation/interests", {"/confidential": "true", "/none": "true"}, at="/invitation/interests")
    sent(one, "/invitation/answer/accepted", reason="同意参加")
    sent(one, "/invitation/opinion", position="support", text="可行", signed_by="专家")
    sent(one, "/invitation/answer/delivered", reason="已交付")
    assert [words.split(" ", 1)[1] for words in waiting(official)] == [
        "has delivered: evaluate the work engagements",
        "gave an opinion: say what became of it opinions",
    ]
    official.client.set_cookie("language", "zh")
    assert "已提交意见，待反馈采纳情况" in official.page("/")


def test_pages_of_a_panel_belong_to_the_requests_and_say_each_thing_once(
    app: Flask, official: Visitor, office: Caller, panel: str
) -> None:
    engagement = invited(official, panel)
    one = guest(app, official, engagement)
    one.post("/invitation/interests", {"/confidential": "true", "/none": "true"}, at="/invitation/interests")
    sent(one, "/invitation/answer/accepted", reason="只说一次")
    shown = sent(official, f"{engagement}/contact", at=engagement, reason="联系")
    assert "13900000000" in shown.text  # type: ignore[attr-defined]
    assert shown.text.count("只说一次") == 1  # type: ignore[attr-defined]
    for at in (panel, engagement):
        assert '<a href="/requests" aria-current="page">' in official.page(at)
    assert len(re.findall(r'href="[^"]+format=json', official.page(panel))) == 1
    assert '<a href="/requests" aria-current="page">' not in official.page("/draws/verify")


def test_aside_stands_in_the_brackets_of_its_language(app: Flask, official: Visitor, office: Caller) -> None:
    made = office.made("/requests", ASKED | {"parties": [{"name": "闽山电池有限公司", "role": "申请人"}]})
    official.client.set_cookie("language", "zh")
    assert "（<bdi>申请人</bdi>）" in official.page(f"/requests/{made['id']}")
    official.client.set_cookie("language", "en")
    assert " (<bdi>申请人</bdi>)" in official.page(f"/requests/{made['id']}")


def test_request_says_what_waits_in_it_and_nothing_of_another(
    app: Flask, official: Visitor, office: Caller, panel: str
) -> None:
    own, other = office.get(panel).json["request"], office.made("/requests", ASKED)["id"]
    one = guest(app, official, invited(official, panel))
    one.post("/invitation/interests", {"/confidential": "true", "/none": "true"}, at="/invitation/interests")
    sent(one, "/invitation/answer/accepted", reason="同意参加")
    sent(one, "/invitation/opinion", position="support", text="可行", signed_by="专家")
    page = official.page(f"/requests/{own}")
    assert "gave an opinion: say what became of it" in page
    assert 'href="/opinions/' in page
    assert "<h2>To do</h2>" not in official.page(f"/requests/{other}")


def test_home_says_that_a_panel_waits_to_be_confirmed(official: Visitor, office: Caller, panel: str) -> None:
    request_id = office.get(panel).json["request"]
    office.made(f"/requests/{request_id}/panels", {"size": 1, "rules": [{"type": "odd"}]})
    assert waiting(official) == ["panel proposed: confirm or reject it panels"]


def test_link_opens_one_invitation_and_nothing_else(app: Flask, official: Visitor, panel: str) -> None:
    engagement = invited(official, panel)
    first = guest(app, official, engagement)
    second = guest(app, official, engagement)
    assert first.get("/invitation").status_code == 410
    assert second.get("/invitation").status_code == 200
    for path in (engagement, panel, "/experts", "/requests"):
        assert second.get(path).location.startswith("/sign-in"), path
    stranger = Visitor(app)
    for token in ("nothing", "xdl_" + "x" * 600, "%00"):
        stranger.get(f"/invitation/{token}")
        assert stranger.get("/invitation").status_code == 410, token
        assert stranger.post("/invitation/interests", {}, at="/sign-in").status_code == 410


def test_office_takes_down_what_an_expert_declares_by_telephone(official: Visitor, panel: str) -> None:
    engagement = invited(official, panel)
    page = official.page(engagement)
    assert "/moves/accepted" not in page
    path = f"{engagement}/declaration"
    assert f'href="{path}"' in page
    assert "闽山电池有限公司" in official.page(path)
    told = {"none": "true", "confidential": "true"}
    assert sent(official, path, **told).status_code == 422  # type: ignore[attr-defined]
    assert sent(official, path, **told, how="telephone").status_code == 303  # type: ignore[attr-defined]
    page = official.page(engagement)
    assert "taken down by the office (by telephone)" in page
    assert "/moves/accepted" in page
    assert sent(official, f"{engagement}/moves/accepted", reason="电话答复").status_code == 303  # type: ignore[attr-defined]


def test_acceptance_that_lacks_a_step_comes_back_with_what_was_typed(official: Visitor, panel: str) -> None:
    engagement = invited(official, panel)
    refused = sent(official, f"{engagement}/moves/accepted", reason="电话中接受")
    assert (refused.status_code, "电话中接受" in refused.text) == (409, True)  # type: ignore[attr-defined]
    assert f'href="{engagement}/declaration"' in refused.text  # type: ignore[attr-defined]


def test_acceptance_of_a_recused_expert_is_not_offered(official: Visitor, panel: str) -> None:
    engagement = invited(official, panel)
    fields = {"confidential": "true", "how": "paper", "interests/0/type": "kin", "interests/0/counterpart": "张三"}
    assert sent(official, f"{engagement}/declaration", **fields).status_code == 303  # type: ignore[attr-defined]
    page = official.page(engagement)
    assert "/moves/accepted" not in page
    assert "/moves/declined" in page


def test_silence_is_recorded_once_the_time_to_answer_has_passed(official: Visitor, panel: str, clock: Clock) -> None:
    engagement = invited(official, panel)
    assert "/moves/silent" not in official.page(engagement)
    early = sent(official, f"{engagement}/moves/silent", reason="三次未接")
    assert (early.status_code, "三次未接" in early.text) == (403, True)  # type: ignore[attr-defined]
    assert re.search(r"An answer is awaited until \d{4}-\d\d-\d\d 24:00\.", early.text)  # type: ignore[attr-defined]
    clock.forward(days=20)
    official.sign_in("policy_office")
    assert "/moves/silent" in official.page(engagement)


def test_delivery_without_an_opinion_is_warned_of_first(app: Flask, official: Visitor, panel: str) -> None:
    engagement = invited(official, panel)
    one = guest(app, official, engagement)
    declared = {"/confidential": "true", "/none": "true"}
    assert one.post("/invitation/interests", declared, at="/invitation/interests").status_code == 303
    assert sent(one, "/invitation/answer/accepted").status_code == 303  # type: ignore[attr-defined]
    page = one.page("/invitation/answer/delivered")
    assert "You have signed no opinion yet." in page
    assert 'data-confirm="Deliver without an opinion?"' in page
    assert 'href="/invitation/opinion"' in page
    assert "No opinion of this expert has been signed yet." in official.page(f"{engagement}/moves/delivered")
    sent(one, "/invitation/opinion", position="support", text="同意", signed_by="专家甲")
    assert "You have signed no opinion yet." not in one.page("/invitation/answer/delivered")
