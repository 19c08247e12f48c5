"""Keys for one purpose each, derived from the secret key where an installation sets none of its own."""

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF


def derived(secret: str, purpose: str) -> bytes:
    """32 bytes for `purpose` from a secret (HKDF, RFC 5869): knowing one purpose's key says nothing of another's."""
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=f"expertdb {purpose}".encode()).derive(secret.encode())


def audit_key(own: str, secret_key: str) -> bytes:
    """The key that seals the audit log: the installation's own, or one derived from its secret key."""
    return derived(own or secret_key, "audit")


DERIVED = "derived"


def field_keys(own: str, secret_key: str) -> dict[str, bytes]:
    """The keys of restricted fields by id, the current one first: those of `own` ("id:secret,id:secret"), and last the
    one derived from the secret key, so that what it sealed opens after an installation gets keys of its own."""
    pairs = (entry.split(":", 1) for entry in own.split(",") if entry)
    return {id: derived(secret, "fields") for id, secret in pairs} | {DERIVED: derived(secret_key, "fields")}
