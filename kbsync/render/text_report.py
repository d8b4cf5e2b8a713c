"""What an apply did, as text: what did not work first, then what reads back differently, then what was done.

The plan itself is drawn by ``text``; here each change is one line, because it was read before it was applied.
"""

from collections import Counter
from collections.abc import Iterable, Mapping

from kbsync.messages import Message, message
from kbsync.render.outcomes import TITLES, report_title, verdict
from kbsync.render.phrases import place_of, still_given
from kbsync.render.text import draw_calls, named
from kbsync.render.text_page import Page, Span, Style
from kbsync.render.voices import voice
from kbsync.render.words import Words
from kbsync.report import ApplyReport, ChangeOutcome, Mismatch, Outcome, Receipt

__all__ = ["receipt_text", "report_text"]

_LABELS: Mapping[Outcome, Message] = {
    Outcome.UNKNOWN: message("unknown"),
    Outcome.REFUSED: message("refused"),
    Outcome.NOT_ATTEMPTED: message("not attempted"),
    Outcome.APPLIED: message("applied"),
    Outcome.ALREADY: message("already as declared"),
}


def report_text(report: ApplyReport, *, width: int = 100, color: bool = False, language: str = "en") -> str:
    """Draw a report for ``width`` columns."""
    page = Page(width=width, color=color)
    _draw(page, report, Words(language))
    return page.text()


def receipt_text(receipt: Receipt, *, width: int = 100, color: bool = False, language: str = "en") -> str:
    """Draw a receipt: who and when, then the report."""
    words = Words(language)
    page = Page(width=width, color=color)
    page.line((words("Applied by {actor}", actor=receipt.actor), Style.TITLE))
    page.line((words("from {started} to {finished}", started=receipt.started, finished=receipt.finished), Style.QUIET))
    page.blank()
    _draw(page, receipt.report, words)
    return page.text()


def _draw(page: Page, report: ApplyReport, words: Words) -> None:
    target = report.plan.target
    about = words.say(report_title(report, target.name))
    page.line((f"{about} (SDKAppID {target.sdkappid})", Style.TITLE))
    page.line((words.say(verdict(report)), Style.TITLE if report.finished else Style.DANGER))
    given = still_given(report.plan)
    if given:
        page.line((words.say(given), Style.DANGER))
    for outcome in TITLES:
        found = [each for each in report.outcomes if each.outcome is outcome]
        if found:
            _section(page, report, found, words)
        if outcome is Outcome.NOT_ATTEMPTED and report.mismatches:
            page.heading(words("Reads back differently ({count})", count=len(report.mismatches)), Style.DANGER)
            for mismatch in report.mismatches:
                _mismatch(page, report, mismatch, words)
        if outcome is Outcome.NOT_ATTEMPTED and given:
            page.heading(f"{words('No longer in git, kept live')} ({len(report.plan.outlived)})", Style.DANGER)
            for item in report.plan.outlived:
                page.line((named(item), Style.PLAIN), indent=2, hang=2)
    page.heading(words("Summary"))
    _summary(page, report, words)
    if given:
        page.line((words.say(given), Style.DANGER))


def _section(page: Page, report: ApplyReport, found: list[ChangeOutcome], words: Words) -> None:
    outcome = found[0].outcome
    title = f"{words.say(TITLES[outcome])} ({len(found)})"
    page.heading(title, Style.TITLE if outcome.good else Style.DANGER)
    if outcome is Outcome.UNKNOWN:
        page.line((words("No usable answer came, and looking again did not settle it."), Style.PLAIN))
    for each in found:
        page.line(_name(report, each.change, words), indent=2, hang=2)
        code = words("error code {code}", code=each.code) if each.code is not None else ""
        reason = words.say(each.reason) if each.reason else ""
        why = " · ".join(part for part in (reason, code) if part)
        if why:
            page.line((why, Style.PLAIN), indent=6)


def _mismatch(page: Page, report: ApplyReport, mismatch: Mismatch, words: Words) -> None:
    page.line(_name(report, mismatch.change, words), indent=2, hang=2)
    page.line((f"{mismatch.field}: {words.say(mismatch.reason)}", Style.PLAIN), indent=6)
    page.row(words("sent"), [(mismatch.wanted, Style.OLD)], indent=6)
    page.row(words("found"), [(mismatch.found, Style.NEW)], indent=6)


def _name(report: ApplyReport, index: int, words: Words) -> Span:
    change = report.plan.changes[index]
    place = place_of(change, report.plan.purpose, words)
    label = words.say(voice(report.plan.purpose).label(change))
    return f"{label}: {' '.join(change.title.split())}{f' ({place})' if place else ''}", Style.PLAIN


def _summary(page: Page, report: ApplyReport, words: Words) -> None:
    page.line((_tally(report.outcomes, words), Style.PLAIN))
    if report.throttled:
        page.line((words("Refused for speed and sent again: {count}", count=report.throttled), Style.PLAIN))
    if not report.verified:
        page.line((words("The library was not read back afterwards."), Style.DANGER))
    seconds = words("took {seconds} s", seconds=f"{report.seconds:.1f}")
    draw_calls(page, sorted(report.calls.items()), seconds, words)


def _tally(outcomes: Iterable[ChangeOutcome], words: Words) -> str:
    counts = Counter(each.outcome for each in outcomes)
    return " · ".join(f"{words.say(label)}: {counts[outcome]}" for outcome, label in _LABELS.items() if counts[outcome])
