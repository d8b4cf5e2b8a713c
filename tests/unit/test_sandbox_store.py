"""The sandbox's file: kept, shared, refused when it is none; and the console's hand in it."""

import json
import sqlite3
import threading
from contextlib import suppress
from pathlib import Path

import pytest

from kbsync.commands import Command
from kbsync.errors import UnusableFile
from kbsync.sandbox.library import Database
from kbsync.sandbox.service import Service
from tests.fakes.caller import Caller
from tests.fakes.clock import FakeClock
from tests.fakes.console import Console, snapshot

ADD = {"CategoryId": 10513, "Question": "Q", "Answer": "A"}


def open_at(path: Path) -> Caller:
    """A caller of the sandbox in that file."""
    caller = Caller()
    caller.service = Service(path, clock=caller.clock)
    return caller


def test_a_sandbox_is_kept_in_its_file(tmp_path: Path) -> None:
    """What one run wrote the next one finds, directories being made on the way."""
    path = tmp_path / "deep" / "sandbox.db"
    first = open_at(path)
    first.add("Q")
    written = snapshot(first.service)
    first.service.close()
    assert snapshot(open_at(path).service) == written != snapshot(Caller().service)


def test_two_processes_share_library_and_limit(tmp_path: Path) -> None:
    """A second service on the file sees the first one's writes and is held to the same budget of calls."""
    one, two = open_at(tmp_path / "s.db"), open_at(tmp_path / "s.db")
    replies = [caller.send(caller.request(Command.ADD, ADD)) for caller in (one, two, one, two, one, two)]
    assert [json.loads(reply.body)["ErrorCode"] for reply in replies] == [0, 0, 0, 0, 0, -14]
    assert len({str(each["id"]) for each in two.questions()}) == 8 + 5


def test_many_threads_make_no_two_questions_one() -> None:
    """Calls from several threads are carried out one after another and each is logged."""
    caller = Caller()
    requests = [caller.request(Command.ADD, ADD), caller.request(Command.DESC_CATEGORY)] * 5
    threads = [threading.Thread(target=caller.send, args=(request,)) for request in requests]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({str(each["id"]) for each in caller.questions()}) == 8 + 5
    assert [each.outcome for each in caller.service.log] == ["ok"] * 10


def test_reset_brings_the_example_back() -> None:
    """Edits, counters, messages and the call budget are as in a new sandbox; the log stays."""
    caller = Caller()
    caller.add("Q")
    caller.service.reset()
    assert snapshot(caller.service) == snapshot(Caller().service)
    assert caller.add("Q") == Caller().add("Q")
    assert len(caller.service.log) == 2


@pytest.mark.parametrize("content", [b"this is no database, however long it is" * 99, None])
def test_a_file_that_is_no_sandbox_is_refused(tmp_path: Path, content: bytes | None) -> None:
    """Another kind of file, and another program's database, are named and left as they are."""
    path = tmp_path / "other.db"
    if content is None:
        other = sqlite3.connect(path)
        other.execute("CREATE TABLE theirs(x)")
        other.close()
    else:
        path.write_bytes(content)
    before = path.read_bytes()[100:]
    with pytest.raises(UnusableFile, match=r"other\.db cannot be opened") as raised:
        Service(path, clock=FakeClock())
    assert "Move the file away" in str(raised.value.hint)
    assert path.read_bytes()[100:] == before


def test_a_directory_is_no_sandbox_either(tmp_path: Path) -> None:
    """A path that can be no file is refused in words."""
    with pytest.raises(UnusableFile, match="cannot be opened"):
        Service(tmp_path, clock=FakeClock())


def test_a_failed_transaction_leaves_nothing() -> None:
    """An exception takes back everything of its transaction."""
    database = Database(None)
    with suppress(ZeroDivisionError), database.transaction():
        assert database.count("question") / 0
    with database.transaction():
        assert database.count("question") == 1


def test_the_console_edits_as_people_do() -> None:
    """Categories and questions are added, changed and deleted at once, without any call."""
    caller = Caller("category-titles=refuse", "question-max=1")
    console = Console(caller.service)
    shipping = console.add_category("Shipping")
    returns = console.add_category("Returns", parent=shipping)
    question = console.add_question("Where?", "Here.", category=returns, similar=["Whither?"], answer_type=2, status=5)
    console.rename_category(returns, "Refunds")
    console.edit_question(question, answer="There.", status=4, similar=[])
    edited = caller.question(question)
    assert edited is not None
    assert (edited["answer"], edited["status"], edited["similar"], edited["answer_type"]) == ("There.", 4, [], 2)
    assert edited["path"] == ["Shipping", "Refunds"]
    assert (console.category("Shipping", "Refunds"), console.question("Where?")) == (returns, question)
    other = console.add_question("How?", "So.", category=returns)
    console.delete_question(other)
    console.delete_category(returns)
    assert snapshot(caller.service)["questions"] == snapshot(Caller().service)["questions"]
    assert caller.service.log == ()


def test_the_console_knows_what_does_not_exist() -> None:
    """Unknown and deleted things are KeyErrors."""
    console = Console(Caller().service)
    gone = console.question("Hello")
    console.delete_question(gone)
    with pytest.raises(KeyError):
        console.edit_question(gone, answer="A")
    with pytest.raises(KeyError):
        console.delete_question("nobody")
    with pytest.raises(KeyError):
        console.question("Hello")
    with pytest.raises(KeyError):
        console.category("Shipping")
    with pytest.raises(KeyError):
        console.delete_category(1)


def test_a_question_in_a_lost_category_has_no_path() -> None:
    """The snapshot shows orphans as what they are."""
    caller = Caller("delete-children=orphan")
    console = Console(caller.service)
    question = console.add_question("Q", "A", category=console.add_category("B", parent=console.add_category("A")))
    assert caller.code(Command.DEL_CATEGORY, CategoryId=console.category("A")) == 0
    assert (caller.question(question) or {})["path"] == ["B"]
    console.edit_question(question, category=1)
    assert (caller.question(question) or {})["path"] == []


def test_a_sandbox_that_is_in_use_is_left_where_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A lock that does not go away is told as that; nobody is told to move a library away that somebody works with."""
    path = tmp_path / "sandbox.db"
    monkeypatch.setattr("kbsync.sandbox.library.PATIENCE", 0.0)
    Service(path, clock=FakeClock()).close()
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("PRAGMA locking_mode = EXCLUSIVE")
    other.execute("BEGIN EXCLUSIVE")
    with pytest.raises(UnusableFile, match="locked") as raised:
        Service(path, clock=FakeClock())
    other.close()
    assert "Another kbsync is at work" in str(raised.value.hint)
