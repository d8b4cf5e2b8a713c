"""Applying a plan: which one, shown, agreed to, carried out under the lock, reported, and the applied ref moved."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from kbsync.applier import PRESENCE, Applier, OnFailure
from kbsync.display import moment
from kbsync.errors import HistoryUnavailable, Misuse, SafetyRefusal, UnusableFile
from kbsync.guards import Consent, refuse_unsafe
from kbsync.history.base import AppliedRecord
from kbsync.history.lease import ServiceTime, never_heard
from kbsync.history.lock import Renewer, TargetLock
from kbsync.history.remote import TargetRefs
from kbsync.messages import Message, message
from kbsync.model import Knowledge
from kbsync.plan import Plan
from kbsync.planfile import encode_receipt, plan_digest, read_plan_or_receipt
from kbsync.ports import Progress
from kbsync.render.page import PlanWords
from kbsync.report import ApplyReport, Outcome, Receipt
from kbsync.saving import check_writable, is_replaceable, make_directory, refuse_links, save
from kbsync.settings import Target
from kbsync.usecases.composition import Connection, connected, reading
from kbsync.usecases.context import Call, Exit, LinkedStop, RunContext, is_agreed, stop_on_signal
from kbsync.usecases.git import (
    History,
    check_applied_ref,
    leftovers_of,
    moves_applied_ref,
    record_apply,
    why_ref_stays,
)
from kbsync.usecases.plan import Prepared, check_target, plan_against, prepare
from kbsync.usecases.workspace import actor, prepare_state, shared_state_directory, where

__all__ = ["ApplyOptions", "apply_plan"]


@dataclass(frozen=True, slots=True)
class ApplyOptions:
    """The options of ``kbsync apply``.

    Raises Misuse where a plan file and planning options meet, and for an empty digest.
    """

    planfile: Path | None = None
    base: str | None = None
    only: str | None = None
    yes: bool = False
    dry_run: bool = False
    expect_digest: str | None = None
    receipt: Path | None = None
    consent: Consent = Consent()
    on_failure: OnFailure = OnFailure.STOP

    def __post_init__(self) -> None:
        if self.planfile is not None and (self.base or self.only):
            raise Misuse(
                message("a plan file is carried out as it is: --base and --only have no place beside it"),
                hint=message("give them to kbsync plan --out"),
            )
        if self.expect_digest == "":
            raise Misuse(
                message("--expect-digest is empty, so nobody knows which plan was approved"),
                hint=message("find out why the plan gave out no digest; leave the option out where nobody approves plans"),
            )

    def check_for_all(self) -> None:
        """Raise Misuse for what only one target, or only one terminal, can have."""
        if self.planfile is not None or not (self.yes or self.dry_run):
            raise Misuse(
                message("--all-targets plans for itself and asks nobody"),
                hint=message("leave the plan file out and add --yes, or apply the targets one by one"),
            )


@dataclass(frozen=True, slots=True)
class Kept:
    """How a receipt was saved. ``stays`` is an earlier one that was left in place, ``problem`` why this one was not saved."""

    receipt: Receipt
    stays: Path | None = None
    problem: UnusableFile | None = None


class ReceiptJournal:
    """The record of one apply: from the moment when writing begins its receipt is on the disk, with what is known so far.

    So a process that is ended at once leaves a receipt. Nothing is written between for a device or a pipe, which cannot take
    back what it was given. In ``directory`` there is one, too, until git has it.
    """

    def __init__(self, path: Path | None, context: RunContext, directory: Path | None = None, *, committer: str = "") -> None:
        self._path = path
        self._committer = committer
        self._directory = directory
        self.context = context
        self._started = context.clock.wall()
        self._so_far: Callable[[], ApplyReport] | None = None
        self._over = False

    def begin(self, so_far: Callable[[], ApplyReport]) -> None:
        """Save the receipt before the first write, with every outcome unknown. Raises UnusableFile; then nothing may be sent."""
        receipt = self.record(so_far())
        self.keep_beside(receipt)
        self._replace(receipt)
        self._so_far = so_far

    def keep_interim(self) -> None:
        """Save the present outcomes, unless the final ones are saved. A failure is ignored: the earlier receipt remains."""
        if self._so_far is None or self._over:
            return
        receipt = self.record(self._so_far())
        for keep in (self.keep_beside, self._replace):
            with suppress(UnusableFile):
                keep(receipt)

    def _replace(self, receipt: Receipt) -> None:
        if self._path is not None and is_replaceable(self._path):
            save(self._path, encode_receipt(receipt))

    def keep(self, receipt: Receipt) -> Kept:
        """Put the end on record; a failure is given back, because what was applied has to be reported first."""
        self._over = True
        stays, problem = self._stays(), None
        try:
            if self._path is not None and stays is None:
                save(self._path, encode_receipt(receipt))
        except UnusableFile as failure:
            problem = failure
        return Kept(receipt, stays, problem)

    def amend(self, kept: Kept, incident: Message) -> Kept:
        """Add an incident that happened after the receipt was saved, and save it again."""
        report = replace(kept.receipt.report, incidents=(*kept.receipt.report.incidents, incident))
        receipt = replace(kept.receipt, report=report)
        if kept.stays is not None or self._path is None or not is_replaceable(self._path):
            return replace(kept, receipt=receipt)
        self._so_far = self._so_far or (lambda: report)
        return self.keep(receipt)

    def keep_beside(self, receipt: Receipt) -> Path | None:
        """Save the receipt in ``.kbsync/receipts/``, until git has it; returns the file. Raises UnusableFile."""
        path = self._beside(receipt)
        if path is not None:
            refuse_links(path.parent, below=path.parent.parent)
            make_directory(path.parent, hint=message("make its parent directory writable"))
            save(path, encode_receipt(receipt), below=path.parent)
        return path

    def drop_beside(self, receipt: Receipt) -> None:
        """Remove the file once git has the receipt."""
        path = self._beside(receipt)
        if path is not None:
            with suppress(OSError):
                path.unlink()

    def _beside(self, receipt: Receipt) -> Path | None:
        plan, moment = receipt.report.plan, receipt.started.replace(":", "")
        name = f"{moment}-{plan.source.knowledge[:8]}-{plan.target.name}.json"  # two applies may begin in one second
        return None if self._directory is None else self._directory / name

    def record(self, report: ApplyReport) -> Receipt:
        """A report with who applied and when, up to now."""
        environ, started, finished = self.context.environ, _iso(self._started), _iso(self.context.clock.wall())
        return Receipt(report, actor(environ, self._committer), started, finished, where(environ))

    def _stays(self) -> Path | None:
        """A receipt of an earlier apply that is left alone, because this one had nothing to send; None without one."""
        there = self._path is not None and self._so_far is None and is_replaceable(self._path) and self._path.exists()
        return self._path if there else None


def apply_plan(call: Call, options: ApplyOptions) -> Exit:
    """Carry out an apply from first to last."""
    if options.receipt is not None:
        check_writable(options.receipt)
    saved = None if options.planfile is None else _read_plan(options.planfile)
    ready = prepare(call, base=options.base, planned=saved is not None)
    if saved is not None:
        check_target(saved, ready.target)
    with connected(call, ready.workspace) as connection:
        beside, committer = ready.workspace.state / "receipts", _committer(ready.history)
        journal = ReceiptJournal(options.receipt, call.context, beside, committer=committer)
        work = _Apply(call, options, ready, connection, journal)
        # Where no consent is asked for, what was listed for the plan under the lock is as fresh as a second listing would be.
        live, plan = None, saved
        if plan is None and (options.dry_run or not options.yes):
            plan = work.make_plan()[1]
        if plan is not None and not work.is_agreed(plan):
            return Exit.DONE if options.dry_run else Exit.FAILED
        with stop_on_signal(call.context.stop, tell=work.stopping):
            if plan is not None and work.is_idle(plan):
                return work.reported(work.idle(plan))
            with locked(
                ready.target,
                history=ready.history,
                context=call.context,
                state=ready.workspace.state,
                service=connection.service_time,
                tell=call.screen.note,
                waiting=call.waiting,
            ) as lock:
                call.screen.notes(lock.notes)
                if plan is None:
                    live, plan = work.make_plan()
                    work.is_agreed(plan)
                kept = work.idle(plan) if live is not None and work.is_idle(plan) else work.carried_out(plan, lock, live)
                told = len(lock.notes)
            # What befell the lock when it was given back.
            call.screen.notes(lock.notes[told:])
            return work.reported(kept)


@dataclass(frozen=True, slots=True)
class _Apply:
    """One apply, connected to its target."""

    call: Call
    options: ApplyOptions
    ready: Prepared
    connection: Connection
    journal: ReceiptJournal

    def make_plan(self) -> tuple[Knowledge, Plan]:
        """List the live library and plan against it."""
        with reading(self.call, self.connection) as reader:
            live = reader.read()
        return live, plan_against(live, self.ready, only=self.options.only)

    def is_agreed(self, plan: Plan) -> bool:
        """Show the plan and get consent; raises SafetyRefusal where it may not be applied at all."""
        screen, options = self.call.screen, self.options
        _refuse_another(plan, approved=options.expect_digest)
        if (options.planfile is None and screen.verbosity >= 0) or options.dry_run or not options.yes:
            screen.preview(plan)
        asks = not options.yes and screen.is_interactive()
        refuse_unsafe(plan, replace(options.consent, overwrite_drift=options.consent.overwrite_drift or asks))
        if options.dry_run:
            screen.note(message("Dry run: nothing was sent."))
            return False
        return (
            options.yes
            or not plan.changes
            or is_agreed(
                screen,
                PlanWords(plan).question(),
                absent=message("nobody is here to agree; nothing was changed"),
                instead=message("add --yes, or run kbsync apply in a terminal"),
                declined=message("Not applied; nothing was changed."),
            )
        )

    def is_idle(self, plan: Plan) -> bool:
        """Whether there is nothing to send, and nothing to record: no ref to move, no receipt of an earlier apply to push."""
        return not plan.changes and not moves_applied_ref(plan, history=self.ready.history) and not self._leftovers()

    def idle(self, plan: Plan) -> Kept:
        """The record of a plan with nothing to do."""
        return self.journal.keep(self.journal.record(_idle(plan, self.connection)))

    def stopping(self) -> None:
        """Keep what is known, and tell that the apply is stopping."""
        # First, because the next signal ends the process: who sent it then still learns what was done.
        self.journal.keep_interim()
        self.call.screen.note(message("Stopping: the calls in flight are finished and reported. Press again to end at once."))

    def carried_out(self, plan: Plan, lock: TargetLock, live: Knowledge | None) -> Kept:
        """Apply a plan under its lock and put the receipt where it belongs."""
        context, journal = self.call.context, self.journal
        seen = check_applied_ref(plan, self.ready.target, history=self.ready.history)
        with self.call.screen.progress(context.clock, context.stop) as progress:
            progress.start(message("reading the live library"), None)
            receipt = carry_out(
                plan, self.connection, lock, on_failure=self.options.on_failure, journal=journal, progress=progress, live=live
            )
        # Before the applied ref, which the network may hold up: a run that is ended at once then leaves the whole receipt.
        return self._recorded(journal.keep(receipt), seen, lock)

    def _recorded(self, kept: Kept, seen: AppliedRecord, lock: TargetLock) -> Kept:
        """Push a receipt together with the applied ref; if that fails, keep it in a file."""
        screen, journal, history, receipt = self.call.screen, self.journal, self.ready.history, kept.receipt
        report, date = receipt.report, int(self.call.context.clock.wall())
        number, reason = None, None
        late = self._leftovers(receipt)
        try:
            chain = (*(each for _, each in reversed(late)), receipt)
            with self.call.waiting(message("putting the receipt into git")):
                number = record_apply(chain, self.ready.target, history=history, seen=seen, lock=lock, date=date)
        except HistoryUnavailable as problem:
            reason = problem.message
            if report.finished and moves_applied_ref(report.plan, history=history):
                kept = journal.amend(kept, _not_recorded(problem))
        if number is not None:
            journal.drop_beside(receipt)
            for place, each in reversed(late):
                with suppress(OSError):
                    place.unlink()
                screen.note(message("The receipt of {when}, which git lacked, is there now.", when=each.started))
        else:
            try:
                path = journal.keep_beside(kept.receipt)
            except UnusableFile as problem:
                return replace(kept, problem=problem)
            if reason is not None:
                screen.note(message("The receipt is not in git but in {path}: {reason}", path=path, reason=reason))
                return kept
        if report.finished:
            screen.notes(why_ref_stays(report.plan, history=history))
        if number is not None and report.plan.changes:
            screen.note(message("Receipt {number}: kbsync plan --undo {number} takes this back.", number=number))
        return kept

    def _leftovers(self, receipt: Receipt | None = None) -> Sequence[tuple[Path, Receipt]]:
        """The receipts of earlier applies that are not in git; none if unreadable, because the files remain."""
        if self.ready.history.repository is None:
            return ()
        try:
            return leftovers_of(self.ready.workspace, self.ready.target, context=self.call.context, but=receipt)
        except (HistoryUnavailable, UnusableFile):
            return ()

    def reported(self, kept: Kept) -> Exit:
        """Report the apply; returns the exit code, which is about the library even if the report cannot be written."""
        screen = self.call.screen
        screen.report_apply(kept.receipt)
        for incident in kept.receipt.report.incidents:
            screen.error(HistoryUnavailable(incident))
        if kept.stays is not None:
            screen.note(message("Nothing was sent; {path} is left as it was.", path=kept.stays))
        if kept.problem is not None:
            screen.error(kept.problem)
        return Exit.DONE if kept.receipt.report.finished and kept.problem is None else Exit.UNFINISHED


def carry_out(
    plan: Plan,
    connection: Connection,
    lock: TargetLock,
    *,
    on_failure: OnFailure,
    journal: ReceiptJournal,
    progress: Progress,
    live: Knowledge | None = None,
) -> Receipt:
    """Apply a plan whose target is locked, and put it on record; an empty plan sends nothing.

    ``live`` is what was listed for the plan under the same lock.

    The lock is asked right before every call that writes: a machine that slept may have lost it unawares.
    Raises StalePlan, ServiceError, UnusableFile, all of them before anything is sent.
    """
    if not plan.changes:
        return journal.record(_idle(plan, connection))

    # Rows that are read meanwhile are no steps of the apply, only signs of life.
    def alive(_rows: int) -> None:
        progress.advance(0)

    def begin(so_far: Callable[[], ApplyReport]) -> None:
        journal.begin(so_far)
        if _creates(plan):
            lock.unsettled.note()

    # Two wishes: to finish what is begun, and to write no more at all.
    halt = LinkedStop(lock.lost, lambda: not lock.is_held())
    stop = LinkedStop(journal.context.stop, halt.is_set)
    unsure = lock.unsettled.is_noted()
    applier = Applier(
        connection.ports(stop, on_rows=alive),
        owed=connection.ports(None, on_rows=alive, halt=halt),
        clock=journal.context.clock,
        meter=connection.pacer,
        progress=progress,
    )
    try:
        report = applier.apply(plan, on_failure=on_failure, stop=stop, on_begin=begin, unsure=unsure, live=live)
    except BaseException:
        journal.keep_interim()
        raise
    if _creates(plan) and _has_settled(report, unsure=unsure):
        lock.unsettled.clear()
    if lock.lost.is_set():
        report = replace(report, incidents=(*report.incidents, _LOST))
    # With what was listed for the plan: all that this command sent.
    return journal.record(replace(report, calls=dict(sorted(connection.pacer.calls.items()))))


def _idle(plan: Plan, connection: Connection) -> ApplyReport:
    """The report of a plan without changes: the calls are those that looked for some."""
    return ApplyReport(plan, (), calls=dict(sorted(connection.pacer.calls.items())))


_LOST = message(
    "the lock was lost while this ran: it was removed, or not confirmed in time. Nothing was sent since that was noticed; run "
    "kbsync plan to see what is left."
)


def _not_recorded(problem: HistoryUnavailable) -> Message:
    return message(
        "the library is as declared, but the applied ref could not be moved: {cause} {way} Then run kbsync apply again: with "
        "nothing to send it moves the ref.",
        cause=problem.message,
        way=problem.hint or message("Check the network and the remote, then try again."),
    )


@contextmanager
def locked(
    target: Target,
    *,
    history: History,
    context: RunContext,
    state: Path,
    service: ServiceTime = never_heard,
    tell: Callable[[Message], None] = lambda _words: None,
    waiting: Callable[[Message], AbstractContextManager[None]] = lambda _label: nullcontext(),
) -> Iterator[TargetLock]:
    """Hold a target while one apply runs, on the git remote where there is one. Raises TargetLocked.

    The lock is confirmed meanwhile; if it is lost, the run is asked to stop. ``service`` gives the service's time, ``tell``
    gets the reason for a delay, ``waiting`` shows that it is being taken.
    """
    prepare_state(state)
    lock = TargetLock(
        history.repository if target.is_shared else None,
        history.refs or TargetRefs(target.name, target.key),
        owner=actor(context.environ, _committer(history)),
        where=where(context.environ),
        clock=context.clock,
        directory=shared_state_directory(target, environ=context.environ) or state,
        service=service,
        stop=context.stop,
        tell=tell,
    )
    with ExitStack() as held:
        with waiting(message("taking the lock")):
            held.enter_context(lock)
        if lock.info is None:
            yield lock
            return
        with Renewer(lock, clock=context.clock, on_lost=context.stop.set):
            yield lock


def _read_plan(path: Path) -> Plan:
    found = read_plan_or_receipt(path)
    if isinstance(found, Receipt):
        raise Misuse(
            message("{path} is a receipt and not a plan", path=path),
            hint=message("kbsync plan --undo {path} makes a plan that takes it back", path=path),
        )
    return found


def _refuse_another(plan: Plan, *, approved: str | None) -> None:
    """Raise SafetyRefusal unless the plan's digest equals the approved digest."""
    found = plan_digest(plan)
    if approved is not None and approved != found:
        raise SafetyRefusal(
            message("the plan is not the one that was approved; nothing was changed"),
            [
                message("approved: {digest}", digest=approved),
                message("this plan: {digest}; look at it, and approve it or make the approved one again", digest=found),
            ],
        )


def _creates(plan: Plan) -> bool:
    return any(change.before is None for change in plan.changes)


def _has_settled(report: ApplyReport, *, unsure: bool) -> bool:
    """Whether listings showed everything that was made, now and before.

    A run that was stopped, or that was about some questions only, has not looked for all that an earlier one may have made.
    """
    absent = {mismatch.change for mismatch in report.mismatches if mismatch.field == PRESENCE}
    unseen = any(
        report.plan.changes[it.change].before is None
        and (it.outcome is Outcome.UNKNOWN or (it.outcome is Outcome.APPLIED and (not report.verified or it.change in absent)))
        for it in report.outcomes
    )
    return not unseen and not (unsure and (report.interrupted or report.plan.only is not None))


def _committer(history: History) -> str:
    return "" if history.repository is None else history.repository.committer


def _iso(wall: float) -> str:
    return f"{moment(wall).replace(' ', 'T')}Z"
