"""A progress bar for terminals, drawn by rich."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.progress import BarColumn, ProgressColumn, SpinnerColumn, Task, TaskID, TextColumn
from rich.progress import Progress as Drawing
from rich.table import Column
from rich.text import Text

from kbsync.cli.progress import FIRST, rate, time_left
from kbsync.limiter.clock import BackgroundWork, Clock, Turn
from kbsync.messages import Message
from kbsync.ports import Progress


@contextmanager
def bar(
    clock: Clock,
    *,
    color: bool,
    say: Callable[[Message], str],
    stop: threading.Event | None = None,
    patient: bool = False,
) -> Iterator[Progress]:
    """A progress bar on stderr that is erased when the work is over, so that only the result remains.

    It is erased too once ``stop`` is set, so that nothing that then ends the process at once can leave it behind. A ``patient``
    one is drawn only once a second is over.
    """
    console = _SteadyConsole(stderr=True, highlight=False, no_color=not color)
    columns = (
        SpinnerColumn("dots" if console.encoding.startswith("utf") else "line"),
        TextColumn("{task.description}", markup=False, table_column=Column(no_wrap=True, overflow="ellipsis")),
        BarColumn(bar_width=None, table_column=Column(ratio=1, max_width=30)),
        _Count(table_column=Column(no_wrap=True)),
        _Rate(table_column=Column(no_wrap=True)),
        _Left(table_column=Column(no_wrap=True)),
    )
    drawing = _Drawing(*columns, console=console, transient=True, get_time=clock.now, stop=stop or threading.Event())
    over = Turn()

    def draw() -> None:
        if not clock.wait(FIRST, until=over):
            drawing.start()

    if not patient:
        drawing.start()
    waiting = BackgroundWork(draw if patient else over.is_set, clock)
    try:
        yield _Bar(drawing, say)
    finally:
        over.set()
        waiting.result()
        drawing.stop()


class _SteadyConsole(Console):
    """Never hides the cursor: a process that is killed could not bring it back."""

    def show_cursor(self, show: bool = True) -> bool:  # noqa: FBT001, FBT002  (rich's own signature)
        return show and super().show_cursor(show)


class _Drawing(Drawing):
    def __init__(self, *columns: ProgressColumn, stop: threading.Event, **options: Any) -> None:
        self._stop = stop
        super().__init__(*columns, **options)

    def get_renderables(self) -> Iterator[RenderableType]:
        for drawn in super().get_renderables():
            yield _Until(self._stop, drawn)


class _Until:
    """Draws something until the event is set. It checks on every drawing, because a note redraws without creating it anew."""

    def __init__(self, stop: threading.Event, drawn: RenderableType) -> None:
        self._stop = stop
        self._drawn = drawn

    def __rich_console__(self, _console: Console, _options: ConsoleOptions) -> RenderResult:
        if not self._stop.is_set():
            yield self._drawn


class _Bar:
    def __init__(self, drawing: Drawing, say: Callable[[Message], str]) -> None:
        self._drawing = drawing
        self._say = say
        self._task: TaskID | None = None

    def start(self, label: Message, total: int | None) -> None:
        """Draw a new bar in place of the last one."""
        self.finish()
        self._task = self._drawing.add_task(self._say(label), total=total)

    def advance(self, steps: int = 1) -> None:
        """Move it."""
        if self._task is not None:
            self._drawing.advance(self._task, steps)

    def note(self, words: Message) -> None:
        """Show a note above the bar."""
        self._drawing.console.print(self._say(words), markup=False, highlight=False, soft_wrap=True)
        self._drawing.refresh()

    def finish(self) -> None:
        """Take it away."""
        if self._task is not None:
            self._drawing.remove_task(self._task)
            self._task = None


class _Count(ProgressColumn):
    def render(self, task: Task) -> Text:
        return Text(f"{task.completed:.0f}" if task.total is None else f"{task.completed:.0f}/{task.total:.0f}")


class _Rate(ProgressColumn):
    def render(self, task: Task) -> Text:
        known = rate(task.completed, task.elapsed or 0)
        return Text("" if known is None else f"{known:.1f}/s")


class _Left(ProgressColumn):
    def render(self, task: Task) -> Text:
        return Text(time_left(task.completed, task.total, task.elapsed or 0))
