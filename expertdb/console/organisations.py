"""Organisations: employers of experts and senders of requests, each under all its names."""

from flask import render_template, request

from expertdb.console.forms import Form
from expertdb.console.handling import go, saved
from expertdb.console.language import said
from expertdb.console.rules import Reply, Visit, allow, asks, takes
from expertdb.console.site import pages
from expertdb.names import HAN
from expertdb.schemas.organisations import OrganisationAnswer, OrganisationBody, OrganisationPatch, OrganisationQuery
from expertdb.services import organisations

CURATORS = ("administrator",)
READERS = ("administrator", "reviewer", "policy_office", "auditor")
ON_FORM = tuple(OrganisationPatch().fields)


@pages.get("/organisations")
@allow(*READERS)
@asks(OrganisationQuery)
def list_organisations(visit: Visit) -> Reply:
    """The organisations that meet the query, by name."""
    page = organisations.find(visit.session, visit.query)
    found = OrganisationAnswer(many=True).dump(page.items)
    template = "organisations/found.html" if visit.is_part else "organisations/list.html"
    return render_template(template, organisations=found, query=visit.query, next_cursor=page.next_cursor)


@pages.get("/organisations/new")
@allow(*CURATORS)
def new_organisation(visit: Visit) -> Reply:
    """The form for a new organisation; a name that nobody is known by leads here with it."""
    name = request.args.get("name", "")[:200]
    blank = Form.blank(name={"zh" if HAN.search(name) else "en": name})
    return render_template("organisations/new.html", form=visit.form or blank)


@pages.post("/organisations/new")
@allow(*CURATORS)
@takes(OrganisationBody, again=new_organisation)
def add_organisation(visit: Visit) -> Reply:
    """Store the organisation."""
    organisations.create(visit.session, visit.body, actor=visit.actor, now=visit.now)
    return go("list_organisations", said("Saved."))


@pages.get("/organisations/<organisation_id>")
@allow(*CURATORS)
def edit_organisation(visit: Visit, organisation_id: str) -> Reply:
    """One organisation, to change."""
    found = organisations.get(visit.session, organisation_id)
    form = visit.form_of(OrganisationAnswer(only=ON_FORM).dump(found), found.version)
    return render_template("organisations/edit.html", organisation=found, form=form)


@pages.post("/organisations/<organisation_id>")
@allow(*CURATORS)
@takes(OrganisationPatch, again=edit_organisation)
def save_organisation(visit: Visit, organisation_id: str) -> Reply:
    """Change the organisation."""
    found = organisations.edit(
        visit.session, organisation_id, visit.body, version=visit.version, actor=visit.actor, now=visit.now
    )
    return go("list_organisations", saved(visit, found.version))


@pages.post("/organisations/<organisation_id>/delete")
@allow(*CURATORS)
def delete_organisation(visit: Visit, organisation_id: str) -> Reply:
    """Delete an organisation that nothing points to."""
    organisations.delete(visit.session, organisation_id, version=visit.version, actor=visit.actor)
    return go("list_organisations", said("The organisation is deleted."))
