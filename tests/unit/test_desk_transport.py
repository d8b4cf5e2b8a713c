"""A call: its address and body, its repetitions and their limits."""

import gzip
import threading
import tracemalloc
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import format_datetime

import httpx
import pytest

from kbsync.commands import READS, Command
from kbsync.desk.connection import LARGEST
from kbsync.errors import (
    Interrupted,
    NotAdministrator,
    OutcomeUnknown,
    RequestRefused,
    SignatureRejected,
    Throttled,
    Unreachable,
)
from tests.fakes.clock import FakeClock
from tests.fakes.desk_script import Reply, Script, connect, ok

LIST = Command.LIST
LOST = httpx.ReadTimeout("late")


def test_a_call_is_addressed_as_the_vendor_documents() -> None:
    """Path, query, header and body are those of the REST introduction, and every call has a number of its own."""
    script = Script({"list_chitchat": [{}]})
    transport = connect(script)
    for _ in range(2):
        transport.call(LIST, {"Question": "你好"}, repeat=True)
    first, second = script.requests
    assert first.method == "POST"
    assert str(first.url).startswith("https://desk.invalid/v4/openim_console_http_svc/list_chitchat?")
    query = dict(first.url.params)
    assert 0 <= int(query.pop("random")) < 2**32
    assert len(query.pop("usersig")) > 100
    assert query == {"sdkappid": "1400000000", "identifier": "administrator", "contenttype": "json"}
    assert first.url.params["random"] != second.url.params["random"]
    assert first.headers["content-type"].startswith("application/json")
    assert first.content.decode("utf-8") == '{"Question": "你好"}'


def test_session_commands_go_to_their_own_service() -> None:
    """The Desk session calls have another service name in the path, and an empty body is still an object."""
    script = Script({"get_session_state": [{}]})
    connect(script, endpoint="https://desk.invalid/").call(Command.SESSION_STATE, {}, repeat=True)
    assert script.requests[0].url.path == "/v4/desk_http_svc/get_session_state"
    assert script.requests[0].content == b"{}"


@pytest.mark.parametrize("first", [LOST, httpx.ConnectError("refused"), 60008, -1, lambda _: httpx.Response(502)])
def test_a_repeatable_call_outlives_a_lost_answer(first: Reply) -> None:
    """A read or an idempotent write is sent again until an answer comes."""
    script = Script({"list_chitchat": [first, first, {"Total": 1}]})
    assert connect(script).call(LIST, {}, repeat=True)["Total"] == 1
    assert len(script.asked) == 3


def test_repetitions_wait_longer_and_end() -> None:
    """Five tries with growing pauses, then the last failure is raised."""
    clock = FakeClock()
    script = Script({"list_chitchat": [LOST]})
    with pytest.raises(OutcomeUnknown):
        connect(script, clock=clock).call(LIST, {}, repeat=True)
    assert len(script.asked) == 5
    assert [wait for wait in clock.waits if wait in (0.5, 1.0, 2.0, 4.0)] == [0.5, 1.0, 2.0, 4.0]


def test_repetitions_end_after_thirty_seconds() -> None:
    """Slow failures use up the patience before the tries."""
    clock = FakeClock()
    starts: list[float] = []

    def slow(_: httpx.Request) -> httpx.Response:
        starts.append(clock.now())
        clock.move(14)
        raise LOST

    with pytest.raises(OutcomeUnknown):
        connect(slow, clock=clock).call(LIST, {}, repeat=True)
    assert len(starts) == 3
    assert starts[-1] - starts[0] <= 30


def test_a_repetition_that_finds_no_slot_in_time_is_not_sent() -> None:
    """The wait for a slot counts like the pause before it: the last failure is raised at once."""
    clock, script = FakeClock(), Script({"list_chitchat": [LOST]})
    begun = clock.now()
    with pytest.raises(OutcomeUnknown, match="in time"):
        connect(script, clock=clock, rate=0.06).call(LIST, {}, repeat=True)
    assert len(script.asked) == 2
    assert clock.now() - begun <= 30


