"""The sandbox's commands that write questions, under the default switches and under each other reading."""

import pytest

from kbsync.commands import Command
from tests.fakes.caller import Caller
from tests.fakes.console import Console

ADD, UPDATE, SIMILAR, BATCH = Command.ADD, Command.UPDATE, Command.UPDATE_SIMILAR, Command.BATCH_SET
PRESETS = 8
GOOD = {"CategoryId": 10513, "Question": "Q", "Answer": "A"}


def preset(caller: Caller) -> str:
    """The id of a preset question."""
    return Console(caller.service).question("Hello")


def status(caller: Caller, identifier: str) -> object:
    """A question's status, None when it is gone."""
    question = caller.question(identifier)
    return question and question["status"]


def test_an_added_question_is_live_at_once_and_no_id_comes_back() -> None:
    """add_chitchat answers the bare envelope, and the question is in the library as it was sent."""
    caller = Caller()
    answer = caller.call(ADD, **GOOD, AnswerType=2, SimilarQuestions=["Q1", "Q2"])
    assert answer == {"ActionStatus": "OK", "ErrorInfo": "", "ErrorCode": 0}
    added = caller.questions()[-1]
    assert str(added.pop("id")).startswith("1400000000-@RBT#DeskDefaultRobot-")
    assert added == {
        "question": "Q",
        "answer": "A",
        "answer_type": 2,
        "category": 10513,
        "path": ["Update of small talk library categorization"],
        "status": 4,
        "preset": False,
        "similar": ["Q1", "Q2"],
    }


def test_ids_are_the_same_in_every_new_sandbox() -> None:
    """Ids have the vendor's shape, differ from each other, and do not depend on chance."""
    one, two = Caller(), Caller()
    ids = [one.add("Q"), one.add("R")]
    assert ids == [two.add("Q"), two.add("R")]
    assert len({str(each["id"]) for each in one.questions()}) == PRESETS + 2
    letters = ids[0].removeprefix("1400000000-@RBT#DeskDefaultRobot-")
    assert len(letters) == 16
    assert letters.isalnum()


@pytest.mark.parametrize(
    "fields",
    [
        {"CategoryId": "10513"},
        {"CategoryId": True},
        {"CategoryId": 2**63},
        {"Question": ""},
        {"Question": None},
        {"Question": "\ud800"},
        {"Answer": 5},
        {"AnswerType": 1},
        {"AnswerType": 2.0},
        {"SimilarQuestions": "Q1"},
        {"SimilarQuestions": [""]},
        {"SimilarQuestions": [1]},
    ],
)
def test_parameters_of_the_wrong_type_are_refused(fields: dict[str, object]) -> None:
    """A field that breaks the rules of its page is −7 and adds nothing."""
    caller = Caller()
    assert caller.code(ADD, **(GOOD | fields)) == -7
    assert len(caller.questions()) == PRESETS


@pytest.mark.parametrize("name", list(GOOD))
def test_a_question_needs_category_text_and_answer(name: str) -> None:
    """Without one of the three nothing is added."""
    assert Caller().code(ADD, **{key: value for key, value in GOOD.items() if key != name}) == -7


def test_categories_that_may_take_no_questions() -> None:
    """An unknown category never takes one; the "all" entry, presets and parents as the switches say."""
    for category, words, expected in [
        (1, [], -50003),
        (1, ["unknown-resource=parameters"], -7),
        (10507, [], -7),
        (10507, ["question-in-all=allow"], 0),
        (10508, [], 0),
        (10508, ["question-in-preset=refuse"], -7),
        (10506, [], 0),
        (10506, ["question-in-parent=refuse"], -7),
    ]:
        assert Caller(*words).code(ADD, **(GOOD | {"CategoryId": category})) == expected


def test_add_switches() -> None:
    """A new question may be disabled, its id answered, the library full, its texts too long."""
    caller = Caller("add-returns-id=yes", "add-status=5", "library-max=9")
    answer = caller.call(ADD, **GOOD)
    assert status(caller, answer["StandardQuestionId"]) == 5
    assert caller.code(ADD, **(GOOD | {"Question": "R"})) == -7
    assert Caller("question-max=3").code(ADD, **(GOOD | {"Question": "four"})) == -7
    assert Caller("question-max=3").code(ADD, **GOOD, SimilarQuestions=["four"]) == -7
    assert Caller("answer-max=3").code(ADD, **(GOOD | {"Answer": "four"})) == -7


