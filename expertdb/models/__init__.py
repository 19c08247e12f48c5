"""Typed SQLAlchemy models; they import no Flask. Importing this package registers every table."""

from expertdb.models import (
    conflicts,
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
    "conflicts",
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
