"""The look afterwards: what the service made of it, with the likely reason."""

import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from kbsync.applier import OnFailure
from kbsync.commands import Command
from kbsync.errors import Unreachable
from kbsync.messages import message
from kbsync.model import AnswerType, Knowledge, Status
from kbsync.plan import Change
from kbsync.report import Mismatch, Outcome
from tests.fakes.clock import FakeClock
from tests.fakes.store import FakeStore, Fault, Quirks
from tests.unit.applying import (
    SHOP,
    add_category,
    apply,
    create,
    delete,
    drop_category,
    library,
    plan,
    question,
    rename_category,
    status,
    text,
    update,
)

HOURS = question("q1", text("When do you open?", answer="At nine.", similar=("Hours",)))
RICH = replace(HOURS, content=replace(HOURS.content, answer_type=AnswerType.RICH))
OLD = library(HOURS, more=[("Old",)])
NEW: Any = {"question": "New?", "answer": "An answer.", "answer_type": AnswerType.TEXT, "similar": ()}


class Meddled(FakeStore):
    """A library that somebody edits before the second listing."""

    def __init__(self, knowledge: Knowledge, meddle: Callable[[FakeStore], None]) -> None:
        super().__init__(knowledge)
        self.meddle = meddle

    def read(self) -> Knowledge:
        if self.reads == 1:
            self.edit(self.meddle)
        return super().read()


class Waking(FakeStore):
    """A library that enables a question whenever it is updated, and can say stop at its second listing."""

    def __init__(self, knowledge: Knowledge, *, stop: threading.Event | None = None) -> None:
        super().__init__(knowledge)
        self.stop = stop

    def update_question(self, identifier: str, **fields: Any) -> None:
        super().update_question(identifier, **fields)
        self.edit(lambda fake: fake.set_status([identifier], Status.ENABLED))

    def read(self) -> Knowledge:
        if self.stop is not None and self.reads == 1:
            self.stop.set()
        return super().read()


def lines(mismatches: tuple[Mismatch, ...]) -> list[str]:
    return [f"{m.change} {m.field}: {m.wanted!r} {m.found!r}: {m.reason}" for m in mismatches]


def test_an_ignored_answer_type_is_told() -> None:
    """AnswerType 0 may be read as "unchanged"; the report says so and what to do."""
    store = FakeStore(library(RICH), quirks=Quirks(ignore_answer_type_0=True))
    report = apply(store, plan(update(RICH, answer_type=AnswerType.TEXT)))
    assert not report.finished
    assert lines(report.mismatches) == [
        (
            "0 answer_type: 'plain text' 'rich text': the service seems to read AnswerType 0 as “leave as it is”: "
            "set the answer to plain text in the console, or delete the question and create it anew"
        )
    ]


def test_a_text_in_the_services_own_spelling_is_told() -> None:
    """Both spellings stand in the report."""
    store = FakeStore(library(), quirks=Quirks(trim=True))
    report = apply(store, plan(create(text("New?", answer="Yes.  Of course."))))
    assert lines(report.mismatches) == [
        (
            "0 answer: 'Yes.  Of course.' 'Yes. Of course.': the service stores the text in its own spelling: "
            "write it that way in the file to end the difference"
        )
    ]


@pytest.mark.parametrize(
    ("change", "twin"),
    [
        (create(text("New?")), lambda fake: fake.add_question(**NEW, category=10)),
        (add_category("Bar"), lambda fake: fake.add_category("Bar", parent=None)),
    ],
)
def test_what_is_there_twice_is_told(change: Change, twin: Callable[[FakeStore], None]) -> None:
    """What another apply made meanwhile, unseen until now, is a mismatch: the apply does not call itself finished."""
    store = FakeStore(library())
    store.edit_before(1, twin)
    report = apply(store, plan(change))
    assert not report.finished
    assert lines(report.mismatches) == [
        (
            f"0 presence: '{change.title}' '2 × {change.title}': it is there more than once: an apply that was interrupted "
            "made it too, or somebody else did; delete all but one in the console"
        )
    ]


