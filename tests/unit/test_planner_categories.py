"""Categories that no file could describe: twins in the service, changes without a place."""

from kbsync.model import Category, Content, Knowledge, Question
from kbsync.plan import Action, Cause, Kind, ProblemKind, Source, TargetRef
from kbsync.planner import Context, make_plan
from kbsync.settings import Policy, Prune

TARGET, SOURCE = TargetRef("t", 1), Source("sha256:0")
DELETE = Policy(prune=Prune.DELETE)


def test_twin_categories_are_refused_with_both_ids() -> None:
    """A path that stands for two live categories cannot be written to."""
    desired = Knowledge((Category(("A",)),))
    live = Knowledge((Category(("A",), 1), Category(("A",), 2)))
    (problem,) = make_plan(desired, live, None, context=Context(TARGET, SOURCE)).problems
    assert (problem.kind, problem.blocking) == (ProblemKind.AMBIGUOUS, True)
    assert "ids 1, 2" in str(problem.message)


def test_twins_are_refused_as_the_source_of_a_rename_too() -> None:
    """Which of the two would get the new title is not guessed."""
    desired = Knowledge((Category(("B",), previously=("A",)),))
    live = Knowledge((Category(("A",), 1), Category(("A",), 2)))
    problems = make_plan(desired, live, None, context=Context(TARGET, SOURCE)).problems
    assert [problem.kind for problem in problems] == [ProblemKind.AMBIGUOUS]


def test_an_empty_category_stays_while_removals_are_held_back() -> None:
    """An incomplete listing deletes no category either."""
    base = Knowledge((Category(("A",)), Category(("B",))), (Question(Content("q", "a", ("A",))),))
    live = Knowledge((Category(("A",), 1), Category(("B",), 2)), (Question(Content("q", "a", ("A",)), id="q"),), complete=False)
    desired = Knowledge((Category(("A",)),), base.questions)
    assert make_plan(desired, live, base, context=Context(TARGET, SOURCE, DELETE)).changes == ()


def test_a_removal_without_a_place_can_be_selected_by_its_text() -> None:
    """What was never in a file has no location, and still has a name."""
    desired = Knowledge((Category(("A",), authoritative=True),), (Question(Content("keep", "a", ("A",))),))
    live = Knowledge(
        (Category(("A",), 1),),
        (Question(Content("keep", "a", ("A",)), id="1"), Question(Content("console", "a", ("A",)), id="2")),
    )
    plan = make_plan(desired, live, None, context=Context(TARGET, SOURCE, DELETE, only="cons*"))
    assert [(change.action, change.id) for change in plan.changes] == [(Action.DELETE, "2")]


def test_a_console_twin_of_a_declared_question_is_never_removed() -> None:
    """The base said something about one question with this text, and that one is still declared."""
    desired = Knowledge((Category(("A",)),), (Question(Content("q", "a", ("A",))),))
    live = Knowledge(
        (Category(("A",), 1), Category(("B",), 2)),
        (Question(Content("q", "a", ("A",)), id="1"), Question(Content("q", "other", ("B",)), id="2")),
    )
    plan = make_plan(desired, live, desired, context=Context(TARGET, SOURCE, DELETE))
    assert plan.changes == ()
    assert [(item.id, item.lapsed) for item in plan.unmanaged if item.kind is Kind.QUESTION] == [("2", False)]


def test_a_rename_that_is_done_already_moves_no_question() -> None:
    """After an apply that got no further than the renames, what was in the categories is no conflict, two levels deep."""
    base = Knowledge((Category(("A",)), Category(("A", "x"))), (Question(Content("q", "old", ("A", "x"))),))
    live = Knowledge((Category(("B",), 1), Category(("B", "y"), 2)), (Question(Content("q", "old", ("B", "y")), id="q"),))
    desired = Knowledge(
        (Category(("B",), previously=("Z", "A")), Category(("B", "y"), previously=("x",))),
        (Question(Content("q", "new", ("B", "y"))),),
    )
    (change,) = make_plan(desired, live, base, context=Context(TARGET, SOURCE)).changes
    assert (change.action, change.cause) == (Action.UPDATE, Cause.DECLARED)


def test_a_rename_that_is_half_done_moves_no_question() -> None:
    """The parent has its new title, the child not yet: the question goes along with both."""
    base = Knowledge((Category(("A",)), Category(("A", "x"))), (Question(Content("q", "old", ("A", "x"))),))
    live = Knowledge((Category(("B",), 1), Category(("B", "x"), 2)), (Question(Content("q", "old", ("B", "x")), id="q"),))
    desired = Knowledge(
        (Category(("B",), previously=("A",)), Category(("B", "y"), previously=("x",))),
        (Question(Content("q", "new", ("C",))),),
    )
    changes = make_plan(desired, live, base, context=Context(TARGET, SOURCE)).changes
    assert [(change.action, change.cause) for change in changes] == [
        (Action.RENAME, Cause.DECLARED),
        (Action.UPDATE, Cause.DECLARED),
    ]
