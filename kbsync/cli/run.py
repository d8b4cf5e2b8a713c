"""Runs the application and turns whatever ends it into words and an exit code, in this one place."""

from collections.abc import Sequence
from io import StringIO

import click

from kbsync.cli.app import application
from kbsync.cli.exits import Exit, exit_of
from kbsync.cli.options import Surroundings
from kbsync.cli.screen import Screen, make_screen
from kbsync.cli.streams import steady_streams
from kbsync.errors import KbsyncError
from kbsync.messages import message
from kbsync.usecases.context import RunContext

__all__ = ["run"]


def run(arguments: Sequence[str], *, context: RunContext | None = None) -> int:
    """Run one command line and give its exit code; every known error has been said on stderr."""
    with steady_streams():
        return _run(arguments, Surroundings(context or RunContext()))


def _run(arguments: Sequence[str], around: Surroundings) -> int:
    try:
        code = application.main(list(arguments), prog_name="kbsync", standalone_mode=False, obj=around)
        return int(code or 0)
    except click.ClickException as problem:
        _screen(around).aside(_words(problem))
        return Exit.USAGE if isinstance(problem, click.UsageError) else Exit.FAILED
    except KbsyncError as error:
        _screen(around).error(error)
        return exit_of(error)
    except (KeyboardInterrupt, click.Abort):
        _screen(around).note(message("Stopped."))
        return Exit.FAILED
    except SystemExit as leave:
        # Click's own end: of a shell completion, and with 1 where whoever read the result has gone, as `kbsync plan | head` does.
        return Exit.FAILED if leave.code else Exit.DONE


def _words(problem: click.ClickException) -> str:
    said = StringIO()
    problem.show(file=said)
    return said.getvalue()


def _screen(around: Surroundings) -> Screen:
    """The screen of the command line; before its options were understood, one as the environment has it."""
    environ = around.context.environ
    return around.screen or make_screen(color=environ.get("KBSYNC_COLOR", "auto"), quiet=False, verbose=0, environ=environ)
