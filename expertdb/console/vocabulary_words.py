"""What the pages of vocabularies say of terms and of their changes, and which changes a term takes."""

from collections.abc import Iterable, Mapping
from typing import Any

from expertdb import vocabularies as known
from expertdb.console.language import colon, comma
from expertdb.console.words import word
from expertdb.vocabularies import Term


def ways(term: Term) -> tuple[str, ...]:
    """The changes that a term takes as it is: one that was merged takes none."""
    if term.merged_into is not None:
        return ()
    if term.deprecated:
        return ("restore", "merge", "relabel")
    removing = ("remove_alias",) if term.aliases else ()
    return ("add_alias", *removing, "relabel", "deprecate", "merge")


def codes_to_merge_into(name: str, code: str) -> list[tuple[str, str]]:
    """The codes into which this one may be merged, with their words: in use, and not below it."""
    vocabulary = known.load(name)
    below = vocabulary.with_descendants(code)
    return [
        (one.code, f"{one.code} {one.zh} / {one.en}")
        for one in vocabulary
        if not one.deprecated and one.code not in below
    ]


def change_in_words(change: Mapping[str, Any]) -> str:
    """What a change did: its kind, and the alias, the labels or the code that it names."""
    details = change["details"]
    named = [details[name] for name in ("alias", "into", "zh", "en") if details.get(name)]
    return (
        f"{word('vocabulary_deed', change['do'])}{colon()}{comma().join(named)}"
        if named
        else word("vocabulary_deed", change["do"])
    )


def twice(values: Iterable[str]) -> list[tuple[str, str]]:
    """Values that are their own words, to choose from."""
    return [(value, value) for value in values]


FILTERS: dict[str, Any] = {"change_in_words": change_in_words, "twice": twice}
GLOBALS: dict[str, Any] = {"ways_of_term": ways, "codes_to_merge_into": codes_to_merge_into}
