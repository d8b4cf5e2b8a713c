"""What receipts tell of a library since the base."""

from dataclasses import replace

from kbsync.model import AnswerType, Category, Content, Knowledge, Question
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


def update(before: Content, after: Content) -> QuestionChange:
    """Another answer for a question."""
    return QuestionChange(Action.UPDATE, "1", before, after, Cause.DECLARED, (FieldChange(Field.ANSWER, Cause.DECLARED),))


def test_of_receipts_that_git_lacks_only_what_is_live_counts() -> None:
    """The console's own wording, and what a later apply made, are not theirs; an undo among them is one."""
    one, two = replace(A, answer="One."), replace(A, answer="Two.")
    loose = [receipt(update(one, two), category(Action.CREATE, None, "Extra")), receipt(update(A, one))]
    found = recall(APPLIED, [], commit=HERE, loose=loose)
    assert found.left == APPLIED
    for live, left in ((one, one), (two, two), (replace(A, answer="The console's."), A)):
        held = found.as_of(Knowledge((Category(("Shop",)),), (Question(live),)))
        assert ([each.content for each in held.left.questions], held.doubtful) == ([left], ())
        assert ("a?" in held.undone, ("Extra",) in {each.path for each in held.left.categories}) == (left != A, False)
    gone = recall(APPLIED, [], commit=HERE, loose=[receipt(category(Action.DELETE, "Shop", None))])
    assert [each.path for each in gone.as_of(Knowledge()).left.categories] == [("Shop", "Late")]
    assert gone.as_of(APPLIED).left == APPLIED


def test_an_applied_ref_that_stayed_behind_its_receipts_is_caught_up_with_by_what_is_live() -> None:
    """As on a remote that moves refs one by one, and refused that one."""
    one = replace(A, answer="One.")
    later = receipt(update(A, one), purpose=Purpose.SYNC, commit="c1")
    found = recall(APPLIED, [later, receipt(purpose=Purpose.SYNC, commit=HERE)], commit=HERE)
    assert (found.left, found.as_of(APPLIED).left) == (APPLIED, APPLIED)
    assert [each.content for each in found.as_of(Knowledge((), (Question(one),))).left.questions] == [one]


def test_a_commit_on_the_way_tells_what_an_apply_without_a_record_left() -> None:
    """The newest whose version is live counts: of a changed, a new and a removed question; what no commit says stays open."""
    b, c = replace(A, question="b?"), replace(A, question="c?")
    said, first, second = (
        Knowledge((), tuple(map(Question, contents)))
        for contents in ((A, b), (replace(A, answer="1"), c), (A, b, replace(c, answer="3")))
    )
    memory = recall(said, [], commit=HERE)
    live = Knowledge((), (Question(replace(A, answer="1")), Question(c)))
    found = memory.through(iter([second, first, second]), live, second)
    assert {each.content for each in found.left.questions} == {replace(A, answer="1"), c}
    console = memory.through([first], Knowledge((), (Question(replace(A, answer="2")), Question(b))), said)
    assert console.left.questions == said.questions
    assert memory.through([first], said, said).left == said


def test_a_commit_of_which_half_is_live_counts_for_that_half() -> None:
    """As where an apply was cut off between two calls; what the console did besides stays its own."""
    half = replace(A, answer="1", answer_type=AnswerType.RICH)
    state = Knowledge((), (Question(replace(A, answer="1", similar=("b?",))),))
    found = recall(Knowledge((), (Question(A),)), [], commit=HERE).through([state], Knowledge((), (Question(half),)), state)
    assert [each.content for each in found.left.questions] == [replace(A, answer="1")]
