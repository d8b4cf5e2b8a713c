"""A part of a plan never speaks for the whole, and a pattern that picks nothing is a slip of the pen."""

from pathlib import Path

import pytest

from tests.flows.harness import Bench, apply_first, copied
from tests.flows.shop import FIRST

CASH = FIRST["other.yaml"].replace("By card.", "In cash.")


@pytest.fixture
def pending(tmp_path: Path) -> Bench:
    """A bench with one change to apply, in Payment."""
    bench = copied(tmp_path, apply_first)
    bench.commit({"other.yaml": CASH})
    return bench


@pytest.mark.parametrize("words", [("plan",), ("apply", "--yes"), ("pull",)])
def test_a_pattern_that_picks_nothing_is_a_wrong_command_line(pending: Bench, words: tuple[str, ...]) -> None:
    """Neither changed nor unchanged objects have it: exit 2, with how it is compared."""
    refused = pending.run(*words, "--only", "Nope*")
    assert (refused.code, refused.out) == (2, "")
    assert "--only Nope* matches nothing" in refused.err
    assert "--only '*word*'" in refused.err


@pytest.mark.no_cover
@pytest.mark.parametrize("form", ["text", "markdown", "html", "github"])
def test_a_part_without_changes_claims_nothing_of_the_rest(pending: Bench, form: str) -> None:
    """What is left out is counted, and no sentence says that everything is live."""
    told = pending.run("plan", "--only", "shipping*", "--format", form, GITHUB_STEP_SUMMARY=str(pending.path / "summary.json"))
    words = told.out + (pending.path / "summary.json").read_text(encoding="utf-8") if form == "github" else told.out
    words = " ".join(words.split()).casefold()
    assert told.code == 0
    assert "changes left out: 1" in words
    assert "nothing to do in this part" in words
    assert not [claim for claim in ("whatever git declares", "as declared", "no changes") if claim in words]


@pytest.mark.no_cover
def test_an_applied_part_is_called_a_part(pending: Bench) -> None:
    """With or without changes in it, and the rest is still pending."""
    nothing = pending.run("apply", "--yes", "--only", "shipping*")
    assert (nothing.code, "the part that was chosen is live" in nothing.out) == (0, True)
    assert pending.cause("plan") == {"How can I pay?": "declared"}
    assert "the part that was chosen is live" in pending.run("apply", "--yes", "--only", "other.yaml").out
    assert pending.cause("plan") == {}


@pytest.mark.no_cover
def test_a_pull_picks_as_a_plan_does(bench: Bench) -> None:
    """Capitals do not matter, and a file goes by its name alone."""
    bench.commit(FIRST)
    assert bench.run("apply", "--yes").code == 0
    bench.edit("How can I pay?", answer="In shells.")
    assert bench.run("pull", "--check", "--only", "shipping.yaml").code == 0
    for pattern in ("other.yaml", "payment", "HOW CAN*"):
        assert bench.run("pull", "--check", "--only", pattern).code == 3


@pytest.mark.parametrize("words", [("plan",), ("plan", "--offline"), ("apply", "--yes"), ("pull",)])
def test_an_empty_pattern_is_none(bench: Bench, words: tuple[str, ...]) -> None:
    """A variable that a script forgot to set picks neither all nor nothing."""
    refused = bench.run(*words, "--only", "")
    assert (refused.code, "--only is empty" in refused.err) == (2, True)
