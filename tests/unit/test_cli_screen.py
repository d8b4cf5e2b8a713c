"""How wide a page is drawn, and what a GitHub runner is told of an error."""

import io
import os
from contextlib import redirect_stderr, redirect_stdout

import pytest

from kbsync.cli.screen import Screen, TargetScreen, make_screen
from kbsync.errors import KbsyncError, Misuse, SafetyRefusal
from kbsync.messages import message


def width(**environ: str) -> int:
    """The width of a screen made in some environment."""
    return make_screen(color="auto", quiet=False, verbose=0, environ=environ).width


@pytest.mark.parametrize(("told", "expected"), [("72", 72), ("9", 40), ("500", 120)])
def test_columns_decides(told: str, expected: int) -> None:
    """COLUMNS is honoured as far as prose stays readable."""
    assert width(COLUMNS=told) == expected


def test_a_page_without_a_terminal_is_of_the_usual_width() -> None:
    """A pipe or a file gets a hundred columns, whatever stands in COLUMNS that is no number."""
    with redirect_stdout(io.StringIO()):
        assert width(COLUMNS="wide") == 100


def test_a_terminal_tells_its_own_width() -> None:
    """Where the result goes to a terminal, the page fits it."""
    _, follower = os.openpty()
    with os.fdopen(follower, "w") as terminal, redirect_stdout(terminal):
        assert width() == 100


def said(screen: Screen, error: KbsyncError) -> list[str]:
    """The lines that an error puts on stderr."""
    with redirect_stderr(io.StringIO()) as stream:
        screen.error(error)
    return stream.getvalue().splitlines()


REFUSED = SafetyRefusal(message("not applied"), [message("100 % is too much"), message("agree: --yes")])


@pytest.mark.parametrize(("environ", "annotated"), [({"GITHUB_ACTIONS": "true"}, True), ({}, False), ({"CI": "true"}, False)])
def test_only_a_runner_of_github_is_told(environ: dict[str, str], annotated: bool) -> None:
    """Elsewhere its commands would be noise."""
    assert make_screen(color="auto", quiet=False, verbose=0, environ=environ).annotated is annotated
    assert len(said(Screen(annotated=annotated), REFUSED)) == 3 + annotated


def test_a_runner_is_told_everything_in_one_line() -> None:
    """Reasons and advice are in it, behind what people read in the log."""
    assert said(Screen(annotated=True), REFUSED)[-1] == "::error title=kbsync::not applied%0A100 %25 is too much%0Aagree: --yes"
    advised = said(Screen(annotated=True), Misuse(message("wrong"), hint=message("try again")))
    assert advised == ["error: wrong", "  hint: try again", "::error title=kbsync::wrong%0Atry again"]


def test_a_runner_is_told_which_target_it_is_about() -> None:
    """Nothing stands before the command, so its title names the target."""
    last = said(TargetScreen(annotated=True, name="two"), Misuse(message("wrong")))
    assert last == ["[two] error: wrong", "::error title=kbsync two::wrong"]


def test_an_annotation_does_not_grow_without_end() -> None:
    """Hundreds of reasons are for the log."""
    many = SafetyRefusal(message("not applied"), [message("reason {number}", number=number) for number in range(500)])
    assert said(Screen(annotated=True), many)[-1].endswith("…")


def test_a_terminal_breaks_between_words() -> None:
    """What is said there is as wide as it, Chinese too; a line to be pasted stays whole, and a log gets whole lines."""
    long = message("the quick brown fox jumps over the lazy dog and runs away")
    error = Misuse(long, hint=long)
    assert said(Screen(columns=40), error) == [
        "error: the quick brown fox jumps over",
        "       the lazy dog and runs away",
        "  hint: the quick brown fox jumps over",
        "        the lazy dog and runs away",
    ]
    assert len(said(Screen(), error)) == 2
    with redirect_stderr(io.StringIO()) as stream:
        Screen(columns=40).note(message("快" * 30))
        Screen(columns=40).note(message("first do this && then do that and also something that is long"))
    assert [len(line) for line in stream.getvalue().splitlines()] == [20, 10, 61]
