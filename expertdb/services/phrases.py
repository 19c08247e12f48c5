"""Labels and aliases where codes are expected: 厦门市 is 350200, and "Patent attorney" is K-PA."""

import re

from expertdb import vocabularies
from expertdb.errors import Fault
from expertdb.names import fold
from expertdb.vocabularies import per_edition, standing_for
from expertdb.wording import Text

STRONG = re.compile(r"[\n;；|]+")
WEAK = re.compile(r"(\s*[、,，/]\s*|(?<=[㐀-鿿])\s+(?=[㐀-鿿]))")
MOST_CHARACTERS = 200  # No label or alias is longer.
LEADING_CODE = re.compile(r"([A-Za-z0-9][A-Za-z0-9-]*)[\s:：]+\S")


@per_edition  # A roster says the same few phrases over and over.
def meant(phrase: str, names: tuple[str, ...]) -> tuple[str, ...]:
    """The codes of these vocabularies that a phrase stands for: itself, a label's, or all whose alias it is."""
    if any(phrase in vocabularies.load(name) for name in names):
        return (standing_for(phrase, names),)
    leading = LEADING_CODE.match(phrase)
    if leading and any(leading[1] in vocabularies.load(name) for name in names):
        return (standing_for(leading[1], names),)
    return _phrases(names).get(folded(phrase), ())


def holders(phrase: str, names: tuple[str, ...]) -> tuple[str, ...]:
    """The codes of these vocabularies that have exactly this phrase for their code, a label or, if none, an alias."""
    return _phrases(names).get(folded(phrase), ())


def labelled(phrase: str, names: tuple[str, ...]) -> tuple[str, ...]:
    """The codes of these vocabularies that have exactly this phrase for their code or a label."""
    return _held(names)[0].get(folded(phrase), ())


def folded(phrase: str) -> str:
    """The phrase as phrases are compared; nothing for one that is longer than any of ours.

    It may come straight from a file: to fold a long run of combining marks takes quadratic time.
    """
    return fold(phrase) if len(phrase) <= MOST_CHARACTERS else ""


def code_of(phrase: str, names: tuple[str, ...]) -> str | Text:
    """The one code that a phrase stands for; itself when it stands for none, a sentence when for several."""
    found = meant(phrase, names)
    if len(found) > 1:
        return Text('"{phrase}" can mean {codes}; write the code.', phrase=phrase, codes=", ".join(found))
    return found[0] if found else phrase


@per_edition
def split(text: str, names: tuple[str, ...]) -> tuple[str, ...]:
    """The phrases of a cell that holds several; a label that has a separator in it (皮革、毛皮…) stays whole."""
    found: list[str] = []
    for part in filter(None, map(str.strip, STRONG.split(text))):
        found += [part] if meant(part, names) else _longest(WEAK.split(part), names)
    return tuple(dict.fromkeys(found))


def _longest(pieces: list[str], names: tuple[str, ...]) -> list[str]:
    """Words and separators in turn, joined again where more of them together are one phrase."""
    found, start = [], 0
    while start < len(pieces):
        ends = range(min(len(pieces), start + LONGEST), start, -2)
        end = next((end for end in ends if meant("".join(pieces[start:end]).strip(), names)), start + 1)
        found.append("".join(pieces[start:end]).strip())
        start = end + 1
    return [phrase for phrase in found if phrase]


LONGEST = 13  # words and separators of the longest label


@per_edition
def _phrases(names: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    """What each folded phrase stands for; a label outweighs other codes' aliases."""
    labels, aliases = _held(names)
    return aliases | labels


@per_edition
def _held(names: tuple[str, ...]) -> tuple[dict[str, tuple[str, ...]], dict[str, tuple[str, ...]]]:
    """The codes by folded code or label, and by folded alias."""
    labels: dict[str, list[str]] = {}
    aliases: dict[str, list[str]] = {}
    for term in (term for name in names for term in vocabularies.load(name)):
        if term.merged_into is not None:
            continue  # Its phrases are the other's by now.
        for phrase in (term.code, term.zh, term.en):
            _note(labels, phrase, term.code)
        for phrase in term.aliases:
            _note(aliases, phrase, term.code)
    return _settled(labels), _settled(aliases)


def _settled(found: dict[str, list[str]]) -> dict[str, tuple[str, ...]]:
    return {phrase: tuple(codes) for phrase, codes in found.items()}


def _note(found: dict[str, list[str]], phrase: str, code: str) -> None:
    codes = found.setdefault(fold(phrase), [])
    if code not in codes:
        codes.append(code)


# Where the expert body expects codes, and of which vocabularies.
EXPECTED: dict[str, tuple[str, ...]] = {
    "kind": ("expert_kind",),
    "region": ("region",),
    "title_level": ("title_level",),
    "languages": ("language",),
    "codes": vocabularies.EXPERTISE,
}


def in_body(body: dict[str, object], pointer: str) -> list[Fault]:
    """Put codes for labels and aliases in an expert body; returns the faults of phrases that can mean several."""
    faults: list[Fault] = []
    for field, names in EXPECTED.items():
        stated = body.get(field)
        if isinstance(stated, str):
            body[field] = _put(stated, names, f"{pointer}/{field}", faults)
        elif isinstance(stated, list):
            body[field] = [
                _put(one, names, f"{pointer}/{field}/{place}", faults) if isinstance(one, str) else one
                for place, one in enumerate(stated)
            ]
    return faults


def _put(stated: str, names: tuple[str, ...], pointer: str, faults: list[Fault]) -> str:
    found = code_of(stated.strip(), names)
    if isinstance(found, Text):
        faults.append(Fault(pointer, found))
    return stated if isinstance(found, Text) else found
