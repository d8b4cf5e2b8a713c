"""What an apply did, as Markdown for a job summary or a comment: what did not work stands open and first.

The plan itself is drawn by ``markdown``; here each change is one line, because it was read before it was applied.
"""

from collections import Counter
from collections.abc import Iterator

from kbsync.render.markdown import untouched
from kbsync.render.markdown_budget import Block, Item
from kbsync.render.markdown_frame import alert, compose, whole
from kbsync.render.markdown_text import code, comment_safe, lines, shortened
from kbsync.render.outcomes import TITLES, report_title, verdict
from kbsync.render.phrases import place_of, still_given
from kbsync.render.voices import voice
from kbsync.render.words import Words
from kbsync.report import ApplyReport, ChangeOutcome, Mismatch, Outcome

__all__ = ["report_markdown"]

_VALUE = 600
"""Characters that are shown of a value that reads back differently."""


def report_markdown(report: ApplyReport, *, budget: int = 60_000, link: str | None = None, language: str = "en") -> str:
    """The outcome of an apply, at most ``budget`` characters long (not under 30,000); its first line is its marker.

    Changes that did not end in their goal state are named before all others; ``link`` is where the receipt is.
    """
    words = Words(language)
    target = report.plan.target.name
    given = still_given(report.plan)
    told = " ".join(words.say(part) for part in (verdict(report), given) if part)
    kind = "CAUTION" if given or not report.finished else "NOTE"
    head = (
        f"<!-- kbsync apply: {comment_safe(target)} -->\n"
        f"## {words.say(report_title(report, code(target)))}\n\n"
        f"{alert(kind, f'**{told}**')}"
        f"{_tally(report, words)}\n\n"
    )
    return compose(
        head,
        tuple(_blocks(report, words)),
        f"<sub>{' · '.join(_cost(report, words))}</sub>\n",
        budget=budget,
        rest=whole(link, words("the receipt"), words),
        words=words,
    )


def _tally(report: ApplyReport, words: Words) -> str:
    counts = Counter(each.outcome for each in report.outcomes)
    return " · ".join(f"{words.say(title)}: **{counts[outcome]}**" for outcome, title in TITLES.items() if counts[outcome])


def _blocks(report: ApplyReport, words: Words) -> Iterator[Block]:
    if report.mismatches:
        differing = words("Reads back differently")
        yield Block(differing, tuple(_mismatch(report, each, words=words) for each in report.mismatches), danger=True)
    kept = tuple(map(untouched, report.plan.outlived))
    for outcome, title in TITLES.items():
        if outcome is Outcome.APPLIED and kept:
            yield Block(words("No longer in git, kept live"), kept, danger=True)
        found = tuple(_outcome(report, each, words=words) for each in report.outcomes if each.outcome is outcome)
        if found:
            yield Block(words.say(title), found, danger=not outcome.good)


def _outcome(report: ApplyReport, each: ChangeOutcome, *, words: Words) -> Item:
    reason = words.say(each.reason) if each.reason else ""
    error = words("error code {code}", code=each.code) if each.code is not None else ""
    why = " · ".join(shortened(part, 300) for part in (reason, error) if part)
    return Item(
        lambda width: _name(report, each.change, width=width, words=words),
        (lambda _limit: f"  > {why}\n") if why else None,
    )


def _mismatch(report: ApplyReport, each: Mismatch, *, words: Words) -> Item:
    told = (
        f"  > {shortened(each.field, 40)}: {shortened(words.say(each.reason), 300)}\n  >\n"
        f"  > {words('sent')}: {lines(each.wanted[:_VALUE])}\n  >\n"
        f"  > {words('found')}: {lines(each.found[:_VALUE])}\n"
    )
    return Item(lambda width: _name(report, each.change, width=width, words=words), lambda _limit: told)


def _name(report: ApplyReport, index: int, *, width: int, words: Words) -> str:
    change = report.plan.changes[index]
    place = place_of(change, report.plan.purpose, words)
    where = f" <sub>{shortened(place, 80)}</sub>" if place else ""
    return f"- **{words.say(voice(report.plan.purpose).label(change))}** {shortened(change.title, width)}{where}\n"


def _cost(report: ApplyReport, words: Words) -> Iterator[str]:
    yield words("calls: {count}", count=sum(report.calls.values()))
    yield words("took {seconds} s", seconds=f"{report.seconds:.1f}")
    if report.throttled:
        yield words("Refused for speed and sent again: {count}", count=report.throttled)
    if not report.verified:
        yield words("The library was not read back afterwards.")
