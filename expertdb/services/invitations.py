"""Who comes with a signed link: the expert of one live invitation, for that invitation only."""

from datetime import datetime

from sqlalchemy.orm import Session

from expertdb.links import IN_SESSION, Links
from expertdb.models.engagements import Engagement
from expertdb.models.tokens import SCOPES
from expertdb.services.actors import EXPERT, Actor
from expertdb.services.engagements import LIVE


def actor_of(session: Session, token: str, now: datetime) -> Actor | None:
    """The caller behind a link; None when it is not ours, has ended, or was replaced by a newer one."""
    links: Links = session.info[IN_SESSION]
    opened = links.read(token)
    if opened is None or opened.until <= now:
        return None
    engagement = session.get(Engagement, opened.engagement)
    if engagement is None or engagement.link != opened.issue or engagement.status not in LIVE:
        return None
    return Actor(engagement.id, EXPERT, EXPERT, frozenset(SCOPES), user_id=engagement.expert_id)
