"""The applier: phases, outcomes, what ends an apply, and what it leaves alone."""

import threading
from dataclasses import replace

import pytest

from kbsync.applier import OnFailure
from kbsync.commands import Command
from kbsync.errors import MissingSecret, SafetyRefusal, StalePlan, Unreachable
from kbsync.messages import Message, message
from kbsync.model import AnswerType, Category, Knowledge, Question, Status
from kbsync.plan import Change, Plan, Purpose
from kbsync.report import ApplyReport, Outcome
from tests.fakes.clock import FakeClock
from tests.fakes.store import FakeStore, Fault, Quirks
from tests.unit.applying import (
    PRESET,
    SHOP,
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

HOURS = question("q1", text("When do you open?", answer="At nine.", similar=("Opening hours",)))
PRICE = question("q2", text("What does it cost?", answer="Ten."))
OTHER = question("q3", text("Who are you?", category=PRESET))
APPLIED, ALREADY, REFUSED = Outcome.APPLIED, Outcome.ALREADY, Outcome.REFUSED
UNKNOWN, NOT_ATTEMPTED = Outcome.UNKNOWN, Outcome.NOT_ATTEMPTED


def commands(store: FakeStore) -> list[str]:
    return [str(write.command) for write in store.writes]


def contents(store: FakeStore) -> dict[str, Question]:
    return {entry.content.question: entry for entry in store.knowledge().questions}


def reasons(report: ApplyReport) -> list[str]:
    return [str(outcome.reason) for outcome in report.outcomes if outcome.reason is not None]


def down(read: int) -> dict[int, Unreachable]:
    """Every read from that one on fails."""
    return {number: Unreachable(message("no connection"), command=Command.LIST) for number in range(read, read + 50)}


class Heard:
    """Writes down what it is told."""

    def __init__(self) -> None:
        self.told: list[str] = []

    def start(self, label: Message, total: int | None) -> None:
        self.told.append(f"{label} {total}")

    def advance(self, steps: int = 1) -> None:
        self.told.append("+" * steps)

    def note(self, words: Message) -> None:
        self.told.append(str(words))

    def finish(self) -> None:
        self.told.append("end")


def everything() -> tuple[Knowledge, Plan]:
    """One change of each kind."""
    live = library(HOURS, PRICE, OTHER, more=[("Old",)])
    changes: list[Change] = [
        add_category("New"),
        add_category("New", "Inner"),
        rename_category(10, SHOP, ("Store",)),
        create(text("Where are you?", category=("New", "Inner"), similar=("Address",))),
        create(replace(text("Secret?", category=("Store",)), status=Status.DISABLED)),
        update(HOURS, question="Opening?", answer="At ten.", answer_type=AnswerType.RICH, category=("New",), similar=()),
        delete(PRICE),
        status(OTHER),
        drop_category(11, "Old"),
    ]
    return live, plan(*changes)


def test_a_whole_plan_is_carried_out() -> None:
    """Every kind of change takes effect, with the fewest calls, and reads back as planned."""
    live, todo = everything()
    store = FakeStore(live)
    report = apply(store, todo)
    assert report.finished
    assert outcomes(report) == [APPLIED] * 9
    assert {q.content for q in store.knowledge().questions} == {
        text("Where are you?", category=("New", "Inner"), similar=("Address",)),
        replace(text("Secret?", category=("Store",)), status=Status.DISABLED),
        replace(HOURS.content, question="Opening?", answer="At ten.", answer_type=AnswerType.RICH, category=("New",), similar=()),
        replace(OTHER.content, status=Status.DISABLED),
    }
    assert sorted(category.path for category in store.knowledge().categories) == [
        ("New",),
        ("New", "Inner"),
        ("Store",),
        PRESET,
    ]
    assert report.calls == {
        "add_chitchat": 2,
        "add_chitchat_category": 2,
        "batch_set_chitchat": 3,
        "del_chitchat_category": 1,
        "desc_chitchat_category": 4,
        "list_chitchat": 4,
        "update_chitchat": 1,
        "update_chitchat_category": 1,
        "update_similar_chitchat": 1,
    }
    assert sum(outcome.calls for outcome in report.outcomes) == len(store.writes)


def test_applying_twice_changes_nothing() -> None:
    """The second apply of the same plan finds everything done, sends no write and lists once."""
    live, todo = everything()
    store = FakeStore(live)
    apply(store, todo)
    sent = len(store.writes)
    report = apply(store, todo)
    assert outcomes(report) == [ALREADY] * 9
    assert len(store.writes) == sent
    assert report.calls == {"desc_chitchat_category": 1, "list_chitchat": 1}


def test_a_stale_plan_changes_nothing() -> None:
    """The library is checked before the first write."""
    store = FakeStore(library(replace(HOURS, content=replace(HOURS.content, answer="At noon."))))
    with pytest.raises(StalePlan):
        apply(store, plan(create(text("New?")), update(HOURS, answer="At ten.")))
    assert store.writes == []


def test_an_offline_plan_is_not_applied() -> None:
    """A plan that never saw the library can only be shown, as one that shows what the console did."""
    store = FakeStore(library())
    made = plan(create(text("New?")))
    for unfit in (replace(made, offline=True), replace(made, purpose=Purpose.DRIFT)):
        with pytest.raises(SafetyRefusal, match="nothing was changed"):
            apply(store, unfit)
    assert store.reads == 0


def test_a_library_that_cannot_be_listed_is_left_alone() -> None:
    """A failing first listing is an error, not a report."""
    store = FakeStore(library(), read_faults=down(1))
    with pytest.raises(Unreachable):
        apply(store, plan(create(text("New?"))))
    assert store.writes == []


def test_a_category_that_is_only_renamed_moves_no_question() -> None:
    """A question that follows its category's new title is not sent a category."""
    store = FakeStore(library(HOURS))
    follows = replace(update(HOURS, answer="At ten."), after=replace(HOURS.content, category=("Store",), answer="At ten."))
    report = apply(store, plan(rename_category(10, SHOP, ("Store",)), follows))
    assert report.finished
    assert store.writes[-1].arguments == ("q1", None, "At ten.", None, None)


def test_an_update_sends_only_what_is_outstanding() -> None:
    """A half-done update is finished, not repeated."""
    store = FakeStore(library(replace(HOURS, content=replace(HOURS.content, answer="At ten."))))
    assert apply(store, plan(update(HOURS, answer="At ten.", similar=("Hours",)))).finished
    assert commands(store) == ["update_similar_chitchat"]


def test_a_status_inside_an_update_is_set_too() -> None:
    """The goal is the whole after value, whatever the action is called."""
    store = FakeStore(library(HOURS))
    assert apply(store, plan(update(HOURS, status=Status.DISABLED))).finished
    assert commands(store) == ["batch_set_chitchat"]


def test_a_partial_create_is_finished() -> None:
    """A question that was created by an apply that died is disabled, not created again."""
    store = FakeStore(library(HOURS))
    report = apply(store, plan(create(replace(HOURS.content, status=Status.DISABLED))))
    assert outcomes(report) == [APPLIED]
    assert commands(store) == ["batch_set_chitchat"]


def test_created_questions_come_out_as_wanted_whatever_the_service_starts_with() -> None:
    """A service that adds questions disabled is put right."""
    store = FakeStore(library(), quirks=Quirks(add_status=Status.DISABLED))
    assert apply(store, plan(create(text("New?")))).finished
    assert contents(store)["New?"].content.status is Status.ENABLED


def test_a_text_moves_from_one_question_to_another() -> None:
    """A text is freed before it is taken, also when the holder is deleted first."""
    taken = update(PRICE, question="When do you open?")
    store = FakeStore(library(HOURS, PRICE), quirks=Quirks(refuse_duplicates=True))
    assert apply(store, plan(update(HOURS, question="Opening?"), taken)).finished
    store = FakeStore(library(HOURS, PRICE), quirks=Quirks(refuse_duplicates=True))
    assert apply(store, plan(delete(HOURS), taken)).finished


def test_a_change_that_builds_on_a_failed_one_is_not_tried() -> None:
    """A text that was not freed is not taken, and an outdated answer is not switched on."""
    off = replace(HOURS, content=replace(HOURS.content, status=Status.DISABLED))
    first = update(off, question="Opening?")
    second = status(replace(off, content=replace(off.content, question="Opening?")), Status.ENABLED)
    store = FakeStore(library(off, PRICE), faults={1: Fault.REFUSED})
    report = apply(store, plan(first, second, update(PRICE, question="When do you open?")), on_failure=OnFailure.CONTINUE)
    assert outcomes(report) == [REFUSED, NOT_ATTEMPTED, NOT_ATTEMPTED]
    assert reasons(report)[1] == ("it builds on the change of “Opening?”, which was not carried out: the service says no")
    assert report.outcomes[0].code == -7


def test_what_needs_a_refused_category_is_not_tried() -> None:
    """The cause is named at every change that needed it."""
    todo = plan(
        add_category("Bar"),
        add_category("Bar", "Inner"),
        create(text("New?", category=("Bar", "Inner"))),
        update(HOURS, category=("Bar",)),
        create(text("Free?")),
    )
    store = FakeStore(library(HOURS), faults={1: Fault.REFUSED})
    report = apply(store, todo, on_failure=OnFailure.CONTINUE)
    assert sorted(outcomes(report)) == sorted([REFUSED, NOT_ATTEMPTED, NOT_ATTEMPTED, NOT_ATTEMPTED, APPLIED])
    assert reasons(report)[1] == "its category Bar is not there: the service says no"
    assert "its category Bar / Inner is not there: the service says no" in reasons(report)


def test_the_cause_is_the_category_that_failed() -> None:
    """A parent that was made is not blamed for its child; an oddly listed category is named as not to be found."""
    todo = plan(add_category("Bar"), add_category("Bar", "Inner"), create(text("New?", category=("Bar", "Inner"))))
    report = apply(FakeStore(library(), faults={2: Fault.REFUSED}), todo, on_failure=OnFailure.CONTINUE)
    assert reasons(report)[-1] == "its category Bar / Inner is not there: the service says no"
    orphan = FakeStore(Knowledge((Category(("Gone", "Inner"), id=11),)))
    report = apply(orphan, plan(create(text("New?", category=("Gone", "Inner")))))
    assert reasons(report) == ["its category Gone / Inner is not there: no listing shows it"]


def test_an_error_of_our_own_side_is_not_the_services() -> None:
    """A secret that is missing in mid-apply ends it: nothing was sent."""
    store = FakeStore(library())
    store.before_write = _no_secret
    report = apply(store, plan(create(text("A?")), create(text("B?"))), on_failure=OnFailure.CONTINUE)
    assert outcomes(report) == [NOT_ATTEMPTED, NOT_ATTEMPTED]
    assert reasons(report)[0] == "KBSYNC_SECRET_KEY is not set"


@pytest.mark.parametrize(
    ("fault", "outcome"),
    [
        (Fault.REFUSED, REFUSED),
        (Fault.NOT_ADMINISTRATOR, REFUSED),
        (Fault.UNREACHABLE, NOT_ATTEMPTED),
        (Fault.THROTTLED, NOT_ATTEMPTED),
        (Fault.INTERRUPTED, NOT_ATTEMPTED),
    ],
)
def test_stop_ends_at_the_first_failure(fault: Fault, outcome: Outcome) -> None:
    """With ``stop`` nothing is started after a failure, and the rest names the cause."""
    store = FakeStore(library(), faults={2: fault})
    report = apply(store, plan(*(create(text(f"Question {number}?")) for number in range(4))))
    assert outcomes(report) == [APPLIED, outcome, NOT_ATTEMPTED, NOT_ATTEMPTED]
    assert len(store.writes) == 2
    stopped = fault is Fault.INTERRUPTED
    cause = "not started: the apply was stopped before" if stopped else "not started, because “Question 1?” failed: "
    assert str(report.outcomes[3].reason).startswith(cause)
    assert report.interrupted is (fault is Fault.INTERRUPTED)
    assert not report.finished


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        (Fault.REFUSED, [APPLIED, REFUSED, APPLIED]),
        (Fault.THROTTLED, [APPLIED, NOT_ATTEMPTED, APPLIED]),
        (Fault.NOT_ADMINISTRATOR, [APPLIED, REFUSED, NOT_ATTEMPTED]),
        (Fault.INTERRUPTED, [APPLIED, NOT_ATTEMPTED, NOT_ATTEMPTED]),
    ],
)
def test_continue_goes_on_with_what_is_unrelated(fault: Fault, expected: list[Outcome]) -> None:
    """With ``continue`` the others go on, unless every call would meet the same refusal or the user said stop."""
    store = FakeStore(library(), faults={2: fault})
    todo = plan(*(create(text(f"Question {number}?")) for number in range(3)))
    assert outcomes(apply(store, todo, on_failure=OnFailure.CONTINUE)) == expected


