"""After an apply that did not end in order: what it made is looked for with patience before anything is created again."""

import threading
from typing import Any

import pytest

from kbsync.commands import Command
from kbsync.errors import Unreachable
from kbsync.messages import message
from kbsync.model import AnswerType
from kbsync.report import Outcome
from tests.fakes.clock import FakeClock
from tests.fakes.store import FakeStore, Quirks
from tests.unit.applying import add_category, apply, create, library, outcomes, plan, question, text, update

APPLIED, ALREADY, NOT_ATTEMPTED = Outcome.APPLIED, Outcome.ALREADY, Outcome.NOT_ATTEMPTED
HOURS = question("q1", text("When do you open?"))
NEW = plan(create(text("New?")))
MADE: Any = {"question": "New?", "answer": "An answer.", "answer_type": AnswerType.TEXT, "similar": ()}


def left(*, lag: int, faults: Any = None) -> FakeStore:
    """A library in which an apply has just made a question and was killed; the next listings do not show it."""
    store = FakeStore(library(HOURS), quirks=Quirks(lag=lag), read_faults=faults)
    store.add_question(**MINE)
    return store


MINE: Any = MADE | {"category": 10}


def test_what_a_killed_apply_made_is_not_made_twice() -> None:
    """While reads lag nothing is created; once they show it, there is nothing left to do."""
    clock, store = FakeClock(), left(lag=4)
    report = apply(store, NEW, clock=clock, unsure=True)
    assert (report.finished, outcomes(report), len(store.writes)) == (True, [ALREADY], 1)
    assert clock.waits == [0.5, 1.0, 1.5]


def test_a_category_is_not_made_twice() -> None:
    """Nor what stands in it."""
    store = FakeStore(library(), quirks=Quirks(lag=3))
    bar = store.add_category("Bar", parent=None)
    store.add_question(**MADE, category=bar)
    report = apply(store, plan(add_category("Bar"), create(text("New?", category=("Bar",)))), unsure=True)
    assert (report.finished, outcomes(report)) == (True, [ALREADY] * 2)


def test_what_never_came_to_be_is_made_after_all_patience() -> None:
    """Ten seconds after the start no listing shows it: then it is created."""
    clock = FakeClock()
    store = FakeStore(library(HOURS))
    report = apply(store, NEW, clock=clock, unsure=True)
    assert (report.finished, outcomes(report)) == (True, [APPLIED])
    assert sum(clock.waits) == 10


def test_a_plan_that_creates_nothing_waits_for_nothing() -> None:
    """Whatever else is sent may be sent twice."""
    clock = FakeClock()
    assert apply(FakeStore(library(HOURS)), plan(update(HOURS, answer="At ten.")), clock=clock, unsure=True).finished
    assert clock.waits == []


def test_without_a_listing_nothing_is_created() -> None:
    """It may be there: the apply ends before anything was sent."""
    trouble = Unreachable(message("no connection"), command=Command.LIST)
    store = left(lag=9, faults={3: trouble, 4: trouble})
    with pytest.raises(Unreachable):
        apply(store, NEW, unsure=True)
    assert len(store.writes) == 1


def test_a_wish_to_stop_ends_the_patience() -> None:
    """Then nothing is created."""
    stop, clock, store = threading.Event(), FakeClock(), left(lag=9)
    stop.set()
    report = apply(store, NEW, clock=clock, stop=stop, unsure=True)
    assert (outcomes(report), len(store.writes), clock.waits) == ([NOT_ATTEMPTED], 1, [])
