"""Lost answers: settled by looking, repeated only when a listing shows that nothing happened."""

import threading
from dataclasses import replace

import pytest

from kbsync.applier import OnFailure
from kbsync.applier.polling import PAUSES
from kbsync.commands import Command
from kbsync.errors import Unreachable
from kbsync.messages import message
from kbsync.model import AnswerType, Status
from kbsync.plan import Change
from kbsync.report import Outcome
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
    outcomes,
    plan,
    question,
    rename_category,
    status,
    text,
    update,
)

HOURS = question("q1", text("When do you open?", answer="At nine."))
PRICE = question("q2", text("What does it cost?", answer="Ten."))
OLD = library(HOURS, PRICE, more=[("Old",)])
NEW = create(text("Where are you?"))
APPLIED, REFUSED, UNKNOWN, NOT_ATTEMPTED = Outcome.APPLIED, Outcome.REFUSED, Outcome.UNKNOWN, Outcome.NOT_ATTEMPTED

EVERY_KIND = [
    pytest.param(NEW, id="create"),
    pytest.param(update(HOURS, answer="At ten."), id="update"),
    pytest.param(update(HOURS, answer="At ten.", similar=("Hours",)), id="update-and-similar"),
    pytest.param(status(HOURS), id="disable"),
    pytest.param(delete(HOURS), id="delete"),
    pytest.param(add_category("Bar"), id="add-category"),
    pytest.param(rename_category(10, SHOP, ("Store",)), id="rename-category"),
    pytest.param(drop_category(11, "Old"), id="delete-category"),
]


def reads_fail(*reads: int) -> dict[int, Unreachable]:
    return {read: Unreachable(message("no connection"), command=Command.LIST) for read in reads}


def texts(store: FakeStore) -> list[str]:
    return [entry.content.question for entry in store.knowledge().questions]


@pytest.mark.parametrize("change", EVERY_KIND)
def test_a_write_that_happened_unheard_is_not_repeated(change: Change) -> None:
    """When the answer is lost after the fact, looking finds it done."""
    quiet, store = FakeStore(OLD), FakeStore(OLD, faults={1: Fault.LOST})
    apply(quiet, plan(change))
    report = apply(store, plan(change))
    assert report.finished
    assert outcomes(report) == [APPLIED]
    assert store.writes == quiet.writes


@pytest.mark.parametrize("fault", [Fault.LOST_UNDONE, Fault.STRANGE])
@pytest.mark.parametrize("change", EVERY_KIND)
def test_a_write_that_did_not_happen_is_sent_again_after_looking(change: Change, fault: Fault) -> None:
    """Nothing is repeated before all patience showed that it did not happen."""
    clock, store = FakeClock(), FakeStore(OLD, faults={1: fault, 2: fault})
    report = apply(store, plan(change), clock=clock)
    assert report.finished
    assert clock.waits[: 2 * len(PAUSES)] == [*PAUSES, *PAUSES]
    assert store.writes[0] == store.writes[1] == store.writes[2]


def test_after_two_repetitions_it_stays_unknown() -> None:
    """A create is sent three times at most."""
    store = FakeStore(OLD, faults=dict.fromkeys(range(1, 9), Fault.LOST_UNDONE))
    report = apply(store, plan(NEW))
    assert outcomes(report) == [UNKNOWN]
    assert len(store.writes) == 3
    assert str(report.outcomes[0].reason) == (
        "no usable answer came (no answer), and a listing afterwards does not show the change: plan again to see"
    )


def test_reads_that_lag_do_not_double_a_create() -> None:
    """A created question that the first looks do not show is waited for."""
    store = FakeStore(OLD, faults={1: Fault.LOST}, quirks=Quirks(lag=4))
    assert apply(store, plan(NEW)).finished
    assert texts(store).count("Where are you?") == 1


def test_a_text_that_the_service_trims_does_not_double_a_create() -> None:
    """A created question is recognised in the service's own spelling."""
    store = FakeStore(OLD, faults={1: Fault.LOST}, quirks=Quirks(trim=True))
    report = apply(store, plan(create(text("Where  are you? "))))
    assert texts(store).count("Where are you?") == 1
    assert [mismatch.field for mismatch in report.mismatches] == ["question"]


