"""One apply from beginning to end: list, carry out phase by phase, read back.

It decides nothing beyond the plan, and only switches off again what an update has switched on.
Reads may lag behind writes. What a last listing shows otherwise than applied is a mismatch with the likely reason.
"""

import threading
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from itertools import groupby

from kbsync.applier.phases import Attempt, Ending, Job, Ledger, OnFailure, PhaseRunner, Strategy
from kbsync.applier.polling import (
    Observation,
    PathChanges,
    Poller,
    Snapshot,
    Sought,
    await_pending_creates,
    differing,
    shown,
    spelled_alike,
)
from kbsync.applier.preconditions import Standing, State, check_preconditions
from kbsync.applier.writes import BatchWrites, CategoryDeletion, CategoryWrites, QuestionWrites
from kbsync.errors import Interrupted
from kbsync.guards import refuse_unsafe
from kbsync.limiter import Clock
from kbsync.messages import Message, message
from kbsync.model import (
    AnswerType,
    CategoryPath,
    Content,
    Knowledge,
    Question,
    Status,
    composed,
    keeps_title,
    show_path,
    stored_path,
)
from kbsync.ordering import Phase, Step, phases
from kbsync.plan import Action, CategoryChange, Change, Field, Plan, QuestionChange
from kbsync.ports import Meter, Ports, Progress, Silent
from kbsync.report import ApplyReport, Mismatch, Outcome

Begun = Callable[[Callable[[], ApplyReport]], None]
"""Is called with a function that returns the report so far; that may be called at any time, in a signal handler too."""


class Applier:
    """Carries out plans on one library. ``workers`` is how many calls may be in flight; their pace is the writer's business.

    ``ports`` may raise Interrupted once the apply is to stop. Those of ``owed`` may not: they are for a look at what a stopped
    apply wrote, and for the rest of the changes that it began. Without them ``ports`` serve for that, too.
    """

    def __init__(
        self,
        ports: Ports,
        *,
        clock: Clock,
        meter: Meter,
        owed: Ports | None = None,
        progress: Progress | None = None,
        workers: int = 8,
    ) -> None:
        self._ports = ports
        self._owed = owed or ports
        self._clock = clock
        self._meter = meter
        self._progress = progress or Silent()
        self._workers = workers

    def apply(
        self,
        plan: Plan,
        *,
        on_failure: OnFailure = OnFailure.STOP,
        stop: threading.Event | None = None,
        on_begin: Begun | None = None,
        unsure: bool = False,
        live: Knowledge | None = None,
    ) -> ApplyReport:
        """Carry out the plan and nothing else; returns how each change ended.

        Once ``stop`` is set calls in flight end and nothing new is started. ``on_begin`` is called before the first write with
        a function that returns the progress so far; an exception from it ends the apply before any write.
        ``live`` is the library as it was listed a moment ago, for this plan; without it it is listed first.
        ``unsure`` means that an earlier apply may have made what reads do not show yet, so that it is polled for.
        Raises StalePlan when the live library moved since the plan was made, SafetyRefusal for a plan that is for reading,
        and ServiceError when the library cannot be listed at the start; then nothing was changed. Raises nothing of the kind
        later, nor where that listing was stopped: then nothing was attempted.
        """
        refuse_unsafe(plan)
        started, sent, throttled = self._clock.now(), dict(self._meter.calls), self._meter.throttled
        stop = stop or threading.Event()
        ledger = Ledger(plan, on_failure=on_failure, stop=stop, meter=self._meter, progress=self._progress)
        poller = Poller(self._owed.reader, self._clock, unwritten=self._ports.reader, progress=self._progress, stop=stop)
        try:
            live = self._ports.reader.read() if live is None else live
            if unsure:
                live = await_pending_creates(plan, live, poller=poller, progress=self._progress)
        except Interrupted:
            return ApplyReport(plan, ledger.close(), seconds=self._clock.now() - started, interrupted=True)
        standing = check_preconditions(plan, live)
        ledger.homes.update(_homes(plan, Snapshot(live)))
        steps = phases(plan.changes)
        job = Job(
            plan,
            self._ports.writer,
            self._owed.writer,
            ledger=ledger,
            poller=poller,
            before=Snapshot(live),
            paths=PathChanges(plan.changes),
            needs={index: needs for phase in steps for index, needs in phase.needs.items()},
        )
        run = _ApplyRun(job, steps, live=live, standing=standing, runner=PhaseRunner(ledger, poller, workers=self._workers))
        if on_begin is not None and any(state is not State.ALREADY for state in standing.states):
            # Without the meter's figures, whose lock the thread may hold that a signal interrupts.
            on_begin(
                lambda: ApplyReport(plan, ledger.so_far(), seconds=self._clock.now() - started, interrupted=True, verified=False)
            )
        self._progress.start(message("applying"), len(plan.changes))
        try:
            run.carry_out()
            self._progress.start(message("reading back what was applied"), None)
            mismatches, verified = run.read_back()
            outcomes = ledger.close()
        finally:
            self._progress.finish()
        calls = {command: count - sent.get(command, 0) for command, count in self._meter.calls.items()}
        return ApplyReport(
            plan=plan,
            outcomes=outcomes,
            mismatches=mismatches,
            calls={command: count for command, count in sorted(calls.items()) if count},
            throttled=self._meter.throttled - throttled,
            seconds=self._clock.now() - started,
            interrupted=ledger.interrupted,
            verified=verified,
        )


