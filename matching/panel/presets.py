"""Presets of panels: sizes, reserves and rules as data, in `matching/data/panel_presets.toml`."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from matching.panel.errors import BadPanelInput
from matching.panel.panels import Sizes
from matching.sentences import Sentence

# In a preset's rule this stands for the city of whoever asks; a rule that needs it is left out where there is none.
REQUESTER = "@requester_region"


@dataclass(frozen=True, slots=True)
class Preset:
    """A kind of panel: its sizes, reserves, rules as JSON objects, and those left out with what they lack."""

    name: str
    zh: str
    en: str
    source: str
    sizes: Sizes
    reserves: int
    rules: tuple[dict[str, Any], ...]
    left_out: tuple[dict[str, Any], ...] = ()


def presets() -> tuple[str, ...]:
    """The names of the presets."""
    return tuple(_stored())


def preset(name: str, *, requester_region: str | None = None) -> Preset:
    """The preset of this name for a request from this region (a province has no city); raises BadPanelInput."""
    stated = _stored().get(name)
    if stated is None:
        template = "There is no preset {name}; choose from: {choices}."
        raise BadPanelInput(Sentence(template, name=name[:60], choices=", ".join(presets())))
    rules = [dict(rule) for rule in stated["rules"]]
    city = None if requester_region is None or requester_region.endswith("0000") else requester_region
    known = [rule for rule in rules if city or REQUESTER not in rule.get("outside", ())]
    sizes = Sizes(stated["minimum"], stated["maximum"], stated["start"])
    return Preset(
        name,
        stated["zh"],
        stated["en"],
        stated["source"],
        sizes,
        stated["reserves"],
        tuple(_filled(rule, city) for rule in known),
        tuple(rule for rule in rules if rule not in known),
    )


def _filled(rule: Mapping[str, Any], region: str | None) -> dict[str, Any]:
    if "outside" not in rule:
        return dict(rule)
    return {**rule, "outside": [region if code == REQUESTER else code for code in rule["outside"]]}


@cache
def _stored() -> dict[str, dict[str, Any]]:
    return tomllib.loads(files("matching").joinpath("data/panel_presets.toml").read_text("utf-8"))