def test_two_questions_with_one_text() -> None:
    """A repeated question is a second one, a refusal, or a change of the first."""
    for word, expected, answers in [("allow", 0, ["A", "B"]), ("refuse", -7, ["A"]), ("merge", 0, ["B"])]:
        caller = Caller(f"duplicates={word}")
        caller.add("Q", Answer="A")
        assert caller.code(ADD, **(GOOD | {"Answer": "B"})) == expected
        assert [each["answer"] for each in caller.questions()[PRESETS:]] == answers


def test_a_rename_onto_another_text_follows_the_duplicate_switch() -> None:
    """A question may always be sent its own text again; another's text only where duplicates are allowed."""
    caller = Caller("duplicates=refuse")
    mine, _ = caller.add("Q"), caller.add("R")
    assert caller.code(UPDATE, StandardQuestionId=mine, Question="Q") == 0
    assert caller.code(UPDATE, StandardQuestionId=mine, Question="R") == -7
    assert caller.code(UPDATE, StandardQuestionId=mine, Question="S") == 0


def test_similar_questions_of_two_questions() -> None:
    """A text that another question says already is refused by the switch, on every way in."""
    caller = Caller("similar-duplicates=refuse")
    mine = caller.add("Q", SimilarQuestions=["Q1"])
    assert caller.code(ADD, **(GOOD | {"Question": "Q1"})) == -7
    assert caller.code(ADD, **(GOOD | {"Question": "R", "SimilarQuestions": ["Q"]})) == -7
    other = caller.add("R")
    assert caller.code(SIMILAR, StandardQuestionId=other, SimilarQuestions=["Q1"]) == -7
    assert caller.code(UPDATE, StandardQuestionId=other, Question="Q1") == -7
    assert caller.code(SIMILAR, StandardQuestionId=mine, SimilarQuestions=["Q1", "Q2"]) == 0


def test_an_update_changes_what_is_given_and_keeps_the_rest() -> None:
    """Left-out and empty fields stay as they are; status and similar questions are never touched."""
    caller = Caller()
    mine = caller.add("Q", SimilarQuestions=["Q1"], AnswerType=2)
    Console(caller.service).edit_question(mine, status=5)
    before = caller.question(mine)
    assert before is not None
    assert caller.code(UPDATE, StandardQuestionId=mine, Question="", Answer="") == 0
    assert caller.question(mine) == before
    assert caller.code(UPDATE, StandardQuestionId=mine, Question="R", Answer="B", AnswerType=0, CategoryId=10508) == 0
    changed = {"question": "R", "answer": "B", "answer_type": 0, "category": 10508}
    assert caller.question(mine) == before | changed | {"path": ["System preset category", "Daily greeting"]}


def test_update_switches() -> None:
    """AnswerType 0 and empty texts may mean something else, presets may be closed, an update may enable."""
    caller = Caller("answer-type-zero-ignored=yes", "update-reenables=yes", "empty-text=stored", "preset-update=refuse")
    mine = caller.add("Q", AnswerType=2)
    caller.code(BATCH, StandardQuestionIds=[mine], Status=5)
    assert caller.code(UPDATE, StandardQuestionId=mine, Answer="", AnswerType=0) == 0
    question = caller.question(mine)
    assert question
    assert (question["answer"], question["answer_type"], question["status"]) == ("", 2, 4)
    assert caller.code(UPDATE, StandardQuestionId=preset(caller), Answer="B") == -50011
    assert caller.code(SIMILAR, StandardQuestionId=preset(caller), SimilarQuestions=[]) == -50011
    caller = Caller("empty-text=refused")
    assert caller.code(UPDATE, StandardQuestionId=preset(caller), Answer="") == -7


def test_an_update_needs_a_question_and_a_category_that_exist() -> None:
    """Unknown and deleted ids are refused, an unknown category too, and presets can be changed."""
    caller = Caller()
    gone = caller.add("Q")
    Console(caller.service).delete_question(gone)
    for command, fields in ((UPDATE, {"Answer": "B"}), (SIMILAR, {"SimilarQuestions": []})):
        assert caller.code(command, StandardQuestionId="nobody", **fields) == -50003
        assert caller.code(command, StandardQuestionId=gone, **fields) == -50003
    assert caller.code(UPDATE, StandardQuestionId=preset(caller), CategoryId=1) == -50003
    assert caller.code(UPDATE, StandardQuestionId=preset(caller), Answer="B") == 0


