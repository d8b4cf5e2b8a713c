"""An apply in the words of one language: what did not work first, then what reads back differently, then what was done."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from kbsync.messages import Message, message
from kbsync.plan import FIELD_NAMES, VALUE_NAMES, Field, Purpose
from kbsync.render.page import Named, PlanWords, named
from kbsync.report import ApplyReport, ChangeOutcome, Mismatch, Outcome


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


class ReportWords(PlanWords):
    """The words about one apply, in the voice of its plan's purpose."""

    def __init__(self, report: ApplyReport, language: str = "en") -> None:
        super().__init__(report.plan, language)
        self.report = report

    def title(self) -> Message:
        """The title of the page, with ``{target}`` still open."""
        return self.voice.title if self.plan.purpose is Purpose.UNDO else message("Apply to {target}")

    def verdict(self) -> str:
        """Whether the work is done, and what to do if not."""
        if self.report.finished:
            said = self._done()
        elif self.report.incidents:
            said = message("NOT finished: {cause}", cause=self.report.incidents[0])
        elif self.report.interrupted:
            said = message("NOT finished: it was interrupted. Run kbsync plan to see what is left.")
        elif self.report.complete:
            said = message("NOT verified: the library could not be read back. Run kbsync plan to see whether anything is left.")
        else:
            said = message("NOT finished. Run kbsync plan to see what is left.")
        return self.say(said)

    def parts(self) -> Iterator[OutcomePart]:
        """The changes by how they ended."""
        for outcome, title in _TITLES.items():
            entries = tuple(
                self._entry(each.change, *self._reasons(each)) for each in self.report.outcomes if each.outcome is outcome
            )
            if entries:
                lost = message("No usable answer came, and looking again did not settle it.")
                note = self.say(lost) if outcome is Outcome.UNKNOWN else ""
                yield OutcomePart(outcome.value, self.say(title), not outcome.good, entries, note)
            if outcome is Outcome.NOT_ATTEMPTED:
                yield from self._left()

    def tally(self) -> Iterator[tuple[str, int]]:
        """Each outcome that occurred, with its number."""
        counts = Counter(each.outcome for each in self.report.outcomes)
        return ((self.say(title), counts[outcome]) for outcome, title in _TITLES.items() if counts[outcome])

    def caveats(self) -> Iterator[str]:
        """What a reader should know of the way it went."""
        if self.report.throttled:
            yield self.say(message("Refused for speed and sent again: {count}", count=self.report.throttled))
        yield from map(self.say, self.report.incidents[1:])
        if not self.report.verified:
            yield self.say(message("The library was not read back afterwards."))

    def time(self) -> str:
        """How long it took."""
        return self.say(message("took {seconds} s", seconds=f"{self.report.seconds:.1f}"))

    def _done(self) -> Message:
        if self.plan.purpose is Purpose.UNDO:
            return message("Finished: what was applied is taken back.")
        if self.plan.only is not None:
            return message("Finished: the part that was chosen is live as declared; the rest was left alone.")
        if self.plan.outlived:
            return message("Finished: what git declares is live.")
        return message("Finished: everything is live as declared.")

    def _left(self) -> Iterator[OutcomePart]:
        """What is not as declared though its change did not fail."""
        if self.report.mismatches:
            differing = tuple(map(self._mismatched, self.report.mismatches))
            yield OutcomePart("differing", self.say(message("Reads back differently")), danger=True, entries=differing)
        if self.plan.outlived:
            kept = tuple(Entry(name, where=where) for name, where in map(named, self.plan.outlived))
            yield OutcomePart("lapsed", self.kept().title, danger=True, entries=kept)

    def _reasons(self, ended: ChangeOutcome) -> Iterator[str]:
        if ended.reason is not None:
            yield self.say(ended.reason)
        if ended.code is not None:
            yield self.say(message("error code {code}", code=ended.code))

    def _mismatched(self, found: Mismatch) -> Entry:
        names = {field.value: name for field, name in FIELD_NAMES.items()}
        values = {str(value): value for value in VALUE_NAMES.values()} if found.field in _NAMED else {}
        sent, read = (self.say(values.get(value, value)) for value in (found.wanted, found.found))
        reason = f"{self.say(names.get(found.field, found.field))}: {self.say(found.reason)}"
        return replace(
            self._entry(found.change, reason), values=((self.say(message("sent")), sent), (self.say(message("found")), read))
        )

    def _entry(self, index: int, *reasons: str) -> Entry:
        change = self.plan.changes[index]
        return Entry(change.title, self.label(change), self.place(change), reasons)


_TITLES: Mapping[Outcome, Message] = {
    Outcome.UNKNOWN: message("Outcome unknown"),
    Outcome.REFUSED: message("Refused by the service"),
    Outcome.NOT_ATTEMPTED: message("Not attempted"),
    Outcome.APPLIED: message("Applied"),
    Outcome.ALREADY: message("Already as declared"),
}
"""The heading of each outcome, in the order in which they are shown."""

_NAMED = (Field.ANSWER_TYPE, Field.STATUS)
"""The fields whose values have names."""
