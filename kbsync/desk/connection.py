"""The connection to the service: HTTP client, proxy, trust, signature, time limit of an exchange, and what its failures mean."""

import importlib
import ipaddress
import logging
import ssl
import threading
import urllib.request
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, cast

import httpcore
import httpx

from kbsync import __version__
from kbsync.desk.answers import RUN_AGAIN
from kbsync.desk.signing import Signer, hushed, scrub
from kbsync.errors import Misuse, OutcomeUnknown, ServiceError, Unreachable
from kbsync.limiter import Clock
from kbsync.messages import Message, message

PORTS = {"http": 80, "https": 443, "socks5": 1080, "socks5h": 1080}
"""What port an address means that names none."""

CONNECTIONS: Mapping[str, Any] = {"max_connections": 64, "max_keepalive_connections": 64, "keepalive_expiry": 5.0}
"""Five calls a second of a few commands at several seconds each stay below 64. Idle connections go early, because one that
the service closes at the moment of a write leaves that write's outcome unknown."""

TRUSTING_NOBODY = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""For connections without TLS; should one ask for a certificate all the same, none is good enough."""


@dataclass(frozen=True, slots=True)
class Route:
    """How calls reach the service, for words alone: ``host`` and ``proxy`` are name and port, without password or query.

    ``proxy`` is empty where calls go directly.
    """

    host: str
    proxy: str = ""


PIECE = 2**14
"""Bytes that are written under one limit, so that a long body to a slow reader meets the deadline too."""


class Deadline:
    """The moment by which the exchange of each thread has to be over; a thread has at most one exchange.

    httpx's own limits are for single reads and writes: each byte that trickles in begins them anew.
    """

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


class BoundedNetwork(httpx.BaseTransport):
    """httpcore's connections under httpx, which keep a deadline, also those to a proxy and through one."""

    def __init__(self, deadline: Deadline, *, verify: ssl.SSLContext, proxy: httpx.Proxy | None = None) -> None:
        through = None
        if proxy is not None:
            through = httpcore.Proxy(
                _core_url(proxy.url), auth=proxy.raw_auth, headers=proxy.headers.raw, ssl_context=proxy.ssl_context or verify
            )
        self._pool = httpcore.ConnectionPool(
            ssl_context=verify, proxy=through, network_backend=_BoundedBackend(deadline), **CONNECTIONS
        )

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request; returns the response, with its body still unread. Raises httpx's exceptions."""
        core = httpcore.Request(
            request.method,
            _core_url(request.url),
            headers=request.headers.raw,
            content=request.read(),
            extensions=request.extensions,
        )
        with _named_by_httpx():
            response = self._pool.handle_request(core)
        body = _CoreBody(cast("Iterable[bytes]", response.stream))
        return httpx.Response(response.status, headers=response.headers, stream=body, extensions=response.extensions)

    def close(self) -> None:
        """Close the connections."""
        self._pool.close()


class _CoreBody(httpx.SyncByteStream):
    """The body of an answer of httpcore."""

    def __init__(self, stream: Iterable[bytes]) -> None:
        self._stream = stream

    def __iter__(self) -> Iterator[bytes]:
        with _named_by_httpx():
            yield from self._stream

    def close(self) -> None:
        """Give the connection back."""
        cast("httpx.SyncByteStream", self._stream).close()


@contextmanager
def _named_by_httpx() -> Iterator[None]:
    """Raise httpx's exception where httpcore raises its own of the same name."""
    try:
        yield
    except CORE as error:
        raise getattr(httpx, type(error).__name__)(str(error)) from error


CORE = (
    httpcore.TimeoutException,
    httpcore.NetworkError,
    httpcore.ProtocolError,
    httpcore.ProxyError,
    httpcore.UnsupportedProtocol,
)
"""What httpcore raises for a failure of the network; a test holds that httpx has each of them by the same name."""


def _core_url(url: httpx.URL) -> httpcore.URL:
    return httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path)


class _BoundedBackend(httpcore.NetworkBackend):
    def __init__(self, deadline: Deadline) -> None:
        self._inner = httpcore.SyncBackend()
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
        return _BoundedStream(self._inner.connect_tcp(host, port, left, local_address, socket_options), self._deadline)


