"""The session calls: spelled as documented, tolerant of the vendor's contradictions, nothing sent twice."""

import httpx
import pytest

from kbsync.desk.answers import Fields
from kbsync.desk.sessions import LONGEST, SessionReader, SessionWriter
from kbsync.dialogue import ChatMessage, FinishedSession, MessagePart, Role, Session, SessionState, oddities
from kbsync.errors import Misuse, NoSuchSession, OutcomeUnknown, RequestRefused
from tests.fakes.desk_script import Reply, Script, connect

SESSION = "b0f4ca12-4850-4218-a284-efe679a87066"


def service(**replies: list[Reply]) -> tuple[SessionReader, SessionWriter, Script]:
    """A reader, a writer, and what they talk to."""
    script = Script(replies)
    transport = connect(script)
    return SessionReader(transport), SessionWriter(transport), script


@pytest.mark.parametrize(
    ("word", "state"),
    [
        ("NotInSession", SessionState.NOT_IN_SESSION),
        ("Not in session", SessionState.NOT_IN_SESSION),
        ("Chatbot", SessionState.CHATBOT),
        ("WaitingForAgentAnswering", SessionState.WAITING_FOR_AGENT),
        ("Queueing", SessionState.QUEUEING),
        ("Queuing", SessionState.QUEUEING),
        ("Agent", SessionState.AGENT),
    ],
)
def test_each_spelling_of_a_state_is_known(word: str, state: SessionState) -> None:
    """The Chinese and the English page spell two states differently, and both are read."""
    reader, _, script = service(get_session_state=[{"SessionId": SESSION, "CurrentState": word, "AgentId": ""}])
    assert reader.state(session=SESSION) == Session(SESSION, state)
    assert script.asked == [("get_session_state", {"SessionId": SESSION})]


def test_a_session_is_found_by_its_two_accounts() -> None:
    """The client and the customer service account name a session too; its agent is told."""
    reader, _, script = service(get_session_state=[{"SessionId": "s", "CurrentState": "Agent", "AgentId": "test@qq.com"}])
    assert reader.state(client_user="user1", customer_service="@cs") == Session("s", SessionState.AGENT, "test@qq.com")
    assert script.asked[0][1] == {"ClientUserId": "user1", "CustomerServiceId": "@cs"}


@pytest.mark.parametrize("names", [{}, {"client_user": "u"}, {"session": "s", "client_user": "u"}])
def test_a_session_that_is_not_named_clearly_is_misuse(names: dict[str, str]) -> None:
    """Neither form, half a form and both forms are refused before any call."""
    reader, _, script = service()
    with pytest.raises(Misuse):
        reader.state(**names)
    assert script.asked == []


def test_an_unknown_state_is_named() -> None:
    """A state that nobody documents is not guessed at: somebody may be reading the session."""
    reader, _, _ = service(get_session_state=[{"SessionId": "s", "CurrentState": "Dreaming"}])
    with pytest.raises(OutcomeUnknown, match="CurrentState is 'Dreaming'"):
        reader.state(session="s")


@pytest.mark.parametrize("code", [141005, 141006, 141010])
def test_a_session_that_is_over_is_told(code: int) -> None:
    """The three codes for a missing session are one meaning."""
    reader, _, _ = service(describe_chat_messages=[code])
    with pytest.raises(NoSuchSession):
        reader.messages("s")


def test_messages_are_read_as_the_vendor_shows_them() -> None:
    """The example of the vendor's page: milliseconds become seconds, the roles have names."""
    element = {"MsgContent": {"Text": "hello"}, "MsgType": "TIMTextElem"}
    entry = {"FromAccount": "8618655061639", "FromAccountRole": 1, "MsgBody": [element], "Timestamp": 1730939030138}
    reader, _, script = service(describe_chat_messages=[{"Messages": [entry], "TotalCount": 26}])
    total, messages = reader.messages(SESSION, limit=50, offset=3, oldest_first=True)
    assert total == 26
    assert messages == (ChatMessage("8618655061639", Role.USER, (MessagePart("TIMTextElem", "hello"),), 1730939030.138),)
    assert script.asked[0][1] == {"SessionId": SESSION, "Limit": 50, "Offset": 3, "Order": 1}


