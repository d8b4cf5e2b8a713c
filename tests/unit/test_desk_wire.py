"""Answers in the words of the model: what is tolerated, what is normalised, what is named as a surprise."""

import pytest

from kbsync.desk.answers import Fields, category_row, question_row
from kbsync.errors import OutcomeUnknown
from kbsync.model import AnswerType, MenuType, Status

QUESTION: dict[str, object] = {
    "StandardQuestionId": "1500086166-@RBT#DeskDefaultRobot-dhoLfseT3tvxP4HB",
    "StandardQuestion": "Hello?",
    "Status": 4,
    "CategoryId": 10508,
    "Answer": "Hi!",
    "AnswerType": 0,
    "QuestionType": 1,
    "SimilarQuestions": ["Good day", "Hey"],
}


def fields(**values: object) -> Fields:
    """An object of an answer."""
    return Fields("list_chitchat", values)


def test_a_question_is_read_as_the_vendor_shows_it() -> None:
    """The example of the vendor's page gives every field."""
    row = question_row(fields(**QUESTION), status=Status.ENABLED)
    assert row.id == QUESTION["StandardQuestionId"]
    assert (row.question, row.answer, row.category) == ("Hello?", "Hi!", 10508)
    assert (row.answer_type, row.status, row.similar) == (AnswerType.TEXT, Status.ENABLED, ("Good day", "Hey"))


def test_what_an_answer_leaves_out_has_a_default() -> None:
    """Zeros and empty lists may be left out or null; the status is then the one that was asked for."""
    row = question_row(fields(StandardQuestionId="q", StandardQuestion="Q", Answer=None), status=Status.DISABLED)
    assert (row.category, row.answer, row.similar) == (0, "", ())
    assert (row.answer_type, row.status) == (AnswerType.TEXT, Status.DISABLED)


@pytest.mark.parametrize(
    ("field", "value", "shown"),
    [
        ("StandardQuestionId", None, "missing"),
        ("StandardQuestion", 7, "7"),
        ("AnswerType", 1, "1"),
        ("Status", 6, "6"),
        ("Status", True, "True"),
        ("CategoryId", "ten", "ten"),
        ("CategoryId", 1.5, "1.5"),
        ("SimilarQuestions", "a text", "a text"),
        ("SimilarQuestions", ["a", None], "null"),
    ],
)
def test_a_surprise_is_named(field: str, value: object, shown: str) -> None:
    """A field of another kind, or a value that nobody documents, stops the reading with command, field and value."""
    with pytest.raises(OutcomeUnknown) as caught:
        question_row(fields(**QUESTION | {field: value}), status=Status.ENABLED)
    assert str(caught.value) == f"The answer to list_chitchat is not the documented shape: {field} is '{shown}'"


def test_a_missing_answer_is_a_surprise() -> None:
    """A question without the field for its answer is not taken for one with an empty answer."""
    without = {name: value for name, value in QUESTION.items() if name != "Answer"}
    with pytest.raises(OutcomeUnknown, match="Answer is 'missing'"):
        question_row(fields(**without), status=Status.ENABLED)


def test_text_is_normalised_at_the_door() -> None:
    """Line ends become LF, half a surrogate pair becomes a replacement mark, and nothing else changes."""
    assert fields(x="a\r\nb\rc\n \t ").text("x") == "a\nb\nc\n \t "
    assert fields(x="😀 \ud83d").text("x") == "😀 \ufffd"


@pytest.mark.parametrize(("value", "number"), [(8, 8), ("8", 8), (" -8 ", -8), (8.0, 8)])
def test_whole_numbers_may_be_written_as_text(value: object, number: int) -> None:
    """Total is a String in the vendor's table and an Integer in its example."""
    assert fields(Total=value).count("Total") == number


@pytest.mark.parametrize(("value", "number"), [("0.8", 0.8), (0.8, 0.8), (1, 1.0), (None, None), ("", None)])
def test_scores_may_be_text_or_number(value: object, number: float | None) -> None:
    """The vendor's example mixes both."""
    assert fields(ChitchatReaches=value).number("ChitchatReaches") == number


@pytest.mark.parametrize("value", ["high", True, [0.8]])
def test_a_score_of_another_kind_is_a_surprise(value: object) -> None:
    """A score that is no number is named."""
    with pytest.raises(OutcomeUnknown, match="ChitchatReaches"):
        fields(ChitchatReaches=value).number("ChitchatReaches")


@pytest.mark.parametrize(("values", "count"), [({}, 0), ({"List": None}, 0), ({"List": None}, None), ({"List": []}, 9)])
def test_an_empty_list_may_be_left_out(values: dict[str, object], count: int | None) -> None:
    """No entries may be said by an empty list, by null, or by nothing beside a count of none."""
    assert fields(**values).records("List", count=count) == ()


@pytest.mark.parametrize(("values", "count"), [({}, None), ({}, 3), ({"List": None}, 3), ({"List": {}}, 0), ({"List": [7]}, 1)])
def test_a_list_that_should_be_there_is_missed(values: dict[str, object], count: int | None) -> None:
    """A count without its list is not an empty library."""
    with pytest.raises(OutcomeUnknown, match="List is"):
        fields(**values).records("List", count=count)


def test_a_category_is_read_as_the_vendor_shows_it() -> None:
    """Id, parent, title and kind; fields that stand in no table are ignored."""
    row = category_row(fields(CategoryId=10508, ParentId=10506, Title="Daily greeting", MenuType=2, Status=1, New="x"))
    assert (row.id, row.parent, row.title, row.menu) == (10508, 10506, "Daily greeting", MenuType.PRESET)


def test_a_category_of_an_unknown_kind_is_left_alone() -> None:
    """A MenuType that nobody documents counts as preset, which is neither renamed nor deleted; none is an ordinary one."""
    assert category_row(fields(CategoryId=1, MenuType=9)).menu is MenuType.PRESET
    assert category_row(fields(CategoryId=1)).menu is MenuType.ORDINARY
