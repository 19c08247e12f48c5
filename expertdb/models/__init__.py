"""Typed SQLAlchemy models; they import no Flask. Importing this package registers every table."""

from expertdb.models import (
    conflicts,
    corpus,
    draws,
    engagements,
    experts,
    jobs,
    notices,
    objections,
    organisations,
    panels,
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
    "draws",
    "engagements",
    "experts",
    "jobs",
    "notices",
    "objections",
    "organisations",
    "panels",
    "requests",
    "restricted",
    "sanctions",
    "shortlists",
    "tokens",
    "users",
]
