"""/api/v1/organisations: the bodies that employ experts and ask for them."""

from expertdb.api.experts import CURATORS, READERS
from expertdb.api.handling import Routes
from expertdb.api.routing import Call, allow, answers, asks, edits, takes
from expertdb.models.organisations import Organisation
from expertdb.schemas.organisations import (
    OrganisationAnswer,
    OrganisationBody,
    OrganisationPatch,
    OrganisationQuery,
)
from expertdb.services import organisations
from expertdb.services.paging import Page

routes = Routes("organisations")


@routes.post("/organisations")
@allow(*CURATORS)
@takes(OrganisationBody)
@answers(OrganisationAnswer, 201, location="/organisations")
def create_organisation(call: Call) -> Organisation:
    """Enter an organisation with the names it goes by."""
    return organisations.create(call.session, call.body, actor=call.actor, now=call.now)


@routes.get("/organisations")
@allow(*READERS)
@asks(OrganisationQuery)
@answers(OrganisationAnswer, paged=True)
def list_organisations(call: Call) -> Page:
    """List the organisations that meet every filter, by name."""
    return organisations.find(call.session, call.query)


@routes.get("/organisations/<organisation_id>")
@allow(*READERS)
@answers(OrganisationAnswer)
def read_organisation(call: Call, organisation_id: str) -> Organisation:
    """Read one organisation."""
    return organisations.get(call.session, organisation_id)


@routes.patch("/organisations/<organisation_id>")
@allow(*CURATORS)
@edits
@takes(OrganisationPatch)
@answers(OrganisationAnswer)
def edit_organisation(call: Call, organisation_id: str) -> Organisation:
    """Change what the body names; `aliases` are replaced as a whole."""
    id, version = organisation_id, call.version
    return organisations.edit(call.session, id, call.body, version=version, actor=call.actor, now=call.now)


@routes.delete("/organisations/<organisation_id>")
@allow(*CURATORS)
@edits
@answers(None, 204)
def delete_organisation(call: Call, organisation_id: str) -> None:
    """Remove an organisation that nothing points to."""
    organisations.delete(call.session, organisation_id, version=call.version, actor=call.actor)
