"""Writing the library out: as a table that comes back through ``kbsync import``, or in another form, by a table of writers."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from pkgutil import resolve_name

from kbsync.diagnostics import has_errors, sort_diagnostics
from kbsync.errors import InvalidInput, Misuse
from kbsync.history.repository import Repository
from kbsync.messages import message
from kbsync.model import Knowledge
from kbsync.render.words import RenderOptions
from kbsync.usecases.context import Call
from kbsync.usecases.workspace import Workspace, commit_of

__all__ = ["FORMATS", "WRITERS", "ExportedLibrary", "export_library", "format_of"]


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
        from kbsync.usecases.library_page import write_page  # noqa: PLC0415  (loads the planner)

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
