"""Signed links for experts: a token that says which invitation it opens, which issue of it, and until when.

Nothing of it is stored: the signature (itsdangerous, HMAC) is the proof, and a newer issue ends the older ones.
"""

from dataclasses import dataclass
from datetime import UTC, datetime

from itsdangerous import BadData, URLSafeSerializer

from expertdb.keys import derived

PREFIX = "xdl_"
IN_SESSION = "links"  # where a session carries the signer of its application
LONGEST = 500


@dataclass(frozen=True)
class Opened:
    """What a link says: the engagement it opens, the number of its issue, and until when it opens."""

    engagement: str
    issue: int
    until: datetime


class Links:
    """Makes and reads links under a key derived from the installation's secret."""

    def __init__(self, secret_key: str) -> None:
        self._signer = URLSafeSerializer(derived(secret_key, "expert links"), salt="invitation")

    def issue(self, opened: Opened) -> str:
        """The token of a link."""
        until = int(opened.until.timestamp())
        return PREFIX + str(self._signer.dumps([opened.engagement, opened.issue, until]))

    def read(self, token: str) -> Opened | None:
        """What a token says; None when it is not one of ours."""
        if not token.startswith(PREFIX) or len(token) > LONGEST:
            return None
        try:
            engagement, issue, until = self._signer.loads(token.removeprefix(PREFIX))
            return Opened(str(engagement), int(issue), datetime.fromtimestamp(until, UTC))
        except (BadData, ValueError, TypeError, OverflowError, OSError):
            return None