def _homes(plan: Plan, live: Snapshot) -> Iterator[tuple[int, int]]:
    """The objects moved or deleted, with the id of their former category, which an undo uses instead of the path."""
    for index, change in enumerate(plan.changes):
        if isinstance(change, CategoryChange):
            path = change.before[:-1] if change.before and change.after is None else None
        else:
            path = change.before.category if change.before and Field.CATEGORY in change.touched else None
        home = live.at(path or ())
        if home is not None:
            yield index, home


PRESENCE = "presence"
"""The field of a mismatch about an object that is there and should not be, or the other way round."""


class ReadBack:
    """Knows the goal of every change of one apply."""

    def __init__(self, job: Job, questions: QuestionWrites) -> None:
        self._plan = job.plan
        self._ledger = job.ledger
        self._paths = job.paths
        self._questions = questions
        self._touched = {change.id for change in job.plan.changes}
        self._enabled = {change.id for change in job.plan.changes if change.action is Action.ENABLE}

    def differences(self, index: int, seen: Snapshot) -> tuple[Mismatch, ...]:
        """What of an applied change a listing does not show, and what else of the question is other than the plan has it."""
        change = self._plan.changes[index]
        if isinstance(change, CategoryChange):
            return tuple(self._category(index, change, seen))
        found = self._questions.find(index, seen) if change.id is None else seen.questions.get(change.id)
        return (*self._question(index, change, found, seen), *self._question_twins(index, change, found, seen))

    def has_settled(self, indices: Sequence[int], seen: Snapshot) -> bool:
        """Whether a listing leaves nothing to wait for: a question that woke up does not go to sleep again by itself."""
        woken = self.woken(indices, seen)
        return all(
            mismatch.field == Field.STATUS and index in woken for index in indices for mismatch in self.differences(index, seen)
        )

    def woken(self, indices: Sequence[int], seen: Snapshot) -> tuple[int, ...]:
        """The changes of disabled questions, to stay disabled, that a listing shows enabled."""
        return tuple(index for index in indices if self._is_woken(self._plan.changes[index], seen))

    def _is_woken(self, change: Change, seen: Snapshot) -> bool:
        if not isinstance(change, QuestionChange) or change.id is None or change.before is None or change.after is None:
            return False
        found = seen.questions.get(change.id)
        stays = change.before.status is change.after.status is Status.DISABLED and change.id not in self._enabled
        return stays and found is not None and found.content.status is Status.ENABLED

    def _category(self, index: int, change: CategoryChange, seen: Snapshot) -> Iterator[Mismatch]:
        found = seen.categories.get(self._category_id(index, change) or 0)
        if change.after is None:
            if found is not None:
                yield _present(index, show_path(found.path))
        elif found is None:
            yield _absent(index, change.title)
        elif not keeps_title(change.after[-1], found.path[-1]):
            yield Mismatch(index, "title", change.after[-1], found.path[-1], _text_reason(change.after[-1], found.path[-1]))
        elif change.id is None:
            twins = [key for key, held in seen.categories.items() if held.path == found.path and key not in self._touched]
            yield from _twins(index, show_path(found.path), len(twins))

    def _category_id(self, index: int, change: CategoryChange) -> int | None:
        if change.id is None and index in self._ledger.made:
            return int(self._ledger.made[index])
        return change.id

    def _question(self, index: int, change: QuestionChange, found: Question | None, seen: Snapshot) -> Iterator[Mismatch]:
        if change.after is None:
            if found is not None:
                yield _present(index, found.content.question)
            return
        if found is None:
            yield _absent(index, change.title)
            return
        own = change.touched
        for part in differing(found.content, change.after, self._paths, among=(*own, *self._beside(index, change))):
            paths = [category.path for category in seen.categories.values()]
            if _is_form_alone(part, found.content, change.after, paths):
                continue  # The service stores another form: it arrived, and nobody sees a difference.
            reason = _reason(part, change, found.content) if part in own else _CHANGED_AS_WELL
            yield Mismatch(index, part.value, shown(change.after, part), shown(found.content, part), reason)

    def _question_twins(self, index: int, change: QuestionChange, found: Question | None, seen: Snapshot) -> Iterator[Mismatch]:
        """What the service holds besides a question that was made: nothing had its text before that the plan leaves there."""
        if change.id is None and found is not None:
            text = found.content.question
            twins = [it for it in seen.called(text, besides=self._touched) if it.content.question == text]
            yield from _twins(index, text, len(twins))

    def _beside(self, index: int, change: QuestionChange) -> tuple[Field, ...]:
        """The fields that no change of the question concerns, with its last applied change, so that each is reported once."""
        links = {at: it for at, it in enumerate(self._plan.changes) if isinstance(it, QuestionChange) and it.id == change.id}
        applied = [at for at in links if self._ledger.outcome(at) is Outcome.APPLIED]
        if change.id is None or index != max(applied, default=None):
            return ()
        told = {part for link in links.values() for part in link.touched}
        return tuple(part for part in Field if part not in told)


