"""How gunicorn serves us; numbers come from the settings."""

import gc
from typing import Any

from config.settings import load

_settings = load()

bind = f"{_settings.host}:{_settings.port}"
workers = _settings.workers
worker_class = "gthread"
threads = _settings.threads
timeout = 60
graceful_timeout = 30
keepalive = 5
# One copy of the code and vocabularies for all workers; a reload is USR2 + QUIT, since HUP would keep the old code.
preload_app = True
# Its control socket would be written under $HOME.
control_socket_disable = True
limit_request_line = 8190
accesslog = None  # The application logs each answer itself, with its request id.


def when_ready(server: Any) -> None:
    """Freeze what is loaded, so that the collector does not touch, and thereby copy, shared pages."""
    gc.freeze()


def post_fork(server: Any, worker: Any) -> None:
    """Database connections must not be shared between processes."""
    from expertdb.database import db
    from wsgi import app

    with app.app_context():
        db.engine.dispose(close=False)
