"""Why A stands before B on a stored list, and why somebody is not on it.

Pinned: the lines of a comparison sum to the difference of the affinities exactly, also after the pool has changed, and
are those of the entries' own reasons, in words that stand in the texts; the
standing of an expert is the rank a list as long as the pool would give; whoever is left out has the reason; agencies
compare on their own lists only and may not ask for standings.
"""

import pytest
from flask import Flask

from expertdb.code_words import why_out
from tests.callers import Caller
from tests.conftest import caller

MATTER = {"kind": "consultation", "title": "锂电池专利无效", "text": "隔膜与电芯专利的稳定性，prior art in Japanese."}


ENGLISH = {
    "kind": "consultation",
    "title": "Licensing of patents on batteries",
    "text": "We need somebody who knows Licences, invalidated patents and the stability of separators.",
}
TRADITIONAL = {"kind": "consultation", "title": "鋰電池專利無效", "text": "隔膜與電芯專利的穩定性、許可談判。"}


def listed(office: Caller, size: int = 8, matter: dict[str, str] = MATTER) -> tuple[str, dict]:  # type: ignore[type-arg]
    request = office.made("/requests", matter)["id"]
    return request, office.made(f"/requests/{request}/shortlists", {"size": size})


def test_lines_sum_to_the_difference_of_the_affinities(pool_app: Flask) -> None:
    office = caller(pool_app, "policy_office")
    _, shortlist = listed(office)
    first, last = shortlist["entries"][0], shortlist["entries"][-1]
    path = f"/shortlists/{shortlist['id']}/comparison?first={first['expert']['id']}&second={last['expert']['id']}"
    found = office.get(path).json
    assert found["difference"] == first["affinity"] - last["affinity"]
    assert sum(line["first"] - line["second"] for line in found["lines"]) + found["rest"] == found["difference"]


@pytest.mark.parametrize("matter", [MATTER, ENGLISH, TRADITIONAL], ids=["chinese", "english", "traditional"])
def test_lines_are_those_of_the_entries_in_the_words_of_the_texts(pool_app: Flask, matter: dict[str, str]) -> None:
    office = caller(pool_app, "policy_office")
    _, shortlist = listed(office, 8, matter)
    first, last = shortlist["entries"][0], shortlist["entries"][-1]
    path = f"/shortlists/{shortlist['id']}/comparison?first={first['expert']['id']}&second={last['expert']['id']}"
    compared = {(one["field"], one["term"]): one for one in office.get(path).json["lines"]}
    for side, entry in (("first", first), ("second", last)):
        own = {(one["field"], one["term"]): one for one in entry["reasons"]["terms"]}
        both = compared.keys() & own.keys()
        assert len(both) > 2
        for key in both:
            assert compared[key][side] == own[key]["contribution"]
            assert compared[key]["label"].split(", ")[0] == own[key]["label"].split(", ")[0]
    words = [one["label"] for key, one in compared.items() if key[0] in ("native", "pivot")]
    text = f"{matter['title']} {matter['text']}"
    assert words
    assert all(word.split(", ")[0] in text for word in words)
    assert not [word for word in words if len(word) == 1 and not word.isascii()]


def test_comparison_stays_when_the_pool_changes(pool_app: Flask) -> None:
    office, administrator = caller(pool_app, "policy_office"), caller(pool_app, "administrator")
    _, shortlist = listed(office, 2)
    first, second = (entry["expert"]["id"] for entry in shortlist["entries"])
    path = f"/shortlists/{shortlist['id']}/comparison?first={first}&second={second}"
    before = office.get(path).json
    assert administrator.patch(f"/experts/{first}", {"statement": "换了一行", "items": []}, etag="*").status_code == 200
    assert office.get(path).json == before


def test_who_is_not_on_the_list_cannot_be_compared(pool_app: Flask) -> None:
    office = caller(pool_app, "policy_office")
    _, shortlist = listed(office, 2)
    on = shortlist["entries"][0]["expert"]["id"]
    answer = office.get(f"/shortlists/{shortlist['id']}/comparison?first={on}&second=nobody")
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json["errors"]] == ["/query/second"]


def test_standing_is_the_rank_of_a_list_as_long_as_the_pool(pool_app: Flask) -> None:
    office = caller(pool_app, "policy_office")
    request, shortlist = listed(office, 60)
    for place in (0, 7, 59):
        entry = shortlist["entries"][place]
        found = office.get(f"/requests/{request}/standing?expert={entry['expert']['id']}").json
        assert (found["rank"], found["affinity"]) == (entry["rank"], entry["affinity"])
        assert found["reasons"] == entry["reasons"]


def test_standing_of_who_is_left_out_is_the_reason(pool_app: Flask) -> None:
    office = caller(pool_app, "policy_office")
    request, shortlist = listed(office, 1)
    assert len(shortlist["excluded"]) >= 5
    for one in shortlist["excluded"][:5]:
        found = office.get(f"/requests/{request}/standing?expert={one['expert']['id']}").json
        assert found["reason"] == one["reason"]
        in_chinese = office.get(
            f"/requests/{request}/standing?expert={one['expert']['id']}", headers={"Accept-Language": "zh"}
        ).json
        assert found["label"] == str(why_out(one["reason"])) != in_chinese["label"] == why_out(one["reason"]).zh
        assert found["rank"] is None


def test_agency_compares_on_its_own_lists_and_asks_for_no_standing(pool_app: Flask) -> None:
    office, agency = caller(pool_app, "policy_office"), caller(pool_app, "agency")
    request, shortlist = listed(office, 2)
    first, second = (entry["expert"]["id"] for entry in shortlist["entries"])
    path = f"comparison?first={first}&second={second}"
    assert agency.get(f"/shortlists/{shortlist['id']}/{path}").status_code == 404
    assert agency.get(f"/requests/{request}/standing?expert={first}").status_code == 403
    _, own = listed(agency, 2)
    first, second = (entry["expert"]["id"] for entry in own["entries"])
    assert agency.get(f"/shortlists/{own['id']}/comparison?first={first}&second={second}").status_code == 200
