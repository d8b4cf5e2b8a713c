"""Whoever reads a change of a disabled question knows that customers do not get its answer, in every format."""

from dataclasses import replace

import pytest

from kbsync.model import Content, Status
from kbsync.plan import Action, Cause, Field, FieldChange, Plan, Purpose, QuestionChange
from kbsync.render.html import plan_html
from kbsync.render.markdown import plan_markdown
from kbsync.render.text import plan_text
from kbsync.render.view import Section, outline
from tests.unit import plans

OFF = "disabled: customers get no answer"
LIVE = replace(plans.RETURNS, status=Status.DISABLED)
GOALS = {
    Action.UPDATE: replace(LIVE, answer="Within 30 days."),
    Action.RENAME: replace(LIVE, question="Can I return it?"),
    Action.MOVE: replace(LIVE, category=("Orders",)),
}


def pages(plan: Plan) -> list[str]:
    """The plan as HTML, text and Markdown."""
    return [
        plan_html(plan, digest="d"),
        " ".join(plan_text(plan, digest="d").split()),
        plan_markdown(plan, digest="d"),
    ]


def halves(before: Content, after: Content) -> tuple[QuestionChange, QuestionChange]:
    """An edit that leaves the status alone, and the switch after it, as a plan has them."""
    edited = replace(after, status=before.status)
    action = Action.DISABLE if after.status is Status.DISABLED else Action.ENABLE
    switch = replace(plans.update(edited, after, Field.STATUS), action=action)
    return plans.update(before, edited, Field.ANSWER), switch


@pytest.mark.parametrize("action", GOALS)
def test_a_change_of_a_disabled_question_says_so(action: Action) -> None:
    """Edited, renamed or moved, customers hear nothing of it: told once, on both sides of the HTML if the answer differs."""
    change = replace(plans.update(LIVE, GOALS[action]), action=action)
    sides = 2 if LIVE.answer != GOALS[action].answer else 1
    assert [page.count(OFF) for page in pages(plans.plan_of(change))] == [sides, 1, 1]


@pytest.mark.parametrize("removed", [False, True])
def test_a_disabled_question_that_comes_or_goes_says_so(removed: bool) -> None:
    """A created one is not served after the apply, and a removed one was not before."""
    gone = QuestionChange(Action.DELETE, "1", LIVE, None, Cause.DECLARED)
    change = gone if removed else QuestionChange(Action.CREATE, None, None, LIVE, Cause.DECLARED)
    assert [page.count(OFF) for page in pages(plans.plan_of(change))] == [1, 1, 1]


def test_an_enabled_question_says_nothing_of_it() -> None:
    """What is as usual goes without saying."""
    change = plans.update(plans.RETURNS, replace(plans.RETURNS, answer="Within 30 days."))
    assert [page.count("disabled") for page in pages(plans.plan_of(change))] == [0, 0, 0]


def test_an_edit_knows_of_the_switch_beside_it() -> None:
    """The edit of a question that the same plan disables shows it served now and not after the apply."""
    edit, switch = halves(plans.RETURNS, GOALS[Action.UPDATE])
    shown = outline(plans.plan_of(edit, switch))
    (told,) = (change for group in shown.groups if group.section is Section.UPDATES for change in group.changes)
    assert isinstance(told, QuestionChange)
    assert (told.before, told.after) == (plans.RETURNS, GOALS[Action.UPDATE])
    assert told.fields == (*edit.fields, *switch.fields)
    assert pages(plans.plan_of(edit, switch))[0].count(OFF) == 2  # the edit's later side, and the switch


def test_an_edit_of_the_console_knows_of_the_switch_beside_it() -> None:
    """Told from the console, it is the side that git said whose status the edit alone would get wrong."""
    live = replace(plans.RETURNS, answer="Within 30 days.", status=Status.DISABLED)
    shown = outline(replace(plans.plan_of(*halves(live, plans.RETURNS)), purpose=Purpose.DRIFT))
    (told,) = (change for group in shown.groups if group.section is Section.UPDATES for change in group.changes)
    assert isinstance(told, QuestionChange)
    assert (told.before, told.after) == (plans.RETURNS, live)


def test_a_switch_of_something_else_is_not_mixed_in() -> None:
    """Two changes under one id that are no halves of one change keep their own sides."""
    edit, _ = halves(plans.RETURNS, GOALS[Action.UPDATE])
    _, other = halves(plans.PARCEL, replace(plans.PARCEL, status=Status.DISABLED))
    shown = outline(plans.plan_of(edit, replace(other, id=edit.id)))
    assert edit in shown.changes


def test_a_switch_shows_the_answer_whatever_else_was_renamed() -> None:
    """The category's new title beside the status takes no answer off the page."""
    moved = replace(plans.RETURNS, category=("Sendings",), status=Status.DISABLED)
    switch = plans.update(plans.RETURNS, moved)
    switch = replace(switch, action=Action.DISABLE, fields=(FieldChange(Field.STATUS, Cause.DECLARED),))
    assert all("Send it back within 14 days." in page for page in pages(plans.plan_of(switch)))
