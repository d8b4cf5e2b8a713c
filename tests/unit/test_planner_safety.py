"""Faults that a review found: each is a way in which a plan could have taken something from somebody."""

import pytest

from kbsync.guards import Consent, objections
from kbsync.model import Category, Content, Knowledge, Question, Status
from kbsync.plan import Action, Cause, Plan, ProblemKind, QuestionChange, Source, TargetRef
from kbsync.planner import Context, make_plan
from kbsync.settings import Policy, Prune

HELP = Category(("Help",), 1)
BOILERPLATE = "Please contact support."
ARRIVES = "When will my parcel arrive?"


def content(text: str, answer: str = BOILERPLATE, **fields: object) -> Content:
    """A question in the help category."""
    return Content(text, answer, ("Help",), **fields)  # type: ignore[arg-type]


def files(*questions: Content, protected: bool = False) -> Knowledge:
    """A library as files declare it."""
    return Knowledge((Category(("Help",)),), tuple(Question(item, protected=protected) for item in questions))


def service(*questions: Content, complete: bool = True) -> Knowledge:
    """A library as the service tells it."""
    found = tuple(Question(item, id=f"q{number}") for number, item in enumerate(questions))
    return Knowledge((HELP,), found, complete=complete)


def plan(desired: Knowledge, live: Knowledge, base: Knowledge | None, *, prune: Prune = Prune.KEEP) -> Plan:
    """The plan for three libraries."""
    return make_plan(desired, live, base, context=Context(TargetRef("t", 1), Source("sha256:0"), Policy(prune=prune)))


def told(made: Plan) -> list[tuple[Action, Cause]]:
    """What a plan does to questions, and why."""
    return [(change.action, change.cause) for change in made.changes if isinstance(change, QuestionChange)]


def test_an_equal_answer_does_not_make_a_console_question_ours() -> None:
    """A question that git never declared is not overwritten because it shares a boilerplate answer."""
    declared = files(content(ARRIVES), content("Where is my refund?"))
    made = plan(declared, service(content("How do I change my address?"), content("Where is my refund?")), declared)
    assert told(made) == [(Action.CREATE, Cause.DRIFT)]
    assert [item.title for item in made.unmanaged] == ["How do I change my address?"]


def test_a_pin_names_nothing_of_a_library_without_ids() -> None:
    """Compared with the files of another commit, a pinned question is the one with its text."""
    declared = Knowledge((Category(("Help",)),), (Question(content(ARRIVES), id="q0"),))
    assert told(plan(declared, files(content(ARRIVES)), None)) == []


def test_a_telling_answer_is_worth_a_word() -> None:
    """Where only one question has the answer, the reader is told that it may be a rename."""
    declared = files(content(ARRIVES, "Within two days."))
    made = plan(declared, service(content("Delivery?", "Within two days.")), declared)
    assert ["may be" in str(problem.message) or "appeared" in str(problem.message) for problem in made.problems] == [True]


def test_an_incomplete_listing_creates_nothing() -> None:
    """What seems to be missing may be on the page that did not come."""
    declared = files(content("a"), content("b"))
    made = plan(declared, service(content("a"), complete=False), declared)
    assert ["incomplete" in str(reason) for reason in objections(made, Consent(overwrite_drift=True))] == [True]


def test_a_question_that_both_sides_added_is_a_conflict() -> None:
    """The console's new question is not overwritten by git's without consent."""
    made = plan(files(content("a"), content("price", "5")), service(content("a"), content("price", "7")), files(content("a")))
    assert told(made) == [(Action.UPDATE, Cause.CONFLICT)]


def test_a_directory_that_lost_its_questions_is_refused() -> None:
    """Nothing is removed, and nothing counts as applied."""
    made = plan(files(), service(content("a")), files(content("a")), prune=Prune.DELETE)
    assert made.changes == ()
    assert len(objections(made, Consent())) == 1


def test_a_protected_question_is_not_renamed_by_a_guess() -> None:
    """An equal answer does not turn a protected question into another."""
    made = plan(files(content("Other words?")), service(content(ARRIVES)), files(content(ARRIVES), protected=True))
    assert told(made) == [(Action.CREATE, Cause.DECLARED)]


def test_protected_and_disabled_contradict_each_other() -> None:
    """A plan that would disable a protected question is refused."""
    declared = files(content("a", status=Status.DISABLED), protected=True)
    assert objections(plan(declared, service(content("a")), None), Consent()) == ()
    made = plan(declared, service(content("a")), files(content("a")))
    assert ["protected" in str(reason) for reason in objections(made, Consent())] == [True]


@pytest.mark.parametrize("live", [(), ("something like a",)])
def test_the_contradiction_is_seen_before_the_first_half_is_done(live: tuple[str, ...]) -> None:
    """Missing or found under another text, it is refused at once: the second half would be, and leave the first one live."""
    declared = Question(content("a", status=Status.DISABLED), protected=True, previously=live)
    desired = Knowledge((Category(("Help",)),), (declared,))
    made = plan(desired, service(*map(content, live)), files(content("a")))
    assert [problem.kind for problem in made.problems if problem.blocking] == [ProblemKind.PROTECTED]


def test_a_category_that_a_rename_brings_into_use_is_not_deleted() -> None:
    """Questions declared under the new path of a renamed parent keep the child alive."""
    base = Knowledge((Category(("P",)), Category(("P", "C"))), (Question(Content("q", "a", ("P", "C"))),))
    live = Knowledge((Category(("P",), 1), Category(("P", "C"), 2)), (Question(Content("q", "a", ("P", "C")), id="1"),))
    desired = Knowledge((Category(("Q",), previously=("P",)),), (Question(Content("q", "a", ("Q", "C"))),))
    made = plan(desired, live, base, prune=Prune.DELETE)
    assert [(change.action, change.title) for change in made.changes] == [(Action.RENAME, "Q")]
