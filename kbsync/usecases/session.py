"""The use cases on a Desk session: its state, its messages, sending, and streaming a drafted answer piece by piece.

An agent may take over at any moment: before each piece the state is read again, and a begun message is always ended.
"""

import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from kbsync.desk.sessions import LONGEST, SessionReader, SessionWriter
from kbsync.dialogue import ChatMessage, Session, SessionState, oddities
from kbsync.errors import Misuse, OutcomeUnknown, SafetyRefusal, ServiceError, UnusableFile
from kbsync.messages import Message, message, plural
from kbsync.model import AnswerType, Knowledge, Question, to_lf
from kbsync.saving import read_file
from kbsync.usecases.composition import connected
from kbsync.usecases.context import Call, Exit, is_agreed, stop_on_signal

__all__ = ["SendOptions", "preview_answer", "read_messages", "read_state", "send_message"]


@dataclass(frozen=True, slots=True)
class SendOptions:
    """A message to a session in chunks; ``key`` continues a begun one, ``anyway`` skips the check of the state."""

    session: str
    chunks: tuple[str, ...]
    key: str | None = None
    finish: bool = True
    anyway: bool = False


def read_state(call: Call, session: str | None, *, client_user: str | None, customer_service: str | None) -> Session:
    """Who serves a session now."""
    with connected(call, call.open_workspace()) as connection:
        reader = SessionReader(connection.transport)
        return reader.state(session=session, client_user=client_user, customer_service=customer_service)


def read_messages(
    call: Call, session: str, *, limit: int | None, offset: int, oldest_first: bool
) -> tuple[int, Sequence[ChatMessage]]:
    """The number of messages of a session, and those in the window, all without a ``limit``; a note has the number left out."""
    with connected(call, call.open_workspace()) as connection:
        reader = SessionReader(connection.transport)
        if limit is None:
            found = reader.whole(session)
            total, some = len(found), (found if oldest_first else found[::-1])[offset:]
        else:
            total, some = reader.messages(session, limit=limit, offset=offset, oldest_first=oldest_first)
    call.screen.notes(oddities(session, some, first=offset + 1))
    if total > offset + len(some):
        left = total - offset - len(some)
        call.screen.note(plural("{count} message more: --all shows it.", "{count} messages more: --all shows them.", count=left))
    return total, some


ROOM = 12_000
"""Bytes of one message where a text is spread over several: within the service's 12 k, however many bytes a k is."""


def spread(chunks: Sequence[str]) -> list[list[str]]:
    """The chunks as messages that the service takes; a chunk that no message holds is cut after sentences, or at a space."""
    found: list[list[str]] = [[]]
    size = 0
    for part in (part for chunk in chunks for part in _parts(chunk)):
        length = len(part.encode("utf-8", "replace"))
        if found[-1] and size + length > ROOM:
            found.append([])
            size = 0
        found[-1].append(part)
        size += length
    return found


