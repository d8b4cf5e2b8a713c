"""In which fields two questions differ, and in which form wordings are compared."""

from dataclasses import replace

import pytest

from kbsync.compare import changed_fields, forms, likeness
from kbsync.model import AnswerType, Content, Status
from kbsync.plan import Field

ONE = Content("Open?", "Yes.", ("Shop",), AnswerType.TEXT, ("Are you open?",), Status.ENABLED)


@pytest.mark.parametrize(
    ("other", "fields"),
    [
        ({}, ()),
        ({"answer": "No."}, (Field.ANSWER,)),
        ({"similar": (), "question": "Open today?"}, (Field.QUESTION, Field.SIMILAR)),
        ({"status": Status.DISABLED, "category": ("Shop", "Hours")}, (Field.CATEGORY, Field.STATUS)),
    ],
)
def test_fields_that_differ_are_named_in_their_order(other: dict[str, object], fields: tuple[Field, ...]) -> None:
    """Equal questions differ in none."""
    found = changed_fields(ONE, replace(ONE, **other))  # type: ignore[arg-type]
    assert found == tuple(sorted(fields, key=list(Field).index))


def test_wordings_are_compared_without_what_nobody_hears() -> None:
    """Case, width, punctuation and space go, but for the space between figures."""
    assert forms(["E-Mail？", "e mail", "1.5 kg", "15 kg", ""]) == ["email", "email", "1 5kg", "15kg", ""]
    assert likeness(" Open ", "open") == 100
