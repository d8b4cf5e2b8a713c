"""Transcripts of whole sessions: the speakers, questions with their replies, periods of time, and the JSON Lines form.

All of it is personal data in full, the saved lines included.
"""

import json
import math
import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import Enum, auto
from typing import Any

from kbsync.conversations.declared import tidy
from kbsync.dialogue import ChatMessage, MessagePart, Role
from kbsync.errors import Misuse, UnusableFile
from kbsync.messages import message

__all__ = ["DAY", "Period", "Transcript", "decode_transcripts", "encode_transcripts", "parse_period"]

ROBOT = "@RBT#"
"""How the accounts of chatbots begin in the vendor's ids (www.tencentcloud.com/document/product/1047/55280)."""


@dataclass(frozen=True, slots=True)
class Transcript:
    """One session, oldest message first.

    ``agent`` is the account of the person who served it, empty if there was none, None if unknown.
    """

    session: str
    messages: tuple[ChatMessage, ...]
    agent: str | None = None


class Speaker(Enum):
    """The author of a message; OTHER is the system or an unidentified account."""

    USER = auto()
    ROBOT = auto()
    PERSON = auto()
    OTHER = auto()


def robot_accounts(transcripts: Sequence[Transcript], named: Collection[str] = ()) -> frozenset[str]:
    """The accounts of the chatbot: the named ones, else those that look like one, else those that wrote where no person served.

    The last resort is needed because no page documents the account and role of a chatbot (1229/68824). Roles are distinguished
    there because such sessions hold notices of the system too. Empty if none can be identified.
    """
    if named:
        return frozenset(named)
    spoken = [(transcript, message) for transcript in transcripts for message in transcript.messages]
    known = {message.account for _, message in spoken if message.account.startswith(ROBOT)}
    alone = [message for transcript, message in spoken if transcript.agent == ""]
    for role in (Role.AGENT, Role.SYSTEM):
        known = known or {message.account for message in alone if message.role is role}
    return frozenset(known)


def speakers(transcript: Transcript, robots: Collection[str]) -> Iterator[tuple[Speaker, ChatMessage]]:
    """Each message with its author, in the order of the session."""
    for said in transcript.messages:
        yield _speaker(said, transcript.agent, robots), said


def _speaker(message: ChatMessage, agent: str | None, robots: Collection[str]) -> Speaker:
    if message.account in robots:
        return Speaker.ROBOT
    if message.role is Role.USER:
        return Speaker.USER
    if agent and message.account == agent:
        return Speaker.PERSON
    # A session can be handed on from one person to another, so any agent counts where the robot is known for certain.
    return Speaker.PERSON if message.role is Role.AGENT and agent != "" and robots else Speaker.OTHER


@dataclass(frozen=True, slots=True)
class Asked:
    """A message of a user to the chatbot: ``text`` is tidy, ``reply`` the chatbot's next message, None without one."""

    text: str
    account: str
    sent_at: float
    reply: str | None = None


@dataclass(frozen=True, slots=True)
class RobotReply:
    """A message of the chatbot; ``text`` is tidy."""

    text: str
    session: str
    sent_at: float


@dataclass(frozen=True, slots=True)
class ToPerson:
    """A message of a user after a person had joined: it is not the chatbot's to answer."""


def listen(transcripts: Iterable[Transcript], robots: Collection[str]) -> Iterator[Asked | RobotReply | ToPerson]:
    """The messages of users and chatbot in order; those of persons and the system are left out."""
    for transcript in transcripts:
        yield from _session(transcript, robots)


def _session(transcript: Transcript, robots: Collection[str]) -> Iterator[Asked | RobotReply | ToPerson]:
    spoken = tuple(speakers(transcript, robots))
    joined, at = False, next((said.sent_at for _, said in spoken if said.sent_at is not None), 0.0)
    for number, (speaker, said) in enumerate(spoken, start=1):
        joined, at = joined or speaker is Speaker.PERSON, at if said.sent_at is None else said.sent_at
        if speaker is Speaker.ROBOT:
            yield RobotReply(tidy(said.text), transcript.session, at)
        elif speaker is Speaker.USER:
            replies = [tidy(each.text) for who, each in spoken[number : number + 1] if who is Speaker.ROBOT]
            yield ToPerson() if joined else Asked(tidy(said.text), said.account, at, *replies)


