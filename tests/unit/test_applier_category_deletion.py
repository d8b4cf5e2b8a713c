"""Deleting categories: only what a listing made right before the call shows to be empty."""

import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any

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


MINE: Any = {"question": "Mine?", "answer": "Yes.", "answer_type": AnswerType.TEXT, "similar": ()}


def ask_in_old(fake: FakeStore) -> None:
    fake.add_question(**MINE, category=11)


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


def waiting(store: FakeStore, clock: FakeClock, *meanwhile: Callable[[], object]) -> FakeStore:
    """The same, with no room for a delete for fifteen seconds, once for each thing that happens meanwhile."""
    left = list(meanwhile)

    def wait() -> None:
        if left:
            clock.move(15)
            left.pop(0)()

    store.wait_for_room = wait
    return store


def test_what_came_while_a_delete_had_to_wait_is_safe() -> None:
    """A delete that the service wants later rests on a new listing by then, and that one shows the new question."""
    clock, store = FakeClock(), FakeStore(EMPTY)
    waiting(store, clock, lambda: store.edit(ask_in_old))
    report = apply(store, plan(drop_category(11, "Old")), clock=clock)
    assert (outcomes(report), store.writes, report.outcomes[0].calls) == ([NOT_ATTEMPTED], [], 0)
    assert last_reason(report) == "it still holds questions (1), such as “Mine?”, and deleting it would delete them"


def test_what_came_while_the_machine_slept_is_safe() -> None:
    """A listing is old also by the wall clock: the other one stands still while the machine sleeps."""
    clock, store = FakeClock(), FakeStore(EMPTY)

    def sleep() -> None:
        clock.sleep(900)
        store.edit(ask_in_old)
        store.wait_for_room = lambda: None

    store.wait_for_room = sleep
    assert outcomes(apply(store, plan(drop_category(11, "Old")), clock=clock)) == [NOT_ATTEMPTED]
    assert len(store.knowledge().questions) == 1


def test_a_delete_that_had_to_wait_is_sent_after_a_new_look() -> None:
    """Where the category is still empty, waiting costs a listing each time and nothing else."""
    clock, store = FakeClock(), FakeStore(EMPTY)
    waiting(store, clock, *[lambda: None] * 3)
    report = apply(store, plan(drop_category(11, "Old")), clock=clock)
    assert report.finished
    assert (report.outcomes[0].calls, store.reads) == (1, 1 + 4 + 1)


def test_a_delete_that_finds_no_room_is_given_up() -> None:
    """After a minute of waiting nothing was sent, and the report says so."""
    clock, store = FakeClock(), FakeStore(EMPTY)
    waiting(store, clock, *[lambda: None] * 99)
    report = apply(store, plan(drop_category(11, "Old")), clock=clock)
    assert (outcomes(report), last_reason(report), store.writes) == ([NOT_ATTEMPTED], "it had to wait for too long", [])
    assert 60 <= report.seconds <= 75


def test_a_delete_that_waits_ends_with_a_wish_to_stop() -> None:
    """Nothing is looked at again for it."""
    stop, clock, store = threading.Event(), FakeClock(), FakeStore(EMPTY)
    waiting(store, clock, stop.set)
    report = apply(store, plan(drop_category(11, "Old")), clock=clock, stop=stop)
    assert (outcomes(report), report.interrupted, store.writes, store.reads) == ([NOT_ATTEMPTED], True, [], 2)


def test_every_delete_has_a_listing_of_its_own() -> None:
    """A question that comes into the second category while the first is deleted is safe."""
    store = FakeStore(library(more=[("New",), ("Old",)]))
    store.edit_before(1, lambda fake: fake.add_question(**MINE, category=12))
    report = apply(store, plan(drop_category(11, "New"), drop_category(12, "Old")))
    assert outcomes(report) == [APPLIED, NOT_ATTEMPTED]
    assert len(store.knowledge().questions) == 1


def test_deletes_are_sent_one_by_one() -> None:
    """However many workers there are, no second delete looks or leaves while one is on its way."""
    store, meeting = FakeStore(library(more=[("New",), ("Old",)])), threading.Barrier(2)
    alone: list[int] = []

    def meet() -> None:
        try:
            meeting.wait(0.2)
        except threading.BrokenBarrierError:
            alone.append(store.reads)
            meeting.reset()

    store.wait_for_room = meet
    assert apply(store, plan(drop_category(11, "New"), drop_category(12, "Old")), workers=8).finished
    assert alone == [2, 3]


class Visited(FakeStore):
    """A library that somebody edits right after its second listing."""

    def read(self) -> Knowledge:
        seen = super().read()
        if self.reads == 2:
            self.edit(ask_in_old)
        return seen


def test_a_listing_from_before_the_phase_does_not_serve() -> None:
    """The look that told a created question's id, a moment ago, is no proof that a category is empty now."""
    store = Visited(EMPTY)
    assert outcomes(apply(store, plan(create(text("New?")), drop_category(11, "Old")))) == [APPLIED, NOT_ATTEMPTED]
    assert {question.content.question for question in store.knowledge().questions} == {"Mine?", "New?"}


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