def test_a_category_title_that_the_service_trims_is_recognised() -> None:
    """A created category is not created again because of a blank."""
    store = FakeStore(OLD, faults={1: Fault.LOST}, quirks=Quirks(trim=True))
    apply(store, plan(add_category("Bar "), create(text("In the bar?", category=("Bar ",)))))
    assert [category.path for category in store.knowledge().categories].count(("Bar",)) == 1
    assert "In the bar?" in texts(store)


def test_two_spellings_are_two_questions() -> None:
    """A create is not settled by another one that is spelled alike."""
    store = FakeStore(OLD, faults={2: Fault.LOST_UNDONE})
    assert apply(store, plan(create(text("Where?")), create(text("where?")))).finished
    assert sorted(texts(store))[-2:] == ["Where?", "where?"]


def test_when_looking_fails_too_it_stays_unknown() -> None:
    """No listing, no answer: the report says both, and nothing is repeated."""
    store = FakeStore(OLD, faults={1: Fault.LOST}, read_faults=reads_fail(*range(2, 9)))
    report = apply(store, plan(NEW, delete(HOURS)))
    assert outcomes(report) == [UNKNOWN, NOT_ATTEMPTED]
    assert "could not be listed afterwards (no connection)" in str(report.outcomes[0].reason)
    assert (report.verified, len(store.writes)) == (False, 1)


def test_the_last_look_settles_what_an_earlier_one_could_not() -> None:
    """An unknown outcome that the final listing shows done counts as applied."""
    store = FakeStore(OLD, faults={1: Fault.LOST}, read_faults=reads_fail(2, 3))
    assert apply(store, plan(NEW)).finished


def test_an_unknown_outcome_stays_unknown_when_the_last_look_does_not_show_it() -> None:
    """Looking at the end settles only what it shows."""
    store = FakeStore(OLD, faults={1: Fault.LOST_UNDONE}, read_faults=reads_fail(2, 3))
    assert outcomes(apply(store, plan(NEW))) == [UNKNOWN]


def test_an_incomplete_listing_does_not_prove_that_a_create_did_not_happen() -> None:
    """A create is not repeated on the word of a listing that may be short."""
    store = FakeStore(OLD, faults={1: Fault.LOST_UNDONE})
    store.before_write = lambda _number: setattr(store, "quirks", Quirks(complete=False))
    assert outcomes(apply(store, plan(NEW))) == [UNKNOWN]
    assert len(store.writes) == 1


def test_nothing_is_created_on_the_word_of_an_incomplete_listing() -> None:
    """What seems to be missing, a question or a category, may be there already."""
    store = FakeStore(OLD, quirks=Quirks(complete=False))
    report = apply(store, plan(NEW, add_category("Bar")))
    assert [(it.outcome, str(it.reason)) for it in report.outcomes] == [
        (NOT_ATTEMPTED, "the listing is not complete, and it may exist already")
    ] * 2
    assert len(store.writes) == 0


def test_an_edit_between_a_lost_write_and_its_repetition_is_not_overwritten() -> None:
    """Where settling shows a value that is neither the old nor the new one, somebody else was there."""
    store = FakeStore(library(HOURS), faults={1: Fault.LOST_UNDONE})
    store.edit_before(1, lambda known: known.update_question(HOURS.id or "", answer="The console's own."))
    report = apply(store, plan(update(HOURS, answer="Git's.")))
    assert [(it.outcome, it.calls, str(it.reason)) for it in report.outcomes] == [
        (
            NOT_ATTEMPTED,
            1,
            (
                "its answer is “The console's own.” now, neither as it was nor as it was sent: somebody edited it meanwhile, "
                "or the service stores it otherwise; it was not sent again, so look at it and plan again"
            ),
        )
    ]
    assert store.knowledge().questions[0].content.answer == "The console's own."


