"""The HTTP client: connections, proxies, trust, and the signature that joins a request at the last moment.

What is sent, and what an answer means, is ``transport``'s and ``answers``' business.
"""

import ipaddress
import logging
import ssl
import urllib.request

import httpx

from kbsync import __version__
from kbsync.desk.deadline import BoundedNetwork, Deadline
from kbsync.desk.network import Way
from kbsync.desk.scrub import hushed, scrub
from kbsync.desk.signing import Signer
from kbsync.errors import Misuse
from kbsync.messages import message

__all__ = ["open_client", "way_to"]

PORTS = {"http": 80, "https": 443, "socks5": 1080, "socks5h": 1080}
"""What port an address means that names none."""

LIMITS = httpx.Limits(max_connections=64, max_keepalive_connections=64, keepalive_expiry=5.0)
"""Five calls a second of a few commands at several seconds each stay below 64. Idle connections go early, because one that
the service closes at the moment of a write leaves that write's outcome unknown."""

TRUSTING_NOBODY = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""For connections without TLS; should one ask for a certificate all the same, none is good enough."""


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
    """Adds the signature beneath the client: httpx's log lines and exceptions, which show the address, never see it."""

    def __init__(self, inner: httpx.BaseTransport, signer: Signer) -> None:
        self._inner = inner
        self._signer = signer

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send the request with the signature in its address."""
        url = request.url.copy_merge_params({"usersig": self._signer.usersig()})
        signed = httpx.Request(request.method, url, headers=request.headers, stream=request.stream, extensions=request.extensions)
        return self._inner.handle_request(signed)

    def close(self) -> None:
        """Close the connections."""
        self._inner.close()


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
        headers={"User-Agent": f"kbsync/{__version__}", "Content-Type": "application/json; charset=utf-8"},
    )


def way_to(endpoint: str, *, direct: bool) -> Way:
    """How calls reach an endpoint; ``direct`` means that something else takes the place of the network and its proxy."""
    proxy = None if direct else _proxy(endpoint)
    return Way(_host_and_port(endpoint), _host_and_port(proxy) if proxy else "")


def _network(endpoint: str, deadline: Deadline) -> httpx.BaseTransport | None:
    """The real network, through the environment's proxy if it names one; None when it cannot be set up."""
    try:
        proxy = _proxy(endpoint)
        # Loading the certificates of the world takes longer than many a run; a plain connection has no use for them.
        plain = proxy is None and httpx.URL(endpoint).scheme == "http"
        return BoundedNetwork(deadline, limits=LIMITS, proxy=proxy, verify=TRUSTING_NOBODY if plain else True)
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
