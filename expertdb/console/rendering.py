"""What every template may use, and the headers that every page carries."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from flask import Flask, Response, current_app, request, url_for
from markupsafe import Markup

from expertdb import vocabularies
from expertdb.console import (
    charts,
    filtering,
    import_words,
    lists,
    panel_words,
    traces,
    version_words,
    vocabulary_words,
)
from expertdb.console.assets import asset_url
from expertdb.console.cards import cards
from expertdb.console.diffs import changed
from expertdb.console.doers import doer
from expertdb.console.forms import field_id
from expertdb.console.language import aside, bracketed, colon, comma, said, semicolon, theme, tongue
from expertdb.console.rules import rule_of
from expertdb.console.sessions import signed_in
from expertdb.console.words import label, options, person_name, readable, terms, word
from expertdb.models.organisations import Organisation
from expertdb.schemas.experts import ENTRY_STATUSES
from expertdb.schemas.shared import named
from expertdb.wording import Text, say
from expertdb.workdays import end_of_day, local_day, local_time

# The main navigation: endpoint and words, in this order; each role sees those of its pages.
PLACES = (
    ("home", Text("Home")),
    ("list_requests", Text("Requests")),
    ("list_experts", Text("Experts")),
    ("show_queue", Text("Entry")),
    ("list_organisations", Text("Organisations")),
)
# Pages with addresses of their own that belong to a place.
BELONG_TO = {"list_requests": ("/shortlists/", "/panels/", "/draws/", "/engagements/", "/opinions/")}
APART = ("/draws/verify",)
# What is needed more rarely, in a menu of its own.
MORE_PLACES = (
    ("show_publicity", Text("Publicity")),
    ("show_statistics", Text("Statistics")),
    ("list_batches", Text("Batches")),
    ("new_check", Text("Check conflicts")),
    ("check_record", Text("Check a draw")),
    ("list_vocabularies", Text("Vocabularies")),
    ("list_notices", Text("Notices")),
    ("list_confirmations", Text("Yearly confirmations")),
    ("list_claims", Text("Claims on personal data")),
    ("list_audit", Text("Audit log")),
    ("list_users", Text("Users")),
    ("all_tokens", Text("Tokens")),
)
HEADERS = {
    # Nothing but our own files, no script or style written into a page; Pico draws its arrows from data addresses.
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}


def may(endpoint: str) -> bool:
    """Whether the visitor's role may see the page of this endpoint."""
    visitor = signed_in()
    view = current_app.view_functions[f"console.{endpoint}"]
    roles = rule_of(view).roles
    return visitor is not None and (not roles or visitor.actor.role in roles)


def moment(value: datetime | str | None) -> str:
    """A moment as clocks in China show it; wire forms write it as text."""
    if value is None:
        return "—"
    return local_time(datetime.fromisoformat(value) if isinstance(value, str) else value)


def deadline(value: datetime | str | None) -> str:
    """A moment until which something may be done: the end of a day is that day's, not the beginning of the next."""
    return end_of_day(moment(value))


def day(value: date | str | None) -> str:
    """A day, the same in both languages."""
    return "—" if value is None else str(value)


# What is said to programs of a field that was left blank; a form says it to people.
BLANK, NEEDED = ("Missing data for required field.", "This parameter is needed."), Text("This must be filled in.")


def told(text: str) -> str:
    """A sentence that a service made, in the language of this page."""
    return say(NEEDED if text in BLANK else text, tongue())


# The colours of statuses: what is well, what waits, what is over; all others are plain.
GOOD = (
    "active",
    "renewed",
    "accepted",
    "engaged",
    "delivered",
    "evaluated",
    "confirmed",
    "revealed",
    "done",
    "granted",
    "sent",
)
WAITING = (
    *("submitted", "under_review", "publicity", "on_leave", "returned", "open", "appealed"),
    *("proposed", "frozen", "invited", "queued", "running", "due"),
)
BAD = (
    *("suspended", "expired", "removed", "withdrawn", "cancelled", "upheld", "standing"),
    *("rejected", "declined", "silent", "failed", "refused"),
)


