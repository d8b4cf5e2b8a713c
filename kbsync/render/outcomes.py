"""An apply as people are told of it: what did not work first, then what reads back differently, then what was done."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from kbsync.messages import Message, message
from kbsync.plan import FIELD_NAMES, VALUE_NAMES, Field, Plan, Purpose
from kbsync.render.page import Named, PlanWords, named
from kbsync.render.phrases import VOICES
from kbsync.report import ApplyReport, Mismatch, Outcome


@dataclass(frozen=True, slots=True)
class Entry:
    """One object with what was done to it and why it ended so; ``where`` is its place in the files, or its category.

    ``values`` are what was sent and what was found where it reads back differently.
    """

    title: str
    action: str = ""
    where: str = ""
    reasons: tuple[str, ...] = ()
    values: tuple[Named, ...] = ()


@dataclass(frozen=True, slots=True)
class OutcomePart:
    """What ended alike: changes, or questions that git gave up and customers still get."""

    id: str
    title: str
    danger: bool
    entries: tuple[Entry, ...]
    note: str = ""


def report_title(report: ApplyReport) -> Message:
    """The title of the page about an apply, with ``{target}`` still open."""
    return VOICES[Purpose.UNDO].title if report.plan.purpose is Purpose.UNDO else message("Apply to {target}")


def verdict(report: ApplyReport) -> Message:
    """Whether the work is done, and what to do if not."""
    if report.finished:
        return _done(report.plan)
    if report.interrupted:
        return message("NOT finished: it was interrupted. Run kbsync plan to see what is left.")
    if report.complete:
        return message("NOT verified: the library could not be read back. Run kbsync plan to see whether anything is left.")
    return message("NOT finished. Run kbsync plan to see what is left.")


def _done(plan: Plan) -> Message:
    if plan.purpose is Purpose.UNDO:
        return message("Finished: what was applied is taken back.")
    if plan.only is not None:
        return message("Finished: the part that was chosen is live as declared; the rest was left alone.")
    if plan.outlived:
        return message("Finished: what git declares is live.")
    return message("Finished: everything is live as declared.")


_TITLES: Mapping[Outcome, Message] = {
    Outcome.UNKNOWN: message("Outcome unknown"),
    Outcome.REFUSED: message("Refused by the service"),
    Outcome.NOT_ATTEMPTED: message("Not attempted"),
    Outcome.APPLIED: message("Applied"),
    Outcome.ALREADY: message("Already as declared"),
}
"""The heading of each outcome, in the order in which they are shown."""


def report_parts(report: ApplyReport, words: PlanWords) -> Iterator[OutcomePart]:
    """The changes by how they ended."""
    for outcome, title in _TITLES.items():
        entries = tuple(
            _entry(each.change, tuple(_reasons(each.reason, each.code, words)), words)
            for each in report.outcomes
            if each.outcome is outcome
        )
        if entries:
            lost = words("No usable answer came, and looking again did not settle it.") if outcome is Outcome.UNKNOWN else ""
            yield OutcomePart(outcome.value, words.say(title), not outcome.good, entries, lost)
        if outcome is Outcome.NOT_ATTEMPTED and report.mismatches:
            differing = tuple(_mismatched(each, words) for each in report.mismatches)
            yield OutcomePart("differing", words("Reads back differently"), danger=True, entries=differing)
        if outcome is Outcome.NOT_ATTEMPTED and report.plan.outlived:
            kept = tuple(Entry(name, where=where) for name, where in map(named, report.plan.outlived))
            yield OutcomePart("lapsed", words.kept()[0], danger=True, entries=kept)


def tally(report: ApplyReport) -> tuple[tuple[Message, int], ...]:
    """Each outcome that occurred, with its number."""
    counts = {outcome: sum(each.outcome is outcome for each in report.outcomes) for outcome in _TITLES}
    return tuple((_TITLES[outcome], count) for outcome, count in counts.items() if count)


def caveats(report: ApplyReport) -> Iterator[Message]:
    """What a reader should know of the way it went."""
    if report.throttled:
        yield message("Refused for speed and sent again: {count}", count=report.throttled)
    if not report.verified:
        yield message("The library was not read back afterwards.")


def _reasons(reason: Message | None, code: int | None, words: PlanWords) -> Iterator[str]:
    if reason is not None:
        yield words.say(reason)
    if code is not None:
        yield words("error code {code}", code=code)


def _mismatched(found: Mismatch, words: PlanWords) -> Entry:
    names = {field.value: name for field, name in FIELD_NAMES.items()}
    values = {str(value): value for value in VALUE_NAMES.values()} if found.field in _NAMED else {}
    sent, read = (words.say(values.get(value, value)) for value in (found.wanted, found.found))
    reason = f"{words.say(names.get(found.field, found.field))}: {words.say(found.reason)}"
    named = _entry(found.change, (reason,), words)
    return replace(named, values=((words("sent"), sent), (words("found"), read)))


def _entry(index: int, reasons: tuple[str, ...], words: PlanWords) -> Entry:
    change = words.plan.changes[index]
    return Entry(change.title, words.label(change), words.place(change), reasons)


_NAMED = (Field.ANSWER_TYPE, Field.STATUS)
"""The fields whose values have names."""
