"""Ctrl-C and SIGTERM in the middle of a real apply: it ends well, says what it left, and lets the next run go on."""

import signal
import subprocess
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from kbsync.rehearsal import parse_rules
from kbsync.report import Outcome
from kbsync.sandbox.library import put_rules
from tests.endurance.processes import APPLY, GIVEN_UP, Play, finish, played
from tests.flows.harness import Run

pytestmark = pytest.mark.no_cover


def stopped(play: Play, number: signal.Signals, *, at: str) -> Run:
    """Apply, and send a signal while the first call of a command is under way."""
    process, go_on = _held(play, at=at)
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
        database = play.service.database
        with database.transaction():
            put_rules(database, parse_rules(["add_chitchat_category#1=hang:9"]))
        hung = threading.Event()
        play.service.after = lambda _call, command: hung.set() if command == "add_chitchat_category" else None
        process = play.start(*APPLY)
        assert hung.wait(GIVEN_UP)
        process.send_signal(number)
        assert process.stderr is not None
        _until(process.stderr.readline, "Stopping: ")
        process.send_signal(number)
        assert finish(process).code == -number
        play.service.forget()
        assert play.wrong(play.again()) == []


def test_a_log_that_ends_first_hides_nothing(tmp_path: Path) -> None:
    """Ctrl-C ends `tee` before it ends the apply: that ends well all the same, with its receipt and its own exit code."""
    with played(tmp_path) as play:
        process, go_on = _held(play, at="add_chitchat_category")
        assert process.stdout is not None
        assert process.stderr is not None
        before = (play.bench.path / "receipt.json").stat().st_ino
        process.stdout.close()
        process.stderr.close()
        process.send_signal(signal.SIGINT)
        while (play.bench.path / "receipt.json").stat().st_ino == before:
            threading.Event().wait(0.01)
        go_on.set()
        assert process.wait(GIVEN_UP) == 4
        play.service.forget()
        outcomes = [each.outcome for each in play.receipt.report.outcomes]
        assert outcomes[0] is Outcome.APPLIED
        assert set(outcomes) == {Outcome.APPLIED, Outcome.NOT_ATTEMPTED}
        assert play.wrong(play.again()) == []


def test_what_was_done_until_then_is_on_record(tmp_path: Path) -> None:
    """After a second Ctrl-C the receipt tells what is known, and calls the rest unknown; undoing it points at that."""
    with played(tmp_path) as play:
        process, go_on = _held(play, at="update_chitchat")
        process.send_signal(signal.SIGINT)
        assert process.stderr is not None
        _until(process.stderr.readline, "Stopping: ")
        process.send_signal(signal.SIGINT)
        assert finish(process).code == -signal.SIGINT
        go_on.set()
        play.service.forget()
        report = play.receipt.report
        assert (report.interrupted, report.verified) == (True, False)
        assert {Outcome.APPLIED, Outcome.UNKNOWN} == {each.outcome for each in report.outcomes}
        assert "may have been sent" in play.bench.run("plan", "--undo", "receipt.json").out
        assert play.wrong(play.again()) == []


def test_a_killed_apply_leaves_a_receipt(tmp_path: Path) -> None:
    """Nobody could write it any more: it was begun before the first write, and says that nothing is known."""
    with played(tmp_path) as play:
        process, go_on = _held(play, at="add_chitchat_category")
        process.kill()
        finish(process)
        go_on.set()
        assert {each.outcome for each in play.receipt.report.outcomes} == {Outcome.UNKNOWN}


def _held(play: Play, *, at: str) -> tuple["subprocess.Popen[str]", threading.Event]:
    """Start an apply whose first call of a command waits for the event, and wait until it does."""
    under_way, go_on = threading.Event(), threading.Event()

    def hold(_call: int, command: str) -> None:
        if command == at and not under_way.is_set():
            under_way.set()
            assert go_on.wait(GIVEN_UP)

    play.service.before = hold
    process = play.start(*APPLY)
    assert under_way.wait(GIVEN_UP)
    return process, go_on


def _until(readline: Callable[[], str], words: str) -> str:
    said = ""
    while words not in said:
        line = readline()
        assert line, said
        said += line
    return said