def test_a_text_that_is_to_be_freed_is_no_twin() -> None:
    """While reads show the question that still has it, that one's own difference is told and nothing else."""
    store = FakeStore(library(HOURS), quirks=Quirks(lag=99))
    taken = create(replace(HOURS.content, answer="Always."))
    report = apply(store, plan(update(HOURS, question="Opening?"), taken))
    assert [mismatch.field for mismatch in report.mismatches] == ["question", "presence"]


def test_lag_is_waited_for() -> None:
    """Reads that lag are repeated with growing pauses until they show what was written."""
    clock = FakeClock()
    report = apply(FakeStore(OLD, quirks=Quirks(lag=3)), plan(update(HOURS, answer="At ten.")), clock=clock)
    assert report.finished
    assert clock.waits == [0.5, 1.0, 1.5]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (
            update(HOURS, answer="At ten."),
            (
                "0 answer: 'At ten.' 'At nine.': it reads as before: reads lag behind writes, "
                "or the service ignored the change without a word"
            ),
        ),
        (
            update(HOURS, answer=""),
            (
                "0 answer: '' 'At nine.': the service reads an empty answer as “leave as it is”: "
                "disable or delete the question instead"
            ),
        ),
        (
            update(HOURS, similar=("Hours", "When?")),
            (
                "0 similar: 'Hours · When?' 'Hours': the service did not keep every similar question: "
                "it may drop repeats or allow fewer"
            ),
        ),
        (
            status(HOURS),
            (
                "0 status: 'disabled' 'enabled': it reads as before: reads lag behind writes, "
                "or the service ignored the change without a word"
            ),
        ),
        (
            delete(HOURS),
            "0 presence: '' 'When do you open?': it is still listed: the service did not delete it, or reads lag behind writes",
        ),
        (
            add_category("Bar"),
            "0 presence: 'Bar' '': it is not listed: reads lag behind writes, or somebody removed it meanwhile",
        ),
        (
            drop_category(11, "Old"),
            "0 presence: '' 'Old': it is still listed: the service did not delete it, or reads lag behind writes",
        ),
        (
            rename_category(10, SHOP, ("Store",)),
            (
                "0 title: 'Store' 'Shop': somebody else changed it meanwhile, "
                "or the service stores something other than what was sent"
            ),
        ),
    ],
)
def test_what_did_not_take_is_told(change: Change, expected: str) -> None:
    """Each kind of change that a service accepts and does not carry out is named, after all patience."""
    clock = FakeClock()
    report = apply(FakeStore(OLD, quirks=Quirks(lag=99)), plan(change), clock=clock)
    assert lines(report.mismatches) == [expected]
    assert sum(clock.waits) >= 10


@pytest.mark.parametrize(
    ("change", "edit", "expected"),
    [
        (update(HOURS, answer="At ten."), lambda fake: fake.delete_questions(["q1"]), "presence"),
        (update(HOURS, answer="At ten."), lambda fake: fake.update_question("q1", answer="Never."), "answer"),
        (rename_category(11, ("Old",), ("New",)), lambda fake: fake.delete_category(11), "presence"),
    ],
)
def test_what_somebody_does_right_after_is_told(change: Change, edit: Callable[[FakeStore], None], expected: str) -> None:
    """A console edit between the write and the look is named as a difference."""
    report = apply(Meddled(OLD, edit), plan(change))
    assert [mismatch.field for mismatch in report.mismatches] == [expected]


def test_a_look_that_fails_is_no_crash() -> None:
    """Applied but not verified."""
    trouble = Unreachable(message("no connection"), command=Command.LIST)
    report = apply(FakeStore(OLD, read_faults={2: trouble, 3: trouble}), plan(delete(HOURS)))
    assert (report.verified, report.mismatches, report.finished) == (False, (), False)


def test_nothing_sent_nothing_read() -> None:
    """Without a write there is no second listing."""
    store = FakeStore(library(replace(HOURS, content=replace(HOURS.content, status=Status.DISABLED))))
    assert apply(store, plan(status(HOURS))).finished
    assert store.reads == 1


SLEEPING = replace(HOURS, content=replace(HOURS.content, status=Status.DISABLED))


