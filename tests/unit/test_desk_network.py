"""The network that a call goes through: connections, proxies, and words for what cannot be reached."""

import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from kbsync.commands import Command
from kbsync.errors import Misuse, Unreachable
from tests.fakes.desk_script import connect

LIST = Command.LIST


class Server(ThreadingHTTPServer):
    """A Desk service of one answer on a loopback address; ``targets`` are the paths asked for, ``peers`` the sockets."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.targets: list[str] = []
        self.peers: set[object] = set()

    @property
    def address(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    """Answers every POST with success."""

    protocol_version = "HTTP/1.1"
    server: Server

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.server.targets.append(self.path)
        self.server.peers.add(self.client_address)
        content = json.dumps({"ActionStatus": "OK", "ErrorCode": 0, "ErrorInfo": ""}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *args: object) -> None:
        """Say nothing on stderr."""


@pytest.fixture
def server() -> Iterator[Server]:
    """A running Server."""
    with Server() as running:
        thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield running
        running.shutdown()
        thread.join()


@pytest.fixture
def proxies(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """An environment without proxies, to set them in."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    return monkeypatch


def test_one_connection_serves_many_calls(server: Server) -> None:
    """Connections are kept for the next call."""
    transport = connect(None, endpoint=server.address)
    for _ in range(5):
        transport.call(LIST, {}, repeat=False)
    transport.close()
    assert len(server.targets) == 5
    assert len(server.peers) == 1


def test_threads_share_a_transport(server: Server) -> None:
    """Calls of several threads do not disturb each other."""
    transport = connect(None, endpoint=server.address)
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: transport.call(LIST, {}, repeat=False), range(40)))
    transport.close()
    assert [answer["ErrorCode"] for answer in answers] == [0] * 40
    assert len(server.targets) == 40


@pytest.mark.parametrize("endpoint", ["https://" + "a" * 70 + ".invalid", "gopher://desk.invalid", "https://"])
def test_an_impossible_endpoint_is_unreachable(endpoint: str, proxies: pytest.MonkeyPatch) -> None:
    """An address that cannot be called gives words and no traceback."""
    transport = connect(None, endpoint=endpoint)
    with pytest.raises(Unreachable):
        transport.call(LIST, {}, repeat=False)
    transport.close()


def test_a_proxy_of_the_environment_is_used(server: Server, proxies: pytest.MonkeyPatch) -> None:
    """A machine that reaches the world through a proxy reaches the service through it, named with or without a scheme."""
    proxies.setenv("ALL_PROXY", server.address.removeprefix("http://"))
    transport = connect(None, endpoint="http://desk.invalid")
    transport.call(LIST, {}, repeat=False)
    transport.close()
    assert server.targets[0].startswith("http://desk.invalid/v4/")


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_a_loopback_endpoint_needs_no_proxy(host: str, server: Server, proxies: pytest.MonkeyPatch) -> None:
    """The embedded service is reached directly whatever the environment says."""
    proxies.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    transport = connect(None, endpoint=server.address.replace("127.0.0.1", host))
    transport.call(LIST, {}, repeat=False)
    transport.close()
    assert len(server.targets) == 1


@pytest.mark.parametrize(
    ("endpoint", "proxy", "named"),
    [
        ("http://127.0.0.1:1", "", "127.0.0.1:1"),
        ("http://[::1]:1", "", "[::1]:1"),
        ("https://desk.invalid", "http://user:password@127.0.0.1:1", "desk.invalid:443 through the proxy 127.0.0.1:1"),
        ("http://desk.invalid", "user:password@localhost:1", "desk.invalid:80 through the proxy localhost:1"),
    ],
)
def test_a_host_that_is_not_reached_is_named(endpoint: str, proxy: str, named: str, proxies: pytest.MonkeyPatch) -> None:
    """Host and port of the service and of the proxy are told, and neither password nor query is."""
    proxies.setenv("ALL_PROXY", proxy)
    transport = connect(None, endpoint=endpoint)
    with pytest.raises(Unreachable) as caught:
        transport.call(LIST, {}, repeat=False)
    transport.close()
    assert str(caught.value).startswith(f"No connection to {named} for list_chitchat: ")
    told = f"{caught.value} {caught.value.hint}"
    assert not any(hidden in told for hidden in ("password", "user:", "usersig", "sdkappid", "?"))


def test_a_proxy_that_refuses_is_named(server: Server, proxies: pytest.MonkeyPatch) -> None:
    """A proxy that lets nothing through is told by host and port."""
    proxies.setenv("HTTPS_PROXY", server.address.replace("//", "//user:password@"))
    transport = connect(None)
    with pytest.raises(Unreachable) as caught:
        transport.call(LIST, {}, repeat=False)
    transport.close()
    named = server.address.removeprefix("http://")
    assert str(caught.value).startswith(f"The proxy {named} did not let list_chitchat through to desk.invalid:443: ")


@pytest.mark.parametrize("kind", ["weird", "socks5"])
def test_unusable_connection_settings_are_told(kind: str, proxies: pytest.MonkeyPatch) -> None:
    """A proxy of an unknown kind, or that lacks its package, is a fault of the environment, told without the password."""
    proxies.setenv("HTTPS_PROXY", f"{kind}://user:password@proxy")
    with pytest.raises(Misuse) as caught:
        connect(None)
    assert "HTTPS_PROXY" in str(caught.value.hint)
    assert "password" not in f"{caught.value} {caught.value.hint}"


def test_a_plain_loopback_connection_trusts_nobody(server: Server, proxies: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Certificates are not even looked for where none is asked for, whatever SSL_CERT_FILE names; everywhere else they are."""
    proxies.setenv("SSL_CERT_FILE", str(tmp_path / "missing.pem"))
    transport = connect(None, endpoint=server.address)
    transport.call(LIST, {}, repeat=False)
    transport.close()
    for endpoint in ("https://127.0.0.1:1", "https://desk.invalid"):
        with pytest.raises(Misuse):
            connect(None, endpoint=endpoint)


def test_a_proxy_is_asked_for_its_certificate(proxies: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A plain endpoint behind a proxy that speaks TLS needs somebody to trust."""
    proxies.setenv("SSL_CERT_FILE", str(tmp_path / "missing.pem"))
    proxies.setenv("ALL_PROXY", "https://proxy.invalid")
    with pytest.raises(Misuse):
        connect(None, endpoint="http://desk.invalid")
