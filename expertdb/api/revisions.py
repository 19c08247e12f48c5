"""/api/v1/experts/{id}/revisions and /versions: what changed in a profile, and how it was."""

from expertdb.api.handling import Routes
from expertdb.api.routing import Call, allow, answers, asks
from expertdb.errors import NotFound
from expertdb.numerals import whole
from expertdb.schemas.revisions import LAST, ProfileVersionAnswer, RevisionAnswer
from expertdb.schemas.shared import PageQuery
from expertdb.services import profile_versions
from expertdb.services.paging import Page
from expertdb.services.profile_versions import ProfileVersion

routes = Routes("revisions")
READERS = ("administrator", "reviewer", "auditor")


@routes.get("/experts/<expert_id>/revisions")
@allow(*READERS)
@asks(PageQuery)
@answers(RevisionAnswer, paged=True)
def list_revisions(call: Call, expert_id: str) -> Page:
    """List the changes of a profile, the latest first, each with who made it and what it replaced."""
    return profile_versions.find(call.session, expert_id, call.query)


@routes.get("/experts/<expert_id>/versions/<version>")
@allow(*READERS)
@answers(ProfileVersionAnswer)
def read_version(call: Call, expert_id: str, version: str) -> ProfileVersion:
    """Read a profile as an earlier version had it, restricted values apart."""
    number = whole(version, len(str(LAST)) - 1) if version.isascii() else None
    if number is None:
        raise NotFound("version", version)
    return profile_versions.get(call.session, expert_id, number)