def test_an_update_that_fails_half_way_says_so() -> None:
    """A change whose first call took effect is not called untouched."""
    store = FakeStore(library(HOURS), faults={2: Fault.UNREACHABLE})
    report = apply(store, plan(update(HOURS, answer="At ten.", similar=())))
    assert outcomes(report) == [REFUSED]
    assert reasons(report) == ["done in part, plan again to finish it: no connection"]


def test_the_stop_event_ends_the_apply() -> None:
    """Ctrl-C lets the call in flight end, starts nothing new and still reads back."""
    stop = threading.Event()
    store = FakeStore(library())
    store.before_write = lambda number: stop.set() if number == 2 else None
    report = apply(store, plan(*(create(text(f"Question {number}?")) for number in range(4))), stop=stop)
    assert outcomes(report) == [APPLIED, APPLIED, NOT_ATTEMPTED, NOT_ATTEMPTED]
    assert (report.interrupted, report.verified, report.mismatches) == (True, True, ())
    assert reasons(report) == ["not started: the apply was stopped before"] * 2


def test_a_stop_does_not_leave_a_created_question_switched_on() -> None:
    """A question that must not be answered yet is disabled also when the apply is asked to stop right after creating it."""
    stop = threading.Event()
    store = FakeStore(library())
    store.before_write = lambda number: stop.set()
    report = apply(store, plan(create(replace(text("Secret?"), status=Status.DISABLED))), stop=stop)
    assert (outcomes(report), report.interrupted) == ([APPLIED], True)
    assert contents(store)["Secret?"].content.status is Status.DISABLED


