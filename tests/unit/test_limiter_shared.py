"""Processes of one machine that share the budget of a target."""

import json
import tempfile
from itertools import accumulate
from pathlib import Path

import pytest
from filelock import FileLock
from hypothesis import given, settings
from hypothesis import strategies as st

from kbsync.errors import Throttled, UnusableFile
from kbsync.limiter import Clock, Pacer
from kbsync.limiter.budget import SharedBudget
from kbsync.limiter.pacer import CommandQueue
from kbsync.limiter.slots import Hold, Slots
from kbsync.messages import message
from kbsync.settings import Pacing
from tests.fakes.clock import FakeClock
from tests.fakes.network import Client, Network, NetworkClock, Service, Shape, drawn, steady, uneven
from tests.fakes.paced import paced
from tests.shares import examples

COMMAND = "update_chitchat"


class Process:
    """One process of a machine: a lane on the shared budget, spoken to as the simulation speaks to a policy."""

    def __init__(self, path: Path, clock: Clock, pacing: Pacing) -> None:
        budget = SharedBudget(path, clock)
        self._lane = CommandQueue(clock, Slots(pacing=pacing), page=lambda: budget.page(COMMAND))
        self._clock = clock
        self._ticket = 0

    def ready_at(self, now: float) -> float:
        ticket, when = self._lane.attempt()
        self._ticket = ticket or 0
        return now if ticket else when - self._clock.now() + now

    def sent(self, now: float) -> int:
        return self._ticket

    def answered(self, ticket: int, now: float) -> None:
        self._lane.answered(ticket)

    def refused(self, ticket: int, now: float) -> None:
        self._lane.refused(ticket, None)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "pace-production.json"


@pytest.mark.no_cover
@pytest.mark.parametrize(("pacing", "share"), [(Pacing.STEADY, 0.95), (Pacing.STRICT, 0.7)])
def test_two_processes_keep_one_limit_together(path: Path, pacing: Pacing, share: float) -> None:
    """Two processes that work on one target are refused no call, and together they use the limit."""
    net, service = Network(), Service()
    shape = Shape("answers uneven", steady(0.02), uneven(0.02, 0.3))
    clients = [Client(net, service, Process(path, NetworkClock(net), pacing), shape, seed=seed) for seed in (1, 2)]
    for client in clients:
        client.offer([0.0] * 60)
    net.run()
    assert [client.refused for client in clients] == [[], []]
    assert service.most_in_a_window() <= 5
    assert 119 / (service.stamps[-1] - service.stamps[0]) / 5 >= share


delays = st.lists(st.floats(0.0, 4.0), min_size=1, max_size=20)

crowds = st.lists(st.tuples(st.integers(1, 12), st.lists(st.floats(0.0, 1.0), min_size=1, max_size=25)), min_size=2, max_size=3)
"""Processes: how many workers each has, and the pauses between the calls that it is asked for."""


def play(crowd: list[tuple[int, list[float]]], pacing: Pacing, shape: Shape, *, greedy: bool = False) -> tuple[Service, int]:
    """Let processes work side by side until all is served; gives the service and how many calls it refused."""
    net, service = Network(), Service(greedy=greedy)
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "pace.json"
        clients = [
            Client(net, service, Process(path, NetworkClock(net), pacing), shape, workers=workers, seed=seed)
            for seed, (workers, _) in enumerate(crowd)
        ]
        for client, (_, pauses) in zip(clients, crowd, strict=True):
            client.offer(accumulate(pauses))
        net.run()
    assert len(service.stamps) == sum(len(pauses) for _, pauses in crowd)
    return service, sum(len(client.refused) for client in clients)


@pytest.mark.no_cover
@settings(deadline=None, max_examples=examples(40))
@given(crowd=crowds, requests=delays, answers=delays, greedy=st.booleans())
def test_strict_processes_are_never_refused(
    crowd: list[tuple[int, list[float]]], requests: list[float], answers: list[float], greedy: bool
) -> None:
    """However many workers two or three processes have, and however calls and answers are late: no second is overfull."""
    service, refused = play(crowd, Pacing.STRICT, Shape("drawn", drawn(requests), drawn(answers)), greedy=greedy)
    assert refused == 0
    assert service.most_in_a_window() <= 5


@pytest.mark.no_cover
@settings(deadline=None, max_examples=examples(40))
@given(crowd=crowds, latency=st.floats(0.0, 2.0), answers=delays)
def test_steady_processes_are_not_refused_where_requests_are_even(
    crowd: list[tuple[int, list[float]]], latency: float, answers: list[float]
) -> None:
    """However late answers are: as long as all requests take the same time, sharing the limit costs no refusal."""
    service, refused = play(crowd, Pacing.STEADY, Shape("drawn", steady(latency), drawn(answers)))
    assert refused == 0
    assert service.most_in_a_window() <= 5