DAY = 86_400.0
"""Seconds."""

DAYS = re.compile(r"(\d{1,5})d?")


@dataclass(frozen=True, slots=True)
class Period:
    """From ``start`` to ``end``, both included, in Unix seconds."""

    start: float
    end: float


def parse_period(since: str, until: str | None, *, now: float) -> Period:
    """Read two moments, each a number of days ago or an ISO date or time, in UTC unless it has an offset. Raises Misuse.

    An ``until`` that is only a date includes that day; None is now.
    """
    start = max(0.0, _moment(since, now, to_the_end=False))
    end = now if until is None else _moment(until, now, to_the_end=True)
    if start > end:
        raise Misuse(message("the time span begins after its end: {since} to {until}", since=since, until=until or "now"))
    return Period(start, end)


def _moment(text: str, now: float, *, to_the_end: bool) -> float:
    if found := DAYS.fullmatch(text.strip()):
        return now - int(found[1]) * DAY
    try:
        moment = datetime.fromisoformat(text.strip())
        seconds = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    except ValueError:
        raise Misuse(
            message("{text} is no moment", text=text),
            hint=message("write days before now, such as 7, or a date such as 2026-01-31"),
        ) from None
    return seconds + DAY - 1 if to_the_end and _is_date(text.strip()) else math.floor(seconds)


def _is_date(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


VERSION = "1.0"


def encode_transcripts(transcripts: Iterable[Transcript]) -> bytes:
    """Write them in the order given."""
    return "".join(json.dumps(_record(transcript)) + "\n" for transcript in transcripts).encode()


def decode_transcripts(data: bytes, *, shown_as: str) -> tuple[Transcript, ...]:
    """Read what ``encode_transcripts`` wrote; empty lines count for nothing. Raises UnusableFile with the line."""
    return tuple(
        _transcript(line, f"{shown_as}:{number}") for number, line in enumerate(data.split(b"\n"), start=1) if line.strip()
    )


def _record(transcript: Transcript) -> dict[str, Any]:
    return {
        "format_version": VERSION,
        "session": transcript.session,
        "agent": transcript.agent,
        "messages": [
            {
                "account": each.account,
                "role": each.role.name.lower(),
                "sent_at": each.sent_at,
                "parts": [{"kind": part.kind, "text": part.text} for part in each.parts],
            }
            for each in transcript.messages
        ],
    }


def _transcript(line: bytes, place: str) -> Transcript:
    try:
        fields = json.loads(line)
        version = fields["format_version"]
        if version == VERSION:
            messages = tuple(_message(each) for each in fields["messages"])
            agent = fields["agent"]
            return Transcript(_text(fields["session"]), messages, None if agent is None else _text(agent))
    except (ValueError, KeyError, TypeError, OverflowError, OSError, RecursionError):
        raise _unusable(place) from None
    raise UnusableFile(
        message(
            "{place}: the transcript has format {version}, this kbsync reads {known}", place=place, version=version, known=VERSION
        )
    )


def _message(fields: dict[str, Any]) -> ChatMessage:
    parts = tuple(MessagePart(_text(part["kind"]), _text(part["text"])) for part in fields["parts"])
    sent_at = None if fields["sent_at"] is None else float(fields["sent_at"])
    datetime.fromtimestamp(sent_at or 0, UTC)  # what is no time raises here, and not where it is shown
    return ChatMessage(_text(fields["account"]), Role[_text(fields["role"]).upper()], parts, sent_at)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _unusable(place: str) -> UnusableFile:
    return UnusableFile(
        message("{place}: this is no transcript", place=place),
        hint=message("kbsync coverage --save FILE writes such files, one session a line"),
    )
