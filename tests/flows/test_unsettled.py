"""What an apply made and no listing showed: the next one on this machine knows of it and looks with patience first."""

import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from kbsync.limiter import Clock
from kbsync.rehearsal import Account, Switches
from kbsync.sandbox.service import Service
from kbsync.usecases.context import LinkedStop, RunContext
from tests.fakes.clock import FakeClock
from tests.fakes.console import snapshot
from tests.flows.harness import Bench

pytestmark = pytest.mark.no_cover

SHOP = {
    "shop.yaml": """\
categories: [{title: Shop}]
---
category: Shop
questions:
  - {question: Where are you?, answer: Here.}
  - {question: When do you open?, answer: At nine.}
"""
}

LAG = 25.0
"""Seconds by which reads trail writes: longer than the patience of an apply with what it made itself, and not for ever."""


@pytest.fixture
def lagging(bench: Bench) -> Iterator[tuple[Bench, Service]]:
    """An apply has just ended that did not see what it made."""
    with bench.served(Switches(read_lag=LAG), account=Account(calls_per_second=1000)) as service:
        bench.commit(SHOP)
        bench.clock.wait(2 * LAG)
        assert bench.run("apply", "--yes").code == 4
        yield bench, service


def notes(bench: Bench) -> list[Path]:
    return list(bench.path.parent.rglob("unsettled-*"))


def twins(service: Service) -> list[str]:
    found = Counter(str(question["question"]) for question in snapshot(service)["questions"])
    return [text for text, count in found.items() if count > 1]


def test_the_next_apply_makes_nothing_twice(lagging: tuple[Bench, Service]) -> None:
    """It says why it waits, finds everything there, and leaves nothing unsettled."""
    bench, service = lagging
    assert len(notes(bench)) == 1
    again = bench.run("apply", "--yes")
    assert (again.code, twins(service), notes(bench)) == (0, [], [])
    assert "the last apply did not end in order: looking for what it made before anything is created" in again.err


class Hasty(FakeClock):
    """A clock that somebody looks at who presses Ctrl-C at the first wait under the lock."""

    def __init__(self, clock: Clock, stop: threading.Event) -> None:
        super().__init__(clock.wall())
        self.stop = stop

    def wait(self, seconds: float, *, until: threading.Event | None = None) -> bool:
        """Wait as ever while the plan is made."""
        if isinstance(until, LinkedStop):
            self.stop.set()
        return super().wait(seconds, until=until)


@pytest.mark.parametrize("words", [("--only", "Where*"), ()])
def test_an_apply_that_did_not_look_for_everything_settles_nothing(
    lagging: tuple[Bench, Service], words: tuple[str, ...]
) -> None:
    """One that was about some questions only, or was stopped: the one after it still knows."""
    bench, service = lagging
    stop = threading.Event()
    clock = bench.clock if words else Hasty(bench.clock, stop)
    code = bench.run("apply", "--yes", *words, context=RunContext(clock=clock, environ=bench.environ, stop=stop)).code
    assert (code, len(notes(bench))) == (0 if words else 4, 1)
    assert bench.run("apply", "--yes").code == 0
    assert twins(service) == []


def test_an_apply_that_saw_everything_leaves_no_note(bench: Bench) -> None:
    """Nor does one wait that comes after it."""
    bench.commit(SHOP)
    clock = FakeClock()
    assert bench.run("apply", "--yes", context=RunContext(clock=clock, environ=bench.environ)).code == 0
    assert notes(bench) == []
