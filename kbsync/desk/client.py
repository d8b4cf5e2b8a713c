"""One call of the service: signed, paced, sent, judged, and repeated where that is safe."""

import copy
import json
import math
import secrets
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Self, TypeVar

import httpx

from kbsync.commands import PATHS, READS, Command
from kbsync.desk.answers import HttpAnswer, http_date, opened
from kbsync.desk.connection import LOST, Deadline, lost, open_client, route_to
from kbsync.desk.signing import Signer
from kbsync.errors import OutcomeUnknown, RequestRefused, ServiceError, SignatureRejected, Throttled, Unreachable
from kbsync.limiter import BackgroundWork, Clock, Overdue, Pacer
from kbsync.messages import Message, message

__all__ = ["Transport"]

Result = TypeVar("Result")

RESEND_WITHIN = 30.0
"""A call is not repeated later than this many seconds after it began."""

PAUSES = (0.5, 1.0, 2.0, 4.0)
"""Seconds before each repetition of a call that got no usable answer."""

LARGEST_SKEW = 300.0
"""Seconds. What the service tolerates is not documented; half an hour's lifetime leaves room when the clock is behind."""


def clock_words(skew: float) -> Message:
    """How far this machine's clock is ahead of the service's, or behind where ``skew`` is below zero."""
    if skew > 0:
        return message("This machine's clock is {seconds} seconds ahead of the service's.", seconds=round(skew))
    return message("This machine's clock is {seconds} seconds behind the service's.", seconds=round(-skew))


RESIGN = frozenset({70001, 70052})
"""Expired and revoked signatures: nothing happened, and a new signature may cure it."""


