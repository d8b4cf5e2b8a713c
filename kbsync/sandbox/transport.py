"""The way into a sandbox without a socket: an httpx transport that calls the service and plays its faults as exceptions."""

from collections.abc import Iterator, Mapping

import httpx

from kbsync.rehearsal import Fault, FaultKind
from kbsync.sandbox.service import Reply, Request, Service

__all__ = ["SandboxTransport"]


DEPARTURE = "http11.send_request_headers.started"
"""What httpcore tells the extension ``trace`` of a request over a connection that stands."""


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
    """Tell nobody."""


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