def test_a_refusal_counts_from_when_the_call_was_sent() -> None:
    """What is refused late has been waited for: a minute after the first sending nothing is sent again."""
    clock, sent = FakeClock(), list[float]()

    def busy(_: httpx.Request) -> httpx.Response:
        sent.append(clock.now())
        clock.move(9)
        return httpx.Response(503, text="<html>busy</html>")

    with pytest.raises(Throttled):
        connect(busy, clock=clock).call(LIST, {}, repeat=True)
    assert sent[-1] - sent[0] <= 60 <= clock.now() - sent[0] + 29


@pytest.mark.parametrize(
    ("reply", "error"), [(LOST, OutcomeUnknown), (-1, OutcomeUnknown), (httpx.ConnectError("no"), Unreachable)]
)
def test_a_call_that_must_not_happen_twice_is_sent_once(reply: Reply, error: type[Exception]) -> None:
    """Without leave to repeat, the first failure is raised at once."""
    script = Script({"add_chitchat": [reply]})
    with pytest.raises(error):
        connect(script).call(Command.ADD, {}, repeat=False)
    assert len(script.asked) == 1


def test_a_refusal_is_not_repeated() -> None:
    """What the service refused it would refuse again."""
    script = Script({"list_chitchat": [-20]})
    with pytest.raises(NotAdministrator):
        connect(script).call(LIST, {}, repeat=True)
    assert len(script.asked) == 1


def test_a_refusal_for_speed_is_left_to_the_pacer() -> None:
    """Too fast is no failure of the call, even of one that must not happen twice: it did not happen."""
    script = Script({"add_chitchat": [60007, lambda _: httpx.Response(503), {}]})
    connect(script).call(Command.ADD, {}, repeat=False)
    assert len(script.asked) == 3


@pytest.mark.parametrize("code", [70001, 70052])
def test_an_expired_signature_is_made_again_once(code: int) -> None:
    """The service's word that the signature is old is met with a new one, for writes too: nothing happened."""
    clock = FakeClock()

    def renewing(body: object) -> httpx.Response:
        clock.move(1)
        return ok() if len(script.asked) == 2 else httpx.Response(200, json={"ActionStatus": "FAIL", "ErrorCode": code})

    script = Script({"add_chitchat": [renewing]})
    connect(script, clock=clock).call(Command.ADD, {}, repeat=False)
    first, second = (request.url.params["usersig"] for request in script.requests)
    assert first != second


def test_a_signature_that_stays_refused_ends_the_call() -> None:
    """A new signature that is called expired too means a wrong clock, and one try more would not help."""
    script = Script({"list_chitchat": [70001]})
    with pytest.raises(SignatureRejected):
        connect(script).call(LIST, {}, repeat=True)
    assert len(script.asked) == 2


@pytest.mark.parametrize(("code", "usersig"), [(70001, "fixed"), (70009, None)])
def test_a_signature_that_cannot_be_cured_is_refused_at_once(code: int, usersig: str | None) -> None:
    """A fixed signature, or one of another key, is not sent a second time: failed checks are counted by the service."""
    script = Script({"list_chitchat": [code]})
    with pytest.raises(SignatureRejected):
        connect(script, usersig=usersig).call(LIST, {}, repeat=True)
    assert len(script.asked) == 1


def test_text_that_is_not_unicode_is_not_sent() -> None:
    """Half a surrogate pair, as a terminal can produce it, is refused with words."""
    script = Script({})
    with pytest.raises(RequestRefused, match="not Unicode"):
        connect(script).call(Command.SEND_STREAM, {"Chunk": "\udc80"}, repeat=False)
    assert script.asked == []


def test_the_clocks_are_compared() -> None:
    """The answer's Date tells how far the clock here is ahead; an answer without one changes nothing."""
    headers = {"Date": "Thu, 09 Oct 2025 08:43:20 GMT"}
    script = Script(
        {"list_chitchat": [lambda _: httpx.Response(200, headers=headers, json={"ActionStatus": "OK", "ErrorCode": 0}), {}]}
    )
    transport = connect(script)
    assert transport.skew is None
    for _ in range(2):
        transport.call(LIST, {}, repeat=True)
        assert transport.skew == pytest.approx(600, abs=2)


