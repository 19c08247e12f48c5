"""Panels: tried under rules as often as one likes, proposed, decided on by a named person, changed one by one."""

from typing import Any

from flask import Response, abort, render_template, request

from expertdb.console import panel_course
from expertdb.console.forms import Form, raw_body
from expertdb.console.handling import go
from expertdb.console.language import said
from expertdb.console.panel_forms import PARAMETERS, added, body_of
from expertdb.console.panel_words import names_of
from expertdb.console.rules import Reply, Visit, allow, asks, leaves_trace, prepared_by, stores_nothing, takes
from expertdb.console.site import pages
from expertdb.schemas.engagements import EngagementAnswer
from expertdb.schemas.panel_forms import PanelForm
from expertdb.schemas.panel_wishes import LARGEST_PANEL
from expertdb.schemas.panels import FileQuery, PanelTransitionBody, ReplacementBody
from expertdb.schemas.requests import RequestAnswer
from expertdb.services import (
    engagements,
    panel_decisions,
    panel_files,
    panel_rules,
    panels,
    replacements,
    requests,
    seating,
    shortlists,
    shown,
    subjects,
)
from expertdb.services.panels import Formed
from expertdb.services.panels_shown import ShownPanel
from expertdb.services.replacements import Found

OFFICES = ("administrator", "policy_office")
READERS = (*OFFICES, "agency", "auditor")
FILE_TYPES = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "json": "application/json",
}


@pages.get("/requests/<request_id>/panels/new")
@allow(*OFFICES)
def new_panel(visit: Visit, request_id: str) -> Reply:
    """The form under which a panel is to be formed; a filed list leads here, a proposal of a batch with its members."""
    forced, size = request.args.getlist("forced")[:LARGEST_PANEL], request.args.get("size", "")[:3]
    blank = Form.blank(forced=forced, size=size, shortlist=request.args.get("shortlist", ""))
    return _builder(visit, request_id, visit.form or blank)


@pages.post("/requests/<request_id>/panels/rows")
@allow(*OFFICES)
@stores_nothing
def change_panel_rows(visit: Visit, request_id: str) -> Reply:
    """The form with a row for another rule, or with one less."""
    return _builder(visit, request_id, Form(added(raw_body(PanelForm(), request.form), request.form)))


def _form_panel(visit: Visit, request_id: str) -> Formed:
    body = body_of(visit.body)
    return panels.form(visit.session, visit.corpus, request_id, body, actor=visit.actor, now=visit.now)


@pages.post("/requests/<request_id>/panels/rehearsal")
@allow(*OFFICES)
@stores_nothing
@takes(PanelForm, again=new_panel)
@prepared_by(_form_panel)
def rehearse_panel(visit: Visit, request_id: str) -> Reply:
    """The panel as it would be formed; nothing is stored."""
    return _builder(visit, request_id, _typed(), _store(visit, request_id, dry_run=True))


@pages.post("/requests/<request_id>/panels/new")
@allow(*OFFICES)
@takes(PanelForm, again=new_panel)
@prepared_by(_form_panel)
def propose_panel(visit: Visit, request_id: str) -> Reply:
    """Store the panel as proposed; where none fits, say why."""
    made = _store(visit, request_id, dry_run=False)
    if made.id is None:
        return _builder(visit, request_id, _typed(), made)
    return go("show_panel", said("The panel is proposed. It counts once somebody has confirmed it."), panel_id=made.id)


def _store(visit: Visit, request_id: str, *, dry_run: bool) -> ShownPanel:
    body = body_of(visit.body, dry_run=dry_run)
    return panels.store(visit.session, visit.corpus, request_id, body, visit.prepared, actor=visit.actor, now=visit.now)


def _typed() -> Form:
    return Form(raw_body(PanelForm(), request.form))


def _builder(visit: Visit, request_id: str, form: Form, found: ShownPanel | None = None) -> str:
    asked = requests.get(visit.session, request_id, actor=visit.actor)
    panels.refuse_unless_open(asked)
    presets = {one["name"]: one for one in panels.presets_in_full()}
    named = {*form.rows("/forced"), *form.rows("/forbidden")}
    return render_template(
        "panels/new.html",
        asked=RequestAnswer().dump(asked),
        form=form,
        presets=presets,
        automatic=presets.get(panel_rules.preset_name(asked.panel, asked.kind) or ""),
        parameters=PARAMETERS,
        lists=shortlists.to_choose_from(visit.session, request_id, form.value("/shortlist"), actor=visit.actor),
        found=found,
        names=names_of(visit.session, named | (_ids(found) if found else set())),
        was=request.form.get("was", type=float),
    )


def _ids(found: ShownPanel) -> set[str]:
    """The experts of whom a panel speaks."""
    seats = [*found.members, *found.reserves, *(one for way in found.relaxations for one in way["members"])]
    ids = {one["expert"]["id"] for one in seats} | {id for one in found.violations for id in one["experts"]}
    ids |= {one["expert"] for each in found.deviations for one in each["passed_over"]}
    return ids | {id for one in found.rules for id in one["rule"].get("experts", ())}


