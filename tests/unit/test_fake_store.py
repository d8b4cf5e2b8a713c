"""The in-memory library does what it says, so that tests built on it mean something."""

from dataclasses import replace

import pytest

from kbsync.commands import Command
from kbsync.errors import OutcomeUnknown, Rejected, RequestRefused, ServiceError, Throttled, Unreachable
from kbsync.messages import message
from kbsync.model import AnswerType, Category, Knowledge, MenuType, Question, Status
from kbsync.ports import Meter, Reader, Writer
from tests.fakes.store import FakeStore, Fault, Quirks, Write
from tests.unit.applying import PRESET, library, question, text

HOURS = question("q1", text("When do you open?", answer="At nine."))


def add(store: FakeStore, title: str, category: int = 10) -> None:
    store.add_question(question=title, answer=" Yes. ", answer_type=AnswerType.TEXT, category=category, similar=("b", "a"))


def test_it_is_reader_writer_and_meter() -> None:
    """One object stands for all three ports."""
    store = FakeStore()
    ports: tuple[Reader, Writer, Meter] = (store, store, store)
    assert ports[0].read() == Knowledge()
    assert ports[2].calls == {"desc_chitchat_category": 1, "list_chitchat": 1}


def test_it_starts_with_the_knowledge_and_gives_ids() -> None:
    """Ids that are there stay; the others come from the service."""
    store = FakeStore(Knowledge((Category(("A",)), Category(("A", "B"), id=7)), (Question(text("Q?", category=("A", "B"))),)))
    assert [category.id for category in store.knowledge().categories] == [10501, 7]
    assert store.knowledge().questions[0].id == "1400000000-@RBT#DeskDefaultRobot-0000000000010502"
    assert FakeStore(library(HOURS)).read() == library(HOURS)


def test_a_question_lives_through_its_calls() -> None:
    """Added, updated, given similar questions, disabled and deleted, each in the log."""
    store = FakeStore(library(more=[("Bar",)]))
    add(store, "New?")
    identifier = store.knowledge().questions[0].id or ""
    store.update_question(identifier, question="Newer?", answer="No.", answer_type=AnswerType.RICH, category=11)
    store.set_similar(identifier, ["c"])
    store.set_status([identifier], Status.DISABLED)
    expected = replace(text("Newer?", answer="No.", category=("Bar",), similar=("c",)), answer_type=AnswerType.RICH)
    assert store.knowledge().questions[0].content == replace(expected, status=Status.DISABLED)
    store.update_question(identifier)
    assert store.knowledge().questions[0].content == replace(expected, status=Status.DISABLED)
    store.delete_questions([identifier])
    assert store.knowledge().questions == ()
    assert store.writes[0] == Write(Command.ADD, ("New?", " Yes. ", AnswerType.TEXT, 10, ("b", "a")))
    assert [write.command for write in store.writes[1:]] == [
        Command.UPDATE,
        Command.UPDATE_SIMILAR,
        Command.BATCH_SET,
        Command.UPDATE,
        Command.BATCH_SET,
    ]


def test_categories_are_a_tree_of_two_levels() -> None:
    """A rename carries the paths below, a delete everything inside; a third level is refused."""
    store = FakeStore(library(HOURS))
    inner = store.add_category("Inner", parent=10)
    add(store, "Inside?", inner)
    with pytest.raises(RequestRefused):
        store.add_category("Third", parent=inner)
    store.rename_category(10, "Store")
    assert {entry.content.category for entry in store.knowledge().questions} == {("Store",), ("Store", "Inner")}
    store.delete_category(10)
    assert store.knowledge() == Knowledge((Category(PRESET, id=1, menu=MenuType.PRESET),))


@pytest.mark.parametrize(
    "write",
    [
        lambda store: store.rename_category(1, "Mine"),
        lambda store: store.delete_category(1),
        lambda store: store.delete_category(404),
        lambda store: store.set_similar("nobody", []),
        lambda store: store.set_status(["q1", "nobody"], Status.DISABLED),
        lambda store: store.delete_questions(["q1", "nobody"]),
        lambda store: add(store, "New?", 404),
        lambda store: store.update_question("q1", category=404),
    ],
)
def test_what_cannot_be_is_refused_whole(write: object) -> None:
    """Presets, unknown ids and half-good batches change nothing."""
    store = FakeStore(library(HOURS))
    assert callable(write)
    with pytest.raises(Rejected, match="refused"):
        write(store)
    assert store.knowledge() == library(HOURS)


def test_quirks_play_the_open_questions_of_the_service() -> None:
    """Trimmed text, an ignored answer type, another first status, refused duplicates, an incomplete listing."""
    quirks = Quirks(refuse_duplicates=True, ignore_answer_type_0=True, trim=True, add_status=Status.DISABLED, complete=False)
    rich = replace(HOURS, content=replace(HOURS.content, answer_type=AnswerType.RICH))
    store = FakeStore(library(rich), quirks=quirks)
    add(store, " New?")
    store.update_question("q1", answer_type=AnswerType.TEXT, question=HOURS.content.question)
    assert not store.read().complete
    assert store.read().questions[0].content.answer_type is AnswerType.RICH
    assert store.read().questions[1].content == replace(text("New?", answer="Yes.", similar=("a", "b")), status=Status.DISABLED)
    with pytest.raises(RequestRefused):
        store.update_question("q1", question="New?")
    with pytest.raises(RequestRefused):
        store.add_category("Shop", parent=None)


def test_lag_shows_the_past() -> None:
    """That many reads after a write still show the library before it."""
    store = FakeStore(library(), quirks=Quirks(lag=2))
    store.delete_category(10)
    assert [len(store.read().categories) for _ in range(3)] == [2, 2, 1]


@pytest.mark.parametrize(
    ("fault", "error", "happened"),
    [
        (Fault.LOST, OutcomeUnknown, True),
        (Fault.LOST_UNDONE, OutcomeUnknown, False),
        (Fault.REFUSED, RequestRefused, False),
        (Fault.UNREACHABLE, Unreachable, False),
        (Fault.THROTTLED, Throttled, False),
        (Fault.STRANGE, ServiceError, False),
    ],
)
def test_a_fault_strikes_at_its_write(fault: Fault, error: type[ServiceError], *, happened: bool) -> None:
    """The second write meets the fault, the others do not."""
    store = FakeStore(library(), faults={2: fault})
    add(store, "One?")
    with pytest.raises(error):
        add(store, "Two?")
    add(store, "Three?")
    assert len(store.knowledge().questions) == (3 if happened else 2)
    assert (store.throttled, store.calls["add_chitchat"]) == (int(fault is Fault.THROTTLED), 3)


def test_a_read_can_fail() -> None:
    """The read with that number raises what it is told."""
    store = FakeStore(read_faults={2: Unreachable(message("no connection"), command=Command.LIST)})
    store.read()
    with pytest.raises(Unreachable):
        store.read()
    store.read()


def test_somebody_else_can_edit() -> None:
    """A console edit shows in the library and nowhere else, and meets no fault."""
    store = FakeStore(library(), faults={1: Fault.REFUSED})
    heard: list[int] = []
    store.before_write = heard.append
    store.edit(lambda fake: add(fake, "Mine?"))
    assert len(store.knowledge().questions) == 1
    assert (store.writes, dict(store.calls), heard) == ([], {}, [])
