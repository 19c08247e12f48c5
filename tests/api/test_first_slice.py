"""From a request over HTTP to an explained shortlist, in both languages."""

import pytest
from flask import Flask

from tests.conftest import caller

ASKED = {
    "zh": {"kind": "consultation", "title": "锂电池专利无效", "text": "请推荐熟悉电池专利无效宣告的专家。"},
    "en": {
        "kind": "consultation",
        "title": "Battery patent invalidity",
        "text": "Experts on invalidating battery patents.",
    },
}


@pytest.mark.parametrize("language", ["zh", "en"])
def test_request_comes_back_as_explained_shortlist(pool_app: Flask, language: str) -> None:
    office = caller(pool_app, "policy_office")
    asked = office.made("/requests", ASKED[language])
    shortlist = office.made(f"/requests/{asked['id']}/shortlists", {"size": 8})
    assert len(shortlist["entries"]) == 8
    for entry in shortlist["entries"]:
        reasons = entry["reasons"]
        lines = [term["contribution"] for term in reasons["terms"]] + [one["value"] for one in reasons["adjustments"]]
        assert sum(lines) == entry["affinity"]
    again = office.get(f"/shortlists/{shortlist['id']}").json
    assert again == shortlist
