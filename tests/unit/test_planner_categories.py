"""Categories that no file could describe: twins in the service, changes without a place."""

import pytest

from kbsync.model import Category, CategoryPath, Content, Knowledge, MenuType, Question
from kbsync.plan import Action, CategoryChange, Cause, Kind, ProblemKind, Source, TargetRef
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
    assert [(item.id, item.formerly_declared) for item in plan.unmanaged if item.kind is Kind.QUESTION] == [("2", False)]


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


def at(*paths: CategoryPath, ids: bool = False) -> tuple[Question, ...]:
    """Questions q0, q1, … in these categories; pinned where asked for."""
    return tuple(Question(Content(f"q{n}", "a", path), id=f"id{n}" if ids else None) for n, path in enumerate(paths))


def tree(*paths: CategoryPath) -> tuple[Category, ...]:
    """Categories."""
    return tuple(Category(path, number) for number, path in enumerate(paths))


def retitled(base: Knowledge, live: Knowledge, desired: Knowledge | None = None) -> list[tuple[CategoryPath | None, ...]]:
    """The categories that a plan renames because the console did: the live path and git's."""
    plan = make_plan(desired or base, live, base, context=Context(TARGET, SOURCE))
    found = [change for change in plan.changes if isinstance(change, CategoryChange) and change.action is Action.RENAME]
    assert {change.cause for change in found} <= {Cause.DRIFT}
    return [(change.before, change.after) for change in found]


A, B, P, R = ("A",), ("B",), ("P",), ("R",)


@pytest.mark.parametrize(
    ("homes", "named"),
    [
        ([P, P], [(P, A)]),
        ([P, P, P, R], []),
        ([P, R], []),
        ([B, B], []),
        ([], []),
        ([P, ("P", "C")], [(P, A)]),
        ([("B", "P"), ("B", "P")], []),
    ],
)
def test_a_category_is_retitled_only_where_all_its_live_questions_went(
    homes: list[CategoryPath], named: list[tuple[CategoryPath, CategoryPath]]
) -> None:
    """To one title, undeclared, beside where it was; what is no longer live does not count."""
    base = Knowledge(tree(A, B), at(*(A,) * (len(homes) + 1)))
    live = Knowledge(tree(B, P, R, ("P", "C"), ("B", "P")), at(*homes))
    assert retitled(base, live) == named


def test_a_title_that_git_named_before_is_another_category() -> None:
    """What the base declared and git dropped is no new title, nor is one of the service's own."""
    base = Knowledge(tree(A, P), at(A))
    assert retitled(base, Knowledge(tree(P), at(P)), Knowledge(tree(A), at(A))) == []
    preset = Knowledge((Category(P, 1, MenuType.PRESET),), at(P))
    assert retitled(Knowledge(tree(A), at(A)), preset) == []


def test_two_categories_that_became_one_are_not_both_retitled() -> None:
    """The title is given back to the first; the other was deleted."""
    base = Knowledge(tree(A, B), at(A, B))
    assert retitled(base, Knowledge(tree(P), at(P, P))) == [(P, A)]


def test_a_twin_elsewhere_leaves_it_open_where_a_question_went() -> None:
    """In whatever order the service lists the two."""
    base = Knowledge(tree(A), at(A))
    twins = (*at(P), *at(R))
    assert retitled(base, Knowledge(tree(P, R), twins)) == retitled(base, Knowledge(tree(P, R), twins[::-1])) == []


def test_a_pinned_question_tells_by_its_id() -> None:
    """Also where the console gave it another text, and one of its old text is elsewhere."""
    base = Knowledge(tree(A), at(A, ids=True))
    other = Question(Content("other words", "a", P), id="id0")
    stranger = Question(Content("q0", "a", R), id="x")
    assert retitled(base, Knowledge(tree(P, R), (other, stranger))) == [(P, A)]


@pytest.mark.parametrize(
    ("git", "console", "cause"),
    [
        (("Delivery",), ("Versand",), Cause.CONFLICT),
        (("Delivery",), ("Shipping",), Cause.DECLARED),
        (("Delivery",), ("delivery",), Cause.DECLARED),
        (("Shipping",), ("Versand",), Cause.DRIFT),
        (("Delivery",), ("Delivery",), None),
    ],
)
def test_a_title_that_both_sides_changed_is_a_conflict(git: CategoryPath, console: CategoryPath, cause: Cause | None) -> None:
    """As a question is, unless the service has what git says, or has it in another spelling."""
    said = ("Shipping",)
    base, live = Knowledge(tree(said), at(said)), Knowledge(tree(console), at(console))
    desired = Knowledge((Category(git, previously=() if git == said else said),), at(git))
    changes = make_plan(desired, live, base, context=Context(TARGET, SOURCE)).changes
    assert [change.cause for change in changes] == ([] if cause is None else [cause])


def test_a_title_is_no_conflict_by_its_parents() -> None:
    """Git renamed the child, the console the parent: each is one side's alone."""
    base, live = (Knowledge(tree(one, (*one, "x")), at((*one, "x"))) for one in (A, P))
    desired = Knowledge((Category(A), Category(("A", "y"), previously=("x",))), at(("A", "y")))
    changes = make_plan(desired, live, base, context=Context(TARGET, SOURCE)).changes
    assert [change.cause for change in changes] == [Cause.DRIFT, Cause.DECLARED]