@pytest.mark.parametrize("later", [404, 410, 403, 302])
def test_what_may_have_happened_is_not_called_refused(later: int) -> None:
    """A write whose answer was lost stays unknown whatever something on the way says to its repetition."""
    script = Script({"update_chitchat": [LOST, lambda _: httpx.Response(later)]})
    with pytest.raises(OutcomeUnknown):
        connect(script).call(Command.UPDATE, {}, repeat=True)
    assert len(script.asked) == 2


def test_only_success_settles_a_doubt() -> None:
    """Not even the service's own word that it does not know the command: another of its machines may have known it."""
    script = Script({"update_chitchat": [LOST, 60009], "update_similar_chitchat": [LOST, {}]})
    with pytest.raises(OutcomeUnknown):
        connect(script).call(Command.UPDATE, {}, repeat=True)
    connect(script).call(Command.UPDATE_SIMILAR, {}, repeat=True)


def test_what_is_stopped_is_not_sent() -> None:
    """A call that heeds a stop ends before it is sent; the same transport without it goes on."""
    script, stop = Script({"update_chitchat": [{}]}), threading.Event()
    transport = connect(script)
    stop.set()
    with pytest.raises(Interrupted):
        transport.until(stop).call(Command.UPDATE, {}, repeat=True)
    transport.call(Command.UPDATE, {}, repeat=True)
    assert len(script.asked) == 1


@pytest.mark.parametrize(("reply", "error"), [(LOST, OutcomeUnknown), (httpx.ConnectError("no"), Unreachable)])
def test_what_is_stopped_is_not_repeated(reply: Exception, error: type[Exception]) -> None:
    """A call whose first sending failed ends with what that left, when the stop comes meanwhile."""
    stop = threading.Event()

    def fail(_: object) -> httpx.Response:
        stop.set()
        raise reply

    script = Script({"update_chitchat": [fail]})
    with pytest.raises(error):
        connect(script).until(stop).call(Command.UPDATE, {}, repeat=True)
    assert len(script.asked) == 1


class Trickle(httpx.SyncByteStream):
    """A body that never ends; each part takes a second, or is large."""

    def __init__(self, clock: FakeClock, part: bytes) -> None:
        self._clock = clock
        self._part = part

    def __iter__(self) -> Iterator[bytes]:
        while True:
            self._clock.move(1 if len(self._part) == 1 else 0)
            yield self._part


@pytest.mark.parametrize(("part", "words"), [(b" ", "in time"), (b" " * 2**24, "longer than")])
def test_an_endless_answer_is_given_up(part: bytes, words: str) -> None:
    """Neither a trickle nor a flood keeps the call for ever."""
    clock = FakeClock()
    transport = connect(lambda _: httpx.Response(200, stream=Trickle(clock, part)), clock=clock)
    with pytest.raises(OutcomeUnknown, match=words):
        transport.call(LIST, {}, repeat=False)


def test_a_closed_transport_neither_waits_nor_sends() -> None:
    """After close, a pause ends and a new call is told that kbsync is stopping."""
    script = Script({"list_chitchat": [lambda _: closing()]})

    def closing() -> httpx.Response:
        transport.close()
        return httpx.Response(502)

    transport = connect(script)
    with pytest.raises(OutcomeUnknown):
        transport.call(LIST, {}, repeat=True)
    with pytest.raises(Unreachable, match="stopping"):
        transport.call(LIST, {}, repeat=True)
    assert len(script.asked) == 1


SILENCES: list[Reply] = [
    LOST,
    httpx.ReadError("reset"),
    httpx.DecodingError("garbled"),
    -1,
    60008,
    lambda _: httpx.Response(502),
    lambda _: httpx.Response(200, text="<html>"),
]


@pytest.mark.no_cover
@pytest.mark.parametrize("reply", SILENCES)
def test_only_a_write_may_have_taken_effect(reply: Reply) -> None:
    """What became of a read that fails for good is no question; of a write it is one, whatever went wrong."""
    for command in Command:
        with pytest.raises(OutcomeUnknown) as caught:
            connect(Script({command: [reply]})).call(command, {}, repeat=True)
        assert ("whether it took effect is not known" in str(caught.value)) is (command not in READS)


