"""Who is calling: what every service that changes something is told of its caller."""

from dataclasses import dataclass

from expertdb.models.tokens import SCOPES

# Not a role that a token can have: an expert comes with the signed link of one invitation.
EXPERT = "expert"


@dataclass(frozen=True)
class Actor:
    """Who is calling: the id of the token or user, role, scopes and the organisation acted for.

    `user_id` is the user behind a token, if there is one.
    """

    id: str
    name: str
    role: str
    scopes: frozenset[str]
    organisation_id: str | None = None
    user_id: str | None = None

    @property
    def person(self) -> str:
        """Who is behind the call: all tokens and sessions of one user are one person."""
        return self.user_id or self.id

    def owns(self, created_by: str, organisation_id: str | None) -> bool:
        """Whether a thing made by token `created_by` for `organisation_id` is the caller's own."""
        return created_by == self.id or (organisation_id is not None and organisation_id == self.organisation_id)


SYSTEM = Actor("system", "command line", "administrator", frozenset(SCOPES))
SWEEP = Actor("sweep", "sweep", "administrator", frozenset(SCOPES))
