"""Findings as text: place, code and message on one line, then the line of the file with a caret under the fault."""

from collections.abc import Sequence

from rich.cells import cell_len

from kbsync.diagnostics import Diagnostic, Severity
from kbsync.messages import Message, message
from kbsync.render.snippets import Snippet, snippet
from kbsync.render.text_page import Page, Style
from kbsync.render.words import Words

__all__ = ["diagnostics_text"]

_SEVERITIES: dict[Severity, Message] = {
    Severity.ERROR: message("error"),
    Severity.WARNING: message("warning"),
    Severity.NOTE: message("note"),
}


def diagnostics_text(diagnostics: Sequence[Diagnostic], *, width: int = 100, color: bool = False, language: str = "en") -> str:
    """Draw findings in the order given, a blank line between them, with their number at the end."""
    words = Words(language)
    page = Page(width=width, color=color)
    for found in diagnostics:
        _draw(page, found, width=width, words=words)
        page.blank()
    page.line((_total(diagnostics, words), Style.TITLE))
    return page.text()


def _draw(page: Page, found: Diagnostic, *, width: int, words: Words) -> None:
    severity = f"{words.say(_SEVERITIES[found.severity])}[{found.rule.name}]"
    style = Style.DANGER if found.severity is Severity.ERROR else Style.TITLE
    page.line((f"{found.location}: ", Style.TITLE), (severity, style), (f" {words.say(found.message)}", Style.PLAIN), hang=2)
    number = str(found.location.line)
    if found.source.strip():
        _source(page, number, snippet(found, columns=width - len(number) - 6), style)
    indent = len(number) + 3
    if found.hint:
        page.line((f"= {words('hint:')} ", Style.QUIET), (words.say(found.hint), Style.PLAIN), indent=indent, hang=2)
    for related in found.related:
        page.line((f"= {related.location}: ", Style.QUIET), (words.say(related.message), Style.PLAIN), indent=indent, hang=2)


def _source(page: Page, number: str, shown: Snippet, style: Style) -> None:
    margin = " " * len(number)
    page.line(
        (f"{number} │ ", Style.QUIET), (shown.before, Style.PLAIN), (shown.marked, style), (shown.after, Style.PLAIN), indent=2
    )
    carets = "^" * max(1, cell_len(shown.marked))
    page.line((f"{margin} │ ", Style.QUIET), (" " * cell_len(shown.before) + carets, style), indent=2)


def _total(diagnostics: Sequence[Diagnostic], words: Words) -> str:
    if not diagnostics:
        return words("No findings.")
    counts = {severity: sum(found.severity is severity for found in diagnostics) for severity in Severity}
    return words(
        "errors {errors}, warnings {warnings}, notes {notes}",
        errors=counts[Severity.ERROR],
        warnings=counts[Severity.WARNING],
        notes=counts[Severity.NOTE],
    )
