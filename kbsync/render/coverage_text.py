"""A coverage report as text for a terminal: figures, then what nothing answers, then what git does not declare."""

from collections.abc import Iterable

from kbsync.conversations.coverage import Coverage, Served, UnansweredQuestion
from kbsync.messages import Message
from kbsync.render.coverage_phrases import clipped, demand, figures, origins, remarks, supply
from kbsync.render.text_page import Page, Style
from kbsync.render.words import Words

__all__ = ["coverage_text"]

_WORDINGS = 5
"""So many other ways to ask are shown; the YAML format has them all."""


def coverage_text(coverage: Coverage, *, width: int = 100, color: bool = False, language: str = "en") -> str:
    """Draw a report for a page of ``width`` columns."""
    words = Words(language)
    page = Page(width=width, color=color)
    page.line((words("Coverage (sessions: {count})", count=coverage.sessions), Style.TITLE))
    for figure in figures(coverage):
        page.line((words.say(figure), Style.PLAIN), indent=2, hang=2)
    if coverage.gaps:
        page.heading(words("Asked and not declared ({count})", count=len(coverage.gaps)))
        for gap in coverage.gaps:
            _gap(page, gap, words)
    else:
        page.blank()
        page.line((words("Nothing is asked by so many people that git does not declare."), Style.TITLE))
    if coverage.served:
        page.heading(words("Served and not declared ({count})", count=len(coverage.served)))
        for served in coverage.served:
            _served(page, served, words)
    return page.text()


def _gap(page: Page, gap: UnansweredQuestion, words: Words) -> None:
    page.line((gap.text, Style.TITLE), indent=2, hang=2)
    page.line((words.say(demand(gap)), Style.PLAIN), indent=4, hang=2)
    for wording in gap.wordings[1 : _WORDINGS + 1]:
        page.line((words("also: {text}", text=wording), Style.PLAIN), indent=4, hang=2)
    if len(gap.wordings) > _WORDINGS + 1:
        page.line((words("and {count} more ways to ask", count=len(gap.wordings) - _WORDINGS - 1), Style.QUIET), indent=4)
    _aside(page, remarks(gap), words)


def _served(page: Page, served: Served, words: Words) -> None:
    page.line((clipped(served.text), Style.TITLE), indent=2, hang=2)
    page.line((words.say(supply(served)), Style.PLAIN), indent=4, hang=2)
    _aside(page, origins(served), words)


def _aside(page: Page, told: Iterable[Message], words: Words) -> None:
    for each in told:
        page.line((words.say(each), Style.QUIET), indent=4, hang=2)
