"""An apply on record while it is under way: what is known, what is not, and what an end before the end leaves."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import cast

import pytest

from kbsync.applier import Applier, OnFailure
from kbsync.errors import UnusableFile
from kbsync.history.lock import TargetLock
from kbsync.history.remote import TargetRefs
from kbsync.planfile import read_plan_or_receipt
from kbsync.planner.undo import invert
from kbsync.ports import Ports, Silent
from kbsync.report import ApplyReport, ChangeOutcome, Outcome, Receipt
from kbsync.settings import Policy
from kbsync.usecases.apply import Kept, ReceiptJournal, carry_out
from kbsync.usecases.composition import Connection
from kbsync.usecases.context import RunContext
from tests.fakes.clock import FakeClock
from tests.fakes.store import FakeStore
from tests.unit.applying import add_category, create, library, plan, question, text, update

HOURS = question("q1", text("When do you open?", answer="At nine."))
TODO = plan(add_category("New"), create(text("Where are you?")), update(HOURS, answer="At ten."))


def known(report: ApplyReport) -> list[Outcome]:
    """The outcomes in plan order."""
    return [each.outcome for each in report.outcomes]


def test_what_is_known_grows() -> None:
    """Nothing when writing begins, and each change as soon as it is done, also before its round is over."""
    store, seen, asked = FakeStore(library(HOURS)), list[list[Outcome]](), list[Callable[[], ApplyReport]]()

    class Watcher(Silent):
        """Looks at every step."""

        def advance(self, steps: int = 1) -> None:
            """One more change is done."""
            seen.append(known(asked[0]()))

    applier = Applier(Ports(store, store), clock=FakeClock(), meter=store, progress=Watcher(), workers=1)

    def begin(so_far: Callable[[], ApplyReport]) -> None:
        asked.append(so_far)
        seen.append(known(so_far()))

    report = applier.apply(TODO, on_begin=begin)
    done, unknown = Outcome.APPLIED, Outcome.UNKNOWN
    assert seen == [[unknown] * 3, [done, unknown, unknown], [done, done, unknown], [done] * 3]
    assert (asked[0]().interrupted, asked[0]().verified, report.finished) == (True, False, True)


def test_nothing_begins_where_everything_is_there() -> None:
    """Who keeps a record of writing is told of none."""
    store = FakeStore(library(HOURS))
    begun = list[object]()
    Applier(Ports(store, store), clock=FakeClock(), meter=store).apply(plan(update(HOURS)), on_begin=begun.append)
    assert begun == []


def test_what_is_not_known_is_pointed_out_when_it_is_undone() -> None:
    """A change that was under way counts no call yet, and may have happened all the same."""
    live = library(HOURS)
    report = ApplyReport(TODO, tuple(ChangeOutcome(index, Outcome.UNKNOWN) for index in range(3)), interrupted=True)
    back = invert(report, live, policy=Policy(), rate=5.0)
    assert (back.changes, len(back.problems)) == ((), 3)


@dataclass
class Way:
    """A way to a library in memory, in place of a connection."""

    store: FakeStore
    stop: threading.Event | None = None

    @property
    def pacer(self) -> FakeStore:
        """What counts the calls."""
        return self.store

    def ports(self, _stop: threading.Event | None, on_rows: object = None, *, halt: object = None) -> Ports:
        """Looks and writes."""
        return Ports(self.store, self.store)


class Broken(FakeStore):
    """A library whose questions cannot be written, through a fault of the program."""

    def update_question(self, *_: object, **__: object) -> None:
        """Fail in a way that nobody foresaw."""
        raise ZeroDivisionError


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the receipt goes."""
    return tmp_path / "receipt.json"


def on_record(path: Path) -> ApplyReport:
    """What the file says."""
    found = read_plan_or_receipt(path)
    assert isinstance(found, Receipt)
    return found.report


def carried_out(store: FakeStore, place: Path, path: Path | None) -> tuple[ReceiptJournal, Receipt]:
    """Apply the plan with a record of it."""
    context = RunContext(clock=FakeClock(), environ={"USER": "ada"})
    journal = ReceiptJournal(path, context)
    connection = cast("Connection", Way(store))
    with TargetLock(None, TargetRefs("t", "t"), owner="ada", where="here", clock=context.clock, directory=place) as lock:
        receipt = carry_out(TODO, connection, lock, on_failure=OnFailure.STOP, journal=journal, progress=Silent())
        return journal, receipt


def test_a_fault_of_the_program_leaves_a_receipt(path: Path) -> None:
    """Something was sent: what is known of it is on record, and the fault is not hidden."""
    with pytest.raises(ZeroDivisionError):
        carried_out(Broken(library(HOURS)), path.parent, path)
    assert known(on_record(path))[:1] == [Outcome.APPLIED]
    assert Outcome.UNKNOWN in known(on_record(path))


def test_what_lies_nowhere_beside_is_not_taken_away(path: Path) -> None:
    """A journal without a place of its own puts nothing there and takes nothing from there."""
    journal, receipt = carried_out(FakeStore(library(HOURS)), path.parent, path)
    assert journal.keep_beside(receipt) is None
    journal.drop_beside(receipt)
    assert path.exists()


def test_the_end_is_not_written_over(path: Path) -> None:
    """A signal after the end finds everything on record."""
    journal, receipt = carried_out(FakeStore(library(HOURS)), path.parent, path)
    journal.keep(receipt)
    journal.keep_interim()
    assert on_record(path) == receipt.report


def test_a_record_that_cannot_be_kept_on_the_way_is_tried_again_at_the_end(path: Path) -> None:
    """The wish to stop is not the place to complain; the failure at the end is given back."""
    journal, receipt = carried_out(FakeStore(library(HOURS)), path.parent, path)
    path.unlink()
    path.mkdir()
    journal.keep_interim()
    assert isinstance(journal.keep(receipt).problem, UnusableFile)


def test_nothing_is_written_where_no_receipt_is_wanted(tmp_path: Path) -> None:
    """The journal runs without a path."""
    journal, receipt = carried_out(FakeStore(library(HOURS)), tmp_path, None)
    journal.keep_interim()
    assert (journal.keep(receipt), receipt.report.finished) == (Kept(receipt), True)
    assert list(tmp_path.glob("*.json")) == []


def test_two_applies_of_one_second_leave_two_receipts(tmp_path: Path) -> None:
    """Of one target, and of different files: neither replaces the other, and each goes alone."""
    context, place = RunContext(clock=FakeClock(), environ={"USER": "ada"}), tmp_path / "receipts"
    journal = ReceiptJournal(None, context, place)
    plans = [replace(TODO, source=replace(TODO.source, knowledge=digest * 8)) for digest in ("0a1b2c3d", "4e5f6a7b")]
    first, second = (journal.record(ApplyReport(each, ())) for each in plans)
    paths = [journal.keep_beside(each) for each in (first, second)]
    assert first.started == second.started
    assert sorted(place.iterdir()) == sorted(filter(None, paths))
    journal.drop_beside(first)
    assert [*place.iterdir()] == paths[1:]