@pytest.mark.parametrize(
    ("told", "seconds"),
    [
        (1730939030138, 1730939030.138),
        ("1730939030138", 1730939030.138),
        (1730939030138000, 1730939030.138),
        (1730939030138000000, 1730939030.138),
        (0, 0.0),
    ],
)
def test_times_are_read_in_the_unit_in_which_they_fit(told: object, seconds: float) -> None:
    """Milliseconds are documented; what would lie beyond the calendar is of a finer unit."""
    reader, _, _ = service(describe_chat_messages=[{"Messages": [{"MsgBody": [], "Timestamp": told}], "TotalCount": 1}])
    assert reader.messages("s")[1][0].sent_at == seconds


@pytest.mark.parametrize("told", [10**30, int("9" * 400), -1, "1e3", float("inf"), float("nan")])
def test_what_is_no_time_is_named(told: object) -> None:
    """A number that no calendar has is an answer of another shape, and no traceback."""
    with pytest.raises(OutcomeUnknown, match="Timestamp is"):
        Fields("x", {"Timestamp": told}).moment("Timestamp")


@pytest.mark.no_cover
@pytest.mark.parametrize(
    ("field", "told", "read"),
    [
        ("Timestamp", "yesterday", ("a", Role.USER, "hello", None)),
        ("Timestamp", None, ("a", Role.USER, "hello", None)),
        ("FromAccountRole", "user", ("a", Role.OTHER, "hello", 1.0)),
        ("FromAccount", 7.5, ("", Role.USER, "hello", 1.0)),
        ("MsgBody", "hello", ("a", Role.USER, "", 1.0)),
    ],
)
def test_an_odd_message_hides_no_other(field: str, told: object, read: tuple[object, ...]) -> None:
    """What can be read of it is shown, with the field that could not, and all others as they are."""
    element = {"MsgContent": {"Text": "hello"}, "MsgType": "TIMTextElem"}
    usual: dict[str, object] = {"FromAccount": "a", "FromAccountRole": 1, "MsgBody": [element], "Timestamp": 1000}
    reader, _, _ = service(describe_chat_messages=[{"Messages": [usual, usual | {field: told}], "TotalCount": 2}])
    first, odd = reader.whole("s")
    assert (odd.account, odd.role, odd.text, odd.sent_at) == read
    [note] = oddities("s", [first, odd])
    assert str(note).startswith("Message 2 of session s is shown as far as it can be read. ")
    assert f"{field} is" in str(note)


@pytest.mark.parametrize("told", [None, 7, []])
def test_what_is_no_message_hides_no_other(told: object) -> None:
    """It is shown without a time, and an answer that counts messages and brings no list is still of another shape."""
    reader, _, _ = service(describe_chat_messages=[{"Messages": [told, {"Timestamp": 1000}], "TotalCount": 2}])
    assert [each.sent_at for each in reader.whole("s")] == [None, 1.0]
    reader, _, _ = service(describe_chat_messages=[{"Messages": "none", "TotalCount": 2}])
    with pytest.raises(OutcomeUnknown, match="Messages is"):
        reader.messages("s")


@pytest.mark.parametrize("told", [int("9" * 400), 1e300, float("inf"), float("nan")])
def test_a_number_without_bounds_is_named(told: object) -> None:
    """So is a score that is no number of a usual size."""
    with pytest.raises(OutcomeUnknown, match="ChitchatReaches is"):
        Fields("x", {"ChitchatReaches": told}).number("ChitchatReaches")


