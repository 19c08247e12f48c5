"""Requests must keep a pace: whoever sends a byte now and then would else hold a thread for hours."""

import errno
import socket
import struct
import time
from typing import Any

# A body may take this many seconds, and one more for every PACE bytes that came.
BODY_PATIENCE, PACE = 20.0, 10_000
# Seconds without a byte, in either direction, after which a connection is given up.
LONGEST_SILENCE = 20


class TooSlow(ConnectionResetError):
    """A request kept no pace; gunicorn and Werkzeug treat it as a client that has gone."""

    def __init__(self) -> None:
        super().__init__(errno.ECONNRESET, "the request came too slowly")


class Paced:
    """A socket as gunicorn's parser reads it: each request has so long, and longer the more of it has come."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self.start()

    def start(self) -> None:
        """A new request begins."""
        self._started, self._received = time.monotonic(), 0

    def recv(self, size: int) -> bytes:
        """The next bytes; raises TooSlow."""
        left = self._started + BODY_PATIENCE + self._received / PACE - time.monotonic()
        if left <= 0:
            raise TooSlow
        patience(self._sock, socket.SO_RCVTIMEO, min(left, LONGEST_SILENCE))
        try:
            data = self._sock.recv(size)
        except BlockingIOError as error:
            raise TooSlow from error
        self._received += len(data)
        return data

    def __getattr__(self, name: str) -> Any:
        return getattr(self._sock, name)


def patience(sock: socket.socket, option: int, seconds: float) -> None:
    """Set how many seconds a socket waits (SO_RCVTIMEO or SO_SNDTIMEO)."""
    # At least a microsecond: nothing at all would mean for ever.
    whole, rest = divmod(max(1, int(seconds * 1e6)), 1_000_000)
    sock.setsockopt(socket.SOL_SOCKET, option, struct.pack("ll", whole, rest))
