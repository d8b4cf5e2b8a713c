"""Preconditions: what still fits, what is already done, and everything that moved, named."""

from dataclasses import replace
from typing import Any

import pytest

from kbsync.applier.preconditions import Standing, State, check_preconditions
from kbsync.errors import StalePlan
from kbsync.model import AnswerType, Category, Knowledge, MenuType, Question, Status
from kbsync.plan import Change, Plan
from tests.unit.applying import (
    SHOP,
    add_category,
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

HOURS = question("q1", text("When do you open?", answer="At nine.", similar=("Opening hours",)))
PRICE = question("q2", text("What does it cost?", answer="Ten."))


def states(todo: Plan, live: Knowledge) -> list[State]:
    return list(check_preconditions(todo, live).states)


def moved(todo: Plan, live: Knowledge) -> list[str]:
    with pytest.raises(StalePlan) as caught:
        check_preconditions(todo, live)
    return [str(item) for item in caught.value.moved]


def with_content(live: Question, **fields: Any) -> Question:
    return replace(live, content=replace(live.content, **fields))


def test_an_untouched_library_is_pending() -> None:
    """A question in its before state is pending."""
    assert states(plan(update(HOURS, answer="At ten.")), library(HOURS)) == [State.PENDING]


def test_a_question_in_its_goal_state_is_already() -> None:
    """What an earlier apply did is not done again."""
    assert states(plan(update(HOURS, answer="At ten.")), library(with_content(HOURS, answer="At ten."))) == [State.ALREADY]


def test_a_half_done_update_is_pending() -> None:
    """One field at the goal and one as before is a half-done apply of the same plan, not a stale one."""
    todo = plan(update(HOURS, answer="At ten.", similar=("Hours",)))
    assert states(todo, library(with_content(HOURS, answer="At ten."))) == [State.PENDING]


def test_everything_that_moved_is_named_at_once() -> None:
    """Each object and field that moved has a sentence with what was expected and what is there."""
    long = "Our shop is open on every working day of the week, from nine in the morning until "
    hours = with_content(HOURS, answer=long + "six.\nCome in.")
    live = library(with_content(hours, answer=long + "eight.\nCome in.", answer_type=AnswerType.RICH, status=Status.DISABLED))
    assert moved(plan(update(hours, question="Opening?"), delete(PRICE)), live) == [
        (
            "question “When do you open?” (q1), answer: it is “…n the morning until eight. Come in.” now, "
            "the plan was made when it was “…n the morning until six. Come in.”"
        ),
        "question “When do you open?” (q1), answer type: it is “rich text” now, the plan was made when it was “plain text”",
        "question “When do you open?” (q1), status: it is “disabled” now, the plan was made when it was “enabled”",
    ]


def test_a_field_that_the_plan_does_not_change_must_not_have_moved() -> None:
    """A console edit beside the planned field makes the plan stale too."""
    live = library(with_content(HOURS, similar=("Hours", "Opening hours"), category=("Bar",)), more=[("Bar",)])
    assert moved(plan(update(HOURS, answer="At ten.")), live) == [
        "question “When do you open?” (q1), category: it is “Bar” now, the plan was made when it was “Shop”",
        (
            "question “When do you open?” (q1), similar questions: it is “Hours · Opening hours” now, "
            "the plan was made when it was “Opening hours”"
        ),
    ]


def test_a_question_that_is_gone_is_stale_unless_it_is_to_be_deleted() -> None:
    """An update needs its object; a delete is done when it is gone."""
    assert moved(plan(update(HOURS, answer="x")), library()) == ["question “When do you open?” (q1) is gone"]
    assert states(plan(delete(HOURS)), library()) == [State.ALREADY]


def test_absence_from_an_incomplete_listing_proves_nothing() -> None:
    """What an incomplete listing does not show is not taken for deleted."""
    todo = plan(delete(HOURS), drop_category(99, "Old"))
    assert states(todo, replace(library(), complete=False)) == [State.PENDING, State.PENDING]


def test_a_chain_of_changes_is_one_object() -> None:
    """A status change after an update fits at every stage of the two."""
    first = update(HOURS, answer="At ten.")
    second = status(with_content(HOURS, answer="At ten."))
    todo = plan(first, second)
    assert states(todo, library(HOURS)) == [State.PENDING, State.PENDING]
    assert states(todo, library(with_content(HOURS, answer="At ten."))) == [State.ALREADY, State.PENDING]
    assert states(todo, library(with_content(HOURS, status=Status.DISABLED))) == [State.PENDING, State.ALREADY]


def test_a_create_that_exists_as_wanted_is_already() -> None:
    """A create whose answer was lost, or that somebody did by hand, is adopted with its id."""
    standing = check_preconditions(plan(create(HOURS.content)), library(HOURS))
    assert standing == Standing((State.ALREADY,), {0: "q1"})


def test_a_create_that_only_lacks_its_status_is_partial() -> None:
    """A crash between add_chitchat and the status is finished, not called stale."""
    standing = check_preconditions(plan(create(replace(HOURS.content, status=Status.DISABLED))), library(HOURS))
    assert standing == Standing((State.PARTIAL,), {0: "q1"})


def test_a_create_whose_text_exists_with_other_content_is_stale() -> None:
    """Somebody's own question is neither doubled nor overwritten."""
    todo = plan(create(replace(HOURS.content, answer="At ten.", status=Status.DISABLED)))
    assert moved(todo, library(HOURS)) == [
        "question “When do you open?”, which the plan creates, exists now (q1) with another answer, status"
    ]


def test_a_text_that_the_plan_frees_itself_can_be_taken() -> None:
    """A create may take the text of a question that the same plan renames; another's text is not taken by a rename."""
    todo = plan(update(HOURS, question="Opening?"), create(text("When do you open?")))
    assert states(todo, library(HOURS)) == [State.PENDING, State.PENDING]
    assert moved(todo, library(HOURS, question("q9", text("Opening?")))) == [
        "question “Opening?” exists now (q9), and the plan renames another question to it"
    ]


def test_a_category_that_a_change_needs_must_exist_or_be_made() -> None:
    """A create and a move need their category; one that the plan makes will do."""
    todo: list[Change] = [create(text("New?", category=("Bar",))), update(HOURS, category=("Bar",)), add_category("Pub", "Inner")]
    assert moved(plan(*todo), library(HOURS)) == [
        "category Pub, which “Pub / Inner” needs, is gone",
        "category Bar, which “New?” needs, is gone",
        "category Bar, which “When do you open?” needs, is gone",
    ]
    made = plan(*todo, add_category("Bar"), add_category("Pub"))
    assert states(made, library(HOURS)) == [State.PENDING] * 5


def test_category_changes_that_are_done_are_already() -> None:
    """A created, a renamed and a deleted category are recognised."""
    todo = plan(add_category("Bar"), rename_category(10, SHOP, ("Store",)), drop_category(12, "Old"))
    live = Knowledge((Category(("Bar",), id=11), Category(("Store",), id=10)))
    assert states(todo, live) == [State.ALREADY] * 3
    assert states(todo, library(more=[("Else",), ("Old",)])) == [State.PENDING] * 3


def test_category_changes_that_moved_are_stale() -> None:
    """Another title, a missing category, a taken title: each is named."""
    todo = plan(rename_category(10, SHOP, ("Store",)), rename_category(11, ("A",), ("B",)), drop_category(12, "C"))
    live = Knowledge((Category(("Store",), id=5), Category(("Shop",), id=10), Category(("Other",), id=12)))
    assert moved(todo, live) == [
        "category A (11) is gone",
        "category Store exists now (5), and the plan renames category 10 to it",
        "category 12 is called Other now, the plan was made when it was called C",
    ]


def test_a_path_that_the_plan_frees_can_be_created() -> None:
    """A category may be created under the title that another one leaves."""
    todo = plan(rename_category(10, SHOP, ("Store",)), add_category("Shop"))
    assert states(todo, library()) == [State.PENDING, State.PENDING]


def test_a_renamed_category_does_not_move_its_questions() -> None:
    """Before, in the middle of and after a rename the questions inside fit, and one that only follows it is done."""
    shown = replace(HOURS.content, category=("Store",))
    todo = plan(
        rename_category(10, SHOP, ("Store",)), replace(update(HOURS, answer="At ten."), after=replace(shown, answer="At ten."))
    )
    after = Knowledge((Category(("Store",), id=10),), (question("q1", shown),))
    assert states(todo, library(HOURS)) == [State.PENDING, State.PENDING]
    assert states(todo, after) == [State.ALREADY, State.PENDING]
    follows = plan(
        rename_category(10, SHOP, ("Store",)), replace(update(HOURS), after=shown), create(replace(shown, question="N"))
    )
    twin = question("q5", text("N", answer="At nine.", similar=HOURS.content.similar))
    assert states(follows, library(HOURS, twin)) == [State.PENDING, State.ALREADY, State.ALREADY]


def test_a_child_of_a_renamed_category_is_recognised() -> None:
    """Renaming parent and child fits before, between and after the two."""
    todo = plan(rename_category(10, SHOP, ("Store",)), rename_category(11, ("Shop", "A"), ("Store", "B")))
    assert states(todo, library(more=[("Shop", "A")])) == [State.PENDING, State.PENDING]
    between = Knowledge((Category(("Store",), id=10), Category(("Store", "A"), id=11)))
    assert states(todo, between) == [State.ALREADY, State.PENDING]
    done = Knowledge((Category(("Store",), id=10), Category(("Store", "B"), id=11, menu=MenuType.ORDINARY)))
    assert states(todo, done) == [State.ALREADY, State.ALREADY]


def test_a_question_halfway_through_two_renames_has_not_moved() -> None:
    """An apply that was cut off between the renames of a parent and its child can be resumed."""
    inner = with_content(HOURS, category=("Shop", "A"))
    renames = [rename_category(10, SHOP, ("Store",)), rename_category(11, ("Shop", "A"), ("Store", "B"))]
    between = Knowledge(
        (Category(("Store",), id=10), Category(("Store", "A"), id=11)), (with_content(inner, category=("Store", "A")),)
    )
    assert states(plan(*renames, status(inner)), between) == [State.ALREADY, State.PENDING, State.PENDING]