@pages.get("/panels/<panel_id>")
@allow(*READERS)
def show_panel(visit: Visit, panel_id: str) -> Reply:
    """One panel: who sits and stands by, what it was chosen by, and what may come next."""
    found = panels.get(visit.session, panel_id, actor=visit.actor)
    return render_template("panels/show.html", **_about(visit, found), ways=_ways(visit, found))


def _about(visit: Visit, found: ShownPanel) -> dict[str, Any]:
    row = panels.load(visit.session, str(found.id), actor=visit.actor)
    invited = engagements.find(visit.session, {"panel": row.id, "limit": 200}, actor=visit.actor).items
    asked = requests.get(visit.session, found.request, actor=visit.actor)
    course = panel_course.of(row.transitions if visit.actor.role != "agency" else [], invited)
    swap = {name: row.solver.get(name, []) for name in ("came", "left")}
    return {
        "asked": RequestAnswer().dump(asked),
        "swap": swap,
        "holders": seating.holders(visit.session, row),
        "is_current": found.status == "confirmed" and asked.status != "cancelled",
        "is_open": asked.status in panels.OPEN,
        "panel": found,
        "course": course,
        "doers": subjects.doers(
            visit.session, [id for one in course.steps for id in (one.person, one.actor) if id], actor=visit.actor
        ),
        "seated": course.seated(found.members, found.reserves),
        "is_private": visit.actor.role != "agency",
        "names": shown.names(visit.session, _ids(found) | {*swap["came"], *swap["left"]}),
        "engagements": EngagementAnswer(many=True).dump(invited),
    }


def _ways(visit: Visit, found: ShownPanel) -> list[str]:
    return panel_decisions.ways(requests.get(visit.session, found.request, actor=visit.actor), found.status)


@pages.get("/panels/<panel_id>/moves/<to>")
@allow(*OFFICES)
def new_panel_move(visit: Visit, panel_id: str, to: str) -> Reply:
    """The form for the decision on a panel."""
    found = panels.get(visit.session, panel_id, actor=visit.actor)
    if to not in _ways(visit, found):
        abort(404)
    blank = Form.blank(to=to, deviations=[{"expert": one["expert"]} for one in found.deviations if one["needs_reason"]])
    form = visit.form or blank.of_version(found.version or 0)
    return render_template("panels/move.html", **_about(visit, found), to=to, form=form)


@pages.post("/panels/<panel_id>/moves/<to>")
@allow(*OFFICES)
@takes(PanelTransitionBody, again=new_panel_move)
def move_panel(visit: Visit, panel_id: str, to: str) -> Reply:
    """Confirm or reject the panel, or take it back."""
    panel_decisions.move(
        visit.session,
        visit.corpus,
        panel_id,
        visit.body | {"to": to},
        version=visit.version,
        actor=visit.actor,
        now=visit.now,
    )
    return go("show_panel", said("The decision is recorded."), panel_id=panel_id)


@pages.get("/panels/<panel_id>/replacements/new")
@allow(*OFFICES)
def new_replacement(visit: Visit, panel_id: str) -> Reply:
    """The form for replacing one member."""
    found = panels.get(visit.session, panel_id, actor=visit.actor)
    return _replacing(visit, found, visit.form or Form.blank(expert=request.args.get("expert", "")))


def _find(visit: Visit, panel_id: str) -> Found:
    return replacements.find(visit.session, visit.corpus, panel_id, visit.body, actor=visit.actor, now=visit.now)


@pages.post("/panels/<panel_id>/replacements/new")
@allow(*OFFICES)
@takes(ReplacementBody, again=new_replacement)
@prepared_by(_find)
def replace_member(visit: Visit, panel_id: str) -> Reply:
    """Propose the panel with one member replaced and as little else changed as can be; where none fits, say why."""
    made = replacements.store(
        visit.session, visit.corpus, panel_id, visit.body, visit.prepared, actor=visit.actor, now=visit.now
    )
    if made.id is None:
        return _replacing(visit, panels.get(visit.session, panel_id, actor=visit.actor), Form(visit.body), made)
    return go("show_panel", said("The panel is proposed. It counts once somebody has confirmed it."), panel_id=made.id)


def _replacing(visit: Visit, panel: ShownPanel, form: Form, found: ShownPanel | None = None) -> str:
    about = _about(visit, panel)
    if found is not None:
        about["names"] = shown.names(visit.session, _ids(panel) | _ids(found))
    return render_template("panels/replace.html", **about, form=form, found=found)


@pages.get("/panels/<panel_id>/file")
@allow(*OFFICES, "auditor")
@leaves_trace
@asks(FileQuery)
def download_file(visit: Visit, panel_id: str) -> Reply:
    """The file of a panel: everything that led to it and came of it."""
    format, language = visit.query["format"], visit.query["language"]
    content = panel_files.written(visit.session, panel_id, format, language, actor=visit.actor)
    name = f"panel-{panel_id}-{language}.{format}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, mimetype=FILE_TYPES[format], headers=headers)
