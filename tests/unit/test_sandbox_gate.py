"""What the sandbox checks before a command: URL, application, region, right, limit, body."""

import dataclasses
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kbsync.commands import Command
from kbsync.rehearsal import Account
from tests.fakes.caller import Caller, sign
from tests.shares import examples

LIST = {"PageIndex": 1, "PageSize": 1}


def code(caller: Caller, request_change: dict[str, object] | None = None, **query: str | None) -> int:
    """The ErrorCode of a listing whose request or query is changed."""
    caller.clock.move(0.25)
    request = caller.request(Command.LIST, LIST, **query)
    return int(json.loads(caller.send(dataclasses.replace(request, **(request_change or {}))).body)["ErrorCode"])  # type: ignore[arg-type]  # any field


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, 0),
        ({"sdkappid": None}, 60012),
        ({"sdkappid": "x"}, 60025),
        ({"sdkappid": "1400000001"}, 70020),
        ({"identifier": None}, 60025),
        ({"contenttype": "xml"}, 60025),
        ({"random": None}, 60025),
        ({"random": "4294967295"}, 0),
        ({"random": "4294967296"}, 60025),
        ({"random": "-1"}, 60025),
        ({"random": "9" * 5000}, 60025),
        ({"random": "٣"}, 60025),
        ({"usersig": None}, 70002),
        ({"usersig": "x"}, 70003),
        ({"identifier": "somebody"}, 70013),
    ],
)
def test_each_query_parameter_is_checked(query: dict[str, Any], expected: int) -> None:
    """A missing or wrong parameter has its documented code."""
    assert code(Caller(), **query) == expected


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"method": "GET"}, 60002),
        ({"path": "/v4/openim_console_http_svc/list_chitchats"}, 60009),
        ({"path": "/v4/desk_http_svc/list_chitchat"}, 60009),
        ({"path": "/list_chitchat"}, 60009),
        ({"body": b""}, -7),
        ({"body": b"[]"}, -7),
        ({"body": b"{"}, -7),
        ({"body": b"\xff"}, -7),
        ({"body": b"[" * 100_000}, -7),
        ({"body": b'{"PageIndex": ' + b"9" * 5000 + b"}"}, -7),
    ],
)
def test_method_path_and_body_are_checked(change: dict[str, object], expected: int) -> None:
    """GET, unknown paths and bodies that are no JSON object are refused, the answer being HTTP 200."""
    assert code(Caller(), change) == expected


def test_only_the_administrator_may_call() -> None:
    """A good signature of another user, or of one who lost the right, is not enough."""
    caller = Caller()
    other = sign(caller.account, time=int(caller.clock.wall()), identifier="somebody")
    assert code(caller, identifier="somebody", usersig=other) == -20
    assert code(Caller(account=Account(administrator=False))) == -20
    assert code(Caller("codes=common", account=Account(administrator=False))) == 60010


def test_an_application_without_desk_is_refused() -> None:
    """The knowledge calls and the session calls have a code each for an application that has no Desk."""
    caller = Caller(account=Account(desk_enabled=False))
    assert code(caller) == -50040
    assert caller.code(Command.SESSION_STATE, SessionId="x") == 141000


def test_the_session_pages_have_their_own_codes() -> None:
    """Parameters, right and limit are refused with what the session pages list."""
    assert Caller().code(Command.SESSION_STATE) == 141004
    not_admin = Caller(account=Account(administrator=False))
    assert not_admin.code(Command.SESSION_STATE) == 60010
    assert not_admin.code(Command.SEND_STREAM) == 90009
    assert Caller(account=Account(calls_per_second=0)).code(Command.SESSION_STATE) == 141009


HOSTS = [
    ("", "adminapisgp.im.qcloud.com", 0, 0),
    ("singapore", "adminapisgp.im.qcloud.com", 0, 0),
    ("singapore", "adminapikr.im.qcloud.com", 60026, 60026),
    ("singapore", "console.tim.qq.com", 60026, 0),
    ("singapore", "127.0.0.1", 0, 0),
]


@pytest.mark.parametrize(("region", "host", "knowledge", "session"), HOSTS)
def test_a_host_of_another_region_is_refused(region: str, host: str, knowledge: int, session: int) -> None:
    """The host must be the region's own, but the session calls answer in China for everyone."""
    caller = Caller(account=Account(region=region))
    assert code(caller, {"headers": {"host": host}}) == knowledge
    request = dataclasses.replace(caller.request(Command.SESSION_LIST, {}), headers={"host": host})
    assert json.loads(caller.send(request).body)["ErrorCode"] == (session or 141004)


def test_region_switches() -> None:
    """An account can be in the wrong region throughout, and the session calls may live on one host alone."""
    assert code(Caller(account=Account(wrong_region=True))) == 60026
    caller = Caller("desk-on-regional-hosts=no")
    request = caller.request(Command.SESSION_LIST, {})
    regional = dataclasses.replace(request, headers={"host": "adminapisgp.im.qcloud.com"})
    assert json.loads(caller.send(regional).body)["ErrorCode"] == 60026


