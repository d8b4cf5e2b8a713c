"""``apply --expect-digest``: an approval holds for one plan, whether it was saved or is made anew."""

import json
from pathlib import Path

import pytest

from tests.fakes.console import Console, snapshot
from tests.flows.harness import Bench
from tests.flows.shop import FIRST


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    """A bench with a committed shop that was never applied."""
    made = Bench.make(tmp_path)
    made.commit(FIRST)
    return made


def test_approved_digest_is_applied_without_the_file(bench: Bench) -> None:
    """While nothing moved, the digest alone stands for the plan: the one made anew is the same."""
    digest = json.loads(bench.run("plan", "--format", "json").out)["digest"]
    assert bench.run("apply", "--yes", "--expect-digest", digest).code == 0


def test_digest_of_another_plan_is_refused(bench: Bench) -> None:
    """When the library moved after the approval nothing is sent; both digests are named."""
    digest = json.loads(bench.run("plan", "--format", "json").out)["digest"]
    with bench.console() as service:
        category = Console(service).category("System preset category", "Emotional expression")
        Console(service).add_question("Is delivery free?", "No.", category=category)
    run = bench.run("apply", "--yes", "--expect-digest", digest)
    assert run.code == 6
    assert f"approved: {digest}" in run.err
    with bench.console() as service:
        assert "Do you take cheques?" not in {each["question"] for each in snapshot(service)["questions"]}


@pytest.mark.parametrize("words", [["--expect-digest", ""], []])
def test_digest_that_came_out_empty_is_no_consent(bench: Bench, words: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """A step that gave out no digest leaves an empty option or variable: nothing is sent, as with any digest but the plan's."""
    if not words:
        monkeypatch.setenv("KBSYNC_APPLY_EXPECT_DIGEST", "")
    run = bench.run("apply", "--yes", *words)
    assert run.code == 2
    assert "--expect-digest is empty" in run.err


def test_approved_digest_can_be_a_variable(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """The variable is held to like the option."""
    monkeypatch.setenv("KBSYNC_APPLY_EXPECT_DIGEST", "sha256:0")
    assert bench.run("apply", "--yes").code == 6
    monkeypatch.setenv("KBSYNC_APPLY_EXPECT_DIGEST", json.loads(bench.run("plan", "--format", "json").out)["digest"])
    assert bench.run("apply", "--yes").code == 0
