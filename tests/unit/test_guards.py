"""A plan judges itself; the stories with their full texts stand in ``tests/cases``."""

from dataclasses import replace

from kbsync.guards import Consent, objections, removal_count, update_count
from kbsync.plan import Plan, Source, TargetRef
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
