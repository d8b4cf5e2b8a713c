"""The course of ``kbsync apply``: which plan, shown, agreed to, carried out under the lock, reported."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from kbsync.applier import OnFailure
from kbsync.cli.asking import confirms, is_interactive
from kbsync.cli.drawing import draw_receipt, plan_words
from kbsync.cli.exits import Exit
from kbsync.cli.flow import Prepared, opened, prepared
from kbsync.cli.options import Invocation
from kbsync.cli.progress import progress_for
from kbsync.cli.signals import stopping_well
from kbsync.errors import Misuse, SafetyRefusal, UnusableFile
from kbsync.guards import Consent, refuse_unsafe
from kbsync.messages import message
from kbsync.plan import Plan
from kbsync.planfile import plan_digest, read_plan_or_receipt
from kbsync.progress import Silent
from kbsync.report import Receipt
from kbsync.saving import check_writable
from kbsync.usecases.applying import ReceiptJournal, Wishes, carry_out, locked
from kbsync.usecases.composition import Connection
from kbsync.usecases.marking import check_applied_ref, move_applied_ref, moves_applied_ref
from kbsync.usecases.planning import check_target, plan_against

__all__ = ["Order", "run_apply"]


@dataclass(frozen=True, slots=True)
class Order:
    """What ``kbsync apply`` was asked to do."""

    planfile: Path | None
    base: str | None
    only: str | None
    yes: bool
    dry_run: bool
    expect_digest: str | None
    wishes: Wishes

    @classmethod
    def from_options(cls, *, planfile: Path | None, base: str | None, only: str | None, dry_run: bool, **rest: Any) -> "Order":
        """Gather the command's options. Raises Misuse where a plan file and planning options meet, and for an empty digest."""
        if planfile is not None and (base or only):
            raise Misuse(
                message("a plan file is carried out as it is: --base and --only have no place beside it"),
                hint=message("give them to kbsync plan --out"),
            )
        if rest["expect_digest"] == "":
            raise Misuse(
                message("--expect-digest is empty, so nobody knows which plan was approved"),
                hint=message("find out why the plan gave out no digest; leave the option out where nobody approves plans"),
            )
        consent = Consent(remove=rest["allow_remove"], overwrite_conflicts=rest["overwrite_conflicts"])
        wishes = Wishes(consent, OnFailure(rest["on_failure"]), rest["receipt"])
        return cls(planfile, base, only, rest["yes"], dry_run, rest["expect_digest"], wishes)

    @classmethod
    def for_all(cls, **options: Any) -> "Order":
        """An order for every target at once. Raises Misuse for what only one target, or only one terminal, can have."""
        if options["planfile"] is not None or not (options["yes"] or options["dry_run"]):
            raise Misuse(
                message("--all-targets plans for itself and asks nobody"),
                hint=message("leave the plan file out and add --yes, or apply the targets one by one"),
            )
        return cls.from_options(**options, receipt=None)

    def with_receipt(self, path: Path | None) -> "Order":
        """The same order with a place for its receipt."""
        return replace(self, wishes=replace(self.wishes, receipt=path))


@dataclass(frozen=True, slots=True)
class _Ended:
    """What was applied. ``stays`` is an earlier receipt that was left alone, ``unkept`` why this one could not be kept."""

    receipt: Receipt
    stays: Path | None
    unkept: UnusableFile | None


def run_apply(call: Invocation, order: Order) -> int:
    """Carry out an apply from first to last and give its exit code."""
    if order.wishes.receipt is not None:
        check_writable(order.wishes.receipt)
    saved = None if order.planfile is None else _read_plan(order.planfile)
    ready = prepared(call, base=order.base)
    if saved is not None:
        check_target(saved, ready.target)
    with opened(call, ready.target, ready.workspace.state) as connection:
        plan = saved or _make_plan(call, ready, connection, order)
        _refuse_another(plan, approved=order.expect_digest)
        if not _agreed(call, plan, order, saved=saved is not None):
            return Exit.DONE if order.dry_run else Exit.FAILED
        journal = ReceiptJournal(order.wishes, call.context)
        with stopping_well(call.context.stop, tell=lambda: _stopping(call, journal)):
            return _told(call, _under_lock(call, ready, connection=connection, plan=plan, wishes=order.wishes, journal=journal))


