"""Progress: figures that mean something, a line now and then in a log, a bar on a terminal that leaves nothing behind."""

import contextlib
import re
import threading

import pytest

from kbsync.cli.bar import bar
from kbsync.cli.progress import LineProgress, lines, minutes, rate, time_left
from kbsync.cli.screen import Screen
from kbsync.messages import Message, message
from kbsync.ports import Silent
from tests.fakes.clock import FakeClock
from tests.flows.harness import Terminal

WORK = message("applying")


def logged(*moments: tuple[float, int], total: int | None) -> list[str]:
    """What a log holds when so many steps are done at those moments."""
    clock, said = FakeClock(), list[Message]()
    progress = LineProgress(clock, tell=said.append)
    begun = clock.now()
    progress.start(WORK, total)
    for moment, steps in moments:
        clock.wait(begun + moment - clock.now())
        progress.advance(steps)
    progress.finish()
    return [str(each) for each in said]


def test_short_work_says_nothing() -> None:
    """A log is not filled by what is over in a moment."""
    assert logged((0.5, 10), (4.9, 30), total=40) == []


def test_a_line_every_few_seconds() -> None:
    """However many steps there are, one line in five seconds tells how far it is, how fast, and how long it will take."""
    moments = [(tenth / 10, 1) for tenth in range(2, 122, 2)]
    assert logged(*moments, total=400) == [
        "applying: 25 of 400, 5.0 a second, 1:15 left",
        "applying: 50 of 400, 5.0 a second, 1:10 left",
    ]


def test_work_of_unknown_length_shows_life() -> None:
    """Pages of a listing have no last one that is known; steps of none only show that something goes on."""
    assert logged((5, 100), (10, 100), total=None) == ["applying: 100, 20.0 a second", "applying: 200, 20.0 a second"]
    assert logged((65, 0), total=9) == ["applying: 1:05 so far"]


@pytest.mark.parametrize(
    ("seconds", "told"),
    [
        (0.9, []),
        (1.5, ["applying: 0:01 so far"]),
        (12.5, ["applying: 0:01 so far", "applying: 0:06 so far", "applying: 0:11 so far"]),
    ],
)
def test_who_waits_is_told_after_a_second(seconds: float, told: list[str]) -> None:
    """One answer that does not come takes no step, and no time left is told of what has not begun."""
    clock, said = FakeClock(), list[Message]()

    def work() -> None:
        with lines(clock, tell=said.append) as progress:
            progress.start(WORK, 600)
            clock.wait(seconds)
            progress.finish()
            clock.wait(9)

    clock.play([work])
    assert [str(each) for each in said] == told


def test_a_patient_bar_is_drawn_after_a_second() -> None:
    """Work that is over before that leaves a terminal as it was."""

    def seen(seconds: float) -> str:
        terminal, clock = Terminal(), FakeClock()

        def work() -> None:
            with bar(clock, color=False, say=str, patient=True) as progress:
                progress.start(WORK, None)
                clock.wait(seconds)

        with contextlib.redirect_stderr(terminal):
            clock.play([work])
        return terminal.getvalue()

    assert seen(0.9) == ""
    assert "applying" in seen(1.5)


def test_a_note_is_said_at_once() -> None:
    """What cannot wait does not."""
    said: list[Message] = []
    LineProgress(FakeClock(), tell=said.append).note(WORK)
    assert said == [WORK]


@pytest.mark.parametrize(
    ("done", "total", "seconds", "left"), [(10, 40, 5, "0:15"), (10, None, 5, ""), (0, 40, 5, ""), (5, 40, 0.1, "")]
)
def test_the_first_burst_promises_nothing(done: float, total: float | None, seconds: float, left: str) -> None:
    """Time left is told when there is a rate to tell it from."""
    assert time_left(done, total, seconds) == left
    assert (rate(done, seconds) is None) == (done == 0 or seconds < 2)
    assert [minutes(59.6), minutes(3600)] == ["1:00", "60:00"]


def drawn(*, color: bool = False, seconds: float = 0, total: int | None = 9) -> str:
    """What a bar puts on a terminal, escape codes and all, with a note on the way."""
    terminal, clock = Terminal(), FakeClock()
    with contextlib.redirect_stderr(terminal), bar(clock, color=color, say=str) as progress:
        progress.advance()
        progress.start(WORK, total)
        progress.advance(3)
        clock.move(seconds)
        progress.note(message("Stopping: [red]{what}", what="x" * 100))
        progress.finish()
        progress.finish()
    return terminal.getvalue()


def test_a_bar_tells_how_far_it_is() -> None:
    """Label, count, and, once they mean something, rate and time left."""
    shown = drawn(seconds=2)
    assert "applying" in shown
    assert "3/9" in shown
    assert "1.5/s 0:04" in shown
    assert re.search(r"━ +3 +1\.5/s", drawn(seconds=2, total=None))


def test_a_bar_leaves_the_cursor_alone() -> None:
    """Whatever kills the process, the terminal can be typed into afterwards: the cursor is never hidden."""
    assert "\x1b[?25l" not in drawn(color=True)


def test_a_note_stands_whole_above_the_bar() -> None:
    """Notes are not markup, not wrapped by force, and not mixed into the bar."""
    assert f"Stopping: [red]{'x' * 100}\n" in drawn()


def test_a_bar_goes_when_the_work_is_to_stop() -> None:
    """From then on nothing of it is drawn, so that whatever ends the process leaves a clean line."""
    terminal, stop = Terminal(), threading.Event()
    with contextlib.redirect_stderr(terminal), bar(FakeClock(), color=False, say=str, stop=stop) as progress:
        progress.start(WORK, 9)
        progress.note(message("going on"))
        stop.set()
        progress.note(message("stopping"))
        progress.start(WORK, 5)
        progress.note(message("reading back"))
    before, _, after = terminal.getvalue().partition("stopping")
    assert "0/9" in before
    assert ("━" in after, "applying" in after) == (False, False)


def test_colours_are_a_wish() -> None:
    """Without colours the bar is drawn without colours."""
    assert "\x1b[38" in drawn(color=True) or "\x1b[3" in drawn(color=True)
    assert re.search(r"\x1b\[[0-9;]*3[0-9]", drawn()) is None


def test_who_listens_depends_on_the_screen() -> None:
    """Nobody when quiet, a bar on a terminal that can draw one, lines elsewhere."""
    with Screen(verbosity=-1).progress(FakeClock()) as quiet, Screen().progress(FakeClock()) as log:
        assert isinstance(quiet, Silent)
        assert isinstance(log, LineProgress)
    with contextlib.redirect_stderr(Terminal()), Screen(animated=True).progress(FakeClock()) as moving:
        assert not isinstance(moving, Silent | LineProgress)
