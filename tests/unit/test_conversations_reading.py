"""Transcripts are brought whole: page by page, by time or by name, and what is missing is said."""

import re
from collections.abc import Mapping
from pathlib import Path

import httpx
import pytest

from kbsync.conversations.transcripts import DAY, Asked, Period, decode_transcripts, encode_transcripts, listen
from kbsync.desk.sessions import SessionReader
from kbsync.errors import NoSuchSession, OutcomeUnknown, RequestRefused, UnusableFile
from kbsync.messages import message
from kbsync.ports import Silent
from kbsync.usecases.coverage import Collected, load_transcripts, read_sessions, read_span, save_transcripts
from tests.fakes.desk_script import Reply, Script, connect, fail, ok
from tests.unit.talk import week

MONTH = Period(0, 30 * DAY)


def card(name: str) -> dict[str, object]:
    """A finished session as the service lists it."""
    return {"SessionId": name, "AgentId": "kim" if name == "s0" else "", "Timestamp": 1}


def listing(count: int, *, longest: float = float("inf")) -> Reply:
    """A service that holds sessions, one a day, and refuses spans that are too long."""

    def reply(body: dict[str, int]) -> httpx.Response:
        start, end = body["StartTimestamp"], body["EndTimestamp"]
        if end - start > longest:
            return fail(141004)
        found = [card(f"s{day}") for day in range(count) if start <= day * DAY <= end]
        return ok(TotalCount=len(found), IMCdrList=found[body["Offset"] :][: body["Limit"]])

    return reply  # type: ignore[return-value]  # the bodies of these calls hold numbers alone


def talk(count: int, *, cap: int = 100) -> Reply:
    """A service with so many messages in each session, which gives at most ``cap`` at a time."""

    def reply(body: dict[str, int]) -> httpx.Response:
        entries = [{"FromAccount": "ann", "FromAccountRole": 1, "MsgBody": [], "Timestamp": at} for at in range(count)]
        return ok(TotalCount=count, Messages=entries[body["Offset"] :][: min(cap, body["Limit"])])

    return reply  # type: ignore[return-value]


def read(*, limit: int = 1000, span: Period = MONTH, **replies: Reply) -> tuple[Collected, Script]:
    """What a service tells of a span, and what it was asked."""
    script = Script({name: [reply] for name, reply in replies.items()})
    return read_span(SessionReader(connect(script)), span, limit=limit, progress=Silent(), label=message("reading")), script


def test_every_page_is_read() -> None:
    """Sessions and messages are read to the last page, a hundred at a time, oldest message first."""
    collected, script = read(span=Period(0, 1000 * DAY), describe_im_cdr_list=listing(120), describe_chat_messages=talk(130))
    assert [each.session for each in collected.transcripts] == [f"s{number}" for number in range(120)]
    assert all(
        [message.sent_at for message in each.messages] == [at / 1000 for at in range(130)] for each in collected.transcripts
    )
    assert script.commands().count("describe_im_cdr_list") == 2
    assert all(body["Order"] == 1 for command, body in script.asked if command == "describe_chat_messages")
    assert ([each.agent for each in collected.transcripts[:2]], collected.notes) == (["kim", ""], ())


def test_a_message_without_a_time_counts_with_the_one_before_it() -> None:
    """A time that is none hides neither the message nor its session: a note names it, and it is kept when it is saved."""
    odd = [{"FromAccount": "ann", "FromAccountRole": 1, "Timestamp": at} for at in (None, 5000, "soon")]

    def answer(_body: Mapping[str, object]) -> httpx.Response:
        return ok(TotalCount=3, Messages=odd)

    span, _ = read(describe_im_cdr_list=listing(1), describe_chat_messages=answer)
    script = Script({"describe_chat_messages": [answer]})
    named = read_sessions(SessionReader(connect(script)), ["s0"], progress=Silent(), label=message("reading"))
    for collected in (span, named):
        assert [str(note)[:9] for note in collected.notes] == ["Message 1", "Message 3"]
        assert [each.sent_at for each in listen(collected.transcripts, []) if isinstance(each, Asked)] == [5.0, 5.0, 5.0]
    kept = decode_transcripts(encode_transcripts(span.transcripts), shown_as="kept")
    assert [each.sent_at for each in kept[0].messages] == [None, 5.0, None]


def test_a_service_that_gives_less_than_asked_is_asked_again() -> None:
    """A page that is shorter than asked for is not the end."""
    collected, _ = read(describe_im_cdr_list=listing(1), describe_chat_messages=talk(7, cap=3))
    assert [len(each.messages) for each in collected.transcripts] == [7]


def test_a_count_that_is_never_reached_is_no_endless_loop() -> None:
    """An empty page ends the reading, whatever the count says."""
    short: Reply = {"TotalCount": 9, "Messages": [], "IMCdrList": []}
    collected, script = read(describe_im_cdr_list=short, describe_chat_messages=short)
    assert (collected.transcripts, len(script.asked)) == ((), 1)


def test_no_more_sessions_are_read_than_wanted() -> None:
    """The rest is named with the limit that would read it."""
    collected, script = read(limit=2, describe_im_cdr_list=listing(5), describe_chat_messages=talk(1))
    assert len(collected.transcripts) == script.commands().count("describe_chat_messages") == 2
    assert [str(note) for note in collected.notes] == ["sessions read: 2 of 5; --limit 5 reads all of them"]


