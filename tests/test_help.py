"""Help teaches: every command has examples that its own parser accepts, nothing is cut, completion offers what there is."""

import os
import runpy
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.shell_completion import ShellComplete

from kbsync.cli.app import SECTIONS, application
from kbsync.cli.options import DocumentedCommand
from kbsync.usecases.context import Exit
from tests.golden import check_golden

GOLDEN = Path(__file__).parent / "unit" / "golden"
WIDTH = 80


def page(*words: str, command: click.Command = application) -> str:
    """A help page as a terminal of eighty columns shows it."""
    context = click.Context(application, info_name="kbsync", terminal_width=WIDTH, **application.context_settings)
    for word in words:
        assert isinstance(command, click.Group)
        command = command.commands[word]
        context = click.Context(command, info_name=word, parent=context)
    return command.get_help(context) + "\n"


def leaves(group: click.Group = application, *path: str) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Every command that can be run, with the words that lead to it."""
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from leaves(command, *path, name)
        else:
            yield (*path, name), command


LEAVES = dict(leaves())
EXAMPLES = [line for command in LEAVES.values() if isinstance(command, DocumentedCommand) for line, _ in command.examples]


def test_the_first_page() -> None:
    """`kbsync --help` shows every command whole, by what it is for."""
    shown = page()
    assert "..." not in shown.replace("[ARGS]...", "")
    check_golden(GOLDEN / "help.txt", shown)


def test_a_command_page() -> None:
    """What it does, examples, its own options, the common ones, exit codes: in this order."""
    shown = page("apply")
    titles = [line for line in shown.splitlines() if line.endswith(":") and not line.startswith(" ")]
    assert titles == ["Examples:", "Options:", "Common options:", "Exit codes:"]
    assert shown.index("Common options:") < shown.index("--help")


def test_every_command_has_its_place() -> None:
    """Each is in one section, so that the first page forgets none."""
    placed = [command for commands in SECTIONS.values() for command in commands]
    assert sorted(filter(None, (command.name for command in placed))) == sorted(application.commands)


@pytest.mark.parametrize("words", LEAVES, ids=" ".join)
def test_a_page_is_whole(words: tuple[str, ...]) -> None:
    """Two to five examples, a first sentence that no list cuts, no raw escape, nothing wider than the terminal."""
    command, shown = LEAVES[words], page(*words)
    assert isinstance(command, DocumentedCommand)
    assert 2 <= len(command.examples) <= 5
    assert len((command.help or "").splitlines()[0]) <= 64
    assert "\\b" not in shown
    assert [line for line in shown.splitlines() if len(line) > WIDTH] == []


@pytest.mark.no_cover
@pytest.mark.parametrize("line", EXAMPLES)
def test_an_example_can_be_typed(line: str) -> None:
    """The parser takes it: the commands, the options and the kinds of their values exist."""
    words = shlex.split(line.partition(" > ")[0])
    path = next(path for path in LEAVES if tuple(words[1 : len(path) + 1]) == path)
    assert words[0] == "kbsync"
    LEAVES[path].make_context(path[-1], words[len(path) + 1 :])


def test_exit_codes_are_ones_that_exist() -> None:
    """What a page says about a code does not contradict the table of the README."""
    told = {code for command in LEAVES.values() if isinstance(command, DocumentedCommand) for code in command.exits}
    assert {Exit.PENDING, Exit.UNFINISHED, Exit.INVALID, Exit.UNSAFE, Exit.STALE, Exit.LOCKED} <= told


def completed(shell: str, line: str, directory: Path) -> list[str]:
    """What the program answers when a shell's completion script asks; the last word of the line is the unfinished one."""
    words = line.split(" ")
    asked = {"COMP_WORDS": line, "COMP_CWORD": words[-1] if shell == "fish" else str(len(words) - 1)}
    run = subprocess.run(
        [sys.executable, "-m", "kbsync"],
        env={**os.environ, **asked, "_KBSYNC_COMPLETE": f"{shell}_complete"},
        cwd=directory,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.stderr == ""
    lines = list(filter(None, run.stdout.splitlines()))
    match shell:
        case "bash":
            return [one.partition(",")[2] for one in lines]
        case "zsh":
            return lines[1::3]
        case _:
            return [one.partition(",")[2].partition("\t")[0] for one in lines]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A directory with two targets."""
    (tmp_path / "knowledge").mkdir()
    (tmp_path / "knowledge" / "kbsync.yaml").write_text(
        "version: 1\ndefault_target: sandbox\ntargets:\n  sandbox: {driver: sandbox}\n"
        "  production: {region: singapore, sdkappid: 1400000000}\n",
        encoding="utf-8",
    )
    return tmp_path


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_shell_can_complete(shell: str, project: Path) -> None:
    """Commands, options and the targets of the settings are offered to all three shells, and the script that asks exists."""
    assert completed(shell, "kbsync val", project) == ["validate"]
    assert completed(shell, "kbsync plan --off", project) == ["--offline"]
    assert completed(shell, "kbsync plan -t ", project) == ["sandbox", "production"]
    assert completed(shell, "kbsync plan -t p", project) == ["production"]
    source = subprocess.run(
        [sys.executable, "-m", "kbsync"],
        env={**os.environ, "_KBSYNC_COMPLETE": f"{shell}_source"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert f"_KBSYNC_COMPLETE={shell}_complete" in source.stdout


def offered(line: str) -> list[str]:
    """The same, of this process: what any shell is told about the last word of the line."""
    *words, incomplete = line.split(" ")[1:]
    return [
        item.value for item in ShellComplete(application, {}, "kbsync", "_KBSYNC_COMPLETE").get_completions(words, incomplete)
    ]


def test_completion_reads_the_directory_that_the_line_names(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`-d` on the line, or KBSYNC_DIR, leads to the settings."""
    monkeypatch.chdir(project)
    (project / "knowledge").rename(project / "faq")
    assert offered("kbsync drift -d faq -t s") == ["sandbox"]
    assert offered("kbsync drift -t s") == []
    monkeypatch.setenv("KBSYNC_DIR", "faq")
    assert offered("kbsync drift -t s") == ["sandbox"]


@pytest.mark.parametrize("text", [b"", b"\xff\xfe", b"targets: [", b"targets: 3", b"a: &a [*a]"])
def test_completion_never_fails(text: bytes, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Broken settings offer nothing, and put nothing on the screen of somebody who pressed Tab."""
    monkeypatch.chdir(project)
    (project / "knowledge" / "kbsync.yaml").write_bytes(text)
    assert offered("kbsync plan -t ") == []


def test_switches_of_the_sandbox_are_offered() -> None:
    """What can be switched need not be looked up."""
    assert offered("kbsync sandbox serve --switch preset-up") == ["preset-update=refuse"]


def test_the_module_is_the_program(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """`python -m kbsync` takes its words from the command line and leaves with the exit code."""
    monkeypatch.setattr(sys, "argv", ["kbsync", "--version"])
    with pytest.raises(SystemExit) as left:
        runpy.run_module("kbsync", run_name="__main__")
    assert (left.value.code, capsys.readouterr().out.split()[0]) == (0, "kbsync")
