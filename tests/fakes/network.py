"""Time, a network and a service with a call limit as a discrete-event simulation: hours pass in milliseconds.

The service stamps a call when it arrives, by its own clock; a call travels in, is counted, and its answer travels out.
"""

import heapq
import itertools
import math
import random
import threading
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial
from statistics import fmean
from typing import Protocol

__all__ = ["Client", "Delay", "Network", "NetworkClock", "Policy", "Service", "Shape", "drawn", "run_alone", "steady", "uneven"]

Delay = Callable[[random.Random], float]
"""Seconds that one crossing takes."""


def steady(seconds: float) -> Delay:
    """Always the same."""
    return lambda _: seconds


def uneven(least: float, most: float) -> Delay:
    """Anything between the two, all as likely."""
    return lambda dice: dice.uniform(least, most)


def drawn(seconds: Iterable[float]) -> Delay:
    """Each of these in turn, over and over."""
    left = itertools.cycle(seconds)
    return lambda _: next(left)


@dataclass(frozen=True, slots=True)
class Shape:
    """A network: how long requests take on the way in, and answers on the way out."""

    name: str
    request: Delay
    answer: Delay


class Policy(Protocol):
    """Says when a call may leave; the part of a pacer that does not wait."""

    def ready_at(self, now: float) -> float:
        """The moment from which a call may be sent; infinity means after some answer."""
        ...

    def sent(self, now: float) -> int:
        """A call leaves; gives its ticket."""
        ...

    def answered(self, ticket: int, now: float) -> None:
        """It was served, and the answer is here."""
        ...

    def refused(self, ticket: int, now: float) -> None:
        """It was refused for speed."""
        ...


class Network:
    """Time, and what happens in it, in order."""

    def __init__(self) -> None:
        self.now = 0.0
        self._queue: list[tuple[float, int, Callable[[], None]]] = []
        self._serial = itertools.count()

    def at(self, moment: float, event: Callable[[], None]) -> None:
        """Let something happen then."""
        heapq.heappush(self._queue, (max(moment, self.now), next(self._serial), event))

    def run(self) -> None:
        """Until nothing is left to happen."""
        while self._queue:
            self.now, _, event = heapq.heappop(self._queue)
            event()


class NetworkClock:
    """The network's time as a clock for one process; ``ahead`` is how wrong its wall clock is, and may be changed."""

    def __init__(self, net: Network, *, ahead: float = 0.0) -> None:
        self._net = net
        self.ahead = ahead

    def now(self) -> float:
        return self._net.now + 50.0

    def wall(self) -> float:
        return self._net.now + 1_760_000_000.0 + self.ahead

    def wait(self, seconds: float, *, until: threading.Event | None = None) -> bool:
        raise AssertionError("a simulated client waits in the network's queue")

    def start(self, work: Callable[[], object]) -> None:
        raise AssertionError("a simulated client has no threads")


@dataclass
class Service:
    """Serves at most ``limit`` calls in any window, both ends of which count; a ``greedy`` one counts refused calls too."""

    limit: int = 5
    window: float = 1.0
    greedy: bool = False
    stamps: list[float] = field(default_factory=list)
    _recent: deque[float] = field(default_factory=deque)

    def arrive(self, now: float) -> bool:
        """One call arrives; says whether it is served."""
        while self._recent and self._recent[0] < now - self.window:
            self._recent.popleft()
        served = len(self._recent) < self.limit
        if served or self.greedy:
            self._recent.append(now)
        if served:
            self.stamps.append(now)
        return served

    def most_in_a_window(self) -> int:
        """The most calls served in any window that is open on one side."""
        return max(sum(1 for other in self.stamps if stamp <= other < stamp + self.window) for stamp in self.stamps)


class Client:
    """Sends calls as its policy says, up to ``workers`` of them in flight; a refused call is sent again a second later."""

    def __init__(self, net: Network, service: Service, policy: Policy, shape: Shape, *, workers: int = 40, seed: int = 1) -> None:
        self._net = net
        self._service = service
        self._policy = policy
        self._shape = shape
        self._idle = workers
        self._dice = random.Random(seed)
        self._waiting = 0
        self._looks_at = math.inf
        self.served: list[float] = []
        self.refused: list[float] = []

    def offer(self, moments: Iterable[float]) -> None:
        """Let one call wait to be sent from each of these moments on."""
        for moment in moments:
            self._net.at(moment, self._wait)

    def share(self, limit: int = 5) -> float:
        """The steady pace as a share of the limit: from the second group of ``limit`` served calls to the last group but one.

        Calls go in groups, so the middles of two groups are compared; from one call to another the figure would depend on which.
        """
        moments = sorted(self.served)
        begin, end = fmean(moments[limit : 2 * limit]), fmean(moments[-2 * limit : -limit])
        return (len(moments) - 3 * limit) / (end - begin) / limit

    def share_with_start(self, limit: int = 5) -> float:
        """The pace of the whole run as a share of the limit, from the first served call to the last."""
        return (len(self.served) - limit) / (max(self.served) - min(self.served)) / limit

    def _wait(self) -> None:
        self._waiting += 1
        self._look()

    def _woken(self, moment: float) -> None:
        if moment == self._looks_at:
            self._looks_at = math.inf
            self._look()

    def _look(self) -> None:
        while self._waiting and self._idle:
            when = self._policy.ready_at(self._net.now)
            if when > self._net.now:
                self._look_at(when)
                return
            self._waiting -= 1
            self._idle -= 1
            ticket = self._policy.sent(self._net.now)
            self._net.at(self._net.now + self._shape.request(self._dice), partial(self._arrive, ticket))

    def _look_at(self, when: float) -> None:
        if when < self._looks_at:
            self._looks_at = when
            self._net.at(when, partial(self._woken, when))

    def _arrive(self, ticket: int) -> None:
        served = self._service.arrive(self._net.now)
        (self.served if served else self.refused).append(self._net.now)
        self._net.at(self._net.now + self._shape.answer(self._dice), lambda: self._end(ticket, served=served))

    def _end(self, ticket: int, *, served: bool) -> None:
        self._idle += 1
        if served:
            self._policy.answered(ticket, self._net.now)
        else:
            self._policy.refused(ticket, self._net.now)
            self._net.at(self._net.now + 1.0, self._wait)
        self._look()


def run_alone(policy: Policy, shape: Shape, *, service: Service | None = None, calls: int = 200, seed: int = 1) -> Client:
    """One client sends that many calls as fast as its policy lets it; gives it when all are served."""
    net = Network()
    client = Client(net, service or Service(), policy, shape, seed=seed)
    client.offer([0.0] * calls)
    net.run()
    return client
