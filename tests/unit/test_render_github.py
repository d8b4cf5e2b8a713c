"""What a GitHub step says about a plan, within the limits that GitHub enforces in silence."""

import re
from pathlib import Path

import pytest

from kbsync.messages import message
from kbsync.model import Content
from kbsync.plan import Action, Cause, Plan, Problem, ProblemKind, QuestionChange
from kbsync.render.formats import Rendition
from kbsync.render.github import plan_github
from tests.golden import check_golden
from tests.unit import plan_purposes, plans
from tests.unit.hostile_plans import PAYLOADS, hostile_everywhere
from tests.unit.large_plans import large, many_removals, removed_titles

GOLDEN = Path(__file__).parent / "golden"
MIB = 1_048_576


def levels(output: Rendition) -> dict[str, int]:
    """How many annotations of each level there are."""
    kinds = [re.split("[ :]", line)[2] for line in output.result.splitlines()]
    return {kind: kinds.count(kind) for kind in ("error", "warning", "notice")}


def written(output: Rendition) -> str:
    """The annotations and the outputs as lines."""
    return "\n".join([output.result, "", *(f"{key}={value}" for key, value in output.outputs.items()), ""])


@pytest.mark.parametrize("name", ["empty", "everything", "dangerous", "conflicts", "hostile"])
def test_annotations_and_outputs_are_as_agreed(name: str) -> None:
    """Each sample plan gives the lines of its golden file."""
    plan: Plan = getattr(plans, name)()
    output = plan_github(plan, digest=plans.DIGEST)
    check_golden(GOLDEN / f"github_{name}.txt", written(output))


@pytest.mark.parametrize("name", ["drift", "undo", "edited_removals"])
def test_a_line_of_the_base_is_not_annotated(name: str) -> None:
    """What git no longer declares, and what was compared with another commit, is told beside the file and beside no line."""
    plan: Plan = getattr(plan_purposes, name)()
    check_golden(GOLDEN / f"github_{name}.txt", written(plan_github(plan, digest=plans.DIGEST)))


def test_the_summary_is_the_comment_with_more_room() -> None:
    """A plan that fits anywhere reads the same in the summary."""
    assert "### Removals (2)" in plan_github(plans.everything(), digest="d").summary


def test_annotations_keep_to_ten_of_each_level() -> None:
    """Surplus annotations are withheld by importance, and the last notice says how many."""
    problems = tuple(Problem(ProblemKind.CONFLICT, message("{n}", n=n), blocking=n % 2 == 0) for n in range(40))
    plan = many_removals(25)
    output = plan_github(Plan(plan.target, plan.source, plan.changes, problems=problems), digest="d")
    assert levels(output) == {"error": 10, "warning": 10, "notice": 10}
    assert output.result.endswith(
        "Not shown: errors 10, warnings 15, notices 12. The summary of this step names them.",
    )


@pytest.mark.no_cover
@pytest.mark.parametrize("payload", PAYLOADS)
def test_no_text_becomes_a_command_or_an_output(payload: str) -> None:
    """An annotation is one line that begins one command; an output is one line; nothing unescaped is left in a property."""
    output = plan_github(hostile_everywhere(payload), digest=payload)
    for line in output.result.splitlines():
        assert re.fullmatch(r"::(error|warning|notice) (\w+=[^:,\r\n]*,)*\w+=[^:,\r\n]*::[^\r\n]+", line)
        assert re.search(r"%(?!25|0A|0D|3A|2C)", line) is None
    assert [value for value in output.outputs.values() if len(value.splitlines()) > 1] == []


def test_a_long_title_is_cut_in_an_annotation() -> None:
    """An annotation is something to read beside a line, not a document."""
    gone = QuestionChange(Action.DELETE, "1", Content("why " * 1000, "", ("A",)), None, Cause.DECLARED)
    assert max(len(line) for line in plan_github(plans.plan_of(gone), digest="d").result.splitlines()) < 600


@pytest.mark.no_cover
def test_a_huge_summary_stays_under_a_mebibyte_and_hides_no_removal() -> None:
    """Fourteen million characters: the summary names all 123 removals and says that it is cut."""
    output = plan_github(large(), digest="d")
    assert len(output.summary.encode()) < MIB
    assert [title for title in removed_titles() if title not in output.summary] == []
    assert "This comment is cut to fit" in output.summary
    assert output.outputs["removals"] == "123"


@pytest.mark.no_cover
@pytest.mark.parametrize("letter", ["é", "机"])
def test_the_limit_is_one_of_bytes(letter: str) -> None:
    """Texts of which a character takes two or three bytes fit too."""
    changes = [
        QuestionChange(Action.CREATE, None, None, Content(f"{letter} {n}", letter * 3900, ("A",)), Cause.DECLARED)
        for n in range(400)
    ]
    summary = plan_github(plans.plan_of(*changes), digest="d").summary
    assert 800_000 < len(summary.encode()) < MIB


@pytest.mark.no_cover
def test_ten_thousand_removals_are_all_named_in_the_summary() -> None:
    """What a comment can only count, the summary names."""
    plan = many_removals(10_000)
    summary = plan_github(plan, digest="d").summary
    assert len(summary.encode()) < MIB
    removed = [change.title for change in plan.changes if change.action is Action.DELETE]
    assert [title for title in removed if title not in summary] == []
