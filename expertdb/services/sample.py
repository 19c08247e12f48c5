"""The sample pool: invented experts for trying things out, loaded into an empty database only."""

import io
import json
from contextlib import closing
from datetime import datetime
from importlib.resources import files

from sqlalchemy import select
from sqlalchemy.orm import Session

from expertdb.models.experts import Expert
from expertdb.schemas.organisations import OrganisationBody
from expertdb.services import imports, organisations
from expertdb.services.actors import SYSTEM
from expertdb.services.rosters import Upload

SAMPLE = files("expertdb").joinpath("data/sample")


def is_wanted(session: Session) -> bool:
    """Whether there is no expert yet, so that the sample pool can be loaded."""
    return session.scalar(select(Expert.id).limit(1)) is None


def load_when_empty(session: Session, *, now: datetime) -> int:
    """Load the sample pool unless there is any expert; returns how many were entered."""
    if not is_wanted(session):
        return 0
    schema = OrganisationBody()
    for line in SAMPLE.joinpath("organisations.jsonl").read_text("utf-8").splitlines():
        body = schema.load(json.loads(line))
        if organisations.look_up(session, next(iter(body["name"].values()))) is None:
            organisations.create(session, body, actor=SYSTEM, now=now)
    upload = Upload("experts.jsonl", io.BytesIO(SAMPLE.joinpath("experts.jsonl").read_bytes()))
    with closing(imports.examine(session, upload, imports.Options(), dry_run=False, actor=SYSTEM, now=now)) as plan:
        return imports.store(session, plan, actor=SYSTEM, now=now).done["created"]
