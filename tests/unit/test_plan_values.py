"""A change that contradicts itself cannot be made."""

import pytest

from kbsync.model import Content
from kbsync.plan import Action, CategoryChange, Cause, Kind, QuestionChange

CONTENT = Content("q", "a", ("A",))


@pytest.mark.parametrize(("action", "before", "after"), [(Action.CREATE, CONTENT, CONTENT), (Action.UPDATE, None, CONTENT)])
def test_a_create_and_only_a_create_has_no_before(action: Action, before: Content | None, after: Content) -> None:
    """What is new was not there, and what was there is not new."""
    with pytest.raises(ValueError, match="no before"):
        QuestionChange(action, "1", before, after, Cause.DECLARED)
    with pytest.raises(ValueError, match="no before"):
        CategoryChange(Action.CREATE if before else Action.RENAME, 1, ("A",) if before else None, ("B",), Cause.DECLARED)


@pytest.mark.parametrize(("action", "after"), [(Action.DELETE, CONTENT), (Action.UPDATE, None)])
def test_a_delete_and_only_a_delete_has_no_after(action: Action, after: Content | None) -> None:
    """What goes has no goal."""
    with pytest.raises(ValueError, match="no after"):
        QuestionChange(action, "1", CONTENT, after, Cause.DECLARED)


def test_categories_do_not_move() -> None:
    """The service has no call that gives a category another parent."""
    with pytest.raises(ValueError, match="created, renamed or deleted"):
        CategoryChange(Action.MOVE, 1, ("A",), ("B", "A"), Cause.DECLARED)


@pytest.mark.parametrize(("action", "after"), [(Action.DELETE, ("B",)), (Action.RENAME, None)])
def test_a_category_without_a_goal_is_a_delete(action: Action, after: tuple[str, ...] | None) -> None:
    """The same holds for categories."""
    with pytest.raises(ValueError, match="no after"):
        CategoryChange(action, 1, ("A",), after, Cause.DECLARED)


def test_a_delete_is_always_a_removal() -> None:
    """Whoever makes it, it counts as one."""
    change = QuestionChange(Action.DELETE, "1", CONTENT, None, Cause.DECLARED)
    assert (change.removal, change.kind, change.title) == (True, Kind.QUESTION, "q")
