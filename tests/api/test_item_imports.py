"""Items from invented records in the shapes of ORCID and OpenAlex, over HTTP and by command.

Pinned: works become unverified items by kind, once, whatever record they come in; what is no evidence is counted; a
record of somebody else is refused unless somebody answers for it; nothing a stranger puts into a record gets further
than an item may: no tags, no bank data, no bombs; all works or none.
"""

import json
from typing import Any

import pytest
from flask import Flask

from tests.api.people import expert
from tests.callers import Caller
from tests.conftest import caller

only_sqlite = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
LIN = {"author": {"id": "https://openalex.org/A1", "display_name": "Lan Lin"}}
OTHER = {"author": {"id": "https://openalex.org/A2", "display_name": "Wei Chen"}}


def work(title: Any, **changes: Any) -> dict[str, Any]:
    return {"title": title, "type": "article", "publication_year": 2023, "authorships": [LIN, OTHER]} | changes


OPENALEX = {
    "meta": {"count": 4},
    "results": [
        work(
            "Separators of <i>lithium</i> cells &amp; their patents",
            doi="https://doi.org/10.0000/one",
            primary_location={"source": {"display_name": "Invented Journal"}},
            abstract_inverted_index={"We": [0], "claims.": [3], "survey": [1], "separator": [2]},
        ),
        work("电池隔膜", type="patent", publication_year=2021, authorships=[LIN]),
        work("Data of the first", type="dataset"),
        work("Withdrawn", is_retracted=True),
    ],
}


def value(said: Any) -> dict[str, Any]:
    return {"value": said}


def group(title: str, year: str, kind: str) -> dict[str, Any]:
    summary = {"title": {"title": value(title)}, "type": kind, "publication-date": {"year": value(year)}}
    return {"work-summary": [summary | {"journal-title": value("虚构学报")}]}


ORCID = {
    "orcid-identifier": {"path": "0000-0000-0000-0000"},
    "person": {"name": {"given-names": value("岚"), "family-name": value("林"), "credit-name": None}},
    "activities-summary": {
        "works": {"group": [group("电池隔膜", "2021", "patent"), group("隔膜标准", "2020", "standards-and-policy")]},
        "fundings": {
            "group": [
                {
                    "funding-summary": [
                        {
                            "title": {"title": value("隔膜专利导航")},
                            "organization": {"name": "虚构基金"},
                            "start-date": {"year": value("2019")},
                        }
                    ]
                }
            ]
        },
    },
}


def taken(administrator: Caller, one: dict[str, Any], record: Any, query: str = "", **body: Any) -> Any:
    return administrator.post(f"/experts/{one['id']}/items/imports{query}", {"record": record, **body})


def pointers(answer: Any) -> list[str]:
    assert answer.status_code == 422, answer.get_data(as_text=True)
    return [fault["pointer"] for fault in answer.json["errors"]]


def test_works_of_both_sources_become_items_once(administrator: Caller) -> None:
    one = expert(administrator, items=[])
    dry = taken(administrator, one, OPENALEX, "?dry_run=true").json
    assert administrator.get(f"/experts/{one['id']}").json["items"] == []
    first = taken(administrator, one, OPENALEX).json
    assert first == dry | {"dry_run": False}
    assert (first["source"], first["author"], first["known"]) == ("openalex", "Lan Lin", 0)
    assert first["left_out"] == {"dataset": 1, "retraction": 1}
    second = taken(administrator, one, ORCID).json
    assert (second["source"], second["known"], len(second["added"])) == ("orcid", 1, 2)
    items = administrator.get(f"/experts/{one['id']}").json["items"]
    assert [(item["kind"], item["title"], item["year"]) for item in items] == [
        ("publication", "Separators of lithium cells & their patents", 2023),
        ("patent", "电池隔膜", 2021),
        ("standard", "隔膜标准", 2020),
        ("project", "隔膜专利导航", 2019),
    ]
    assert items[0]["text"] == "Invented Journal; We survey separator claims.; https://doi.org/10.0000/one"
    assert not any(item["verified"] for item in items)
    again = taken(administrator, one, OPENALEX).json
    assert (again["added"], again["known"]) == ([], 2)
    log = administrator.get(f"/audit?subject={one['id']}").json["items"]
    assert [(row["action"], row["details"]["count"]) for row in log[:2]] == [("items.imported", 2)] * 2


@only_sqlite
def test_record_of_somebody_else_wants_an_answer_for_it(app: Flask, administrator: Caller) -> None:
    one = expert(administrator, "陈墨", items=[])
    assert pointers(taken(administrator, one, ORCID)) == ["/same_person"]
    assert pointers(taken(administrator, one, {"group": [group("无名", "2020", "book")]})) == ["/same_person"]
    assert len(taken(administrator, one, ORCID, same_person=True).json["added"]) == 3
    assert caller(app, "agency").post(f"/experts/{one['id']}/items/imports", {"record": ORCID}).status_code == 403


@only_sqlite
@pytest.mark.parametrize(
    "record",
    [{}, {"results": {}}, {"results": "x"}, {"id": "https://openalex.org/A1", "works_api_url": "x"}, {"group": 7}],
)
def test_file_of_another_kind_is_refused(administrator: Caller, record: Any) -> None:
    assert pointers(taken(administrator, expert(administrator), record, same_person=True)) == ["/record"]


@only_sqlite
def test_nothing_hostile_gets_further_than_an_item_may(administrator: Caller) -> None:
    one = expert(administrator, items=[])
    junk: list[Any] = [None, [], {}, 7, "x", True, {"value": {"value": []}}]
    records = [{"results": [work(thing, authorships=thing, type=thing, doi=thing) for thing in junk]}]
    records += [{"group": [thing, {"work-summary": thing}]} for thing in junk]
    for record in records:
        answer = taken(administrator, one, record, same_person=True)
        assert answer.status_code == 200, answer.get_data(as_text=True)
    bomb = {"w" * 5000: [10**12, -5, 2**70, True, None, "x"], "词": list(range(40_000))}
    made = taken(
        administrator,
        one,
        {"results": [work("长" * 5000, abstract_inverted_index=bomb, publication_year=10**9)]},
        same_person=True,
    )
    [item] = made.json["added"]
    assert (len(item["title"]), len(item["text"]) <= 10_000, item["year"]) == (300, True, None)
    bad = [work("好论文"), work("身份证11010519491231002X"), work("nul\0"), work("卡号 6222021234567890128")]
    faults = pointers(taken(administrator, one, {"results": bad}, same_person=True))
    assert {"/record/results/1/title", "/record/results/2/title"} <= set(faults)
    assert "好论文" not in json.dumps(administrator.get(f"/experts/{one['id']}").json, ensure_ascii=False)
    many = {"results": [work(f"论文{number}", publication_year=1990 + number % 30) for number in range(300)]}
    assert pointers(taken(administrator, one, many, same_person=True)) == ["/since"]
    assert len(taken(administrator, one, many, same_person=True, since=2015).json["added"]) == 50
