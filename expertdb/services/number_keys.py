"""Which key identity numbers are hashed with: under two keys one number has two hashes, which no index takes for one.

A process that knows the older keys too looks for a number under each of them. But whoever was started before a key was
made cannot find what is hashed with it, and on PostgreSQL nobody finds what another has not committed yet. So one row
names the key that holds: whoever gives a number keeps that row as it is until they are done, and whoever brings a newer
key waits for them.
"""

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from expertdb.errors import KeysHaveChanged
from expertdb.models.restricted import SealingState
from expertdb.sealing import IN_SESSION, Sealer

_STATE = select(SealingState.key, SealingState.since)


def hold(session: Session) -> None:
    """Let numbers be hashed with this process's current key, and with no other before the transaction ends.

    Raises KeysHaveChanged where a process that was started later has brought a key that this one does not know. One
    that was started after that has lost the key, or was told to do without: what it does not know is of no use to it.
    """
    sealer: Sealer = session.info[IN_SESSION]
    with session.no_autoflush:
        agrees = session.execute(_STATE).one().key == sealer.current
        key, since = session.execute(_STATE.with_for_update(read=agrees)).one()
        if key == sealer.current:
            return
        if since is not None and since >= sealer.since and key not in sealer.known:
            raise KeysHaveChanged(key)
        session.execute(update(SealingState).values(key=sealer.current, since=sealer.since))
