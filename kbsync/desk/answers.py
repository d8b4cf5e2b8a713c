"""What an answer means and holds: the HTTP status, the envelope that every answer has, the table of ErrorCodes, then its fields.

The fields become values of our own: checked, their text normalised, and what is out of shape named.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import NamedTuple, TypeVar

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
from kbsync.model import AnswerType, Category, CategoryPath, MenuType, Status, to_lf

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
    try:
        fields = json.loads(answer.content)
    except (ValueError, RecursionError):  # deep nesting and huge numbers are faults as much as a missing brace
        fields = None
    if not isinstance(fields, dict):
        raise misshapen(command, "body", answer.content[:80].decode("utf-8", "replace"))
    code = _code(fields.get("ErrorCode"))
    if code is None:
        raise misshapen(command, "ErrorCode", str(fields.get("ErrorCode", "missing")))
    if code != 0:
        raise failure(command, code, str(fields.get("ErrorInfo") or ""))
    if fields.get("ActionStatus") != "OK":
        raise misshapen(command, "ActionStatus", str(fields.get("ActionStatus") or "missing"))
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


def _code(value: object) -> int | None:
    if isinstance(value, str) and re.fullmatch(r"-?[0-9]{1,9}", value):
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


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
    Meaning(
        (141005, 141006, 141010),
        NoSuchSession,
        message("There is no such session ({command}: {said})"),
        message("A session id is known only while the session lasts: look it up again."),
    ),
)

MEANINGS: Mapping[int, Meaning] = {code: row for row in _ROWS for code in row.codes}
"""Each code with its one meaning; a test keeps the rows from naming a code twice."""

_UNLISTED = Meaning((), RequestRefused, message("The service refused {command} for a reason that is not documented ({said})"))


def failure(command: str, code: int, info: str) -> ServiceError:
    """The exception for an ErrorCode; ``info`` is the service's own ErrorInfo, shown without secrets."""
    meaning = MEANINGS.get(code, _UNLISTED)
    words = Message(meaning.words.template, (("command", command), ("said", f"{code} {scrub(info)}".strip())))
    return meaning.error(words, command=command, code=code, hint=meaning.hint)


Number = TypeVar("Number", AnswerType, Status)

LARGEST_NUMBER = 2**63

LAST_MOMENT = 253_402_300_800
"""Unix seconds of the year 10000, beyond ``datetime``."""

UNITS = (10**3, 10**6, 10**9)
"""In a second: milliseconds, which are documented (www.tencentcloud.com/document/product/1229/68824), micro- and nanoseconds."""


@dataclass(frozen=True, slots=True)
class CategoryRow:
    """One category as listed; ``parent`` is 0 on the first level, ``title`` is empty when the answer has none."""

    id: int
    parent: int
    title: str
    menu: MenuType


@dataclass(frozen=True, slots=True)
class Tree:
    """Every category by its id, in the order of the answer; ``complete`` is False when the service counts more than it lists."""

    rows: Mapping[int, CategoryRow]
    complete: bool

    def path(self, category: int) -> CategoryPath:
        """The titles from the first level down. What has no title, or is not in the tree, is called ``#id``.

        A parent that is missing, or a circle of parents, ends the path in the same way, so every id has one.
        """
        titles: list[str] = []
        seen: set[int] = set()
        while category and category not in seen and category in self.rows:
            seen.add(category)
            row = self.rows[category]
            titles.append(row.title or f"#{category}")
            category = row.parent
        if category or not titles:
            titles.append(f"#{category}")
        return tuple(reversed(titles))

    def categories(self) -> tuple[Category, ...]:
        """The categories as the model has them."""
        return tuple(Category(path=self.path(row.id), id=row.id, menu=row.menu) for row in self.rows.values())

    def find(self, title: str, *, parent: int) -> Sequence[int]:
        """The ids of the categories of that title below that parent (0: on the first level)."""
        return [row.id for row in self.rows.values() if row.title == title and row.parent == parent]


