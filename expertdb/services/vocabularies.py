"""Reading vocabularies as a user does: by name, narrowed by part of a code, label or alias."""

from typing import Any

from expertdb import vocabularies
from expertdb.errors import NotFound
from expertdb.names import fold


def read(name: str, q: str = "") -> dict[str, Any]:
    """The vocabulary of that name, with the terms that hold `q`; raises NotFound."""
    if name not in vocabularies.NAMES:
        raise NotFound("vocabulary", name)
    found = vocabularies.load(name)
    wanted = fold(q)
    terms = [
        term for term in found if not wanted or any(wanted in fold(phrase) for phrase in (term.code, *term.phrases))
    ]
    return {
        "name": found.name,
        "version": found.version,
        "source": found.source,
        "items": terms,
        "next": None,
    }
