"""The options that commands share, gathered into one value."""

import functools
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource

from kbsync.cli.completing import complete_target
from kbsync.cli.help import SharedOption
from kbsync.cli.screen import Screen, make_screen
from kbsync.saving import refuse_links
from kbsync.usecases.context import RunContext

__all__ = ["Invocation", "Surroundings", "invocation"]

Command = Callable[..., int]
Option = Callable[[Any], Any]


@dataclass(slots=True)
class Surroundings:
    """What one command line runs in. ``screen`` is None until its options have said how to talk."""

    context: RunContext = field(default_factory=RunContext)
    screen: Screen | None = None


@dataclass(frozen=True, slots=True)
class Invocation:
    """What every command is told: its surroundings, where to talk, which directory, target and format.

    ``calls_per_second`` lowers what the settings allow, for accounts that others use too. ``named`` says that the user named the
    directory.
    """

    context: RunContext
    screen: Screen
    directory: Path
    target: str | None
    format: str
    calls_per_second: float | None = None
    named: bool = True

    def refuse_link(self) -> None:
        """Raise UnusableFile where the usual directory, which nobody named, is a link: before writing there or beside it."""
        if not self.named:
            refuse_links(self.directory, below=Path())


def invocation(*formats: str, target: bool = True, directory: bool = True) -> Callable[[Command], Any]:
    """Give a command the common options; its first parameter becomes the Invocation. The first format is the default."""

    def decorate(function: Command) -> Any:
        @functools.wraps(function)
        def command(*, color: str, quiet: bool, verbose: int, **options: Any) -> int:
            ctx = click.get_current_context()
            around = ctx.find_object(Surroundings) or Surroundings()
            wanted = options.pop("format", "text")
            screen = make_screen(color=color, quiet=quiet, verbose=verbose, environ=around.context.environ)
            around.screen = replace(screen, format=wanted)
            call = Invocation(
                context=around.context,
                screen=around.screen,
                directory=options.pop("directory", Path("knowledge")),
                target=options.pop("target", None),
                format=wanted,
                calls_per_second=options.pop("calls_per_second", None),
                named=ctx.get_parameter_source("directory") is not ParameterSource.DEFAULT,
            )
            return function(call, **options)

        for option in reversed(_options(formats, target=target, directory=directory)):
            command = option(command)
        return command

    return decorate


def _options(formats: tuple[str, ...], *, target: bool, directory: bool) -> list[Option]:
    return [
        *([_directory()] if directory else []),
        *(_about_the_target() if target else []),
        *([_format(formats)] if formats else []),
        *_about_the_screen(),
    ]


def _directory() -> Option:
    return _shared(
        "-d",
        "--dir",
        "directory",
        type=click.Path(path_type=Path),
        default=Path("knowledge"),
        show_default=True,
        envvar="KBSYNC_DIR",
        help="The knowledge directory.",
    )


def _about_the_target() -> list[Option]:
    return [
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
    ]


def _format(formats: tuple[str, ...]) -> Option:
    return _shared(
        "--format",
        type=click.Choice(formats),
        default=formats[0],
        show_default=True,
        envvar="KBSYNC_FORMAT",
        help="How the result is written.",
    )


def _about_the_screen() -> list[Option]:
    return [
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
    ]


def _shared(*names: str, **attributes: Any) -> Option:
    return click.option(*names, cls=SharedOption, **attributes)
