"""Messages of a Desk session, their authors, and the state of the session.

All of it is personal data of the people who wrote to the chatbot.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum, StrEnum

from kbsync.messages import Message, message

__all__ = ["ChatMessage", "FinishedSession", "MessagePart", "Role", "Session", "SessionState", "oddities"]


class SessionState(StrEnum):
    """Who serves the session (CurrentState in cloud.tencent.com.cn/document/product/679/116639)."""

    NOT_IN_SESSION = "NotInSession"
    CHATBOT = "Chatbot"
    WAITING_FOR_AGENT = "WaitingForAgentAnswering"
    QUEUEING = "Queueing"
    AGENT = "Agent"


class Role(Enum):
    """Who sent a message (FromAccountRole in www.tencentcloud.com/document/product/1229/68824).

    Whether the chatbot's own messages are an agent's or the system's is not documented; other numbers become OTHER.
    """

    USER = 1
    AGENT = 2
    SYSTEM = 3
    OTHER = 0


@dataclass(frozen=True, slots=True)
class Session:
    """A session now; ``agent`` is the account that serves it or is asked to, None in the other states."""

    id: str
    state: SessionState
    agent: str | None = None


@dataclass(frozen=True, slots=True)
class MessagePart:
    """One element of a message: ``kind`` is its MsgType such as ``TIMTextElem``, ``text`` is empty for what is not text."""

    kind: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class ChatMessage:
    """One message; ``sent_at`` is Unix time in seconds (the service has milliseconds), None where the answer has no such time.

    ``odd`` has the reasons why some of it could not be read.
    """

    account: str
    role: Role
    parts: tuple[MessagePart, ...]
    sent_at: float | None
    odd: tuple[Message, ...] = ()

    @property
    def text(self) -> str:
        """All that is text in it, one line a part."""
        return "\n".join(part.text for part in self.parts if part.text)


@dataclass(frozen=True, slots=True)
class FinishedSession:
    """A session that is over, with the account of the person who served it, empty without one."""

    id: str
    agent: str


def oddities(session: str, messages: Iterable[ChatMessage], *, first: int = 1) -> Iterator[Message]:
    """Which messages of a session, counted from ``first``, could not be read whole, and why."""
    for number, each in enumerate(messages, start=first):
        for reason in each.odd:
            yield message(
                "Message {number} of session {session} is shown as far as it can be read. {reason}",
                number=number,
                session=session,
                reason=reason,
            )
