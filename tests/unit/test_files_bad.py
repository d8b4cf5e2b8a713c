"""The shelf of faulty files: one directory for each rule, its input and every word that people read about it."""

import os
import shutil
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest
from openpyxl import Workbook

from kbsync.checks import check
from kbsync.diagnostics import Diagnostic, Rule, sort_diagnostics
from kbsync.display import visible
from kbsync.errors import InvalidInput
from kbsync.files import DiskFiles, load_files
from kbsync.files.source import MAX_FAULTS
from kbsync.model import MAX_FILE_BYTES, Knowledge
from kbsync.sheets.returning import Wishes, columns_of, merge_rows, rows_of
from kbsync.sheets.rows import LONGEST, find_long
from kbsync.sheets.tables import read_table
from tests.golden import check_golden

SHELF = Path(__file__).parent.parent / "bad"
CASES = sorted(path.name for path in SHELF.iterdir())

SETTINGS = "version: 1\ndefault_target: sandbox\ntargets:\n  sandbox: {driver: sandbox}\n  production: {driver: sandbox}\n"

LONG = (
    f"category: A\nquestions:\n  - question: 多长?\n    answer: ={'x' * LONGEST}\n  - question: b\n    answer: {'x' * LONGEST}\n"
)


def workbook(path: Path) -> None:
    """A workbook with everything in it that is no text, and merged cells."""
    book = Workbook()
    sheet = book["Sheet"]
    for row in (
        ["Question", "Answer", "Status"],
        ["a", "=1+1", 5],
        ["b", datetime(2026, 1, 2, tzinfo=UTC).replace(tzinfo=None), 4],
        ["c", True, ""],
        [12, 1.5, ""],
        ["d", "x", "#N/A"],
        ["e", "x", ""],
    ):
        sheet.append(row)
    sheet.merge_cells("B7:B9")
    book.save(path)


def taken(place: Path, desired: Knowledge) -> list[Diagnostic]:
    """What is told of a table."""
    path = next(path for path in place.iterdir() if path.suffix in (".csv", ".xlsx"))
    try:
        table = read_table(path.name, path.read_bytes(), sheet=None)
    except InvalidInput as problem:
        return list(problem.diagnostics)
    columns, faults = columns_of(table, {})
    if faults:
        return faults
    rows, faults = rows_of(table, columns)
    return faults + list(merge_rows(rows, desired, {}, Wishes(), path=path.name).faults)


PREPARE: Mapping[str, Callable[[Path], object]] = {
    "KB110": lambda place: os.truncate(place / "input.yaml", MAX_FILE_BYTES + 1),
    "KB115": lambda place: (place / "input.yaml").symlink_to("target.txt"),
    "KB310": lambda place: (place / "Answers" / "cafe\u0301.txt").write_text("x", encoding="utf-8"),
    "KB501": lambda place: (place / "input.yaml").write_text(LONG, encoding="utf-8"),
    "KB504": lambda place: workbook(place / "input.xlsx"),
    "KB505": lambda place: workbook(place / "input.xlsx"),
    "KB117": lambda place: (place / "input.yaml").write_text("".join(f"x{n}: 1\n" for n in range(MAX_FAULTS + 3))),
}
"""What a repository had better not hold: huge files and links."""


def draw(found: Diagnostic) -> str:
    """A fault with its source line and caret."""
    lines = [f"{found.location}: {found.severity} {found.rule.name} {found.message}"]
    if found.source:
        lines += [f"    {visible(found.source)}", f"    {' ' * (found.location.column - 1)}{'^' * found.width}"]
    if found.hint:
        lines.append(f"  hint: {found.hint}")
    lines += [f"  {second.location}: {second.message}" for second in found.related]
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("name", CASES)
def test_every_fault_is_told_with_place_and_remedy(name: str, tmp_path: Path) -> None:
    """All faults of a directory are found in one run, each where it stands."""
    place = tmp_path / "knowledge"
    shutil.copytree(SHELF / name, place, ignore=shutil.ignore_patterns("expected.txt"))
    code = name[:5]
    if not code.startswith("KB2") and not (place / "kbsync.yaml").exists():
        (place / "kbsync.yaml").write_text(SETTINGS, encoding="utf-8")
    if code in PREPARE:
        PREPARE[code](place)
    loaded = load_files(DiskFiles(place, shown_as="knowledge"))
    findings = [*loaded.diagnostics]
    if code.startswith("KB4"):
        findings += check(loaded.knowledge, loaded.settings.checks if loaded.settings else {})
    if code == "KB501":
        findings += find_long(loaded.knowledge)
    elif code.startswith("KB5"):
        findings += taken(place, loaded.knowledge)
    told = [found for found in sort_diagnostics(findings) if code != "KB117" or found.location.line in (1, MAX_FAULTS)]
    check_golden(SHELF / name / "expected.txt", "\n".join(draw(found) for found in told))
    assert Rule[code] in {found.rule for found in findings}


def test_the_shelf_is_complete() -> None:
    """Each rule has its directory, named by code and slug."""
    assert {f"{rule.name}-{rule.value}" for rule in Rule} == set(CASES)
