"""No secret and no signature in anything that anybody can read: messages, tracebacks, log records."""

import logging
import traceback
from collections.abc import Callable

import httpx
import pytest

from kbsync.commands import Command
from kbsync.errors import KbsyncError
from tests.fakes.desk_script import SECRET, connect, fail

CANARY = "eJcanary" + "x" * 60


def echoing(request: httpx.Request) -> httpx.Response:
    """A service that repeats the address in its refusal."""
    return fail(-7, f"cannot parse {request.url}")


def redirecting(request: httpx.Request) -> httpx.Response:
    """A host that sends the caller elsewhere, signature and all."""
    return httpx.Response(307, headers={"Location": str(request.url)})


def raising(kind: type[httpx.TransportError]) -> Callable[[httpx.Request], httpx.Response]:
    """A network that fails and says where."""

    def fails(request: httpx.Request) -> httpx.Response:
        raise kind(f"failed at {request.url}", request=request)

    return fails


FAULTS = {
    "refused": echoing,
    "redirected": redirecting,
    "no JSON": lambda request: httpx.Response(200, text=str(request.url)),
    "other JSON": lambda request: httpx.Response(200, json={"ActionStatus": str(request.url), "ErrorCode": 0}),
    "error page": lambda request: httpx.Response(502, text=str(request.url)),
    "lost": raising(httpx.ReadTimeout),
    "unreachable": raising(httpx.ConnectError),
    "bad encoding": lambda request: httpx.Response(200, headers={"Content-Encoding": "gzip"}, content=b"no gzip"),
}


@pytest.mark.parametrize("usersig", [CANARY, None], ids=["fixed", "made"])
@pytest.mark.parametrize("handler", FAULTS.values(), ids=FAULTS.keys())
def test_no_failure_shows_a_secret(
    handler: Callable[[httpx.Request], httpx.Response], usersig: str | None, caplog: pytest.LogCaptureFixture
) -> None:
    """Whatever goes wrong, neither the exception nor what it hangs on, nor a log at DEBUG, holds secret or signature."""
    sent: list[str] = []

    def listening(request: httpx.Request) -> httpx.Response:
        sent.append(request.url.params["usersig"])
        return handler(request)

    with caplog.at_level(logging.DEBUG), pytest.raises(KbsyncError) as caught:
        connect(listening, usersig=usersig).call(Command.LIST, {}, repeat=True)
    error = caught.value
    told = [str(error), repr(error), repr(vars(error)), *traceback.format_exception(error), caplog.text]
    assert error.__context__ is None
    assert sent
    assert not [text for text in told for hidden in (SECRET, *sent) if hidden in text]


def test_a_success_is_logged_without_the_signature(caplog: pytest.LogCaptureFixture) -> None:
    """The line that httpx logs for every request shows the address as the client knows it: unsigned."""
    with caplog.at_level(logging.DEBUG):
        connect(lambda _: httpx.Response(200, json={"ActionStatus": "OK", "ErrorCode": 0}), usersig=CANARY).call(
            Command.LIST, {}, repeat=False
        )
    assert "list_chitchat" in caplog.text
    assert "usersig" not in caplog.text


def test_httpcore_logs_no_signature(caplog: pytest.LogCaptureFixture) -> None:
    """A redirect's header that repeats the address is logged without it, and other records stay as they are."""
    connect(echoing)
    logger = logging.getLogger("httpcore.http11")
    with caplog.at_level(logging.DEBUG):
        logger.debug("headers %r", [(b"Location", f"https://x/?usersig={CANARY}&random=1".encode())])
        logger.debug("other %s", "record")
    assert CANARY not in caplog.text
    assert "usersig=***&random=1" in caplog.text
    assert "other record" in caplog.text
