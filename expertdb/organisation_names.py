"""What a name says of a body besides its legal form and its place, so that variants of one name can be told.

厦门澜桅知识产权代理有限公司, 澜桅知识产权代理（厦门）有限责任公司 and branches of theirs share the core
澜桅知识产权代理; so do Lanwei IP Agency Co., Ltd. and Lanwei IP Agency theirs.
"""

import re
from dataclasses import dataclass
from functools import cache

from expertdb import vocabularies
from expertdb.names import HAN, LONGEST, WORD, fold, organisation_key

BRACKETS = re.compile(r"[(\[【〔<《]([^)\]】〕>》]*)[)\]】〕>》]")
# Longest first; taken off the end until none fits.
FORMS = ("股份有限公司", "有限责任公司", "集团有限公司", "有限公司", "集团公司", "总公司", "公司", "集团")
BRANCHES = ("分公司", "分行", "支行", "分所", "分部", "办事处")
# Firms that carry their place in front as companies do; of other bodies (厦门大学) the place is the name.
FIRMS = ("律师事务所", "事务所")
LATIN_FORMS = frozenset(
    [
        *("co", "company", "ltd", "limited", "inc", "incorporated", "corp", "corporation", "llc", "llp", "lp", "plc"),
        *("gmbh", "ag", "kg", "mbb", "partg", "sa", "sarl", "srl", "spa", "bv", "nv", "ab", "oy", "kk", "pte", "pty"),
        *("sdn", "bhd", "the", "and"),
    ]
)
COUNTRY = "中国"  # In front of a name it is part of it: 中国工商银行.
SHORTEST = 2


@dataclass(frozen=True)
class CoreName:
    """The core of a name, and the places that the name mentions beside it."""

    core: str
    places: frozenset[str]

    def agrees_with(self, other: "CoreName") -> bool:
        """Whether the places speak for one body: one names none beyond the other's."""
        return self.places <= other.places or other.places <= self.places


def core_of(name: str) -> CoreName:
    """The core and the places of an organisation's name; a name that is nothing else is its own core."""
    text = fold(name)
    places = {place for inside in BRACKETS.findall(text) for place in _places_in(inside)}
    bare = BRACKETS.sub(" ", text)
    core, more = _han_core(organisation_key(bare)) if HAN.search(bare) else (_latin_core(bare), set())
    if len(core) < SHORTEST:
        return CoreName(organisation_key(name), frozenset())
    return CoreName(core[:LONGEST], frozenset(places | more))


def _han_core(text: str) -> tuple[str, set[str]]:
    text = _without_branch(text)
    bare = _without_form(text)
    if bare != text or text.endswith(FIRMS):
        return _without_leading_place(bare)
    return bare, set()


def _without_branch(text: str) -> str:
    """Without a branch at the end (厦门分行): its place says where the branch is, not whose it is."""
    branch = next((one for one in BRANCHES if text.endswith(one)), "")
    place = next((one for one in _han_places() if branch and text.endswith(one + branch)), None)
    if place is None or len(text) - len(place + branch) < SHORTEST:
        return text
    return text.removesuffix(place + branch)


def _without_form(text: str) -> str:
    while (form := next((one for one in FORMS if text.endswith(one)), None)) and len(text) - len(form) >= SHORTEST:
        text = text.removesuffix(form)
    return text


def _without_leading_place(text: str) -> tuple[str, set[str]]:
    places: set[str] = set()
    while leading := next((one for one in _han_places() if text.startswith(one)), None):
        if len(text) - len(leading) < SHORTEST:
            break
        text = text.removeprefix(leading)
        places.add(_plain(leading))
    return text, places


def _latin_core(text: str) -> str:
    words = [word for word in WORD.findall(text.replace(".", "")) if word not in LATIN_FORMS]
    return "".join(words)


def _places_in(text: str) -> list[str]:
    """The places that a bracket or the head of a branch names."""
    compact = organisation_key(text)
    found = [_plain(place) for place in _han_places() if place in compact]
    return list(dict.fromkeys([*found, *(word for word in WORD.findall(text) if word in _latin_places())]))


def _plain(place: str) -> str:
    return place[:-1] if len(place) > SHORTEST and place[-1] in "省市县区" else place


@cache
def _han_places() -> tuple[str, ...]:
    """Names of places in Chinese, with and without 省 and 市, longest first."""
    phrases = {fold(one) for term in vocabularies.load("region") for one in (term.zh, *term.aliases)}
    han = {one for one in phrases if HAN.match(one) and len(one) >= SHORTEST}
    return tuple(sorted((han | {_plain(one) for one in han}) - {COUNTRY}, key=lambda one: (-len(one), one)))


@cache
def _latin_places() -> frozenset[str]:
    phrases = {fold(one) for term in vocabularies.load("region") for one in (term.en, *term.aliases)}
    return frozenset(one for one in phrases if one.isascii() and one.isalpha())