def test_a_failure_elsewhere_does_not_leave_a_created_question_switched_on() -> None:
    """What was begun is finished, even when another change has failed."""
    store = FakeStore(library(), faults={2: Fault.REFUSED})
    report = apply(store, plan(create(replace(text("A?"), status=Status.DISABLED)), create(text("B?"))))
    assert outcomes(report) == [APPLIED, REFUSED]
    assert contents(store)["A?"].content.status is Status.DISABLED


def test_a_partial_create_waits_when_the_apply_has_failed() -> None:
    """An adopted question is not touched after a failure."""
    store = FakeStore(library(HOURS), faults={1: Fault.REFUSED})
    report = apply(store, plan(create(text("A?")), create(replace(HOURS.content, status=Status.DISABLED))))
    assert sorted(outcomes(report)) == [NOT_ATTEMPTED, REFUSED]
    assert len(store.writes) == 1


def test_a_refused_status_of_a_created_question_is_told() -> None:
    """Created but not disabled is a failure in part."""
    store = FakeStore(library(), faults={2: Fault.REFUSED})
    report = apply(store, plan(create(replace(text("A?"), status=Status.DISABLED))))
    assert outcomes(report) == [REFUSED]
    assert reasons(report) == ["done in part, plan again to finish it: the service says no"]


