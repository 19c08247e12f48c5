"""English words: which to drop, and how to bring one word's spellings, plurals and endings together.

Text of Chinese agencies mixes British and American English, so `american` folds the regular differences
(`securitisation`, `behaviour`, `licence`) before anything is compared. A fold may meet words it was not made
for (`exercise` becomes `exercize`); that does no harm, because requests and profiles pass through the same
fold.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache, lru_cache
from pathlib import Path
from threading import Lock

import Stemmer

DATA = Path(__file__).parent / "data"

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
# Words that say as little of what anybody knows: numbers, spans of time, people as such, verbs for everything, and the
# phrases of asking for help. A request of an agency is full of them, and in a pool of short texts each may be rare.
_SAYING_LITTLE = """
one two three four five six seven eight nine ten eleven twelve twenty thirty forty fifty sixty hundred thousand million
billion dozen first second third half several many few lot number
day week month year today tomorrow yesterday date time hour ago soon later already now next last
person people man woman somebody someone anybody anyone nobody everybody everyone thing something anything nothing
everything way kind sort part
make made making do go went gone going come came give gave given take took taken put see saw seen look find found know
knew known want need like ask say said tell told call use let keep kept seem get got show shown bring brought help
please thank hope wish would could good well new big small great little much more most less least
always often still even yet ever never else maybe perhaps really quite rather simply
"""

# Verbs that end in -ise, and words like them, on both sides of the ocean.
_ALWAYS_ISE = re.compile(
    r"(?:adv|appra|ar|ch|circumc|compr|comprom|conc|dev|disgu|enterpr|exc|exerc|expert|franch|improv|likew|merchand|"
    r"no|otherw|pra|prec|prem|prom|ra|rev|superv|surm|surpr|telev|treat)is(?:e|es|ed|er|ers|ing|able|ation|ations)"
)
_ACRONYM = re.compile(r"([A-Z][A-Z0-9]+)s?")
_FOLDS = (
    (re.compile(r"(?<=[a-z]{3})is(?=(?:e|es|ed|er|ers|ing|able|ation|ations|ational)$)"), "iz"),
    (re.compile(r"(?<=[a-z]{3})our(?=(?:s|ed|ing|al|ation|able|ite|ites|hood|ing|ly)?$)"), "or"),
    (re.compile(r"(?<=^licen)c(?=es?$)|(?<=^defen)c(?=es?$)|(?<=^offen)c(?=es?$)"), "s"),
    (re.compile(r"(?<=^program)me(?=s?$)"), ""),
    (re.compile(r"(?:(?<=^cent)|(?<=^fib)|(?<=^lit)|(?<=^met)|(?<=^theat))re(?=s?$)"), "er"),
    (re.compile(r"(?<=^mo)u(?=ld)|(?<=^alumin)i(?=um$)|(?<=^jewel)le(?=ry$)"), ""),
    (re.compile(r"(?<=[a-z]{3}ly)s(?=(?:e|es|ed|er|ers|ing)$)"), "z"),
    (re.compile(r"(?<=[a-z]log)ue(?=s?$)"), ""),
)
_stemmer = Stemmer.Stemmer("english", 0)  # Without a cache of its own: ours is asked first.
_alone = Lock()  # One stemmer must not be used by two threads at once.
_LITTLE = frozenset(_stemmer.stemWords(_SAYING_LITTLE.split()))


def acronym(word: str) -> str | None:
    """Return the acronym that `word` is (`SEP` of `SEPs`), or None: capitals and digits, two characters or more."""
    match = _ACRONYM.fullmatch(word)
    return match.group(1) if match else None


def is_stop_word(word: str) -> bool:
    """Tell whether `word`, as written, says nothing; `US` and `IT` in capitals do say something."""
    if len(word) > 1 and word.isupper():
        return False
    return word.lower() in STOP_WORDS or _says_little(word.lower())


def _says_little(word: str) -> bool:
    return _snowball(word) in _LITTLE


@lru_cache(maxsize=1 << 17)
def american(word: str) -> str:
    """Return the American spelling of a lower-case word (`licence` → `license`)."""
    folds = _FOLDS[1:] if _ALWAYS_ISE.fullmatch(word) else _FOLDS
    for pattern, replacement in folds:
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
    """Return the stem of a word as written: Snowball's but for word families; acronyms are lower-cased and whole."""
    capitals = acronym(word)
    if capitals:
        return capitals.lower()
    own, families = _families()
    word = american(word.casefold())
    return own.get(word) or families.get(found := _snowball(word), found)


@lru_cache(maxsize=1 << 17)  # Asked for twice a word: whether it says little, and for its stem.
def _snowball(word: str) -> str:
    with _alone:
        return str(_stemmer.stemWord(word))


@cache
def _families() -> tuple[Mapping[str, str], Mapping[str, str]]:
    """Return the stems of words that have one of their own, and which stems stand for the same as another."""
    own: dict[str, str] = {}
    families: dict[str, str] = {}
    for line in (DATA / "word_families.tsv").read_text("utf-8").splitlines():
        head, _, words = line.partition("\t")
        members = [american(word) for word in words.replace("-", "").split()]
        if head.startswith("="):
            own.update(dict.fromkeys(members, head[1:]))
        elif not head.startswith("#"):
            families.update(dict.fromkeys(map(_snowball, members), _snowball(american(head))))
    return own, families