def behind(code: int, seconds: int) -> Reply:
    """A refusal at a time of the service's own."""
    date = format_datetime(datetime.fromtimestamp(FakeClock().wall() + seconds, UTC), usegmt=True)
    return lambda _: httpx.Response(200, headers={"Date": date}, json={"ActionStatus": "FAIL", "ErrorCode": code})


@pytest.mark.parametrize(
    ("reply", "usersig", "hint"),
    [
        (70001, None, "made a moment ago, so this machine's clock is wrong"),
        (behind(70001, 90_000), None, "clock is 90000 seconds behind"),
        (behind(70003, -9000), None, "clock is 9000 seconds ahead"),
        (behind(70003, -20), None, "Check KBSYNC_SECRET_KEY"),
        (behind(70009, 90_000), None, "Check KBSYNC_SECRET_KEY"),
        (70003, None, "Check KBSYNC_SECRET_KEY"),
        (behind(70001, 90_000), "fixed", "Check KBSYNC_SECRET_KEY"),
    ],
)
def test_a_wrong_clock_is_blamed_for_a_signature_that_it_made(reply: Reply, usersig: str | None, hint: str) -> None:
    """A signature that was just made and is too old or too new means the clock here; one that was given may really be old."""
    with pytest.raises(SignatureRejected) as caught:
        connect(Script({"list_chitchat": [reply]}), usersig=usersig).call(LIST, {}, repeat=True)
    assert hint in str(caught.value.hint)


OK = b'{"ActionStatus": "OK", "ErrorCode": 0}'


def packed(coding: str, content: bytes, *, status: int = 200) -> httpx.Response:
    """An answer with that body as it stands on the wire."""
    return httpx.Response(status, headers={"Content-Encoding": coding}, stream=httpx.ByteStream(content))


@pytest.mark.parametrize(
    ("coding", "content"),
    [
        ("gzip", gzip.compress(OK, mtime=0)),
        (" X-GZIP", gzip.compress(OK, mtime=0)),
        ("deflate", zlib.compress(OK)),
        ("identity", OK),
        ("gzip", OK),
    ],
)
def test_one_coding_is_unpacked(coding: str, content: bytes) -> None:
    """What was asked for is understood, and what only says that it is packed is not."""
    transport = connect(lambda _: packed(coding, content))
    if content != OK or coding == "identity":
        assert transport.call(LIST, {}, repeat=False)["ErrorCode"] == 0
    else:
        with pytest.raises(OutcomeUnknown, match="cannot be read"):
            transport.call(LIST, {}, repeat=False)


FLOOD = gzip.compress(b" " * (LARGEST + 1), mtime=0)


@pytest.mark.parametrize(
    ("coding", "content", "words"),
    [
        ("gzip", FLOOD, "longer than"),
        ("deflate", zlib.compress(b" " * (LARGEST + 1)), "longer than"),
        ("gzip, gzip", gzip.compress(FLOOD, mtime=0), "its coding is gzip, gzip"),
        ("gzip,identity,gzip", gzip.compress(FLOOD, mtime=0), "its coding is"),
        ("br", b"\x0b\x02\x80{}\x03", "its coding is br"),
        ("gzip", gzip.compress(OK, mtime=0)[:-9], "cut off"),
        ("identity", b" " * (LARGEST + 1), "longer than"),
    ],
)
def test_a_packed_answer_is_bounded_while_it_is_unpacked(coding: str, content: bytes, words: str) -> None:
    """A few kilobytes cannot fill the memory: one coding at most, and each step counts."""
    tracemalloc.start()
    try:
        with pytest.raises(OutcomeUnknown, match=words):
            connect(lambda _: packed(coding, content)).call(LIST, {}, repeat=False)
        assert tracemalloc.get_traced_memory()[1] < 4 * LARGEST
    finally:
        tracemalloc.stop()


def test_the_status_of_a_failure_counts_whatever_its_coding() -> None:
    """A page for people may be packed in any way, because nobody reads it; a success that holds nothing is none."""
    with pytest.raises(RequestRefused, match="403"):
        connect(lambda _: packed("br", b"no", status=403)).call(LIST, {}, repeat=False)
    with pytest.raises(OutcomeUnknown, match="cut off"):
        connect(lambda _: packed("gzip", b"")).call(LIST, {}, repeat=False)
