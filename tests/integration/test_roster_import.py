"""A whole invented roster with planted faults, dry run then real, on both engines.

Pinned: every planted fault is found in its row and column and no other is; mended, the same file is stored whole and
searched and ranked at once; others write while it is stored. `make soak` does the same with 20,000 rows and measures.
"""

import threading
import time
from typing import Any

import pytest
from flask import Flask

from tests.api.people import preview
from tests.callers import Caller
from tests.rosters import FAULTS, Roster, column_of, roster

ROWS, FAULTY = 200, 40
MANY = 1000  # So many that others come to write several times meanwhile, on a quick machine, too.


@pytest.fixture(scope="module")
def faulty() -> Roster:
    return roster(ROWS, FAULTY)


def send(caller: Caller, file: Any, name: str, query: str = "") -> Any:
    return caller.post(f"/experts/imports{query}", data={"file": (file, name)})


def test_every_planted_fault_is_found_where_it_is_and_no_other(administrator: Caller, faulty: Roster) -> None:
    answer = send(administrator, faulty.xlsx(), "名册.xlsx", "?dry_run=true")
    assert answer.json["rows"] == ROWS
    found = {(fault["row"], fault["pointer"]) for fault in answer.json["errors"]}
    assert found == {(row, pointer) for row, (_, pointer) in faulty.faults.items()}
    for fault in answer.json["errors"]:
        kind, _ = faulty.faults[fault["row"]]
        if not kind.startswith("no ") or kind in ("no such day", "no number"):
            assert fault["column"].startswith(f"{column_of(kind)} "), kind
        if kind.startswith("unknown") and kind != "unknown status":
            assert fault["nearest"] or kind == "unknown language", kind
    assert {kind for kind, _ in faulty.faults.values()} == set(FAULTS)


def test_file_with_faults_is_refused_whole_and_mended_stored_whole(administrator: Caller, faulty: Roster) -> None:
    assert send(administrator, faulty.csv(), "名册.csv").status_code == 422
    assert administrator.get("/experts").json["items"] == []
    answer = send(administrator, roster(ROWS, 0).csv("gb18030"), "名册.csv")
    assert (answer.status_code, answer.json["created"]) == (200, ROWS), answer.get_data(as_text=True)[:500]
    assert len(administrator.get("/experts?limit=200").json["items"]) == ROWS
    listed = preview(administrator, title="隔膜专利无效", text="权利人检索现有技术", size=5)["entries"]
    assert len(listed) == 5
    one = administrator.get(f"/experts/{listed[0]['expert']['id']}").json
    assert one["organisation"]["name"]["zh"].endswith("知识产权有限公司")
    assert set(one["restricted"]) == {"phone", "email", "address", "id_number", "licence_numbers"}
    assert [entry["to"] for entry in administrator.get(f"/experts/{one['id']}/transitions").json["items"]] == [
        one["status"]
    ]


def test_others_write_while_a_roster_is_stored(app: Flask, administrator: Caller) -> None:
    answers: list[int] = []
    done = threading.Event()

    def write() -> None:
        number = 0
        while not done.is_set():
            number += 1
            body = {"name": {"zh": "旁人"}, "kind": "K-PA", "organisation": f"某机构{number}"}
            answers.append(administrator.post("/experts", body).status_code)
            time.sleep(0.01)

    thread = threading.Thread(target=write)
    thread.start()
    try:
        answer = send(administrator, roster(MANY, 0).csv(), "名册.csv")
    finally:
        done.set()
        thread.join()
    assert answer.json["created"] == MANY
    assert set(answers) == {201}
    assert len(answers) > 3