def status_tag(table: str, status: str) -> Markup:
    """A status in words, coloured by what it means."""
    kinds = (("good", GOOD), ("warning", WAITING), ("bad", BAD))
    kind = next((kind for kind, statuses in kinds if status in statuses), "plain-tag")
    return Markup('<span class="tag {}">{}</span>').format(kind, word(table, status))


IN_TERM = ("active", "on_leave", "suspended")


def expert_tag(expert: Mapping[str, Any]) -> Markup:
    """The status of an expert; who still has one of a term that is over is not ranked, so that is said beside it."""
    status, end = expert["status"], (expert.get("term") or {}).get("end")
    if status not in IN_TERM or not end or str(end) >= str(local_day(current_app.extensions["clock"]())):
        return status_tag("expert_status", status)
    plain = Markup('<span class="tag plain-tag">{}</span> <span class="tag bad">{}</span>')
    return plain.format(word("expert_status", status), said("term is over"))


def lines(value: Any) -> str:
    """A value as a field shows it: lists one a line, nothing for none."""
    if value is None:
        return ""
    return "\n".join(value) if isinstance(value, list) else str(value)


def of_vocabularies(codes: list[str], names: list[str]) -> list[str]:
    """Those of the codes that the vocabularies hold."""
    return [code for code in codes if any(code in vocabularies.load(name) for name in names)]


def here_with(**changes: Any) -> str:
    """The address of this page with some of its query changed; None takes a parameter away."""
    kept = {**request.args.to_dict(flat=False), **changes}
    kept = {name: value for name, value in kept.items() if value not in (None, "", [])}
    return url_for(str(request.endpoint), **{**(request.view_args or {}), **kept})


def here_again() -> str:
    """The address at which this page can be looked at again; one that answers a form is not at its own."""
    return request.full_path.rstrip("?") if request.method == "GET" else request.form.get("here", "/")


def is_here(endpoint: str) -> bool:
    """Whether this page belongs to the place of the main navigation that leads to `endpoint`."""
    start = url_for(f"console.{endpoint}")
    within = (f"{start}/", *BELONG_TO.get(endpoint, ())) if start != "/" else ()
    return request.path == start or (request.path.startswith(within) and request.path not in APART)


def organisation_name(organisation: Organisation | None) -> str:
    """An organisation's name in the language of this page."""
    return "—" if organisation is None else person_name(named(organisation.name_zh, organisation.name_en))


def secure(answer: Response) -> Response:
    """Add the headers that tell the browser what a page may do."""
    for name, value in HEADERS.items():
        answer.headers.setdefault(name, value)
    answer.headers.add("Vary", "Cookie")
    return answer


def init_app(app: Flask) -> None:
    """Hand the templates their words and marks."""
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.filters.update(
        moment=moment,
        deadline=deadline,
        day=day,
        told=told,
        person=person_name,
        organisation=organisation_name,
        named=lambda row: named(row.name_zh, row.name_en),
        lines=lines,
        of_vocabularies=of_vocabularies,
        cards=cards,
    )
    for tools in (charts, filtering, import_words, lists, panel_words, traces, version_words, vocabulary_words):
        app.jinja_env.filters.update(tools.FILTERS)
        app.jinja_env.globals.update(tools.GLOBALS)
    for name, tool in {
        "t": said,
        "word": word,
        "label": label,
        "doer": doer,
        "tongue": tongue,
        "aside": aside,
        "bracketed": bracketed,
        "colon": colon,
        "semicolon": semicolon,
        "comma": comma,
        "theme": theme,
        "asset": asset_url,
        "may": may,
        "visitor": signed_in,
        "here_with": here_with,
        "here_again": here_again,
        "is_here": is_here,
        "places": lambda: PLACES,
        "more_places": lambda: [place for place in MORE_PLACES if may(place[0])],
        "options": options,
        "terms": terms,
        "readable": readable,
        "status_tag": status_tag,
        "expert_tag": expert_tag,
        "entry_statuses": lambda: [(value, word("expert_status", value)) for value in ENTRY_STATUSES],
        "changed": changed,
        "field_id": field_id,
    }.items():
        app.jinja_env.globals[name] = tool