def test_only_one_path_of_the_similar_call_may_exist() -> None:
    """With the switch set, the other path is an unknown one."""
    for words, new, old in (("both", -7, -7), ("new", -7, 60009), ("old", 60009, -7)):
        caller = Caller(f"similar-path={words}")
        assert (caller.code(Command.UPDATE_SIMILAR), caller.code(Command.UPDATE_SIMILAR_OLD)) == (new, old)


def test_body_switches() -> None:
    """A body may be too large, of the wrong type, or speak of a language."""
    assert code(Caller("body-max=5")) == -7
    assert code(Caller("content-type-check=yes"), {"headers": {"content-type": "text/plain"}}) == -7
    assert code(Caller("content-type-check=yes"), {"headers": {"content-type": "Application/JSON; charset=utf-8"}}) == 0
    assert Caller("language-tag=refuse").code(Command.ADD_CATEGORY, Title="A", LanguageTag="en") == -7
    assert Caller("language-tag=refuse").code(Command.LIST, **LIST, LanguageTag="") == 0
    assert Caller().code(Command.ADD_CATEGORY, Title="A", LanguageTag="en") == 0
    assert code(Caller("codes=common"), {"body": b""}) == 60003


def burst(caller: Caller, count: int, command: str = Command.LIST) -> list[int]:
    """Codes (or HTTP statuses) of calls at one moment."""
    replies = [caller.send(caller.request(command, LIST)) for _ in range(count)]
    return [int(json.loads(reply.body)["ErrorCode"]) if reply.status == 200 else reply.status for reply in replies]


def test_five_calls_in_any_second_and_no_more() -> None:
    """The sixth call within a second is refused; exactly one second after the first there is room again."""
    caller = Caller()
    assert burst(caller, 1) == [0]
    caller.clock.move(0.5)
    assert burst(caller, 5) == [0, 0, 0, 0, -14]
    caller.clock.move(0.5)
    assert burst(caller, 2) == [0, -14]
    assert burst(caller, 1, Command.DESC_CATEGORY) == [0]


def test_a_calendar_second_forgets_at_the_tick() -> None:
    """With calendar seconds, ten calls fit around a tick."""
    caller = Caller("limit-window=calendar")
    caller.clock.move(0.9)
    assert burst(caller, 6) == [0, 0, 0, 0, 0, -14]
    caller.clock.move(0.1)
    assert burst(caller, 6) == [0, 0, 0, 0, 0, -14]


def test_limit_switches() -> None:
    """The budget may be the application's, the refusal a common code or HTTP 429, and refused calls may count."""
    caller = Caller("limit-scope=app", "codes=common")
    assert burst(caller, 5) + burst(caller, 1, Command.DESC_CATEGORY) == [0, 0, 0, 0, 0, 60007]
    caller = Caller("limit-answer=http-429")
    assert burst(caller, 6)[-1] == 429
    assert caller.send(caller.request(Command.LIST)).headers["retry-after"] == "1"
    caller = Caller("refused-calls-count=yes")
    burst(caller, 5)
    caller.clock.move(0.5)
    assert burst(caller, 5) == [-14] * 5
    caller.clock.move(0.6)
    assert burst(caller, 1) == [-14]


def test_a_refused_signature_uses_up_nothing() -> None:
    """Calls that fail before the limit do not count against it."""
    caller = Caller()
    for _ in range(9):
        caller.send(caller.request(Command.LIST, LIST, usersig="x"))
    assert burst(caller, 5) == [0] * 5


def test_a_clock_that_was_set_back_does_not_block_for_ever() -> None:
    """Calls recorded in what is now the future are forgotten."""
    caller = Caller()
    burst(caller, 5)
    caller.clock.move(-3600)
    assert burst(caller, 1) == [0]


def test_the_log_holds_every_call_in_order() -> None:
    """Time, command and outcome of each call are kept, refused ones too."""
    caller = Caller()
    caller.call(Command.LIST, **LIST)
    caller.call(Command.ADD)
    assert [(each.time, each.command, each.outcome) for each in caller.service.log] == [
        (1000.25, "list_chitchat", "ok"),
        (1000.5, "add_chitchat", "-7"),
    ]


def test_a_database_that_fails_is_an_internal_error() -> None:
    """After close, the service answers 70500 and raises nothing."""
    caller = Caller()
    caller.service.close()
    assert caller.code(Command.DESC_CATEGORY) == 70500


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()) | st.just("\ud800"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=5,
)
FIELDS = [
    "CategoryId Question Answer AnswerType SimilarQuestions StandardQuestionId StandardQuestionIds Status Title ParentId",
    "PageIndex PageSize LanguageTag SessionId Limit Offset Order Chunk MsgKey Finish StartTimestamp EndTimestamp ClientUserId",
]
NAMES = st.sampled_from(" ".join(FIELDS).split())


@pytest.mark.no_cover
@settings(max_examples=examples(150), deadline=None)
@given(st.sampled_from(list(Command)), st.dictionaries(NAMES, JSON, max_size=8))
def test_no_body_makes_the_service_raise(command: Command, fields: dict[str, object]) -> None:
    """Whatever the fields hold, the answer is an envelope and never an internal error."""
    caller = Caller()
    answer = caller.call(command, **fields)
    assert set(answer) >= {"ActionStatus", "ErrorCode", "ErrorInfo"}
    assert answer["ErrorCode"] != 70500
    caller.service.close()
