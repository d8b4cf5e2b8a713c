"""A drafted answer goes into a session only while the chatbot serves it, and a message that was begun is ended."""

import threading
from pathlib import Path

import httpx
import pytest

from kbsync.desk.sessions import LONGEST, SessionReader, SessionWriter
from kbsync.diagnostics import Location
from kbsync.dialogue import Session, SessionState
from kbsync.errors import NoSuchSession, OutcomeUnknown, RequestRefused, SafetyRefusal, UnusableFile
from kbsync.model import AnswerType, Question
from kbsync.usecases.session import Draft, Streamed, draft_of, look_first, read_draft, stream_draft
from tests.fakes.desk_script import Reply, Script, connect
from tests.unit.talk import question

PIECES = ("One. ", "Two. ", "Three.")
CHATBOT = {"CurrentState": "Chatbot"}
AGENT = {"CurrentState": "Agent", "AgentId": "kim"}
SENT = {"MsgKey": "k1"}


def streamed(states: list[Reply], sends: list[Reply], *, stop: bool = False) -> tuple[Streamed, list[tuple[object, object]]]:
    """How far three pieces came, and each call to send: its text, and whether it was the last."""
    script = Script({"get_session_state": states, "send_stream_msg": sends})
    transport, event = connect(script), threading.Event()
    if stop:
        event.set()
    done = stream_draft(SessionReader(transport), SessionWriter(transport), "s", chunks=PIECES, stop=event)
    return done, [(body["Chunk"], body.get("Finish")) for command, body in script.asked if command == "send_stream_msg"]


def test_an_answer_is_streamed_whole() -> None:
    """Piece by piece under one key, the state looked at before each, the last one marked."""
    done, sent = streamed([CHATBOT], [SENT])
    assert done == Streamed("k1", 3, 3, ended=True)
    assert done.whole
    assert sent == [("One. ", None), ("Two. ", None), ("Three.", 1)]


@pytest.mark.parametrize("state", [state for state in SessionState if state is not SessionState.CHATBOT])
def test_nothing_is_sent_where_no_chatbot_serves(state: SessionState) -> None:
    """In every other state the first look ends it, with the reason."""
    script = Script({"get_session_state": [{"CurrentState": state.value}]})
    transport = connect(script)
    with pytest.raises(SafetyRefusal, match=state.value) as refusal:
        stream_draft(SessionReader(transport), SessionWriter(transport), "s", chunks=PIECES, stop=threading.Event())
    assert script.commands() == ["get_session_state"]
    assert ("nobody" in str(refusal.value.reasons[0])) == (state is SessionState.NOT_IN_SESSION)


def test_a_person_who_comes_in_ends_the_message() -> None:
    """The rest is kept back, and the message is ended with a mark that shows it."""
    done, sent = streamed([CHATBOT, CHATBOT, AGENT], [SENT])
    assert done == Streamed("k1", 2, 3, ended=True, state=SessionState.AGENT)
    assert sent == [("One. ", None), ("Two. ", None), ("…", 1)]
    assert not done.whole


def test_a_message_that_cannot_be_ended_says_so() -> None:
    """Where even the mark is refused, the key is what is left."""
    done, _ = streamed([CHATBOT, AGENT], [SENT, 141005])
    assert done == Streamed("k1", 1, 3, ended=False, state=SessionState.AGENT)


def test_a_stop_ends_the_message() -> None:
    """Before the first piece nothing was begun, so nothing has to be ended."""
    done, sent = streamed([CHATBOT], [SENT], stop=True)
    assert (done, sent) == (Streamed("", 0, 3, ended=False), [])


@pytest.mark.parametrize("lost", [httpx.ReadTimeout("late"), 141002])
def test_a_piece_that_may_be_lost_ends_the_message(lost: Reply) -> None:
    """It is not sent again, because it would be read twice."""
    done, sent = streamed([CHATBOT], [SENT, lost, SENT])
    assert (done.sent, done.ended, type(done.problem)) == (1, True, OutcomeUnknown)
    assert sent == [("One. ", None), ("Two. ", None), ("…", 1)]


def test_a_state_that_cannot_be_read_ends_the_message() -> None:
    """Nobody knows who is reading, so nothing more is sent than the end."""
    done, sent = streamed([CHATBOT, 141004], [SENT])
    assert (done.sent, done.ended, type(done.problem)) == (1, True, RequestRefused)
    assert sent == [("One. ", None), ("…", 1)]


def test_a_last_piece_of_unknown_fate_is_left_alone() -> None:
    """It may have ended the message already."""
    done, sent = streamed([CHATBOT], [SENT, SENT, httpx.ReadTimeout("late")])
    assert (done.sent, done.ended, len(sent)) == (2, False, 3)


def test_a_first_piece_that_is_refused_is_an_error() -> None:
    """Nothing was sent, so the refusal is all there is to tell; a first piece that may have arrived is told as such."""
    with pytest.raises(NoSuchSession):
        streamed([CHATBOT], [141005])
    done, _ = streamed([CHATBOT], [httpx.ReadTimeout("late")])
    assert (done.key, done.sent, done.ended, type(done.problem)) == ("", 0, False, OutcomeUnknown)


def test_the_chatbot_alone_may_be_joined() -> None:
    """The first look passes without a word."""
    look_first(Session("s", SessionState.CHATBOT))


def test_a_declared_answer_becomes_a_draft() -> None:
    """A rich one loses its markup and says so; where it stands is told with it."""
    rich = question("Q", "<p>Yes</p>", answer_type=AnswerType.RICH)
    assert draft_of(rich) == Draft("Yes", "Q", rich=True)
    assert draft_of(Question(question("Q", "Yes").content, location=Location("a.yaml", 3))) == Draft("Yes", "a.yaml:3:1")


@pytest.mark.parametrize(
    ("data", "problem"), [(b" \n", "is empty"), (b"\xff", "is not UTF-8"), ("长".encode() * (LONGEST // 3 + 1), "at most")]
)
def test_a_file_that_is_no_answer_is_refused(data: bytes, problem: str, tmp_path: Path) -> None:
    """Before the service is reached."""
    path = tmp_path / "draft.txt"
    path.write_bytes(data)
    with pytest.raises(UnusableFile, match=problem):
        read_draft(path)


def test_a_file_is_read_as_knowledge_files_are(tmp_path: Path) -> None:
    """Line ends are LF, the last one is dropped, a byte order mark does not count; a missing file is named."""
    path = tmp_path / "draft.txt"
    path.write_bytes(b"\xef\xbb\xbfOne\r\nTwo\r\n")
    assert read_draft(path) == Draft("One\nTwo", path.as_posix())
    with pytest.raises(UnusableFile, match="No such file"):
        read_draft(tmp_path / "missing.txt")
