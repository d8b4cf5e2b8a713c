"""How wide a page is drawn."""

import io
import os
import pty
from contextlib import redirect_stdout

import pytest

from kbsync.cli.screen import make_screen


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
    _, follower = pty.openpty()
    with os.fdopen(follower, "w") as terminal, redirect_stdout(terminal):
        assert width() == 100
