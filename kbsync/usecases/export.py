"""The use case ``export``: the library as a table that ``kbsync import`` takes back, in another form, or as one page."""

from collections.abc import Iterator
from pathlib import Path

from kbsync.diagnostics import has_errors, sort_diagnostics
from kbsync.errors import HistoryUnavailable, InvalidInput, Misuse
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

__all__ = ["export_library"]


FORMATS = ("csv", "tsv", "xlsx", "json", "html")
"""Every format; the page of the library is made of more than the library."""

BINARY = frozenset({"xlsx"})
"""The formats that no terminal can show."""

FOREIGN = frozenset({"xls", "xlsm", "xlsb", "ods", "fods", "numbers"})
"""Formats of spreadsheets that are none of these."""


def format_of(out: Path | None, chosen: str, *, named: bool) -> str:
    """The format by the ending of a file's name, else the ``chosen`` one. Raises Misuse where a ``named`` one contradicts it."""
    ending = "" if out is None else out.suffix[1:].lower()
    if ending in FORMATS and chosen != ending and named:
        raise Misuse(message("{path} would be no {format}: name the file or the format otherwise", path=out, format=chosen))
    if ending in FOREIGN or (ending and ending not in FORMATS and not named):
        endings = ", ".join(f".{each}" for each in FORMATS)
        hint = message("name a file that ends in {endings}, or another one with --format", endings=endings)
        raise Misuse(message("kbsync writes no .{ending}", ending=ending), hint=hint)
    return ending if ending in FORMATS else chosen


def export_library(call: Call, kind: str, options: RenderOptions, *, live: bool, out: Path | None) -> bytes:
    """The library in a format. Raises InvalidInput for what the format cannot hold, and ServiceError."""
    if kind == "html":
        return write_page(call, options, live=live)
    if kind in BINARY and out is None:
        raise Misuse(message("a workbook is no text: name its file with --out"))
    workspace = call.open_workspace()
    knowledge, commit = workspace.knowledge, None
    if live:
        with reader_of(call, workspace) as reader:
            knowledge = reader.read()
    elif repository := Repository.find(workspace.directory, environ=call.context.environ):
        commit = commit_of(workspace, repository)[0]
    return _table(knowledge, commit, kind, language=options.language)


def _table(knowledge: Knowledge, commit: str | None, kind: str, *, language: str) -> bytes:
    """The rows of a library. Raises InvalidInput for a text that no cell can hold, UnusableFile where no workbook can be made."""
    from kbsync.sheets.rows import find_long, json_bytes  # noqa: PLC0415

    if kind == "json":
        return json_bytes(knowledge, commit)
    found = sort_diagnostics(find_long(knowledge))
    if has_errors(found):
        raise InvalidInput(message("not everything fits into cells; nothing was written"), found)
    from kbsync.sheets.tables import written, written_workbook  # noqa: PLC0415

    if kind == "xlsx":
        return written_workbook(knowledge, commit, language=language)
    return written(knowledge, commit, kind=kind, language=language)


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
