"""Typed SQLAlchemy models; they import no Flask. Importing this package registers every table."""

from expertdb.models import corpus, experts, organisations, requests, shortlists, tokens, users

__all__ = ["corpus", "experts", "organisations", "requests", "shortlists", "tokens", "users"]
