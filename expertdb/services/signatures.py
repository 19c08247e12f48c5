"""Whether an opinion bears the name of the expert who signed it.

A signature is kept as it was given: a link is opened by one expert, so it is known who signed. Latin spellings,
traditional characters and either order of the parts are the expert's name, too; any other is said to differ.
"""

from collections.abc import Iterable

from expertdb.names import HAN, WORD, fold_name, syllables
from expertdb.wording import Text

OTHER = Text("differs from the expert's name on record")


def is_one_of(signature: str, names: Iterable[str]) -> bool:
    """Whether a signature is one of these names, in another spelling perhaps; who has no name any more has any."""
    signed = _orders(WORD.findall(fold_name(signature)))
    known = [_orders(_words(name)) | _orders(_read(name)) for name in names]
    return not known or any(signed & one for one in known)


def _words(name: str) -> list[str]:
    return WORD.findall(fold_name(name))


def _read(name: str) -> list[str]:
    """How a Chinese name is written in Latin letters; nothing for another, and not how a signature would be read."""
    folded = "".join(_words(name))
    return syllables(folded) if HAN.search(folded) else []


def _orders(words: list[str]) -> set[str]:
    """The letters of a name, surname first or last; a surname may have two syllables."""
    turned = [words[count:] + words[:count] for count in (0, 1, 2, -1)]
    return {"".join(one) for one in turned} - {""}
