"""The smaller values of conversations: time spans, saved transcripts, and the pieces of an answer."""

import json
import re
from typing import Any

import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st

from kbsync.conversations.declared import LONGEST, pieces
from kbsync.conversations.transcripts import DAY, Period, Transcript, decode_transcripts, encode_transcripts, parse_period
from kbsync.dialogue import ChatMessage, MessagePart, Role
from kbsync.errors import Misuse, UnusableFile
from tests.unit.talk import NOVEMBER, week

FIRST_OF_NOVEMBER = 1_761_955_200.0

TRANSCRIPTS = st.builds(
    Transcript,
    st.text(),
    st.lists(
        st.builds(
            ChatMessage,
            st.text(),
            st.sampled_from(Role),
            st.lists(st.builds(MessagePart, st.text(), st.text())).map(tuple),
            st.floats(0, 1e11),
        )
    ).map(tuple),
    st.none() | st.text(),
)


@pytest.mark.parametrize(
    ("since", "until", "span"),
    [
        ("7", None, Period(NOVEMBER - 7 * DAY, NOVEMBER)),
        ("99999", None, Period(0, NOVEMBER)),
        (" 2d ", "1d", Period(NOVEMBER - 2 * DAY, NOVEMBER - DAY)),
        ("2025-11-01", "2025-11-01", Period(FIRST_OF_NOVEMBER, FIRST_OF_NOVEMBER + DAY - 1)),
        ("2025-11-01T08:00+08:00", "2025-11-01T01:00", Period(FIRST_OF_NOVEMBER, FIRST_OF_NOVEMBER + 3600)),
    ],
)
def test_a_span_is_named_in_days_or_dates(since: str, until: str | None, span: Period) -> None:
    """Days count back from now, dates are UTC, and a last day is a whole day."""
    assert parse_period(since, until, now=NOVEMBER) == span


@pytest.mark.parametrize(("since", "until"), [("yesterday", None), ("7", "soon"), ("1", "2"), ("2025-13-01", None)])
def test_a_span_that_cannot_be_is_misuse(since: str, until: str | None) -> None:
    """What is no moment, or ends before it begins, is refused with the words that were typed."""
    with pytest.raises(Misuse, match=re.escape(since if until != "soon" else "soon")):
        parse_period(since, until, now=NOVEMBER)


@pytest.mark.no_cover
@given(st.lists(TRANSCRIPTS))
def test_what_is_saved_is_what_is_read(transcripts: list[Transcript]) -> None:
    """Transcripts survive the file, a line a session, whatever was said in them."""
    data = encode_transcripts(transcripts)
    assert decode_transcripts(data, shown_as="chats.jsonl") == tuple(transcripts)
    assert data.count(b"\n") == len(transcripts)


def damaged(**changes: Any) -> bytes:
    """A file whose second line has other fields."""
    first, second, *_ = encode_transcripts(week()).splitlines()
    return first + b"\n" + json.dumps(json.loads(second) | changes).encode()


@pytest.mark.parametrize(
    "data",
    [
        b"\n{",
        b"\n[1]",
        b"\n\xff",
        b"\n" + b"[" * 100_000,
        damaged(session=None),
        damaged(agent=3),
        damaged(messages=[{"account": "a"}]),
        damaged(messages=[{"account": "a", "role": "king", "sent_at": 1, "parts": []}]),
        damaged(messages=[{"account": "a", "role": "user", "sent_at": "soon", "parts": []}]),
    ],
)
def test_a_line_that_is_no_transcript_is_named(data: bytes) -> None:
    """Damage is told with its line, without a word of what was said there."""
    with pytest.raises(UnusableFile, match=r"^chats\.jsonl:2: this is no transcript$"):
        decode_transcripts(data, shown_as="chats.jsonl")


def test_a_newer_format_is_not_guessed_at() -> None:
    """A file of another version says which."""
    with pytest.raises(UnusableFile, match=r"2\.0"):
        decode_transcripts(damaged(format_version="2.0"), shown_as="chats.jsonl")


@pytest.mark.parametrize(
    ("text", "cut"),
    [
        ("", [""]),
        ("Short. Very short.", ["Short. Very short."]),
        (
            "This sentence has more than forty characters. So has “the second one, which is quoted.” The third.",
            ["This sentence has more than forty characters. ", "So has “the second one, which is quoted.” ", "The third."],
        ),
        ("您的包裹通常会在三个工作日内送达，节假日除外，偏远地区可能需要更长的时间，请您耐心等待一下。”谢谢！！再见", None),
        (
            "Version 1.2.3.4.5.6.7.8.9.10.11.12.13.14.15.16.17 is out",
            ["Version 1.2.3.4.5.6.7.8.9.10.11.12.13.14.15.16.17 is out"],
        ),
        ("A list of things that we send to you today:\n- one\n", ["A list of things that we send to you today:\n", "- one\n"]),
        ("long " * 50, ["long " * 40, "long " * 10]),
        ("长" * 250, ["长" * 200, "长" * 50]),
    ],
)
def test_an_answer_is_cut_where_people_pause(text: str, cut: list[str] | None) -> None:
    """Short sentences go together, quotes stay with theirs, and what has no end is cut at a space or between characters."""
    expected = [text[: text.index("谢谢")], text[text.index("谢谢") :]] if cut is None else cut
    assert list(pieces(text)) == expected


@given(st.text(alphabet=st.sampled_from("a .。!\n👩‍👩‍👧é한각🇨🇳क्षि”"), max_size=600))
def test_pieces_make_up_the_text_and_break_no_character(text: str) -> None:
    """Joined they are the text; none is empty or longer than allowed, and each begins where a character begins."""
    cut = pieces(text)
    assert "".join(cut) == text
    assert all(cut) or text == ""
    assert [sign for piece in cut for sign in regex.findall(r"\X", piece)] == regex.findall(r"\X", text)
    assert all(len(regex.findall(r"\X", piece)) <= LONGEST for piece in cut)
