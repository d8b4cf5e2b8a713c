"""Transcripts as JSON lines, one session a line, so that they can be looked at again without the service.

The text holds personal data in full. Where it is kept, and who may read it, is told in ``wiring``.
"""

import json
from collections.abc import Iterable
from typing import Any

from kbsync.conversations.transcripts import Transcript
from kbsync.dialogue import ChatMessage, MessagePart, Role
from kbsync.errors import UnusableFile
from kbsync.messages import message

__all__ = ["decode_transcripts", "encode_transcripts"]

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
    except (ValueError, KeyError, TypeError, RecursionError):
        raise _unusable(place) from None
    raise UnusableFile(
        message(
            "{place}: the transcript has format {version}, this kbsync reads {known}", place=place, version=version, known=VERSION
        )
    )


def _message(fields: dict[str, Any]) -> ChatMessage:
    parts = tuple(MessagePart(_text(part["kind"]), _text(part["text"])) for part in fields["parts"])
    return ChatMessage(_text(fields["account"]), Role[_text(fields["role"]).upper()], parts, float(fields["sent_at"]))


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _unusable(place: str) -> UnusableFile:
    return UnusableFile(
        message("{place}: this is no transcript", place=place),
        hint=message("kbsync coverage --save FILE writes such files, one session a line"),
    )
