"""The Desk service as a script: for each command a list of answers, played in turn over an in-process transport."""

import json
from collections.abc import Callable, Mapping, Sequence

import httpx

from kbsync.desk.client import Transport
from kbsync.desk.signing import Signer
from kbsync.limiter import Clock, Pacer
from tests.fakes.clock import FakeClock

__all__ = ["SECRET", "Reply", "Script", "connect", "fail", "ok"]

SECRET = "canary-secret-5bd2850fff3ecb11"

Reply = Mapping[str, object] | int | Exception | Callable[[Mapping[str, object]], httpx.Response]
"""Fields of a success, an ErrorCode, what the network does, or a function of the request's body."""


def ok(**fields: object) -> httpx.Response:
    """A success of the documented shape."""
    return httpx.Response(200, json={"ActionStatus": "OK", "ErrorInfo": "", "ErrorCode": 0, **fields})


def fail(code: int, info: str = "") -> httpx.Response:
    """A refusal of the documented shape."""
    return httpx.Response(200, json={"ActionStatus": "FAIL", "ErrorInfo": info, "ErrorCode": code})


class Script:
    """Plays each command's replies in turn, the last one for ever; ``asked`` keeps command and body, ``requests`` all of it."""

    def __init__(self, replies: Mapping[str, Sequence[Reply]]) -> None:
        self._replies = {command: list(each) for command, each in replies.items()}
        self.asked: list[tuple[str, dict[str, object]]] = []
        self.requests: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        command = request.url.path.rpartition("/")[2]
        body = json.loads(request.content)
        self.requests.append(request)
        self.asked.append((command, body))
        replies = self._replies.get(command, [60009])
        reply = replies.pop(0) if len(replies) > 1 else replies[0]
        if isinstance(reply, Exception):
            raise reply
        if isinstance(reply, int):
            return fail(reply, "no")
        return ok(**reply) if isinstance(reply, Mapping) else reply(body)

    def commands(self) -> list[str]:
        """The commands in the order in which they came."""
        return [command for command, _ in self.asked]


def connect(
    handler: Callable[[httpx.Request], httpx.Response] | None,
    *,
    clock: Clock | None = None,
    usersig: str | None = None,
    endpoint: str = "https://desk.invalid",
    timeout: float = 10.0,
    rate: float = 5.0,
) -> Transport:
    """A real Transport over the handler, or over the network; signed from SECRET, or with the given signature."""
    clock = clock or FakeClock()
    signer = Signer(1400000000, "administrator", clock=clock, secret=None if usersig else SECRET, usersig=usersig)
    return Transport(
        endpoint=endpoint,
        sdkappid=1400000000,
        identifier="administrator",
        signer=signer,
        pacer=Pacer(clock, rate=rate),
        clock=clock,
        http=httpx.MockTransport(handler) if handler else None,
        timeout=timeout,
    )
