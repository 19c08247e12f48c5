"""Is the index what the database says? Compares them, names every difference, and mends them on demand."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from expertdb.models import triggers
from expertdb.models.corpus import mark_of, touch
from expertdb.services import audit, profiles
from expertdb.services.actors import SYSTEM
from expertdb.services.corpus import Corpus
from matching import Differences, Index, differences

NAMED = 100  # Experts whom the audit log names one by one.


@dataclass(frozen=True)
class Check:
    """What was found: the corpus version, how many experts are in the index, how it differs, triggers that are gone."""

    version: int
    experts: int
    found: Differences
    missing_triggers: list[str]
    unnumbered: bool

    @property
    def is_sound(self) -> bool:
        """Whether there is nothing to mend."""
        return not (self.found or self.missing_triggers or self.unnumbered)


def check(session: Session, corpus: Corpus) -> Check:
    """Compare every active expert's profile with the index that a process starting now would use."""
    pool = corpus.refresh(session)
    assert isinstance(pool.index, Index)  # Commands do not use an engine: it is the server's.
    found = differences(pool.index, profiles.everybody(session))
    absent = triggers.missing(session.connection())
    return Check(pool.version, pool.index.n_experts, found, absent, mark_of(session).touched > 0)


def mend(session: Session, found: Check) -> None:
    """Make the triggers anew, and let every process read the experts that differ once more."""
    triggers.ensure(session.connection())
    differing = [*found.found.missing, *found.found.stale, *found.found.extra]
    touch(session, differing)
    details = {"experts": differing[:NAMED], "count": len(differing), "triggers": found.missing_triggers}
    audit.record(session, SYSTEM, "index.mended", kind="index", id="corpus", **details)