def test_a_disabled_question_stays_disabled() -> None:
    """A service that enables what it updates is put right in the same apply, at once: no switched-off answer is served."""
    clock, store = FakeClock(), Waking(library(SLEEPING))
    report = apply(store, plan(update(SLEEPING, answer="At ten.")), clock=clock)
    assert (report.finished, clock.waits) == (True, [])
    assert store.knowledge().questions[0].content.status is Status.DISABLED


def test_a_question_is_disabled_again_also_when_the_apply_is_asked_to_stop() -> None:
    """A wish to stop is no reason to leave an answer where customers get it."""
    stop = threading.Event()
    store = Waking(library(SLEEPING), stop=stop)
    report = apply(store, plan(update(SLEEPING, answer="At ten.")), stop=stop)
    assert [outcome.outcome for outcome in report.outcomes] == [Outcome.APPLIED]
    assert store.knowledge().questions[0].content.status is Status.DISABLED


class Sweeping(FakeStore):
    """A library whose updates change something else of the question too."""

    def __init__(self, knowledge: Knowledge, sweep: Callable[[FakeStore], None]) -> None:
        super().__init__(knowledge)
        self.sweep = sweep
        self.sweeping = False

    def update_question(self, identifier: str, **fields: Any) -> None:
        super().update_question(identifier, **fields)
        if not self.sweeping:
            self.sweeping = True
            self.edit(self.sweep)


BESIDE = "no change was about it: the service changed it as well, or somebody edited it meanwhile"


@pytest.mark.parametrize(
    ("sweep", "expected"),
    [
        (lambda fake: fake.update_question("q1", answer_type=AnswerType.TEXT), "0 answer_type: 'rich text' 'plain text'"),
        (lambda fake: fake.set_status(["q1"], Status.DISABLED), "0 status: 'enabled' 'disabled'"),
        (lambda fake: fake.set_similar("q1", ()), "0 similar: 'Hours' '—'"),
    ],
)
def test_what_an_update_changes_as_well_is_told(sweep: Callable[[FakeStore], None], expected: str) -> None:
    """A field that was not sent and is not as before is a mismatch: the goal of a change is the whole question."""
    report = apply(Sweeping(library(RICH), sweep), plan(update(RICH, answer="At ten.")))
    assert lines(report.mismatches) == [f"{expected}: {BESIDE}"]
    assert not report.finished


def test_a_field_beside_two_changes_of_a_question_is_told_once() -> None:
    """With an update and a status change it is told with the last of them, and neither's own field counts as the other's."""
    first = update(RICH, answer="At ten.")
    assert first.after is not None
    second = status(replace(RICH, content=first.after))
    store = Sweeping(library(RICH), lambda fake: fake.set_similar("q1", ()))
    assert lines(apply(store, plan(first, second)).mismatches) == [f"1 similar: 'Hours' '—': {BESIDE}"]


def test_a_change_that_failed_is_no_mismatch_of_the_one_before() -> None:
    """What the report says to be refused is not told a second time as a difference."""
    first = update(HOURS, answer="At ten.")
    assert first.after is not None
    store = FakeStore(library(HOURS), faults={2: Fault.REFUSED})
    report = apply(store, plan(first, status(replace(HOURS, content=first.after))))
    assert [it.outcome for it in report.outcomes] == [Outcome.APPLIED, Outcome.REFUSED]
    assert report.mismatches == ()


def test_a_question_whose_category_is_renamed_beside_it_has_not_moved() -> None:
    """A status change names the path from before the rename; also halfway through two renames it is the same category."""
    inner = replace(HOURS, content=replace(HOURS.content, category=("Shop", "A")))
    live = library(inner, more=[("Shop", "A")])
    changes: list[Change] = [
        rename_category(10, SHOP, ("Store",)),
        rename_category(11, ("Shop", "A"), ("Store", "B")),
        status(inner),
    ]
    assert apply(FakeStore(live), plan(*changes)).finished
    halfway = apply(FakeStore(live, faults={2: Fault.REFUSED}), plan(*changes), on_failure=OnFailure.CONTINUE)
    assert [it.outcome for it in halfway.outcomes] == [Outcome.APPLIED, Outcome.REFUSED, Outcome.APPLIED]
    assert halfway.mismatches == ()
