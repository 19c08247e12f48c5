"""Restricted values at rest: sealed with AES-256-GCM under a key that can be rotated, found again by keyed hashes.

A sealed value is bound to its context (whose it is, which field): moved to another row it does not open. Nonces are 96
random bits, so one key must seal fewer than 2**32 values (NIST SP 800-38D, 8.3); rotating starts the count anew.
"""

import hashlib
import hmac
import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from expertdb.keys import derived

NONCE = 12
IN_SESSION = "sealer"  # where a session carries the sealer of its application


class Unsealable(Exception):
    """A sealed value cannot be opened: its key is not at hand, or it was altered or moved."""


@dataclass(frozen=True)
class Sealed:
    """A sealed value: nonce and ciphertext, and the id of the key they were made with."""

    key: str
    box: bytes


class _Key:
    """One field key, split in two: what seals must not be what hashes."""

    def __init__(self, secret: bytes) -> None:
        self.cipher = AESGCM(derived(secret.hex(), "field seal"))
        self._hashing = derived(secret.hex(), "field hash")

    def digest(self, text: str) -> str:
        return hmac.new(self._hashing, text.encode(), hashlib.sha256).hexdigest()


class Sealer:
    """Seals, opens and hashes with the field keys (id to secret); the first is the current one, the rest only open.

    `since` is when this process came to know them.
    """

    def __init__(self, keys: Mapping[str, bytes], since: datetime) -> None:
        self.since = since
        self._keys = {id: _Key(secret) for id, secret in keys.items()}
        self.current = next(iter(keys))

    @property
    def known(self) -> tuple[str, ...]:
        """The ids of the keys at hand, the current one first."""
        return tuple(self._keys)

    def seal(self, text: str, context: str) -> Sealed:
        """The text under the current key, bound to its context."""
        nonce = os.urandom(NONCE)
        box = self._keys[self.current].cipher.encrypt(nonce, text.encode(), context.encode())
        return Sealed(self.current, nonce + box)

    def open(self, sealed: Sealed, context: str) -> str:
        """The text that was sealed for this context; raises Unsealable."""
        key = self._keys.get(sealed.key)
        if key is None:
            raise Unsealable(f"the key {sealed.key} is not among the field keys")
        try:
            return key.cipher.decrypt(sealed.box[:NONCE], sealed.box[NONCE:], context.encode()).decode()
        except (InvalidTag, ValueError) as error:
            raise Unsealable("it was altered or moved, or another key has taken this id") from error

    def digest(self, text: str) -> str:
        """The keyed hash that equal texts share, under the current key."""
        return self._keys[self.current].digest(text)

    def digests(self, text: str) -> list[str]:
        """The keyed hashes under every key: rows that are not rotated yet have another than the current."""
        return [key.digest(text) for key in self._keys.values()]
