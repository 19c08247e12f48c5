"""A real service for tests: gunicorn as `expertdb serve` starts it, on a free port of this machine."""

import contextlib
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.callers import BOOTSTRAP

ROOT = Path(__file__).parents[1]
SECRET_KEY = "s" * 40
EXPERTDB = Path(sys.executable).with_name("expertdb")
# Root less everything that sets it apart: it reads and writes what its own account owns, as anybody else.
WITHOUT_PRIVILEGES = ("setpriv", "--bounding-set", "-all", "--inh-caps", "-all")
# Of the machine that the tests run on; where compiled Python is not kept, each start would compile everything anew.
STRIPPED = ("EXPERTDB_", "COV_", "PYTHONDONTWRITEBYTECODE", "PROMETHEUS_")
PATIENCE = 180  # seconds for a start or an end, on a machine that is busy with other things


@dataclass(frozen=True)
class Answer:
    """What came back: status, headers (names in lower case) and the body."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Service:
    """A running service. `process` is the master that was started; `lines` is what it has logged so far."""

    port: int
    process: subprocess.Popen[bytes]
    folder: Path
    lines: list[str] = field(default_factory=list)

    def call(
        self, method: str, path: str, body: Any = None, *, secret: str | None = BOOTSTRAP, **headers: str
    ) -> Answer:
        """One request on a connection of its own; raises OSError and http.client.HTTPException."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        with contextlib.closing(connection):
            return call(connection, method, path, body, secret=secret, **headers)

    def get(self, path: str, **headers: str) -> Answer:
        return self.call("GET", path, **headers)

    def post(self, path: str, body: Any, **headers: str) -> Answer:
        return self.call("POST", path, body, **headers)

    def connect(self) -> socket.socket:
        """A bare connection."""
        return socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE)

    def is_ready(self) -> bool:
        with contextlib.suppress(OSError, http.client.HTTPException):
            return self.get("/readyz").status == 200
        return False

    def wait_until_ready(self, patience: float = PATIENCE) -> None:
        deadline = time.monotonic() + patience
        while not self.is_ready():
            assert time.monotonic() < deadline, "the service does not get ready:\n" + "".join(self.lines)
            time.sleep(0.05)

    def wait_until_up(self) -> None:
        """Wait until it answers, ready or not."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            with contextlib.suppress(OSError, http.client.HTTPException):
                if self.get("/healthz").status == 200:
                    return
            time.sleep(0.05)
        raise AssertionError("the service does not answer:\n" + "".join(self.lines))

    def workers(self, master: int | None = None) -> list[int]:
        """The process ids of the master's children."""
        master = master or self.process.pid
        found = Path(f"/proc/{master}/task/{master}/children").read_text().split()
        return [int(process) for process in found]

    def events(self) -> list[dict[str, Any]]:
        """What was logged, line by line; a line that is no JSON fails the test."""
        return [json.loads(line) for line in list(self.lines)]

    def wait_until_logged(self, words: str) -> None:
        """Wait until a line has these words; it may be read later than the answer that it is about."""
        deadline = time.monotonic() + PATIENCE
        while not any(words in line for line in list(self.lines)):
            assert time.monotonic() < deadline, f"nothing was logged of {words}:\n" + "".join(self.lines)
            time.sleep(0.02)

    def stop(self) -> None:
        """End it, gently first, with all that it started."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(PATIENCE)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


def call(
    connection: http.client.HTTPConnection,
    method: str,
    path: str,
    body: Any = None,
    *,
    secret: str | None = BOOTSTRAP,
    **headers: str,
) -> Answer:
    """One request on this connection; a body that is not bytes is sent as JSON."""
    said = {"Authorization": f"Bearer {secret}"} if secret else {}
    if body is not None and not isinstance(body, bytes):
        body, said["Content-Type"] = json.dumps(body).encode(), "application/json"
    said |= {name.replace("_", "-"): value for name, value in headers.items()}
    connection.request(method, path if path.startswith("/") else f"/api/v1/{path}", body, said)
    answer = connection.getresponse()
    return Answer(answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read())


def free_port() -> int:
    """A port nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def service(url: str, *, plainly: bool = False, ready: bool = True, **settings: Any) -> Iterator[Service]:
    """Start a service on this database and wait until it is ready; `settings` are EXPERTDB_ variables in lower case."""
    with tempfile.TemporaryDirectory() as folder:
        started = start(url, Path(folder), plainly=plainly, **settings)
        try:
            if ready:
                started.wait_until_ready()
            yield started
        finally:
            started.stop()


def start(url: str, folder: Path, *, plainly: bool = False, **settings: Any) -> Service:
    """Start a service without waiting for it; `plainly` as somebody who may not do what root may."""
    stated = {"port": free_port(), "log_level": "INFO", **settings}
    environ = {
        **{name: value for name, value in os.environ.items() if not name.startswith(STRIPPED)},
        "EXPERTDB_DATABASE_URL": url,
        "EXPERTDB_SECRET_KEY": SECRET_KEY,
        "EXPERTDB_BOOTSTRAP_TOKEN": BOOTSTRAP,
        "EXPERTDB_ENV_FILE": str(folder / "none.env"),
        **{f"EXPERTDB_{name.upper()}": str(value) for name, value in stated.items()},
    }
    command = [*(WITHOUT_PRIVILEGES if plainly and os.geteuid() == 0 else ()), str(EXPERTDB), "serve"]
    process = subprocess.Popen(
        command,
        cwd=ROOT if plainly else folder,  # In any folder; that one is closed to others.
        env=environ,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    started = Service(int(stated["port"]), process, folder)
    threading.Thread(target=_collect, args=(started,), daemon=True).start()
    return started


def _collect(service: Service) -> None:
    assert service.process.stderr is not None
    for line in service.process.stderr:
        service.lines.append(line.decode("utf-8", "replace"))
