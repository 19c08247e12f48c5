"""Keys for one purpose each, derived from the secret key where an installation sets none of its own."""

import hashlib
import hmac
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF


def derived(secret: str, purpose: str) -> bytes:
    """32 bytes for `purpose` from a secret (HKDF, RFC 5869): knowing one purpose's key says nothing of another's."""
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=f"expertdb {purpose}".encode()).derive(secret.encode())


DERIVED = "derived"


def field_keys(own: str, secret_key: str) -> dict[str, bytes]:
    """The keys of restricted fields by id, the current one first: those of `own` ("id:secret,id:secret"), and last the
    one derived from the secret key, so that what it sealed opens after an installation gets keys of its own."""
    pairs = (entry.split(":", 1) for entry in own.split(",") if entry)
    return {id: derived(secret, "fields") for id, secret in pairs} | {DERIVED: derived(secret_key, "fields")}


@dataclass(frozen=True)
class AuditKeys:
    """The keys that sealed the audit log, oldest first; the last one seals what is recorded now.

    `since` is when this process came to know them.
    """

    ordered: tuple[bytes, ...] = field(repr=False)
    since: datetime | None = None

    @property
    def current(self) -> bytes:
        """The key that seals now."""
        return self.ordered[-1]

    @property
    def name(self) -> str:
        """What entries call the current key by."""
        return name_of(self.current)

    def place(self, name: str | None) -> int | None:
        """Where the key of this name stands in the order; the oldest sealed the entries that name none."""
        names = [name_of(key) for key in self.ordered]
        return 0 if name is None else names.index(name) if name in names else None


def name_of(key: bytes) -> str:
    """Eight characters to tell a key by; they say nothing of it."""
    return hmac.new(key, b"name of this key", hashlib.sha256).hexdigest()[:8]


def audit_keys(own: str, secret_key: str, old: Iterable[str] = (), since: datetime | None = None) -> AuditKeys:
    """The installation's own key, or one derived from its secret key, behind those that it replaced, oldest first."""
    return AuditKeys(tuple(derived(secret, "audit") for secret in (*old, own or secret_key)), since)
