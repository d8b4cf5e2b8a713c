"""`kbsync coverage` from the command line: looks and never writes, shows no more than it may, and can look again offline."""

import json
from pathlib import Path
from typing import Literal

import pytest

from kbsync.rehearsal import Switches
from kbsync.sandbox.seeds import CHATBOT_SESSION, ENDED_SESSIONS
from tests.flows.harness import Bench, Run, writes

SHIPPING = """\
category: Shipping
questions:
  - question: How do I return a parcel?
    answer: Use the label in the box.
"""


def bench(tmp_path: Path) -> Bench:
    """A directory with one question."""
    made = Bench.make(tmp_path, git=False)
    made.write({"shipping.yaml": SHIPPING})
    return made


def gaps(run: Run) -> list[str]:
    """What a run in JSON found unanswered."""
    return [gap["text"] for gap in json.loads(run.out)["gaps"]]


SEEDS = ("--since", "2024-11-01", "--until", "2024-11-30", "--min-count", "1")


@pytest.mark.parametrize("role", ["2", "3"])
def test_finished_sessions_are_held_against_the_files(role: Literal["2", "3"], tmp_path: Path) -> None:
    """Whatever role the chatbot speaks in, the same is found, by reading alone."""
    made = bench(tmp_path)
    with made.served(Switches(robot_role=role)) as service:
        run = made.run("coverage", *SEEDS, "--live", "--format", "json")
        assert (run.code, writes(service)) == (0, [])
    assert gaps(run) == ["how can I send it back", "转人工", "退货怎么办?"]
    assert json.loads(run.out)["gaps"][1]["live"]["question"] == "I want to talk to a person"
    assert [served["times"] for served in json.loads(run.out)["served"]["undeclared"]] == [2]


def test_pending_questions_can_set_the_exit_code(tmp_path: Path) -> None:
    """With --detailed-exitcode 3 when something is shown, 0 when what was asked is only counted."""
    made = bench(tmp_path)
    assert made.run("coverage", *SEEDS, "--detailed-exitcode").code == 3
    assert made.run("coverage", *SEEDS[:4], "--detailed-exitcode").code == 0
    assert made.run("coverage", *SEEDS).code == 0


def test_a_time_without_sessions_is_told_with_what_to_try(tmp_path: Path) -> None:
    """Which days were looked at, and the options that lead to more; an empty file is named."""
    made = bench(tmp_path)
    found = made.run("coverage", "--since", "2024-12-01", "--until", "2024-12-31")
    assert (found.code, "sessions: 0" in found.out) == (0, True)
    assert found.err.startswith("no session ended from 2024-12-01 to 2024-12-31: look further back with --since, or name one ")
    (made.path / "none.jsonl").write_text("", encoding="utf-8")
    assert made.run("coverage", "--transcripts", "none.jsonl").err == "none.jsonl holds no session\n"


def test_transcripts_are_kept_and_looked_at_again_offline(tmp_path: Path) -> None:
    """What was saved gives the same report without the service, and only its owner can read it."""
    made = bench(tmp_path)
    with made.served():
        first = made.run("coverage", *SEEDS, "--format", "yaml", "--save", "chats.jsonl")
    assert (made.path / "chats.jsonl").stat().st_mode & 0o777 == 0o600
    assert "personal data" in first.err
    again = made.run("coverage", "--transcripts", "chats.jsonl", "--min-count", "1", "--format", "yaml")
    assert (again.code, again.out, again.err) == (0, first.out, "")


def test_saved_transcripts_can_be_explained_by_the_live_library(tmp_path: Path) -> None:
    """With --live the service is asked for its library, and not for the talks again."""
    made = bench(tmp_path)
    with made.served() as service:
        made.run("coverage", "--session", CHATBOT_SESSION, "--save", "chats.jsonl", "-q")
        before = len(service.log)
        run = made.run("coverage", "--transcripts", "chats.jsonl", "--live", "--min-count", "1")
        assert {entry.command for entry in service.log[before:]} == {"desc_chitchat_category", "list_chitchat"}
    assert "the preset question Hello in System preset category / Daily greeting" in run.out


def test_proposals_are_valid_beside_the_files(tmp_path: Path) -> None:
    """Written into the directory they are read without an error, and remind of what is to be done."""
    made = bench(tmp_path)
    run = made.run("coverage", *SEEDS, "--format", "yaml")
    made.write({"unanswered.yaml": run.out})
    assert made.run("validate").code == 0
    assert "TODO" in made.run("validate").out


def test_named_sessions_in_markdown(tmp_path: Path) -> None:
    """Sessions can be named, also such as still last."""
    run = bench(tmp_path).run("coverage", "--session", CHATBOT_SESSION, "--session", ENDED_SESSIONS[0], "--format", "markdown")
    assert (run.code, run.out.splitlines()[0]) == (0, "## Coverage (sessions: 2)")
    assert "I did not understand that." in run.out


def test_what_is_left_out_is_said(tmp_path: Path) -> None:
    """A limit that cuts the list is told on stderr."""
    run = bench(tmp_path).run("coverage", *SEEDS, "--limit", "1")
    assert "sessions read: 1 of 2; --limit 2 reads all of them" in run.err


def test_unmasking_needs_intent_on_the_command_line(tmp_path: Path) -> None:
    """A variable in the environment unmasks nothing; the option does, with a warning."""
    made = bench(tmp_path)
    silent = made.run("coverage", *SEEDS, "--format", "json", KBSYNC_COVERAGE_UNMASKED="1")
    assert json.loads(silent.out)["masked"] is True
    open_ = made.run("coverage", *SEEDS, "--unmasked", "--format", "json")
    assert json.loads(open_.out)["masked"] is False
    assert "personal data" in open_.err


def test_a_named_chatbot_is_believed(tmp_path: Path) -> None:
    """With --bot only that account is the chatbot."""
    run = bench(tmp_path).run("coverage", *SEEDS, "--bot", "somebody", "--format", "json")
    assert json.loads(run.out)["served"] == {"declared": 0, "rare": 0, "undeclared": []}


@pytest.mark.parametrize(
    "words",
    [
        ("--since", "3", "--session", "x"),
        ("--until", "3", "--transcripts", "x"),
        ("--session", "x", "--transcripts", "x"),
        ("--transcripts", "x", "--save", "y"),
        ("--since", "someday"),
        ("--threshold", "0.1"),
    ],
)
def test_wishes_that_contradict_are_misuse(words: tuple[str, ...], tmp_path: Path) -> None:
    """Transcripts come from one place, and a moment has to be one."""
    assert bench(tmp_path).run("coverage", *words).code == 2


def test_a_file_that_others_can_read_stops_it_before_anything_is_asked(tmp_path: Path) -> None:
    """Personal data would go to whoever can read the file already."""
    made = bench(tmp_path)
    (made.path / "chats.jsonl").touch(0o644)
    with made.served() as service:
        run = made.run("coverage", *SEEDS, "--save", "chats.jsonl")
        assert (run.code, service.log) == (1, ())
    assert "chmod 600 chats.jsonl" in run.err
