"""The shelf of faulty files: one directory for each rule, its input and every word that people read about it."""

import os
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from kbsync.checks import check
from kbsync.diagnostics import Diagnostic, Rule, sort_diagnostics
from kbsync.display import visible
from kbsync.files import load
from kbsync.files.source import MAX_FAULTS
from kbsync.model import MAX_FILE_BYTES
from kbsync.sheets.rows import LONGEST, find_long
from tests.golden import check_golden

SHELF = Path(__file__).parent.parent / "bad"
CASES = sorted(path.name for path in SHELF.iterdir())

SETTINGS = "version: 1\ndefault_target: sandbox\ntargets:\n  sandbox: {driver: sandbox}\n  production: {driver: sandbox}\n"

LONG = (
    f"category: A\nquestions:\n  - question: 多长?\n    answer: ={'x' * LONGEST}\n  - question: b\n    answer: {'x' * LONGEST}\n"
)

PREPARE: Mapping[str, Callable[[Path], object]] = {
    "KB110": lambda place: os.truncate(place / "input.yaml", MAX_FILE_BYTES + 1),
    "KB115": lambda place: (place / "input.yaml").symlink_to("target.txt"),
    "KB310": lambda place: (place / "Answers" / "cafe\u0301.txt").write_text("x", encoding="utf-8"),
    "KB501": lambda place: (place / "input.yaml").write_text(LONG, encoding="utf-8"),
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
    loaded = load(place, shown_as="knowledge")
    findings = [*loaded.diagnostics]
    if code.startswith("KB4"):
        findings += check(loaded.knowledge, loaded.settings.checks if loaded.settings else {})
    if code == "KB501":
        findings += find_long(loaded.knowledge)
    told = [found for found in sort_diagnostics(findings) if code != "KB117" or found.location.line in (1, MAX_FAULTS)]
    check_golden(SHELF / name / "expected.txt", "\n".join(draw(found) for found in told))
    assert Rule[code] in {found.rule for found in findings}


def test_the_shelf_is_complete() -> None:
    """Each rule has its directory, named by code and slug."""
    assert {f"{rule.name}-{rule.value}" for rule in Rule} == set(CASES)