def test_a_span_that_is_too_long_for_the_service_is_halved() -> None:
    """The longest span is not published: what is refused is asked for in parts, and nothing comes twice."""
    collected, _ = read(describe_im_cdr_list=listing(9, longest=8 * DAY), describe_chat_messages=talk(1))
    assert sorted(each.session for each in collected.transcripts) == [f"s{number}" for number in range(9)]
    assert collected.notes == ()


def test_a_refusal_that_is_not_about_the_length_is_told() -> None:
    """At a single day the halving ends."""
    with pytest.raises(RequestRefused):
        read(describe_im_cdr_list=141004)


def test_a_session_whose_messages_are_gone_is_left_out_and_counted() -> None:
    """Logs are kept for a while only; the other sessions are read all the same."""
    collected, _ = read(describe_im_cdr_list=listing(2), describe_chat_messages=141010)
    assert (collected.transcripts, len(collected.notes)) == ((), 1)


def test_named_sessions_are_read_once_each() -> None:
    """In the order named; who served them is not known."""
    script = Script({"describe_chat_messages": [talk(1)]})
    reader = SessionReader(connect(script))
    found = read_sessions(reader, ["b", "a", "b"], progress=Silent(), label=message("reading")).transcripts
    assert [(each.session, each.agent) for each in found] == [("b", None), ("a", None)]


def test_a_named_session_that_is_not_there_is_a_failure() -> None:
    """It was asked for, so its absence is told."""
    with pytest.raises(NoSuchSession):
        read_sessions(
            SessionReader(connect(Script({"describe_chat_messages": [141010]}))),
            ["a"],
            progress=Silent(),
            label=message("reading"),
        )


def test_a_failure_ends_the_reading() -> None:
    """What the service cannot tell now is not passed off as silence; sessions not begun by then are not asked for."""
    script = Script({"describe_im_cdr_list": [listing(30)], "describe_chat_messages": [{"TotalCount": "many"}]})
    with pytest.raises(OutcomeUnknown):
        read_span(SessionReader(connect(script)), MONTH, limit=30, progress=Silent(), label=message("reading"))
    assert script.commands().count("describe_chat_messages") < 30


def test_saved_transcripts_are_for_their_owner(tmp_path: Path) -> None:
    """The file is readable by its owner alone and comes back as it was; one that others can read is not used."""
    path = tmp_path / "chats.jsonl"
    save_transcripts(path, week())
    assert path.stat().st_mode & 0o777 == 0o600
    assert load_transcripts(path) == Collected(week())
    path.chmod(0o640)
    with pytest.raises(UnusableFile, match="can be read by others"):
        save_transcripts(path, week())


def test_windows_has_no_such_bits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """There each file would count as open to all, and no second reading could be saved."""
    path = tmp_path / "chats.jsonl"
    path.write_text("", encoding="utf-8")
    path.chmod(0o666)
    monkeypatch.delattr("os.getuid")
    save_transcripts(path, week())
    assert load_transcripts(path) == Collected(week())


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    """With the reason of the system."""
    with pytest.raises(UnusableFile, match="No such file"):
        load_transcripts(tmp_path / "missing.jsonl")


def test_a_list_of_sessions_that_repeats_itself_ends() -> None:
    """Where a page brings no new session, the next one would not either, whatever is counted."""
    collected, script = read(
        describe_im_cdr_list=lambda _: ok(TotalCount=10**9, IMCdrList=[card("s1")]), describe_chat_messages=talk(1)
    )
    assert [each.session for each in collected.transcripts] == ["s1"]
    assert script.commands().count("describe_im_cdr_list") == 2


def test_a_session_without_an_id_does_not_hide_the_others() -> None:
    """Entries that cannot be read are counted, wherever they stand, and the pages after theirs are still read."""
    odd: list[object] = [{}, {"SessionId": None}, {"SessionId": 7, "AgentId": []}, None, "s", {"SessionId": ""}]
    entries = [*odd, card("s1"), *odd, {"SessionId": "s2", "AgentId": 9}]

    def reply(body: dict[str, int]) -> httpx.Response:
        return ok(TotalCount=len(entries), IMCdrList=entries[body["Offset"] :][:7])

    collected, _ = read(describe_im_cdr_list=reply, describe_chat_messages=talk(1))  # type: ignore[arg-type]
    assert [each.session for each in collected.transcripts] == ["s1", "s2"]
    assert [str(note) for note in collected.notes] == [
        "ended sessions that the service lists without an id, which nobody can read: 12"
    ]


@pytest.mark.parametrize("moment", ["NaN", "Infinity", "1e300", "-1e300", "9" * 400])
def test_saved_transcripts_hold_times(moment: str, tmp_path: Path) -> None:
    """A saved time that no calendar has makes the line no transcript, and not a traceback where it is shown."""
    save_transcripts(tmp_path / "week", week())
    lines = (tmp_path / "week").read_text(encoding="utf-8")
    (tmp_path / "week").write_text(re.sub(r'"sent_at": [0-9.]+', f'"sent_at": {moment}', lines), encoding="utf-8")
    with pytest.raises(UnusableFile, match="this is no transcript"):
        load_transcripts(tmp_path / "week")
