"""Taking a table into the files: read it, merge it with what was exported and with the files, show it, ask, write."""

from dataclasses import replace
from pathlib import Path

from kbsync.diagnostics import Diagnostic, has_errors, sort_diagnostics
from kbsync.display import shorten
from kbsync.errors import HistoryUnavailable, InvalidInput, Misuse, SafetyRefusal
from kbsync.files.directory import store
from kbsync.files.emit import can_be_written
from kbsync.files.merging import merge_files
from kbsync.files.schema import LEVELS
from kbsync.messages import message
from kbsync.model import MAX_FILE_BYTES, Category, Knowledge, show_path
from kbsync.render.prose import unified
from kbsync.saving import read_file
from kbsync.sheets.returning import Returned, Wishes, columns_of, commits_of, is_headed, merge_rows, rows_of, told
from kbsync.sheets.rows import COLUMNS
from kbsync.sheets.tables import read_table
from kbsync.usecases.context import Call, Exit, is_agreed
from kbsync.usecases.git import find_history
from kbsync.usecases.workspace import Workspace

__all__ = ["import_table"]

EXPORTS = 8
"""So many commits are looked up; a table has one, or a few where people put several together."""


def import_table(call: Call, path: Path, wishes: Wishes, *, mapping: str, sheet: str | None, yes: bool, dry_run: bool) -> Exit:
    """Take a table into the files. Raises InvalidInput for one with faults, SafetyRefusal for what both sides changed."""
    named = _named(mapping)
    if len(wishes.category) > LEVELS or not all(map(can_be_written, wishes.category)):
        raise Misuse(message("a category is written as Parent / Child: {text}", text=shorten(show_path(wishes.category))))
    workspace = call.open_workspace(comparing=False)
    table = read_table(path.as_posix(), read_file(path, MAX_FILE_BYTES + 1), sheet=sheet)
    call.screen.note(table.taken)
    columns, faults = columns_of(table, named)
    if faults:
        raise InvalidInput(message("the table cannot be taken; nothing was changed"), faults)
    call.screen.note(message("Columns: {columns}.", columns=told(columns)))
    headed = is_headed(table, named)
    if not headed:
        call.screen.note(message("The first row is taken for a question: where it holds headings, name a column by one of them."))
    rows, faults = rows_of(table, columns, headed=headed)
    bases = {commit: _base(call, workspace, commit) for commit in [*commits_of(rows)][:EXPORTS]}
    found = merge_rows(rows, workspace.knowledge, bases, wishes, path=table.path)
    if faults or found.faults:
        raise InvalidInput(message("the table cannot be taken; nothing was changed"), sort_diagnostics([*faults, *found.faults]))
    merged = merge_files(workspace.files, found.merge, shown_as=workspace.shown_as, target=None)
    warnings = _findings(workspace, found, merged.knowledge, table.path)
    call.screen.result(unified(workspace.files, merged.changes, shown_as=workspace.shown_as))
    call.screen.notes([*merged.notes, *merged.leaving(workspace.shown_as)])
    call.screen.warn(warnings)
    if found.missing:
        call.screen.note(
            message("Questions without a row: {count}; they stay, unless --removed says that they go.", count=found.missing)
        )
    if not merged.files and not found.clashes:
        call.screen.note(message("The files already say what the table holds."))
    if merged.files and not dry_run:
        if not (yes or _agrees(call)):
            return Exit.FAILED
        call.refuse_link()
        store(workspace.files, merged.changes)
    if found.clashes:
        said = message(
            "Changed in git and in the table: {count}; the files keep git's side: settle that by hand, or take the table's side "
            "with --theirs"
        )
        settled = message("Changed in git and in the table: {count}; the files keep git's side: settle that by hand")
        raise SafetyRefusal((settled if wishes.theirs else said).fill(count=len(found.clashes)), found.clashes)
    return Exit.DONE


def _findings(workspace: Workspace, found: Returned, knowledge: Knowledge, path: str) -> tuple[Diagnostic, ...]:
    """The findings of the content checks in what the table changes. Raises InvalidInput for errors."""
    from kbsync.checks import check  # noqa: PLC0415  (loads rapidfuzz)

    before = workspace.knowledge
    used = {one.content.category for one in before.questions} - {one.path for one in before.categories}
    after = replace(found.placed(knowledge), categories=(*knowledge.categories, *map(Category, sorted(used))))
    old = frozenset(one.content for one in before.questions)
    told = check(after, workspace.settings.checks, old=old, known=before.entries()) if found.taken else ()
    told = sort_diagnostics(each for each in told if each.location.path == path and each.location.cell)
    if has_errors(told):
        raise InvalidInput(message("the table cannot be taken; nothing was changed"), told)
    return told


def _named(mapping: str) -> dict[str, str]:
    """The columns that the command line names."""
    pairs = [each.partition("=") for each in mapping.split(",") if each]
    names = [name.strip() for name, _, _ in pairs]
    if any(not column.strip() for _, _, column in pairs) or not {*names} <= {*COLUMNS} or len({*names}) < len(names):
        hint = message("columns are named as in question=B,answer=D; there are {names}", names=", ".join(COLUMNS))
        raise Misuse(message("--map {mapping} cannot be read", mapping=mapping), hint=hint)
    return {name.strip(): column.strip() for name, _, column in pairs}


def _agrees(call: Call) -> bool:
    return is_agreed(
        call.screen,
        message("Write this into the files?"),
        absent=message("nobody is here to agree; nothing was written"),
        instead=message("add --yes, or look first with --dry-run"),
        declined=message("Nothing was written."),
    )


def _base(call: Call, workspace: Workspace, commit: str) -> Knowledge | None:
    """The files at a commit; None where git cannot tell them."""
    target = workspace.target(None)
    try:
        return find_history(workspace, target, given=commit, context=call.context, certain=False).knowledge
    except HistoryUnavailable as problem:
        call.screen.note(problem.message)
        return None
