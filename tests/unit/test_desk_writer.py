"""Writing: one call a method, exactly the fields that are meant, repeated only where twice is the same as once."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from kbsync.desk.chitchat import DeskWriter
from kbsync.errors import OutcomeUnknown, RequestRefused, UnknownCommand
from kbsync.model import AnswerType, Status
from tests.fakes.desk_script import Reply, Script, connect

LOST = httpx.ReadTimeout("late")


def service(replies: Mapping[str, Sequence[Reply]]) -> tuple[DeskWriter, Script]:
    """A writer, and what it writes to."""
    script = Script(replies)
    return DeskWriter(connect(script)), script


def writer(**replies: Sequence[Reply]) -> tuple[DeskWriter, Script]:
    """The same, with the commands as keywords."""
    return service(replies)


WRITES: dict[str, tuple[Callable[[DeskWriter], object], dict[str, object]]] = {
    "update_chitchat_category": (lambda desk: desk.rename_category(7, "New"), {"CategoryId": 7, "Title": "New"}),
    "del_chitchat_category": (lambda desk: desk.delete_category(7), {"CategoryId": 7}),
    "add_chitchat": (
        lambda desk: desk.add_question(question="Q", answer="A", answer_type=AnswerType.RICH, category=7, similar=("S",)),
        {"CategoryId": 7, "Question": "Q", "Answer": "A", "AnswerType": 2, "SimilarQuestions": ["S"]},
    ),
    "update_chitchat": (
        lambda desk: desk.update_question("q", question="Q", answer="A", answer_type=AnswerType.TEXT, category=7),
        {"StandardQuestionId": "q", "Question": "Q", "Answer": "A", "AnswerType": 0, "CategoryId": 7},
    ),
    "update_similar_chitchat": (lambda desk: desk.set_similar("q", []), {"StandardQuestionId": "q", "SimilarQuestions": []}),
    "batch_set_chitchat": (
        lambda desk: desk.set_status(["a", "b"], Status.DISABLED),
        {"StandardQuestionIds": ["a", "b"], "Status": 5},
    ),
}


@pytest.mark.parametrize("command", WRITES)
def test_a_write_sends_what_the_vendor_documents(command: str) -> None:
    """Each method is one call with the documented fields."""
    write, body = WRITES[command]
    desk, script = service({command: [{}]})
    write(desk)
    assert script.asked == [(command, body)]


def test_deleting_questions_is_a_status() -> None:
    """Single questions are deleted by the batch call's status 6."""
    desk, script = writer(batch_set_chitchat=[{}])
    desk.delete_questions(["a"])
    assert script.asked == [("batch_set_chitchat", {"StandardQuestionIds": ["a"], "Status": 6})]


@pytest.mark.parametrize(
    "command", ["update_chitchat_category", "update_chitchat", "update_similar_chitchat", "batch_set_chitchat"]
)
def test_an_idempotent_write_outlives_a_lost_answer(command: str) -> None:
    """Setting a value twice is setting it once, so it is sent again."""
    desk, script = service({command: [LOST, {}]})
    WRITES[command][0](desk)
    assert script.commands() == [command, command]


@pytest.mark.parametrize("command", ["add_chitchat", "del_chitchat_category"])
def test_a_write_that_may_not_happen_twice_is_sent_once(command: str) -> None:
    """A create or a delete whose answer is lost is left to whoever can look."""
    desk, script = service({command: [LOST, {}]})
    with pytest.raises(OutcomeUnknown):
        WRITES[command][0](desk)
    assert script.commands() == [command]


def test_a_lost_deletion_of_questions_is_not_repeated() -> None:
    """The second try might be refused because the first one worked."""
    desk, script = writer(batch_set_chitchat=[LOST, {}])
    with pytest.raises(OutcomeUnknown):
        desk.delete_questions(["a"])
    assert len(script.asked) == 1


def test_fields_that_are_not_given_are_not_sent() -> None:
    """An update names only what it changes, and nothing is sent when it changes nothing."""
    desk, script = writer(update_chitchat=[{}])
    desk.update_question("q", answer="A")
    desk.update_question("q")
    assert script.asked == [("update_chitchat", {"StandardQuestionId": "q", "Answer": "A"})]


def test_an_empty_batch_costs_no_call() -> None:
    """No ids, no call: what the service makes of an empty list is not documented."""
    desk, script = writer()
    desk.set_status([], Status.ENABLED)
    desk.delete_questions([])
    assert script.asked == []


