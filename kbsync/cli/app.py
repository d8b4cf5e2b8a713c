"""The application: every command by what it is for, its first help page, and how whatever ends a run becomes an exit code."""

import gc
import sys
from collections.abc import Sequence
from io import StringIO

import click

import kbsync
from kbsync.cli.commands.apply import apply
from kbsync.cli.commands.coverage import coverage
from kbsync.cli.commands.doctor import doctor
from kbsync.cli.commands.drift import drift
from kbsync.cli.commands.explain import explain
from kbsync.cli.commands.export import export
from kbsync.cli.commands.fmt import fmt
from kbsync.cli.commands.import_ import import_
from kbsync.cli.commands.init import init
from kbsync.cli.commands.log import log
from kbsync.cli.commands.plan import plan
from kbsync.cli.commands.preview import preview
from kbsync.cli.commands.pull import pull
from kbsync.cli.commands.sandbox import sandbox
from kbsync.cli.commands.schema import schema
from kbsync.cli.commands.session import session
from kbsync.cli.commands.show import show
from kbsync.cli.commands.status import status
from kbsync.cli.commands.targets import targets
from kbsync.cli.commands.unlock import unlock
from kbsync.cli.commands.validate import validate
from kbsync.cli.commands.verbs import move, remove, rename
from kbsync.cli.options import Application, Surroundings
from kbsync.cli.screen import Screen, make_screen, steady_streams
from kbsync.errors import KbsyncError
from kbsync.messages import message
from kbsync.usecases.context import Exit, RunContext, exit_of

SECTIONS = {
    "From files to customers": (init, validate, explain, plan, apply, show),
    "Edits of the files": (rename, move, remove, fmt),
    "What the console changed": (status, log, drift, pull),
    "Spreadsheets": (export, import_),
    "Conversations": (coverage, preview, session),
    "Files and targets": (schema, targets, doctor, unlock, sandbox),
}
"""Every command, grouped by purpose."""

EPILOG = """\b
A first look, on the embedded service:
  kbsync init                       a directory with settings and an example
  kbsync plan --target sandbox      what would change, and why
  kbsync apply --target sandbox     show it, ask, carry it out
\b
In CI:
  kbsync plan --out plan.json --detailed-exitcode
  kbsync apply plan.json --yes
\b
Exit codes: 0 done · 1 failed, nothing changed · 2 usage · 3 changes pending
4 apply unfinished · 5 invalid files · 6 refused for safety · 7 stale plan
8 another apply holds the target
\b
KBSYNC_… variables stand in for options (KBSYNC_TARGET, KBSYNC_PLAN_OUT …),
KBSYNC_LANG=zh speaks Chinese. Every command has examples: kbsync plan --help
"""

OBJECTS = 250_000
"""As many more are made than let go before the cyclic collector looks for what nothing holds any more."""


@click.group(
    cls=Application,
    sections=SECTIONS,
    context_settings={"help_option_names": ["-h", "--help"], "auto_envvar_prefix": "KBSYNC", "max_content_width": 100},
    epilog=EPILOG,
)
@click.version_option(kbsync.__version__, prog_name="kbsync", message="%(prog)s %(version)s")
def application() -> None:
    """Keep the small-talk library of a Tencent Cloud Desk chatbot in git.

    People edit YAML, a pull request shows what customers would see change, a merge applies it.
    """


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and leave with its exit code."""
    # What is loaded stays, and so does nearly all that a run makes: going over it again and again took an eighth of a long one.
    gc.freeze()
    gc.set_threshold(OBJECTS)
    code = run(sys.argv[1:] if arguments is None else arguments)
    gc.freeze()  # nor does the end go over it
    sys.exit(code)


def run(arguments: Sequence[str], *, context: RunContext | None = None) -> int:
    """Run one command line; returns its exit code, with every known error shown on stderr."""
    around = Surroundings(context or RunContext())
    # Without the command line of httpx, which brings rich and pygments along, and without what coroutines of httpcore wait by,
    # a sixth of a start: what is looked for is then "not installed".
    for unused in ("httpx._main", "anyio", "trio"):
        sys.modules.setdefault(unused, None)  # type: ignore[arg-type]  # None is what forbids an import
    with steady_streams():
        try:
            return int(application.main(list(arguments), prog_name="kbsync", standalone_mode=False, obj=around) or 0)
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
            # Click's own end: of a completion, and with 1 where whoever read the result has gone, as in `kbsync plan | head`.
            return Exit.FAILED if leave.code else Exit.DONE


def _words(problem: click.ClickException) -> str:
    said = StringIO()
    problem.show(file=said)
    return said.getvalue()


def _screen(around: Surroundings) -> Screen:
    """The screen of the command line; before its options were understood, one as the environment has it."""
    environ = around.context.environ
    return around.screen or make_screen(color=environ.get("KBSYNC_COLOR", "auto"), quiet=False, verbose=0, environ=environ)
