"""Typed SQLAlchemy models; they import no Flask. Importing this package registers every table."""

from expertdb.models import (
    corpus,
    experts,
    jobs,
    notices,
    objections,
    organisations,
    requests,
    restricted,
    sanctions,
    shortlists,
    tokens,
    users,
)

__all__ = [
    "corpus",
    "experts",
    "jobs",
    "notices",
    "objections",
    "organisations",
    "requests",
    "restricted",
    "sanctions",
    "shortlists",
    "tokens",
    "users",
]
