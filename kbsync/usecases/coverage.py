"""The use case ``coverage``: collect transcripts and compare them with the declared knowledge.

Transcripts are read from the service, by time or by id, or from files saved earlier. They are personal data: a saved file is
readable by its owner only.
"""

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from kbsync.conversations.coverage import Coverage, Reading, cover
from kbsync.conversations.transcripts import DAY, Period, Transcript, decode_transcripts, encode_transcripts, parse_period
from kbsync.desk.sessions import PAGE, SessionReader
from kbsync.dialogue import FinishedSession, oddities
from kbsync.display import day
from kbsync.errors import Misuse, NoSuchSession, RequestRefused, UnusableFile
from kbsync.messages import Message, message
from kbsync.model import Knowledge
from kbsync.ports import Progress
from kbsync.saving import read_file, save
from kbsync.usecases.composition import connected, reading
from kbsync.usecases.context import Call, Exit
from kbsync.usecases.workspace import Workspace

__all__ = ["CoverageOptions", "find_coverage"]

Item = TypeVar("Item")
Result = TypeVar("Result")

WORKERS = 4
"""Concurrent calls: sequential ones cannot reach the rate limit over a slow connection."""

SINCE = "7"
"""Days to look back by default."""


@dataclass(frozen=True, slots=True)
class CoverageOptions:
    """The options of ``kbsync coverage``. Raises Misuse if the transcripts are chosen in two ways."""

    since: str | None = None
    until: str | None = None
    sessions: tuple[str, ...] = ()
    transcripts: Path | None = None
    save: Path | None = None
    limit: int = 200
    live: bool = False
    reading: Reading = Reading()
    detailed_exitcode: bool = False

    def __post_init__(self) -> None:
        ways = (self.since or self.until, self.sessions, self.transcripts)
        if sum(bool(way) for way in ways) > 1:
            raise Misuse(message("name the transcripts in one way: --since and --until, or --session, or --transcripts"))
        if self.transcripts and self.save:
            raise Misuse(message("--save keeps what the service told; --transcripts reads what was kept"))


@dataclass(frozen=True, slots=True)
class Collected:
    """The transcripts read; ``notes`` are messages about missing ones."""

    transcripts: tuple[Transcript, ...]
    notes: tuple[Message, ...] = ()


def find_coverage(call: Call, options: CoverageOptions) -> tuple[Coverage, Exit]:
    """Collect the transcripts, save them if asked to, and compare them with the files."""
    workspace = call.open_workspace()
    if options.save is not None:
        check_private(options.save)
    collected, live = _bring(call, options, workspace)
    call.screen.notes(collected.notes)
    if options.save is not None:
        save_transcripts(options.save, collected.transcripts)
        call.screen.note(
            message("Transcripts saved to {path}: personal data, delete it when it is done with.", path=options.save)
        )
    if not options.reading.masked:
        call.screen.note(message("The result is not masked: it is personal data."))
    found = cover(collected.transcripts, workspace.knowledge, reading=options.reading, live=live)
    return found, Exit.PENDING if options.detailed_exitcode and found.gaps else Exit.DONE


def _bring(call: Call, options: CoverageOptions, workspace: Workspace) -> tuple[Collected, Knowledge | None]:
    """The transcripts, and the live library if asked for; the service is called only if one of them is not in a file."""
    saved = None if options.transcripts is None else load_transcripts(options.transcripts)
    if saved is not None and not options.live:
        return saved, None
    with connected(call, workspace) as connection:
        collected = saved or _collect(call, options, SessionReader(connection.transport))
        if not options.live:
            return collected, None
        with reading(call, connection) as reader:
            return collected, reader.read()


def _collect(call: Call, options: CoverageOptions, reader: SessionReader) -> Collected:
    label = message("reading transcripts")
    with call.screen.progress(call.context.clock) as progress:
        if options.sessions:
            return read_sessions(reader, options.sessions, progress=progress, label=label)
        span = parse_period(options.since or SINCE, options.until, now=call.context.clock.wall())
        return read_span(reader, span, limit=options.limit, progress=progress, label=label)


