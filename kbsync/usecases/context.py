"""The context of a use case (clock, environment, stop event, user interface, directory, target), and the exit codes."""

import os
import shlex
import signal
import threading
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace
from enum import IntEnum
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Protocol

from kbsync.diagnostics import Diagnostic
from kbsync.errors import (
    InvalidInput,
    KbsyncError,
    Misuse,
    SafetyRefusal,
    StalePlan,
    TargetLocked,
)
from kbsync.limiter.clock import Clock, SystemClock
from kbsync.messages import Message, message
from kbsync.plan import Plan
from kbsync.ports import Progress
from kbsync.report import Receipt
from kbsync.saving import links_on, refuse_links
from kbsync.settings import Target

if TYPE_CHECKING:
    from kbsync.usecases.workspace import Workspace

__all__ = ["Call", "Exit", "RunContext", "exit_of", "gravest", "stop_on_signal"]


@dataclass(frozen=True, slots=True)
class RunContext:
    """Clock, environment and stop event of one run; ``stop`` is set when the user or the system ends it."""

    clock: Clock = field(default_factory=SystemClock)
    environ: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))
    stop: threading.Event = field(default_factory=threading.Event)


class UserInterface(Protocol):
    """The interface to the user or the log, implemented by the command line."""

    @property
    def verbosity(self) -> int:
        """−1 when quiet, else 0 or more."""

    def note(self, words: Message) -> None:
        """Show a note beside the result unless quiet."""

    def notes(self, many: Iterable[Message]) -> None:
        """Show several notes beside the result unless quiet."""

    def warn(self, found: Sequence[Diagnostic]) -> None:
        """Show what is doubtful in the files unless quiet."""

    def error(self, error: KbsyncError) -> None:
        """Show an error."""

    def result(self, text: str) -> None:
        """Give a text as the result."""

    def answer(self, words: Message) -> None:
        """Give words as the result."""

    def quote(self, text: str) -> None:
        """Show a text, indented, beside the result."""

    def preview(self, plan: Plan) -> None:
        """Show a plan beside the result, before consent is asked for."""

    def report_apply(self, receipt: Receipt) -> None:
        """Output the report of an apply as the result. The apply stands even if the output fails."""

    def progress(
        self, clock: Clock, stop: threading.Event | None = None, *, patient: bool = False
    ) -> AbstractContextManager[Progress]:
        """Show how far long work is; ``patient`` shows nothing of what takes less than a second."""

    def is_interactive(self) -> bool:
        """Whether a person can answer questions."""

    def confirms(self, question: Message) -> bool:
        """Ask for yes or no."""


@dataclass(frozen=True, slots=True)
class Call:
    """The arguments that all commands have.

    ``target`` is None for the default one. ``calls_per_second`` lowers the rate of the settings, for accounts shared with other
    programs. ``named`` is whether the user named the directory.
    """

    context: RunContext
    screen: UserInterface
    directory: Path
    target: str | None = None
    calls_per_second: float | None = None
    named: bool = True

    @property
    def options(self) -> str:
        """The options that select the same directory and target, for a suggested command line."""
        directory = f" --dir {shlex.quote(self.directory.as_posix())}" if self.named else ""
        return directory + (f" --target {shlex.quote(self.target)}" if self.target else "")

    def open_workspace(self, *, comparing: bool = True) -> "Workspace":
        """Read the directory with the ids of the target, without ``comparing`` no near duplicates. Raises InvalidInput."""
        from kbsync.usecases.workspace import open_workspace  # noqa: PLC0415  (loads yaml)

        with self.waiting(message("reading the files")):
            return open_workspace(self.directory, target=self.target, environ=self.context.environ, comparing=comparing)

    @contextmanager
    def waiting(self, label: Message) -> Iterator[None]:
        """Show what is waited for, once that takes a second."""
        with self.screen.progress(self.context.clock, patient=True) as progress:
            progress.start(label, None)
            yield

    def refuse_link(self) -> None:
        """Raise UnusableFile if the directory is a link that git tracks, or one that the user did not name."""
        if not self.named:
            refuse_links(self.directory, below=self.directory.parent)
        for link in links_on(self.directory):
            from kbsync.history.repository import holders_of  # noqa: PLC0415  (a branch's link is rare)

            if any(holders_of(link, environ=self.context.environ)):
                refuse_links(link, below=link.parent)

    def target_of(self, workspace: "Workspace") -> Target:
        """The target with the lower of both rates. Raises Misuse."""
        target = workspace.target(self.target)
        return replace(target, calls_per_second=min(target.calls_per_second, self.calls_per_second or target.calls_per_second))


def is_agreed(screen: UserInterface, question: Message, *, absent: Message, instead: Message, declined: Message) -> bool:
    """Ask for consent. Raises SafetyRefusal with ``absent`` and the hint ``instead`` if no person can answer."""
    if not screen.is_interactive():
        raise SafetyRefusal(absent, [instead])
    if screen.confirms(question):
        return True
    screen.note(declined)
    return False


class LinkedStop(threading.Event):
    """A stop event that counts as set if ``stop`` is set or ``reason`` returns True.

    A wait ends early only for ``stop``: ``reason`` is called when it ends.
    """

    def __init__(self, stop: threading.Event, reason: Callable[[], bool]) -> None:
        super().__init__()
        self._stop = stop
        self._reason = reason

    def is_set(self) -> bool:
        """Whether to stop, as of now."""
        return self._stop.is_set() or self._reason()

    def wait(self, timeout: float | None = None) -> bool:
        """Wait at most that many seconds; returns whether to stop."""
        return self._stop.wait(timeout) or self.is_set()


@contextmanager
def stop_on_signal(stop: threading.Event, *, tell: Callable[[], None]) -> Iterator[None]:
    """Set ``stop`` and call ``tell`` on the first Ctrl-C or SIGTERM; a further one has its usual effect."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    numbers = (signal.SIGINT, signal.SIGTERM)
    before = {number: signal.getsignal(number) for number in numbers}

    def ask(_number: int, _frame: FrameType | None) -> None:
        for number in numbers:
            signal.signal(number, signal.SIG_DFL)
        stop.set()
        tell()

    for number in numbers:
        signal.signal(number, ask)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


class Exit(IntEnum):
    """The exit codes, as documented for scripts."""

    DONE = 0
    FAILED = 1
    USAGE = 2
    PENDING = 3
    UNFINISHED = 4
    INVALID = 5
    UNSAFE = 6
    STALE = 7
    LOCKED = 8


EXITS: tuple[tuple[type[KbsyncError], Exit], ...] = (
    (Misuse, Exit.USAGE),
    (InvalidInput, Exit.INVALID),
    (SafetyRefusal, Exit.UNSAFE),
    (StalePlan, Exit.STALE),
    (TargetLocked, Exit.LOCKED),
)

GRAVEST = (
    Exit.UNFINISHED,
    Exit.STALE,
    Exit.LOCKED,
    Exit.UNSAFE,
    Exit.INVALID,
    Exit.USAGE,
    Exit.FAILED,
    Exit.PENDING,
    Exit.DONE,
)
"""The order of precedence of exit codes where several targets are run."""


def exit_of(error: KbsyncError) -> Exit:
    """The exit code for an error; FAILED (nothing was changed) for those without one of their own."""
    return next((code for kind, code in EXITS if isinstance(error, kind)), Exit.FAILED)


def gravest(codes: Collection[int]) -> Exit:
    """The exit code of a run over several targets."""
    return next(code for code in GRAVEST if code in codes)