def test_a_session_without_an_end_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages that never stop coming end in words."""
    monkeypatch.setattr("kbsync.desk.sessions.MOST_MESSAGES", 250)
    page = [{"MsgBody": [], "Timestamp": 1}] * 100
    reader, _, script = service(describe_chat_messages=[{"Messages": page, "TotalCount": 10**9}])
    with pytest.raises(OutcomeUnknown, match="does not come to an end: 300 messages"):
        reader.whole("s")
    assert len(script.asked) == 3


def test_a_message_of_several_parts_keeps_their_kinds() -> None:
    """What is not text has a kind and no text; an unknown role, or a body of null, is no reason to stop."""
    parts = [
        {"MsgType": "TIMTextElem", "MsgContent": {"Text": "a\r\nb"}},
        {"MsgType": "TIMImageElem", "MsgContent": {"UUID": "x"}},
        {"MsgType": "TIMTextElem", "MsgContent": None},
        {"MsgType": "TIMTextElem", "MsgContent": {"Text": "c"}},
    ]
    entries = [{"FromAccountRole": 9, "MsgBody": parts, "Timestamp": 1}, {"MsgBody": None, "Timestamp": 1}]
    reader, _, script = service(describe_chat_messages=[{"Messages": entries, "TotalCount": 2}])
    _, (first, second) = reader.messages("s")
    assert (first.role, first.text) == (Role.OTHER, "a\nb\nc")
    assert [part.kind for part in first.parts] == ["TIMTextElem", "TIMImageElem", "TIMTextElem", "TIMTextElem"]
    assert (second.parts, second.text) == ((), "")
    assert script.asked[0][1]["Order"] == 2


def test_finished_sessions_are_listed() -> None:
    """Sessions that ended between two moments, asked in whole seconds."""
    entry = {
        "SessionId": "s",
        "ClientUserId": "u",
        "AgentId": "a",
        "EndStatus": "AgentEndedSession",
        "Timestamp": 1730939030,
        "Duration": 61,
    }
    reader, _, script = service(describe_im_cdr_list=[{"TotalCount": 2, "IMCdrList": [entry, {"SessionId": "t"}]}])
    total, (first, second) = reader.finished(1.9, 99.9, limit=100, offset=1)
    assert total == 2
    assert first == FinishedSession("s", "a")
    assert second == FinishedSession("t", "")
    assert script.asked[0][1] == {"StartTimestamp": 1, "EndTimestamp": 99, "Limit": 100, "Offset": 1}


def test_a_message_is_streamed_as_the_vendor_shows_it() -> None:
    """The first piece gets a key, the next ones repeat it, the last one says that it is the last."""
    _, writer, script = service(send_stream_msg=[{"MsgKey": "124_16"}, {}])
    assert writer.stream(SESSION, ["Hello, ", "this is ", "Tencent Cloud."]) == "124_16"
    assert [body for _, body in script.asked] == [
        {"SessionId": SESSION, "Chunk": "Hello, "},
        {"SessionId": SESSION, "Chunk": "this is ", "MsgKey": "124_16"},
        {"SessionId": SESSION, "Chunk": "Tencent Cloud.", "MsgKey": "124_16", "Finish": 1},
    ]


def test_a_single_piece_needs_no_key() -> None:
    """A message of one piece, even an empty one, may come without a key; a first of several may not."""
    _, writer, script = service(send_stream_msg=[{}])
    assert writer.stream("s", []) == ""
    assert script.asked[0][1] == {"SessionId": "s", "Chunk": "", "Finish": 1}
    with pytest.raises(OutcomeUnknown, match="MsgKey"):
        writer.send("s", "first")


def test_a_lost_piece_is_not_sent_again() -> None:
    """A chunk that may have arrived would be read twice."""
    _, writer, script = service(send_stream_msg=[httpx.ReadTimeout("late"), {}])
    with pytest.raises(OutcomeUnknown):
        writer.send("s", "chunk")
    assert len(script.asked) == 1


def test_a_message_that_is_too_long_is_not_begun() -> None:
    """The limit counts bytes of the whole message, before the first piece is sent; right at the limit it goes."""
    _, writer, script = service(send_stream_msg=[{"MsgKey": "k"}])
    with pytest.raises(RequestRefused, match="12288"):
        writer.stream("s", ["好" * 2048, "好" * 2049])
    with pytest.raises(RequestRefused):
        writer.send("s", "x" * (LONGEST + 1))
    assert script.asked == []
    assert writer.stream("s", ["好" * 4096]) == "k"
