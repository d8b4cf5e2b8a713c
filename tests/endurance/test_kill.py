"""SIGKILL of a real apply at every single call: the next run ends where an undisturbed one would have ended."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import pytest

from kbsync.model import Knowledge
from kbsync.rehearsal import Switches
from tests.endurance.bench import Bench, Died, library, unlike, untouched
from tests.endurance.processes import APPLY, SIDE, Play, finish, played
from tests.endurance.shop import add_unmanaged
from tests.flows.harness import WRITES
from tests.shares import shares

pytestmark = pytest.mark.no_cover

CALLS = 33
"""Calls of one apply: five to plan under the lock, twenty-eight to carry out."""

WRITING = (6, 7, 8, 9, 10, 11, 12, 13, 19, 20, 21, 22, 28)
"""Which of them write. Nothing distinguishes a read that was answered to nobody from one that never came."""

MOMENTS = [*((number, True) for number in range(1, CALLS + 1)), *((number, False) for number in WRITING)]
SHARES = 12
PUSHED = 2
"""The share of each push: a category, a question, a batch and a removal are written, and reads before, between and after."""


def test_the_moments_are_all_moments(tmp_path: Path) -> None:
    """An undisturbed run makes exactly the calls that are struck below, in that order of reads and writes."""
    calls: list[tuple[int, str]] = []
    with played(tmp_path) as play:
        play.service.after = lambda number, command: calls.append((number, command))
        run = finish(play.start(*APPLY))
        assert play.wrong(run) == []
    assert len(calls) == CALLS
    assert tuple(number for number, command in calls if command in WRITES) == WRITING


@pytest.mark.parametrize("share", shares(SHARES, pushed=PUSHED))
def test_a_killed_apply_is_finished_by_the_next(share: int, tmp_path: Path) -> None:
    """Killed at any call, carried out or not: run again, the library is as declared, without twins, and others' work is whole."""
    moments = MOMENTS[share::SHARES]
    with ExitStack() as stack, ThreadPoolExecutor(len(moments)) as pool:
        plays = [stack.enter_context(played(_below(tmp_path, f"{number}-{done}"))) for number, done in moments]
        codes = list(pool.map(lambda pair: pair[0].kill_at(pair[1][0], done=pair[1][1]), zip(plays, moments, strict=True)))
        assert codes == [-9] * len(moments)
        wrong = {moment: found for moment, play in zip(moments, plays, strict=True) if (found := _next_run(play))}
    assert wrong == {}


LAG = 8.0
"""Seconds by which reads trail writes: less than the patience of one look, more than it takes to kill and run again."""


@pytest.mark.parametrize("share", shares(3))
def test_a_killed_apply_is_finished_by_the_next_while_reads_lag(share: int, tmp_path: Path) -> None:
    """Run again at once, when no listing shows what the killed one made: nothing is made twice."""
    creating = WRITING[1:8:3]
    with played(tmp_path, lag=LAG) as play:
        assert play.kill_at(creating[share], done=True) == -9
        assert _next_run(play) == []


@pytest.mark.parametrize("share", shares(SHARES))
def test_an_apply_that_died_at_any_call_is_finished_by_the_next_while_reads_lag(share: int) -> None:
    """The same in virtual time at every call from the first write on, the looks afterwards included."""
    calls = _calls_with_lag(None)
    assert calls > CALLS
    assert {number: wrong for number in range(WRITING[0] + share, calls + 1, SHARES) if (wrong := _died_with_lag(number))} == {}


def _calls_with_lag(dies_at: int | None) -> int:
    with _lagging() as bench:
        before = len(bench.service.log)
        bench.apply(bench.plan(SIDE), dies_at=dies_at)
        return len(bench.service.log) - before


def _died_with_lag(number: int) -> list[str]:
    with _lagging() as bench:
        before = library(bench.service)
        with suppress(Died):
            bench.apply(bench.plan(SIDE), dies_at=number)
        plan = bench.plan(SIDE)
        bench.apply(plan, unsure=True)
        bench.clock.move(60)
        live = library(bench.service)
        return [*unlike(SIDE, live), *untouched(plan, before, live)]


@contextmanager
def _lagging() -> Iterator[Bench]:
    bench = Bench.make(SIDE.base or Knowledge(), switches=Switches(read_lag=LAG))
    try:
        add_unmanaged(bench.service)
        bench.clock.move(60)
        yield bench
    finally:
        bench.close()


def _below(directory: Path, name: str) -> Path:
    path = directory / name
    path.mkdir()
    return path


def _next_run(play: Play) -> list[str]:
    return play.wrong(play.again())
