"""How gunicorn serves us; numbers come from the settings."""

import atexit
import gc
import os
import shutil
import signal
from pathlib import Path
from typing import Any

import structlog
from gunicorn import systemd
from gunicorn.glogging import Logger

from config.apart import run_apart
from config.settings import load
from config.worker import Worker
from expertdb import logs
from expertdb.collecting import AFTER

log = structlog.get_logger()
_settings = load()
_crews: list[Any] = []  # Of this process: those who work at jobs.
_servers: list[Any] = []  # The one server that this master is, as soon as it starts.
METRICS_FOLDER, METRICS_PREFIX = "PROMETHEUS_MULTIPROC_DIR", "expertdb-metrics-"

bind = _settings.address
workers = _settings.workers
Worker.queue = _settings.queue
worker_class = Worker
threads = _settings.threads
timeout = 60
graceful_timeout = 30
keepalive = 5
# One copy of the code and vocabularies for all workers; a reload is USR2, since HUP would keep the old code.
preload_app = True
# Its control socket would be written under $HOME.
control_socket_disable = True
limit_request_line = 8190
accesslog = None  # The application logs each answer itself, with its request id.


class Log(Logger):  # type: ignore[misc]  # gunicorn has no types.
    """gunicorn's messages as lines of our log: without addresses asked for, headers and bytes that it quotes."""

    def setup(self, cfg: Any) -> None:
        """Hand everything to the root logger's handler."""
        self.cfg = cfg
        logs.configure(_settings.log_level)
        self.error_log.propagate = True

    def exception(self, msg: str, *args: Any, **kwargs: Any) -> None:
        """An error while answering: the trace says where, our own lines say which route."""
        super().exception(msg.partition(" %s")[0], **kwargs)

    def error(self, msg: str, *args: Any, **kwargs: Any) -> None:
        """Say the way out, too, where it gives up listening."""
        if msg.startswith("Can't connect to"):
            msg += ": end what listens there, or set EXPERTDB_PORT or EXPERTDB_HOST to what is free here"
        super().error(msg, *args, **kwargs)

    def warning(self, msg: str, *args: Any, **kwargs: Any) -> None:
        """A request that is no HTTP is quoted in the message; that much of it is left out."""
        if msg.startswith("Invalid request from ip="):
            msg = msg.partition(": ")[0]
        super().warning(msg, *args, **kwargs)

    def reopen_files(self) -> None:
        """There are no files: logs go to standard error."""


logger_class = Log
gc.disable()  # While the application is loaded, see `expertdb.collecting`.


def on_starting(server: Any) -> None:
    """Remember the server: whether it has a successor is known to it alone."""
    _servers.append(server)


def when_ready(server: Any) -> None:
    """Build the index once for all workers; freeze what is loaded, so that the collector copies no shared page.

    Under systemd a new program that is ready takes over from the one that started it: `systemctl reload` is USR2.
    """
    from expertdb.app import warm_up

    app = server.app.wsgi()
    if run_apart(_lay_out, server, app):
        warm_up(app)
    _forget_figures(os.getpid())
    gc.freeze()
    gc.enable()
    # gunicorn's own "Listening at" comes before all this. Whoever reloads by hand waits for this line.
    log.info("ready", master=os.getpid(), takes_over_from=server.master_pid or None)
    if server.master_pid and "NOTIFY_SOCKET" in os.environ:
        systemd.sd_notify(f"MAINPID={os.getpid()}\nREADY=1", server.log)
        os.kill(server.master_pid, signal.SIGTERM)


def _lay_out(server: Any, app: Any) -> None:
    from expertdb.app import lay_out

    for one in server.LISTENERS:  # Should it outlive the master, the port is free for the next.
        one.close()
    gc.enable()
    lay_out(app)


def post_worker_init(worker: Any) -> None:
    """Say which version of the pool the new process was given, and work at jobs beside the requests.

    The threads begin after the fork: none would outlive it.
    """
    from expertdb.app import tell_index_version
    from expertdb.worker import KINDS, Crew

    gc.enable()
    gc.set_threshold(*AFTER)
    tell_index_version(worker.app.wsgi())
    _crews.extend(Crew(worker.app.wsgi(), KINDS) for _ in range(_settings.job_threads))


def worker_exit(server: Any, worker: Any) -> None:
    """Hand back the jobs at hand, so that a restart costs them nothing but time."""
    for crew in _crews:
        crew.leave()


def pre_request(worker: Any, request: Any) -> None:
    """Log nothing: gunicorn's own hook writes the address that was asked for."""


def child_exit(server: Any, worker: Any) -> None:
    """A process that is gone has no index any more; what it counted stays."""
    _forget_figures(worker.pid)


def _remove_figures(master: int) -> None:
    """Remove the folder of the metrics that `expertdb serve` made, unless another master goes on with it.

    That is the one that started this one (gunicorn keeps its number in the environment until it ends), or a successor.
    """
    folder = Path(os.environ.get(METRICS_FOLDER, "/"))
    goes_on = "GUNICORN_PID" in os.environ or any(server.reexec_pid for server in _servers)
    if os.getpid() == master and folder.name.startswith(METRICS_PREFIX) and not goes_on:
        shutil.rmtree(folder, ignore_errors=True)


# Not gunicorn's `on_exit`, which is not called where the port is in use or the application cannot be loaded.
atexit.register(_remove_figures, os.getpid())


def _forget_figures(process: int) -> None:
    if METRICS_FOLDER in os.environ:
        from prometheus_client.multiprocess import mark_process_dead

        mark_process_dead(process)  # type: ignore[no-untyped-call]
