"""Experts, requests and lists as these tests enter them over HTTP, and calls made at the same moment."""

import threading
from collections.abc import Callable
from typing import Any

from werkzeug.test import TestResponse

from expertdb.api.routing import PREFIX
from tests.callers import Caller

TERM = {"start": "2026-01-01", "end": "2028-12-31"}
ASKED = {"kind": "consultation", "title": "锂电池专利无效", "text": "请推荐熟悉电池专利无效宣告的专家。"}


def expert(administrator: Caller, name: str = "林岚", **changes: Any) -> dict[str, Any]:
    """Enter an active expert of batteries and invalidity, but for what `changes` say."""
    body = {
        "name": {"zh": name},
        "kind": "K-PA",
        "region": "350200",
        "languages": ["zh"],
        "statement": "专利代理师，主攻电池专利的无效宣告。",
        "codes": ["PAT-INV", "LG-INV"],
        "items": [{"kind": "case", "title": "电池隔膜专利无效案", "year": 2024}],
        "status": "active",
        "term": TERM,
    }
    return administrator.made("/experts", body | changes)


def moved(caller: Caller, path: str, to: str, reason: str = "按规定办理") -> dict[str, Any]:
    """Move the expert or request at `path` to another status, whatever its version."""
    answer = caller.post(f"{path}/transitions", {"to": to, "reason": reason}, etag="*")
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return dict(answer.json or {})


def candidate(administrator: Caller, reviewer: Caller, status: str = "publicity", **changes: Any) -> str:
    """The path of somebody whom an administrator submitted and a reviewer took on to `status`."""
    path = f"/experts/{expert(administrator, status='draft', **changes)['id']}"
    for caller, to in ((administrator, "submitted"), (reviewer, "under_review"), (reviewer, "publicity")):
        moved(caller, path, to)
        if to == status:
            break
    return path


def invited_expert(administrator: Caller, office: Caller, **changes: Any) -> tuple[dict[str, Any], Caller]:
    """The engagement of somebody who is invited to a panel of one, and that expert, who comes with a link.

    The request is the one about batteries, but for what `changes` say.
    """
    expert(administrator)
    asked = office.made("/requests", ASKED | changes)
    moved(office, f"/requests/{asked['id']}", "accepted")
    panel = office.made(f"/requests/{asked['id']}/panels", {"size": 1, "rules": [{"type": "odd"}]})
    decided = {"to": "confirmed", "reason": "同意", "confirmed_by": "王某"}
    office.post(f"/panels/{panel['id']}/transitions", decided, etag="*")
    [engagement] = office.made(f"/panels/{panel['id']}/invitations", {})["items"]
    return engagement, Caller(office.app, office.made(f"/engagements/{engagement['id']}/links", {})["token"])


def shortlist(caller: Caller, **body: Any) -> dict[str, Any]:
    """Draw up a list for a fresh request about batteries."""
    asked = caller.made("/requests", ASKED)
    return caller.made(f"/requests/{asked['id']}/shortlists", body)


def preview(caller: Caller, **body: Any) -> dict[str, Any]:
    """Preview a list, for the request about batteries unless `body` asks otherwise."""
    answer = caller.post("/shortlists/preview", ASKED | body)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return dict(answer.json or {})


def listed(found: dict[str, Any]) -> list[str]:
    """The ids of the experts on a list, in its order."""
    return [entry["expert"]["id"] for entry in found["entries"]]


def pages(caller: Caller, path: str) -> list[list[dict[str, Any]]]:
    """Every page of a collection, following `next` to the end."""
    found, next_page = [], path
    while next_page:
        answer = caller.get(next_page)
        assert answer.status_code == 200, answer.get_data(as_text=True)
        page = dict(answer.json or {})
        found.append(page["items"])
        next_page = page["next"]
        assert next_page is None or next_page.startswith(PREFIX)
    return found


def at_once(*calls: Callable[[], TestResponse]) -> list[TestResponse]:
    """Make all calls at the same moment, each in a thread of its own."""
    gate, answers = threading.Barrier(len(calls)), []

    def make(call: Callable[[], TestResponse]) -> None:
        gate.wait()
        answers.append(call())

    threads = [threading.Thread(target=make, args=(call,)) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers
