"""Deleting categories: only what a listing made right then shows to be empty."""

from dataclasses import replace

import pytest

from kbsync.commands import Command
from kbsync.errors import Unreachable
from kbsync.messages import message
from kbsync.model import AnswerType, Category, Knowledge, MenuType, Question
from kbsync.plan import Action, Change
from kbsync.report import ApplyReport, Outcome
from tests.fakes.clock import FakeClock
from tests.fakes.store import FakeStore, Fault, Quirks
from tests.unit.applying import (
    PRESET,
    add_category,
    apply,
    create,
    delete,
    drop_category,
    library,
    outcomes,
    plan,
    question,
    rename_category,
    status,
    text,
    update,
)

DOOMED = question("q1", text("Old question?", category=("Old",)))
INNER = question("q2", text("Inner question?", category=("Old", "Inner")))
PARCEL = question("q3", text("Where is my parcel?"))
LIVE = library(DOOMED, INNER, more=[("Old",), ("Old", "Inner")])
APPLIED, ALREADY, NOT_ATTEMPTED = Outcome.APPLIED, Outcome.ALREADY, Outcome.NOT_ATTEMPTED


def ask_in_old(fake: FakeStore) -> None:
    fake.add_question(question="Mine?", answer="Yes.", answer_type=AnswerType.TEXT, category=11, similar=())


def last_reason(report: ApplyReport) -> str:
    return str(report.outcomes[-1].reason)


def test_an_emptied_tree_is_deleted_upwards() -> None:
    """Questions first, then the child, then the parent."""
    store = FakeStore(LIVE)
    report = apply(store, plan(delete(DOOMED), delete(INNER), drop_category(11, "Old"), drop_category(12, "Old", "Inner")))
    assert report.finished
    assert [write.arguments for write in store.writes[1:]] == [(12,), (11,)]


def test_a_category_is_emptied_by_moving_too() -> None:
    """A question that the plan moves away does not keep its category."""
    store = FakeStore(library(DOOMED, more=[("Old",)]), quirks=Quirks(lag=2))
    assert apply(store, plan(update(DOOMED, category=("Shop",)), drop_category(11, "Old"))).finished
    assert len(store.knowledge().questions) == 1


def test_somebody_elses_question_keeps_the_category() -> None:
    """A question written in the console since the plan was made is not deleted along, and nobody waits for it to go."""
    clock, store = FakeClock(), FakeStore(LIVE)
    store.edit_before(1, ask_in_old)
    report = apply(store, plan(delete(DOOMED), delete(INNER), drop_category(11, "Old")), clock=clock)
    assert outcomes(report) == [APPLIED, APPLIED, NOT_ATTEMPTED]
    assert last_reason(report) == "it still holds questions (1), such as “Mine?”, and deleting it would delete them"
    assert clock.waits == []


def test_a_category_below_keeps_the_category() -> None:
    """A child that the plan does not delete stays, and so does its parent."""
    report = apply(FakeStore(library(more=[("Old",), ("Old", "Inner")])), plan(drop_category(11, "Old")))
    assert last_reason(report) == "it still has categories below it, such as Old / Inner"


def test_a_failed_removal_keeps_the_category() -> None:
    """What could not be removed is not removed through its category."""
    store = FakeStore(LIVE, faults={1: Fault.UNREACHABLE})
    assert outcomes(apply(store, plan(delete(DOOMED), drop_category(12, "Old", "Inner")))) == [NOT_ATTEMPTED] * 2
    assert len(store.knowledge().questions) == 2


def test_presets_are_never_deleted() -> None:
    """A category of the service stays, whatever a plan says."""
    report = apply(FakeStore(library()), plan(drop_category(1, *PRESET)))
    assert last_reason(report) == "it belongs to the service and cannot be deleted"


class Shifting(FakeStore):
    """A library whose later listings are not what the first was."""

    def __init__(self, knowledge: Knowledge, *later: Knowledge) -> None:
        super().__init__(knowledge)
        self.later = list(later)

    def read(self) -> Knowledge:
        seen = super().read()
        return seen if self.reads == 1 or not self.later else self.later.pop(0)


EMPTY = library(more=[("Old",)])
HOMELESS = replace(EMPTY, questions=(Question(text("Where am I?", category=("Nowhere",)), id="q9"),))