@pytest.mark.parametrize("trip", [0.05, 0.3, 1.0])
@pytest.mark.parametrize("pacing", Pacing)
def test_an_answer_that_another_process_got_counts_at_once(path: Path, pacing: Pacing, trip: float) -> None:
    """Who finds every slot taken by another's first calls looks at the file again, and leaves soon after their answers allow."""
    net, service = Network(), Service()
    shape = Shape("steady", steady(trip / 2), steady(trip / 2))
    first, second = (Client(net, service, Process(path, NetworkClock(net), pacing), shape) for _ in range(2))
    first.offer([0.0] * 5)
    second.offer([0.01] * 5)
    net.run()
    assert service.stamps[:5] == [trip / 2] * 5
    assert all(moment <= 1.005 + trip + 0.05 + trip / 2 + 0.01 for moment in service.stamps[5:])
    assert first.refused + second.refused == []


def test_a_pacer_waits_for_the_calls_of_another(path: Path) -> None:
    """What one process has sent counts for the other; another command of the same target does not."""
    clock = FakeClock()
    first, second = (Pacer(clock, budget=path) for _ in range(2))
    begin = clock.now()
    for _ in range(5):
        paced(first, COMMAND, lambda: None)
    assert paced(second, "list_chitchat", clock.now) == begin
    assert paced(second, COMMAND, clock.now) - begin == pytest.approx(1.02, abs=1e-5)


def test_retry_after_counts_for_all(path: Path) -> None:
    """A pause that the service asked one process for is kept by the other."""
    clock = FakeClock()
    first, second = (Pacer(clock, budget=path, patience=5.0) for _ in range(2))
    begin = clock.now()

    def refuse() -> None:
        raise Throttled(message("Too fast."), command=COMMAND, retry_after=9.0)

    with pytest.raises(Throttled):
        paced(first, COMMAND, refuse)
    assert paced(second, COMMAND, clock.now) - begin == pytest.approx(9.0, abs=1e-5)


def test_an_absurd_wish_keeps_others_for_a_minute_at_most(path: Path) -> None:
    """One answer that asks for years ends the calls of its process, and lets the next process try again."""
    clock = FakeClock()
    first, second = (Pacer(clock, budget=path) for _ in range(2))
    begin = clock.now()

    def refuse() -> None:
        raise Throttled(message("Too fast."), command=COMMAND, retry_after=1e9)

    with pytest.raises(Throttled):
        paced(first, COMMAND, refuse)
    assert paced(second, COMMAND, clock.now) - begin == pytest.approx(60.0, abs=1e-5)


@pytest.mark.parametrize(("ended", "free"), [(None, 30.0), (0.2, 1.205)])
def test_the_notes_of_a_dead_process_expire(path: Path, ended: float | None, free: float) -> None:
    """A process that died in a call holds its slot for half a minute, also against a strict one, and then no longer."""
    clock = FakeClock()
    with SharedBudget(path, clock).page(COMMAND) as page:
        page.note(1, Hold(clock.now(), None if ended is None else clock.now() + ended))
    begin = clock.now()
    clock.move(0.3)
    pacer = Pacer(clock, rate=1.0, pacing=Pacing.STRICT, budget=path)
    assert paced(pacer, COMMAND, clock.now) - begin == pytest.approx(free, abs=0.06)
    clock.move(31)
    with SharedBudget(path, clock).page(COMMAND) as page:
        page.note(1, Hold(clock.now()))
    assert len(json.loads(path.read_text())["calls"][COMMAND]) == 1


@pytest.mark.parametrize(
    "content",
    [
        "",
        "{",
        "[]",
        "{}",
        "[" * 100_000,
        '{"calls": {"update_chitchat": {"b": [1]}}, "blocked": {}}',
        '{"calls": {"update_chitchat": {"b": ["1", null, false]}}, "blocked": {}}',
        '{"calls": {"update_chitchat": {"b": [1, "2", false]}}, "blocked": {}}',
        '{"calls": {"update_chitchat": {"b": [NaN, null, false]}}, "blocked": {}}',
        f'{{"calls": {{"update_chitchat": {{"b": [{"9" * 400}, null, false]}}}}, "blocked": {{}}}}',
        '{"calls": {}, "blocked": {"update_chitchat": []}}',
        '{"calls": {}, "blocked": {"update_chitchat": Infinity}}',
        '{"calls": {}, "blocked": {"update_chitchat": "9e99"}}',
    ],
)
def test_a_damaged_file_is_begun_anew(path: Path, content: str) -> None:
    """Notes live for seconds, so that a file nobody can read is worth no more than none."""
    clock = FakeClock()
    pacer = Pacer(clock, budget=path)
    path.write_text(content)
    paced(pacer, COMMAND, lambda: None)
    assert set(json.loads(path.read_text())["calls"]) == {COMMAND}
    assert clock.waits == []


