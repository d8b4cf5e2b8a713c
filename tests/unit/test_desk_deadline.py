"""The deadline of a whole exchange: a peer that trickles, on any stretch of the way, keeps no call."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

import pytest

from kbsync.commands import Command
from kbsync.desk.connection import Deadline
from kbsync.errors import OutcomeUnknown, ServiceError
from kbsync.limiter import SystemClock
from tests.fakes.clock import FakeClock
from tests.fakes.desk_script import connect

PAUSE = 0.02
"""Seconds between two pieces: no single read comes near its own limit."""

TIMEOUT = 0.1
"""Seconds for one read, so that an exchange may take 0.3 altogether."""

Peer = Callable[[socket.socket, threading.Event], None]


def trickling(start: bytes, piece: bytes, peer: socket.socket, over: threading.Event) -> None:
    """Say how it starts, then the same piece for ever."""
    peer.recv(65536)
    peer.sendall(start)
    while not over.wait(PAUSE):
        peer.sendall(piece)


def reading_slowly(peer: socket.socket, over: threading.Event) -> None:
    """Take the request a little at a time."""
    while not over.wait(PAUSE):
        peer.recv(20_000)


@contextmanager
def listening(peer: Peer) -> Iterator[str]:
    """An address at which one connection is treated like this."""
    over = threading.Event()

    def serve() -> None:
        connection, _ = listener.accept()
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        with connection:
            try:
                peer(connection, over)
            except OSError:
                return  # the call was given up

    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield f"127.0.0.1:{listener.getsockname()[1]}"
        finally:
            over.set()
            thread.join()


def given_up(endpoint: str, *, body: str = "") -> ServiceError:
    """How a call to there ends. The peer goes on until this is over: a call that waited for it would never be."""
    transport = connect(None, clock=SystemClock(), endpoint=endpoint, timeout=TIMEOUT)
    with pytest.raises(ServiceError) as caught:
        transport.call(Command.UPDATE, {"Answer": body}, repeat=False)
    transport.close()
    return caught.value


@pytest.mark.parametrize(
    "peer",
    [
        partial(trickling, b"HTTP/1.1 200 OK\r\nX-A: ", b"a"),
        partial(trickling, b"", b"HTTP/1.1 102 Processing\r\n\r\n"),
        partial(trickling, b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n", b" "),
    ],
    ids=["headers", "1xx", "body"],
)
def test_an_answer_that_trickles_is_given_up(peer: Peer) -> None:
    """Wherever the answer trickles, the write's outcome is unknown after three times the limit of one read."""
    with listening(peer) as address:
        assert isinstance(given_up(f"http://{address}"), OutcomeUnknown)


def test_a_peer_that_reads_slowly_is_given_up() -> None:
    """A request that is taken a little at a time does not keep the call either."""
    with listening(reading_slowly) as address:
        assert isinstance(given_up(f"http://{address}", body="a" * 20_000_000), OutcomeUnknown)


def test_a_proxy_that_trickles_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """The way through a proxy is part of the exchange."""
    with listening(partial(trickling, b"HTTP/1.1 200 OK\r\nX-A: ", b"a")) as address:
        monkeypatch.setenv("HTTPS_PROXY", f"http://{address}")
        assert isinstance(given_up("https://desk.invalid"), OutcomeUnknown)


def test_nobody_waits_who_has_no_exchange() -> None:
    """A thread without an exchange keeps its own limits; one with it gets what is left, and less and less."""
    clock = FakeClock()
    deadline = Deadline(clock)
    assert deadline.left(7.0) == 7.0
    with deadline.within(30.0):
        assert (deadline.left(), deadline.left(7.0)) == (30.0, 7.0)
        clock.move(29.0)
        assert deadline.left(7.0) == 1.0
    assert deadline.left() is None
