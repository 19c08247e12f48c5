"""English words: which to drop, and how to bring one word's spellings, plurals and endings together.

Text of Chinese agencies mixes British and American English, so `american` folds the regular differences
(`securitisation`, `behaviour`, `licence`) before anything is compared. A fold may meet words it was not made
for (`exercise` becomes `exercize`); that does no harm, because requests and profiles pass through the same
fold.
"""

from __future__ import annotations

import re
from functools import lru_cache

import snowballstemmer

# Function words only. Words that carry meaning somewhere in the field (`system`, `interest`, `bill`, which
# scikit-learn's list drops) stay: idf weighs them by how common they are in this pool.
_FUNCTION_WORDS = """
a about above after again against all also although am among an and any are as at be became because been
before being below between both but by can cannot could did do does doing done down during each either etc
few for from further had has have having he her here hers herself him himself his how however i if in into
is it its itself just may me might more most much must my myself neither no nor not of off on once one
only onto or other our ours ourselves out over own per please same shall she should so some such than that
the their theirs them themselves then there these they this those through thus to together too toward
towards under until up upon us very via was we were what when where whether which while who whom whose why
will with within without would yet you your yours yourself
"""
STOP_WORDS = frozenset(_FUNCTION_WORDS.split())

_ACRONYM = re.compile(r"([A-Z][A-Z0-9]+)s?")
_FOLDS = (
    (re.compile(r"(?<=[a-z]{3})is(?=(?:e|es|ed|er|ers|ing|able|ation|ations|ational)$)"), "iz"),
    (re.compile(r"(?<=[a-z]{3})our(?=(?:s|ed|ing|al|ation|able|ite|ites|hood|ing|ly)?$)"), "or"),
    (re.compile(r"(?<=^licen)c(?=es?$)|(?<=^defen)c(?=es?$)|(?<=^offen)c(?=es?$)"), "s"),
    (re.compile(r"(?<=^program)me(?=s?$)"), ""),
    (re.compile(r"(?<=^cent)re(?=s?$)"), "er"),
    (re.compile(r"(?<=[a-z]log)ue(?=s?$)"), ""),
)
_stemmer = snowballstemmer.stemmer("english")


def acronym(word: str) -> str | None:
    """Return the acronym that `word` is (`SEP` of `SEPs`), or None: capitals and digits, two characters or more."""
    match = _ACRONYM.fullmatch(word)
    return match.group(1) if match else None


def is_stop_word(word: str) -> bool:
    """Tell whether `word`, as written, says nothing; `US` and `IT` in capitals do say something."""
    return word.lower() in STOP_WORDS and not (len(word) > 1 and word.isupper())


@lru_cache(maxsize=1 << 17)
def american(word: str) -> str:
    """Return the American spelling of a lower-case word (`licence` → `license`)."""
    for pattern, replacement in _FOLDS:
        word = pattern.sub(replacement, word)
    return word


@lru_cache(maxsize=1 << 17)
def singular(word: str) -> str:
    """Return a lower-case word in American spelling without a regular plural ending (`trademarks`, `utilities`)."""
    if len(word) > 4 and word.endswith("ies"):
        word = word[:-3] + "y"
    elif len(word) > 4 and word.endswith(("sses", "xes", "ches", "shes")):
        word = word[:-2]
    elif len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        word = word[:-1]
    return american(word)


@lru_cache(maxsize=1 << 17)
def stem(word: str) -> str:
    """Return the Snowball stem of a word as written; acronyms are lower-cased and left whole."""
    capitals = acronym(word)
    return capitals.lower() if capitals else str(_stemmer.stemWord(american(word.casefold())))
