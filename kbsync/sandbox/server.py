"""The two ways into a sandbox: over HTTP on this machine only, and an httpx transport inside this process.

The server plays faults on the socket, with connections really dropped; the transport raises what httpx would raise.
"""

import socket
import socketserver
import struct
import threading
from collections.abc import Iterator, Mapping
from contextlib import suppress
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import httpx

from kbsync.errors import Misuse
from kbsync.messages import message
from kbsync.rehearsal import Fault, FaultKind
from kbsync.sandbox.replies import status_page
from kbsync.sandbox.service import Reply, Request, Service

__all__ = ["SandboxServer", "SandboxTransport"]

DEPARTURE = "http11.send_request_headers.started"
"""The event that httpcore reports to the extension ``trace`` when a request leaves over an open connection."""


class SandboxTransport(httpx.BaseTransport):
    """Hands requests to a service in this process. ``latency`` seconds pass on the service's clock for each way and back.

    The service stays the caller's: closing the transport does not close it.
    """

    def __init__(self, service: Service, *, latency: float = 0.0) -> None:
        self._service = service
        self._latency = latency

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Answer, or raise the httpx exception that a real connection would have raised."""
        request.extensions.get("trace", _untraced)(DEPARTURE, {})
        self._wait(self._latency / 2)
        reply = self._service.handle(
            Request(
                method=request.method,
                path=request.url.path,
                query=dict(request.url.params.multi_items()),
                headers={name.lower(): value for name, value in request.headers.items()},
                body=request.read(),
            )
        )
        self._wait(self._latency / 2)
        if reply.fault is not None:
            self._suffer(reply.fault, request)
        return _response(reply)

    def _suffer(self, fault: Fault, request: httpx.Request) -> None:
        if fault.kind is FaultKind.UNREACHABLE:
            raise httpx.ConnectError("connection refused", request=request)
        if fault.kind in (FaultKind.LOSE_ANSWER, FaultKind.RESET_BEFORE):
            raise httpx.ReadError("connection reset by peer", request=request)
        if fault.kind in (FaultKind.SLOW, FaultKind.HANG):
            patience = request.extensions.get("timeout", {}).get("read")
            if patience is not None and patience <= fault.number:
                self._wait(patience)
                raise httpx.ReadTimeout("timed out", request=request)
            self._wait(fault.number)
        if fault.kind is FaultKind.HANG:
            raise httpx.RemoteProtocolError("server disconnected without sending a response", request=request)

    def _wait(self, seconds: float) -> None:
        if seconds > 0:
            self._service.clock.wait(seconds)


def _untraced(_event: str, _info: Mapping[str, object]) -> None:
    """Ignore the event."""


class _Broken(httpx.SyncByteStream):
    """Half of a body, then the connection is gone."""

    def __init__(self, body: bytes) -> None:
        self._body = body

    def __iter__(self) -> Iterator[bytes]:
        yield self._body[: len(self._body) // 2]
        raise httpx.RemoteProtocolError("peer closed connection without sending complete message body")


def _response(reply: Reply) -> httpx.Response:
    if reply.fault is not None and reply.fault.kind is FaultKind.CUT_BODY:
        return httpx.Response(reply.status, headers=dict(reply.headers), stream=_Broken(reply.body))
    return httpx.Response(reply.status, headers=dict(reply.headers), content=reply.body)


HOST = "127.0.0.1"
"""Only this machine: the key of the demo account is public."""

BODY_MAX = 8 * 1024 * 1024

DROPPED = (FaultKind.LOSE_ANSWER, FaultKind.RESET_BEFORE, FaultKind.UNREACHABLE, FaultKind.HANG)


class SandboxServer:
    """Serves one service; ``port`` 0 takes a free one. Raises Misuse for a port in use.

    The service stays the caller's: stopping the server does not close it.
    """

    def __init__(self, service: Service, *, port: int = 0) -> None:
        try:
            self._server = _Server((HOST, port), _Handler)
        except (OSError, OverflowError) as error:
            raise Misuse(
                message("The sandbox cannot listen on {host}:{port}: {reason}.", host=HOST, port=port, reason=error)
            ) from None
        self._server.service = service
        self._used = False
        self._thread: threading.Thread | None = None

    @property
    def address(self) -> str:
        """Where it listens, as an endpoint of the settings: ``http://127.0.0.1:41234``."""
        host, port = self._server.server_address[:2]
        return f"http://{host!s}:{port}"

    def start(self) -> None:
        """Serve in a new thread until ``stop``."""
        self._used = True
        self._thread = threading.Thread(target=self.serve_forever, name="kbsync-sandbox")
        self._thread.start()

    def serve_forever(self) -> None:
        """Serve until another thread calls ``stop``, or an exception such as KeyboardInterrupt is raised."""
        self._used = True
        self._server.serve_forever(poll_interval=0.05)

    def stop(self) -> None:
        """End every connection, waiting answers too, and give the port back."""
        self._server.stopping.set()
        if self._used:  # a server that never served would wait for its own end for ever
            self._server.shutdown()
        if self._thread is not None:
            self._thread.join()
        self._server.hang_up()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    """The listening socket with the connections that it has open."""

    daemon_threads = False  # server_close then waits for them, so that nothing outlives a test
    service: Service

    def __init__(self, address: tuple[str, int], handler: type[BaseHTTPRequestHandler]) -> None:
        self.stopping = threading.Event()
        self._open: set[socket.socket] = set()
        self._guard = threading.Lock()
        super().__init__(address, handler)

    def server_bind(self) -> None:
        """As the parent, without its look-up of the host's full name, which can take seconds."""
        socketserver.TCPServer.server_bind(self)

    def process_request(self, request: Any, client_address: Any) -> None:
        """Remember the connection before its thread begins, so that ``hang_up`` misses none."""
        with self._guard:
            self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        """Forget the connection and end it."""
        with self._guard:
            self._open.discard(request)
        super().shutdown_request(request)

    def hang_up(self) -> None:
        """Close the connections that clients keep alive, which ends their threads."""
        with self._guard:
            for connection in self._open:
                with suppress(OSError):  # the client, or a fault, was quicker
                    connection.shutdown(socket.SHUT_RDWR)


