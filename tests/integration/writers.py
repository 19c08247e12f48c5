"""What the writing processes of test_concurrency.py do; they import it by name."""

import time
from typing import Any

from flask import Flask

from expertdb.app import utc_now
from tests.callers import Caller
from tests.conftest import make_app

THOUGHT = 0.005  # seconds between reading and editing, so that others edit meanwhile

_apps: dict[str, Flask] = {}


def _caller(url: str, secret: str) -> Caller:
    # One application per process and database, as a server's worker has it.
    if url not in _apps:
        _apps[url] = make_app(url, utc_now)
    return Caller(_apps[url], secret)


def warm(number: int) -> int:
    """Nothing; a process that has answered this has imported everything."""
    return number


def edit_repeatedly(url: str, secret: str, expert: str, writer: int, edits: int) -> dict[str, Any]:
    """Read and edit one expert `edits` times with the ETag that was read; count what each edit was answered."""
    caller = _caller(url, secret)
    answers: list[int] = []
    kept: list[str] = []
    for number in range(edits):
        etag = caller.get(f"/experts/{expert}").headers["ETag"]
        time.sleep(THOUGHT)
        said = f"writer {writer} edit {number}"
        answer = caller.patch(f"/experts/{expert}", {"statement": said}, etag=etag)
        answers.append(answer.status_code)
        if answer.status_code == 200:
            kept.append(f"{answer.headers['ETag']} {said}")
    return {"answers": answers, "kept": kept}


def curate(url: str, secret: str, writer: int, rounds: int) -> list[int]:
    """Enter, edit, suspend and bring back experts of its own; the answers' statuses."""
    caller = _caller(url, secret)
    answers = []
    for number in range(rounds):
        made = caller.post("/experts", _body(writer, number))
        path, answered = f"/experts/{(made.json or {})['id']}", [made]
        answered.append(caller.patch(path, {"codes": ["LG-INV", "SE05"][: 1 + number % 2]}, etag="*"))
        answered.append(caller.post(f"{path}/items", _item(writer, number)))
        if number % 3 == 1:
            answered.append(caller.post(f"{path}/transitions", {"to": "suspended", "reason": "复核"}, etag="*"))
        if number % 6 == 1:
            answered.append(caller.post(f"{path}/transitions", {"to": "active", "reason": "复核通过"}, etag="*"))
        answers += [answer.status_code for answer in answered]
    return answers


def _body(writer: int, number: int) -> dict[str, Any]:
    return {
        "name": {"zh": f"林{'岚清远'[number % 3]}"},
        "kind": "K-PA",
        "statement": f"专利代理师，第{writer}组第{number}人，主攻锂电池隔膜专利无效。",
        "codes": ["PAT-INV"],
        "status": "draft" if number % 3 == 2 else "active",
    }


def _item(writer: int, number: int) -> dict[str, Any]:
    return {
        "kind": "case",
        "title": f"动力电池专利无效案 {writer}-{number}",
        "text": "两篇日文现有技术。",
        "year": 2024,
    }
