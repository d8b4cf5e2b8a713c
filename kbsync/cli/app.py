"""The application: every command by what it is for, and what ``kbsync --help`` teaches."""

import click

import kbsync
from kbsync.cli.commands.apply import apply
from kbsync.cli.commands.coverage import coverage
from kbsync.cli.commands.doctor import doctor
from kbsync.cli.commands.drift import drift
from kbsync.cli.commands.fmt import fmt
from kbsync.cli.commands.init import init
from kbsync.cli.commands.plan import plan
from kbsync.cli.commands.preview import preview
from kbsync.cli.commands.pull import pull
from kbsync.cli.commands.sandbox import sandbox
from kbsync.cli.commands.schema import schema
from kbsync.cli.commands.session import session
from kbsync.cli.commands.show import show
from kbsync.cli.commands.targets import targets
from kbsync.cli.commands.unlock import unlock
from kbsync.cli.commands.validate import validate
from kbsync.cli.help import Application

__all__ = ["application"]

SECTIONS = {
    "From files to customers": (init, validate, plan, apply, show),
    "What the console changed": (drift, pull),
    "Conversations": (coverage, preview, session),
    "Files and targets": (fmt, schema, targets, doctor, unlock, sandbox),
}
"""Every command, by what somebody wants when they need it."""

EPILOG = """\b
A first look, on the embedded service:
  kbsync init                       a directory with settings and an example
  kbsync plan                       what would change, and why
  kbsync apply                      show it, ask, carry it out
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
