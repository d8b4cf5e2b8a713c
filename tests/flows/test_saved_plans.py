"""A plan that was reviewed is carried out as it is, or not at all; what was done can be taken back."""

from pathlib import Path

import pytest

from tests.flows.harness import Bench, copied, held, writes
from tests.flows.shop import FIRST, SECOND


def plan_first(bench: Bench) -> None:
    """A plan of the first commit is saved."""
    bench.commit(FIRST)
    assert bench.run("plan", "--out", "plan.json").code == 0


@pytest.fixture
def planned(tmp_path: Path) -> Bench:
    """A bench with a saved plan of the first commit."""
    return copied(tmp_path, plan_first)


@pytest.mark.no_cover
def test_a_saved_plan_is_carried_out(planned: Bench) -> None:
    """It needs no second look: with ``--yes`` only the receipt is printed."""
    applied = planned.run("apply", "plan.json", "--yes")
    assert applied.code == 0
    assert "Plan for" not in applied.err
    assert planned.run("plan", "--detailed-exitcode").code == 0


def test_a_saved_plan_is_shown_to_whoever_is_asked(planned: Bench) -> None:
    """Without ``--yes`` the plan is shown again before the question."""
    refused = planned.run("apply", "plan.json")
    assert refused.code == 6
    assert "How can I pay?" in refused.err


@pytest.mark.no_cover
def test_a_plan_applied_twice_sends_nothing(bench: Bench) -> None:
    """Everything is already there: exit 0 and no write."""
    with bench.served() as service:
        bench.commit(FIRST)
        bench.run("plan", "--out", "plan.json")
        bench.run("apply", "plan.json", "--yes")
        before = writes(service)
        again = bench.run("apply", "plan.json", "--yes")
        assert (again.code, writes(service)) == (0, before)


def test_a_stale_plan_is_refused_with_what_moved(planned: Bench) -> None:
    """A library that is neither as planned nor as wanted stays as it is: exit 7."""
    planned.edit("Do you like music?", answer="No.")
    stale = planned.run("apply", "plan.json", "--yes")
    assert stale.code == 7
    assert "Do you like music?" in stale.err
    assert "No." in stale.err


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{}", "is neither a kbsync plan nor a receipt"),
        ("no json", "is not a kbsync plan or receipt"),
        ("", "is not a kbsync plan or receipt"),
    ],
)
def test_a_damaged_plan_is_refused(planned: Bench, text: str, words: str) -> None:
    """What is no plan is said to be none, and nothing is sent."""
    (planned.path / "plan.json").write_text(text, encoding="utf-8")
    for command in (["apply", "plan.json", "--yes"], ["show", "plan.json"]):
        refused = planned.run(*command)
        assert (refused.code, refused.out) == (1, "")
        assert words in refused.err


def test_an_edited_plan_is_refused(planned: Bench) -> None:
    """A plan is what was reviewed: its digest tells when it was changed afterwards."""
    path = planned.path / "plan.json"
    path.write_text(path.read_text(encoding="utf-8").replace("By card.", "By cart."), encoding="utf-8")
    assert planned.run("apply", "plan.json", "--yes").code == 1


def test_a_plan_for_another_target_is_refused(planned: Bench) -> None:
    """A plan goes to the application that it was made for."""
    refused = planned.run("apply", "plan.json", "--yes", "--target", "production", KBSYNC_SECRET_KEY="x")
    assert refused.code == 1
    assert "the plan is for target sandbox" in refused.err


def test_a_plan_file_and_planning_options_exclude_each_other(planned: Bench) -> None:
    """What would be ignored is refused."""
    assert planned.run("apply", "plan.json", "--only", "Payment*").code == 2


def test_a_receipt_is_no_plan_and_a_plan_no_receipt(planned: Bench) -> None:
    """Each is named for what it is, with the way to what was meant."""
    planned.run("apply", "plan.json", "--yes", "--receipt", "receipt.json")
    mistaken = planned.run("apply", "receipt.json", "--yes")
    assert mistaken.code == 2
    assert "kbsync plan --undo receipt.json" in mistaken.err
    assert planned.run("plan", "--undo", "plan.json").code == 2


def test_a_dry_run_sends_no_write(bench: Bench) -> None:
    """Everything is done but write, and it says so."""
    with bench.served() as service:
        bench.commit(FIRST)
        dry = bench.run("apply", "--dry-run")
        assert (dry.code, writes(service)) == (0, [])
        assert "Dry run: nothing was sent." in dry.err


@pytest.mark.no_cover
def test_an_apply_can_be_taken_back(bench: Bench) -> None:
    """The receipt of an apply makes a plan that brings the library back to what it was."""
    bench.commit(FIRST)
    bench.run("apply", "--yes")
    with bench.console() as service:
        before = held(service)
    bench.commit(SECOND)
    assert bench.run("apply", "--yes", "--allow-remove", "4", "--receipt", "receipt.json").code == 0
    assert bench.run("plan", "--undo", "receipt.json", "--out", "undo.json").code == 0
    undone = bench.run("apply", "undo.json", "--yes", "--allow-remove", "5")
    assert undone.code == 0, undone.err
    with bench.console() as service:
        assert held(service) == before


def test_undo_takes_no_planning_options(planned: Bench) -> None:
    """It takes back a whole apply."""
    assert planned.run("plan", "--undo", "receipt.json", "--offline").code == 2


def test_the_digest_that_was_approved_is_asked_for(planned: Bench) -> None:
    """A plan other than the approved one is refused with both digests."""
    refused = planned.run("apply", "plan.json", "--yes", "--expect-digest", "sha256:0")
    assert refused.code == 6
    assert refused.err.count("sha256:") == 2


@pytest.mark.parametrize("name", ["text", "json", "markdown", "html", "github"])
def test_a_plan_is_shown_in_every_format(planned: Bench, name: str) -> None:
    """What is saved is shown as it would have been shown when it was made."""
    shown = planned.run("show", "plan.json", "--format", name)
    assert shown.code == 0
    assert shown.out == planned.run("plan", "--format", name).out
    assert shown.err == ""


def test_a_receipt_is_shown(planned: Bench, tmp_path: Path) -> None:
    """As text, JSON, Markdown, HTML and step summary."""
    planned.run("apply", "plan.json", "--yes", "--receipt", "receipt.json")
    assert "Finished" in planned.run("show", "receipt.json").out
    assert planned.run("show", "receipt.json", "--format", "json").out == (planned.path / "receipt.json").read_text("utf-8")
    markdown = planned.run("show", "receipt.json", "--format", "markdown").out
    told = planned.run("show", "receipt.json", "--format", "github", GITHUB_STEP_SUMMARY=str(tmp_path / "summary"))
    assert (told.out, (tmp_path / "summary").read_text("utf-8")) == ("", markdown)
    assert "<h1>Apply to " in planned.run("show", "receipt.json", "--format", "html").out


def test_a_github_step_gets_its_summary_and_outputs(planned: Bench, tmp_path: Path) -> None:
    """The files that the runner names are appended to; one that cannot be written is named."""
    summary, output = tmp_path / "summary", tmp_path / "output"
    run = planned.run("plan", "--format", "github", GITHUB_STEP_SUMMARY=str(summary), GITHUB_OUTPUT=str(output))
    assert run.code == 0
    assert "How can I pay?" in summary.read_text(encoding="utf-8")
    assert "digest<<" in output.read_text(encoding="utf-8")
    failed = planned.run("plan", "--format", "github", GITHUB_STEP_SUMMARY=str(tmp_path))
    assert failed.code == 1
    assert "cannot be written" in failed.err