def _parts(chunk: str) -> Iterator[str]:
    if len(chunk) <= ROOM // 4 or len(chunk.encode("utf-8", "replace")) <= ROOM:
        yield chunk
        return
    from kbsync.conversations.declared import pieces  # noqa: PLC0415  (loads regex)

    part, size = "", 0
    for sentence in pieces(chunk):
        # A single letter can have any number of marks.
        for piece in (sentence[start : start + ROOM // 4] for start in range(0, len(sentence), ROOM // 4)):
            length = len(piece.encode("utf-8", "replace"))
            if size + length > ROOM:
                yield part
                part, size = "", 0
            part, size = part + piece, size + length
    yield part


def send_message(call: Call, options: SendOptions) -> tuple[str, ...]:
    """Send the chunks in as many messages as they need; returns the messages' keys.

    Raises SafetyRefusal if the chatbot does not serve the session, unless ``anyway``.
    """
    with connected(call, call.open_workspace()) as connection:
        if not options.anyway:
            look_first(
                SessionReader(connection.transport).state(session=options.session),
                message("a person serves this session, or nobody does; add --anyway if the message is meant to go there"),
            )
        writer, keys = SessionWriter(connection.transport), list[str]()
        messages = spread(options.chunks)
        for number, parts in enumerate(messages, start=1):
            key, finish = None if keys else options.key, options.finish or number < len(messages)
            keys.append(writer.stream(options.session, parts, key=key, finish=finish))
    return tuple(keys)


CUT = "…"
"""The last piece of a message that is broken off: whether an empty one is allowed is unknown, and readers see that it was cut."""


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
    """The result of a stream: ``sent`` of ``total`` pieces were certainly sent.

    ``key`` identifies the message, empty if the service returned none. ``ended`` is whether the service has marked it finished.
    If it was stopped, ``state`` is the session's new state, or ``problem`` the error; both None if the user stopped it.
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


def preview_answer(
    call: Call, *, question: str | None, answer_file: Path | None, session: str, yes: bool
) -> tuple[Streamed | None, Exit]:
    """Send the answer if the session allows it and, where they are asked, the user agrees; None if not.

    Raises Misuse, InvalidInput, UnusableFile, SafetyRefusal, and ServiceError while nothing was sent.
    """
    from kbsync.conversations.declared import pieces  # noqa: PLC0415  (loads regex)

    workspace = call.open_workspace()
    draft = _draft(workspace.knowledge, question, answer_file)
    with connected(call, workspace) as connection:
        reader = SessionReader(connection.transport)
        look_first(reader.state(session=session))
        chunks = pieces(draft.text)
        _show(call, draft, len(chunks), asked=not yes)
        if not yes and not _is_agreed(call, session):
            return None, Exit.DONE
        # A stop of its own: the one of the surroundings would hold back the last piece too, which ends the message.
        stop = threading.Event()
        with stop_on_signal(stop, tell=lambda: call.screen.note(message("Stopping: the message is being ended."))):
            done = stream_draft(reader, SessionWriter(connection.transport), session, chunks=chunks, stop=stop)
    _tell(call, done)
    return done, Exit.DONE if done.whole else Exit.UNFINISHED


def _draft(knowledge: Knowledge, question: str | None, answer_file: Path | None) -> Draft:
    if answer_file is not None:
        return read_draft(answer_file)
    if question is None:
        raise Misuse(message("name the question whose answer is to be sent, or a text with --answer-file"))
    from kbsync.conversations.declared import find_question  # noqa: PLC0415  (loads rapidfuzz)

    return draft_of(find_question(knowledge, question))


def _show(call: Call, draft: Draft, count: int, *, asked: bool) -> None:
    """Show the answer; with ``asked`` also to a quiet user, who must see what to consent to."""
    screen = call.screen
    screen.note(message("The answer from {origin} (pieces: {count}):", origin=draft.origin, count=count))
    if asked or screen.verbosity >= 0:
        screen.quote(draft.text)
    if draft.rich:
        screen.note(message("The answer is rich text and a stream takes plain text only, so it goes without its markup."))


def _is_agreed(call: Call, session: str) -> bool:
    return is_agreed(
        call.screen,
        message("Send it to {session}, where a customer may read it?", session=session),
        absent=message("nobody is here to agree; nothing was sent"),
        instead=message("add --yes, or run kbsync preview in a terminal"),
        declined=message("Not sent."),
    )


def _tell(call: Call, done: Streamed) -> None:
    """Show why the message is not complete, and whether it was ended."""
    if done.whole:
        return
    call.screen.note(_cause(done))
    if done.problem is not None:
        call.screen.error(done.problem)
    if done.ended:
        call.screen.note(message("The message was ended with “…”."))
    elif done.key:
        call.screen.note(message("The message could not be ended; its key is {key}.", key=done.key))


def _cause(done: Streamed) -> Message:
    if done.state is not None:
        return message("The session went into state {state}, so the rest was kept back.", state=done.state)
    if done.problem is not None:
        return message("The service did not take piece {number} for certain.", number=done.sent + 1)
    return message("Stopped. Pieces sent before: {count}.", count=done.sent)


def draft_of(question: Question) -> Draft:
    """The answer of a declared question as a draft."""
    from kbsync.conversations.declared import plain_answer  # noqa: PLC0415

    content = question.content
    origin = content.question if question.location is None else str(question.location)
    return Draft(plain_answer(content), origin, rich=content.answer_type is AnswerType.RICH)


def read_draft(path: Path) -> Draft:
    """The text of a file, its line ends made LF and the last one dropped, as knowledge files do. Raises UnusableFile."""
    try:
        text = read_file(path).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UnusableFile(message("{path} is not UTF-8", path=path), hint=message("save it as UTF-8")) from None
    return Draft(to_lf(text).removesuffix("\n"), path.as_posix())


def look_first(found: Session, reason: Message | None = None) -> None:
    """Raise SafetyRefusal, for a reason that fits, unless the chatbot serves the session."""
    if found.state is not SessionState.CHATBOT:
        reason = reason or (
            message("nobody is in the session, so nobody would read it")
            if found.state is SessionState.NOT_IN_SESSION
            else message("a person serves the session or is about to; answers are tried only where the chatbot serves alone")
        )
        raise SafetyRefusal(message("the session is in state {state}; nothing was sent", state=found.state), [reason])


def stream_draft(
    reader: SessionReader, writer: SessionWriter, session: str, *, chunks: Sequence[str], stop: threading.Event
) -> Streamed:
    """Send the pieces, and stop when the session changes hands, the service fails, or ``stop`` is set.

    Raises SafetyRefusal and ServiceError only while it is certain that nothing was sent.
    """
    look_first(reader.state(session=session))
    stream = _StreamedMessage(writer, session)
    total = len(chunks)
    for sent, piece in enumerate(chunks):
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


class _StreamedMessage:
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
        """Finish the streamed message; returns whether the service accepted it. Skipped if the last piece's fate is unknown."""
        if not self.key or self._ending:
            return False
        try:
            self._writer.send(self._session, CUT, key=self.key, finish=True)
        except ServiceError:
            return False
        return True