@pytest.mark.parametrize("later", [replace(EMPTY, complete=False), HOMELESS])
def test_a_listing_that_is_not_whole_proves_no_emptiness(later: Knowledge) -> None:
    """Neither a short listing nor one with questions in unlisted categories is enough to delete."""
    report = apply(Shifting(EMPTY, later, later), plan(drop_category(11, "Old")))
    assert outcomes(report) == [NOT_ATTEMPTED]
    assert last_reason(report) == "the listing is not complete, so it cannot be known to be empty"


def test_a_category_that_went_by_itself_is_already_gone() -> None:
    """Somebody deleted it since the first listing: nothing is sent."""
    store = Shifting(EMPTY, library())
    assert outcomes(apply(store, plan(drop_category(11, "Old")))) == [ALREADY]
    assert store.writes == []


def test_without_a_listing_nothing_is_deleted() -> None:
    """When the library cannot be listed right then, the category stays."""
    trouble = Unreachable(message("no connection"), command=Command.LIST)
    store = FakeStore(EMPTY, read_faults={2: trouble, 3: trouble})
    report = apply(store, plan(drop_category(11, "Old")))
    assert last_reason(report) == "the library could not be listed to see that it is empty: no connection"
    assert store.writes == []


def test_a_category_is_looked_at_again_before_its_delete_is_repeated() -> None:
    """A question that came in between a lost delete and its repetition is safe."""
    store = FakeStore(EMPTY, faults={1: Fault.LOST_UNDONE})
    store.edit_before(1, ask_in_old)
    change: Change = drop_category(11, "Old")
    assert outcomes(apply(store, plan(change))) == [NOT_ATTEMPTED]
    assert len(store.knowledge().questions) == 1


def test_two_categories_of_one_path_are_both_kept_while_one_is_in_use() -> None:
    """When a path stands twice, no one can tell whose the questions are."""
    twins = Knowledge((Category(("Old",), id=11), Category(("Old",), id=12, menu=MenuType.ORDINARY)), (DOOMED,))
    assert outcomes(apply(FakeStore(twins), plan(drop_category(12, "Old")))) == [NOT_ATTEMPTED]


@pytest.mark.parametrize("doomed", [(12, "Old", "Inner"), (11, "Old")])
@pytest.mark.parametrize("change", [create(text("New?", category=("Old", "Inner"))), update(PARCEL, category=("Old", "Inner"))])
def test_what_this_apply_put_into_a_category_keeps_it(change: Change, doomed: tuple[int, str]) -> None:
    """A listing that lags far behind shows it empty; what the apply itself created in it or moved to it is known to be there."""
    store = FakeStore(library(PARCEL, more=[("Old",), ("Old", "Inner")]), quirks=Quirks(lag=8))
    report = apply(store, plan(change, drop_category(*doomed)))
    assert outcomes(report) == [APPLIED, NOT_ATTEMPTED]
    assert len(store.knowledge().questions) == 1 + (change.action is Action.CREATE)


def test_a_category_below_a_renamed_one_is_known_by_its_id() -> None:
    """The path under which a question is created may be another than that under which the category is deleted."""
    store = FakeStore(library(more=[("Old",), ("Old", "Inner")]), quirks=Quirks(lag=8))
    report = apply(
        store,
        plan(
            rename_category(11, ("Old",), ("New",)),
            create(text("New?", category=("New", "Inner"))),
            drop_category(12, "Old", "Inner"),
        ),
    )
    assert outcomes(report) == [APPLIED, APPLIED, NOT_ATTEMPTED]
    assert last_reason(report) == "the plan puts “New?” into it, and deleting it would delete that too"


def test_a_category_that_the_plan_puts_into_another_keeps_it() -> None:
    """What is made by this apply is not deleted with its parent, whatever a plan says."""
    store = FakeStore(library(more=[("Old",)]), quirks=Quirks(lag=8))
    assert outcomes(apply(store, plan(add_category("Old", "Inner"), drop_category(11, "Old")))) == [APPLIED, NOT_ATTEMPTED]


def test_what_moved_out_does_not_hold_a_category() -> None:
    """A status change after the move still names the old path; only the move tells where the question is."""
    moved = update(DOOMED, category=("Shop",))
    store = FakeStore(library(DOOMED, more=[("Old",)]))
    assert outcomes(apply(store, plan(moved, status(DOOMED), drop_category(11, "Old")))) == [APPLIED] * 3
    assert [category.path for category in store.knowledge().categories] == [PRESET, ("Shop",)]
