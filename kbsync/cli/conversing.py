"""The course of ``kbsync coverage``: bring transcripts, hold them against the files, draw the finding."""

from dataclasses import dataclass
from pathlib import Path

from kbsync.cli.flow import chosen_target, opened
from kbsync.cli.options import Invocation
from kbsync.cli.progress import progress_for
from kbsync.conversations.coverage import Coverage, Reading, cover
from kbsync.conversations.transcripts import parse_period
from kbsync.desk.sessions import SessionReader
from kbsync.errors import Misuse
from kbsync.messages import message
from kbsync.model import Knowledge
from kbsync.usecases.composition import Connection
from kbsync.usecases.conversing import (
    Collected,
    check_private,
    load_transcripts,
    read_sessions,
    read_span,
    save_transcripts,
)
from kbsync.usecases.workspace import Workspace, open_workspace

__all__ = ["Wanted", "run_coverage"]

SINCE = "7"
"""Days that are looked at unless a span is named."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which transcripts are wanted. Raises Misuse where they are named in two ways."""

    since: str | None = None
    until: str | None = None
    sessions: tuple[str, ...] = ()
    transcripts: Path | None = None
    save: Path | None = None
    limit: int = 200
    live: bool = False

    def __post_init__(self) -> None:
        ways = (self.since or self.until, self.sessions, self.transcripts)
        if sum(bool(way) for way in ways) > 1:
            raise Misuse(message("name the transcripts in one way: --since and --until, or --session, or --transcripts"))
        if self.transcripts and self.save:
            raise Misuse(message("--save keeps what the service told; --transcripts reads what was kept"))


def run_coverage(call: Invocation, wanted: Wanted, reading: Reading) -> Coverage:
    """Bring the transcripts, save them where that is wanted, and look what the files have for them."""
    workspace = open_workspace(call.directory, target=call.target)
    if wanted.save is not None:
        check_private(wanted.save)
    collected, live = _brought(call, wanted, workspace)
    call.screen.notes(collected.notes)
    if wanted.save is not None:
        save_transcripts(wanted.save, collected.transcripts)
        call.screen.note(message("Transcripts saved to {path}: personal data, delete it when it is done with.", path=wanted.save))
    if not reading.masked:
        call.screen.note(message("The result is not masked: it is personal data."))
    return cover(collected.transcripts, workspace.knowledge, reading=reading, live=live)


def _brought(call: Invocation, wanted: Wanted, workspace: Workspace) -> tuple[Collected, Knowledge | None]:
    """The transcripts, and the live library if it is wanted; the service is reached only for what it alone knows."""
    saved = None if wanted.transcripts is None else load_transcripts(wanted.transcripts)
    if saved is not None and not wanted.live:
        return saved, None
    with opened(call, chosen_target(call, workspace), workspace.state) as connection:
        collected = saved or _collected(call, wanted, SessionReader(connection.transport))
        return collected, _live(call, connection) if wanted.live else None


def _collected(call: Invocation, wanted: Wanted, reader: SessionReader) -> Collected:
    label = message("reading transcripts")
    with progress_for(call.screen) as progress:
        if wanted.sessions:
            return read_sessions(reader, wanted.sessions, progress=progress, label=label)
        span = parse_period(wanted.since or SINCE, wanted.until, now=call.context.clock.wall())
        return read_span(reader, span, limit=wanted.limit, progress=progress, label=label)


def _live(call: Invocation, connection: Connection) -> Knowledge:
    with progress_for(call.screen) as progress:
        progress.start(message("reading the live library"), None)
        return connection.reader(on_rows=progress.advance).read()
