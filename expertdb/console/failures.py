"""Errors as pages: whoever asks for a page gets one, programs keep their problem+json.

Every error handler registered before this answers programs. Here each is wrapped: where a browser asks for something
outside the API, its status and sentences are shown as a page in the console's look.
"""

from collections.abc import Callable
from typing import Any

from flask import Flask, Response, g, render_template, request
from flask_wtf.csrf import CSRFError
from werkzeug.wrappers import Response as AnyResponse

from expertdb.console.language import said, tongue
from expertdb.console.rendering import secure

MACHINES = ("/api/", "/healthz", "/readyz", "/metrics")
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


def _shown(status: int, title: str, detail: str) -> Response:
    part = "HX-Request" in request.headers
    template = "parts/failure.html" if part else "failure.html"
    shown = render_template(template, status=status, title=title, detail=detail, request_id=g.get("request_id", ""))
    return secure(Response(shown, status))
