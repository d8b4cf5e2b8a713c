"""The page of the whole library: what the files say, what is found in them, and what is live beside that."""

from collections.abc import Iterator

from kbsync.errors import HistoryUnavailable
from kbsync.history.remote import find_editor
from kbsync.history.repository import Repository
from kbsync.messages import Message, message
from kbsync.model import Content, Knowledge
from kbsync.plan import Kind, Plan, QuestionChange
from kbsync.render.html_library import LibraryPage, library_html
from kbsync.render.words import RenderOptions
from kbsync.usecases.context import Call
from kbsync.usecases.plan import plan_against, prepare, reader_of
from kbsync.usecases.workspace import commit_of

UNDECLARED = message("live, not in git")
GONE = message("live, no longer in git")
PRESET = message("live, the service's own")


def write_page(call: Call, options: RenderOptions, *, live: bool) -> bytes:
    """The page of the whole library, with what is live and not in the files if asked for.

    Where git cannot be asked there are no links. Raises InvalidInput, and with ``live`` ServiceError.
    """
    workspace, library = call.open_workspace(), Knowledge()
    absent: list[tuple[Content, Message]] | None = None
    if live:
        ready = prepare(call, base=None, certain=False)
        with reader_of(call, workspace) as reader:
            library = reader.read()
        absent = list(_absent(library, plan_against(library, ready)))
    notices = (
        () if library.complete else (message("The live listing is incomplete: what is live and not in git may be missing."),)
    )
    commit, editor = None, ""
    try:
        repository = Repository.find(workspace.directory, environ=call.context.environ)
        if repository is not None:
            commit, editor = commit_of(workspace, repository)[0], find_editor(repository)
    except HistoryUnavailable as problem:
        call.screen.note(problem.message)
    page = LibraryPage(
        call.target_of(workspace).name, workspace.knowledge, workspace.diagnostics, commit, editor, absent, notices
    )
    return library_html(page, options).encode()


def _absent(live: Knowledge, plan: Plan) -> Iterator[tuple[Content, Message]]:
    """The live questions that the files do not have, whether they stay or are to be removed."""
    contents = {question.id: question.content for question in live.questions}
    for item in plan.unmanaged:
        if item.kind is Kind.QUESTION:
            yield contents[item.id], PRESET if item.preset else GONE if item.formerly_declared else UNDECLARED
    for change in plan.changes:
        if isinstance(change, QuestionChange) and change.removal and change.before:
            yield change.before, GONE
