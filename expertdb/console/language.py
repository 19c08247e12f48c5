"""In which language, and in which colours, a page is shown: what the reader chose, else what the browser asks for."""

from flask import request
from markupsafe import Markup

from expertdb.wording import COLON, COMMA, LANGUAGES, SEMICOLON, Text, say

DEFAULT = "zh"
THEMES = ("auto", "light", "dark")
LANGUAGE_COOKIE, THEME_COOKIE = "language", "theme"
A_YEAR = 365 * 24 * 3600


def tongue() -> str:
    """The language of this page: "zh" or "en"."""
    chosen = request.cookies.get(LANGUAGE_COOKIE, "")
    if chosen in LANGUAGES:
        return chosen
    asked = (tag.partition("-")[0].lower() for tag, quality in request.accept_languages if quality > 0)
    return next((one for one in asked if one in LANGUAGES), DEFAULT)


def theme() -> str:
    """The colours chosen: "auto" follows the device."""
    chosen = request.cookies.get(THEME_COOKIE, "")
    return chosen if chosen in THEMES else THEMES[0]


def said(template: str, **values: object) -> str:
    """A sentence in the language of this page; every template here has its Chinese in messages_zh.json."""
    return say(Text(template, **values), tongue())


def colon() -> str:
    """What stands between a label and what it is of."""
    return COLON[tongue()]


def bracketed(words: Markup) -> Markup:
    """An aside behind what it is about."""
    return (Markup("（{}）") if tongue() == "zh" else Markup(" ({})")).format(words)


def aside(typed: str) -> Markup:
    """The same of what somebody typed, which may run in another direction than what stands around it."""
    return bracketed(Markup("<bdi>{}</bdi>").format(typed))


def semicolon() -> str:
    """What stands between parts that hold commas themselves."""
    return SEMICOLON[tongue()]


def comma() -> str:
    """What stands between the words of a list."""
    return COMMA[tongue()]
