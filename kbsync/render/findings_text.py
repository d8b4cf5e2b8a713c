"""Findings as text: place, code and message on one line, then the line of the file with a caret under the fault."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len, set_cell_size

from kbsync.diagnostics import Diagnostic, Severity, tally
from kbsync.display import visible
from kbsync.messages import Message, message
from kbsync.render.text_page import Style, TextPage
from kbsync.render.words import RenderOptions, Words

__all__ = ["SEVERITIES", "Snippet", "diagnostics_text", "snippet"]

SEVERITIES: dict[Severity, Message] = {
    Severity.ERROR: message("error"),
    Severity.WARNING: message("warning"),
    Severity.NOTE: message("note"),
}


_GRAVITY = (Severity.NOTE, Severity.WARNING, Severity.ERROR)
"""What stands last is what is read first in a terminal."""


@dataclass(frozen=True, slots=True)
class Snippet:
    """A line in three parts, made visible, tabs as one mark: what is ``marked`` may be empty at the end of a line."""

    before: str
    marked: str
    after: str


def diagnostics_text(diagnostics: Sequence[Diagnostic], options: RenderOptions = RenderOptions()) -> str:
    """Draw findings, errors last, a blank line between them, with their number by rule and by severity at the end."""
    words, page = Words(options.language), TextPage(options)
    for found in sorted(diagnostics, key=lambda found: _GRAVITY.index(found.severity)):
        _draw(page, found, width=options.width, words=words)
        page.blank()
    counts = Counter(found.rule for found in diagnostics)
    if len(counts) < len(diagnostics):
        for rule, count in counts.most_common():
            page.line((f"{count:>5}  ", Style.PLAIN), (f"{rule.name} {rule.value}", Style.QUIET))
    page.line((words.say(tally(diagnostics)) if diagnostics else words("No findings."), Style.TITLE))
    return page.text()


def _draw(page: TextPage, found: Diagnostic, *, width: int, words: Words) -> None:
    severity = f"{words.say(SEVERITIES[found.severity])}[{found.rule.name} {found.rule.value}]"
    style = Style.DANGER if found.severity is Severity.ERROR else Style.TITLE
    page.line((f"{found.location}: ", Style.TITLE), (severity, style), (f" {words.say(found.message)}", Style.PLAIN), hang=2)
    number = str(found.location.line)
    if found.source.strip():
        if found.above.strip():
            above = _first(visible(found.above, newlines=False), width - len(number) - 6)
            page.line((f"{found.location.line - 1:>{len(number)}} │ {above}", Style.QUIET), indent=2)
        _source(page, number, snippet(found, columns=width - len(number) - 6), style)
    indent = len(number) + 3
    if found.hint:
        page.line((f"= {words('hint:')} ", Style.QUIET), (words.say(found.hint), Style.PLAIN), indent=indent, hang=2)
    for related in found.related:
        page.line((f"= {related.location}: ", Style.QUIET), (words.say(related.message), Style.PLAIN), indent=indent, hang=2)


def _source(page: TextPage, number: str, shown: Snippet, style: Style) -> None:
    margin = " " * len(number)
    page.line(
        (f"{number} │ ", Style.QUIET), (shown.before, Style.PLAIN), (shown.marked, style), (shown.after, Style.PLAIN), indent=2
    )
    carets = "^" * max(1, cell_len(shown.marked))
    page.line((f"{margin} │ ", Style.QUIET), (" " * cell_len(shown.before) + carets, style), indent=2)


def snippet(found: Diagnostic, *, columns: int) -> Snippet:
    """Cut the line at the fault; where it is wider than ``columns`` its ends give way, the fault the last."""
    start = min(found.location.column - 1, len(found.source))
    end = start + max(found.width, 1)
    before, marked, after = (
        visible(part, newlines=False) for part in (found.source[:start], found.source[start:end], found.source[end:].rstrip())
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
