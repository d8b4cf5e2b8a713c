"""The call limit with two real processes over a real port: what the service itself stamped, with its limit on."""

from pathlib import Path

import pytest

from kbsync.settings import Pacing
from tests.endurance.neighbours import LIMIT, work_together
from tests.shares import long

pytestmark = pytest.mark.no_cover

BAD_DAY = (
    "list_chitchat#3=slow:0.7",
    "add_chitchat#4=lose-answer",
    "add_chitchat#7=slow:1.5",
    "add_chitchat#9=http-502-after",
    "list_chitchat#16=slow:0.4",
)
"""Answers that are lost or late, so that the processes repeat calls and look for what they do not know."""


@pytest.mark.parametrize("faults", [pytest.param((), id="undisturbed", marks=long), pytest.param(BAD_DAY, id="bad day")])
def test_two_strict_processes_never_crowd_a_second(faults: tuple[str, ...], tmp_path: Path) -> None:
    """However slow the machine, no second at the service holds a sixth call of a command, none is refused, and all is done."""
    shift = work_together(tmp_path, pacing=Pacing.STRICT, questions=10, faults=faults)
    assert shift.refused == []
    assert max(shift.fullest.values()) <= LIMIT
    assert (shift.codes, shift.unlike) == ([0, 0], ())


def test_two_steady_processes_repeat_what_is_refused(tmp_path: Path) -> None:
    """Every refused call is sent again, no call is lost or made twice, and the receipts tell of the refusals."""
    shift = work_together(tmp_path, pacing=Pacing.STEADY, questions=10, faults=["add_chitchat#4x3=refuse:-14"])
    adds = [entry for entry in shift.refused if entry.command == "add_chitchat"]
    assert len(adds) >= 3
    assert shift.counts["add_chitchat"] == 10 + len(adds)
    assert len(adds) <= shift.told <= len(shift.refused)
    assert (shift.codes, shift.unlike) == ([0, 0], ())
