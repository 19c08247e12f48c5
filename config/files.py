"""The two files that settings name: each is read, or ValueError says what is wrong with it."""

import tomllib
from collections.abc import Mapping
from dataclasses import fields
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from expertdb.services import rules
from matching import Parameters, meaning


def parameters(path: str) -> Parameters:
    """The matcher's parameters of a TOML file."""
    stated = _parsed(path)
    _refuse_unknown(path, stated)
    try:
        found = Parameters(**stated)
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from error
    if found.semantic and not meaning.is_installed():
        raise ValueError(f"{path}: semantic takes the extra: pip install 'expertdb[semantic]'")
    return found


def pool_rules(path: str) -> rules.Rules:
    """The rules of the pool's life of a TOML file."""
    stated = _parsed(path)
    try:
        return rules.read(stated)
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from error


def _parsed(path: str) -> dict[str, Any]:
    try:
        return tomllib.loads(Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        raise ValueError(f"{path}: it cannot be read ({error.strerror})") from error
    except ValueError as error:  # No TOML, or no text at all.
        raise ValueError(f"{path}: {error}") from error


def _refuse_unknown(path: str, stated: Mapping[str, Any]) -> None:
    known = [field.name for field in fields(Parameters)]
    for name in stated:
        if name not in known:
            nearest = ", ".join(get_close_matches(name, known, n=1, cutoff=0.0))
            raise ValueError(f"{path}: there is no parameter {name!r}; the nearest is {nearest}")


READERS = {"EXPERTDB_MATCHING_FILE": parameters, "EXPERTDB_POOL_FILE": pool_rules}


def faults(paths: Mapping[str, str]) -> list[str]:
    """What is wrong with the files that these settings name."""
    found = []
    for variable, path in paths.items():
        try:
            READERS[variable](path)
        except ValueError as error:
            found.append(f"{variable} {error}")
    return found
