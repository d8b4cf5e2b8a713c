"""Ctrl-C and SIGTERM in the middle of a real apply: it ends well, says what it left, and lets the next run go on."""

import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from kbsync.report import Outcome
from kbsync.sandbox.faults import FaultPlan, put_rules
from tests.endurance.processes import APPLY, Play, finish, played
from tests.flows.harness import Run


def stopped(play: Play, number: signal.Signals, *, at: str) -> Run:
    """Apply, and send a signal while the first call of a command is under way."""
    under_way = threading.Event()
    go_on = threading.Event()

    def hold(_call: int, command: str) -> None:
        if command == at and not under_way.is_set():
            under_way.set()
            assert go_on.wait(10)

    play.service.before = hold
    process = play.start(*APPLY)
    assert under_way.wait(30)
    process.send_signal(number)
    assert process.stderr is not None
    said = _until(process.stderr.readline, "Stopping: ")
    go_on.set()
    run = finish(process)
    play.service.forget()
    return Run(run.code, run.out, said + run.err)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_an_apply_well(number: signal.Signals, tmp_path: Path) -> None:
    """The calls in flight are finished, the receipt says what was not attempted, the lock is free, the exit code is 4."""
    with played(tmp_path) as play:
        run = stopped(play, number, at="add_chitchat_category")
        assert run.code == 4
        outcomes = [each.outcome for each in play.receipt.report.outcomes]
        assert outcomes[0] is Outcome.APPLIED
        assert Outcome.NOT_ATTEMPTED in outcomes
        assert not {Outcome.UNKNOWN, Outcome.REFUSED} & set(outcomes)
        assert play.receipt.report.interrupted
        assert "Not attempted" in run.out
        assert play.bench.run("unlock").err == "Nobody holds the target.\n"
        assert play.wrong(play.again()) == []


def test_a_signal_while_a_question_is_written(tmp_path: Path) -> None:
    """What was in flight counts as what it became, and everything after it as not attempted."""
    with played(tmp_path) as play:
        run = stopped(play, signal.SIGINT, at="update_chitchat")
        assert run.code == 4
        assert play.receipt.report.interrupted
        assert play.wrong(play.again()) == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_second_signal_ends_it_at_once(number: signal.Signals, tmp_path: Path) -> None:
    """Somebody who presses Ctrl-C again does not wait for a service that hangs; the next run sorts it out."""
    with played(tmp_path) as play:
        database = play.service._database
        with database.transaction():
            put_rules(database, FaultPlan.parse(["add_chitchat_category#1=hang:9"]).rules)
        hung = threading.Event()
        play.service.after = lambda _call, command: hung.set() if command == "add_chitchat_category" else None
        process = play.start(*APPLY)
        assert hung.wait(30)
        process.send_signal(number)
        assert process.stderr is not None
        _until(process.stderr.readline, "Stopping: ")
        begun = time.monotonic()
        process.send_signal(number)
        assert finish(process).code == -number
        assert time.monotonic() - begun < 3
        play.service.forget()
        assert play.wrong(play.again()) == []


def _until(readline: Callable[[], str], words: str) -> str:
    said = ""
    while words not in said:
        line = readline()
        assert line, said
        said += line
    return said
