"""The pacer as its callers see it: waiting, repeating, giving up, stopping, many threads."""

import math
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import pairwise
from random import Random

import pytest

from kbsync.errors import Interrupted, OutcomeUnknown, Outdated, RequestRefused, Throttled, Unreachable
from kbsync.limiter import Overdue, Pacer, SystemClock
from kbsync.limiter.pacer import Patience
from kbsync.messages import message
from kbsync.settings import Pacing
from tests.fakes.clock import FakeClock
from tests.fakes.network import Service
from tests.fakes.paced import paced


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
    moments = [paced(pacer, "list_chitchat", clock.now) - begin for _ in range(6)]
    assert moments == pytest.approx([0, 0, 0, 0, 0, 1.02])


@pytest.mark.parametrize("trip", [0.05, 0.3, 1.0])
def test_the_sixth_of_many_leaves_as_soon_as_an_answer_allows(trip: float) -> None:
    """Twelve threads whose waits last: the first five may open connections, and the next go a second after their answers."""
    clock, left = FakeClock(), list[float]()
    pacer, begin = Pacer(clock), clock.now()

    def send() -> None:
        left.append(clock.now() - begin)
        clock.wait(trip)

    clock.play([partial(paced, pacer, "list_chitchat", send)] * 12)
    second = 1.005 + trip
    assert left == pytest.approx([0.0] * 5 + [second] * 5 + [second + 1.02] * 2)


def test_commands_have_limits_of_their_own() -> None:
    """A command whose slots are all taken keeps no other command waiting."""
    clock = FakeClock()
    pacer = Pacer(clock)
    for command in ("add_chitchat", "update_chitchat", "list_chitchat"):
        for _ in range(5):
            paced(pacer, command, lambda: None)
    assert clock.waits == []
    assert pacer.calls == {"add_chitchat": 5, "update_chitchat": 5, "list_chitchat": 5}


def test_a_refused_call_is_repeated_until_it_is_served() -> None:
    """A refusal for speed is no failure: the caller sees the answer, the report counts both."""
    pacer = Pacer(FakeClock(), dice=Random(1))
    assert paced(pacer, "add_chitchat", failing([too_fast(), too_fast()])) == "done"
    assert pacer.calls == {"add_chitchat": 3}
    assert pacer.throttled == 2


def test_retry_after_is_honoured_and_told() -> None:
    """The service's own wish is kept, and whoever listens hears of a pause of more than a second."""
    clock = FakeClock()
    heard: list[tuple[str, float]] = []
    pacer = Pacer(clock, on_pause=lambda command, seconds: heard.append((command, seconds)))
    begin = clock.now()
    paced(pacer, "add_chitchat", failing([too_fast(12.0)]))
    assert clock.now() - begin >= 12.0
    assert heard == [("add_chitchat", 12.0)]


def test_a_pause_is_told_to_those_who_wait_behind_it() -> None:
    """A queue that stands still because of an earlier call's refusal says so, once for the same pause."""
    clock = FakeClock()
    heard: list[float] = []
    pacer = Pacer(clock, patience=5.0, on_pause=lambda _, seconds: heard.append(seconds))
    with pytest.raises(Throttled):
        paced(pacer, "add_chitchat", failing([too_fast(40.0)]))
    begin = clock.now()
    assert paced(pacer, "add_chitchat", clock.now) - begin == pytest.approx(40.0)
    assert heard == [40.0]


@pytest.mark.parametrize("wish", [60.0, 59.5])
def test_a_minute_is_waited_for(wish: float) -> None:
    """The longest pause that is honoured ends with an answer."""
    clock = FakeClock()
    begin = clock.now()
    assert paced(Pacer(clock), "add_chitchat", failing([too_fast(wish)])) == "done"
    assert clock.now() - begin == pytest.approx(wish)


@pytest.mark.parametrize("wish", [61.0, 120.0, 1e9])
def test_nobody_waits_for_longer_than_a_minute(wish: float) -> None:
    """The refused call and those behind it end at once with the service's number; another command is not concerned."""
    clock = FakeClock()
    pacer = Pacer(clock)
    said = f"wants no add_chitchat for {wish:.0f} s"
    with pytest.raises(Throttled, match=said) as refused:
        paced(pacer, "add_chitchat", failing([too_fast(wish)]))
    with pytest.raises(Throttled, match=said):
        paced(pacer, "add_chitchat", lambda: None)
    assert (refused.value.code, refused.value.retry_after, clock.waits) == (60018, wish, [])
    assert pacer.calls == {"add_chitchat": 1}
    assert paced(pacer, "update_chitchat", lambda: "sent") == "sent"


def test_a_short_pause_is_not_worth_a_word() -> None:
    """Nobody is told of a pause of a second or less."""
    heard: list[float] = []
    pacer = Pacer(FakeClock(), dice=Random(1), on_pause=lambda _, seconds: heard.append(seconds))
    assert Random(1).uniform(0.5, 1.5) < 1.0
    paced(pacer, "add_chitchat", failing([too_fast()]))
    assert heard == []


