"""Search and sort keys of names: characters, pinyin, initials; and the keys that organisation names are compared by.

Sorting by a stored pinyin key gives the same order on SQLite and PostgreSQL without ICU.
"""

import re
import unicodedata
from functools import cache

from opencc import OpenCC
from pypinyin import lazy_pinyin

# Characters that are read otherwise as a surname than elsewhere; pypinyin has no surname mode.
# Two-character surnames stand first: 单于 is not 单.
SURNAMES = {
    "尉迟": "yu chi",
    "万俟": "mo qi",
    "单于": "chan yu",
    "长孙": "zhang sun",
    "曾": "zeng",
    "单": "shan",
    "仇": "qiu",
    "区": "ou",
    "解": "xie",
    "查": "zha",
    "朴": "piao",
    "盖": "ge",
    "翟": "zhai",
    "覃": "qin",
    "缪": "miao",
    "阚": "kan",
    "员": "yun",
    "种": "chong",
    "秘": "bi",
    "召": "shao",
    "繁": "po",
    "折": "she",
    "隗": "wei",
    "祭": "zhai",
    "薄": "bo",
    "么": "yao",
    "佴": "nai",
}
# Plane 2 and 3 hold rare characters that people do have in their names.
HAN = re.compile("[㐀-鿿豈-﫿\U00020000-\U0003ffff]")
LONGEST = 200
WORD = re.compile(r"[^\W_]+")
# What joins or follows the words of a name: O'Neill, Mary-Jane, 买买提·阿布都, "Jones, J."
NAME_MARK = re.compile("[-‐–'’.,·•‧・]+")
# What stands between the characters of a Chinese name and is no part of it: 林　岚 fills a column, and the dot of
# 买买提·艾力 is typed in a dozen ways.
BETWEEN = re.compile(rf"(?<={HAN.pattern})[^\w(]+(?={HAN.pattern})")


@cache
def _simplifier() -> OpenCC:
    return OpenCC("t2s")


def fold(text: str) -> str:
    """NFKC, traditional to simplified, casefold, single spaces: the form that searches compare."""
    # Halves of characters, which JSON can carry and no field may hold, have no simplified form: they become "?".
    whole = unicodedata.normalize("NFKC", text).encode("utf-8", "replace").decode()
    simplified: str = _simplifier().convert(whole)
    return " ".join(simplified.casefold().split())


def fold_name(name: str) -> str:
    """The folded form in which a person's Chinese name is compared: without what only parts its characters."""
    return BETWEEN.sub("", fold(name))


def syllables(name: str) -> list[str]:
    """How a folded Chinese name of a person is read, surname first."""
    for surname, reading in SURNAMES.items():
        if name.startswith(surname):
            return [*reading.split(), *lazy_pinyin(name[len(surname) :], v_to_u=True)]
    return lazy_pinyin(name, v_to_u=True)


def sort_key(zh: str | None, en: str | None, *, person: bool = True) -> str:
    """The key names sort by: pinyin for Chinese, the casefolded words for Latin, Chinese name preferred.

    Only a `person` has a surname: 解放军 is not read as 解 in a person's name is.
    """
    if zh:
        folded = fold_name(zh) if person else fold(zh)
        spoken = syllables(folded) if person else lazy_pinyin(folded, v_to_u=True)
        return " ".join([*spoken, folded])[:LONGEST]
    return fold(en or "")[:LONGEST]


def search_forms(zh: str | None, en: str | None) -> str:
    """All forms a name may be typed in, each behind a bar, so that `LIKE '%|form%'` finds beginnings.

    For 吕岚: the characters, lü lan, lv lan, lu lan (joined and apart), given name and initials.
    """
    forms: list[str] = []
    if zh:
        folded = fold_name(zh)[
            :LONGEST
        ]  # Folding can multiply the length (ﷺ has 18 letters), and forms grow as its square.
        forms += [folded[start:] for start in range(len(folded))]
        forms += _pinyin_forms(syllables(folded))
    if en:
        words = WORD.findall(fold(en)[:LONGEST])
        forms += [" ".join(words[start:]) for start in range(len(words))]
        forms += ["".join(words), "".join(word[0] for word in words)]
    return "".join(f"|{form}" for form in dict.fromkeys(forms))


def name_words(word: str) -> list[str]:
    """The words that `word`, folded and typed as part of a name, stands for: mary-jane is mary and jane."""
    return [part for part in NAME_MARK.split(word) if part]


def _pinyin_forms(spoken: list[str]) -> list[str]:
    forms: list[str] = []
    for variant in dict.fromkeys(("ü", "v", "u")):
        spelt = [syllable.replace("ü", variant) for syllable in spoken]
        for start in range(len(spelt)):
            forms += ["".join(spelt[start:]), " ".join(spelt[start:])]
        forms.append("".join(syllable[0] for syllable in spelt))
    return forms


def organisation_key(name: str) -> str:
    """The form two organisation names are compared in: folded, without spaces and punctuation."""
    return "".join(WORD.findall(fold(name)))[:LONGEST]
