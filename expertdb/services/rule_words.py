"""Rules of panels in words, for the pages and for the file of a panel."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from expertdb.code_words import RULE, called
from expertdb.matter_words import GROUPING, PARAMETER, PRESET_RULE
from expertdb.wording import COLON, COMMA, SEMICOLON, Text, say
from matching.panel.presets import REQUESTER

# The parameters that name codes, and their vocabularies: none is those of expertise.
CODED: dict[str, tuple[str, ...]] = {
    "kinds": ("expert_kind",),
    "regions": ("region",),
    "outside": ("region",),
    "languages": ("language",),
    "title_levels": ("title_level",),
    "codes": (),
}


def rule_title(name: str, language: str) -> str:
    """What a rule is called: one of a preset or a type in words, any other as it was named."""
    return say((PRESET_RULE | RULE).get(name, name), language)


@dataclass(frozen=True)
class RuleWriter:
    """Writes rules in one language; `label` is what codes of a vocabulary are called, `person` whose id this is."""

    language: str
    label: Callable[..., str]
    person: Callable[[str], str]

    def words(self, rule: Mapping[str, Any]) -> str:
        """A rule by the name that it bears, else by its type; behind it what it asks exactly."""
        asks = [
            self._parameter(key, value)
            for key, value in rule.items()
            if key not in ("type", "name", "firm") and value not in (None, [])
        ]
        title = rule_title(str(rule.get("name") or rule["type"]), self.language)
        return f"{title}{COLON[self.language]}{SEMICOLON[self.language].join(asks)}" if asks else title

    def _parameter(self, key: str, value: Any) -> str:
        words = say(PARAMETER.get(key, key), self.language)
        return words if value is True else f"{words} {self._value(key, value)}"

    def _value(self, key: str, value: Any) -> str:
        comma = COMMA[self.language]
        if key == "any_of":
            wanted = (comma.join(self._parameter(one, inner) for one, inner in each.items()) for each in value)
            return say(Text(" or "), self.language).join(wanted)
        if isinstance(value, list):
            return comma.join(self._value(key, one) for one in value)
        if value == REQUESTER:
            return say(Text("the requester's city"), self.language)
        if key == "sides":
            return say(called("side", value), self.language)
        if key == "by":
            return say(GROUPING.get(value, value), self.language)
        if key in CODED:
            return self.label(value, *CODED[key])
        return self.person(value) if key == "experts" else str(value)
