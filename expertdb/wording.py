"""Sentences for people, kept apart from their language.

A `Text` is the English sentence and remembers the template and the values it was made from, so that the edge
(problem+json, console, command line) can say the same in Chinese. Templates are the keys of
`data/messages_zh.json`; a test fails when one has no entry there. `data/messages_en.json` has how those read in English
whose words depend on a number: `{count:field is|field(s) are}` is the first for one and the second otherwise. What is
stored is the template, so that either can be mended later.
"""

import json
import string
from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from typing import Any

LANGUAGES = ("en", "zh")
# What stands between words, in Chinese as wide as they are: behind a label, between words, between parts with commas.
COLON = {"zh": "：", "en": ": "}
COMMA = {"zh": "、", "en": ", "}
SEMICOLON = {"zh": "；", "en": "; "}
BRACKETS = {"zh": "（{}）", "en": " ({})"}
# The keys of a sentence that is kept as JSON.
SAY, WITH = "$say", "with"
# Those of a name that is kept in both languages, and with the code that it stands for.
ZH, EN, CODE = "$zh", "$en", "$code"


class Word(str):
    """What a code is called, as a value of a `Text`: each reader sees it in their language, and whoever writes programs
    the code besides.

    It behaves as the English word. Of several codes in one line, `code` is their list.
    """

    __slots__ = ("code", "zh")
    code: str | list[str]
    zh: str

    def __new__(cls, code: str | list[str], *, zh: str, en: str) -> "Word":
        word = super().__new__(cls, _sayable(en))
        word.code, word.zh = code, _sayable(zh)
        return word

    @classmethod
    def several(cls, words: Iterable["Word"]) -> "Word":
        """Several words in one line, as either language lists them."""
        all = list(words)
        codes = [str(word.code) for word in all]
        return cls(codes, zh="、".join(word.zh for word in all) or "—", en=", ".join(all) or "—")


class _Counting(string.Formatter):
    """Formats as `str.format` does, and chooses words by a number."""

    def format_field(self, value: Any, format_spec: str) -> Any:
        one, bar, several = format_spec.partition("|")
        return (one if value == 1 else several) if bar else super().format_field(value, format_spec)


class Text(str):
    """A sentence with its template and values; it behaves as the English string."""

    __slots__ = ("template", "values")
    template: str
    values: dict[str, Any]

    def __new__(cls, template: str, **values: Any) -> "Text":
        values = {name: _sayable(value) for name, value in values.items()}
        text = super().__new__(cls, _in_english(template, values))
        text.template, text.values = template, values
        return text


def _sayable(value: Any) -> Any:
    """The value with "?" for halves of characters: JSON can bring them, and no answer or terminal can write them."""
    return value.encode("utf-8", "replace").decode() if type(value) is str else value


@cache
def _chinese() -> dict[str, str]:
    return _messages("zh")


@cache
def _counted() -> dict[str, str]:
    return _messages("en")


def _messages(language: str) -> dict[str, str]:
    messages: dict[str, str] = json.loads(
        files("expertdb").joinpath(f"data/messages_{language}.json").read_text("utf-8")
    )
    return messages


def _in_english(template: str, values: dict[str, Any]) -> str:
    counted = _counted().get(template)
    return template.format(**values) if counted is None else _Counting().vformat(counted, (), values)


def say(text: str, language: str, *, codes: bool = False) -> str:
    """The sentence in `language` ("en" or "zh"); an untranslated one stays English rather than being lost.

    A value that is a `Text` itself (a noun in a sentence) or a `Word` is said in that language too. With `codes` it is
    for somebody who has to send them: an English sentence has them instead of the words, a Chinese one besides.
    """
    if isinstance(text, Word):
        return _called(text.zh, str(text), text.code, language, codes)
    if language != "zh" and not codes and (isinstance(text, Text) or not _is_said(text)):
        return str(text)
    # A `Text`, or a `Sentence` of the matching library, which has the same two attributes.
    template, values = getattr(text, "template", text), getattr(text, "values", None)
    if values is None:
        return _chinese().get(template, template) if language == "zh" else template
    said = {name: say(value, language, codes=codes) if _is_said(value) else value for name, value in values.items()}
    return _chinese().get(template, template).format(**said) if language == "zh" else _in_english(template, said)


def _called(zh: str, en: str, code: str | list[str], language: str, codes: bool) -> str:
    line = code if isinstance(code, str) else ", ".join(map(str, code))
    if not codes or line in ("", zh):  # What has no word of its own is not said twice.
        return zh if language == "zh" else en
    return f"{zh}（{line}）" if language == "zh" else line


def _is_said(value: Any) -> bool:
    """Whether a value of a sentence has a language: another sentence (of ours or the library's), or a word."""
    return isinstance(value, Word) or hasattr(value, "template")


def as_stored(text: str) -> dict[str, Any]:
    """A `Text` (or a sentence of the matching library) as JSON, to be said later in whatever language is asked for."""
    if isinstance(text, Word):
        return {**both(text.zh, str(text)), CODE: text.code}
    values = {
        name: as_stored(value) if _is_said(value) else value for name, value in getattr(text, "values", {}).items()
    }
    return {SAY: getattr(text, "template", str(text)), WITH: values}


def both(zh: str, en: str) -> dict[str, str]:
    """A name in both languages as JSON, for `spoken` to choose from."""
    return {ZH: zh, EN: en}


def spoken(stored: Any, language: str, *, codes: bool = False) -> Any:
    """JSON in which every stored sentence is said, and every name given, in `language`; `codes` as for `say`."""
    if isinstance(stored, list):
        return [spoken(one, language, codes=codes) if isinstance(one, (dict, list)) else one for one in stored]
    if not isinstance(stored, dict):
        return stored
    if SAY in stored and stored.keys() == {SAY, WITH} and isinstance(stored[SAY], str):
        return _said(stored, language, codes)
    if ZH in stored and stored.keys() == {ZH, EN}:
        return stored[ZH if language == "zh" else EN]
    if CODE in stored and stored.keys() == {ZH, EN, CODE} and isinstance(stored[CODE], str | list):
        return _called(stored[ZH], stored[EN], stored[CODE], language, codes)
    # Most of an answer are numbers and words: to call for each of them would take longer than all the rest.
    return {
        name: spoken(value, language, codes=codes) if isinstance(value, (dict, list)) else value
        for name, value in stored.items()
    }


def _said(stored: dict[str, Any], language: str, codes: bool) -> Any:
    template, values = stored[SAY], stored[WITH]
    # Only sentences of ours: whatever a caller managed to have stored in this shape is no format to be carried out.
    if template not in _chinese() or not isinstance(values, dict):
        return stored
    said = {name: spoken(value, language, codes=codes) for name, value in values.items()}
    return _chinese()[template].format(**said) if language == "zh" else _in_english(template, said)
