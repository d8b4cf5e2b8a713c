"""Where words go: the result to stdout, everything else to stderr, in the user's language, width and colours.

The streams are as the shell hands them over: closed, full, or with a reader that has gone.
"""

import os
import secrets
import sys
import textwrap
import threading
from codecs import lookup, register_error
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext, redirect_stderr, redirect_stdout, suppress
from dataclasses import dataclass, field
from io import TextIOWrapper
from pathlib import Path
from typing import Any, TextIO, cast

import click

from kbsync.cli.progress import lines
from kbsync.diagnostics import Diagnostic
from kbsync.display import cut, visible
from kbsync.errors import InvalidInput, KbsyncError, SafetyRefusal, StalePlan, UnusableFile
from kbsync.limiter.clock import Clock
from kbsync.messages import Message, message
from kbsync.plan import Plan
from kbsync.ports import Progress, Silent
from kbsync.render import formats
from kbsync.render.formats import Level, command, harmless
from kbsync.render.words import RenderOptions, Words
from kbsync.report import Receipt
from kbsync.saving import reason_of

USUAL = 100
"""Columns of a page of text without a terminal."""

LONGEST = 2000
"""Characters of an annotation, which stands above the log and not in it."""

YES = ("y", "yes", "是")
"""What counts as consent, letter case aside."""

STAND_INS = {
    **dict.fromkeys("─–—−", "-"),
    **dict.fromkeys("│├└", "|"),
    **dict.fromkeys("“”„", '"'),
    **dict.fromkeys("‘’", "'"),
    "·": "-",
    "•": "*",
    "…": "...",
    "→": "->",
    "×": "x",
    "⟨": "<",
    "⟩": ">",
    "⍽": "_",
    "⇥": "\\t",
    "↵": "\\n",
}
"""What is written for a sign of print that a locale's encoding lacks."""

NARROWEST = 40

WIDEST = 120
"""Columns between which prose is easy to read."""


