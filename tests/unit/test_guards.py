"""A plan judges itself; the stories with their full texts stand in ``tests/cases``."""

from dataclasses import replace

from kbsync.guards import Consent, objections, removal_count, update_count
from kbsync.plan import Plan, Purpose, Source, TargetRef
from tests.unit.test_ordering import create, delete, rename

PLAN = Plan(TargetRef("t", 1), Source("sha256:0"))


def test_an_offline_plan_is_for_reading_only() -> None:
    """What was not compared with the service is not applied to it."""
    assert ["offline" in str(reason) for reason in objections(replace(PLAN, offline=True), Consent())] == [True]


def test_removals_need_their_exact_number() -> None:
    """Neither silence nor another number is consent."""
    plan = replace(PLAN, changes=(delete("1", "a"),))
    assert len(objections(plan, Consent())) == 1
    assert len(objections(plan, Consent(remove=2))) == 1
    assert objections(plan, Consent(remove=1)) == ()


def test_consent_to_removals_that_are_not_there_is_refused() -> None:
    """A copied flag cannot cover another plan."""
    assert len(objections(PLAN, Consent(remove=3))) == 1
    assert objections(PLAN, Consent(remove=0)) == ()


def test_creates_are_not_updates() -> None:
    """Only live questions that change otherwise are counted against the update limit."""
    plan = replace(PLAN, changes=(create("n"), rename("1", "a", "b"), delete("2", "c")))
    assert (update_count(plan), removal_count(plan)) == (1, 1)


def test_drift_is_for_reading_only() -> None:
    """What shows the console's changes cannot be carried out."""
    assert ["kbsync plan makes one" in str(reason) for reason in objections(replace(PLAN, purpose=Purpose.DRIFT), Consent())] == [
        True
    ]


def test_an_undo_may_remove_all_that_was_created_once_the_number_is_named() -> None:
    """The brake on removals is for files that lost something; taking back a first apply is not that."""
    removals = tuple(delete(str(number), f"q{number}") for number in range(20))
    plan = replace(PLAN, changes=removals, managed=20)
    assert len(objections(plan, Consent(remove=20))) == 1
    assert objections(replace(plan, purpose=Purpose.UNDO), Consent(remove=20)) == ()


def test_a_line_under_removed_is_consent_but_no_way_past_the_brakes() -> None:
    """A reviewed removal has no number on the command line, and counts towards the limit like any other."""
    removals = tuple(replace(delete(str(number), f"q{number}"), reviewed=True) for number in range(11))
    plan = replace(PLAN, changes=removals[:1])
    assert (removal_count(plan), objections(plan, Consent()), len(objections(plan, Consent(remove=1)))) == (0, (), 1)
    assert ["max_remove_percent" in str(reason) for reason in objections(replace(PLAN, changes=removals), Consent())] == [True]
    assert removals[0].inverse().reviewed is False
