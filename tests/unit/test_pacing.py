"""The pacer as its callers see it: waiting, repeating, giving up, stopping, many threads."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import pairwise
from random import Random

import pytest

from kbsync.errors import Interrupted, OutcomeUnknown, RequestRefused, Throttled, Unreachable
from kbsync.messages import message
from kbsync.pacing import Pacer, SystemClock
from kbsync.pacing.patience import Patience
from kbsync.settings import Pacing
from tests.fakes.clock import FakeClock
from tests.fakes.network import Service


def too_fast(retry_after: float | None = None) -> Throttled:
    return Throttled(message("Too fast."), command="add_chitchat", code=60018, retry_after=retry_after)


def failing(errors: list[Exception]) -> Callable[[], str]:
    """A call that fails with each of these in turn and then succeeds."""
    left = list(errors)

    def send() -> str:
        if left:
            raise left.pop(0)
        return "done"

    return send


def test_a_sixth_call_waits_for_the_first_slot() -> None:
    """Five calls leave at once, the sixth a second and a small margin after the first."""
    clock = FakeClock()
    pacer = Pacer(clock)
    begin = clock.now()
    moments = [pacer.call("list_chitchat", clock.now) - begin for _ in range(6)]
    assert moments == pytest.approx([0, 0, 0, 0, 0, 1.02])


def test_commands_have_limits_of_their_own() -> None:
    """A command whose slots are all taken keeps no other command waiting."""
    clock = FakeClock()
    pacer = Pacer(clock)
    for command in ("add_chitchat", "update_chitchat", "list_chitchat"):
        for _ in range(5):
            pacer.call(command, lambda: None)
    assert clock.waits == []
    assert pacer.calls == {"add_chitchat": 5, "update_chitchat": 5, "list_chitchat": 5}


def test_a_refused_call_is_repeated_until_it_is_served() -> None:
    """A refusal for speed is no failure: the caller sees the answer, the report counts both."""
    pacer = Pacer(FakeClock(), dice=Random(1))
    assert pacer.call("add_chitchat", failing([too_fast(), too_fast()])) == "done"
    assert pacer.calls == {"add_chitchat": 3}
    assert pacer.throttled == 2


def test_retry_after_is_honoured_and_told() -> None:
    """The service's own wish is kept, and whoever listens hears of a pause of more than a second."""
    clock = FakeClock()
    heard: list[tuple[str, float]] = []
    pacer = Pacer(clock, on_pause=lambda command, seconds: heard.append((command, seconds)))
    begin = clock.now()
    pacer.call("add_chitchat", failing([too_fast(12.0)]))
    assert clock.now() - begin >= 12.0
    assert heard == [("add_chitchat", 12.0)]


def test_a_short_pause_is_not_worth_a_word() -> None:
    """Nobody is told of a pause of a second or less."""
    heard: list[float] = []
    pacer = Pacer(FakeClock(), dice=Random(1), on_pause=lambda _, seconds: heard.append(seconds))
    assert Random(1).uniform(0.5, 1.5) < 1.0
    pacer.call("add_chitchat", failing([too_fast()]))
    assert heard == []


def test_patience_ends() -> None:
    """A call that is refused for a minute on end is given up with the service's refusal."""
    clock = FakeClock()
    pacer = Pacer(clock, dice=Random(1))
    begin = clock.now()
    with pytest.raises(Throttled):
        pacer.call("add_chitchat", failing([too_fast()] * 1000))
    assert 30 <= clock.now() - begin <= 80
    assert pacer.throttled == pacer.calls["add_chitchat"]


def test_pauses_grow_up_to_a_bound() -> None:
    """Each pause is drawn between half a second and three times the one before, twenty seconds at most."""
    patience = Patience(Random(3), limit=1e9)
    pauses = [patience.pause(0.0) or 0.0 for _ in range(300)]
    assert min(pauses) >= 0.5
    assert max(pauses) == 20.0
    assert all(later <= 3 * earlier + 1e-9 for earlier, later in pairwise(pauses))


