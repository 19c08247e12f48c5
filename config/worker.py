"""gunicorn's threaded worker, less easily blocked, and with our words for what it refuses by itself.

gunicorn gives every new connection to a thread, which then waits for the request: a few dozen clients that say
nothing, or a byte now and then, would hold every thread. Here the loop waits for a request's whole head without a
thread, the rest of a request must keep a pace, and only so many requests may wait for a thread: more are told to come
back (503) while there is still time to tell them.
"""

import contextlib
import errno
import re
import selectors
import socket
import time
import uuid
from functools import partial
from typing import Any

import structlog
from gunicorn import http, util
from gunicorn.workers import gthread

from config import refusals
from config.pacing import LONGEST_SILENCE, Paced, patience

# Seconds within which a request's head must have come, counted from the connection or the answer before it.
HEAD_PATIENCE = 10.0
# Seconds for which a client whose connection ends is listened to, so that it reads the answer before a reset.
FAREWELL = 2.0
TICK = 0.5
HEAD_LIMIT = 64 * 1024
HEAD_ENDS = (b"\r\n\r\n", b"\n\n")
# Whoever watches over the service must get through when nobody else does.
WATCHERS = (b"GET /healthz ", b"GET /readyz ", b"GET /metrics ")


class Connection(gthread.TConn):  # type: ignore[misc]  # gunicorn has no types.
    """A connection whose requests are read at a pace; `seen` bytes of the head that is waited for were looked at."""

    seen = 0
    parser: Any

    def init(self) -> None:
        """Have the parser, made for the first request, read at a pace; each request begins anew."""
        if self.parser is None:
            self.paced = Paced(self.sock)
            self.parser = http.get_parser(self.cfg, self.paced, self.client)
            patience(self.sock, socket.SO_SNDTIMEO, LONGEST_SILENCE)
        self.paced.start()
        super().init()


