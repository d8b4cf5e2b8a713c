"""The course of ``kbsync session``: reach the target, ask or send, draw the answer."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from kbsync.cli.flow import chosen_target, opened
from kbsync.cli.options import Invocation
from kbsync.desk.sessions import SessionReader, SessionWriter
from kbsync.dialogue import ChatMessage, Session, SessionState
from kbsync.display import visible
from kbsync.errors import SafetyRefusal
from kbsync.messages import message
from kbsync.render.json_documents import document, messages_json, moment, session_json
from kbsync.usecases.composition import Connection
from kbsync.usecases.workspace import open_workspace

__all__ = ["Letter", "draw_key", "draw_messages", "draw_state", "send_letter", "session_reader"]


@dataclass(frozen=True, slots=True)
class Letter:
    """A message to a session in pieces; ``key`` continues one that was begun, ``anyway`` skips the look at the state."""

    session: str
    chunks: tuple[str, ...]
    key: str | None = None
    finish: bool = True
    anyway: bool = False


@contextmanager
def session_reader(call: Invocation) -> Iterator[SessionReader]:
    """Reach a target's sessions to look at them."""
    with _door(call) as connection:
        yield SessionReader(connection.transport)


def send_letter(call: Invocation, letter: Letter) -> str:
    """Send the pieces and give the message's key. Refuses where no chatbot serves the session, unless told otherwise."""
    with _door(call) as connection:
        if not letter.anyway:
            _check_state(SessionReader(connection.transport).state(session=letter.session))
        writer, key = SessionWriter(connection.transport), letter.key
        for number, chunk in enumerate(letter.chunks, start=1):
            last = letter.finish and number == len(letter.chunks)
            key = writer.send(letter.session, chunk, key=key, finish=last)
    return key or ""


def draw_state(found: Session, call: Invocation) -> str:
    """A session's state in the format that was asked for."""
    if call.format == "json":
        return session_json(found)
    agent = f" ({visible(found.agent)})" if found.agent else ""
    return f"{found.state}{agent}"


def draw_messages(total: int, found: Sequence[ChatMessage], call: Invocation) -> str:
    """A transcript in the format that was asked for; times are UTC."""
    if call.format == "json":
        return messages_json(total, found)
    lines = [
        f"{moment(item.sent_at)}  {item.role.name.lower():<6}  {visible(item.account)}: {visible(item.text)}" for item in found
    ]
    return "\n".join(lines)


def draw_key(key: str, call: Invocation) -> str:
    """The key of a sent message in the format that was asked for."""
    return document(key=key) if call.format == "json" else key


@contextmanager
def _door(call: Invocation) -> Iterator[Connection]:
    workspace = open_workspace(call.directory, target=call.target)
    with opened(call, chosen_target(call, workspace), workspace.state) as connection:
        yield connection


def _check_state(found: Session) -> None:
    if found.state is not SessionState.CHATBOT:
        raise SafetyRefusal(
            message("the session is in state {state}; nothing was sent", state=found.state),
            [message("a person serves this session, or nobody does; add --anyway if the message is meant to go there")],
        )
