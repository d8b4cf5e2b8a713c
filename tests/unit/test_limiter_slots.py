"""The slots of a command, against a simulated network and a service that counts by its own clock."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kbsync.limiter.slots import ContentionBackoff, Hold, InboundDelay, RoundTrips, Slots
from kbsync.settings import Pacing
from tests.fakes.network import Client, Network, Service, Shape, drawn, run_alone, steady, uneven

SEEDS = range(8)

AT_ONCE = steady(0.0)

STEADY = [Shape(f"{latency} ms", steady(latency / 2000), steady(latency / 2000)) for latency in (0, 50, 300, 1000, 2500)]

ANSWERS_LATE = Shape("answers late by 0-1,000 ms", AT_ONCE, uneven(0.0, 1.0))

REQUESTS_LATE = [
    (Shape("requests late by 0-50 ms", uneven(0.0, 0.05), AT_ONCE), 0.95),
    (Shape("requests late by 0-100 ms", uneven(0.0, 0.1), AT_ONCE), 0.93),
    (Shape("requests late by 0-100 ms, far away", uneven(0.1, 0.2), steady(0.15)), 0.92),
    (Shape("requests late by 0-300 ms", uneven(0.0, 0.3), AT_ONCE), 0.84),
]

delays = st.lists(st.floats(0.0, 4.0), min_size=1, max_size=30)


@pytest.mark.no_cover
@pytest.mark.parametrize("shape", [*STEADY, ANSWERS_LATE], ids=lambda shape: shape.name)
def test_even_requests_are_never_refused_and_use_the_limit(shape: Shape) -> None:
    """At any steady latency, and with answers as late as they like: no refusal, and 97 % of the limit."""
    for seed in SEEDS:
        client = run_alone(Slots(), shape, seed=seed)
        assert client.refused == []
        assert client.share() >= 0.97


@pytest.mark.parametrize("latency", [0.0, 0.3, 1.0, 2.5])
def test_the_start_costs_one_round_trip(latency: float) -> None:
    """The first five calls wait for their answers, since they may open connections; nothing else is lost on the whole run."""
    client = run_alone(Slots(), Shape("", steady(latency / 2), steady(latency / 2)))
    assert client.served[-1] - client.served[0] <= 39 * 1.02 + latency + 0.01


@pytest.mark.no_cover
@pytest.mark.parametrize("greedy", [False, True], ids=["served calls count", "refused calls count too"])
@pytest.mark.parametrize(("shape", "share"), REQUESTS_LATE, ids=lambda value: value.name if isinstance(value, Shape) else "")
def test_uneven_requests_cost_three_refusals_at_most(shape: Shape, share: float, greedy: bool) -> None:
    """Where requests are late on the way in, 200 calls meet three refusals at most and keep nearly all the pace there is."""
    for seed in SEEDS:
        client = run_alone(Slots(), shape, service=Service(greedy=greedy), seed=seed)
        assert len(client.refused) <= 3
        assert client.share() >= share


@pytest.mark.no_cover
def test_probing_stays_rare() -> None:
    """In ten thousand calls on a bad network, each attempt to go faster is rarer than the one before."""
    client = run_alone(Slots(), REQUESTS_LATE[1][0], calls=10_000)
    assert len(client.refused) <= 12
    assert client.share() >= 0.93


@pytest.mark.no_cover
def test_a_network_that_became_good_is_used_again() -> None:
    """After requests stopped being late, the whole limit is used again within some minutes, at no refusal."""
    net = Network()
    shape = Shape("late in the first minute", lambda dice: dice.uniform(0, 0.1) if net.now < 60 else 0.05, uneven(0.0, 0.5))
    client = Client(net, Service(), Slots(), shape)
    client.offer([0.0] * 3000)
    net.run()
    late = [moment for moment in client.served if moment > 300]
    assert len(late) / (late[-1] - late[0]) / 5 >= 0.97
    assert max(client.refused) < 60


@pytest.mark.parametrize("pacing", Pacing)
@given(delays=delays, latency=st.floats(0.0, 2.0), gaps=st.lists(st.floats(0.0, 3.0), min_size=1, max_size=40))
def test_no_window_is_ever_overfull(pacing: Pacing, delays: list[float], latency: float, gaps: list[float]) -> None:
    """Whenever calls come, at any constant way in and with any answers: at most five in any second at the service."""
    net, service = Network(), Service()
    client = Client(net, service, Slots(pacing=pacing), Shape("", steady(latency), drawn(delays)))
    client.offer(sum(gaps[:end]) for end in range(len(gaps)))
    net.run()
    assert client.refused == []
    assert service.most_in_a_window() <= 5


@given(requests=delays, answers=delays, greedy=st.booleans())
def test_strict_is_never_refused(requests: list[float], answers: list[float], greedy: bool) -> None:
    """Strict pacing meets no refusal, however requests and answers are delayed."""
    shape = Shape("drawn", drawn(requests), drawn(answers))
    client = run_alone(Slots(pacing=Pacing.STRICT), shape, service=Service(greedy=greedy), calls=60)
    assert client.refused == []


@pytest.mark.parametrize("rate", [0.5, 1.0, 2.5, 4.5, 5.0])
def test_any_rate_is_kept_and_used(rate: float) -> None:
    """A lower rate is reached to 95 %, and a rate between two numbers does not crowd a window."""
    service = Service(limit=math.ceil(rate))
    client = run_alone(Slots(rate=rate), STEADY[1], service=service, calls=80)
    assert client.refused == []
    pace = 79 / (client.served[-1] - client.served[0])
    assert rate * 0.95 <= pace <= rate * 1.1


@pytest.mark.parametrize("rate", [0.0, -1.0, math.inf, math.nan])
def test_a_rate_that_means_nothing_is_a_bug(rate: float) -> None:
    """Settings refuse such rates; here they are an error of the programmer."""
    with pytest.raises(ValueError, match=str(rate)):
        Slots(rate=rate)


class Stubborn:
    """Another program of the account: one call every half second, whatever the service says."""

    def __init__(self) -> None:
        self._next = 0.0

    def ready_at(self, now: float) -> float:
        return self._next

    def sent(self, now: float) -> int:
        self._next = now + 0.5
        return 0

    def answered(self, ticket: int, now: float) -> None: ...

    def refused(self, ticket: int, now: float) -> None: ...


@pytest.mark.parametrize("shape", [STEADY[1], REQUESTS_LATE[0][0]], ids=lambda shape: shape.name)
def test_another_client_is_yielded_to(shape: Shape) -> None:
    """A program that wants two fifths of the limit gets two thirds of its wish from the start, and little is left unused."""
    net, service = Network(), Service()
    ours, other = Client(net, service, Slots(), shape), Client(net, service, Stubborn(), shape, seed=2)
    ours.offer([0.0] * 400)
    other.offer(second / 2 for second in range(400))
    net.run()
    end = max(ours.served)
    pace = [sum(1 for moment in client.served if moment < end) / end for client in (ours, other)]
    assert pace[1] >= 1.3
    assert sum(pace) >= 4.0
    assert len(ours.refused) <= 16


def test_the_pace_comes_back_when_the_other_client_has_gone() -> None:
    """Slots are left to another client for a while only; even the last one is then held no longer than due."""
    yielding = ContentionBackoff(2)
    for second in range(6):
        yielding.surprise(float(second), second + 0.1, certain=True)
    assert yielding.room(6.0) == (1, 8.0)
    assert [yielding.room(5.2 + 60 * quiet) for quiet in range(1, 6)] == [(1, 4.0), (1, 2.0), (1, 1.0), (2, 1.0), (2, 1.0)]


def test_a_slot_that_is_in_use_is_asked_for_less_often() -> None:
    """When a slot that was taken back is refused again, the next quiet time is twice as long."""
    yielding = ContentionBackoff(5)
    yielding.surprise(0.0, 0.1, certain=True)
    assert [yielding.room(moment)[0] for moment in (60.0, 60.2)] == [3, 4]
    yielding.surprise(61.0, 61.1, certain=True)
    assert [yielding.room(moment)[0] for moment in (181.0, 181.2)] == [2, 3]


def test_chance_is_not_another_client() -> None:
    """Where the network may be to blame, it takes three refusals soon after each other; those of one burst are one."""
    yielding = ContentionBackoff(5)
    for sent, refused in ((0.0, 0.3), (0.1, 0.4), (20.0, 20.3), (21.0, 21.3)):
        yielding.surprise(sent, refused, certain=False)
    assert yielding.room(22.0)[0] == 5
    yielding.surprise(22.0, 22.3, certain=False)
    assert yielding.room(23.0)[0] == 3


def test_calls_refused_together_are_one_alarm() -> None:
    """What was sent before the first refusal is no new evidence, so that the quiet time is doubled once."""
    inbound = InboundDelay()
    slots = Slots(rate=2.0, inbound=inbound)
    for sent, seconds in ((0.0, 0.1), (2.0, 0.1), (4.0, 0.1), (6.0, 0.2)):
        slots.answered(slots.sent(sent), sent + seconds)
    together = [slots.sent(8.0), slots.sent(8.1)]
    for ticket in together:
        slots.refused(ticket, 8.2)
    assert inbound.allowance(68.0, 0.1) == pytest.approx(0.22)
    assert inbound.allowance(68.2, 0.1) == pytest.approx(0.06)


def test_retry_after_blocks_the_command() -> None:
    """Nothing is sent before the moment that the service named."""
    slots = Slots()
    slots.refused(slots.sent(0.0), 0.1, retry_after=7.0)
    assert slots.ready_at(0.2) == pytest.approx(7.1)


@pytest.mark.parametrize(("pacing", "free"), [(Pacing.STEADY, 4.005), (Pacing.STRICT, 14.005)])
def test_a_lost_call_may_still_be_served(pacing: Pacing, free: float) -> None:
    """The slot of a call without an answer is held for as long as the service gives itself."""
    slots = Slots(rate=1.0, pacing=pacing)
    slots.lost(slots.sent(0.0), 10.0)
    assert slots.ready_at(0.5) == pytest.approx(free)


def test_a_call_that_found_no_connection_holds_its_slot() -> None:
    """Trying to connect is paced like calling."""
    slots = Slots(rate=1.0)
    slots.unsent(slots.sent(0.0), 0.001)
    assert slots.ready_at(0.5) == pytest.approx(1.02)


def test_connections_that_are_being_opened_do_not_count_as_evidence() -> None:
    """The first calls, and those after a long pause, are taken to be late on the way in until they are answered."""
    slots = Slots(rate=1.0)
    slots.answered(slots.sent(0.0), 0.9)
    assert slots.ready_at(1.0) == pytest.approx(1.905)
    slots.answered(slots.sent(2.0), 2.3)
    assert slots.ready_at(2.5) == pytest.approx(3.02)
    slots.answered(slots.sent(30.0), 30.9)
    assert slots.ready_at(31.0) == pytest.approx(31.905)


def test_strict_waits_for_an_answer_and_looks_again_where_others_wait() -> None:
    """Only an answer frees a strict slot; nobody tells when another process got its answer, so it is asked for soon."""
    slots = Slots(rate=1.0, pacing=Pacing.STRICT)
    assert slots.ready_at(1.0, [Hold(0.5)]) == pytest.approx(1.05)
    slots.sent(1.0)
    assert slots.ready_at(9.0) == math.inf


def test_few_round_trips_say_nothing() -> None:
    """Until as many round trips as slots are known, they may be as short and as uneven as can be."""
    trips = RoundTrips(enough=2)
    trips.add(0.3)
    assert (trips.shortest, trips.spread) == (0.0, 3.0)
    trips.add(0.3)
    assert (trips.shortest, trips.spread) == (0.3, 0.0)


def test_wariness_is_lowered_step_by_step() -> None:
    """After a quiet minute the allowance shrinks every few seconds; a refusal resets it and doubles the quiet time."""
    wariness = InboundDelay()
    wariness.alarm(0.0)
    assert wariness.allowance(59.0, 0.1) == pytest.approx(0.22)
    assert [round(wariness.allowance(60.0 + 5 * step, 0.1), 4) for step in range(5)] == [0.06, 0.036, 0.0216, 0.0, 0.0]
    wariness.alarm(90.0)
    assert wariness.allowance(209.0, 0.1) == pytest.approx(0.22)
    assert wariness.allowance(210.0, 0.1) == pytest.approx(0.06)
