"""Errors as pages: whoever asks for a page gets one, programs keep their problem+json.

Every error handler registered before this answers programs. Here each is wrapped: where a browser asks for something
outside the API, its status and sentences are shown as a page in the console's look.
"""

from collections.abc import Callable
from typing import Any

from flask import Flask, Response, g, render_template, request, url_for
from flask_wtf.csrf import CSRFError
from werkzeug.wrappers import Response as AnyResponse

from expertdb.console.language import said, tongue
from expertdb.console.rendering import may, secure
from expertdb.wording import Text, say

MACHINES = ("/api/", "/healthz", "/readyz", "/metrics")
# The page of what an address speaks of, by the name of its id.
BACK = {
    "draw_id": ("show_draw", Text("To the draw")),
    "engagement_id": ("show_engagement", Text("To the engagement")),
    "expert_id": ("show_expert", Text("To the profile")),
    "panel_id": ("show_panel", Text("To the panel")),
    "request_id": ("show_request", Text("To the request")),
}
Answering = Callable[[Any], AnyResponse]


def wants_page() -> bool:
    """Whether a person's browser asks, and not for the API."""
    return not request.path.startswith(MACHINES) and "text/html" in request.headers.get("Accept", "")


def init_app(app: Flask) -> None:
    """Wrap the handlers that there are."""
    for kind, answer in list(app.error_handler_spec[None][None].items()):
        app.register_error_handler(kind, _page_or(answer))
    app.register_error_handler(CSRFError, on_forged_form)


def _page_or(answer: Any) -> Answering:
    def handle(error: Exception) -> AnyResponse:
        if not wants_page():
            return answer(error)  # type: ignore[no-any-return]
        g.tongue = tongue()
        return _page(answer(error))

    return handle


def on_forged_form(error: CSRFError) -> AnyResponse:
    """A form without the token of this session: sent from elsewhere, or from before a sign-in."""
    sentence = said(
        "This form belongs to a session that has ended, or cookies are blocked. Load the page and send it again."
    )
    return _shown(400, said("This form could not be taken"), sentence)


def _page(problem: Response) -> AnyResponse:
    told = problem.get_json()
    page = _shown(problem.status_code, told["title"], told["detail"])
    for name in ("Allow", "Retry-After"):
        if name in problem.headers:
            page.headers[name] = problem.headers[name]
    return page


def _back() -> tuple[str, str] | None:
    """The address of what was to be done something with, and words for it, where the visitor may see it."""
    for name, id in (request.view_args or {}).items():
        if name in BACK and may(BACK[name][0]):
            endpoint, words = BACK[name]
            return url_for(f"console.{endpoint}", **{name: id}), say(words, tongue())
    return None


def _shown(status: int, title: str, detail: str) -> Response:
    part = "HX-Request" in request.headers
    template = "parts/failure.html" if part else "failure.html"
    back = _back() if status in (403, 409) else None
    said_of = {"status": status, "title": title, "detail": detail, "request_id": g.get("request_id", "")}
    shown = render_template(template, **said_of, back=back)
    return secure(Response(shown, status))
