"""What an HTTP answer means: its status first, then the envelope that every answer of the service has.

What the fields beside the envelope mean is told in ``wire``.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC
from email.utils import parsedate_to_datetime
from http import HTTPStatus

from kbsync.desk.failures import failure
from kbsync.desk.scrub import scrub
from kbsync.errors import OutcomeUnknown, RequestRefused, ServiceError, Throttled, UnknownCommand
from kbsync.messages import message

__all__ = ["Answer", "http_date", "misshapen", "opened"]

_ENDPOINT = message("Check the target's region or endpoint: something other than the Desk service answered.")
_LOOK = message("Run the command again: kbsync looks at the live library before it repeats anything.")

_FOREVER = 1e9
"""Seconds: longer wishes mean the same, and not all of them are numbers that can be shown."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer as it came. ``headers`` have lower-case names; ``content`` is the whole body, already unpacked."""

    status: int
    headers: Mapping[str, str]
    content: bytes


def opened(command: str, answer: Answer, *, wall: float) -> dict[str, object]:
    """The fields of an answer that reports success; raises what the answer means otherwise. ``wall`` is Unix time now.

    The status is 200 unless the network is at fault, and proves nothing: ActionStatus and ErrorCode decide
    (www.tencentcloud.com/zh/document/product/1047/34620).
    """
    if not HTTPStatus.OK <= answer.status < HTTPStatus.MULTIPLE_CHOICES:
        raise _refused(command, answer, wall)
    fields = _parsed(answer.content)
    if not isinstance(fields, dict):
        raise misshapen(command, "body", answer.content[:80].decode("utf-8", "replace"))
    code = _code(fields.get("ErrorCode"))
    status = fields.get("ActionStatus")
    if code is None:
        raise misshapen(command, "ErrorCode", str(fields.get("ErrorCode", "missing")))
    if code != 0:
        raise failure(command, code, str(fields.get("ErrorInfo") or ""))
    if status != "OK":
        raise misshapen(command, "ActionStatus", "missing" if status is None else str(status))
    return fields


def misshapen(command: str, field: str, found: str) -> OutcomeUnknown:
    """An answer that is not the documented shape: where, and what stands there."""
    words = message(
        "The answer to {command} is not the documented shape: {field} is {found}",
        command=command,
        field=field,
        found=repr(scrub(found)[:80]),
    )
    return OutcomeUnknown(words, command=command, hint=_ENDPOINT if field == "body" else None)


def http_date(text: str | None) -> float | None:
    """Unix time of a date in a header; None when there is none that can be read."""
    try:
        date = parsedate_to_datetime(text or "")
        return (date if date.tzinfo else date.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        return None


def _refused(command: str, answer: Answer, wall: float) -> ServiceError:
    """An answer that is not a success in HTTP's own terms, so that no envelope is to be looked for."""
    status = answer.status
    if status in (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE):
        words = message("Too many calls: {command} was turned away with HTTP status {status}", command=command, status=status)
        return Throttled(words, command=command, code=status, retry_after=_retry_after(answer.headers, wall))
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR or status == HTTPStatus.REQUEST_TIMEOUT:
        words = message(
            "HTTP status {status} came back for {command}, so whether it took effect is not known", command=command, status=status
        )
        return OutcomeUnknown(words, command=command, code=status, hint=_LOOK)
    if status in (HTTPStatus.NOT_FOUND, HTTPStatus.GONE):
        words = message("The host does not know the command {command} (HTTP status {status})", command=command, status=status)
        return UnknownCommand(words, command=command, code=status, hint=_ENDPOINT)
    if HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.BAD_REQUEST:
        words = message(
            "The host answered {command} with a redirect (HTTP status {status}), which is never followed, "
            "because the address carries the signature",
            command=command,
            status=status,
        )
        return RequestRefused(words, command=command, code=status, hint=_ENDPOINT)
    words = message("The host refused {command} with HTTP status {status}", command=command, status=status)
    return RequestRefused(words, command=command, code=status, hint=_ENDPOINT)


def _retry_after(headers: Mapping[str, str], wall: float) -> float | None:
    """Seconds that the answer asks to wait; a date counts from the answer's own date, because the clocks may differ."""
    wish = headers.get("retry-after", "").strip()
    if re.fullmatch(r"[0-9]+", wish):
        return min(float(wish), _FOREVER)
    moment = http_date(wish)
    if moment is None:
        return None
    sent = http_date(headers.get("date"))
    return min(max(0.0, moment - (wall if sent is None else sent)), _FOREVER)


def _parsed(content: bytes) -> object:
    """The JSON value, or None: deep nesting and huge numbers are faults of the answer as much as a missing brace."""
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        return None


def _code(value: object) -> int | None:
    if isinstance(value, str) and re.fullmatch(r"-?[0-9]{1,9}", value):
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None
