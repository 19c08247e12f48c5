"""What the document of a panel says of the codes, figures and moments in its file, in the words of the console."""

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from expertdb import matter_words
from expertdb.code_words import called, labelled, why_out
from expertdb.schemas import reason_words
from expertdb.services import signatures
from expertdb.services.recusals import PREFIX
from expertdb.services.rule_words import RuleWriter
from expertdb.wording import BRACKETS, COLON, COMMA, SEMICOLON, Text, say, spoken
from expertdb.workdays import local_time
from matching.panel import preset

UNPRINTABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # XML cannot hold these.
ASKED = {
    "kind": matter_words.REQUEST_KIND,
    "urgency": matter_words.URGENCY,
    "secrecy": matter_words.SECRECY,
    "stage": matter_words.STAGE,
    "mode": matter_words.MODE,
}
NOT_DECLARED, NONE_DECLARED = Text("not declared yet"), Text("none, as declared")


class DocumentWords:
    """The words of one file in one language; codes of vocabularies bear the labels of the time, where it keeps them."""

    def __init__(self, content: Mapping[str, Any], language: str) -> None:
        self._content, self.language = content, language
        self.colon = COLON[language]

    def of(self, table: Mapping[str, Text], code: str) -> str:
        """What a code of a table is called."""
        return say(table.get(code, code), self.language)

    def label(self, code: str, *vocabularies: str) -> str:
        """What a code of a vocabulary is called."""
        kept = self._either(self._content["labels"].get(code))
        return kept or say(labelled(code, *vocabularies), self.language)

    def name(self, expert: str) -> str:
        """The name that a person bears in this file; their id once it was erased."""
        return self._either(self._content["names"]["experts"].get(expert)) or expert

    def organisation(self, id: str | None) -> str:
        """The name that an organisation bears in this file."""
        return self._either(self._content["names"]["organisations"].get(id))

    def _either(self, names: Mapping[str, str] | None) -> str:
        other = "en" if self.language == "zh" else "zh"
        return (names or {}).get(self.language) or (names or {}).get(other) or ""

    def aside(self, what: str, about: str | None) -> str:
        """Something, and behind it in brackets what is said about it."""
        return what + BRACKETS[self.language].format(about) if about else what

    def pair(self, what: str, value: Any) -> str:
        """Something and its value."""
        return f"{what}{self.colon}{value}"

    def asked(self, name: str) -> Any:
        """What the request says under this name."""
        value = self._content["request"][name]
        if name == "requester":
            return self._either(value)
        if name == "region":
            return value and self.label(value, "region")
        return self.of(ASKED[name], value) if value and name in ASKED else value

    def filtered(self, name: str, values: Iterable[str]) -> str:
        """By what candidates were filtered, and by which values of it."""
        said = [self.of(matter_words.MODE, one) if name == "mode" else self.label(one) for one in values]
        return self.pair(self.of(matter_words.FILTER, name), COMMA[self.language].join(said))

    def rules(self) -> RuleWriter:
        """Who writes the rules of this file."""
        return RuleWriter(self.language, self.label, self.name)

    def preset(self, name: str | None) -> str | None:
        """What a preset is called."""
        return name and str(getattr(preset(name), self.language))

    def conflict(self, type: str) -> str:
        """What a type of conflict was called."""
        return self._either(self._content["labels"].get(type.removeprefix(PREFIX))) or type

    def why_out(self, reason: str) -> str:
        """Why somebody was left out, or the type of conflict that somebody was recused for."""
        return self.conflict(reason) if reason.startswith(PREFIX) else say(why_out(reason), self.language)

    def side(self, side: str | None) -> str:
        """Which side of a contested matter somebody speaks for."""
        return say(called("side", side or ""), self.language)

    def reason(self, text: str) -> str:
        """Why a step was made."""
        return say(matter_words.reason(text), self.language)

    def declared(self, declaration: Mapping[str, Any] | None) -> Any:
        """The interests that were declared; none declared is something else than not declared yet."""
        if declaration is None:
            return say(NOT_DECLARED, self.language)
        return [self.conflict(one) for one in declaration["types"]] or say(NONE_DECLARED, self.language)

    def signature(self, expert: str, signed_by: str) -> str:
        """The signature, marked where it is none of the expert's names."""
        names = self._content["names"]["experts"].get(expert, {}).values()
        return self.aside(
            signed_by, None if signatures.is_one_of(signed_by, names) else say(signatures.OTHER, self.language)
        )

    def term(self, term: Mapping[str, Any]) -> str:
        """A word or code that a candidate was ranked by."""
        said = str(spoken(reason_words.label(term["label"], term.get("field")), self.language))
        return said if term.get("field") == "concept" else said.replace(COMMA["en"], COMMA[self.language])

    def material(self, item: Mapping[str, Any]) -> str:
        """A piece of evidence: its title, or what else counted; panels of old do not know what that was."""
        if item["title"]:
            return str(item["title"])
        what = self.of(matter_words.MATERIAL, item.get("kind", "untitled"))
        codes = COMMA[self.language].join(self.label(code) for code in item.get("words", ()))
        return self.pair(what, codes) if codes else what

    def moment(self, value: str | None) -> str | None:
        """A moment as clocks in China show it."""
        return value and local_time(datetime.fromisoformat(value))

    def figure(self, value: Any, exact: str) -> Any:
        """A figure with as many places as its kind is told with."""
        return format(value, exact) if exact and value is not None else value

    def value(self, value: Any, labels: Mapping[str, Mapping[str, str]]) -> str:
        """A value as text: lists in one line, yes and no in words, figures with four places as on the pages."""
        if isinstance(value, bool):
            return labels["yes" if value else "no"][self.language]
        if isinstance(value, list):
            value = SEMICOLON[self.language].join(map(str, value))
        return UNPRINTABLE.sub("", f"{value:.4f}" if isinstance(value, float) else str(value))
