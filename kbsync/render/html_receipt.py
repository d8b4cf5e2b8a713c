"""What an apply did, as one HTML file: what did not work first, then what reads back differently, then what was done.

The plan itself is drawn by ``html``; here each change is named with its outcome, because it was read before it was applied.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from kbsync.display import visible
from kbsync.model import show_path
from kbsync.plan import Unmanaged
from kbsync.render.html_labels import labels
from kbsync.render.html_page import around, page
from kbsync.render.html_view import language_of
from kbsync.render.outcomes import TITLES, report_title, verdict
from kbsync.render.phrases import place_of, still_given
from kbsync.render.voices import voice
from kbsync.render.words import Words
from kbsync.report import ApplyReport, ChangeOutcome, Mismatch, Outcome, Receipt

__all__ = ["receipt_html"]


@dataclass(frozen=True, slots=True)
class _Entry:
    """One change with how it ended, or one of its fields with what was sent and what was found."""

    action: str
    title: str
    notes: tuple[str, ...]
    values: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class _Part:
    """The changes that ended alike."""

    id: str
    title: str
    danger: bool
    entries: tuple[_Entry, ...]
    note: str = ""


def receipt_html(receipt: Receipt, *, language: str = "en") -> str:
    """The whole receipt as one file: every change, nothing cut."""
    words = Words(language)
    report = receipt.report
    given = still_given(report.plan)
    return page(
        "receipt.html.jinja",
        words,
        label=labels(words),
        title=around(partial(report_title, report), words),
        target=visible(report.plan.target.name, newlines=False),
        headline=words.say(verdict(report)),
        given=words.say(given) if given else "",
        parts=tuple(_parts(report, words)),
        record=tuple(_record(receipt, words)),
        language_of=language_of,
    )


def _parts(report: ApplyReport, words: Words) -> Iterator[_Part]:
    for outcome, title in TITLES.items():
        entries = tuple(_outcome(report, each, words) for each in report.outcomes if each.outcome is outcome)
        if entries:
            open_end = words("No usable answer came, and looking again did not settle it.")
            note = open_end if outcome is Outcome.UNKNOWN else ""
            yield _Part(outcome.value, words.say(title), not outcome.good, entries, note)
        if outcome is Outcome.NOT_ATTEMPTED and report.mismatches:
            differing = tuple(_mismatch(report, each, words) for each in report.mismatches)
            yield _Part("differing", words("Reads back differently"), danger=True, entries=differing)
        if outcome is Outcome.NOT_ATTEMPTED and report.plan.outlived:
            kept = tuple(_kept(item, words) for item in report.plan.outlived)
            yield _Part("lapsed", words("No longer in git, kept live"), danger=True, entries=kept)


def _outcome(report: ApplyReport, each: ChangeOutcome, words: Words) -> _Entry:
    reason = visible(words.say(each.reason), newlines=False) if each.reason else ""
    code = words("error code {code}", code=each.code) if each.code is not None else ""
    return _named(report, each.change, notes=(reason, code), words=words)


def _mismatch(report: ApplyReport, each: Mismatch, words: Words) -> _Entry:
    reason = visible(f"{each.field}: {words.say(each.reason)}", newlines=False)
    values = ((words("sent"), visible(each.wanted)), (words("found"), visible(each.found)))
    return _named(report, each.change, notes=(reason,), words=words, values=values)


def _kept(item: Unmanaged, words: Words) -> _Entry:
    title, path = (visible(text, newlines=False) for text in (item.title, show_path(item.category)))
    return _Entry(words("still given"), title, (path,))


def _named(
    report: ApplyReport, index: int, *, notes: tuple[str, ...], words: Words, values: tuple[tuple[str, str], ...] = ()
) -> _Entry:
    change, purpose = report.plan.changes[index], report.plan.purpose
    place = visible(place_of(change, purpose, words), newlines=False)
    return _Entry(
        action=words.say(voice(purpose).label(change)),
        title=visible(change.title, newlines=False),
        notes=tuple(note for note in (*notes, place) if note),
        values=values,
    )


def _record(receipt: Receipt, words: Words) -> Iterator[tuple[str, str]]:
    report = receipt.report
    yield words("Applied by"), visible(receipt.actor, newlines=False)
    yield words("Started"), receipt.started
    yield words("Ended"), receipt.finished
    yield words("Application"), str(report.plan.target.sdkappid)
    if not report.verified:
        yield words("Read back"), words("The library was not read back afterwards.")
    if report.throttled:
        yield words("Sent again"), words("Refused for speed and sent again: {count}", count=report.throttled)
    for command, calls in sorted(report.calls.items()):
        yield command, words("calls: {count}", count=calls)
    yield words("Time"), words("took {seconds} s", seconds=f"{report.seconds:.1f}")
