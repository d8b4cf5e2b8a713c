"""The line of a file that a finding points at, cut to the width there is and divided at the fault.

How the caret is drawn is the format's business.
"""

from dataclasses import dataclass

from rich.cells import cell_len, set_cell_size

from kbsync.diagnostics import Diagnostic
from kbsync.display import visible

__all__ = ["Snippet", "snippet"]


@dataclass(frozen=True, slots=True)
class Snippet:
    """A line in three parts, made visible, tabs as one mark: what is ``marked`` may be empty at the end of a line."""

    before: str
    marked: str
    after: str


def snippet(found: Diagnostic, *, columns: int) -> Snippet:
    """Cut the line at the fault; where it is wider than ``columns`` its ends give way, the fault the last."""
    start = min(found.location.column - 1, len(found.source))
    end = start + max(found.width, 1)
    before, marked, after = (
        visible(part, newlines=False)
        for part in (found.source[:start].lstrip(), found.source[start:end], found.source[end:].rstrip())
    )
    room = max(columns, 20)
    marked = _first(marked, room // 2)
    before = _last(before, room - cell_len(marked) - min(cell_len(after), room // 4))
    return Snippet(before, marked, _first(after, room - cell_len(before) - cell_len(marked)))


def _first(text: str, columns: int) -> str:
    """The start of a text in at most ``columns`` columns, an ellipsis where something is left out."""
    return text if cell_len(text) <= columns else f"{set_cell_size(text, max(columns - 1, 0)).rstrip()}…"


def _last(text: str, columns: int) -> str:
    kept = text
    while cell_len(kept) > columns:
        kept = f"…{kept[1 + max(1, (cell_len(kept) - columns) // 2) :]}"
    return kept
