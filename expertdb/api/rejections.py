"""What the HTTP layer refuses before a service is called.

DomainError (expertdb.errors)
├── Unauthenticated         no live token was presented
├── MalformedBody           the body is not JSON, or not UTF-8
├── MalformedHeader         a header this API reads makes no sense
├── TooManyRequests         the caller has called too often
├── UnsupportedMediaType    the body is of a type this call does not take
└── VersionRequired         an edit without If-Match
"""

from expertdb.errors import DomainError
from expertdb.wording import Text


class Unauthenticated(DomainError):
    """No live token was presented."""


class MalformedBody(DomainError):
    """The body is not JSON, or not UTF-8."""


class MalformedHeader(DomainError):
    """A header this API reads makes no sense."""


class TooManyRequests(DomainError):
    """The caller has called too often; `seconds` until it may call again."""

    def __init__(self, seconds: int) -> None:
        super().__init__(Text("You have called too often. Come back in {seconds} seconds.", seconds=seconds))
        self.seconds = seconds


class UnsupportedMediaType(DomainError):
    """The body is of a type this call does not take."""


class VersionRequired(DomainError):
    """An edit without If-Match."""