def test_an_edit_of_what_is_left_of_a_change_is_not_overwritten() -> None:
    """Where a part of a change took effect before, it says that, and counts as refused."""
    store = FakeStore(OLD, faults={2: Fault.LOST_UNDONE})
    store.edit_before(2, lambda fake: fake.set_similar("q1", ("Mine",)))
    report = apply(store, plan(update(HOURS, answer="At ten.", similar=("Hours",))))
    assert outcomes(report) == [REFUSED]
    assert str(report.outcomes[0].reason).startswith("done in part, plan again to finish it: its similar questions is “Mine” now")
    assert store.knowledge().questions[0].content.similar == ("Mine",)


def test_a_question_edited_since_its_delete_was_lost_is_not_deleted() -> None:
    """A delete without effect is not repeated on something that somebody has just worked on; others of the batch go."""
    store = FakeStore(OLD, faults={1: Fault.LOST_UNDONE})
    store.edit_before(1, lambda fake: fake.update_question("q1", answer="Mine."))
    report = apply(store, plan(delete(HOURS), delete(PRICE)))
    assert sorted(outcomes(report)) == [APPLIED, NOT_ATTEMPTED]
    assert texts(store) == ["When do you open?"]


def test_a_category_that_somebody_renamed_since_its_rename_was_lost_keeps_that_title() -> None:
    """A rename without effect is not repeated over a third title."""
    store = FakeStore(OLD, faults={1: Fault.LOST_UNDONE})
    store.edit_before(1, lambda fake: fake.rename_category(10, "Mine"))
    report = apply(store, plan(rename_category(10, SHOP, ("Store",))))
    assert [(it.outcome, str(it.reason)) for it in report.outcomes] == [
        (
            NOT_ATTEMPTED,
            (
                "it is called Mine now, neither as it was nor as it was sent: somebody renamed it meanwhile; "
                "it was not sent again, so look at it and plan again"
            ),
        )
    ]


def test_a_text_that_the_service_trims_is_no_edit() -> None:
    """An update that took effect unheard, in the service's own spelling, is neither repeated nor called somebody else's."""
    store = FakeStore(OLD, faults={1: Fault.LOST}, quirks=Quirks(trim=True))
    report = apply(store, plan(update(HOURS, answer="At  ten.")))
    assert (outcomes(report), len(store.writes)) == ([APPLIED], 1)
    assert [mismatch.field for mismatch in report.mismatches] == ["answer"]


def test_one_read_that_fails_is_forgiven() -> None:
    """Looking goes on after one failed listing."""
    store = FakeStore(OLD, faults={1: Fault.LOST}, read_faults=reads_fail(2))
    assert apply(store, plan(NEW)).finished


def test_all_unknowns_of_a_phase_are_settled_with_one_listing() -> None:
    """Five lost answers cost one look, and the look serves for the end too."""
    store = FakeStore(OLD, faults=dict.fromkeys(range(1, 6), Fault.LOST))
    report = apply(store, plan(*(create(text(f"Question {n}?")) for n in range(5))), on_failure=OnFailure.CONTINUE)
    assert report.finished
    assert store.reads == 2


def test_a_cautious_apply_looks_before_it_goes_on() -> None:
    """With ``stop`` nothing new is started while an answer is missing; once settled, the rest goes on."""
    store = FakeStore(OLD, faults={1: Fault.LOST})
    seen: list[int] = []
    store.before_write = lambda number: seen.append(store.reads)
    assert apply(store, plan(NEW, create(text("A?")), create(text("B?")))).finished
    assert seen == [1, 2, 2]


def test_a_refused_repetition_is_looked_at() -> None:
    """A repetition refused because the first one happened after all, late, is no failure."""
    store = FakeStore(OLD, faults={1: Fault.LOST_UNDONE}, quirks=Quirks(refuse_duplicates=True))
    store.edit_before(2, _ask_where)
    assert apply(store, plan(NEW)).finished
    assert texts(store).count("Where are you?") == 1


