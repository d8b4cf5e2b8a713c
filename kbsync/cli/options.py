"""What commands share: the options, the help page, completion, and the one value that is made of what was typed."""

import os
import platform
import re
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from importlib import metadata
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource

import kbsync
from kbsync.cli.screen import Screen, make_screen
from kbsync.errors import KbsyncError
from kbsync.usecases.context import Call, Exit, RunContext

Command = Callable[..., int]

Option = Callable[[Any], Any]

Example = tuple[str, str]
"""A complete command line, and its purpose (may be empty)."""

WIDEST_EXAMPLE = 46
"""Columns up to which the purposes of examples are put beside them, all in one column."""


@dataclass(slots=True)
class Surroundings:
    """The state of one command line. ``screen`` is None until its options are parsed."""

    context: RunContext = field(default_factory=RunContext)
    screen: Screen | None = None


@dataclass(frozen=True, slots=True)
class Invocation(Call):
    """What every command is given, with the screen of this command line."""

    screen: Screen

    @property
    def format(self) -> str:
        """How the result is written."""
        return self.screen.format


def invocation(*formats: str, target: bool = True, directory: bool = True) -> Callable[[Command], Any]:
    """Give a command the common options; its first parameter becomes the Invocation. The first format is the default."""

    def decorate(function: Command) -> Any:
        command: Any = click.make_pass_decorator(Invocation)(function)
        own = [DIRECTORY] if directory else []
        named = TARGET if target else ()
        for option in reversed([*own, *named, *([_format(formats)] if formats else []), *SCREEN]):
            command = option(command)
        return command

    return decorate


def _invoked(ctx: click.Context, shared: Mapping[str, Any]) -> Invocation:
    """The invocation that the shared options of a command line make."""
    around = ctx.find_object(Surroundings) or Surroundings()
    environ = around.context.environ
    screen = make_screen(color=shared["color"], quiet=shared["quiet"], verbose=shared["verbose"], environ=environ)
    named = ctx.get_parameter_source("directory") is not ParameterSource.DEFAULT
    around.screen = replace(screen, format=shared.get("format", "text"))
    return Invocation(
        around.context,
        around.screen,
        shared.get("directory", Path("knowledge")) if named or ctx.info_name == "init" else _nearest(),
        shared.get("target"),
        shared.get("calls_per_second"),
        named=named,
    )


def _nearest() -> Path:
    """The usual directory here, or in the nearest directory above that has one, up to the top of this user's repository."""
    here = Path.cwd()
    owner = here.stat().st_uid
    places = (here, *here.parents)
    top = next((at for at, place in enumerate(places) if (place / ".git").exists()), 0)
    # What others put above a directory could name a place of theirs, to which the signature would go.
    found = (at for at in range(top + 1) if (places[at] / "knowledge" / "kbsync.yaml").exists())
    at = next((at for at in found if places[at].stat().st_uid == owner), 0)
    return Path(*[".."] * at, "knowledge")


class SharedOption(click.Option):
    """An option that many commands have; help shows it after those that the command has for itself."""


def complete_target(ctx: click.Context, _parameter: click.Parameter, incomplete: str) -> list[str]:
    """The targets of kbsync.yaml in the directory that the line names so far, else the default one."""
    from kbsync.files import load_tree  # noqa: PLC0415

    directory = Path(ctx.params.get("directory") or "knowledge")
    try:
        settings = load_tree({"kbsync.yaml": (directory / "kbsync.yaml").read_bytes()}, shown_as="").settings
    except (KbsyncError, OSError):
        return []
    return [] if settings is None else [target.name for target in settings.targets if target.name.startswith(incomplete)]


def _shared(*names: str, **attributes: Any) -> Option:
    return click.option(*names, cls=SharedOption, **attributes)


DIRECTORY = _shared(
    "-d",
    "--dir",
    "directory",
    type=click.Path(path_type=Path),
    default=Path("knowledge"),
    show_default=True,
    envvar="KBSYNC_DIR",
    help="The knowledge directory, also looked for above, up to the top of the repository.",
)
TARGET = (
    _shared(
        "-t",
        "--target",
        envvar="KBSYNC_TARGET",
        shell_complete=complete_target,
        help="A target of kbsync.yaml. [default: the default_target]",
    ),
    _shared(
        "--calls-per-second",
        type=click.FloatRange(min=0, max=5, min_open=True),
        metavar="N",
        envvar="KBSYNC_CALLS_PER_SECOND",
        help="Be slower than the target's own setting, for an account that others use too.",
    ),
)
SCREEN = (
    _shared("-q", "--quiet", is_flag=True, envvar="KBSYNC_QUIET", help="Say nothing but the result and errors."),
    _shared("-v", "--verbose", count=True, envvar="KBSYNC_VERBOSE", help="Say more; twice, still more."),
    _shared(
        "--color",
        type=click.Choice(["auto", "always", "never"]),
        default="auto",
        show_default=True,
        envvar="KBSYNC_COLOR",
        help="Colours; NO_COLOR is honoured too.",
    ),
)


