"""A receipt as an HTML file: what went wrong first, and no text in it that can do anything."""

import pytest

from kbsync.messages import message
from kbsync.plan import Plan
from kbsync.render.html import receipt_html
from kbsync.render.words import RenderOptions
from kbsync.report import ApplyReport, ChangeOutcome, Mismatch, Outcome, Receipt
from tests.unit import plan_purposes, plans
from tests.unit.hostile_plans import PAYLOADS, hostile_everywhere
from tests.unit.test_render_html import Page


def receipt(plan: Plan, *, text: str = "it is so") -> Receipt:
    """One change of each outcome, one that reads back differently, an apply that was stopped; ``text`` is in every field."""
    said = message("{text}", text=text)
    outcomes = [ChangeOutcome(index, outcome, said, -50003) for index, outcome in enumerate(Outcome)]
    outcomes += [ChangeOutcome(index, Outcome.APPLIED) for index in range(len(outcomes), len(plan.changes))]
    mismatch = Mismatch(0, text, text, f"{text}\n2", said)
    report = ApplyReport(plan, tuple(outcomes), (mismatch,), {"update_chitchat": 3}, 2, 1.25, interrupted=True, verified=False)
    return Receipt(report, text, "2026-03-01T10:00:00Z", "2026-03-01T10:00:04Z")


def test_what_went_wrong_comes_first() -> None:
    """The verdict, then the sections from the worst to the best, each with its changes; who, when and the calls stand last."""
    page = Page(receipt_html(receipt(plans.everything())))
    assert page.text("title") == ["Apply to production"]
    assert "NOT finished: it was interrupted. Run kbsync plan to see what is left." in page.text("p")
    sections = [values["id"] for tag, values in page.tags if tag == "section" and "part" in (values.get("class") or "")]
    assert sections == ["unknown", "refused", "not-attempted", "differing", "lapsed", "applied", "already"]
    assert sum(tag == "article" for tag, _ in page.tags) == len(plans.everything().changes) + 2
    told = page.text("dd")
    assert {"it is so", "it is so\n2", "3", "took 1.2 s", "The library was not read back afterwards."} <= set(told)


def test_an_answer_that_git_gave_up_is_counted_beside_the_verdict() -> None:
    """A finished apply does not call everything as declared while customers get what git no longer says."""
    plan = plans.everything()
    done = ApplyReport(plan, tuple(ChangeOutcome(index, Outcome.APPLIED) for index in range(len(plan.changes))))
    page = Page(receipt_html(Receipt(done, "ci", "then", "now")))
    assert page.text("p")[1:3] == [
        "Finished: what git declares is live.",
        "Customers still get 1 answer that git no longer declares.",
    ]
    assert "Is there a summer sale?" in page.text("h3")


def test_a_finished_undo_is_calm() -> None:
    """Nothing is marked as dangerous, and the page is about an undo."""
    plan = plan_purposes.undo()
    done = ApplyReport(plan, tuple(ChangeOutcome(index, Outcome.APPLIED) for index in range(len(plan.changes))))
    page = Page(receipt_html(Receipt(done, "ci", "then", "now"), RenderOptions(language="zh")))
    assert page.text("title") == ["撤销对 production 的应用"]
    assert not [values for _, values in page.tags if "danger" in (values.get("class") or "")]


@pytest.mark.no_cover
@pytest.mark.parametrize("payload", PAYLOADS)
def test_no_text_becomes_markup(payload: str) -> None:
    """With a hostile text in every field the page is well formed and has the tags and attributes of a page without it."""
    page, plain = (Page(receipt_html(receipt(hostile_everywhere(text), text=text))) for text in (payload, "plain"))
    assert page.broken == page.open == []
    assert [tag for tag, _ in page.tags] == [tag for tag, _ in plain.tags]
    assert [sorted(values) for _, values in page.tags] == [sorted(values) for _, values in plain.tags]
    assert "49" not in "".join(data for _, data in page.texts if "7 *" in data)
