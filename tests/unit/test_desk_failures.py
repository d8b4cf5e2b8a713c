"""Every code, HTTP status and network failure lands on exactly one meaning, with words and advice."""

import inspect
from collections import Counter
from collections.abc import Mapping
from types import MappingProxyType

import httpcore
import httpx
import pytest

from kbsync.desk.answers import MEANINGS, HttpAnswer, failure, opened
from kbsync.desk.connection import CORE, LOST, Route, lost
from kbsync.desk.connection import MEANINGS as NETWORK
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
    Unreachable,
    WrongDataCentre,
)

CODES: dict[type[ServiceError], str] = {
    Throttled: "-14 60007 60011 60018 60019 141009",
    OutcomeUnknown: "-1 60008 60013 60014 70169 70202 70500 20004 20005 141002",
    SignatureRejected: "60004 60005 70001 70002 70003 70005 70009 70013 70014 70050 70052 20002",
    NotAdministrator: "-20 60010 70403 70107 90009",
    WrongDataCentre: "60026 70016 70020",
    DeskNotEnabled: "-50040 -50059 60016 60017 60020 60027 60028 72000 72002 141000",
    UnknownCommand: "60009",
    RequestRefused: (
        "-7 60002 60003 60006 60012 60015 60021 60025 70051 70398 70399 70402 70404 71000 -50003 -50011 -50042 -50051 -50052 "
        "-50055 -50056 20001 20003 20006 80002 90001 90002 90005 90007 90010 93000 141004"
    ),
    NoSuchSession: "141005 141006 141010",
}
"""The vendor's lists: trc.io/document/34348, the chitchat pages, the session pages."""

DIRECT = Route("desk.invalid:443")

EACH = [(int(code), error) for error, codes in CODES.items() for code in codes.split()]


@pytest.mark.parametrize(("code", "error"), EACH)
def test_each_documented_code_has_its_meaning(code: int, error: type[ServiceError]) -> None:
    """A documented code becomes exactly that exception, which names the command, the code and the service's words."""
    found = failure("list_chitchat", code, "the service's words")
    assert type(found) is error
    assert (found.command, found.code) == ("list_chitchat", code)
    assert "list_chitchat" in str(found)
    assert f"{code} the service's words" in str(found)


def test_the_table_lists_every_code_once() -> None:
    """No row takes a code from another row, and nothing is in the table that the vendor does not list."""
    rows = {id(meaning): meaning for meaning in MEANINGS.values()}.values()
    named = Counter(code for meaning in rows for code in meaning.codes)
    assert named == Counter(code for code, _ in EACH)


def test_an_unlisted_code_is_a_refusal_in_the_services_words() -> None:
    """A code that nobody documents is shown with what the service says, without secrets."""
    found = failure("add_chitchat", 424242, "cannot use ?usersig=abc")
    assert type(found) is RequestRefused
    assert str(found) == "The service refused add_chitchat for a reason that is not documented (424242 cannot use ?usersig=***)"


def tree(root: type[Exception]) -> list[type[Exception]]:
    """The leaves below a class."""
    below = root.__subclasses__()
    return [leaf for child in below for leaf in tree(child)] if below else [root]


def httpx_leaves() -> set[type[Exception]]:
    """Every exception that httpx makes public and that has no subclass."""
    public = [each for name in httpx.__all__ if inspect.isclass(each := getattr(httpx, name)) and issubclass(each, Exception)]
    return {leaf for each in public for leaf in tree(each)}


def test_every_exception_of_httpx_has_its_meaning() -> None:
    """When httpx gains an exception, somebody decides what it means."""
    assert {kind for kind in NETWORK if kind.__module__.startswith("httpx")} == httpx_leaves()
    assert all(issubclass(leaf, LOST) for leaf in httpx_leaves())


def test_every_exception_of_httpcore_has_its_twin() -> None:
    """What the connections raise is raised again under httpx's name, so httpx must have it."""
    public = [
        each for name in httpcore.__all__ if inspect.isclass(each := getattr(httpcore, name)) and issubclass(each, Exception)
    ]
    assert {leaf for each in public for leaf in tree(each) if not issubclass(leaf, CORE)} == {httpcore.ConnectionNotAvailable}
    assert all(getattr(httpx, leaf.__name__) in NETWORK for kind in CORE for leaf in tree(kind))


@pytest.mark.parametrize(
    "sent_nothing",
    [httpx.ConnectError, httpx.ConnectTimeout, httpx.ProxyError, httpx.PoolTimeout, httpx.InvalidURL, UnicodeError],
)
def test_a_failure_before_sending_is_unreachable(sent_nothing: type[Exception]) -> None:
    """Where no connection was made, nothing happened, and the reason is told."""
    found = lost("list_chitchat", sent_nothing("name not known"), route=DIRECT)
    assert type(found) is Unreachable
    assert "list_chitchat" in str(found)
    assert found.hint is not None