def _is_form_alone(part: Field, found: Content, wanted: Content, paths: Collection[CategoryPath]) -> bool:
    if part is Field.CATEGORY:
        return stored_path(wanted.category, paths) == found.category
    return not part.differs(composed(found), composed(wanted))


_CHANGED_AS_WELL = message("no change was about it: the service changed it as well, or somebody edited it meanwhile")


def _present(index: int, title: str) -> Mismatch:
    reason = message("it is still listed: the service did not delete it, or reads lag behind writes")
    return Mismatch(index, PRESENCE, "", title, reason)


def _twins(index: int, title: str, count: int) -> Iterator[Mismatch]:
    if count > 1:
        reason = message(
            "it is there more than once: an apply that was interrupted made it too, or somebody else did; "
            "delete all but one in the console"
        )
        yield Mismatch(index, PRESENCE, title, f"{count} × {title}", reason)


def _absent(index: int, title: str) -> Mismatch:
    reason = message("it is not listed: reads lag behind writes, or somebody removed it meanwhile")
    return Mismatch(index, PRESENCE, title, "", reason)


def _reason(part: Field, change: QuestionChange, found: Content) -> Message:
    assert change.after is not None  # noqa: S101  (a delete has no fields to differ)
    wanted = change.after
    if part is Field.ANSWER_TYPE and wanted.answer_type is AnswerType.TEXT:
        return message(
            "the service seems to read AnswerType 0 as “leave as it is”: "
            "set the answer to plain text in the console, or delete the question and create it anew"
        )
    if part is Field.ANSWER and not wanted.answer:
        return message("the service reads an empty answer as “leave as it is”: disable or delete the question instead")
    if part is Field.SIMILAR and set(found.similar) < set(wanted.similar):
        return message("the service did not keep every similar question: it may drop repeats or allow fewer")
    if change.before is not None and shown(found, part) == shown(change.before, part):
        return message("it reads as before: reads lag behind writes, or the service ignored the change without a word")
    return _text_reason(shown(wanted, part), shown(found, part))


def _text_reason(wanted: str, found: str) -> Message:
    if spelled_alike(wanted, found):
        return message("the service stores the text in its own spelling: write it that way in the file to end the difference")
    return message("somebody else changed it meanwhile, or the service stores something other than what was sent")


