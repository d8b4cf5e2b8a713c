"""Only a service that proves who it is gets a signed request: TLS is verified, whatever answers."""

import ssl
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
import trustme

from kbsync.commands import Command
from kbsync.desk.client import Transport
from kbsync.desk.signing import Signer
from kbsync.errors import Unreachable
from kbsync.limiter import Pacer
from kbsync.rehearsal import DEMO
from tests.fakes.clock import FakeClock


class Impostor(HTTPServer):
    """Answers every request with an empty success, and remembers that it was asked."""

    asked = 0


class Handler(BaseHTTPRequestHandler):
    """One answer."""

    server: Impostor

    def do_POST(self) -> None:
        """Say that all is well."""
        self.server.asked += 1
        body = b'{"ActionStatus": "OK", "ErrorCode": 0, "CategoryList": []}'
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  (the parent's name)
        """Say nothing."""


@pytest.fixture
def authority() -> trustme.CA:
    """Somebody who signs certificates, and whom nobody trusts yet."""
    return trustme.CA()


def served(authority: trustme.CA, name: str) -> Iterator[Impostor]:
    """A server on this machine with a certificate for a name."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name).configure_cert(context)
    server = Impostor(("127.0.0.1", 0), Handler)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def right(authority: trustme.CA) -> Iterator[Impostor]:
    """A server whose certificate is for the name that it is called by."""
    yield from served(authority, "localhost")


@pytest.fixture
def wrong(authority: trustme.CA) -> Iterator[Impostor]:
    """A server whose certificate is for another name."""
    yield from served(authority, "example.test")


def call(server: Impostor) -> dict[str, object]:
    """One call by a client with the usual settings."""
    clock = FakeClock()
    transport = Transport(
        endpoint=f"https://localhost:{server.server_address[1]}",
        sdkappid=DEMO.sdkappid,
        identifier=DEMO.identifier,
        signer=Signer(DEMO.sdkappid, DEMO.identifier, clock=clock, secret=DEMO.secret),
        pacer=Pacer(clock),
        clock=clock,
    )
    try:
        return transport.call(Command.DESC_CATEGORY, {}, repeat=False)
    finally:
        transport.close()


@pytest.fixture
def trusted(authority: trustme.CA, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The authority is trusted by way of the environment, as companies do it."""
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))


def test_a_certificate_that_nobody_vouches_for_gets_no_request(right: Impostor) -> None:
    """The signature stays here, and the message says that the certificate is the reason."""
    with pytest.raises(Unreachable, match="certificate"):
        call(right)
    assert right.asked == 0


@pytest.mark.usefixtures("trusted")
def test_a_certificate_for_another_name_gets_no_request(wrong: Impostor) -> None:
    """Being trusted for one name is no licence to answer for another."""
    with pytest.raises(Unreachable, match="certificate"):
        call(wrong)
    assert wrong.asked == 0


@pytest.mark.usefixtures("trusted")
def test_a_certificate_that_the_environment_trusts_is_good(right: Impostor) -> None:
    """SSL_CERT_FILE names whom to trust."""
    assert call(right)["CategoryList"] == []
    assert right.asked == 1
