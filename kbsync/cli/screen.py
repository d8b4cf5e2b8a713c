"""Where words go: the result to stdout, everything else to stderr, in the user's language, width and colours."""

import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import click

from kbsync.diagnostics import Diagnostic
from kbsync.display import cut, visible
from kbsync.errors import InvalidInput, KbsyncError, SafetyRefusal, StalePlan, UnusableFile
from kbsync.messages import Message, message
from kbsync.render.formats import disarmed
from kbsync.render.words import RenderOptions, Words
from kbsync.render.workflow_commands import Level, command, harmless

__all__ = ["Screen", "TargetScreen", "make_screen"]

USUAL = 100
"""Columns of a page of text, where no terminal says otherwise."""

LONGEST = 2000
"""Characters of an annotation, which stands above the log and not in it."""

NARROWEST = 40
WIDEST = 120
"""Columns between which prose is easy to read."""


@dataclass(frozen=True, slots=True)
class Screen:
    """How to talk. ``color`` is for stdout, ``color_errors`` for stderr; ``verbosity`` is −1 when quiet, else 0 or more.

    ``animated`` means that stderr is a terminal on which a line can be drawn again, ``annotated`` that a GitHub runner reads it.
    ``format`` is what stands on stdout. Of both streams a runner may make a log, so what they carry holds no order for one.
    """

    language: str = "en"
    width: int = 100
    color: bool = False
    color_errors: bool = False
    verbosity: int = 0
    animated: bool = False
    annotated: bool = False
    format: str = "text"

    @property
    def options(self) -> RenderOptions:
        """How what stands on stdout is drawn."""
        return RenderOptions(self.width, self.color, self.language)

    def result(self, text: str) -> None:
        """Put a command's result on stdout, with a line end; an empty result prints nothing.

        Raises BrokenPipeError or UnusableFile where it does not arrive.
        """
        if text:
            self._put(disarmed(text, self.format))

    def report(self, text: str) -> None:
        """Put on stdout what was done; that stands, and its exit code with it, where the words do not arrive."""
        try:
            self.result(text)
        except BrokenPipeError:
            pass
        except UnusableFile as problem:
            self.error(problem)

    def aside(self, text: str) -> None:
        """Put drawn text on stderr."""
        self._put(harmless(text), err=True)

    def prompt(self, question: Message) -> None:
        """Put a question for yes or no on stderr and leave the line open."""
        click.echo(f"{self.say(question)} [y/N] ", nl=False, err=True, color=self.color_errors)

    def note(self, words: Message) -> None:
        """Say something on stderr unless quiet."""
        if self.verbosity >= 0:
            self.aside(self.say(words))

    def notes(self, many: Iterable[Message]) -> None:
        """Say several things on stderr unless quiet."""
        for words in many:
            self.note(words)

    def error(self, error: KbsyncError) -> None:
        """Say on stderr what went wrong, every reason, and what to do; a runner shows the same above its log."""
        if isinstance(error, InvalidInput):
            self.findings(error.diagnostics)
        label = click.style(self.say(message("error:")), fg="red", bold=True)
        lines = [f"{label} {self.say(error.message)}", *(f"  - {self.say(reason)}" for reason in _reasons(error))]
        if error.hint is not None:
            lines.append(f"  {self.say(message('hint:'))} {self.say(error.hint)}")
        self.aside("\n".join(lines))
        if self.annotated:
            self._annotate([error.message, *_reasons(error), *filter(None, (error.hint,))])

    def findings(self, found: Sequence[Diagnostic]) -> None:
        """Draw what is wrong in files on stderr."""
        from kbsync.render.findings_text import diagnostics_text  # noqa: PLC0415  (loads rich)

        self.aside(diagnostics_text(found, RenderOptions(self.width, self.color_errors, self.language)))

    def say(self, words: Message) -> str:
        """A message in the user's language, safe to print, on one line whatever its values hold."""
        return harmless(visible(Words(self.language).say(words), newlines=False))

    def _annotate(self, words: Sequence[Message]) -> None:
        short = cut("\n".join(map(self.say, words)), LONGEST)
        # A command is one line from its first column on, so nothing stands before it, not even the name of a target.
        click.echo(command(Level.ERROR, short, {"title": self._title()}), file=sys.stderr, err=True, color=False)

    def _title(self) -> str:
        return "kbsync"

    def _put(self, text: str, *, err: bool = False) -> None:
        # To the streams themselves: click would go round what stands in for them, and write into a bar that is drawn.
        color, stream = (self.color_errors, sys.stderr) if err else (self.color, sys.stdout)
        click.echo(text if text.endswith("\n") else f"{text}\n", nl=False, file=stream, err=err, color=color)


@dataclass(frozen=True, slots=True)
class TargetScreen(Screen):
    """One target's part of a run over several: results are collected, everything else is said at once under its name."""

    name: str = ""
    results: list[str] = field(default_factory=list)

    def _title(self) -> str:
        return f"kbsync {self.name}"

    def _put(self, text: str, *, err: bool = False) -> None:
        if not err:
            self.results.append(text)
            return
        lines = "".join(f"[{self.name}] {line}\n" for line in text.splitlines())
        click.echo(lines, nl=False, file=sys.stderr, err=True, color=self.color_errors)


def make_screen(*, color: str, quiet: bool, verbose: int, environ: Mapping[str, str]) -> Screen:
    """A screen from options and environment. ``color`` is auto, always or never; NO_COLOR and TERM=dumb are honoured."""
    language = environ.get("KBSYNC_LANG") or environ.get("LC_ALL") or environ.get("LC_MESSAGES") or environ.get("LANG") or "en"
    plain = bool(environ.get("NO_COLOR")) or environ.get("TERM") == "dumb"
    return Screen(
        language=language,
        width=max(NARROWEST, min(_columns(environ), WIDEST)),
        color=_wants_color(color, plain=plain, terminal=sys.stdout.isatty()),
        color_errors=_wants_color(color, plain=plain, terminal=sys.stderr.isatty()),
        verbosity=-1 if quiet else verbose,
        animated=sys.stderr.isatty() and environ.get("TERM") != "dumb" and not environ.get("CI"),
        annotated=environ.get("GITHUB_ACTIONS") == "true",
    )


def _columns(environ: Mapping[str, str]) -> int:
    """How wide the place is that the result goes to: COLUMNS, else the terminal's own width, else a page of text."""
    told = environ.get("COLUMNS", "")
    if told.isdecimal():
        return int(told)
    try:
        return os.get_terminal_size(sys.stdout.fileno()).columns or USUAL
    except (OSError, ValueError):
        return USUAL


def _wants_color(wish: str, *, plain: bool, terminal: bool) -> bool:
    if wish == "auto":
        return terminal and not plain
    return wish == "always"


def _reasons(error: KbsyncError) -> tuple[Message, ...]:
    if isinstance(error, SafetyRefusal):
        return error.reasons
    return error.moved if isinstance(error, StalePlan) else ()