class _BoundedStream(httpcore.NetworkStream):
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
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        return _BoundedStream(self._inner.start_tls(ssl_context, server_hostname, self._deadline.left(timeout)), self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


def open_client(
    endpoint: str, *, signer: Signer, http: httpx.BaseTransport | None, timeout: float, deadline: Deadline
) -> httpx.Client:
    """A client for one endpoint, to be shared by threads; ``http`` takes the place of the network.

    ``timeout`` is for single steps, such as one read, ``deadline`` for all of a call together.
    Redirects are not followed, because they would carry the signature elsewhere. Raises Misuse when the environment's
    proxy or certificate settings cannot be used; their values may hold passwords and are not shown.
    """
    inner = http or _network(endpoint, deadline)
    if inner is None:
        raise Misuse(
            message("No connection can be set up with this endpoint and the environment's settings."),
            hint=message(
                "Check the endpoint, HTTPS_PROXY, ALL_PROXY, SSL_CERT_FILE and SSL_CERT_DIR "
                "(a SOCKS proxy needs the package socksio)."
            ),
        )
    # At DEBUG, httpcore logs the headers of answers, and a redirect's may repeat the address that was asked for.
    logging.getLogger("httpcore.http11").addFilter(HUSH)
    return httpx.Client(
        transport=_Signing(inner, signer),
        timeout=timeout,
        follow_redirects=False,
        trust_env=False,
        headers={
            "User-Agent": f"kbsync/{__version__}",
            "Content-Type": "application/json; charset=utf-8",
            "Accept-Encoding": "gzip, deflate",
        },
    )


def route_to(endpoint: str, *, direct: bool) -> Route:
    """How calls reach an endpoint; ``direct`` means that something else takes the place of the network and its proxy."""
    proxy = None if direct else _proxy(endpoint)
    return Route(_host_and_port(endpoint), _host_and_port(proxy) if proxy else "")


def _network(endpoint: str, deadline: Deadline) -> httpx.BaseTransport | None:
    """The real network, through the environment's proxy if it names one; None when it cannot be set up."""
    try:
        proxy = _proxy(endpoint)
        # Loading the certificates of the world takes longer than many a run; a plain connection has no use for them.
        plain = proxy is None and httpx.URL(endpoint).scheme == "http"
        if proxy is not None and proxy.startswith("socks"):
            importlib.import_module("socksio")  # which httpcore misses only when it connects
        verify = TRUSTING_NOBODY if plain else httpx.create_ssl_context()
        return BoundedNetwork(deadline, proxy=None if proxy is None else httpx.Proxy(proxy), verify=verify)
    except (ValueError, ImportError, OSError, httpx.InvalidURL):
        return None


def _proxy(endpoint: str) -> str | None:
    """The proxy that the environment names for the endpoint. A loopback address is never asked for through a proxy."""
    url = httpx.URL(endpoint)
    if _loopback(url.host) or urllib.request.proxy_bypass(url.host):
        return None
    proxies = urllib.request.getproxies()
    proxy = proxies.get(url.scheme) or proxies.get("all")
    return proxy if not proxy or "://" in proxy else f"http://{proxy}"


def _loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _host_and_port(address: str) -> str:
    """The part of an address that may be shown: before it stands a password, behind it a signature."""
    url = httpx.URL(address)
    host = f"[{url.host}]" if ":" in url.host else url.host
    port = url.port or PORTS.get(url.scheme)
    return host if port is None else f"{host}:{port}"


LARGEST = 64 * 2**20
"""Largest answer in bytes, compressed or not; 100 questions are far below."""

STEP = 2**16
"""Bytes that are unpacked at once."""

WINDOWS: Mapping[str, int] = {"gzip": zlib.MAX_WBITS | 16, "x-gzip": zlib.MAX_WBITS | 16, "deflate": zlib.MAX_WBITS}
"""What zlib calls the codings that are asked for."""


class Unpacked(httpx.SyncByteStream):
    """The decompressed body, in pieces; both sizes are bounded. Raises DecodingError.

    One coding at most: a few bytes that were packed twice are gigabytes.
    """

    def __init__(self, packed: httpx.SyncByteStream | httpx.AsyncByteStream, coding: str) -> None:
        self._packed = cast("httpx.SyncByteStream", packed)
        self._coding = coding.strip().lower()

    def __iter__(self) -> Iterator[bytes]:
        if self._coding in ("", "identity"):
            return _bounded(self._packed)
        if self._coding not in WINDOWS:
            raise httpx.DecodingError(f"its coding is {self._coding}")
        return _bounded(_inflated(_bounded(self._packed), WINDOWS[self._coding]))

    def close(self) -> None:
        """Let go of the connection."""
        self._packed.close()


def _bounded(parts: Iterable[bytes]) -> Iterator[bytes]:
    length = 0
    for part in parts:
        length += len(part)
        if length > LARGEST:
            raise httpx.DecodingError(f"longer than {LARGEST} bytes")
        yield part


def _inflated(parts: Iterable[bytes], window: int) -> Iterator[bytes]:
    inflater = zlib.decompressobj(window)
    for part in parts:
        piece, left = b"", part
        while left or len(piece) == STEP:  # what fills a step may have more behind it, with nothing left to put in
            try:
                piece = inflater.decompress(left, STEP)
            except zlib.error as error:
                raise httpx.DecodingError(str(error)) from None
            yield piece
            left = inflater.unconsumed_tail
    if not inflater.eof:
        raise httpx.DecodingError("it is cut off")


class _Hush(logging.Filter):
    """Takes signatures out of log records and leaves every other record as it is."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Keep the record, in other words if need be."""
        text = record.getMessage()
        if hushed(text) != text:
            record.msg, record.args = scrub(text), ()
        return True


HUSH = _Hush()


class _Signing(httpx.BaseTransport):
    """Adds the signature beneath the client: httpx's log lines and exceptions, which show the address, never see it.

    Answers are unpacked here too, because httpx does that without a limit.
    """

    def __init__(self, inner: httpx.BaseTransport, signer: Signer) -> None:
        self._inner = inner
        self._signer = signer

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send the request with the signature in its address."""
        url = request.url.copy_merge_params({"usersig": self._signer.usersig()})
        signed = httpx.Request(request.method, url, headers=request.headers, stream=request.stream, extensions=request.extensions)
        answer = self._inner.handle_request(signed)
        coding = answer.headers.pop("content-encoding", "")
        body = Unpacked(answer.stream, coding if answer.is_success else "")  # of a failure the status is what counts
        return httpx.Response(answer.status_code, headers=answer.headers, stream=body, extensions=answer.extensions)

    def close(self) -> None:
        """Close the connections."""
        self._inner.close()


NO_CONNECTION = message("No connection to {host} for {command}: {reason}")

NO_CONNECTION_THROUGH = message("No connection to {host} through the proxy {proxy} for {command}: {reason}")

BROKEN = message("The connection broke during {command}: {reason}")

UNREADABLE = message("The answer to {command} cannot be read: {reason}")

_MEANINGS: tuple[tuple[type[ServiceError], Message, tuple[type[Exception], ...]], ...] = (
    # Nothing was sent: the name is not known, nobody listens, or the certificate is not trusted.
    (Unreachable, NO_CONNECTION, (httpx.ConnectError, httpx.ConnectTimeout)),
    (Unreachable, message("The proxy {proxy} did not let {command} through to {host}: {reason}"), (httpx.ProxyError,)),
    (Unreachable, message("{command} was not sent: all connections were busy for too long"), (httpx.PoolTimeout,)),
    # UnicodeError: a host name that the resolver cannot even write, which httpx lets through.
    (
        Unreachable,
        message("The endpoint {host} of the target cannot be called for {command}: {reason}"),
        (httpx.UnsupportedProtocol, httpx.InvalidURL, UnicodeError),
    ),
    # Something was sent, or may have been.
    (OutcomeUnknown, message("No answer to {command} came in time"), (httpx.ReadTimeout, httpx.WriteTimeout)),
    (OutcomeUnknown, BROKEN, (httpx.ReadError, httpx.WriteError, httpx.CloseError)),
    # OSError: the machine's own faults, which httpx lets through.
    (OutcomeUnknown, BROKEN, (httpx.LocalProtocolError, httpx.RemoteProtocolError, OSError)),
    (OutcomeUnknown, UNREADABLE, (httpx.DecodingError, httpx.TooManyRedirects, httpx.HTTPStatusError, httpx.CookieConflict)),
    (OutcomeUnknown, UNREADABLE, (httpx.StreamConsumed, httpx.StreamClosed, httpx.ResponseNotRead, httpx.RequestNotRead)),
)

MEANINGS = {kind: (error, words) for error, words, kinds in _MEANINGS for kind in kinds}
"""Every exception that a call can end in, except the parents of httpx's; a test notices when httpx gains one."""

LOST = (httpx.HTTPError, httpx.InvalidURL, httpx.CookieConflict, httpx.StreamError, UnicodeError, OSError)
"""What to catch around a call."""

_CHECK = message(
    "Check the target's region or endpoint, and whether this machine reaches that host and port; where only a proxy leads there, "
    "name it in HTTPS_PROXY."
)

_CHECK_PROXY = message(
    "Check the proxy (HTTPS_PROXY, HTTP_PROXY or ALL_PROXY; NO_PROXY lists hosts to reach without it), then the target's region "
    "or endpoint."
)


def lost(command: str, error: Exception, *, route: Route) -> ServiceError:
    """The exception for a failure of the network; httpx's own stays behind, because its request carries the address."""
    known = (MEANINGS[kind] for kind in type(error).__mro__ if kind in MEANINGS)
    meaning, words = next(known, (OutcomeUnknown, BROKEN))
    if words is NO_CONNECTION and route.proxy:
        words = NO_CONNECTION_THROUGH
    reason = scrub(str(error)) or type(error).__name__
    check = _CHECK_PROXY if route.proxy else _CHECK
    said = Message(words.template, (("command", command), ("host", route.host), ("proxy", route.proxy), ("reason", reason)))
    return meaning(said, command=command, hint=check if meaning is Unreachable else RUN_AGAIN)
