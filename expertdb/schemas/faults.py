"""From marshmallow's nested messages to faults with JSON pointers."""

from typing import Any

from expertdb.errors import Fault


def faults_of(messages: Any, pointer: str = "") -> list[Fault]:
    """Flatten `ValidationError.messages`; pointers are relative to `pointer`."""
    if isinstance(messages, dict):
        found: list[Fault] = []
        for key, inner in messages.items():
            here = pointer if key == "_schema" else f"{pointer}/{escape(str(key))}"
            found += faults_of(inner, here)
        return found
    return [Fault(pointer or "/", message) for message in messages]


def escape(token: str) -> str:
    """A key as it stands in a JSON pointer; keys come from callers and may be any string, surrogates included."""
    clean = token.encode("utf-8", "replace").decode()[:100]
    return clean.replace("~", "~0").replace("/", "~1")