class QuestionRow(NamedTuple):
    """One question as listed; ``category`` is 0 when the answer names none."""

    id: str
    category: int
    question: str
    answer: str
    answer_type: AnswerType
    status: Status
    similar: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Fields:
    """One JSON object of an answer. A field that is missing without a default, or is of another kind, raises OutcomeUnknown.

    ``null`` counts as missing; whole numbers may be strings, as the vendor's own pages disagree on that; other
    fields are ignored.
    """

    command: str
    values: Mapping[str, object]

    def integer(self, name: str, default: int | None = None) -> int:
        """A whole number."""
        value = self._value(name, default)
        if isinstance(value, str) and re.fullmatch(r"\s*-?[0-9]{1,18}\s*", value):
            return int(value)
        if isinstance(value, float) and value.is_integer():
            return int(value)
        if not isinstance(value, int) or isinstance(value, bool):
            raise self.broken(name, value)
        return value

    def count(self, name: str) -> int | None:
        """A count, None if absent."""
        return None if self.values.get(name) is None else self.integer(name)

    def number(self, name: str) -> float | None:
        """A number that may be written as a string, None if absent."""
        value = self.values.get(name)
        if value is None or value == "":
            return None
        if isinstance(value, str) and re.fullmatch(r"\s*[0-9]{1,9}(\.[0-9]{1,18})?\s*", value):
            return float(value)
        if not isinstance(value, int | float) or isinstance(value, bool) or not abs(value) < LARGEST_NUMBER:
            raise self.broken(name, value)
        return float(value)

    def moment(self, name: str) -> float:
        """A time in milliseconds, as Unix seconds. A number too large for that is of the next finer unit in which it fits."""
        value = self.integer(name)
        seconds = next((value / unit for unit in UNITS if 0 <= value < LAST_MOMENT * unit), None)
        if seconds is None:
            raise self.broken(name, value)
        return seconds

    def text(self, name: str, default: str | None = None) -> str:
        """A text with LF line ends."""
        value = self.values.get(name)
        return self._text(name, self._value(name, default) if value is None else value)

    def texts(self, name: str) -> tuple[str, ...]:
        """A list of texts, empty when missing."""
        return tuple([self._text(name, value) for value in self._list(name, 0)])

    def records(self, name: str, *, count: int | None = None) -> tuple["Fields", ...]:
        """A list of objects; it may be missing (or null) only if the answer itself counts none."""
        return tuple([Fields(self.command, self._object(name, value)) for value in self._list(name, count)])

    def broken(self, name: str, found: object) -> OutcomeUnknown:
        """The exception for a field that is not what the vendor documents."""
        return misshapen(self.command, name, "missing" if found is None else str(found))

    def _value(self, name: str, default: object) -> object:
        value = self.values.get(name)
        value = default if value is None else value
        if value is None:
            raise self.broken(name, None)
        return value

    def _list(self, name: str, count: int | None) -> list[object]:
        value = self.values.get(name)
        if value is None and (count == 0 or (name in self.values and not count)):
            return []
        if not isinstance(value, list):
            raise self.broken(name, value)
        return value

    def _object(self, name: str, value: object) -> Mapping[str, object]:
        if not isinstance(value, dict):
            raise self.broken(name, "null" if value is None else value)
        return value

    def _text(self, name: str, value: object) -> str:
        if not isinstance(value, str):
            raise self.broken(name, "null" if value is None else value)
        text = to_lf(value)
        try:
            text.encode()
        except UnicodeEncodeError:
            # JSON can spell half a surrogate pair, which no file and no terminal can hold.
            return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        return text


def category_row(fields: Fields) -> CategoryRow:
    """One entry of desc_chitchat_category (www.tencentcloud.com/document/product/1229/68847).

    Title stands in the vendor's example only. A MenuType that is not documented counts as preset: such a category is
    neither renamed nor deleted.
    """
    menu = fields.integer("MenuType", 0)
    return CategoryRow(
        id=fields.integer("CategoryId"),
        parent=fields.integer("ParentId", 0),
        title=fields.text("Title", ""),
        menu=MenuType(menu) if menu in list(MenuType) else MenuType.PRESET,
    )


def question_row(fields: Fields, *, status: Status) -> QuestionRow:
    """One entry of list_chitchat (cloud.tencent.com/document/product/269/116739), listed by ``status``."""
    return QuestionRow(
        id=fields.text("StandardQuestionId"),
        category=fields.integer("CategoryId", 0),
        question=fields.text("StandardQuestion"),
        answer=fields.text("Answer", "" if "Answer" in fields.values else None),
        answer_type=_known(fields, "AnswerType", AnswerType.TEXT),
        status=_known(fields, "Status", status),
        similar=fields.texts("SimilarQuestions"),
    )


_ROBOT = re.compile(r"[0-9]+-(@RBT#.+)-[0-9A-Za-z]+", re.DOTALL)


def robot_of(identifier: str) -> str:
    """The RobotId inside a StandardQuestionId of the shape that the vendor's samples have; empty where it has another."""
    return found[1] if (found := _ROBOT.fullmatch(identifier)) else ""


def _known(fields: Fields, name: str, listed: Number) -> Number:
    """A number that is one of those documented; ``listed`` where there is none."""
    value = fields.integer(name, listed)
    try:
        return listed if value == listed else type(listed)(value)
    except ValueError:
        raise fields.broken(name, value) from None
