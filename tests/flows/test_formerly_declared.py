"""What git took out and the service kept: it is counted, and does not come back as if the console had made it."""

import json
from pathlib import Path

import pytest

from tests.fakes.console import Console
from tests.flows.harness import Bench, copied
from tests.flows.shop import FIRST

pytestmark = pytest.mark.no_cover

GONE = "Is there a “summer's” sale?"
KEEP = "category: Payment\nquestions: [{question: 'More?', answer: 'Yes.'}]\n"
BOTH = f'{KEEP[:-2]}, {{question: "{GONE}", answer: Until August.}}]\n'


@pytest.fixture
def kept(tmp_path: Path) -> Bench:
    """A bench that keeps what git stops declaring, where git took a question out and that is applied."""
    return copied(tmp_path, take_out)


def take_out(bench: Bench) -> None:
    """Git takes a question out that stays live, and that is applied."""
    text = (bench.path / "knowledge" / "kbsync.yaml").read_text(encoding="utf-8")
    bench.commit({**FIRST, "kbsync.yaml": text.replace("prune: delete", "prune: keep"), "more.yaml": BOTH})
    assert bench.run("apply", "--yes").code == 0
    bench.commit({"more.yaml": KEEP})
    told = bench.run("plan")
    assert ("No longer in git, kept live (1)" in told.out, "Customers still get these answers." in told.out) == (True, True)
    assert bench.run("apply", "--yes").code == 0


ONE = "Customers still get 1 answer that git no longer declares."


def test_an_apply_does_not_call_everything_live_as_declared(bench: Bench) -> None:
    """While customers get an answer that git gave up, plan and apply count it first, in every format and to the last line."""
    text = (bench.path / "knowledge" / "kbsync.yaml").read_text(encoding="utf-8")
    bench.commit({**FIRST, "kbsync.yaml": text.replace("prune: delete", "prune: keep"), "more.yaml": BOTH})
    clean = bench.run("apply", "--yes")
    assert ("Finished: everything is live as declared." in clean.out, "still get" in clean.out) == (True, False)
    bench.commit({"more.yaml": KEEP.replace("Yes.", "No.")})
    forms = ("text", "markdown", "html", "github")
    planned = {form: bench.run("plan", "--format", form).out.replace("\u00a0", " ") for form in forms}  # figures do not break
    headline = "1 answer still given that git no longer declares; 1 to update"
    assert [form for form, told in planned.items() if headline not in told] == []
    assert ONE in planned["markdown"]
    applied = bench.run("apply", "--yes", "--receipt", "receipt.json")
    assert (applied.code, applied.out.splitlines()[-1]) == (0, ONE)
    shown = {form: bench.run("show", "receipt.json", "--format", form).out for form in ("text", "markdown", "html")}
    assert bench.run("show", "receipt.json", "--format", "github", GITHUB_STEP_SUMMARY=str(bench.path / "summary.md")).code == 0
    shown["github"] = (bench.path / "summary.md").read_text(encoding="utf-8")
    assert [form for form, told in shown.items() if ONE not in told or GONE[:8] not in told or "everything is" in told] == []
    assert ["Finished: what git declares is live." in told for told in shown.values()] == [True] * 4
    receipt = json.loads((bench.path / "receipt.json").read_text(encoding="utf-8"))
    assert [item["title"] for item in receipt["plan"]["unmanaged"] if item["lapsed"]] == [GONE]


def test_a_plan_without_changes_counts_it_too(bench: Bench) -> None:
    """Nothing to do is not all there is to say; an answer that nobody gets any more is not counted."""
    text = (bench.path / "knowledge" / "kbsync.yaml").read_text(encoding="utf-8")
    bench.commit({**FIRST, "kbsync.yaml": text.replace("prune: delete", "prune: keep"), "more.yaml": BOTH})
    assert bench.run("apply", "--yes").code == 0
    bench.commit({"more.yaml": KEEP})
    told = bench.run("plan")
    assert (ONE in told.out, "Nothing to do: whatever git declares is live" in told.out) == (True, True)
    bench.edit(GONE, status=5)
    told = bench.run("plan")
    assert (ONE in told.out, "No longer in git, kept live (1)" in told.out) == (False, True)
    applied = bench.run("apply", "--yes")
    assert "Finished: everything is live as declared." in applied.out


def test_a_pull_leaves_out_what_git_took_out(kept: Bench) -> None:
    """Other edits come in; the question is named, and comes only with ``--all``."""
    kept.edit("More?", answer="A little.")
    pulled = kept.run("pull")
    assert (pulled.code, f"earlier: {GONE}" in " ".join(pulled.err.split())) == (0, True)
    more = (kept.path / "knowledge" / "more.yaml").read_text(encoding="utf-8")
    assert ("A little." in more, "sale" in more) == (True, False)
    assert kept.run("pull", "--all").code == 0
    assert [path.name for path in (kept.path / "knowledge").glob("*.yaml") if "sale" in path.read_text(encoding="utf-8")]


def test_a_drift_does_not_call_it_new(kept: Bench) -> None:
    """It stands among what git gave up; a question that the console did add is told as before."""
    quiet = kept.run("drift")
    assert (quiet.code, "New in the console" in quiet.out, f"{GONE} (Payment)" in quiet.out) == (0, False, True)
    with kept.console() as service:
        Console(service).add_question("Do you take shells?", "Large ones.", category=Console(service).category("Payment"))
    found = kept.run("drift")
    assert (found.code, "New in the console (1)" in found.out, f"New: {GONE}" in found.out) == (3, True, False)
    assert kept.run("pull").code == 0
    held = "".join(path.read_text(encoding="utf-8") for path in (kept.path / "knowledge").glob("*.yaml"))
    assert ("shells" in held, "sale" in held) == (True, False)


def test_a_commit_with_errors_tells_nothing(bench: Bench) -> None:
    """Where the history cannot be read as knowledge, what the console holds counts as new."""
    bench.commit({"more.yaml": f"questions: [{{question: '{GONE.replace(chr(39), chr(39) * 2)}'}}]\n"})
    bench.commit({**FIRST, "more.yaml": KEEP})
    assert bench.run("apply", "--yes").code == 0
    with bench.console() as service:
        Console(service).add_question(GONE, "Until August.", category=Console(service).category("Payment"))
    assert bench.cause("drift") == {GONE: "drift"}