@dataclass(frozen=True, slots=True)
class Screen:
    """How to talk. ``color`` is for stdout, ``color_errors`` for stderr; ``verbosity`` is −1 when quiet, else 0 or more.

    ``animated`` means that stderr is a terminal on which a line can be drawn again, ``annotated`` that a GitHub runner reads it.
    ``columns`` is how wide a terminal on stderr is, 0 where there is none.
    """

    language: str = "en"
    width: int = 100
    color: bool = False
    color_errors: bool = False
    verbosity: int = 0
    columns: int = 0
    animated: bool = False
    annotated: bool = False
    format: str = "text"
    environ: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def options(self) -> RenderOptions:
        """How what stands on stdout is drawn."""
        language = _spoken(self.language, sys.stdout) if self.format == "text" else self.language
        return RenderOptions(self.width, self.color, language, self.verbosity > 0)

    def result(self, text: str) -> None:
        """Put a command's result on stdout, with a line end; an empty result prints nothing.

        Raises BrokenPipeError or UnusableFile where it does not arrive.
        """
        if text:
            self._encode()
            self._put(formats.disarmed(text, self.format))

    def _encode(self) -> None:
        """Formats for programs are UTF-8 whatever the locale, as JSON requires and HTML declares; text follows the locale."""
        if self.format != "text" and hasattr(sys.stdout, "reconfigure"):
            sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")

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

    def note(self, words: Message) -> None:
        """Show a note on stderr unless quiet."""
        if self.verbosity >= 0:
            self.aside(self._folded(self.say(words)))

    def notes(self, many: Iterable[Message]) -> None:
        """Show several notes on stderr unless quiet."""
        for words in many:
            self.note(words)

    def error(self, error: KbsyncError) -> None:
        """Show an error on stderr, with every reason and what to do; on a CI runner also as an annotation."""
        if isinstance(error, InvalidInput):
            self._findings(error.diagnostics)
        label = click.style(self.say(message("error:")), fg="red", bold=True)
        lines = [f"{label} {self._folded(self.say(error.message), hang=7)}"]
        lines += [f"  - {self._folded(self.say(reason), hang=4)}" for reason in _reasons(error)]
        if error.hint is not None:
            lines.append(f"  {self.say(message('hint:'))} {self._folded(self.say(error.hint), hang=8)}")
        self.aside("\n".join(lines))
        if self.annotated:
            self._annotate([error.message, *_reasons(error), *filter(None, (error.hint,))])

    def _folded(self, line: str, hang: int = 0) -> str:
        """A line broken between words where a terminal would break it anywhere; what is to be pasted stays whole."""
        if not self.columns or " && " in line:
            return line
        from kbsync.render.text_page import folded  # noqa: PLC0415  (loads rich)

        return f"\n{' ' * hang}".join(folded(line, max(NARROWEST, self.columns) - hang))

    def answer(self, words: Message) -> None:
        """Put words on stdout."""
        self.result(self.say(words))

    def quote(self, text: str) -> None:
        """Put a text on stderr, indented."""
        self.aside(textwrap.indent(visible(text), "  "))

    def warn(self, found: Sequence[Diagnostic]) -> None:
        """Show warnings on stderr unless quiet."""
        if found and self.verbosity >= 0:
            self._findings(found)

    def preview(self, plan: Plan) -> None:
        """Show a plan on stderr, as text, before consent is asked for."""
        from kbsync.planfile import plan_digest  # noqa: PLC0415  (loads msgspec)
        from kbsync.render.text import plan_text  # noqa: PLC0415  (loads rich)

        self.aside(plan_text(plan, self.options, digest=plan_digest(plan), steps=False))

    def show(self, found: Plan | Receipt) -> None:
        """Put a plan or a receipt on stdout in the format that was asked for."""
        self.result(self._handed_over(formats.draw(found, self.format, self.options)))

    def report_apply(self, receipt: Receipt) -> None:
        """Report an apply in the format that was asked for."""
        self.report(self._handed_over(formats.draw(receipt, self.format, self.options)))

    def _handed_over(self, drawn: formats.Rendition) -> str:
        """What is left for stdout when a GitHub runner has been handed what belongs to it."""
        if drawn.summary:
            write_github(drawn.summary, drawn.outputs, self.environ)
        return drawn.result

    def progress(
        self, clock: Clock, stop: threading.Event | None = None, *, patient: bool = False
    ) -> AbstractContextManager[Progress]:
        """The progress display: none when quiet, a bar on a terminal that can draw one, lines elsewhere.

        The bar is erased once ``stop`` is set; a ``patient`` one is drawn after a second.
        """
        if self.verbosity < 0:
            return nullcontext(Silent())
        if self.animated:
            from kbsync.cli.bar import bar  # noqa: PLC0415  (loads rich)

            return bar(clock, color=self.color_errors, say=self.say, stop=stop, patient=patient)
        return lines(clock, tell=self.note)

    def is_interactive(self) -> bool:
        """Whether there is a terminal to ask; a closed standard input is none."""
        return sys.stdin is not None and sys.stdin.isatty()

    def confirms(self, question: Message) -> bool:
        """Ask on stderr, so that stdout holds the result alone; an empty line, anything else and the end of input mean no."""
        click.echo(f"{self.say(question)} [y/N] ", nl=False, err=True, color=self.color_errors)
        return sys.stdin.readline().strip().lower() in YES

    def say(self, words: Message) -> str:
        """A message in the user's language, safe to print, on one line whatever its values hold."""
        return harmless(visible(Words(_spoken(self.language, sys.stderr)).say(words), newlines=False))

    def _findings(self, found: Sequence[Diagnostic]) -> None:
        from kbsync.render.findings import diagnostics_text  # noqa: PLC0415  (loads rich)

        self.aside(diagnostics_text(found, RenderOptions(self.width, self.color_errors, _spoken(self.language, sys.stderr))))

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
    """One target's part of a run over several: results are collected, everything else is printed at once under its name."""

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
        width=max(NARROWEST, min(_columns(environ, sys.stdout), WIDEST)),
        columns=_columns(environ, sys.stderr) if sys.stderr.isatty() else 0,
        color=_wants_color(color, plain=plain, terminal=sys.stdout.isatty()),
        color_errors=_wants_color(color, plain=plain, terminal=sys.stderr.isatty()),
        verbosity=-1 if quiet else verbose,
        animated=sys.stderr.isatty() and environ.get("TERM") != "dumb" and not environ.get("CI"),
        environ=environ,
        annotated=environ.get("GITHUB_ACTIONS") == "true",
    )


def _columns(environ: Mapping[str, str], stream: TextIO) -> int:
    """The width of a stream in columns: COLUMNS, else the terminal's width, else a page of text."""
    told = environ.get("COLUMNS", "")
    if told.isdecimal():
        return int(told)
    try:
        return os.get_terminal_size(stream.fileno()).columns or USUAL
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


@contextmanager
def steady_streams() -> Iterator[None]:
    """Until the block ends, writing to stderr never raises, and a stdout that cannot be written is reported once.

    It then raises BrokenPipeError where its reader has gone, else UnusableFile. What is written later is dropped.
    """
    with Path(os.devnull).open("w", encoding="utf-8") as nowhere:
        # Python has no stream at all where the shell closed it, as ``>&-`` does.
        result, aside = _Result(_able(sys.stdout or nowhere)), _Aside(_able(sys.stderr or nowhere))
        with redirect_stdout(cast("TextIO", result)), redirect_stderr(cast("TextIO", aside)):
            yield