def _read_plan(path: Path) -> Plan:
    found = read_plan_or_receipt(path)
    if isinstance(found, Receipt):
        raise Misuse(
            message("{path} is a receipt and not a plan", path=path),
            hint=message("kbsync plan --undo {path} makes a plan that takes it back", path=path),
        )
    return found


def _make_plan(call: Invocation, ready: Prepared, connection: Connection, order: Order) -> Plan:
    with progress_for(call.screen, clock=call.context.clock) as progress:
        progress.start(message("reading the live library"), None)
        return plan_against(
            connection.reader(on_rows=progress.advance), ready.workspace, ready.target, history=ready.history, only=order.only
        )


def _refuse_another(plan: Plan, *, approved: str | None) -> None:
    """Raise SafetyRefusal where the plan is not the one that somebody approved, which its digest tells."""
    found = plan_digest(plan)
    if approved is not None and approved != found:
        raise SafetyRefusal(
            message("the plan is not the one that was approved; nothing was changed"),
            [
                message("approved: {digest}", digest=approved),
                message("this plan: {digest}; look at it, and approve it or make the approved one again", digest=found),
            ],
        )


def _agreed(call: Invocation, plan: Plan, order: Order, *, saved: bool) -> bool:
    """Show the plan and get consent; raises SafetyRefusal where it may not be applied at all."""
    wanted = not saved and call.screen.verbosity >= 0
    if wanted or order.dry_run or not order.yes:
        call.screen.aside(plan_words(plan, call.screen))
    refuse_unsafe(plan, order.wishes.consent)
    if order.dry_run:
        call.screen.note(message("Dry run: nothing was sent."))
        return False
    if order.yes or not plan.changes:
        return True
    if not is_interactive():
        raise SafetyRefusal(
            message("nobody is here to agree; nothing was changed"),
            [message("add --yes, or run kbsync apply in a terminal")],
        )
    if confirms(call.screen, message("Apply this plan to {target}?", target=plan.target.name)):
        return True
    call.screen.note(message("Not applied; nothing was changed."))
    return False


def _under_lock(
    call: Invocation, ready: Prepared, *, connection: Connection, plan: Plan, wishes: Wishes, journal: ReceiptJournal
) -> _Ended:
    """Hold the target from the last look at the mark until the receipt is kept and the mark is moved."""
    context = call.context
    if not plan.changes and not moves_applied_ref(plan, history=ready.history):
        receipt = carry_out(plan, connection, wishes=wishes, context=context, journal=journal, progress=Silent())
        return _Ended(receipt, journal.stays, journal.keep(receipt))
    with locked(ready.target, history=ready.history, context=context, state=ready.workspace.state) as lock:
        call.screen.notes(lock.notes)
        seen = check_applied_ref(plan, ready.target, history=ready.history)
        with progress_for(call.screen, clock=context.clock, stop=context.stop) as progress:
            progress.start(message("reading the live library"), None)
            receipt = carry_out(plan, connection, wishes=wishes, context=context, journal=journal, progress=progress, lock=lock)
        # Before the mark, which the network may hold up: whoever ends it at once then has the whole receipt.
        ended = _Ended(receipt, journal.stays, journal.keep(receipt))
        if receipt.report.finished:
            call.screen.notes(move_applied_ref(plan, ready.target, history=ready.history, seen=seen))
        return ended


def _told(call: Invocation, ended: _Ended) -> int:
    """Report what was done and give the exit code: it is about the library, whatever becomes of the report."""
    call.screen.report(draw_receipt(ended.receipt, call))
    if ended.stays is not None:
        call.screen.note(message("Nothing was sent; {path} is left as it was.", path=ended.stays))
    if ended.unkept is not None:
        call.screen.error(ended.unkept)
    return Exit.DONE if ended.receipt.report.finished and ended.unkept is None else Exit.UNFINISHED


def _stopping(call: Invocation, journal: ReceiptJournal) -> None:
    # First, because the next signal ends the process: who sent it then still learns what was done.
    journal.keep_interim()
    call.screen.note(message("Stopping: the calls in flight are finished and reported. Press again to end at once."))
