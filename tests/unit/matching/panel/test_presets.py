"""The presets hold what they are documented to hold, and every one can be met by a mixed pool."""

import pytest

from matching.panel import BadPanelInput, compose, parse, preset, presets
from tests.unit.matching.panel.pools import candidate

KINDS = ("K-LAW", "K-TECH", "K-ADM", "K-ACA", "K-CIPO", "K-ASSN")


def mixed() -> list[object]:
    return [
        candidate(
            f"e{number:02}",
            1 - number / 100,
            organisation=f"o{number // 2}",
            region=("350100", "350200", "350900")[number % 3],
            kind=KINDS[number % 6],
            regulator=number % 6 == 2,
            side="dissenting" if number % 9 == 0 else None,
            newcomer=number % 4 == 0,
        )
        for number in range(60)
    ]


@pytest.mark.parametrize("name", presets())
def test_every_preset_can_be_met(name: str) -> None:
    chosen = preset(name, requester_region="350200")
    found = compose(mixed(), parse(chosen.rules), chosen.sizes, chosen.reserves)
    assert found.status == "optimal"
    assert found.size == chosen.sizes.start
    assert len(found.reserves) == chosen.reserves
    assert chosen.zh
    assert chosen.source
    assert chosen.left_out == ()


def test_policy_panels_are_odd_with_a_third_from_the_regulator_at_most() -> None:
    for name, least in (("policy", 5), ("policy_contested", 7)):
        chosen = preset(name)
        types = [rule["type"] for rule in chosen.rules]
        assert chosen.sizes.minimum == least
        assert "odd" in types
        assert {"type": "max_share", "share": "1/3", "regulator": True} in [
            {key: value for key, value in rule.items() if key != "name"} for rule in chosen.rules
        ]
    assert "a dissenting view" in [rule["name"] for rule in preset("policy_contested").rules]


@pytest.mark.parametrize("region", [None, "350000"])
def test_rule_on_the_requesters_city_is_left_out_where_there_is_no_city(region: str | None) -> None:
    chosen = preset("policy", requester_region=region)
    assert [rule["name"] for rule in chosen.left_out] == ["one from outside the requester's city"]
    assert all("outside" not in rule for rule in chosen.rules)


def test_requesters_city_is_filled_in() -> None:
    (rule,) = [rule for rule in preset("policy", requester_region="350900").rules if "outside" in rule]
    assert rule["outside"] == ["350900"]


def test_unknown_preset_names_the_choices() -> None:
    with pytest.raises(BadPanelInput, match="simple, complex, policy, policy_contested"):
        preset("Policy")
