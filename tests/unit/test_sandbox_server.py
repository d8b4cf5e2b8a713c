"""The sandbox over HTTP on a loopback socket: connections kept alive, faults on the wire, a clean end."""

import http.client
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest

from kbsync.commands import Command
from kbsync.errors import Misuse
from kbsync.rehearsal import parse_rules
from kbsync.sandbox.server import SandboxServer
from kbsync.sandbox.service import Service
from tests.fakes.caller import Caller
from tests.fakes.clock import FakeClock


@contextmanager
def serving(*faults: str) -> Iterator[tuple[Caller, SandboxServer]]:
    """A server with those faults, stopped afterwards."""
    caller = Caller(faults=parse_rules(faults))
    server = SandboxServer(caller.service)
    server.start()
    try:
        yield caller, server
    finally:
        server.stop()
        caller.service.close()


def post(caller: Caller, server: SandboxServer, client: httpx.Client) -> httpx.Response:
    """One desc_chitchat_category over the wire."""
    request = caller.request(Command.DESC_CATEGORY)
    return client.post(server.address + request.path, params=dict(request.query), content=request.body)


def raw(server: SandboxServer, text: bytes) -> bytes:
    """What comes back for bytes that no client library would send."""
    host, port = server.address.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        connection.sendall(text)
        connection.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: connection.recv(65536), b""))


def test_answers_come_over_one_kept_connection() -> None:
    """Two calls use one connection, and the answer is the service's."""
    with serving() as (caller, server), httpx.Client() as client:
        responses = [post(caller, server, client) for _ in range(2)]
        streams = {response.extensions["network_stream"].get_extra_info("client_addr") for response in responses}
    assert [response.json()["Total"] for response in responses] == [8, 8]
    assert len(streams) == 1


def test_a_get_is_answered_by_the_service() -> None:
    """Another method than POST is refused in the service's own words."""
    with serving() as (_, server), httpx.Client() as client:
        assert client.get(f"{server.address}/v4/openim_console_http_svc/list_chitchat").json()["ErrorCode"] == 60002


@pytest.mark.parametrize(
    ("fault", "raised"),
    [
        ("lose-answer", httpx.ReadError),
        ("reset-before", httpx.ReadError),
        ("unreachable", httpx.ReadError),
        ("hang:0.1", httpx.ReadError),
        ("cut-body", httpx.RemoteProtocolError),
    ],
)
def test_faults_happen_on_the_wire(fault: str, raised: type[Exception]) -> None:
    """A dropped connection is a reset, a cut body ends early, and the next call works."""
    with serving(f"*#1={fault}") as (caller, server), httpx.Client() as client:
        with pytest.raises(raised):
            post(caller, server, client)
        assert post(caller, server, client).json()["Total"] == 8


def test_a_slow_answer_arrives() -> None:
    """The answer is whole when its time has passed on the service's clock."""
    with serving("*=slow:30") as (caller, server), httpx.Client() as client:
        assert post(caller, server, client).json()["Total"] == 8
        assert caller.clock.waits == [30]


@pytest.mark.parametrize(
    ("head", "status"),
    [
        (b"Content-Length: x", b"411"),
        (b"Transfer-Encoding: chunked", b"411"),
        (b"Content-Length: 99999999", b"413"),
        (b"Content-Length: 99999999999999999999", b"413"),
        (b"Content-Length: 5", b"200"),
        (b"X: y", b"200"),
    ],
)
def test_odd_requests_are_answered(head: bytes, status: bytes) -> None:
    """Lengths that cannot be trusted end the connection with a status; a short body is a wrong body."""
    with serving() as (_, server):
        answer = raw(server, b"POST //x?a=[ HTTP/1.1\r\n" + head + b"\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 " + status)


def test_a_client_that_goes_away_disturbs_nobody(capfd: pytest.CaptureFixture[str]) -> None:
    """A connection that the client resets ends in silence, and no request is written to a log."""
    with serving() as (caller, server), httpx.Client() as client:
        host, port = server.address.removeprefix("http://").split(":")
        gone = socket.create_connection((host, int(port)))
        gone.sendall(b"POST /x HTTP/1.1\r\nContent-Len")
        gone.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        gone.close()
        assert post(caller, server, client).json()["Total"] == 8
    assert capfd.readouterr() == ("", "")


class LongWait(FakeClock):
    """A clock on which a wait lasts until its event is set, and says that it has begun."""

    def __init__(self) -> None:
        super().__init__()
        self.begun = threading.Event()

    def wait(self, seconds: float, *, until: threading.Event | None = None) -> bool:
        """Begin, then stay until the event."""
        self.begun.set()
        return until is not None and until.wait(10)


def test_stopping_ends_kept_and_waiting_connections() -> None:
    """With one client's connection kept open and another waiting for a hanging answer, stop ends both and returns."""
    clock = LongWait()
    service = Service(None, clock=clock, faults=parse_rules(["*#2=hang:600"]))
    server = SandboxServer(service)
    server.start()
    host, port = server.address.removeprefix("http://").split(":")
    kept, waiting = (http.client.HTTPConnection(host, int(port), timeout=10) for _ in range(2))
    kept.request("POST", "/", b"{}")
    assert kept.getresponse().read()
    waiting.request("POST", "/", b"{}")
    assert clock.begun.wait(10)
    server.stop()
    with pytest.raises(ConnectionError):
        waiting.getresponse()
    assert kept.sock.recv(1) == b""
    waiting.close()
    kept.close()
    service.close()


def test_a_server_can_be_run_by_its_owner_or_never() -> None:
    """``serve_forever`` ends when another thread stops the server; one that never served stops too."""
    service = Caller().service
    SandboxServer(service).stop()
    server = SandboxServer(service)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    with httpx.Client() as client:
        assert client.post(server.address).json()["ErrorCode"] == 60009
    server.stop()
    thread.join(10)
    assert not thread.is_alive()


def test_only_this_machine_is_served() -> None:
    """It listens where nobody else can reach it."""
    server = SandboxServer(Caller().service)
    assert server.address.startswith("http://127.0.0.1:")
    server.stop()


@pytest.mark.parametrize("port", [-1, 65536, None])
def test_a_port_that_cannot_be_had_is_named(port: int | None) -> None:
    """A port in use or out of range is a misuse that names it."""
    service = Caller().service
    first = SandboxServer(service)
    taken = int(first.address.rpartition(":")[2]) if port is None else port
    with pytest.raises(Misuse, match=f"127.0.0.1:{taken}"):
        SandboxServer(service, port=taken)
    first.stop()