def test_the_name_of_the_similar_questions_call_is_found_out_once() -> None:
    """Where the newer name is not known the older one is used, from then on without asking."""
    desk, script = writer(update_similar_chitchat=[60009], update_chitchat_similar=[{}])
    desk.set_similar("q", ["x"])
    desk.set_similar("q", ["y"])
    assert script.commands() == ["update_similar_chitchat", "update_chitchat_similar", "update_chitchat_similar"]


def test_threads_find_out_the_name_without_harm() -> None:
    """Every thread's similar questions arrive under the name that the service knows."""
    desk, script = writer(update_chitchat_similar=[{}])
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: desk.set_similar(f"q{number}", []), range(40)))
    arrived = [body["StandardQuestionId"] for command, body in script.asked if command == "update_chitchat_similar"]
    assert sorted(map(str, arrived)) == sorted(f"q{number}" for number in range(40))


def test_an_unknown_name_on_both_pages_is_told() -> None:
    """When the service knows neither name the call fails, and both are tried again next time."""
    desk, script = writer()
    for _ in range(2):
        with pytest.raises(UnknownCommand, match="update_chitchat_similar"):
            desk.set_similar("q", [])
    assert len(script.asked) == 4


def test_a_name_that_stops_being_known_is_told() -> None:
    """The older name, once found, is not traded back in the middle of a run."""
    desk, _ = writer(update_chitchat_similar=[{}, 60009])
    desk.set_similar("q", [])
    with pytest.raises(UnknownCommand):
        desk.set_similar("q", [])


def test_another_refusal_is_not_taken_for_an_unknown_name() -> None:
    """Only an unknown command leads to the other name."""
    desk, script = writer(update_similar_chitchat=[-7])
    with pytest.raises(RequestRefused):
        desk.set_similar("q", [])
    assert len(script.asked) == 1


@pytest.mark.parametrize(("parent", "body"), [(None, {"Title": "T"}), (7, {"Title": "T", "ParentId": 7})])
def test_a_new_category_tells_its_id(parent: int | None, body: dict[str, object]) -> None:
    """The answer's CategoryId is returned; the first level is said by leaving the parent out."""
    desk, script = writer(add_chitchat_category=[{"CategoryId": 77}])
    assert desk.add_category("T", parent=parent) == 77
    assert script.asked == [("add_chitchat_category", body)]


def listed(*categories: tuple[int, int, str]) -> dict[str, object]:
    """A listing of categories: id, parent, title."""
    rows = [{"CategoryId": each, "ParentId": parent, "Title": title, "MenuType": 0} for each, parent, title in categories]
    return {"Total": len(rows), "List": rows}


def test_a_new_category_without_id_is_looked_up() -> None:
    """Where the answer tells no id, the one category of that title below that parent is it."""
    desk, _ = writer(add_chitchat_category=[{}], desc_chitchat_category=[listed((5, 0, "T"), (6, 7, "T"), (7, 0, "P"))])
    assert desk.add_category("T", parent=7) == 6


@pytest.mark.parametrize("found", [listed(), listed((5, 0, "T"), (6, 0, "T"))])
def test_a_new_category_that_cannot_be_told_is_unknown(found: dict[str, object]) -> None:
    """None or two of that title: the outcome is unknown, and not guessed."""
    desk, _ = writer(add_chitchat_category=[{}], desc_chitchat_category=[found])
    with pytest.raises(OutcomeUnknown, match="CategoryId is 'missing'"):
        desk.add_category("T", parent=None)


@pytest.mark.parametrize("then", [-7, -14, 60010, httpx.ConnectError("refused")])
def test_a_later_failure_does_not_settle_an_earlier_doubt(then: Reply) -> None:
    """A write whose first sending got no answer may have taken effect, whatever its repetition met."""
    desk, script = writer(update_chitchat=[LOST, then])
    with pytest.raises(OutcomeUnknown):
        desk.update_question("q", answer="A")
    assert len(script.asked) > 1


@pytest.mark.parametrize("look", [httpx.ConnectError("refused"), -14, 60010])
def test_a_new_category_that_cannot_be_looked_up_has_still_been_made(look: Reply) -> None:
    """Where the answer tells no id and the look-up fails, the outcome is open: nothing says that nothing happened."""
    desk, _ = writer(add_chitchat_category=[{}], desc_chitchat_category=[look])
    with pytest.raises(OutcomeUnknown):
        desk.add_category("New", parent=None)
