"""From transcripts to what was asked of the chatbot and what it said. Whether any of it is declared is not known here."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from kbsync.conversations.forms import tidy
from kbsync.conversations.transcripts import Speaker, Transcript, speakers

__all__ = ["Asked", "Said", "ToPerson", "listen"]


@dataclass(frozen=True, slots=True)
class Asked:
    """A message of a user to the chatbot: ``text`` is tidy, ``reply`` what the chatbot said next, None when it did not."""

    text: str
    account: str
    sent_at: float
    reply: str | None = None


@dataclass(frozen=True, slots=True)
class Said:
    """A message of the chatbot; ``text`` is tidy."""

    text: str
    session: str
    sent_at: float


@dataclass(frozen=True, slots=True)
class ToPerson:
    """A message of a user after a person had joined: it is not the chatbot's to answer."""


def listen(transcripts: Iterable[Transcript], robots: Collection[str]) -> Iterator[Asked | Said | ToPerson]:
    """Everything that users and chatbot said, in order; persons and the system are left out."""
    for transcript in transcripts:
        yield from _session(transcript, robots)


def _session(transcript: Transcript, robots: Collection[str]) -> Iterator[Asked | Said | ToPerson]:
    spoken = tuple(speakers(transcript, robots))
    joined = False
    for number, (speaker, message) in enumerate(spoken, start=1):
        joined = joined or speaker is Speaker.PERSON
        if speaker is Speaker.ROBOT:
            yield Said(tidy(message.text), transcript.session, message.sent_at)
        elif speaker is Speaker.USER:
            replies = [tidy(each.text) for who, each in spoken[number : number + 1] if who is Speaker.ROBOT]
            yield ToPerson() if joined else Asked(tidy(message.text), message.account, message.sent_at, *replies)