def test_similar_questions_are_replaced_as_a_whole() -> None:
    """The list is the state afterwards, in the order sent, and an empty one clears it."""
    caller = Caller()
    mine = caller.add("Q", SimilarQuestions=["old"])
    for texts in (["b", "a", "b"], []):
        assert caller.code(Command.UPDATE_SIMILAR_OLD, StandardQuestionId=mine, SimilarQuestions=texts) == 0
        assert (caller.question(mine) or {})["similar"] == texts
    assert caller.code(SIMILAR, StandardQuestionId=mine) == -7


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("similar-order=sorted", ["a", "b", "b"]),
        ("similar-order=reversed", ["b", "a", "b"]),
        ("similar-repeats=dropped", ["b", "a"]),
        ("similar-repeats=refused", ["old"]),
        ("similar-max=2", ["old"]),
    ],
)
def test_similar_switches(word: str, expected: list[str]) -> None:
    """Order, repeats and number of similar questions follow the switches; a refusal keeps the old ones."""
    caller = Caller(word)
    mine = caller.add("Q", SimilarQuestions=["old"])
    caller.call(SIMILAR, StandardQuestionId=mine, SimilarQuestions=["b", "a", "b"])
    assert (caller.question(mine) or {})["similar"] == expected


def test_leaving_the_list_out_may_clear_or_keep_it() -> None:
    """Two more readings of a similar-question call without its list."""
    for word, expected in (("cleared", []), ("kept", ["old"])):
        caller = Caller(f"omitted-similar={word}")
        mine = caller.add("Q", SimilarQuestions=["old"])
        assert caller.code(SIMILAR, StandardQuestionId=mine) == 0
        assert (caller.question(mine) or {})["similar"] == expected


@pytest.mark.parametrize(
    ("word", "sent", "kept"),
    [
        ("none", " e\u0301\r\n ", " e\u0301\r\n "),
        ("trim", " e\u0301\r\n ", "e\u0301"),
        ("line-ends", "a\r\nb\rc", "a\nb\nc"),
        ("nfc", "e\u0301", "\u00e9"),
    ],
)
def test_texts_may_be_stored_otherwise(word: str, sent: str, kept: str) -> None:
    """The service may trim, unify line ends or compose letters before it stores a text."""
    caller = Caller(f"normalise={word}")
    identifier = caller.add("Q", Answer=sent)
    assert (caller.question(identifier) or {})["answer"] == kept


def test_a_batch_sets_many_and_repeats_freely() -> None:
    """4, 5 and 6 enable, disable and delete; a second time changes nothing; a deleted question stays deleted."""
    caller = Caller()
    ids = [caller.add("Q"), caller.add("R")]
    for wanted, expected in ((5, 5), (5, 5), (4, 4), (6, None), (6, None)):
        assert caller.code(BATCH, StandardQuestionIds=[*ids, ids[0]], Status=wanted) == 0
        assert [status(caller, each) for each in ids] == [expected, expected]
    assert caller.code(BATCH, StandardQuestionIds=ids, Status=4) == -50003
    assert caller.code(BATCH, StandardQuestionIds=ids, Status=7) == -7
    assert caller.code(BATCH, StandardQuestionIds=[], Status=4) == -7


def test_one_unknown_id_in_a_batch() -> None:
    """A batch with an unknown id does nothing, or the rest in silence, or the rest with an error."""
    for word, expected, after in [("all-or-nothing", -50003, 4), ("partial", 0, 5), ("partial-error", -50003, 5)]:
        caller = Caller(f"batch-unknown={word}")
        mine = caller.add("Q")
        assert caller.code(BATCH, StandardQuestionIds=[mine, "nobody", "nothing"], Status=5) == expected
        assert status(caller, mine) == after
        assert caller.service.log[-1].outcome == ("ok" if expected == 0 else "-50003")


def test_batch_switches() -> None:
    """Batches may be small, empty ones fine, repeats refused, presets closed, deleted questions brought back."""
    caller = Caller("batch-max=1", "batch-empty=allow", "batch-repeat=refuse", "preset-status=refuse", "undelete=allow")
    mine = caller.add("Q", category=Console(caller.service).add_category("New"))
    assert caller.code(BATCH, StandardQuestionIds=[], Status=4) == 0
    assert caller.code(BATCH, StandardQuestionIds=["a", "b"], Status=4) == -7
    assert caller.code(BATCH, StandardQuestionIds=[mine], Status=4) == -7
    assert caller.code(BATCH, StandardQuestionIds=[preset(caller)], Status=5) == -50011
    assert caller.code(BATCH, StandardQuestionIds=[mine], Status=6) == 0
    assert caller.code(BATCH, StandardQuestionIds=[mine], Status=4) == 0
    assert status(caller, mine) == 4
    Console(caller.service).delete_category(Console(caller.service).category("New"))
    assert caller.code(BATCH, StandardQuestionIds=[mine], Status=4) == -50003