def test_patience_ends() -> None:
    """A call that is refused for a minute on end is given up with the service's refusal."""
    clock = FakeClock()
    pacer = Pacer(clock, dice=Random(1))
    begin = clock.now()
    with pytest.raises(Throttled):
        paced(pacer, "add_chitchat", failing([too_fast()] * 1000))
    assert 30 <= clock.now() - begin <= 60
    assert pacer.throttled == pacer.calls["add_chitchat"]


def test_no_wait_is_begun_that_ends_after_the_patience() -> None:
    """Be it for a slot or for those before it: what could leave only after the patience ends with the refusal at once."""
    clock = FakeClock()
    pacer, begin = Pacer(clock, rate=0.2, patience=7.0, dice=Random(1)), clock.now()
    with pytest.raises(Throttled):
        paced(pacer, "add_chitchat", failing([too_fast()] * 1000))
    assert pacer.calls == {"add_chitchat": 2}
    assert clock.now() - begin <= 7.0


def test_what_is_late_already_is_not_sent() -> None:
    """A machine that slept during the pause finds a slot and yet sends nothing."""
    clock = FakeClock()
    pacer = Pacer(clock)
    with pytest.raises(Overdue), pacer.slot("add_chitchat", until=clock.now() - 1):
        raise AssertionError
    assert pacer.calls == {}


def test_a_refused_call_that_waits_for_its_turn_ends_with_its_patience() -> None:
    """Where even those before it leave later, it does not join them, and they are served."""
    clock, ended = FakeClock(), dict[str, float]()
    pacer, begin = Pacer(clock, rate=0.1, patience=4.0, dice=Random(1)), clock.now()

    def refused() -> None:
        with pytest.raises(Throttled):
            paced(pacer, "add_chitchat", failing([too_fast()] * 1000))
        ended["refused"] = clock.now() - begin

    def patient() -> None:
        clock.wait(0.1)
        ended["patient"] = paced(pacer, "add_chitchat", clock.now) - begin

    clock.play([refused, patient])
    assert ended["refused"] < 4.0
    assert ended["patient"] == pytest.approx(10.0, abs=0.1)
    assert pacer.calls == {"add_chitchat": 2}


@pytest.mark.parametrize(("trip", "calls", "end"), [(2.0, 3, 6.02), (9.0, 2, 7.0)])
def test_an_answer_that_frees_a_slot_in_time_lets_a_refused_call_leave(trip: float, calls: int, end: float) -> None:
    """Where only another call's answer tells when a slot is free, it is awaited until the patience ends and no longer."""
    clock, ended = FakeClock(), list[float]()
    pacer, begin = Pacer(clock, rate=1.0, pacing=Pacing.STRICT, patience=7.0, dice=Random(1)), clock.now()

    def refused() -> None:
        with pytest.raises(Throttled):
            paced(pacer, "add_chitchat", failing([too_fast()] * 1000))
        ended.append(clock.now() - begin)

    def other() -> None:
        clock.wait(0.1)
        paced(pacer, "add_chitchat", partial(clock.wait, trip))

    clock.play([refused, other])
    assert pacer.calls == {"add_chitchat": calls}
    assert ended == [pytest.approx(end, abs=0.02)]


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
        paced(pacer, "add_chitchat", failing([error]))
    assert paced(pacer, "add_chitchat", clock.now) - begin == pytest.approx(free)


def test_what_is_stopped_was_not_sent() -> None:
    """Once stopped, no call leaves any more, and the error says that nothing happened."""
    stop = threading.Event()
    pacer = Pacer(FakeClock())
    stop.set()
    with pytest.raises(Interrupted, match="Stopped before add_chitchat was sent; nothing happened"):
        paced(pacer, "add_chitchat", lambda: None, stop=stop)
    assert pacer.calls == {}


def test_a_stop_ends_the_calls_that_heed_it_alone() -> None:
    """What is still owed leaves when its slot is free, although others of its command were stopped."""
    stop = threading.Event()
    clock = FakeClock()
    pacer = Pacer(clock, rate=1.0)
    begin = clock.now()
    paced(pacer, "batch_set_chitchat", stop.set)
    with pytest.raises(Interrupted):
        paced(pacer, "batch_set_chitchat", lambda: None, stop=stop)
    assert paced(pacer, "batch_set_chitchat", clock.now) - begin == pytest.approx(1.02)


def test_a_stop_while_the_slot_is_taken_counts() -> None:
    """The last question before a call leaves is whether it still may: the slot stays free for the next one."""

    class Late(threading.Event):
        """Is set between the first look and the second."""

        looks = 0

        def is_set(self) -> bool:
            self.looks += 1
            return self.looks > 1

    clock = FakeClock()
    pacer = Pacer(clock, rate=1.0)
    begin = clock.now()
    with pytest.raises(Interrupted):
        paced(pacer, "add_chitchat", lambda: None, stop=Late())
    assert paced(pacer, "add_chitchat", clock.now) == begin