def test_what_cannot_be_reached_is_named() -> None:
    """Host and port are told, the proxy's too where one is in between, and what to check is about the way that was taken."""
    error = httpx.ConnectError("refused")
    direct, through = (lost("list_chitchat", error, route=Route("desk.invalid:443", proxy)) for proxy in ("", "proxy:3128"))
    assert str(direct) == "No connection to desk.invalid:443 for list_chitchat: refused"
    assert str(through) == "No connection to desk.invalid:443 through the proxy proxy:3128 for list_chitchat: refused"
    assert "HTTPS_PROXY" in str(direct.hint)
    assert "NO_PROXY" in str(through.hint)


@pytest.mark.parametrize("error", [httpx.ReadTimeout(""), httpx.WriteError(""), ConnectionResetError("reset"), RuntimeError()])
def test_a_failure_after_sending_leaves_the_outcome_unknown(error: Exception) -> None:
    """Where something may have been sent, it may have happened; a failure that nobody foresaw is taken so too."""
    assert type(lost("add_chitchat", error, route=DIRECT)) is OutcomeUnknown


def judged(status: int, content: bytes = b"", *, headers: Mapping[str, str] = MappingProxyType({})) -> ServiceError:
    """The exception that an answer is."""
    with pytest.raises(ServiceError) as caught:
        opened("list_chitchat", HttpAnswer(status, headers, content), wall=1_760_000_000.0)
    return caught.value


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (302, RequestRefused),
        (307, RequestRefused),
        (400, RequestRefused),
        (401, RequestRefused),
        (403, RequestRefused),
        (404, UnknownCommand),
        (408, OutcomeUnknown),
        (413, RequestRefused),
        (429, Throttled),
        (500, OutcomeUnknown),
        (502, OutcomeUnknown),
        (503, Throttled),
        (504, OutcomeUnknown),
    ],
)
def test_each_http_status_has_its_meaning(status: int, error: type[ServiceError]) -> None:
    """A status that the service does not use is judged by what it says of the call, and named."""
    found = judged(status, b"<html>busy</html>")
    assert type(found) is error
    assert found.code == status
    assert str(status) in str(found)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "7"}, 7.0),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "-3"}, None),
        ({"retry-after": "Thu, 09 Oct 2025 08:53:30 GMT"}, 10.0),
        ({"retry-after": "Thu, 09 Oct 2025 08:53:30", "date": "Thu, 09 Oct 2025 08:53:00 GMT"}, 30.0),
        ({"retry-after": "Thu, 09 Oct 2025 08:00:00 GMT"}, 0.0),
        ({"retry-after": "999999999"}, 999999999.0),
        ({"retry-after": "9" * 400}, 1e9),
        ({"retry-after": "Fri, 31 Dec 9999 23:59:59 GMT"}, 1e9),
        ({"retry-after": "Fri, 31 Dec 9999 23:59:59 -2300"}, 1e9),
        ({"retry-after": "Thu, 09 Oct 99999999999999999999 08:53:30 GMT"}, None),
        ({"retry-after": "10", "date": "Fri, 31 Dec 9999 23:59:59 GMT"}, 10.0),
    ],
)
def test_the_wish_to_wait_is_understood(headers: dict[str, str], seconds: float | None) -> None:
    """Retry-After counts as seconds or as a date by the service's own clock; anything else is no wish."""
    found = judged(503, headers=headers)
    assert isinstance(found, Throttled)
    assert found.retry_after == seconds


SHAPELESS = {
    "nothing": b"",
    "a page": b"<html>hello</html>",
    "cut off": b'{"ActionStatus": "OK", "ErrorCode": 0, "List": [',
    "no object": b"[1, 2]",
    "no code": b'{"ActionStatus": "OK"}',
    "code of another kind": b'{"ActionStatus": "OK", "ErrorCode": true}',
    "no status": b'{"ErrorCode": 0}',
    "a failure without a code": b'{"ActionStatus": "FAIL", "ErrorCode": 0}',
    "nested for ever": b"[" * 100_000,
    "a number without end": b'{"ErrorCode": ' + b"9" * 10_000 + b"}",
    "not UTF-8": b'{"ActionStatus": "\xff\xfe"}',
}


@pytest.mark.parametrize("content", SHAPELESS.values(), ids=SHAPELESS.keys())
def test_an_answer_of_another_shape_leaves_the_outcome_unknown(content: bytes) -> None:
    """HTTP 200 proves nothing: what is not the documented envelope is an error of its own."""
    found = judged(200, content)
    assert type(found) is OutcomeUnknown
    assert "not the documented shape" in str(found)


def test_the_code_decides_over_the_status_word() -> None:
    """An ErrorCode says no even when ActionStatus says OK, and may be written as text."""
    found = judged(200, b'{"ActionStatus": "OK", "ErrorCode": "60026", "ErrorInfo": null}')
    assert type(found) is WrongDataCentre


def test_a_success_keeps_every_field() -> None:
    """Fields beside the envelope are handed on as they came; a byte order mark does no harm."""
    content = b'\xef\xbb\xbf{"ActionStatus": "OK", "ErrorCode": 0, "New": [1]}'
    assert opened("x", HttpAnswer(200, {}, content), wall=0.0)["New"] == [1]
