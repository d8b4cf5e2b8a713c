"""One moment by which a whole exchange is over, however slowly its bytes come or go.

httpx's own limits are for single reads and writes: each byte that trickles in begins them anew.
"""

import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from ssl import SSLContext
from typing import Any

import httpcore
import httpx

from kbsync.pacing import Clock

__all__ = ["BoundedNetwork", "Deadline"]

PIECE = 2**14
"""Bytes that are written under one limit, so that a long body to a slow reader meets the deadline too."""


class Deadline:
    """The moment by which the exchange of each thread has to be over; a thread has at most one exchange."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._mine = threading.local()

    @contextmanager
    def within(self, seconds: float) -> Iterator[None]:
        """What this thread does in the block may take so long altogether."""
        self._mine.until = self._clock.now() + seconds
        try:
            yield
        finally:
            del self._mine.until

    def left(self, timeout: float | None = None) -> float | None:
        """Seconds that the next step may take, ``timeout`` at most. Raises ReadTimeout when the time of the exchange is over."""
        until: float | None = getattr(self._mine, "until", None)
        if until is None:
            return timeout
        seconds = until - self._clock.now()
        if seconds <= 0:
            raise httpx.ReadTimeout("")
        return seconds if timeout is None else min(timeout, seconds)


class BoundedNetwork(httpx.HTTPTransport):
    """httpx's network, on connections that keep a deadline, also those to a proxy and through one."""

    def __init__(self, deadline: Deadline, **options: Any) -> None:
        super().__init__(**options)
        network = self._pool._network_backend  # noqa: SLF001  (httpx has no option for httpcore's network_backend)
        self._pool._network_backend = _Backend(network, deadline)  # noqa: SLF001


class _Backend(httpcore.NetworkBackend):
    def __init__(self, inner: httpcore.NetworkBackend, deadline: Deadline) -> None:
        self._inner = inner
        self._deadline = deadline

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        left = self._deadline.left(timeout)
        return _Stream(self._inner.connect_tcp(host, port, left, local_address, socket_options), self._deadline)


class _Stream(httpcore.NetworkStream):
    def __init__(self, inner: httpcore.NetworkStream, deadline: Deadline) -> None:
        self._inner = inner
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, self._deadline.left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        for start in range(0, len(buffer), PIECE):
            self._inner.write(buffer[start : start + PIECE], self._deadline.left(timeout))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self, ssl_context: SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        return _Stream(self._inner.start_tls(ssl_context, server_hostname, self._deadline.left(timeout)), self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)
