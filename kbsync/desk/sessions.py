"""The Desk session calls: the state of a session, its messages, and a message streamed into it."""

from collections.abc import Callable, Iterable, Mapping
from typing import TypeVar

from kbsync.commands import Command
from kbsync.desk.answers import Fields
from kbsync.desk.client import Transport
from kbsync.dialogue import ChatMessage, FinishedSession, MessagePart, Role, Session, SessionState
from kbsync.errors import Misuse, OutcomeUnknown, RequestRefused
from kbsync.messages import Message, message

__all__ = ["LONGEST", "PAGE", "SessionReader", "SessionWriter"]

T = TypeVar("T")

LONGEST = 12 * 1024
"""Bytes of a message: "the message body should not exceed 12k" (error 93000). Whether a k is 1000 or 1024 is not said, so only
what is too long in both readings is kept back."""

PAGE = 100
"""Messages or sessions of one call (www.tencentcloud.com/document/product/1229/68824)."""

MOST_MESSAGES = 50_000
"""Messages of one session; what counts more has no end."""

OLDEST_FIRST = 1
NEWEST_FIRST = 2

STATES = {"".join(state.lower().split()): state for state in SessionState} | {"queuing": SessionState.QUEUEING}
"""The states as the vendor's pages spell them: the English one writes "Not in session" and "Queuing"."""


class SessionReader:
    """Looks at sessions and changes nothing."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def state(
        self, *, session: str | None = None, client_user: str | None = None, customer_service: str | None = None
    ) -> Session:
        """How a session stands, named by its id or by the two accounts in it. Raises NoSuchSession when it has ended.

        The second form is only for apps that use the SDK's lightweight integration.
        """
        if session and not (client_user or customer_service):
            body = {"SessionId": session}
        elif client_user and customer_service and not session:
            body = {"ClientUserId": client_user, "CustomerServiceId": customer_service}
        else:
            raise Misuse(message("Name the session by its id, or by the client's and the customer service account."))
        fields = self._fetch(Command.SESSION_STATE, body)
        state = fields.text("CurrentState")
        known = STATES.get("".join(state.lower().split()))
        if known is None:
            raise fields.broken("CurrentState", state)
        return Session(fields.text("SessionId", session), known, fields.text("AgentId", "") or None)

    def messages(
        self, session: str, *, limit: int = 20, offset: int = 0, oldest_first: bool = False
    ) -> tuple[int, tuple[ChatMessage, ...]]:
        """How many messages the session has, and up to ``limit`` (at most 100) of them."""
        order = OLDEST_FIRST if oldest_first else NEWEST_FIRST
        body = {"SessionId": session, "Limit": limit, "Offset": offset, "Order": order}
        fields = self._fetch(Command.SESSION_MESSAGES, body)
        total = fields.integer("TotalCount")
        return total, tuple(map(_chat_message, _entries(fields, "Messages", count=total)))

    def whole(self, session: str) -> tuple[ChatMessage, ...]:
        """All messages of a session, oldest first."""
        total, page = self.messages(session, limit=PAGE, oldest_first=True)
        found = list(page)
        while page and len(found) < min(total, MOST_MESSAGES):
            total, page = self.messages(session, limit=PAGE, offset=len(found), oldest_first=True)
            found += page
        if page and total > len(found) >= MOST_MESSAGES:
            words = message(
                "The session {session} does not come to an end: {count} messages, and more.", session=session, count=len(found)
            )
            raise OutcomeUnknown(words, command=Command.SESSION_MESSAGES)
        return tuple(found)

    def finished(self, start: float, end: float, *, limit: int = 20, offset: int = 0) -> tuple[int, tuple[FinishedSession, ...]]:
        """How many sessions ended between two moments (Unix seconds), and up to ``limit`` (at most 100) of them.

        One whose id cannot be read has an empty one: it must not hide the others.
        """
        body = {"StartTimestamp": int(start), "EndTimestamp": int(end), "Limit": limit, "Offset": offset}
        fields = self._fetch(Command.SESSION_LIST, body)
        total = fields.integer("TotalCount")
        return total, tuple(map(_finished, _entries(fields, "IMCdrList", count=total)))

    def _fetch(self, command: Command, body: Mapping[str, object]) -> Fields:
        return Fields(command, self._transport.call(command, body, repeat=True))


class SessionWriter:
    """Streams messages into sessions. Nothing is repeated: a chunk sent twice is read twice."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def send(self, session: str, chunk: str, *, key: str | None = None, finish: bool = False) -> str:
        """Send one piece of a message and return its key, which the next pieces repeat; ``finish`` marks the last one.

        The key may be empty if the first piece is also the last: the service need not return one then.
        """
        _check_length(chunk)
        body: dict[str, object] = {"SessionId": session, "Chunk": chunk}
        body |= {"MsgKey": key} if key else {}
        body |= {"Finish": 1} if finish else {}
        fields = Fields(Command.SEND_STREAM, self._transport.call(Command.SEND_STREAM, body, repeat=False))
        return fields.text("MsgKey", key or ("" if finish else None))

    def stream(self, session: str, chunks: Iterable[str], *, key: str | None = None, finish: bool = True) -> str:
        """Send a message piece by piece and return its key. What is sent is checked whole before the first piece.

        ``key`` continues a message that was begun before; without ``finish`` the message can be continued later.
        """
        pieces = list(chunks) or [""]
        _check_length("".join(pieces))
        for number, piece in enumerate(pieces, start=1):
            key = self.send(session, piece, key=key, finish=finish and number == len(pieces))
        return key or ""


def _check_length(text: str) -> None:
    size = len(text.encode("utf-8", "replace"))
    if size > LONGEST:
        words = message("The message has {size} bytes; the service takes at most {limit}.", size=size, limit=LONGEST)
        hint = message("Shorten it, or send it as several messages.")
        raise RequestRefused(words, command=Command.SEND_STREAM, hint=hint)


def _chat_message(fields: Fields) -> ChatMessage:
    """One message, as far as it is the documented shape: an odd one must not hide the others."""
    odd: list[Message] = []

    def tolerated(read: Callable[[], T], otherwise: T) -> T:
        try:
            return read()
        except OutcomeUnknown as problem:
            odd.append(problem.message)
            return otherwise

    role = tolerated(lambda: fields.integer("FromAccountRole", Role.OTHER.value), Role.OTHER.value)
    return ChatMessage(
        account=tolerated(lambda: fields.text("FromAccount", ""), ""),
        role=Role(role) if role in {known.value for known in Role} else Role.OTHER,
        parts=tolerated(lambda: tuple(_part(element) for element in fields.records("MsgBody", count=0)), ()),
        sent_at=tolerated(lambda: fields.moment("Timestamp"), None),
        odd=tuple(odd),
    )


def _part(fields: Fields) -> MessagePart:
    kind = fields.text("MsgType", "")
    content = fields.values.get("MsgContent")
    if kind != "TIMTextElem" or not isinstance(content, dict):
        return MessagePart(kind)
    return MessagePart(kind, Fields(fields.command, content).text("Text", ""))


def _finished(fields: Fields) -> FinishedSession:
    values = [fields.values.get(name) for name in ("SessionId", "AgentId")]
    return FinishedSession(*(value if isinstance(value, str) else "" for value in values))


def _entries(fields: Fields, name: str, *, count: int) -> tuple[Fields, ...]:
    """The entries of a list; what is no object at all has no fields."""
    told = fields.values.get(name)
    if not isinstance(told, list):
        return fields.records(name, count=count)
    return tuple(Fields(fields.command, entry if isinstance(entry, dict) else {}) for entry in told)