class _Handler(BaseHTTPRequestHandler):
    """One connection: HTTP/1.1, kept alive, answers sent without delay."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server

    def handle(self) -> None:
        """Serve requests until either side closes; a client that disconnects is no error."""
        with suppress(ConnectionError):
            super().handle()

    def do_POST(self) -> None:
        """Answer one request of any method; the service refuses those that it does not take."""
        body = self._read_body()
        if body is None:
            return
        target = urlsplit("http://sandbox" + self.path)
        request = Request(
            method=self.command,
            path=unquote(target.path),
            query=dict(parse_qsl(target.query, keep_blank_values=True)),
            headers={name.lower(): value for name, value in self.headers.items()},
            body=body,
        )
        self._send(self.server.service.handle(request))

    do_GET = do_PUT = do_PATCH = do_DELETE = do_POST  # noqa: N815 - the standard library's names

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the parent's name
        """Log nothing: a request line holds a signature."""

    def _read_body(self) -> bytes | None:
        length = self.headers.get("content-length", "0")
        if not (length.isascii() and length.isdigit()) or "transfer-encoding" in self.headers:
            self._refuse(HTTPStatus.LENGTH_REQUIRED)
            return None
        if len(length) > len(str(BODY_MAX)) or int(length) > BODY_MAX:
            self._refuse(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
            return None
        return self.rfile.read(int(length))

    def _refuse(self, status: HTTPStatus) -> None:
        # The unread body would be taken for the next request.
        self.close_connection = True
        self._send(status_page(status))

    def _send(self, reply: Reply) -> None:
        kind = reply.fault.kind if reply.fault else None
        if reply.fault and kind in (FaultKind.SLOW, FaultKind.HANG):
            self.server.service.clock.wait(reply.fault.number, until=self.server.stopping)
        if kind in DROPPED:
            self._drop()
            return
        self.send_response_only(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        self.send_header("content-length", str(len(reply.body)))
        if self.close_connection:
            self.send_header("connection", "close")
        self.end_headers()
        cut = kind is FaultKind.CUT_BODY
        self.close_connection = self.close_connection or cut
        self.wfile.write(reply.body[: len(reply.body) // 2] if cut else reply.body)

    def _drop(self) -> None:
        # No lingering and a closed descriptor make the system answer with a reset, as a crashed front would.
        self.close_connection = True
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        socket.close(self.connection.detach())
