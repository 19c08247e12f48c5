"""Passwords: what one must be, and hashing with argon2id (RFC 9106) in a time that tells nothing of who exists."""

import secrets
import unicodedata
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

from expertdb.errors import Fault, InvalidInput
from expertdb.wording import Text

MINIMUM = 12
FEWEST_DISTINCT = 5
# No letters that are mistaken for each other when a password is read out or typed from paper.
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
# OWASP's first choice for argon2id. RFC 9106's has 64 MiB and four lanes, with which a few strangers who try passwords
# keep two cores busy.
_hasher = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)


def check(password: str, login: str, pointer: str = "/password") -> None:
    """Raise InvalidInput for a password that is easily guessed."""
    if len(password) < MINIMUM:
        raise InvalidInput(Fault(pointer, Text("A password needs at least {minimum} characters.", minimum=MINIMUM)))
    if len(set(password)) < FEWEST_DISTINCT:
        raise InvalidInput(
            Fault(pointer, Text("A password needs at least {count} different characters.", count=FEWEST_DISTINCT))
        )
    if login in password.casefold():
        raise InvalidInput(Fault(pointer, Text("A password may not hold the login name.")))


def hashed(password: str) -> str:
    """The slow hash that is stored; the password itself cannot be got back."""
    return _hasher.hash(_normal(password))


def matches(password: str, known: str | None) -> bool:
    """Whether this is the password behind a hash; None takes as long and is never right."""
    stand_in = _stand_in()  # Made first, so that even the first caller of a process waits alike.
    try:
        return _hasher.verify(known or stand_in, _normal(password)) and known is not None
    except (VerifyMismatchError, InvalidHashError):
        return False


def is_outdated(known: str) -> bool:
    """Whether the hash was made with weaker parameters than today's."""
    return _hasher.check_needs_rehash(known)


def random(login: str) -> str:
    """A password of 77 bits for one use, in groups that can be read out; without the login name, which may be short."""
    while True:
        made = "-".join("".join(secrets.choice(LETTERS) for _ in range(4)) for _ in range(4))
        if login not in made.casefold():
            return made


def _normal(password: str) -> str:
    # Keyboards differ in how they compose "é": without this, the same password would not match.
    return unicodedata.normalize("NFKC", password)


@cache
def _stand_in() -> str:
    return _hasher.hash(secrets.token_hex(16))