class _ApplyRun:
    """One plan on one library, from the checked preconditions on."""

    def __init__(self, job: Job, steps: Sequence[Phase], *, live: Knowledge, standing: Standing, runner: PhaseRunner) -> None:
        self._job = job
        self._steps = steps
        self._live = live
        self._standing = standing
        self._runner = runner
        self._shown = frozenset[str]()
        categories = CategoryWrites(job)
        self._questions = QuestionWrites(job, categories=categories)
        self._finishing = BatchWrites(job, questions=self._questions, finishing=True)
        self._strategies: Mapping[Step, Strategy] = {
            Step.CATEGORIES: categories,
            Step.QUESTIONS: self._questions,
            Step.STATUS: BatchWrites(job, questions=self._questions),
            Step.REMOVALS: BatchWrites(job, questions=self._questions, removing=True),
            Step.EMPTY_CATEGORIES: CategoryDeletion(job, categories=categories),
        }

    def carry_out(self) -> None:
        """Run every phase; once the ledger halts, the phases that are left start nothing."""
        self._note_what_is_done()
        touched = {c.id or i: c for i, c in enumerate(self._job.plan.changes) if isinstance(c, QuestionChange) and self._due(i)}
        leaving = [self._job.before.questions[change.id or ""] for change in touched.values() if change.after is None]
        self._shown = self._job.poller.shows(leaving, self._live, beside=len(touched) - len(leaving))
        for step, group in groupby(self._steps, key=lambda phase: phase.step):
            begun: list[int] = []
            for phase in group:
                due = tuple(index for index in phase.changes if self._due(index))
                self._runner.carry_out(due, self._strategies[step])
                begun.extend(phase.changes)
            if step is Step.QUESTIONS:
                self._finish_created([index for index in begun if self._job.plan.changes[index].id is None])

    def read_back(self) -> tuple[tuple[Mismatch, ...], bool]:
        """Look once more, patiently, and compare: what differs, and whether the library could be read."""
        if not self._job.ledger.wrote:
            return (), True
        check = ReadBack(self._job, self._questions)
        applied = self._ended(Outcome.APPLIED)
        # Only a whole listing shows what became of a write without an answer.
        touched = None if self._ended(Outcome.UNKNOWN) else self._touched(applied, lambda i, seen: check.has_settled([i], seen))
        found = self._job.poller.poll(
            lambda seen: check.has_settled(applied, seen), writes=self._job.ledger.writes, touched=touched
        )
        if found.snapshot is not None:
            found = self._disable_again(check.woken(applied, found.snapshot), check, found)
        if found.snapshot is None or found.trouble is not None or not found.snapshot.knowledge.complete:
            return (), False
        for index in self._ended(Outcome.UNKNOWN):
            if not check.differences(index, found.snapshot):
                self._job.ledger.enter(index, Attempt(Ending.DONE))
        applied = self._ended(Outcome.APPLIED)
        return tuple(mismatch for index in applied for mismatch in check.differences(index, found.snapshot)), True

    def _disable_again(self, woken: Sequence[int], check: ReadBack, found: Observation) -> Observation:
        """Disable again what an update enabled, which is neither documented nor ruled out; returns the last observation."""
        if not woken:
            return found
        self._runner.carry_out(woken, self._finishing)
        applied = self._ended(Outcome.APPLIED)
        return self._job.poller.poll(
            lambda seen: check.has_settled(applied, seen) and not check.woken(woken, seen),
            writes=self._job.ledger.writes,
            touched=self._touched(applied, lambda i, seen: check.has_settled([i], seen) and not check.woken([i], seen)),
        )

    def _touched(self, indices: Sequence[int], settled: Callable[[int, Snapshot], bool]) -> Sought | None:
        """What is looked for until it has ``settled``; None with what is gone and was shown by no look while it was there."""
        before, made = self._job.before, self._job.created
        changes = {index: self._job.plan.changes[index] for index in indices}
        questions = {index: change for index, change in changes.items() if isinstance(change, QuestionChange)}
        gone = frozenset(change.id or "" for change in questions.values() if change.after is None)
        if not gone <= self._shown:
            return None

        def lacking(seen: Snapshot) -> Sequence[Question]:
            goals = {
                change.id or index: Question(change.after, id=change.id or made.get(index))
                if change.after
                else before.questions[change.id or ""]
                for index, change in questions.items()
                if not settled(index, seen)
            }
            return tuple(goals.values())

        return Sought(before, lacking, tree=len(questions) < len(changes), gone=gone)

    def _note_what_is_done(self) -> None:
        withheld = Attempt(Ending.HELD, message("the listing is not complete, and nothing is removed because of such a listing"))
        for index, change in enumerate(self._job.plan.changes):
            if change.removal and not self._live.complete:
                self._job.ledger.enter(index, withheld)
            elif change.before is None and not self._live.complete and self._standing.states[index] is State.PENDING:
                self._job.ledger.enter(
                    index, Attempt(Ending.HELD, message("the listing is not complete, and it may exist already"))
                )
            elif self._standing.states[index] is State.ALREADY:
                self._job.ledger.enter(index, Attempt(Ending.ALREADY))
            elif self._standing.states[index] is State.PARTIAL:
                self._job.created[index] = self._standing.adopted[index]

    def _due(self, index: int) -> bool:
        return self._job.ledger.outcome(index) is None and self._standing.states[index] is State.PENDING

    def _finish_created(self, creates: Sequence[int]) -> None:
        """Learn the ids of created questions, and give those their status that came out with another."""
        added = [index for index in creates if self._job.ledger.outcome(index) is Outcome.APPLIED]
        partial = [index for index in creates if self._standing.states[index] is State.PARTIAL]
        due = [] if self._job.ledger.halted else partial
        if added:
            found = self._job.poller.poll(
                lambda seen: all(self._questions.find(index, seen) for index in added),
                writes=self._job.ledger.writes,
                touched=self._touched(added, lambda index, seen: self._questions.find(index, seen) is not None),
            )
            if found.snapshot is not None:
                self._questions.learn(added, found.snapshot)
                due.extend(self._other_status(added, found.snapshot))
            self._give_up_on((index for index in added if index not in self._job.created), found.trouble)
        self._runner.carry_out(due, self._finishing)

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
                self._job.ledger.enter(index, Attempt(Ending.UNKNOWN, reason))

    def _ended(self, outcome: Outcome) -> tuple[int, ...]:
        return tuple(index for index in range(len(self._job.plan.changes)) if self._job.ledger.outcome(index) is outcome)
