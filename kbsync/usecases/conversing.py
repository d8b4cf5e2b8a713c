"""Brings transcripts: from the service by time or by id, and from files saved earlier. It can only look.

What is learned from them is told in ``conversations``; they are personal data, so what is saved is for its owner alone.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from kbsync.conversations.transcripts import DAY, Period, Transcript, decode_transcripts, encode_transcripts
from kbsync.desk.sessions import SessionReader
from kbsync.dialogue import ChatMessage, FinishedSession
from kbsync.errors import NoSuchSession, RequestRefused, UnusableFile
from kbsync.messages import Message, message
from kbsync.progress import Progress
from kbsync.saving import save

__all__ = ["Collected", "check_private", "load_transcripts", "read_sessions", "read_span", "save_transcripts"]

Item = TypeVar("Item")
Result = TypeVar("Result")

PAGE = 100
"""Entries a call at most (1229/68823 and 1229/68824)."""

WORKERS = 4
"""Calls under way at a time: one after the other cannot reach the limit over a long line."""


@dataclass(frozen=True, slots=True)
class Collected:
    """What was read; ``notes`` say what is missing from it."""

    transcripts: tuple[Transcript, ...]
    notes: tuple[Message, ...] = ()


def read_span(reader: SessionReader, span: Period, *, limit: int, progress: Progress, label: Message) -> Collected:
    """The sessions that ended in a span, at most ``limit`` of them. Raises ServiceError."""
    total, sessions = _finished(reader, span, limit)
    chosen = sessions[:limit]
    progress.start(label, len(chosen))

    def one(session: FinishedSession) -> Transcript | None:
        try:
            messages = _messages(reader, session.id)
        except NoSuchSession:
            return None
        progress.advance()
        return Transcript(session.id, messages, session.agent)

    found = _side_by_side(one, chosen)
    transcripts = tuple(each for each in found if each is not None)
    notes = []
    if not total:
        notes.append(
            message(
                "no session ended from {start} to {end}: look further back with --since, or name one that lasts with --session",
                start=_day(span.start),
                end=_day(span.end),
            )
        )
    if total > len(chosen):
        words = message("sessions read: {read} of {total}; --limit {total} reads all of them", read=len(chosen), total=total)
        notes.append(words)
    if len(transcripts) < len(found):
        lost = len(found) - len(transcripts)
        notes.append(message("sessions whose messages the service no longer keeps: {count}", count=lost))
    return Collected(transcripts, tuple(notes))


def read_sessions(reader: SessionReader, sessions: Sequence[str], *, progress: Progress, label: Message) -> Collected:
    """The named sessions, also such as still last. Raises NoSuchSession and other ServiceErrors."""
    names = tuple(dict.fromkeys(sessions))
    progress.start(label, len(names))

    def one(name: str) -> Transcript:
        messages = _messages(reader, name)
        progress.advance()
        return Transcript(name, messages)

    return Collected(_side_by_side(one, names))


def load_transcripts(path: Path) -> Collected:
    """The sessions of a file. Raises UnusableFile."""
    try:
        data = path.read_bytes()
    except OSError as problem:
        raise UnusableFile(
            message("{path} cannot be read: {reason}", path=path, reason=problem.strerror or "unknown reason")
        ) from None
    found = decode_transcripts(data, shown_as=path.as_posix())
    return Collected(found, () if found else (message("{path} holds no session", path=path),))


def check_private(path: Path) -> None:
    """Refuse a file that others may read, before anything is put into it. Raises UnusableFile."""
    if path.exists() and path.stat().st_mode & 0o077:
        raise UnusableFile(
            message("{path} can be read by others, and transcripts are personal data", path=path),
            hint=message("delete it, or take the others' permissions away: chmod 600 {path}", path=path),
        )


def save_transcripts(path: Path, transcripts: Sequence[Transcript]) -> None:
    """Put them into a file that only its owner can read. Raises UnusableFile."""
    check_private(path)
    save(path, encode_transcripts(transcripts), private=True)


def _finished(reader: SessionReader, span: Period, limit: int) -> tuple[int, list[FinishedSession]]:
    """How many sessions ended in a span, and about the first ``limit`` of them.

    How long a span may be is not published: a refused one is asked for in halves, down to a day.
    """
    try:
        total, first = reader.finished(span.start, span.end, limit=PAGE)
    except RequestRefused:
        if span.end - span.start <= DAY:
            raise
        middle = (span.start + span.end) // 2
        later, newest = _finished(reader, Period(middle + 1, span.end), limit)
        earlier, older = _finished(reader, Period(span.start, middle), limit)
        return later + earlier, [*newest, *older]
    found = {session.id: session for session in first}
    offset = len(first)
    while first and offset < total and len(found) < limit:
        total, first = reader.finished(span.start, span.end, limit=PAGE, offset=offset)
        found |= {session.id: session for session in first}
        offset += len(first)
    return max(total, len(found)), list(found.values())


def _day(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%d")


def _messages(reader: SessionReader, session: str) -> tuple[ChatMessage, ...]:
    """Everything that was said in a session, oldest first."""
    total, page = reader.messages(session, limit=PAGE, oldest_first=True)
    found = list(page)
    while page and len(found) < total:
        total, page = reader.messages(session, limit=PAGE, offset=len(found), oldest_first=True)
        found += page
    return tuple(found)


def _side_by_side(fetch: Callable[[Item], Result], items: Sequence[Item]) -> tuple[Result, ...]:
    """The results in the order of the items. The first failure ends it; what has not begun by then is not sent."""
    with ThreadPoolExecutor(WORKERS) as pool:
        try:
            return tuple(pool.map(fetch, items))
        finally:
            pool.shutdown(cancel_futures=True)