def test_batches_are_full_and_by_status() -> None:
    """Sixty deletes take two calls, and each status its own."""
    many = [question(f"d{number:02}", text(f"Question {number}?")) for number in range(60)]
    off = question("e", replace(text("Off?"), status=Status.DISABLED))
    store = FakeStore(library(*many, HOURS, off))
    report = apply(store, plan(*(delete(entry) for entry in many), status(HOURS), status(off, Status.ENABLED)))
    assert report.finished
    assert [len(write.arguments[0]) for write in store.writes] == [1, 1, 50, 10]  # type: ignore[arg-type]  # a batch's ids
    assert sum(outcome.calls for outcome in report.outcomes) == 4


@pytest.mark.parametrize("on_failure", OnFailure)
def test_a_refused_batch_is_halved_until_the_bad_one_stands_alone(on_failure: OnFailure) -> None:
    """One vanished question does not keep the others from being disabled; a cautious apply stops once it is found."""
    many = [question(f"d{number}", text(f"Question {number}?")) for number in range(8)]
    store = FakeStore(library(*many))
    store.edit_before(1, lambda fake: fake.delete_questions(["d5"]))
    report = apply(store, plan(*(status(entry) for entry in many)), on_failure=on_failure)
    tail = [NOT_ATTEMPTED] * 2 if on_failure is OnFailure.STOP else [APPLIED] * 2
    assert outcomes(report) == [*[APPLIED] * 5, REFUSED, *tail]
    assert reasons(report)[0] == "refused: no such question"