class Worker(gthread.ThreadWorker):  # type: ignore[misc]  # gunicorn has no types.
    """See the head of this file. Connections in `pending_conns` wait for a head; those in `leaving` are ending."""

    queue = 64  # requests that may wait for a thread; config/gunicorn.py sets what the settings say

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.in_hand = 0  # given to the threads and not finished
        self.leaving: dict[Connection, float] = {}

    # Waiting for a head, without a thread.

    def accept(self, listener: socket.socket) -> None:
        """Take a connection; when there are too many, the one that has kept us waiting longest goes."""
        try:
            client, address = listener.accept()
        except OSError as error:
            if error.errno not in (errno.EAGAIN, errno.ECONNABORTED, errno.EWOULDBLOCK):
                raise
            return
        self.nr_conns += 1
        if self.nr_conns >= self.worker_connections:
            self._make_room()
        self._wait_for_head(Connection(self.cfg, client, address, listener.getsockname()))

    def _make_room(self) -> None:
        waiting = self.pending_conns or self.keepalived_conns
        if waiting:
            self._drop(waiting.popleft())

    def _wait_for_head(self, conn: Connection) -> None:
        conn.sock.setblocking(False)
        conn.seen, conn.timeout = 0, time.monotonic() + HEAD_PATIENCE
        self.pending_conns.append(conn)
        self._register(conn, self.on_pending_socket_readable)

    def _register(self, conn: Connection, then: Any) -> None:
        self.poller.register(conn.sock, selectors.EVENT_READ, partial(then, conn))

    def on_client_socket_readable(self, conn: Connection, client: socket.socket) -> None:
        """A kept connection speaks again: its next request's head is waited for like a first one's."""
        self.poller.unregister(client)
        self.keepalived_conns.remove(conn)
        self._wait_for_head(conn)

    def on_pending_socket_readable(self, conn: Connection, client: socket.socket) -> None:
        """More of a head has come: go on when it is whole, else wait for more than there is."""
        head = _peek(client)
        if head is None:
            return
        whole = len(head) >= HEAD_LIMIT or any(end in head for end in HEAD_ENDS)
        if not whole and len(head) > conn.seen:
            # The loop wakes for more than this only, not again and again for what has been looked at.
            conn.seen = len(head)
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVLOWAT, conn.seen + 1)
            return
        self.poller.unregister(client)
        self.pending_conns.remove(conn)
        if not whole:  # It woke without more: the other side has closed.
            self._closed(conn)
            return
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVLOWAT, 1)
        conn.data_ready = True
        self._enqueue_or_refuse(conn, head)

    def _drop(self, conn: Connection) -> None:
        with contextlib.suppress(OSError, KeyError, ValueError):
            self.poller.unregister(conn.sock)
        self._closed(conn)

    def _closed(self, conn: Connection) -> None:
        self.nr_conns -= 1
        conn.close()

    # Only so many may wait for a thread.

    def _enqueue_or_refuse(self, conn: Connection, head: bytes) -> None:
        limit = self.cfg.threads + self.queue * (2 if head.startswith(WATCHERS) else 1)
        if self.in_hand < limit:
            self.enqueue_req(conn)
        else:
            self._refuse(conn)

    def _refuse(self, conn: Connection) -> None:
        _peek(conn.sock, take=True)
        self._say(conn.sock, 503, "Service Unavailable", ("Retry-After: 2",))
        self._part_from(conn)

    def _part_from(self, conn: Connection) -> None:
        """Say that no more comes, and listen on for a while: a reset would take the answer from the client."""
        try:
            conn.sock.shutdown(socket.SHUT_WR)
        except OSError:
            self._closed(conn)
            return
        conn.sock.setblocking(False)
        self.leaving[conn] = time.monotonic() + FAREWELL
        self._register(conn, self._on_leaving_socket_readable)

    def _on_leaving_socket_readable(self, conn: Connection, client: socket.socket) -> None:
        """Read and forget what a client still sends."""
        if not _peek(client, take=True):
            self.leaving.pop(conn, None)
            self._drop(conn)

    def enqueue_req(self, conn: Connection) -> None:
        """Give a connection to the threads."""
        self.in_hand += 1
        super().enqueue_req(conn)

    def finish_request(self, conn: Connection, future: Any) -> None:
        """A thread is done with a connection. gunicorn would wait here, and let nobody in, for a client to close one
        that ends.
        """
        self.in_hand -= 1
        if future.cancelled() or future.exception() is not None or future.result():
            super().finish_request(conn, future)
        else:
            self._part_from(conn)

    def murder_pending(self) -> None:
        """End the connections whose head did not come, and those that were told to leave."""
        super().murder_pending()
        now = time.monotonic()
        for conn in [conn for conn, until in self.leaving.items() if until <= now]:
            del self.leaving[conn]
            self._drop(conn)

    def _cap_keepalive(self, deadline: float) -> None:
        """When stopping, wait no longer for a head than for the next request of a kept connection."""
        super()._cap_keepalive(deadline)
        for conn in self.pending_conns:
            conn.timeout = min(conn.timeout, deadline)

    def wait_for_and_dispatch_events(self, timeout: float) -> None:
        """Look up more often than gunicorn does, since connections end by the clock."""
        super().wait_for_and_dispatch_events(min(timeout, TICK))

    # What is said and logged.

    def handle(self, conn: Connection) -> Any:
        """Answer a request; what is logged of it must not carry the id of the request that the thread had before."""
        structlog.contextvars.clear_contextvars()
        return super().handle(conn)

    def handle_error(self, req: Any, client: socket.socket, addr: Any, exc: Exception) -> None:
        """Answer a request that could not be read; gunicorn finds the status and logs, the words are ours."""
        call = uuid.uuid4().hex
        structlog.contextvars.bind_contextvars(request_id=call)
        super().handle_error(req, _Answered(self, client, call), addr, exc)

    def _say(self, client: Any, status: int, reason: str, headers: tuple[str, ...] = (), call: str = "") -> None:
        from expertdb import metrics  # Not before the configuration has said where processes put their figures.

        metrics.refused(status)
        answer = refusals.answer(status, reason, headers, call or uuid.uuid4().hex)
        try:
            util.write_nonblock(client, answer)
        except OSError:
            self.log.debug("A refusal could not be sent.")


class _Answered:
    """The socket as gunicorn's error page is written to it: the status is taken from the page, the page is not sent."""

    def __init__(self, worker: Worker, client: socket.socket, call: str) -> None:
        self._worker, self._client, self._call = worker, client, call

    def sendall(self, page: bytes) -> None:
        """Say the status of this page in our own words."""
        found = re.match(rb"HTTP/1\.1 (\d{3}) ([^\r]*)", page)
        status, reason = (int(found[1]), found[2].decode()) if found else (500, "Internal Server Error")
        self._worker._say(self._client, status, reason, call=self._call)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)


def _peek(client: socket.socket, *, take: bool = False) -> bytes | None:
    """What has come, without taking it; b"" when the other side has closed, None when there is nothing yet."""
    try:
        return client.recv(HEAD_LIMIT, 0 if take else socket.MSG_PEEK)
    except (BlockingIOError, InterruptedError):
        return None
    except OSError:
        return b""
