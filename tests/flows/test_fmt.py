"""One layout for all files: what is rewritten, what is only shown, what is refused."""

import json
from pathlib import Path

import pytest

from kbsync.usecases.context import Exit
from tests.flows.harness import Bench

WILD = "questions:\n- answer:   'one'   # why\n  question: \"a\"\n  category: A\n"
CALM = "questions:\n  - question: a\n    answer: one  # why\n    category: A\n"


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    """A directory with one file in no order at all."""
    bench = Bench.make(tmp_path, git=False)
    bench.write({"wild.yaml": WILD, "calm.yaml": CALM.replace("question: a", "question: b")})
    return bench


def read(bench: Bench) -> str:
    """The file that had no order."""
    return (bench.path / "knowledge/wild.yaml").read_text()


def test_files_are_laid_out_and_listed(bench: Bench) -> None:
    """Only the file that was not in the canonical layout is written and named; a second run finds nothing."""
    first = bench.run("fmt")
    assert (first.code, first.out, read(bench)) == (Exit.DONE, "knowledge/wild.yaml\n", CALM)
    assert bench.run("fmt", "--check").out == ""
    assert bench.run("fmt", "--check").code == Exit.DONE


def test_check_lists_and_writes_nothing(bench: Bench) -> None:
    """With --check the exit code is 3 and the file stays."""
    found = bench.run("fmt", "--check")
    assert (found.code, found.out, read(bench)) == (Exit.PENDING, "knowledge/wild.yaml\n", WILD)


def test_diff_shows_and_writes_nothing(bench: Bench) -> None:
    """With --diff the difference is the result."""
    found = bench.run("fmt", "--diff")
    assert (found.code, read(bench)) == (Exit.DONE, WILD)
    assert found.out.startswith("--- a/knowledge/wild.yaml\n+++ b/knowledge/wild.yaml\n")
    assert "-- answer:   'one'   # why\n" in found.out


def test_json_holds_paths_and_difference(bench: Bench) -> None:
    """Machines get both."""
    found = json.loads(bench.run("fmt", "--check", "--format", "json").out)
    assert found["files"] == ["knowledge/wild.yaml"]
    assert found["diff"] == bench.run("fmt", "--diff").out


def test_faults_stop_the_formatter(bench: Bench) -> None:
    """Files with errors are shown with their places, and no file is written, neither that one nor another."""
    bench.write({"bad.yaml": "questions: [\n"})
    found = bench.run("fmt")
    assert found.code == Exit.INVALID
    assert "knowledge/bad.yaml:2:1" in found.err
    assert read(bench) == WILD


def test_a_file_without_final_line_end_gets_one(bench: Bench) -> None:
    """A missing final line end is shown as git shows it, and mended."""
    bench.write({"wild.yaml": CALM.rstrip()})
    assert "\\ No newline at end of file\n" in bench.run("fmt", "--diff").out
    bench.run("fmt")
    assert read(bench) == CALM
