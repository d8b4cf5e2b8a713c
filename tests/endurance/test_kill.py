"""SIGKILL of a real apply at every single call: the next run ends where an undisturbed one would have ended."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.endurance.processes import APPLY, Play, finish, played
from tests.flows.harness import WRITES

CALLS = 38
"""Calls of one apply: five to plan, thirty-three to carry out."""

WRITING = (11, 12, 13, 14, 15, 16, 17, 18, 24, 25, 26, 27, 33)
"""Which of them write. Nothing distinguishes a read that was answered to nobody from one that never came."""

MOMENTS = [*((number, True) for number in range(1, CALLS + 1)), *((number, False) for number in WRITING)]
SHARES = 8


def test_the_moments_are_all_moments(tmp_path: Path) -> None:
    """An undisturbed run makes exactly the calls that are struck below, in that order of reads and writes."""
    calls: list[tuple[int, str]] = []
    with played(tmp_path) as play:
        play.service.after = lambda number, command: calls.append((number, command))
        run = finish(play.start(*APPLY))
        assert play.wrong(run) == []
    assert len(calls) == CALLS
    assert tuple(number for number, command in calls if command in WRITES) == WRITING


@pytest.mark.parametrize("share", range(SHARES))
def test_a_killed_apply_is_finished_by_the_next(share: int, tmp_path: Path) -> None:
    """Killed at any call, carried out or not: run again, the library is as declared, without twins, and others' work is whole."""
    moments = MOMENTS[share::SHARES]
    with ExitStack() as stack, ThreadPoolExecutor(len(moments)) as pool:
        plays = [stack.enter_context(played(_below(tmp_path, f"{number}-{done}"))) for number, done in moments]
        codes = list(pool.map(lambda pair: pair[0].kill_at(pair[1][0], done=pair[1][1]), zip(plays, moments, strict=True)))
        assert codes == [-9] * len(moments)
        wrong = {moment: found for moment, play in zip(moments, plays, strict=True) if (found := _next_run(play))}
    assert wrong == {}


def _below(directory: Path, name: str) -> Path:
    path = directory / name
    path.mkdir()
    return path


def _next_run(play: Play) -> list[str]:
    return play.wrong(play.again())