def read_span(reader: SessionReader, span: Period, *, limit: int, progress: Progress, label: Message) -> Collected:
    """The sessions that ended in a span, at most ``limit`` of them. Raises ServiceError."""
    total, sessions, nameless = _finished(reader, span, limit)
    chosen = sessions[:limit]
    progress.start(label, len(chosen))

    def one(session: FinishedSession) -> Transcript | None:
        try:
            messages = reader.whole(session.id)
        except NoSuchSession:
            return None
        progress.advance()
        return Transcript(session.id, messages, session.agent)

    found = _side_by_side(one, chosen)
    transcripts = tuple(each for each in found if each is not None)
    notes = _odd(transcripts)
    if not total:
        notes.append(
            message(
                "no session ended from {start} to {end}: look further back with --since, or name one that lasts with --session",
                start=day(span.start),
                end=day(span.end),
            )
        )
    if nameless:
        notes.append(
            message("ended sessions that the service lists without an id, which nobody can read: {count}", count=nameless)
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
        messages = reader.whole(name)
        progress.advance()
        return Transcript(name, messages)

    found = _side_by_side(one, names)
    return Collected(found, tuple(_odd(found)))


def _odd(transcripts: Sequence[Transcript]) -> list[Message]:
    return [note for each in transcripts for note in oddities(each.session, each.messages)]


def load_transcripts(path: Path) -> Collected:
    """The sessions of a file. Raises UnusableFile."""
    found = decode_transcripts(read_file(path), shown_as=path.as_posix())
    return Collected(found, () if found else (message("{path} holds no session", path=path),))


def check_private(path: Path) -> None:
    """Raise UnusableFile for an existing file that others can read.

    Not on Windows, where the mode bits of every file allow all to read it.
    """
    if hasattr(os, "getuid") and path.exists() and path.stat().st_mode & 0o077:
        raise UnusableFile(
            message("{path} can be read by others, and transcripts are personal data", path=path),
            hint=message("delete it, or take the others' permissions away: chmod 600 {path}", path=path),
        )


def save_transcripts(path: Path, transcripts: Sequence[Transcript]) -> None:
    """Put them into a file that only its owner can read. Raises UnusableFile."""
    check_private(path)
    save(path, encode_transcripts(transcripts), private=True)


def _finished(reader: SessionReader, span: Period, limit: int) -> tuple[int, list[FinishedSession], int]:
    """How many sessions ended in a span, about the first ``limit`` of them, and how many entries had no id instead.

    How long a span may be is not published: a refused one is asked for in halves, down to a day.
    """
    try:
        total, first = reader.finished(span.start, span.end, limit=PAGE)
    except RequestRefused:
        if span.end - span.start <= DAY:
            raise
        middle = (span.start + span.end) // 2
        later, newest, lost = _finished(reader, Period(middle + 1, span.end), limit)
        earlier, older, more = _finished(reader, Period(span.start, middle), limit)
        return later + earlier, [*newest, *older], lost + more
    found: dict[str, FinishedSession] = {}
    offset = nameless = 0
    while first:
        fresh = {session.id: session for session in first if session.id and session.id not in found}
        found |= fresh
        nameless += sum(not session.id for session in first)
        offset += len(first)
        if not fresh or offset >= total or len(found) >= limit:
            break
        total, first = reader.finished(span.start, span.end, limit=PAGE, offset=offset)
    return max(total - nameless, len(found)), list(found.values()), nameless


def _side_by_side(fetch: Callable[[Item], Result], items: Sequence[Item]) -> tuple[Result, ...]:
    """The results in the order of the items. After the first failure no further call is sent."""
    with ThreadPoolExecutor(WORKERS) as pool:
        try:
            return tuple(pool.map(fetch, items))
        finally:
            pool.shutdown(cancel_futures=True)
