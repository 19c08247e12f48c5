"""Places in the rules of panels: a region means what the vocabulary of regions has below it, whatever its code.

Pinned: Pingtan, whose code is no number, is in Fujian for rules as for filters; a district that an installation adds
is in its city.
"""

from typing import Any

import pytest

from tests.api.people import ASKED, expert
from tests.callers import Caller

FUJIAN = "350000"
ALL_OF_FUJIAN = {"type": "at_least", "count": 2, "regions": [FUJIAN]}
SOMEBODY_ELSE = {"type": "at_least_one", "outside": [FUJIAN]}
OUTSIDE = "one from outside the requester's city"


@pytest.fixture(params=["sqlite"])
def engine(request: pytest.FixtureRequest) -> str:
    """Rules are worked out in the process; the database has no part in it."""
    return str(request.param)


def status(office: Caller, rule: dict[str, Any], **body: Any) -> str:
    asked = office.made("/requests", ASKED)
    answer = office.post(f"/requests/{asked['id']}/panels", {"dry_run": True, "size": 2, "rules": [rule]} | body)
    return str((answer.json or {})["status"])


def people_of(administrator: Caller, *regions: str) -> None:
    for place, region in enumerate(regions):
        expert(administrator, "林陈黄"[place] + "岚", region=region, organisation=f"单位{place}")


@pytest.mark.parametrize(("rule", "answer"), [(ALL_OF_FUJIAN, "proposed"), (SOMEBODY_ELSE, "infeasible")])
def test_pingtan_is_in_fujian(administrator: Caller, office: Caller, rule: dict[str, Any], answer: str) -> None:
    people_of(administrator, "FJ-PT", "350200")
    assert status(office, rule) == answer


def test_district_whose_code_is_no_number_is_in_its_city(administrator: Caller, office: Caller) -> None:
    added = {"do": "add_code", "code": "XM-TORCH", "zh": "厦门火炬新城", "en": "Xiamen Torch", "parent": "350200"}
    body = {"reason": "区划", "changes": [added]}
    assert administrator.patch("/vocabularies/region", body, etag="*").status_code == 200
    people_of(administrator, "XM-TORCH", "350200")
    assert status(office, {"type": "max_per_city"}) == "infeasible"
    assert status(office, {"type": "at_least", "count": 2, "regions": ["350200"]}) == "proposed"


@pytest.mark.parametrize("region", [None, "350200", "350000", "350100"])
def test_outside_is_outside_the_city_of_whoever_asks_wherever_the_matter_is(
    administrator: Caller, office: Caller, region: str | None
) -> None:
    for place, kind in enumerate(("K-LAW", "K-PA", "K-CIPO", "K-TECH", "K-ACA")):
        expert(administrator, "林陈黄吴郑"[place] + "岚", kind=kind, region="350200", organisation=f"单位{place}")
    bureau = {"name": {"zh": "厦门市知识产权局"}, "kind": "O-GOV", "region": "350200"}
    named = administrator.made("/organisations", bureau)["id"]
    asked = office.made("/requests", ASKED | {"kind": "policy_drafting", "region": region, "requester": named})
    found = office.post(f"/requests/{asked['id']}/panels", {"dry_run": True, "preset": "policy", "size": 5}).json
    assert (found["status"], [one["name"] for one in found["blocking"]]) == ("infeasible", [OUTSIDE]), found