def test_a_write_that_was_sent_twice_within_one_call_is_looked_at() -> None:
    """Refused for speed though it took effect, then refused because it had: a look tells, and both sendings are counted."""
    store = FakeStore(OLD, faults={1: Fault.TWICE})
    report = apply(store, plan(NEW))
    assert (report.finished, outcomes(report), report.outcomes[0].calls) == (True, [APPLIED], 2)


def test_what_was_never_sent_is_no_call() -> None:
    """A call that ended in the queue is not counted, and nothing is read back for it."""
    store = FakeStore(OLD, faults={1: Fault.INTERRUPTED})
    report = apply(store, plan(NEW))
    assert (outcomes(report), report.outcomes[0].calls, store.reads) == ([NOT_ATTEMPTED], 0, 1)


def test_a_created_question_is_disabled_also_when_the_apply_is_to_stop() -> None:
    """Its answer must not be served: this write alone is sent after the wish to stop."""
    stop = threading.Event()
    store = FakeStore(OLD)
    store.before_write = lambda number: stop.set()
    report = apply(store, plan(create(replace(text("Secret?"), status=Status.DISABLED)), update(HOURS, answer="No.")), stop=stop)
    assert sorted(outcomes(report)) == [APPLIED, NOT_ATTEMPTED]
    assert [write.command for write in store.writes] == [Command.ADD, Command.BATCH_SET]


def test_a_refused_delete_of_something_gone_is_done() -> None:
    """A delete that the transport repeated after a lost answer is refused, and is done."""
    store = FakeStore(OLD)
    store.edit_before(1, lambda fake: fake.delete_questions(["q1"]))
    assert apply(store, plan(delete(HOURS))).finished


def test_an_update_goes_on_where_it_was_lost() -> None:
    """A lost first call of two is not repeated, the second is sent."""
    store = FakeStore(OLD, faults={1: Fault.LOST})
    assert apply(store, plan(update(HOURS, answer="At ten.", similar=("Hours",)))).finished
    assert [write.command for write in store.writes] == [Command.UPDATE, Command.UPDATE_SIMILAR]


def test_a_question_that_vanished_is_not_taken_for_done() -> None:
    """A lost update of a question that somebody deleted meanwhile ends as the service answers."""
    store = FakeStore(OLD, faults={1: Fault.LOST_UNDONE})
    store.edit_before(1, lambda fake: fake.delete_questions(["q1"]))
    report = apply(store, plan(update(HOURS, answer="At ten.")))
    assert outcomes(report) == [REFUSED]


def test_stop_while_looking_ends_the_patience() -> None:
    """Ctrl-C during the waiting leaves the outcome unknown, at once."""
    stop, clock = threading.Event(), FakeClock()
    store = FakeStore(OLD, faults={1: Fault.LOST_UNDONE})
    store.before_write = lambda number: stop.set()
    report = apply(store, plan(NEW), stop=stop, clock=clock)
    assert outcomes(report) == [UNKNOWN]
    assert clock.waits == []


def test_a_created_question_that_no_listing_shows_cannot_be_disabled() -> None:
    """It may be answered to customers now, so the report says that its status is open."""
    store = FakeStore(OLD, quirks=Quirks(lag=50))
    secret = create(replace(text("Secret?"), status=Status.DISABLED))
    report = apply(store, plan(secret, create(text("Open?"))), on_failure=OnFailure.CONTINUE)
    assert sorted(outcomes(report)) == [APPLIED, UNKNOWN]
    assert [str(mismatch.reason) for mismatch in report.mismatches] == [
        "it is not listed: reads lag behind writes, or somebody removed it meanwhile"
    ]


def test_ids_of_created_questions_that_cannot_be_listed_stay_open() -> None:
    """No listing after a create: it counts as applied, not as verified."""
    store = FakeStore(OLD, read_faults=reads_fail(*range(2, 9)))
    report = apply(store, plan(NEW))
    assert (outcomes(report), report.verified) == ([APPLIED], False)


def _ask_where(fake: FakeStore) -> None:
    fake.add_question(question="Where are you?", answer="An answer.", answer_type=AnswerType.TEXT, category=10, similar=())
