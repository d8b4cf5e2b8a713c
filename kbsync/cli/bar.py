"""A progress bar for terminals, drawn by rich."""

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    ProgressColumn,
    SpinnerColumn,
    Task,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
)
from rich.progress import Progress as Drawing
from rich.text import Text

from kbsync.progress import Progress

__all__ = ["bar"]


@contextmanager
def bar() -> Iterator[Progress]:
    """A bar on stderr that goes away when the work is over, so that only the result stays."""
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(bar_width=30),
        MofNCompleteColumn(),
        _Rate(),
        TimeRemainingColumn(),
    )
    drawing = Drawing(*columns, console=Console(stderr=True, highlight=False), transient=True)
    with drawing:
        yield _Bar(drawing)


class _Bar:
    def __init__(self, drawing: Drawing) -> None:
        self._drawing = drawing
        self._task: TaskID | None = None

    def start(self, label: str, total: int | None) -> None:
        """Draw a new bar in place of the last one."""
        self.finish()
        self._task = self._drawing.add_task(label, total=total)

    def advance(self, steps: int = 1) -> None:
        """Move it."""
        if self._task is not None:
            self._drawing.advance(self._task, steps)

    def note(self, text: str) -> None:
        """Say something above the bar."""
        self._drawing.console.print(text, markup=False, highlight=False)

    def finish(self) -> None:
        """Take it away."""
        if self._task is not None:
            self._drawing.remove_task(self._task)
            self._task = None


class _Rate(ProgressColumn):
    def render(self, task: Task) -> Text:
        return Text("" if task.speed is None else f"{task.speed:.1f}/s")
