"""People who call the API in tests, and the clock they live by."""

from datetime import datetime, timedelta
from typing import Any

from flask import Flask
from werkzeug.test import TestResponse

BOOTSTRAP = "xdb_bootstrap_" + "0" * 32


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **amount: float) -> None:
        """Move on by `timedelta(**amount)`."""
        self.now += timedelta(**amount)


class Caller:
    """Calls the API with one token; paths are below /api/v1."""

    def __init__(self, app: Flask, secret: str) -> None:
        self.app = app
        self.secret = secret

    def call(self, method: str, path: str, *, etag: str | None = None, **options: Any) -> TestResponse:
        headers = {"Authorization": f"Bearer {self.secret}", **options.pop("headers", {})}
        if etag is not None:
            headers["If-Match"] = etag
        if not path.startswith("/api/"):
            path = f"/api/v1{path}"
        return self.app.test_client().open(path, method=method, headers=headers, **options)

    def get(self, path: str, **options: Any) -> TestResponse:
        return self.call("GET", path, **options)

    def post(self, path: str, json: Any = None, **options: Any) -> TestResponse:
        return self.call("POST", path, **({"json": json} if json is not None else {}), **options)

    def patch(self, path: str, json: Any, **options: Any) -> TestResponse:
        return self.call("PATCH", path, json=json, **options)

    def delete(self, path: str, **options: Any) -> TestResponse:
        return self.call("DELETE", path, **options)

    def made(self, path: str, json: Any) -> dict[str, Any]:
        """POST and return what was created; fails with the problem when it was not."""
        answer = self.post(path, json)
        assert answer.status_code == 201, answer.get_data(as_text=True)
        return dict(answer.json or {})