def test_a_clock_that_was_set_back_does_not_lock_anybody_out(path: Path) -> None:
    """Notes from the future, and a pause that would end far in it, count as made now and as a minute."""
    net = Network()
    ahead, right = NetworkClock(net, ahead=3600.0), NetworkClock(net)
    with SharedBudget(path, ahead).page(COMMAND) as page:
        page.note(1, Hold(ahead.now(), ahead.now()))
        page.block = ahead.now() + 5.0
    with SharedBudget(path, right).page(COMMAND) as page:
        assert page.others == (Hold(right.now(), right.now() + 3.0),)
        assert page.blocked_until == right.now() + 60.0
        page.note(1, Hold(right.now()))
    assert max(sent for sent, _, _ in json.loads(path.read_text())["calls"][COMMAND].values()) == right.wall()


@pytest.mark.parametrize("pacing", Pacing)
@pytest.mark.parametrize(("ended", "latest"), [(True, 4.1), (False, 30.1)])
def test_notes_from_the_future_expire(path: Path, pacing: Pacing, ended: bool, latest: float) -> None:
    """After the clock was set back an hour, a full page holds nobody for longer than one of that moment would."""
    net, clock = Network(), FakeClock()
    ahead = NetworkClock(net, ahead=3600.0)
    for number in range(5):
        with SharedBudget(path, ahead).page(COMMAND) as page:
            page.note(number, Hold(ahead.now(), ahead.now() if ended else None))
    begin = clock.now()
    assert paced(Pacer(clock, pacing=pacing, budget=path), COMMAND, clock.now) - begin <= latest


def test_a_pause_from_the_future_ends(path: Path) -> None:
    """After the clock was set back an hour, a pause that somebody was asked for lasts a minute from now."""
    net, clock = Network(), FakeClock()
    ahead = NetworkClock(net, ahead=3600.0)
    with SharedBudget(path, ahead).page(COMMAND) as page:
        page.block = ahead.now() + 5.0
    begin = clock.now()
    pacer = Pacer(clock, budget=path)
    assert paced(pacer, COMMAND, clock.now) - begin == pytest.approx(60.0, abs=1e-3)
    assert paced(pacer, COMMAND, clock.now) - begin == pytest.approx(60.0, abs=1e-3)


class HaltingClock(FakeClock):
    """A machine that halts for ``halt`` seconds after every look at a clock."""

    halt = 0.0

    def now(self) -> float:
        found = super().now()
        self.move(self.halt)
        return found

    def wall(self) -> float:
        found = super().wall()
        self.move(self.halt)
        return found


@pytest.mark.parametrize(("noting", "reading"), [(0.2, 0.0), (0.0, 0.2)])
def test_a_machine_that_halts_makes_no_call_older(path: Path, noting: float, reading: float) -> None:
    """Between a look at one clock and a look at the other anything may pass: an answer never counts as earlier than it was."""
    clock = HaltingClock()
    ended = clock.now()
    clock.halt = noting
    with SharedBudget(path, clock).page(COMMAND) as page:
        page.note(1, Hold(ended - 0.1, ended))
    clock.halt = reading
    with SharedBudget(path, clock).page(COMMAND) as page:
        assert [hold.answered for hold in page.others or () if hold.answered] == [pytest.approx(ended + 0.2, abs=1e-5)]


def test_a_budget_that_cannot_be_made_is_said_so(tmp_path: Path) -> None:
    """A file where the directory should be is an error that names the place and what to do."""
    (tmp_path / "state").write_text("")
    with pytest.raises(UnusableFile, match=r"pace\.json cannot be used .*make its directory writable"):
        Pacer(FakeClock(), budget=tmp_path / "state" / "pace.json")


def test_a_budget_that_is_lost_on_the_way_stops_nobody(path: Path) -> None:
    """When the file can no longer be locked or written, the process goes on with its own budget, which it still keeps."""
    clock = FakeClock()
    pacer = Pacer(clock, budget=path)
    path.mkdir()
    begin = clock.now()
    assert [paced(pacer, COMMAND, clock.now) - begin for _ in range(6)][-1] == pytest.approx(1.02)
    lock = Path(f"{path}.lock")
    lock.unlink()
    lock.mkdir()
    assert paced(pacer, COMMAND, clock.now) - begin == pytest.approx(1.02)


@pytest.mark.parametrize(("pacing", "leaves"), [(Pacing.STEADY, True), (Pacing.STRICT, False)])
def test_while_another_process_holds_the_file_strict_waits(path: Path, pacing: Pacing, leaves: bool) -> None:
    """Nobody knows then what others have sent: a strict call leaves once the file can be read again, a steady one at once."""
    clock = FakeClock()
    budget = SharedBudget(path, clock, patience=0.01)
    lane = CommandQueue(clock, Slots(pacing=pacing), page=lambda: budget.page(COMMAND))
    with FileLock(f"{path}.lock"):
        ticket, when = lane.attempt()
    assert (ticket is not None) is leaves
    assert when == clock.now() + (0.0 if leaves else 0.05)
    assert lane.attempt()[0] is not None


def test_a_lock_that_hangs_is_waited_for_only_so_long(path: Path) -> None:
    """A process that is frozen with the lock in hand keeps nobody from starting without saying so."""
    path.parent.mkdir()
    with FileLock(f"{path}.lock"), pytest.raises(UnusableFile, match="Timeout"):
        SharedBudget(path, FakeClock(), patience=0.01)