def _able(stream: TextIO) -> TextIO:
    """The same stream, which writes something for a sign that its locale lacks in place of giving up."""
    if isinstance(stream, TextIOWrapper):
        # ASCII is what a locale says that was never set up, unless somebody asked for it.
        unset = lookup(stream.encoding).name == "ascii" and not os.environ.get("PYTHONIOENCODING")
        encoding = "ascii" if _is_plain(os.environ) else "utf-8" if unset else None
        stream.reconfigure(encoding=encoding, errors="kbsync")
    return stream


def _is_plain(environ: Mapping[str, str]) -> bool:
    """Whether ASCII was asked for: in the C locale Python writes UTF-8, as if that had never been set up."""
    otherwise = any(environ.get(name) for name in ("PYTHONIOENCODING", "PYTHONUTF8", "KBSYNC_LANG"))
    return environ.get("LC_ALL") in ("C", "POSIX") and not otherwise


def _stand_in(problem: UnicodeError) -> tuple[str, int]:
    """What is written for signs that an encoding lacks: a like one for those of print, the number for any other."""
    assert isinstance(problem, UnicodeEncodeError)  # noqa: S101  (nothing is read through these streams)
    lacking = problem.object[problem.start : problem.end]
    return "".join(STAND_INS.get(sign) or ascii(sign)[1:-1] for sign in lacking), problem.end


register_error("kbsync", _stand_in)


def _spoken(language: str, stream: TextIO) -> str:
    """The language that people want, or English where a stream has no signs for Chinese."""
    try:
        "中".encode(getattr(stream, "encoding", None) or "utf-8")
    except UnicodeEncodeError:
        return "en"
    return language


class _GuardedStream:
    """Passes on what is written, until that fails."""

    buffer = None
    """No access to the bytes: click would write UTF-8 into the buffer behind an ASCII stream."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def _drop(self) -> None:
        """Let the file behind the stream lead nowhere, or Python would try what is left once more when it ends, and complain."""
        with suppress(OSError, ValueError):
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, self._stream.fileno())
            os.close(nowhere)

    def flush(self) -> None:
        """Write what waits, as ``write`` does."""
        with self._guard():
            self._stream.flush()

    @contextmanager
    def _guard(self) -> Iterator[None]:
        try:
            yield
        except OSError as problem:
            self._drop()
            self._failed(problem)

    def _failed(self, problem: OSError) -> None:
        """What follows from an error; nothing for notes and progress."""


class _Aside(_GuardedStream):
    """The stream for notes and progress; write errors are ignored."""

    def write(self, text: str) -> int:
        """Write it if that can be done."""
        with self._guard():
            self._stream.write(text)
        return len(text)

    @contextmanager
    def _guard(self) -> Iterator[None]:
        # A signal may come in the middle of another writing, and its handler cannot write into that.
        with suppress(RuntimeError), super()._guard():
            yield


class _Result(_GuardedStream):
    """The result: who asked for it has to know that it did not arrive."""

    def write(self, text: str | bytes) -> int:
        """Write it; Click has the lines of shell completion as UTF-8. Raises BrokenPipeError or UnusableFile."""
        if text == b"":
            raise TypeError  # so Click asks whether this is a stream of bytes, and would put one of its own before it
        with self._guard():
            # Click asks with an empty text whether this is a stream; a full disk must not be found, and forgotten, there.
            return 0 if text == "" else self._stream.write(text.decode() if isinstance(text, bytes) else text)

    def _failed(self, problem: OSError) -> None:
        if isinstance(problem, BrokenPipeError):
            raise problem
        raise UnusableFile(message("the result cannot be written to stdout: {reason}", reason=reason_of(problem))) from None


def write_github(summary: str, outputs: Mapping[str, str], environ: Mapping[str, str]) -> None:
    """Append to GITHUB_STEP_SUMMARY and GITHUB_OUTPUT where the runner names them. Raises UnusableFile."""
    if environ.get("GITHUB_STEP_SUMMARY"):
        _append(Path(environ["GITHUB_STEP_SUMMARY"]), summary)
    if outputs and environ.get("GITHUB_OUTPUT"):
        _append(Path(environ["GITHUB_OUTPUT"]), "".join(_output(name, value) for name, value in sorted(outputs.items())))


def _output(name: str, value: str) -> str:
    # A random delimiter, so that no value can end its own block and begin another output.
    mark = f"kbsync-{secrets.token_hex(8)}"
    return f"{name}<<{mark}\n{value}\n{mark}\n"


def _append(path: Path, text: str) -> None:
    try:
        with path.open("a", encoding="utf-8") as stream:
            stream.write(text)
    except OSError as problem:
        raise UnusableFile(message("{path} cannot be written: {reason}", path=path, reason=reason_of(problem))) from None
