"""The use case ``export``: the library as a table that ``kbsync import`` takes back, in another form, or as one page."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from pkgutil import resolve_name

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
from kbsync.usecases.workspace import Workspace, commit_of

__all__ = ["export_library"]


@dataclass(frozen=True, slots=True)
class ExportedLibrary:
    """What is written out: the files, the commit whose files they are, and what the service holds, where that was asked for."""

    workspace: Workspace
    commit: str | None
    live: Knowledge | None

    @property
    def knowledge(self) -> Knowledge:
        """What the service holds where that was asked for, else what the files say."""
        return self.workspace.knowledge if self.live is None else self.live


Writer = Callable[[ExportedLibrary, RenderOptions], bytes]

WRITERS: Mapping[str, str] = {
    "csv": "kbsync.usecases.export:write_csv",
    "tsv": "kbsync.usecases.export:write_tsv",
    "xlsx": "kbsync.usecases.export:write_xlsx",
    "json": "kbsync.usecases.export:write_json",
}
"""What writes a format; it is loaded when its format is asked for."""

FORMATS = (*WRITERS, "html")
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
    writer: Writer = resolve_name(WRITERS[kind])
    held = None
    if live:
        from kbsync.usecases.plan import reader_of  # noqa: PLC0415  (loads the planner)

        with reader_of(call, workspace) as reader:
            held = reader.read()
    repository = None if live else Repository.find(workspace.directory, environ=call.context.environ)
    commit = None if repository is None else commit_of(workspace, repository)[0]
    return writer(ExportedLibrary(workspace, commit, held), options)


def write_csv(library: ExportedLibrary, options: RenderOptions, *, kind: str = "csv") -> bytes:
    """A table in CSV. Raises InvalidInput for a text that no cell can hold."""
    from kbsync.sheets.tables import written  # noqa: PLC0415

    _check_cells(library)
    return written(library.knowledge, library.commit, kind=kind, language=options.language)


def write_tsv(library: ExportedLibrary, options: RenderOptions) -> bytes:
    """The same, separated by tabs."""
    return write_csv(library, options, kind="tsv")


def write_xlsx(library: ExportedLibrary, options: RenderOptions) -> bytes:
    """A workbook. Raises UnusableFile where its library is not installed."""
    from kbsync.sheets.tables import written_workbook  # noqa: PLC0415

    _check_cells(library)
    return written_workbook(library.knowledge, library.commit, language=options.language)


def _check_cells(library: ExportedLibrary) -> None:
    from kbsync.sheets.rows import find_long  # noqa: PLC0415

    found = sort_diagnostics(find_long(library.knowledge))
    if has_errors(found):
        raise InvalidInput(message("not everything fits into cells; nothing was written"), found)


def write_json(library: ExportedLibrary, _options: RenderOptions) -> bytes:
    """The rows for programs."""
    from kbsync.sheets.rows import json_bytes  # noqa: PLC0415

    return json_bytes(library.knowledge, library.commit)


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