@pytest.mark.parametrize("pacing", Pacing)
def test_a_stop_is_noticed_with_the_next_answer(pacing: Pacing) -> None:
    """Who waits for a slot while calls are under way hears of a stop when one of them ends, which the run waits for anyway."""
    clock, stop, heard = FakeClock(), threading.Event(), list[float]()
    pacer, begin = Pacer(clock, pacing=pacing), clock.now()

    def stopped() -> None:
        clock.wait(0.1)
        with pytest.raises(Interrupted):
            paced(pacer, "add_chitchat", lambda: None, stop=stop)
        heard.append(clock.now() - begin)

    def stopping() -> None:
        clock.wait(0.2)
        stop.set()

    clock.play([*[partial(paced, pacer, "add_chitchat", partial(clock.wait, 0.3))] * 5, stopped, stopping])
    assert heard == pytest.approx([0.3])
    assert pacer.calls == {"add_chitchat": 5}


def test_what_rests_on_something_old_is_not_sent() -> None:
    """A call that had to wait asks whether it still may leave; its slot goes to the next one."""
    clock = FakeClock()
    pacer = Pacer(clock, rate=1.0)
    begin = clock.now()
    paced(pacer, "del_chitchat_category", lambda: None, still=lambda: clock.now() - begin < 0.5)
    with pytest.raises(Outdated, match="had to wait until what it rests on was too old"):
        paced(pacer, "del_chitchat_category", lambda: None, still=lambda: clock.now() - begin < 0.5)
    assert paced(pacer, "del_chitchat_category", clock.now) - begin == pytest.approx(1.02)
    assert pacer.calls == {"del_chitchat_category": 2}


def test_each_thread_counts_its_own_calls() -> None:
    """Those included that were refused for speed and sent again."""
    pacer = Pacer(FakeClock(), dice=Random(1))

    def work() -> int:
        paced(pacer, "add_chitchat", failing([too_fast()]))
        return pacer.calls_here

    with ThreadPoolExecutor(1) as threads:
        assert threads.submit(work).result() == 2
    assert pacer.calls_here == 0


def test_a_pause_ends_when_stopped() -> None:
    """A refused call that is stopped in its pause is not sent again."""
    stop = threading.Event()
    pacer = Pacer(FakeClock(), on_pause=lambda *_: stop.set())
    with pytest.raises(Interrupted):
        paced(pacer, "add_chitchat", failing([too_fast(5.0)]), stop=stop)
    assert pacer.calls == {"add_chitchat": 1}


def test_waiting_on_the_machines_clock_ends_when_stopped() -> None:
    """With the real clock too, a wait of half a minute for a slot ends at the moment of the stop, for everybody in the queue."""
    stop = threading.Event()
    pacer = Pacer(SystemClock(), rate=1 / 30)
    paced(pacer, "add_chitchat", lambda: None)
    with ThreadPoolExecutor(3) as threads:
        waiting = [threads.submit(paced, pacer, "add_chitchat", lambda: None, stop=stop) for _ in range(3)]
        stop.set()
        assert [type(call.exception()) for call in waiting] == [Interrupted] * 3


@pytest.mark.parametrize("pacing", Pacing)
def test_many_threads_keep_the_pace(pacing: Pacing) -> None:
    """Twelve threads that share a pacer are no faster than the limit, lose no call and send none twice."""
    clock, sent = FakeClock(), list[int]()
    pacer = Pacer(clock, pacing=pacing)
    begin = clock.now()
    with ThreadPoolExecutor(12) as threads:
        calls = [threads.submit(paced, pacer, "update_chitchat", partial(sent.append, number)) for number in range(300)]
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
        served = list(threads.map(lambda _: paced(pacer, "update_chitchat", send), range(300)))
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
        first = threads.submit(paced, pacer, "add_chitchat", slow)
        leaving.wait()
        second = threads.submit(paced, pacer, "add_chitchat", clock.now)
        assert pacer.calls == {"add_chitchat": 1}
        answered.set()
        assert first.result() is None
        assert second.result() - begin == pytest.approx(10.005)


def test_the_machines_clock() -> None:
    """The real clock goes forward, waits for as long as told, and says whether an event ended the wait, be it one without end."""
    clock, event = SystemClock(), threading.Event()
    begin = clock.now()
    assert clock.wait(0.001) is False
    assert clock.wait(-1.0) is False
    assert clock.wait(0.001, until=event) is False
    event.set()
    assert clock.wait(60.0, until=event) is True
    assert clock.wait(math.inf, until=event) is True
    assert clock.now() >= begin + 0.001
    assert clock.wall() > 1_700_000_000
