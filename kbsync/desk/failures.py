"""What an answer means: the HTTP status, then the envelope that every answer has, then one table of the service's ErrorCodes."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC
from email.utils import parsedate_to_datetime
from http import HTTPStatus

from kbsync.desk.signing import scrub
from kbsync.errors import (
    DeskNotEnabled,
    NoSuchSession,
    NotAdministrator,
    OutcomeUnknown,
    RequestRefused,
    ServiceError,
    SignatureRejected,
    Throttled,
    UnknownCommand,
    WrongDataCentre,
)
from kbsync.messages import Message, message

_ENDPOINT = message("Check the target's region or endpoint: something other than the Desk service answered.")

RUN_AGAIN = message("Run the command again: kbsync looks at the live library before it repeats anything.")

_FOREVER = 1e9
"""Seconds: longer wishes mean the same, and not all of them are numbers that can be shown."""


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """An answer as it came. ``headers`` have lower-case names; ``content`` is the whole body, already unpacked."""

    status: int
    headers: Mapping[str, str]
    content: bytes


def opened(command: str, answer: HttpAnswer, *, wall: float) -> dict[str, object]:
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
    """The error for an answer of another shape than documented: the field, and what was found."""
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


def _refused(command: str, answer: HttpAnswer, wall: float) -> ServiceError:
    """An answer that is not a success in HTTP's own terms, so that no envelope is to be looked for."""
    status = answer.status
    if status in (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE):
        words = message("Too many calls: {command} was turned away with HTTP status {status}", command=command, status=status)
        return Throttled(words, command=command, code=status, retry_after=_retry_after(answer.headers, wall))
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR or status == HTTPStatus.REQUEST_TIMEOUT:
        words = message("HTTP status {status} came back for {command}", command=command, status=status)
        return OutcomeUnknown(words, command=command, code=status, hint=RUN_AGAIN)
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


LARGEST_SKEW = 300.0
"""Seconds. What the service tolerates is not documented; half an hour's lifetime leaves room when the clock is behind."""


def clock_words(skew: float) -> Message:
    """How far this machine's clock is ahead of the service's, or behind where ``skew`` is below zero."""
    if skew > 0:
        return message("This machine's clock is {seconds} seconds ahead of the service's.", seconds=round(skew))
    return message("This machine's clock is {seconds} seconds behind the service's.", seconds=round(-skew))


RESIGN = frozenset({70001, 70052})
"""Expired and revoked signatures: nothing happened, and a new signature may cure it."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """The meaning of codes: the template ``words`` is filled with the command and the service's own words."""

    codes: tuple[int, ...]
    error: type[ServiceError]
    words: Message
    hint: Message | None = None


CHECK_SECRET = message("Check KBSYNC_SECRET_KEY or KBSYNC_USERSIG against the key of this very application in the console.")

CHECK_NAMES = message("Check sdkappid and identifier of the target in kbsync.yaml.")

CHECK_REGION = message(
    "Check region (or endpoint) and sdkappid of the target: the console shows the data centre of the application."
)

CHECK_PLAN = message("Look in the console whether Desk is enabled for this application and its plan is paid.")

MAKE_ADMIN = message("Make the identifier an App administrator in the console, or name one that is.")

LOOK_SESSION = message("A session id is known only while the session lasts: look it up again.")


