"""Panels: formed for a request, decided on by a named person, changed as little as can be."""

import io

from expertdb.api.handling import Routes
from expertdb.api.requests import READERS
from expertdb.api.routing import (
    Call,
    Download,
    allow,
    answers,
    asks,
    downloads,
    edits,
    leaves_trace,
    prepared_by,
    takes,
)
from expertdb.schemas.panels import (
    FileQuery,
    PanelAnswer,
    PanelBody,
    PanelQuery,
    PanelTransitionBody,
    PresetAnswer,
    ReplacementBody,
)
from expertdb.services import panel_decisions, panel_files, panels, replacements
from expertdb.services.paging import Page
from expertdb.services.panels import Formed
from expertdb.services.panels_shown import ShownPanel
from expertdb.services.replacements import Found

routes = Routes("panels")

TYPES = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "json": "application/json",
}
OFFICES = ("administrator", "policy_office")


def _form(call: Call, request_id: str) -> Formed:
    return panels.form(call.session, call.corpus, request_id, call.body, actor=call.actor, now=call.now)


@routes.post("/requests/<request_id>/panels")
@allow(*OFFICES)
@takes(PanelBody)
@prepared_by(_form)
@answers(PanelAnswer, 201, location="/panels")
def form_panel(call: Call, request_id: str) -> ShownPanel:
    """Form the best lawful panel, or say which rules stand in the way and what would have to give."""
    return panels.store(call.session, call.corpus, request_id, call.body, call.prepared, actor=call.actor, now=call.now)


@routes.get("/panels/presets")
@allow(*READERS)
@answers(PresetAnswer, paged=True)
def list_presets(call: Call) -> Page:
    """List the presets with their rules."""
    return Page(panels.presets_in_full(), None)


@routes.get("/panels")
@allow(*READERS)
@asks(PanelQuery)
@answers(PanelAnswer, paged=True)
def list_panels(call: Call) -> Page:
    """List the panels that meet every filter, newest first; an agency sees those confirmed for its requests."""
    return panels.find(call.session, call.query, actor=call.actor)


@routes.get("/panels/<panel_id>")
@allow(*READERS)
@answers(PanelAnswer)
def read_panel(call: Call, panel_id: str) -> ShownPanel:
    """Read one panel."""
    return panels.get(call.session, panel_id, actor=call.actor)


@routes.get("/panels/<panel_id>/file")
@allow(*OFFICES, "auditor")
@leaves_trace
@asks(FileQuery)
@downloads(*TYPES.values())
def read_file(call: Call, panel_id: str) -> Download:
    """Read the file of a panel: everything that led to it and came of it, in Chinese or English."""
    format, language = call.query["format"], call.query["language"]
    content = panel_files.written(call.session, panel_id, format, language, actor=call.actor)
    return Download(io.BytesIO(content), TYPES[format], f"panel-{panel_id}-{language}.{format}")


@routes.post("/panels/<panel_id>/transitions")
@allow(*OFFICES)
@edits
@takes(PanelTransitionBody)
@answers(PanelAnswer)
def move_panel(call: Call, panel_id: str) -> ShownPanel:
    """Confirm a panel in the name of a person, or reject it; refused when the pool has moved under it."""
    return panel_decisions.move(
        call.session, call.corpus, panel_id, call.body, version=call.version, actor=call.actor, now=call.now
    )


def _find(call: Call, panel_id: str) -> Found:
    return replacements.find(call.session, call.corpus, panel_id, call.body, actor=call.actor, now=call.now)


@routes.post("/panels/<panel_id>/replacements")
@allow(*OFFICES)
@takes(ReplacementBody)
@prepared_by(_find)
@answers(PanelAnswer, 201, location="/panels")
def replace_member(call: Call, panel_id: str) -> ShownPanel:
    """Propose the panel with one member replaced and as little else changed as can be."""
    return replacements.store(
        call.session, call.corpus, panel_id, call.body, call.prepared, actor=call.actor, now=call.now
    )