def _format(formats: tuple[str, ...]) -> Option:
    return _shared(
        "--format",
        type=click.Choice(formats),
        default=formats[0],
        show_default=True,
        envvar="KBSYNC_FORMAT",
        help="How the result is written.",
    )


all_targets_option = click.option(
    "--all-targets", is_flag=True, help="Every real target of kbsync.yaml, side by side, in one report."
)


class Approval(click.Option):
    """An option whose variable counts when it is empty too: a digest that got lost on the way is not "any plan will do"."""

    def resolve_envvar_value(self, ctx: click.Context) -> str | None:
        """The value of the environment variable; None only if it is unset."""
        return os.environ.get(f"{ctx.auto_envvar_prefix}_{str(self.name).upper()}")


class DocumentedCommand(click.Command):
    """A command with examples. ``exits`` are the codes of interest to scripts, besides 0, 1 and 2."""

    def __init__(self, *words: Any, examples: Sequence[Example], exits: Mapping[Exit, str] | None = None, **options: Any) -> None:
        super().__init__(*words, **options)
        self.examples = tuple(examples)
        self.exits = dict(exits or {})

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse, and gather the shared options into an Invocation."""
        rest = super().parse_args(ctx, args)
        # Completion parses lines that are not finished.
        if not ctx.resilient_parsing:
            names = [str(option.name) for option in self.params if isinstance(option, SharedOption)]
            ctx.obj = _invoked(ctx, {name: ctx.params.pop(name) for name in names})
        return rest

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The text, then the examples."""
        super().format_help_text(ctx, formatter)
        with formatter.section("Examples"):
            formatter.write_dl(self.examples, col_max=WIDEST_EXAMPLE)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The command's own options, then the shared ones."""
        options = [one for one in self.get_params(ctx) if isinstance(one, click.Option)]
        common = [one for one in options if isinstance(one, SharedOption) or "--help" in one.opts]
        for title, some in (("Options", [one for one in options if one not in common]), ("Common options", common)):
            records = [record for one in some if (record := one.get_help_record(ctx)) is not None]
            if records:
                with formatter.section(title):
                    formatter.write_dl(records)

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The exit codes, then click's own text."""
        if self.exits:
            with formatter.section("Exit codes"):
                formatter.write_dl([(str(int(code)), meaning) for code, meaning in sorted(self.exits.items())])
        super().format_epilog(ctx, formatter)


def documented(name: str | None = None, **attributes: Any) -> Callable[[Command], DocumentedCommand]:
    """Make a command of a function, with the ``examples`` and ``exits`` of its help page."""
    return click.command(name, cls=DocumentedCommand, **attributes)


class DocumentedGroup(click.Group):
    """A command whose own commands have examples."""

    command_class = DocumentedCommand


def _versions() -> Iterator[str]:
    """What runs here, a line each: kbsync, Python, the system, git, and the libraries that kbsync stands on."""
    yield f"kbsync {kbsync.__version__} ({Path(kbsync.__file__).parent})"
    yield f"Python {platform.python_version()} ({sys.executable})"
    yield platform.platform()
    yield f"git: {shutil.which('git')}"
    names = (re.split(r"[^\w.-]", line)[0] for line in metadata.requires("kbsync") or () if "extra ==" not in line)
    yield from (f"{name} {metadata.version(name)}" for name in names)


class Application(click.Group):
    """The group of all commands, listed by what they are for."""

    def __init__(self, *words: Any, sections: Mapping[str, Sequence[click.Command]], **options: Any) -> None:
        super().__init__(*words, **options)
        self.sections = {title: tuple(commands) for title, commands in sections.items()}
        for commands in self.sections.values():
            for command in commands:
                self.add_command(command)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse; ``--version -v`` prints what a bug report needs."""
        if "--version" in args and {*args} <= {"--version", "-v", "--verbose"} and len(args) > 1:
            click.echo("\n".join(_versions()))
            ctx.exit()
        return super().parse_args(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """One list a section, all with their meanings in one column."""
        longest = max(map(len, self.list_commands(ctx)))
        for title, commands in self.sections.items():
            with formatter.section(title):
                room = formatter.width - formatter.current_indent - longest - 2
                formatter.write_dl([(f"{one.name:<{longest}}", one.get_short_help_str(room)) for one in commands])


def complete_switch(_ctx: click.Context, _parameter: click.Parameter, incomplete: str) -> list[str]:
    """The switches of the embedded service, each with a value."""
    from kbsync.rehearsal import Switches  # noqa: PLC0415

    return [name for name, _ in Switches.variants() if name.startswith(incomplete) and " " not in name]