# The lists: trtc.io/document/34348 for 60000-79999, each command's own page for the rest. Which code of a pair such as
# -14 and 60007 a fault really gives is documented nowhere, so both stand in one row.
_ROWS = (
    Meaning(
        (-14, 60007, 60011, 60018, 60019, 141009),
        Throttled,
        message("Too many calls: the service refused {command} for its speed ({said})"),
        message("The documented limit is 5 calls a second for each command; lower calls_per_second if others use this account."),
    ),
    Meaning(
        (-1, 60008, 60013, 60014, 70169, 70202, 70500, 20004, 20005, 141002),
        OutcomeUnknown,
        message("The service failed inside at {command} ({said})"),
        RUN_AGAIN,
    ),
    Meaning((70001,), SignatureRejected, message("The UserSig has expired ({command}: {said})"), CHECK_SECRET),
    Meaning((70052,), SignatureRejected, message("The UserSig was revoked ({command}: {said})"), CHECK_SECRET),
    Meaning(
        (70050,),
        SignatureRejected,
        message("Too many calls with a wrong UserSig ({command}: {said})"),
        message("Wait one minute, and correct KBSYNC_SECRET_KEY or KBSYNC_USERSIG before the next call."),
    ),
    Meaning(
        (70002, 70003, 70005, 70009, 20002),
        SignatureRejected,
        message("The UserSig is not valid for this application ({command}: {said})"),
        CHECK_SECRET,
    ),
    Meaning(
        (70013, 70014),
        SignatureRejected,
        message("The UserSig was made for another identifier or another application ({command}: {said})"),
        CHECK_NAMES,
    ),
    Meaning(
        (60004, 60005),
        SignatureRejected,
        message("The service could not check the account ({command}: {said})"),
        message("Check the identifier of the target; if it is right, try again later."),
    ),
    Meaning(
        (-20, 60010, 70403, 90009),
        NotAdministrator,
        message("The identifier is not an App administrator ({command}: {said})"),
        MAKE_ADMIN,
    ),
    Meaning(
        (70107,),
        NotAdministrator,
        message("The identifier is not an account of this application ({command}: {said})"),
        MAKE_ADMIN,
    ),
    Meaning(
        (60026,),
        WrongDataCentre,
        message("The host and the application belong to different regions ({command}: {said})"),
        CHECK_REGION,
    ),
    Meaning(
        (70016, 70020), WrongDataCentre, message("This host does not know the application ({command}: {said})"), CHECK_REGION
    ),
    Meaning((-50040, 141000), DeskNotEnabled, message("The application has not enabled Desk ({command}: {said})"), CHECK_PLAN),
    Meaning(
        (-50059,),
        DeskNotEnabled,
        message("The Desk edition of the application has expired ({command}: {said})"),
        message("Renew the edition in the console, then run the command again."),
    ),
    Meaning(
        (60016, 60017, 60020, 60027),
        DeskNotEnabled,
        message("The application is disabled, its plan has run out, or it may not use this API ({command}: {said})"),
        CHECK_PLAN,
    ),
    Meaning(
        (60028, 72000, 72002),
        DeskNotEnabled,
        message("The free quota of the application is used up ({command}: {said})"),
        message("Wait until the quota is given anew (24 hours on the Trial edition), or change the edition in the console."),
    ),
    Meaning((60009,), UnknownCommand, message("The service does not know the command {command} ({said})"), CHECK_REGION),
    Meaning(
        (-7, 60002, 60003, 60015, 70402, 141004, 20001, 90001, 90002, 90005, 90007, 90010),
        RequestRefused,
        message("The service did not accept the parameters of {command} ({said})"),
        message("A text may be too long or hold something that the service forbids; its limits are not published."),
    ),
    Meaning((60006, 60012, 60025), RequestRefused, message("The address of the call is wrong ({command}: {said})"), CHECK_NAMES),
    Meaning(
        (60021,),
        RequestRefused,
        message("This machine's network address may not call the service ({command}: {said})"),
        message("Add the address to the allowed ones in the console, or run where it is allowed."),
    ),
    Meaning((70051,), RequestRefused, message("The account is on the service's block list ({command}: {said})"), MAKE_ADMIN),
    Meaning(
        (-50003,),
        RequestRefused,
        message("The service does not accept the Desk object that {command} names ({said})"),
        message("It may have been deleted meanwhile: plan again."),
    ),
    Meaning((-50011,), RequestRefused, message("What the system has preset cannot be changed or deleted so ({command}: {said})")),
    Meaning(
        (-50042, -50051, -50052, -50055, -50056),
        RequestRefused,
        message("The service refused the language ({command}: {said})"),
    ),
    Meaning((70398, 70399), RequestRefused, message("The application has too many accounts ({command}: {said})"), CHECK_PLAN),
    Meaning((70404, 71000), RequestRefused, message("The edition of the application does not support {command} ({said})")),
    Meaning(
        (20003,),
        RequestRefused,
        message("The sender or the recipient is not an account of this application ({command}: {said})"),
        CHECK_NAMES,
    ),
    Meaning((20006,), RequestRefused, message("The application's own callback refused the message ({command}: {said})")),
    Meaning(
        (80002, 93000),
        RequestRefused,
        message("The message is too long ({command}: {said})"),
        message("The service takes at most 12 k in one message: shorten it."),
    ),
    Meaning((141005, 141006, 141010), NoSuchSession, message("There is no such session ({command}: {said})"), LOOK_SESSION),
)

MEANINGS: Mapping[int, Meaning] = {code: row for row in _ROWS for code in row.codes}
"""Each code with its one meaning; a test keeps the rows from naming a code twice."""

_UNLISTED = Meaning((), RequestRefused, message("The service refused {command} for a reason that is not documented ({said})"))


def failure(command: str, code: int, info: str) -> ServiceError:
    """The exception for an ErrorCode; ``info`` is the service's own ErrorInfo, shown without secrets."""
    meaning = MEANINGS.get(code, _UNLISTED)
    words = Message(meaning.words.template, (("command", command), ("said", f"{code} {scrub(info)}".strip())))
    return meaning.error(words, command=command, code=code, hint=meaning.hint)
