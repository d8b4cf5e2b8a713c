"""The README is true: its commands run, its tables match the program, its samples are valid."""

import re
from pathlib import Path

import click
import pytest

from kbsync.cli.app import application
from kbsync.cli.exits import Exit
from kbsync.files import load_tree

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
DESIGN_MEANINGS = {
    Exit.DONE: "done",
    Exit.FAILED: "failed before anything was changed",
    Exit.USAGE: "wrong command line",
    Exit.PENDING: "changes pending",
    Exit.UNFINISHED: "apply started and did not finish",
    Exit.INVALID: "invalid knowledge or settings",
    Exit.UNSAFE: "refused for safety",
    Exit.STALE: "stale",
    Exit.LOCKED: "another apply holds the target",
}


def between(mark: str) -> str:
    """The command between two marks."""
    found = re.search(rf"<!-- >>> {mark} -->\n```sh\n(.*?)\n```\n<!-- <<< {mark} -->", README, re.DOTALL)
    assert found is not None
    return found.group(1)


def blocks(language: str) -> list[str]:
    """Every fenced block in one language."""
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


def test_ci_runs_exactly_the_test_command() -> None:
    """`.ci/run` and the README hold the same line."""
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert f"# >>> test\n{between('test')}\n# <<< test" in script


@pytest.mark.parametrize("mark", ["run", "test"])
def test_each_command_is_one_line_with_its_own_environment(mark: str) -> None:
    """A person can paste it on a fresh machine."""
    assert "\n" not in between(mark)
    assert between(mark).startswith("python3 -m venv .venv && .venv/bin/pip install")


def test_every_command_is_in_the_table_and_the_other_way_round() -> None:
    """The table of commands is the program's own list."""
    table = set(re.findall(r"^\| `kbsync ([a-z]+)", README, re.MULTILINE))
    assert table == set(application.commands)


def test_the_exit_codes_are_the_programs() -> None:
    """The table has each code once, with its meaning."""
    rows = dict(re.findall(r"^\| (\d) \| (.*) \|$", README, re.MULTILINE))
    assert {Exit(int(code)) for code in rows} == set(Exit)
    assert all(rows[str(int(code))].startswith(words) for code, words in DESIGN_MEANINGS.items())


def mentions() -> list[str]:
    """Every command line in the README that begins with kbsync."""
    inline = re.findall(r"`(kbsync [a-z][^`]*)`", README)
    fenced = [line.strip() for block in blocks("sh") for line in re.split(r"\n|&&", block)]
    return sorted(
        {line.replace(".venv/bin/", "") for line in [*inline, *fenced] if re.match(r"(\.venv/bin/)?kbsync [a-z]", line)}
    )


@pytest.mark.parametrize("line", mentions())
def test_mentioned_options_exist(line: str) -> None:
    """Whatever the README tells to type, the program knows."""
    command: click.Command = application
    for word in line.split()[1:]:
        if isinstance(command, click.Group) and word in command.commands:
            command = command.commands[word]
        elif word.startswith("--"):
            names = {name for parameter in command.params for name in parameter.opts}
            assert word.split("=")[0] in names | {"--help"}
    assert command is not application


def test_the_samples_are_valid() -> None:
    """The settings and the knowledge that the README shows are read without a word."""
    settings, knowledge = (block for block in blocks("yaml") if block.startswith(("version", "categories")))
    tree = {
        "kbsync.yaml": settings.replace("https://…", "").encode(),
        "faq.yaml": knowledge.encode(),
        "answers/robot.html": b"<p>Yes</p>",
    }
    loaded = load_tree(tree, shown_as="knowledge")
    assert [str(found.message) for found in loaded.diagnostics] == []
    assert [question.protected for question in loaded.knowledge.questions] == [False, True]


def test_links_lead_somewhere() -> None:
    """Every relative link names a file of the repository."""
    targets = re.findall(r"\]\((?!https?:|#)([^)]+)\)", README)
    assert [target for target in targets if not (ROOT / target).exists()] == []
