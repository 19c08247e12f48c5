"""What the server says of a request that the application never sees: problem+json, as the application says it."""

import json

TITLES = {
    400: ("Bad request", "The request is not valid HTTP."),
    414: ("The address is too long", "The request line is longer than this server takes."),
    417: ("Expectation failed", "This server does not meet the Expect header."),
    431: ("The headers are too large", "There are more or longer headers than this server takes."),
    501: ("Not implemented", "This server does not know the transfer coding."),
    503: ("Unavailable", "More requests are waiting than this server can answer soon. Try again shortly."),
}
INTERNAL = ("Internal error", "This is a fault of ours. Quote the request_id.")


def answer(status: int, reason: str, headers: tuple[str, ...], call: str) -> bytes:
    """A whole answer: status line, headers and body; `call` is the request's id."""
    body = problem(status, call)
    lines = (
        f"HTTP/1.1 {status} {reason}",
        "Connection: close",
        "Content-Type: application/problem+json",
        "Content-Language: en",
        f"Content-Length: {len(body)}",
        f"X-Request-ID: {call}",
        "X-Content-Type-Options: nosniff",
        "Cache-Control: no-store",
        *headers,
    )
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def problem(status: int, call: str) -> bytes:
    """problem+json as the application answers it; in English, as no header could be read or has been."""
    title, detail = TITLES.get(status, TITLES[400] if status < 500 else INTERNAL)
    kind = "unavailable" if status == 503 else "internal" if status == 500 else "http"
    body = {
        "type": f"urn:expertdb:problem:{kind}",
        "title": title,
        "status": status,
        "detail": detail,
        "request_id": call,
        "errors": [],
    }
    return json.dumps(body).encode()
