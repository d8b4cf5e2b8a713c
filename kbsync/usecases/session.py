"""Looking into a Desk session, and sending to it."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from kbsync.desk.sessions import SessionReader, SessionWriter
from kbsync.dialogue import ChatMessage, Session, SessionState
from kbsync.errors import SafetyRefusal
from kbsync.messages import message
from kbsync.usecases.composition import Connection, connected
from kbsync.usecases.context import Call
from kbsync.usecases.workspace import open_workspace

__all__ = ["SendOptions", "read_messages", "read_state", "send_message"]


@dataclass(frozen=True, slots=True)
class SendOptions:
    """A message to a session in chunks; ``key`` continues one that was begun, ``anyway`` skips the look at the state."""

    session: str
    chunks: tuple[str, ...]
    key: str | None = None
    finish: bool = True
    anyway: bool = False


def read_state(call: Call, session: str | None, *, client_user: str | None, customer_service: str | None) -> Session:
    """Who serves a session now."""
    with _connected(call) as connection:
        reader = SessionReader(connection.transport)
        return reader.state(session=session, client_user=client_user, customer_service=customer_service)


def read_messages(call: Call, session: str, *, limit: int, offset: int, oldest_first: bool) -> tuple[int, Sequence[ChatMessage]]:
    """How many messages a session has, and some of them."""
    with _connected(call) as connection:
        return SessionReader(connection.transport).messages(session, limit=limit, offset=offset, oldest_first=oldest_first)


def send_message(call: Call, options: SendOptions) -> str:
    """Send the chunks and give the message's key. Refuses where no chatbot serves the session, unless told otherwise."""
    with _connected(call) as connection:
        if not options.anyway:
            _check_state(SessionReader(connection.transport).state(session=options.session))
        writer, key = SessionWriter(connection.transport), options.key
        for number, chunk in enumerate(options.chunks, start=1):
            last = options.finish and number == len(options.chunks)
            key = writer.send(options.session, chunk, key=key, finish=last)
    return key or ""


@contextmanager
def _connected(call: Call) -> Iterator[Connection]:
    workspace = open_workspace(call.directory, target=call.target)
    with connected(call, call.paced(workspace.target(call.target)), workspace.state) as connection:
        yield connection


def _check_state(found: Session) -> None:
    if found.state is not SessionState.CHATBOT:
        raise SafetyRefusal(
            message("the session is in state {state}; nothing was sent", state=found.state),
            [message("a person serves this session, or nobody does; add --anyway if the message is meant to go there")],
        )
