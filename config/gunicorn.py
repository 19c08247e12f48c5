"""How gunicorn serves us; numbers come from the settings."""

import gc
import socket
import struct
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
# Seconds. gunicorn waits for ever for the rest of a request: a few callers who vanished half way through theirs, or
# eight who mean it, would take every thread. Against one who sends a byte now and then a reverse proxy is needed.
LONGEST_SILENCE = 20
accesslog = None  # The application logs each answer itself, with its request id.


def when_ready(server: Any) -> None:
    """Build the index once for all workers; freeze what is loaded, so that the collector copies no shared page."""
    from expertdb.app import warm_up

    warm_up(server.app.wsgi())
    gc.freeze()
    for listener in server.LISTENERS:
        limit_silence(listener.sock)


def limit_silence(listener: socket.socket) -> None:
    """End connections that fall silent within a request; Linux hands a listener's option on to every connection."""
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, struct.pack("ll", LONGEST_SILENCE, 0))
