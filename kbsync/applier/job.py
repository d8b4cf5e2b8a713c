"""The phases of one apply, one after the other, and the look afterwards. How a phase does its work stands in its own module."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import assert_never

from kbsync.applier.attempts import Attempt, Ended
from kbsync.applier.batches import BatchWork
from kbsync.applier.categories import CategoryCalls
from kbsync.applier.emptied import EmptiedWork
from kbsync.applier.ledger import Ledger
from kbsync.applier.looking import Look, Looker
from kbsync.applier.preconditions import Standing, State
from kbsync.applier.questions import QuestionWork
from kbsync.applier.readback import ReadBack
from kbsync.applier.rounds import Craft, Rounds
from kbsync.applier.snapshot import Snapshot
from kbsync.messages import Message, message
from kbsync.model import Knowledge, Status
from kbsync.ordering import Step, phases
from kbsync.plan import Plan
from kbsync.report import Mismatch, Outcome
from kbsync.store import Writer

__all__ = ["Job"]


class Job:
    """One plan on one library, from the checked preconditions on."""

    def __init__(
        self,
        plan: Plan,
        writer: Writer,
        *,
        ledger: Ledger,
        looker: Looker,
        finisher: Writer,
        workers: int,
        live: Knowledge,
        standing: Standing,
    ) -> None:
        before = Snapshot(live)
        self._plan = plan
        self._live = live
        self._standing = standing
        self._ledger = ledger
        self._looker = looker
        self._rounds = Rounds(ledger, looker, workers=workers)
        self._categories = CategoryCalls(plan, writer, ledger=ledger, before=before)
        self._questions = QuestionWork(plan, writer, finisher=finisher, ledger=ledger, categories=self._categories, before=before)
        self._batches = BatchWork(writer, finisher=finisher, ledger=ledger, questions=self._questions)
        self._emptied = EmptiedWork(plan, writer, ledger=ledger, looker=looker, categories=self._categories)

    def carry_out(self) -> None:
        """Run every phase; once the ledger halts, the phases that are left start nothing."""
        self._note_what_is_done()
        for step, group in groupby(phases(self._plan.changes), key=lambda phase: phase.step):
            begun: list[int] = []
            for phase in group:
                due = tuple(index for index in phase.changes if self._due(index))
                self._rounds.carry_out(due, self._craft(step))
                begun.extend(phase.changes)
            if step is Step.QUESTIONS:
                self._finish_created([index for index in begun if self._plan.changes[index].id is None])

    def read_back(self) -> tuple[tuple[Mismatch, ...], bool]:
        """List once more, patiently, and compare: what differs, and whether the library could be listed."""
        if not self._ledger.wrote:
            return (), True
        check = ReadBack(self._plan, self._questions, self._ledger)
        applied = self._ended(Outcome.APPLIED)
        look = self._looker.look(lambda seen: check.has_settled(applied, seen), writes=self._ledger.writes)
        if look.snapshot is not None:
            look = self._disable_again(check.woken(applied, look.snapshot), check, look)
        if look.snapshot is None or look.trouble is not None or not look.snapshot.knowledge.complete:
            return (), False
        for index in self._ended(Outcome.UNKNOWN):
            if not check.differences(index, look.snapshot):
                self._ledger.enter(index, Attempt(Ended.DONE))
        applied = self._ended(Outcome.APPLIED)
        return tuple(mismatch for index in applied for mismatch in check.differences(index, look.snapshot)), True

    def _disable_again(self, woken: Sequence[int], check: ReadBack, look: Look) -> Look:
        """Take back that an update enabled a disabled question, which no page says and none rules out; gives the last look."""
        if not woken:
            return look
        self._rounds.carry_out(woken, self._batches.created)
        applied = self._ended(Outcome.APPLIED)
        return self._looker.look(
            lambda seen: check.has_settled(applied, seen) and not check.woken(woken, seen), writes=self._ledger.writes
        )

    def _note_what_is_done(self) -> None:
        withheld = Attempt(Ended.HELD, message("the listing is not complete, and nothing is removed because of such a listing"))
        for index, change in enumerate(self._plan.changes):
            if change.removal and not self._live.complete:
                self._ledger.enter(index, withheld)
            elif change.before is None and not self._live.complete and self._standing.states[index] is State.PENDING:
                self._ledger.enter(index, Attempt(Ended.HELD, message("the listing is not complete, and it may exist already")))
            elif self._standing.states[index] is State.ALREADY:
                self._ledger.enter(index, Attempt(Ended.ALREADY))
            elif self._standing.states[index] is State.PARTIAL:
                self._questions.created[index] = self._standing.adopted[index]

    def _due(self, index: int) -> bool:
        return self._ledger.outcome(index) is None and self._standing.states[index] is State.PENDING

    def _craft(self, step: Step) -> Craft:
        match step:
            case Step.CATEGORIES:
                return self._categories.craft
            case Step.QUESTIONS:
                return self._questions.craft
            case Step.STATUS:
                return self._batches.status
            case Step.REMOVALS:
                return self._batches.removals
            case Step.EMPTY_CATEGORIES:
                return self._emptied.craft
            case _:
                assert_never(step)

    def _finish_created(self, creates: Sequence[int]) -> None:
        """Learn the ids of created questions, and give those their status that came out with another."""
        added = [index for index in creates if self._ledger.outcome(index) is Outcome.APPLIED]
        partial = [index for index in creates if self._standing.states[index] is State.PARTIAL]
        due = [] if self._ledger.halted else partial
        if added:
            look = self._looker.look(
                lambda seen: all(self._questions.find(index, seen) for index in added), writes=self._ledger.writes
            )
            if look.snapshot is not None:
                self._questions.learn(added, look.snapshot)
                due.extend(self._other_status(added, look.snapshot))
            self._give_up_on((index for index in added if index not in self._questions.created), look.trouble)
        self._rounds.carry_out(due, self._batches.created)

    def _other_status(self, added: Sequence[int], seen: Snapshot) -> Iterator[int]:
        for index in added:
            found, goal = self._questions.find(index, seen), self._questions.change(index).after
            if found is not None and goal is not None and found.content.status is not goal.status:
                yield index

    def _give_up_on(self, unseen: Iterable[int], trouble: Message | None) -> None:
        """A created question that no listing shows has no id: one that must not be answered may be answered now."""
        cause = trouble or message("no listing shows it")
        for index in unseen:
            goal = self._questions.change(index).after
            if goal is not None and goal.status is Status.DISABLED:
                reason = message("it was created, and it could not be looked up to disable it: {cause}; plan again", cause=cause)
                self._ledger.enter(index, Attempt(Ended.UNKNOWN, reason))

    def _ended(self, outcome: Outcome) -> tuple[int, ...]:
        return tuple(index for index in range(len(self._plan.changes)) if self._ledger.outcome(index) is outcome)
