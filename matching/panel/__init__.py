"""Panels: chosen exactly under rules that are data, checked independently, explained where none fits.

rules = parse([{"type": "max_per_organisation"}, {"type": "at_least_one", "kinds": ["K-LAW"]}])
found = compose(candidates, rules, size=5, reserves=2)
found.members, found.reserves, found.gap, found.rules      # or found.infeasibility: who blocks whom, what gives way
check(found.members, rules, 5)                             # every violation, counted without the solver
replace(candidates, [m.expert for m in found.members], leaving, rules, reserves=[…])
"""

from matching.panel.candidates import GROUPINGS, PanelCandidate, Who
from matching.panel.checking import Violation, check
from matching.panel.composing import compose
from matching.panel.errors import BadPanelInput, BadRules, RuleFault
from matching.panel.panels import (
    Change,
    Composition,
    Infeasibility,
    Partial,
    Relaxation,
    Reserve,
    RuleState,
    Sizes,
)
from matching.panel.parsing import MEANT, NEEDED, TYPES, as_json, parse, type_of
from matching.panel.presets import Preset, preset, presets
from matching.panel.replacing import Replacement, replace
from matching.panel.rules import Rule

__all__ = [
    "GROUPINGS",
    "MEANT",
    "NEEDED",
    "TYPES",
    "BadPanelInput",
    "BadRules",
    "Change",
    "Composition",
    "Infeasibility",
    "PanelCandidate",
    "Partial",
    "Preset",
    "Relaxation",
    "Replacement",
    "Reserve",
    "Rule",
    "RuleFault",
    "RuleState",
    "Sizes",
    "Violation",
    "Who",
    "as_json",
    "check",
    "compose",
    "parse",
    "preset",
    "presets",
    "replace",
    "type_of",
]
