"""What receipts tell of a library since the base."""

from dataclasses import replace

from kbsync.model import Category, Content, Knowledge, Question
from kbsync.plan import (
    Action,
    CategoryChange,
    Cause,
    Change,
    Field,
    FieldChange,
    Plan,
    Purpose,
    QuestionChange,
    Source,
    TargetRef,
)
from kbsync.planner.memory import recall
from kbsync.report import ApplyReport, ChangeOutcome, Outcome, Receipt

HERE = "c0"
A = Content("a?", "Yes.", ("Shop",))
APPLIED = Knowledge((Category(("Shop",)), Category(("Shop", "Late"))), (Question(A),))


def receipt(
    *changes: Change, outcome: Outcome = Outcome.APPLIED, purpose: Purpose = Purpose.UNDO, commit: str | None = None
) -> Receipt:
    """An apply of some changes, all of which ended alike."""
    plan = Plan(TargetRef("t", 1), Source("sha256:0", commit), changes=changes, purpose=purpose)
    outcomes = tuple(ChangeOutcome(number, outcome, made="7") for number in range(len(changes)))
    return Receipt(ApplyReport(plan, outcomes), "ann", "", "")


def category(action: Action, before: str | None, after: str | None) -> CategoryChange:
    """A change of a category at the top."""
    old, new = (None if title is None else (title,) for title in (before, after))
    return CategoryChange(action, None if before is None else 1, old, new, Cause.DECLARED)


def test_categories_are_followed() -> None:
    """A rename takes what is inside along, a new one is there, a deleted one is not; each is told as undone."""
    rename, made = category(Action.RENAME, "Shop", "Store"), category(Action.CREATE, None, "Extra")
    found = recall(APPLIED, [receipt(rename, made)], commit=HERE)
    assert [item.path for item in found.left.categories] == [("Store",), ("Store", "Late"), ("Extra",)]
    assert [item.content.category for item in found.left.questions] == [("Store",)]
    assert found.tell(category(Action.RENAME, "Store", "Shop")).cause is Cause.UNDONE
    assert found.tell(category(Action.DELETE, "Extra", None)).cause is Cause.UNDONE
    assert found.tell(category(Action.RENAME, "Store", "Extra")).cause is Cause.DECLARED
    gone = recall(APPLIED, [receipt(category(Action.DELETE, "Shop", None))], commit=HERE)
    assert gone.tell(category(Action.CREATE, None, "Shop")).cause is Cause.UNDONE
    assert [item.path for item in gone.left.categories] == [("Shop", "Late")]


def test_what_did_not_happen_is_not_remembered() -> None:
    """A change that was refused, or of which nobody knows, left nothing."""
    for outcome in (Outcome.REFUSED, Outcome.UNKNOWN, Outcome.NOT_ATTEMPTED):
        found = recall(APPLIED, [receipt(category(Action.DELETE, "Shop", None), outcome=outcome)], commit=HERE)
        assert (found.left, found.undone) == (APPLIED, frozenset())


def test_what_was_done_again_is_not_undone() -> None:
    """The newest receipt counts, and what another commit than the base was applied with tells nothing of the base."""
    question = QuestionChange(Action.DELETE, "1", A, None, Cause.DECLARED)
    back = QuestionChange(Action.CREATE, None, None, A, Cause.DECLARED)
    again = receipt(back, purpose=Purpose.SYNC)
    found = recall(APPLIED, [again, receipt(question)], commit=HERE)
    assert (found.undone, [item.id for item in found.left.questions]) == (frozenset(), ["7"])
    whole = receipt(purpose=Purpose.SYNC, commit="c9")
    assert recall(APPLIED, [receipt(question), whole], commit=HERE).left == APPLIED
    assert recall(APPLIED, [receipt(question), replace(whole)], commit="c9").left.questions == ()


def test_only_what_git_still_says_is_undone() -> None:
    """A field that git changed since has git's cause; a conflict stays one."""
    said = replace(A, answer="No.")
    undo = QuestionChange(Action.UPDATE, "1", A, said, Cause.DECLARED, (FieldChange(Field.ANSWER, Cause.DECLARED),))
    found = recall(APPLIED, [receipt(undo)], commit=HERE)
    cases = ((A, Cause.DECLARED, Cause.UNDONE), (replace(A, answer="Both."), Cause.DECLARED, Cause.DECLARED))
    for after, cause, told in (*cases, (A, Cause.CONFLICT, Cause.CONFLICT)):
        change = QuestionChange(Action.UPDATE, "1", said, after, cause, (FieldChange(Field.ANSWER, cause),))
        assert found.tell(change).cause is told
    removal = QuestionChange(Action.DELETE, "1", A, None, Cause.DECLARED)
    assert found.tell(removal).cause is Cause.DECLARED
    other = QuestionChange(Action.CREATE, None, None, replace(A, question="b?"), Cause.DECLARED)
    assert found.tell(other) is other
