"""Where a target stands, on one screen, and its log: what customers got, since when, by which commit, undone or not."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from kbsync.display import day, short_commit
from kbsync.errors import KbsyncError
from kbsync.history.lease import LockInfo, show_time
from kbsync.messages import Message, message, plural
from kbsync.plan import Change, Plan, Purpose
from kbsync.render.markdown_frame import shortened
from kbsync.render.page import PlanWords
from kbsync.render.phrases import VOICES
from kbsync.render.text_page import Style, TextPage
from kbsync.render.view import counted
from kbsync.render.words import RenderOptions, Words
from kbsync.report import Outcome, Receipt
from kbsync.settings import Target

__all__ = ["PastApply", "TargetStatus", "entries_of", "log_markdown", "log_text", "status_text"]

_DAY = 86_400
_NAMED = 10
"""So many changes of one apply are named; a first apply may have thousands."""


@dataclass(frozen=True, slots=True)
class PastApply:
    """One apply on record by its number; ``undone_by`` and ``undoes`` are the numbers of the undo of it, and of what it undid."""

    number: int
    receipt: Receipt
    undone_by: int | None = None
    undoes: int | None = None

    @property
    def done(self) -> tuple[Change, ...]:
        """The changes that took effect."""
        report = self.receipt.report
        return tuple(report.plan.changes[each.change] for each in report.outcomes if each.outcome is Outcome.APPLIED)

    @property
    def texts(self) -> frozenset[str]:
        """What its changes are called, before and after."""
        return frozenset(title for change in self.done for title in (change.title, change.inverse().title))

    @property
    def is_undo(self) -> bool:
        """Whether it took another one back."""
        return self.receipt.report.plan.purpose is Purpose.UNDO

    def took_back(self, other: "PastApply") -> bool:
        """Whether this undo is of another apply: the one that it names, else one whose changes are all among its own."""
        named = self.receipt.report.plan.undoes
        if named is not None:
            return named == other.receipt.started and bool(self.texts & other.texts)
        return bool(other.texts) and other.texts <= self.texts and not other.is_undo


def entries_of(receipts: Iterable[tuple[int, Receipt]]) -> tuple[PastApply, ...]:
    """The log of receipts, the newest first; an undo belongs to the last apply before it that it took back."""
    found: dict[int, PastApply] = {}
    undos: list[PastApply] = []
    for number, receipt in receipts:
        entry = PastApply(number, receipt)
        undo = next((each for each in undos if each.took_back(entry)), None)
        if undo is not None:
            undos.remove(undo)
            found[undo.number] = replace(found[undo.number], undoes=number)
        if entry.is_undo:
            undos.append(entry)
        found[number] = replace(entry, undone_by=undo.number if undo else None)
    return tuple(found.values())


@dataclass(frozen=True, slots=True)
class TargetStatus:
    """The status of a target at the moment ``now``.

    ``commit`` is that of the files, None where they are of none; ``base`` was applied last, and made at ``base_date``. Without
    ``plan`` the library could not be read, because of the ``problem``; without ``drift`` there is nothing to compare it with.
    A ``lock_problem`` is why the lock, a ``recent_problem`` why the last applies could not be read.
    """

    target: Target
    now: float
    questions: int
    commit: str | None
    base: str | None
    base_date: int | None
    lock: LockInfo | None
    next: Message
    recent: tuple[PastApply, ...] = ()
    plan: Plan | None = None
    drift: Plan | None = None
    problem: KbsyncError | None = None
    lock_problem: KbsyncError | None = None
    recent_problem: KbsyncError | None = None

    @property
    def problems(self) -> tuple[KbsyncError, ...]:
        """Why something is not known."""
        return tuple(filter(None, (self.problem, self.lock_problem, self.recent_problem)))


def status_text(found: TargetStatus, options: RenderOptions = RenderOptions()) -> str:
    """A row for each part, the next step last."""
    words, page = Words(options.language), TextPage(options)
    for label, value, style in _rows(found, words):
        page.row(label, [(value, style)], indent=0)
    return page.text()


def _rows(found: TargetStatus, words: Words) -> Iterator[tuple[str, str, Style]]:
    target = found.target
    yield words("Target"), f"{target.name} (SDKAppID {target.sdkappid})", Style.TITLE
    files = words("commit {commit}", commit=short_commit(found.commit)) if found.commit else words("files that are not committed")
    count = words.say(plural("{count} question", "{count} questions", count=found.questions))
    yield words("Files"), f"{files} · {count}", Style.PLAIN
    yield words("Applied last"), words.say(_base(found)), Style.PLAIN
    if found.problem is not None:
        yield words("Library"), words("not read: {reason}", reason=words.say(found.problem.message)), Style.DANGER
    if found.plan is not None:
        plan = PlanWords(found.plan, words.tag)
        is_idle = plan.shown.empty and not plan.shown.blocking
        said = plan.nothing_to_do() if is_idle else plan.headline(plan.tallies() or ((plan.voice.no_changes,),))
        yield words("Pending"), said, Style.DANGER if plan.shown.danger else Style.PLAIN
        for problem in plan.shown.blocking:
            yield words("Stopped by"), words.say(problem.message), Style.DANGER
    if found.drift is not None:
        drift = PlanWords(found.drift, words.tag)
        said = drift.headline(drift.tallies() or ((drift.voice.no_changes,),))
        yield words("Console"), said, Style.PLAIN if drift.shown.empty else Style.DANGER
    for entry in found.recent:
        told = _LogWords(entry, words.tag)
        yield words("Apply {number}", number=entry.number), f"{told.who()}: {told.what()}", Style.PLAIN
    if found.recent_problem is not None:
        yield words("Applies"), _not_known(found.recent_problem, words), Style.DANGER
    if found.lock_problem is not None:
        yield words("Lock"), _not_known(found.lock_problem, words), Style.DANGER
    else:
        yield words("Lock"), words.say(_lock(found.lock)), Style.PLAIN if found.lock is None else Style.DANGER
    yield words("Next"), words.say(found.next), Style.TITLE


def _not_known(problem: KbsyncError, words: Words) -> str:
    return words("not known: {reason}", reason=words.say(problem.message))


def _base(found: TargetStatus) -> Message:
    if found.base is None or found.base_date is None:
        return message("nothing from these files yet")
    commit = short_commit(found.base)
    days = max(0, int(found.now - found.base_date) // _DAY)
    made = {"commit": commit, "day": day(found.base_date)}
    if not days:
        return message("commit {commit} of today", commit=commit)
    return plural("commit {commit} of {day}, {count} day old", "commit {commit} of {day}, {count} days old", count=days, **made)


def _lock(lock: LockInfo | None) -> Message:
    if lock is None:
        return message("nobody applies")
    return message("held by {who} on {where} since {since}", who=lock.who, where=lock.where, since=show_time(lock.since))


class _LogWords(PlanWords):
    """The words about an apply that is over: what happened, and not what will."""

    def __init__(self, entry: PastApply, language: str) -> None:
        super().__init__(entry.receipt.report.plan, language)
        self.voice = VOICES[Purpose.DRIFT]
        self.entry = entry

    def source(self) -> str:
        """From what it was made."""
        if self.entry.undoes is not None:
            return self.say(message("an undo of {number}", number=self.entry.undoes))
        if self.plan.undoes is not None:
            return self.say(message("an undo of the apply of {when}", when=self.plan.undoes))
        if self.entry.is_undo:
            return self.say(message("an undo"))
        commit = self.plan.source.commit
        made = message("files of no commit") if commit is None else message("commit {commit}", commit=short_commit(commit))
        return self.say(made)

    def who(self) -> str:
        """When, by whom, and from which commit."""
        return f"{self.entry.receipt.finished} · {self.entry.receipt.actor} · {self.source()}"

    def what(self) -> str:
        """How much happened, whether that was all, and whether it was taken back."""
        clauses = [tuple(map(self._count, counted(self.entry.done))) or (message("nothing was to be done"),)]
        if not self.entry.receipt.report.finished:
            clauses.append((message("NOT finished"),))
        if self.entry.undone_by is not None:
            clauses.append((message("undone by {number}", number=self.entry.undone_by),))
        return self.headline(clauses)

    def names(self, limit: int | None) -> Iterator[tuple[str, str]]:
        """What happened to which object; the last one counts what is not named."""
        done = self.entry.done
        yield from ((self.label(change), change.title) for change in done[:limit])
        if limit is not None and len(done) > limit:
            yield self("… and {count} more (-v names all)", count=len(done) - limit), ""


def log_text(entries: Sequence[PastApply], options: RenderOptions = RenderOptions()) -> str:
    """The applies, the newest first."""
    page = TextPage(options)
    for entry in entries:
        words = _LogWords(entry, options.language)
        page.blank()
        page.line((f"{entry.number}  {words.who()}", Style.TITLE), hang=4)
        page.line((words.what(), Style.PLAIN if entry.receipt.report.finished else Style.DANGER), indent=4)
        for label, title in words.names(None if options.verbose else _NAMED):
            page.line((": ".join(filter(None, (label, " ".join(title.split())))), Style.QUIET), indent=4, hang=2)
    return page.text() if entries else ""


def log_markdown(entries: Sequence[PastApply], options: RenderOptions = RenderOptions()) -> str:
    """The same as a Markdown table: a row for each apply, and below it one for each object."""
    words = Words(options.language)
    head = (words("Apply"), words("When"), words("Who"), words("From"), words("What happened"))
    rows = [head, ("---",) * len(head)] if entries else []
    for entry in entries:
        told = _LogWords(entry, options.language)
        receipt = entry.receipt
        rows.append((str(entry.number), receipt.finished, shortened(receipt.actor, 60), told.source(), f"**{told.what()}**"))
        for label, title in told.names(None if options.verbose else _NAMED):
            rows.append(("", "", "", "", f"{label} {shortened(title, 200)}".strip()))
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)