@pytest.mark.parametrize(
    ("error", "free"),
    [
        (RequestRefused(message("No."), command="add_chitchat", code=-7), 1.02),
        (Unreachable(message("No way."), command="add_chitchat"), 1.02),
        (OutcomeUnknown(message("Lost."), command="add_chitchat"), 4.005),
        (ZeroDivisionError(), 4.005),
    ],
    ids=lambda value: type(value).__name__,
)
def test_every_end_of_a_call_frees_its_slot_in_time(error: Exception, free: float) -> None:
    """Whatever a call raises comes out, and its slot is held as long as the service may still serve it."""
    clock = FakeClock()
    pacer = Pacer(clock, rate=1.0)
    begin = clock.now()
    with pytest.raises(type(error)):
        pacer.call("add_chitchat", failing([error]))
    assert pacer.call("add_chitchat", clock.now) - begin == pytest.approx(free)


def test_what_is_stopped_was_not_sent() -> None:
    """Once stopped, no call leaves any more, and the error says that nothing happened."""
    stop = threading.Event()
    pacer = Pacer(FakeClock(), stop=stop)
    stop.set()
    with pytest.raises(Interrupted, match="Stopped before add_chitchat was sent; nothing happened"):
        pacer.call("add_chitchat", lambda: None)
    assert pacer.calls == {}


def test_a_pause_ends_when_stopped() -> None:
    """A refused call that is stopped in its pause is not sent again."""
    stop = threading.Event()
    pacer = Pacer(FakeClock(), stop=stop, on_pause=lambda *_: stop.set())
    with pytest.raises(Interrupted):
        pacer.call("add_chitchat", failing([too_fast(5.0)]))
    assert pacer.calls == {"add_chitchat": 1}


def test_waiting_on_the_machines_clock_ends_when_stopped() -> None:
    """With the real clock too, a wait of half a minute for a slot ends at the moment of the stop, for everybody in the queue."""
    stop = threading.Event()
    pacer = Pacer(SystemClock(), rate=1 / 30, stop=stop)
    pacer.call("add_chitchat", lambda: None)
    with ThreadPoolExecutor(3) as threads:
        waiting = [threads.submit(pacer.call, "add_chitchat", lambda: None) for _ in range(3)]
        stop.set()
        assert [type(call.exception()) for call in waiting] == [Interrupted] * 3


@pytest.mark.parametrize("pacing", Pacing)
def test_many_threads_keep_the_pace(pacing: Pacing) -> None:
    """Twelve threads that share a pacer are no faster than the limit, lose no call and send none twice."""
    clock, sent = FakeClock(), list[int]()
    pacer = Pacer(clock, pacing=pacing)
    begin = clock.now()
    with ThreadPoolExecutor(12) as threads:
        calls = [threads.submit(pacer.call, "update_chitchat", partial(sent.append, number)) for number in range(300)]
    assert [call.exception() for call in calls] == [None] * 300
    assert sorted(sent) == list(range(300))
    assert clock.now() - begin >= 59.0


def test_strict_threads_never_crowd_a_window() -> None:
    """However the machine schedules twelve threads, the service never sees more than five strict calls in a second."""
    clock, service, lock = FakeClock(), Service(), threading.Lock()
    pacer = Pacer(clock, pacing=Pacing.STRICT)

    def send() -> bool:
        with lock:
            return service.arrive(clock.now())

    with ThreadPoolExecutor(12) as threads:
        served = list(threads.map(lambda _: pacer.call("update_chitchat", send), range(300)))
    assert served == [True] * 300


def test_strict_waits_for_the_answer_under_way() -> None:
    """With every slot under way, a strict call leaves only after an answer, and a second later."""
    clock, answered = FakeClock(), threading.Event()
    pacer = Pacer(clock, rate=1.0, pacing=Pacing.STRICT)
    leaving = threading.Event()

    def slow() -> None:
        leaving.set()
        answered.wait()
        clock.move(9.0)

    begin = clock.now()
    with ThreadPoolExecutor(2) as threads:
        first = threads.submit(pacer.call, "add_chitchat", slow)
        leaving.wait()
        second = threads.submit(pacer.call, "add_chitchat", clock.now)
        assert pacer.calls == {"add_chitchat": 1}
        answered.set()
        assert first.result() is None
        assert second.result() - begin == pytest.approx(10.005)


def test_the_machines_clock() -> None:
    """The real clock goes forward, waits without an event for as long as told, and says whether an event ended the wait."""
    clock, event = SystemClock(), threading.Event()
    begin = clock.now()
    assert clock.wait(0.001) is False
    assert clock.wait(-1.0) is False
    assert clock.wait(0.001, until=event) is False
    event.set()
    assert clock.wait(60.0, until=event) is True
    assert clock.now() >= begin + 0.001
    assert clock.wall() > 1_700_000_000