class Transport:
    """Calls one application of the Desk service at ``endpoint`` (scheme, host and port, no path).

    ``timeout`` is in seconds and above the 3 seconds that the service gives itself; a whole exchange, from connecting to the
    last byte of the answer, may take three times as long. ``http`` takes the place of the network. Safe to share by threads.
    Raises Misuse when the environment's proxy or certificate settings cannot be used.
    """

    def __init__(
        self,
        *,
        endpoint: str,
        sdkappid: int,
        identifier: str,
        signer: Signer,
        pacer: Pacer,
        clock: Clock,
        http: httpx.BaseTransport | None = None,
        timeout: float = 10.0,
    ) -> None:
        self._endpoint = endpoint.rstrip("/")
        self._names = {"sdkappid": str(sdkappid), "identifier": identifier, "contenttype": "json"}
        self._signer = signer
        self._pacer = pacer
        self._clock = clock
        self._longest = 3 * timeout
        self._deadline = Deadline(clock)
        self._closing = threading.Event()
        self._stop: threading.Event | None = None
        self._client = open_client(self._endpoint, signer=signer, http=http, timeout=timeout, deadline=self._deadline)
        self._route = route_to(self._endpoint, direct=http is not None)
        self._skew: float | None = None
        self.heard = _Heard()

    def service_time(self) -> float | None:
        """The service's time now, by the Date of the last answer to whichever copy of this; None where it gave none."""
        ahead = self.heard.ahead
        return None if ahead is None else self._clock.now() + ahead

    @property
    def skew(self) -> float | None:
        """Seconds that the clock here is ahead of the service's, by the Date of its last answer; None when it gave none."""
        return self._skew

    def until(self, stop: threading.Event) -> Self:
        """The same transport for interruptible calls: once ``stop`` is set, none is sent, repeated or waited for.

        Such a call raises Interrupted, or OutcomeUnknown if an earlier sending of it may have taken effect.
        """
        stoppable = copy.copy(self)
        stoppable._stop = stop  # noqa: SLF001  (a copy of its own)
        return stoppable

    def call(
        self,
        command: Command,
        body: Mapping[str, object],
        *,
        repeat: bool,
        still: Callable[[], bool] | None = None,
        within: float = math.inf,
        evenly: bool = False,
    ) -> dict[str, object]:
        """Send a call; returns the answer's fields. Raises ServiceError, by what happened to the call.

        ``repeat`` marks it as idempotent: then a call without a usable answer is sent again, with growing pauses, until it is
        answered or 30 seconds have passed, waits for a slot included. Otherwise only what surely did not happen is sent again:
        a call refused for its speed, or for a signature that can be renewed. A write whose first sending may have taken effect
        stays OutcomeUnknown, however a later one failed. ``still`` is asked each time before the call is sent; False raises
        Outdated, and nothing is sent. ``within`` is a shorter time, in seconds, for the exchange; one of many calls may leave
        ``evenly``.
        """
        content = _encoded(command, body)
        start, pauses = self._clock.now(), iter(PAUSES)
        patience, renewed = self._pacer.patience(), False
        doubt: OutcomeUnknown | None = None
        failure: ServiceError | None = None
        until = math.inf
        while True:
            try:
                try:
                    with self._pacer.slot(command, stop=self._stop, still=still, evenly=evenly, until=until) as left:
                        patience.begin(self._clock.now())
                        return self._send(command, content, left, longest=min(within, self._longest))
                except Overdue:
                    assert failure is not None  # noqa: S101  (only what was sent before may come too late)
                    raise failure from None
                except Throttled as refusal:
                    failure, until = refusal, self._pacer.bear(refusal, patience, stop=self._stop)
                except SignatureRejected as refusal:
                    if renewed or refusal.code not in RESIGN or not self._signer.renew():
                        raise self._timed(refusal, fresh=renewed) from None
                    renewed = True
                except (OutcomeUnknown, Unreachable) as error:
                    doubt = error if isinstance(error, OutcomeUnknown) else doubt
                    pause = next(pauses, math.inf)
                    last = not repeat or self._clock.now() - start + pause > RESEND_WITHIN
                    if last or self._clock.wait(pause, until=self._stop or self._closing):
                        raise
                    failure, until = error, start + RESEND_WITHIN
            except ServiceError as error:
                if command in READS:
                    raise
                raise (error if doubt is None else _doubtful(doubt)) from None

    def aside(self, work: Callable[[], Result]) -> BackgroundWork[Result]:
        """Let some calls go on in a thread of their own."""
        return BackgroundWork(work, self._clock)

    def close(self) -> None:
        """Close the connections and end the pauses; a call that is under way may still finish."""
        self._closing.set()
        self._client.close()

    def _timed(self, refusal: SignatureRejected, *, fresh: bool) -> SignatureRejected:
        """The same refusal, blamed on this machine's clock where it refuses what was made by that clock."""
        skew = self._skew
        if not self._signer.makes or refusal.code not in TIMED:
            return refusal
        if skew is not None and abs(skew) > LARGEST_SKEW:
            hint = clock_words(skew)
        elif fresh and refusal.code in RESIGN:
            hint = message("The signature was made a moment ago, so this machine's clock is wrong: set it.")
        else:
            return refusal
        return SignatureRejected(refusal.message, command=refusal.command, code=refusal.code, hint=hint)

    def _send(self, command: Command, content: bytes, left: Callable[[], None], *, longest: float) -> dict[str, object]:
        """One request. An exception of ours is raised where httpx's is no longer its context: that one knows the address."""
        if self._closing.is_set():
            raise Unreachable(message("{command} was not sent: kbsync is stopping.", command=command), command=command)
        url = f"{self._endpoint}{PATHS[command]}"
        query = self._names | {"random": str(secrets.randbits(32))}
        received = bytearray()

        def trace(event: str, _info: Mapping[str, object]) -> None:
            if event == DEPARTURE:
                left()

        try:
            with (
                self._deadline.within(longest),
                self._client.stream("POST", url, params=query, content=content, extensions={"trace": trace}) as response,
            ):
                for part in response.iter_bytes():
                    received += part
                    self._deadline.left()
                answer = HttpAnswer(response.status_code, dict(response.headers), bytes(received))
        except LOST as error:
            failure = lost(command, error, route=self._route)
        else:
            wall, date = self._clock.wall(), http_date(answer.headers.get("date"))
            if date is not None:
                self._skew = wall - date
                # Pages of a front before the service have a clock of their own.
                self.heard.ahead = date - self._clock.now() if answer.status == HTTPStatus.OK else self.heard.ahead
            return opened(command, answer, wall=wall)
        raise failure


DEPARTURE = "http11.send_request_headers.started"
"""The event that httpcore reports to the extension ``trace`` when a request leaves over an open connection."""

TIMED = RESIGN | {70003, 70005}
"""Codes that a signature from the past or the future may get: which one a future gives is documented nowhere."""


def _doubtful(error: OutcomeUnknown) -> OutcomeUnknown:
    """The same of a write, in words: it may have happened."""
    words = message("{cause}; whether it took effect is not known", cause=error.message)
    return OutcomeUnknown(words, command=error.command, code=error.code, hint=error.hint)


@dataclass(slots=True)
class _Heard:
    """State that the copies of a transport share.

    ``ahead``: how far the service's time is ahead of the forward-only clock here. ``size``: the page size that it took.
    ``pages``: the rows of the pages of the last whole listing.
    """

    ahead: float | None = None
    size: int | None = None
    pages: tuple[int, ...] = ()


def _encoded(command: Command, body: Mapping[str, object]) -> bytes:
    """The body, never empty: a call without parameters sends ``{}``."""
    try:
        return json.dumps(body, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError:
        words = message("A text in {command} holds characters that are not Unicode, so it was not sent.", command=command)
    raise RequestRefused(words, command=command)
