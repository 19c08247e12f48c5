"""What the HTTP layer refuses before a service is called.

DomainError (expertdb.errors)
├── Unauthenticated         no live token was presented
├── MalformedBody           the body is not JSON, or not UTF-8
├── MalformedHeader         a header this API reads makes no sense
├── UnsupportedMediaType    the body is of a type this call does not take
└── VersionRequired         an edit without If-Match
"""

from expertdb.errors import DomainError


class Unauthenticated(DomainError):
    """No live token was presented."""


class MalformedBody(DomainError):
    """The body is not JSON, or not UTF-8."""


class MalformedHeader(DomainError):
    """A header this API reads makes no sense."""


class UnsupportedMediaType(DomainError):
    """The body is of a type this call does not take."""


class VersionRequired(DomainError):
    """An edit without If-Match."""
