"""What the words of a search stand for: a label or an alias of a code also finds whoever holds that code."""

import re
from dataclasses import dataclass

from expertdb import vocabularies
from expertdb.names import HAN, fold
from expertdb.vocabularies import EXPERTISE, per_edition

NAMES = (*EXPERTISE, "region")
CHINESE = re.compile(rf"(?:{HAN.pattern})+")


@dataclass(frozen=True)
class Meant:
    """The codes that one phrase stands for, those below and those merged into them: of expertise, and of regions."""

    codes: frozenset[str]
    regions: frozenset[str]

    @property
    def kinds(self) -> frozenset[str]:
        """Those of the codes that are kinds of experts."""
        return self.codes & vocabularies.load("expert_kind").terms.keys()


@dataclass(frozen=True)
class Part:
    """A part of a query: met by whose name or content has all its words, or who holds something of each in `meant`."""

    words: tuple[str, ...]
    meant: tuple[Meant, ...] = ()


def parts(q: str) -> list[Part]:
    """The parts of a query, all of which are to be met; the longest first, since it leaves fewest.

    Of neighbouring words as many as are one phrase go together; a Chinese word is also cut where all of it is phrases.
    """
    words, found = fold(q).split(), dict[Part, None]()
    while words:
        ends = range(min(len(words), _longest()), 0, -1)
        end = next((end for end in ends if " ".join(words[:end]) in _known()), 1)
        phrases = [" ".join(words[:end])] if end > 1 else _cut(words[0])
        found[Part(tuple(words[:end]), tuple(_meant(phrase) for phrase in phrases))] = None
        words = words[end:]
    return sorted(found, key=lambda part: (-sum(map(len, part.words)), part.words))


def _cut(word: str) -> list[str]:
    """The phrases that a word is made of, the longest of them first; none where something of it is in no phrase."""
    if word in _known():
        return [word]
    found, start = [], 0
    while start < len(word) and CHINESE.fullmatch(word):
        # One character alone may be anything: a phrase within a word has two or more.
        ends = range(len(word), start + 1, -1)
        end = next((end for end in ends if word[start:end] in _known()), None)
        if end is None:
            return []
        found.append(word[start:end])
        start = end
    return found


@per_edition
def _known() -> dict[str, set[tuple[str, str]]]:
    """The vocabulary and code of whatever each folded label or alias names.

    Not the codes themselves: most are two or three letters, which people type as the initials of a name.
    """
    found: dict[str, set[tuple[str, str]]] = {}
    for name in NAMES:
        for term in vocabularies.load(name):
            for phrase in () if term.merged_into else map(fold, term.phrases):
                found.setdefault(phrase, set()).add((name, term.code))
    return found


@per_edition
def _longest() -> int:
    """How many words the longest phrase has."""
    return max(len(phrase.split()) for phrase in _known())


@per_edition
def _meant(phrase: str) -> Meant:
    codes, regions = set[str](), set[str]()
    for name, code in _known()[phrase]:
        below = vocabularies.load(name).with_descendants(code)
        (regions if name == "region" else codes).update(*(vocabularies.written_as(one, (name,)) for one in below))
    return Meant(frozenset(codes), frozenset(regions))
