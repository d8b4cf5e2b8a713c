"""Reading from the disk: nothing blocks, nothing leads elsewhere, nothing is left out without a word."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from kbsync.diagnostics import Rule
from kbsync.files import DiskFiles, load_files, load_tree
from kbsync.files.directory import FileRefused
from kbsync.model import MAX_FILE_BYTES

SETTINGS = "version: 1\ntargets: {sandbox: {driver: sandbox}}\n"


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A knowledge directory with settings."""
    directory = tmp_path / "knowledge"
    directory.mkdir()
    (directory / "kbsync.yaml").write_text(SETTINGS)
    return directory


def faults(directory: Path) -> list[str]:
    """Place and code of every fault."""
    return [f"{fault.location.path} {fault.rule.name}" for fault in load_files(DiskFiles(directory, shown_as="k")).diagnostics]


def test_a_missing_directory_is_one_fault(tmp_path: Path) -> None:
    """The directory is named, and its settings are not called missing as well."""
    (fault,) = load_files(DiskFiles(tmp_path / "nowhere", shown_as="nowhere")).diagnostics
    assert (fault.rule, fault.location.path) == (Rule.KB101, "nowhere")
    assert str(fault.message) == "it cannot be read: No such file or directory"
    assert str(fault.hint) == "run kbsync init, or name the directory with --dir"


def test_a_file_in_place_of_the_directory_needs_no_init(place: Path) -> None:
    """Making a directory there would be no remedy."""
    (fault,) = load_files(DiskFiles(place / "kbsync.yaml", shown_as="k")).diagnostics
    assert (fault.rule, fault.hint) == (Rule.KB101, None)


def test_links_are_refused_wherever_they_could_hide_knowledge(place: Path) -> None:
    """A linked file or directory is a fault; a link that means nothing to us is not."""
    (place / "outside").symlink_to(place.parent, target_is_directory=True)
    (place / "a.yaml").symlink_to("/etc/hostname")
    (place / "loop.yml").symlink_to("loop.yml")
    (place / "broken").symlink_to("nothing")
    (place / "notes.txt").symlink_to("kbsync.yaml")
    assert faults(place) == ["k/a.yaml KB115", "k/loop.yml KB115", "k/outside KB115"]


def test_linked_settings_are_refused_once(place: Path) -> None:
    """Settings behind a link are refused, and not called missing."""
    (place / "kbsync.yaml").rename(place / "real.txt")
    (place / "kbsync.yaml").symlink_to("real.txt")
    assert faults(place) == ["k/kbsync.yaml KB115"]


def test_a_fifo_does_not_keep_us_waiting(place: Path) -> None:
    """What is no file is told and not opened."""
    os.mkfifo(place / "a.yaml")
    os.mkfifo(place / "answer.txt")
    (place / "b.yaml").write_text("category: A\nquestions: [{question: q, answer: {file: answer.txt}}]\n")
    assert faults(place) == ["k/a.yaml KB101", "k/b.yaml KB310"]


def test_names_that_are_not_utf8_are_refused(place: Path) -> None:
    """Such a name could not be written into any report as it is."""
    (place / os.fsdecode(b"caf\xe9.yaml")).write_text("questions: []\n")
    assert faults(place) == ["k/caf⟨U+DCE9⟩.yaml KB101"]


@pytest.mark.parametrize("name", ["link/x.txt", "link.txt", "sub", "x" * 300])
def test_answers_through_links_and_other_traps_are_refused(place: Path, name: str) -> None:
    """No part of the path of an answer file may be a link, and its end must be a file."""
    (place / "sub").mkdir()
    (place / "sub/x.txt").write_text("secret")
    (place / "link.txt").symlink_to("sub/x.txt")
    (place / "a.yaml").write_text(f"category: A\nquestions: [{{question: q, answer: {{file: {name}}}}}]\n")
    (place / "hidden").mkdir()
    (place / "link").symlink_to("sub", target_is_directory=True)
    assert "k/a.yaml KB310" in faults(place)


def test_an_answer_in_a_directory_below_is_read(place: Path) -> None:
    """A path goes down and up again as long as it stays inside."""
    (place / "sub").mkdir()
    (place / "x.txt").write_text("yes\n")
    (place / "sub/a.yaml").write_text("category: A\nquestions: [{question: q, answer: {file: ../sub/../x.txt}}]\n")
    assert load_files(DiskFiles(place, shown_as="k")).knowledge.questions[0].content.answer == "yes"


def test_a_file_may_be_as_large_as_the_limit_and_no_larger(tmp_path: Path) -> None:
    """The limit is the last size that is read, on the disk and in memory."""
    (tmp_path / "x.txt").write_bytes(b"")
    os.truncate(tmp_path / "x.txt", MAX_FILE_BYTES)
    assert DiskFiles(tmp_path, shown_as="").read("x.txt") == bytes(MAX_FILE_BYTES)
    os.truncate(tmp_path / "x.txt", MAX_FILE_BYTES + 1)
    refused = DiskFiles(tmp_path, shown_as="").read("x.txt")
    assert isinstance(refused, FileRefused)
    assert str(refused.said) == "it is larger than 32 MiB"
    (fault,) = load_tree({"a.yaml": bytes(MAX_FILE_BYTES + 1)}, shown_as="k", settings=False).diagnostics
    assert fault.rule is Rule.KB110


def test_reading_needs_no_heavy_library() -> None:
    """Whoever only reads files loads neither network, nor terminal, nor comparison."""
    code = "import sys, kbsync.files, kbsync.files.schema; sys.exit(not {'httpx', 'rich', 'rapidfuzz'}.isdisjoint(sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
