"""What an apply did, as Markdown."""

from dataclasses import replace
from pathlib import Path

import pytest

from kbsync.messages import message
from kbsync.render.markdown import receipt_markdown
from kbsync.render.markdown_frame import size
from kbsync.report import ApplyReport, ChangeOutcome, Mismatch, Outcome, Receipt
from tests.golden import check_golden
from tests.unit import plans
from tests.unit.large_plans import many_removals

GOLDEN = Path(__file__).parent / "golden"


def finished() -> ApplyReport:
    """Everything was applied and read back."""
    plan = plans.everything()
    outcomes = tuple(ChangeOutcome(index, Outcome.APPLIED, calls=1) for index in range(len(plan.changes)))
    return ApplyReport(plan, outcomes, calls={"update_chitchat": 4, "batch_set_chitchat": 7}, seconds=3.25)


def troubled() -> ApplyReport:
    """One of each outcome, an answer that did not take, and no look afterwards."""
    refused = message("the service refused “{question}”", question="a | <b> @everyone")
    report = finished()
    outcomes = (
        ChangeOutcome(0, Outcome.ALREADY),
        ChangeOutcome(1, Outcome.REFUSED, refused, -50003, 1),
        ChangeOutcome(2, Outcome.UNKNOWN, message("no usable answer came"), calls=2),
        ChangeOutcome(3, Outcome.NOT_ATTEMPTED),
        *report.outcomes[4:],
    )
    kept = Mismatch(4, "answer_type", "0", "2\n</details>", message("the service ignores this answer type"))
    return replace(report, outcomes=outcomes, mismatches=(kept,), throttled=2)


@pytest.mark.parametrize("report", [finished(), troubled()], ids=["finished", "troubled"])
def test_reports_read_as_agreed(report: ApplyReport, request: pytest.FixtureRequest) -> None:
    """A report is drawn as in its golden file: trouble open and first, the rest folded."""
    check_golden(GOLDEN / f"markdown_report_{request.node.callspec.id}.md", receipt_markdown(Receipt(report, "", "", "")))


@pytest.mark.parametrize(
    ("report", "told"),
    [
        (replace(troubled(), interrupted=True), "NOT finished: it was interrupted."),
        (replace(finished(), verified=False), "NOT verified: the library could not be read back."),
    ],
)
def test_the_verdict_says_what_kind_of_unfinished(report: ApplyReport, told: str) -> None:
    """An interruption and a missing look afterwards are told apart from refusals."""
    assert told in receipt_markdown(Receipt(report, "", "", ""))


@pytest.mark.no_cover
def test_a_long_report_fits_and_names_failures_first() -> None:
    """Among thousands of applied changes the ten that failed are named."""
    plan = many_removals(5000)
    outcomes = tuple(
        ChangeOutcome(index, Outcome.APPLIED if index % 500 else Outcome.REFUSED, message("no")) for index in range(5001)
    )
    drawn = receipt_markdown(Receipt(ApplyReport(plan, outcomes), "", "", ""))
    assert size(drawn) <= 60_000
    assert drawn.index("### Refused by the service (11)") < drawn.index("offer 4500 of") < drawn.index("<details>")
    assert "Everything is in the receipt" in drawn