def test_a_batch_is_not_halved_for_a_refusal_that_is_not_about_its_ids() -> None:
    """Missing rights would refuse every half too."""
    many = [question(f"d{number}", text(f"Question {number}?")) for number in range(8)]
    store = FakeStore(library(*many), faults={1: Fault.NOT_ADMINISTRATOR})
    assert outcomes(apply(store, plan(*(status(entry) for entry in many)))) == [REFUSED] * 8
    assert len(store.writes) == 1


def test_halving_ends_when_the_user_says_stop() -> None:
    """No half is sent after Ctrl-C."""
    stop = threading.Event()
    store = FakeStore(library(HOURS, PRICE), faults={1: Fault.REFUSED})
    store.before_write = lambda number: stop.set() if number == 2 else None
    assert outcomes(apply(store, plan(status(HOURS), status(PRICE)), stop=stop)) == [APPLIED, NOT_ATTEMPTED]


def test_an_incomplete_listing_removes_nothing() -> None:
    """Deletes, pruning and empty categories wait for a whole listing; other changes go on."""
    prune = replace(status(OTHER), removal=True)
    store = FakeStore(library(HOURS, PRICE, OTHER, more=[("Old",)]), quirks=Quirks(complete=False))
    report = apply(store, plan(delete(HOURS), prune, drop_category(11, "Old"), update(PRICE, answer="Eleven.")))
    assert sorted(outcomes(report)) == [APPLIED, NOT_ATTEMPTED, NOT_ATTEMPTED, NOT_ATTEMPTED]
    assert set(reasons(report)) == {"the listing is not complete, and nothing is removed because of such a listing"}
    assert not report.verified


def test_many_workers_do_what_one_does() -> None:
    """Calls in flight side by side end in the same library."""
    live, todo = everything()
    alone, together = FakeStore(live), FakeStore(live)
    apply(alone, todo, workers=1)
    assert apply(together, todo, workers=8).finished
    assert {q.content for q in together.knowledge().questions} == {q.content for q in alone.knowledge().questions}


def test_progress_counts_every_change_once() -> None:
    """The listener hears a start, one step a change, pauses, and the end."""
    heard = Heard()
    store = FakeStore(library(HOURS), quirks=Quirks(lag=1))
    apply(store, plan(update(HOURS, answer="At ten."), create(HOURS.content)), progress=heard)
    assert heard.told == [
        "applying 2",
        "+",
        "+",
        "looking again in 0.5 s: reads may lag behind writes",
        "reading back what was applied None",
        "end",
    ]


def test_an_unexpected_fault_in_the_program_still_ends_the_progress() -> None:
    """A bug in a writer is not swallowed, and the listener hears the end."""
    heard = Heard()
    store = FakeStore(library())
    store.before_write = lambda number: 1 / 0
    with pytest.raises(ZeroDivisionError):
        apply(store, plan(create(text("A?"))), progress=heard)
    assert heard.told == ["applying 1", "end"]


def test_seconds_and_throttling_are_those_of_this_apply() -> None:
    """The report counts from its own start."""
    clock = FakeClock()
    store = FakeStore(library(), faults={1: Fault.THROTTLED, 2: Fault.THROTTLED})
    apply(store, plan(create(text("A?"))), clock=clock)
    report = apply(store, plan(create(text("A?"))), clock=clock)
    assert (report.throttled, report.seconds) == (1, 0.0)


def _no_secret(_number: int) -> None:
    raise MissingSecret(message("{name} is not set", name="KBSYNC_SECRET_KEY"))
