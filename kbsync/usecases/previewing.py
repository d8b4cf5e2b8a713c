"""Streams a drafted answer into a session, piece by piece, for as long as the chatbot serves it.

A person may come in at any moment: the session is looked at before each piece, and what was begun is ended.
"""

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from kbsync.conversations.declared import plain_answer
from kbsync.desk.sessions import LONGEST, SessionReader, SessionWriter
from kbsync.dialogue import Session, SessionState
from kbsync.errors import OutcomeUnknown, SafetyRefusal, ServiceError, UnusableFile
from kbsync.messages import message
from kbsync.model import AnswerType, Question, to_lf

__all__ = ["Draft", "Streamed", "draft_of", "look_first", "read_draft", "stream_draft"]

CUT = "…"
"""What ends a message that is broken off: the last piece may not be known to be empty, and readers see that it was cut."""


@dataclass(frozen=True, slots=True)
class Draft:
    """An answer as it would be sent. ``rich`` means that markup was taken away: the stream takes text only.

    Raises UnusableFile when it is empty or too long for a message.
    """

    text: str
    origin: str
    rich: bool = False

    def __post_init__(self) -> None:
        if not self.text.strip():
            raise UnusableFile(message("the answer in {origin} is empty", origin=self.origin))
        size = len(self.text.encode("utf-8", "replace"))
        if size > LONGEST:
            raise UnusableFile(
                message(
                    "the answer in {origin} has {size} bytes; a session takes at most {limit}",
                    origin=self.origin,
                    size=size,
                    limit=LONGEST,
                ),
                hint=message("shorten it, or try a part of it with --answer-file"),
            )


@dataclass(frozen=True, slots=True)
class Streamed:
    """How far a stream came: ``sent`` of ``total`` pieces went out for certain.

    ``key`` names the message, empty when the service told none. ``ended`` is whether the service knows that no more comes. Of
    what stopped it, ``state`` is where the session went, ``problem`` what the service or the network said; both None when the
    user stopped it, or nothing did.
    """

    key: str
    sent: int
    total: int
    ended: bool
    state: SessionState | None = None
    problem: ServiceError | None = None

    @property
    def whole(self) -> bool:
        """Whether everything was sent."""
        return self.sent == self.total


def draft_of(question: Question) -> Draft:
    """What a declared question would be answered with."""
    content = question.content
    origin = content.question if question.location is None else str(question.location)
    return Draft(plain_answer(content), origin, rich=content.answer_type is AnswerType.RICH)


def read_draft(path: Path) -> Draft:
    """The text of a file, its line ends made LF and the last one dropped, as knowledge files do. Raises UnusableFile."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as problem:
        raise UnusableFile(
            message("{path} cannot be read: {reason}", path=path, reason=problem.strerror or "unknown reason")
        ) from None
    except UnicodeDecodeError:
        raise UnusableFile(message("{path} is not UTF-8", path=path), hint=message("save it as UTF-8")) from None
    return Draft(to_lf(text).removesuffix("\n"), path.as_posix())


def look_first(found: Session) -> None:
    """Raise SafetyRefusal unless the chatbot serves the session."""
    if found.state is not SessionState.CHATBOT:
        reason = (
            message("nobody is in the session, so nobody would read it")
            if found.state is SessionState.NOT_IN_SESSION
            else message("a person serves the session or is about to; answers are tried only where the chatbot serves alone")
        )
        raise SafetyRefusal(message("the session is in state {state}; nothing was sent", state=found.state), [reason])


def stream_draft(
    reader: SessionReader, writer: SessionWriter, session: str, *, pieces: Sequence[str], stop: threading.Event
) -> Streamed:
    """Send the pieces, and stop when the session changes hands, the service fails, or ``stop`` is set.

    Raises SafetyRefusal and ServiceError only while it is certain that nothing was sent.
    """
    look_first(reader.state(session=session))
    stream = _Stream(writer, session)
    total = len(pieces)
    for sent, piece in enumerate(pieces):
        try:
            state = reader.state(session=session).state if sent else SessionState.CHATBOT
            if state is not SessionState.CHATBOT:
                return Streamed(stream.key, sent, total, stream.end(), state=state)
            if stop.is_set():
                return Streamed(stream.key, sent, total, stream.end())
            stream.send(piece, last=sent + 1 == total)
        except ServiceError as problem:
            if not sent and not isinstance(problem, OutcomeUnknown):
                raise
            return Streamed(stream.key, sent, total, stream.end(), problem=problem)
    return Streamed(stream.key, total, total, ended=True)


class _Stream:
    """One message on its way; it is ended once."""

    def __init__(self, writer: SessionWriter, session: str) -> None:
        self._writer = writer
        self._session = session
        self._ending = False
        self.key = ""

    def send(self, piece: str, *, last: bool) -> None:
        self._ending = last
        self.key = self._writer.send(self._session, piece, key=self.key or None, finish=last)

    def end(self) -> bool:
        """Tell the service that no more comes, and whether it took that; not after a last piece of unknown fate."""
        if not self.key or self._ending:
            return False
        try:
            self._writer.send(self._session, CUT, key=self.key, finish=True)
        except ServiceError:
            return False
        return True
