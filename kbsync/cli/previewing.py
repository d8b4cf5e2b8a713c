"""The course of ``kbsync preview``: find the answer, show it, get consent, stream it, say how far it came."""

import textwrap
import threading
from pathlib import Path

from kbsync.cli.asking import confirms, is_interactive
from kbsync.cli.flow import chosen_target, opened
from kbsync.cli.options import Invocation
from kbsync.cli.signals import stopping_well
from kbsync.conversations.chunks import pieces
from kbsync.conversations.declared import find_question
from kbsync.desk.sessions import SessionReader, SessionWriter
from kbsync.display import visible
from kbsync.errors import Misuse, SafetyRefusal
from kbsync.messages import Message, message
from kbsync.model import Knowledge
from kbsync.render.json_documents import document
from kbsync.usecases.previewing import Draft, Streamed, draft_of, look_first, read_draft, stream_draft
from kbsync.usecases.workspace import open_workspace

__all__ = ["draw_streamed", "run_preview"]


def run_preview(
    call: Invocation, *, question: str | None, answer_file: Path | None, session: str, asked: bool
) -> Streamed | None:
    """Send the answer if the session allows it and, where they are asked, the user agrees; None if not.

    Raises Misuse, InvalidInput, UnusableFile, SafetyRefusal, and ServiceError while nothing was sent.
    """
    workspace = open_workspace(call.directory, target=call.target)
    draft = _draft(workspace.knowledge, question, answer_file)
    with opened(call, chosen_target(call, workspace), workspace.state) as connection:
        reader = SessionReader(connection.transport)
        look_first(reader.state(session=session))
        cut = pieces(draft.text)
        _show(call, draft, len(cut), asked=asked)
        if asked and not _agreed(call, session):
            return None
        # A stop of its own: the one of the surroundings would hold back the last piece too, which ends the message.
        stop = threading.Event()
        with stopping_well(stop, tell=lambda: call.screen.note(message("Stopping: the message is being ended."))):
            done = stream_draft(reader, SessionWriter(connection.transport), session, pieces=cut, stop=stop)
    _tell(call, done)
    return done


def draw_streamed(done: Streamed, session: str, call: Invocation) -> str:
    """How far it came, in the format that was asked for."""
    if call.format == "json":
        return document(session=session, key=done.key, sent=done.sent, pieces=done.total, ended=done.ended, state=done.state)
    return call.screen.say(
        message("Pieces sent to {session}: {sent} of {total}.", sent=done.sent, total=done.total, session=session)
    )


def _draft(knowledge: Knowledge, question: str | None, answer_file: Path | None) -> Draft:
    if answer_file is not None:
        return read_draft(answer_file)
    if question is None:
        raise Misuse(message("name the question whose answer is to be sent, or a text with --answer-file"))
    return draft_of(find_question(knowledge, question))


def _show(call: Invocation, draft: Draft, count: int, *, asked: bool) -> None:
    """Show what would be sent, also to a quiet user: nobody agrees to what they have not seen."""
    screen = call.screen
    screen.note(message("The answer from {origin} (pieces: {count}):", origin=draft.origin, count=count))
    if asked or screen.verbosity >= 0:
        screen.aside(textwrap.indent(visible(draft.text), "  "))
    if draft.rich:
        screen.note(message("The answer is rich text and a stream takes plain text only, so it goes without its markup."))


def _agreed(call: Invocation, session: str) -> bool:
    if not is_interactive():
        raise SafetyRefusal(
            message("nobody is here to agree; nothing was sent"), [message("add --yes, or run kbsync preview in a terminal")]
        )
    if confirms(call.screen, message("Send it to {session}, where a customer may read it?", session=session)):
        return True
    call.screen.note(message("Not sent."))
    return False


def _tell(call: Invocation, done: Streamed) -> None:
    """Say on stderr why it is not whole, and whether readers still wait for the rest."""
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
