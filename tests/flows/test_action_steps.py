"""The jobs of apply.yml, run as they are written: what is merged is what is applied, or the run says why not."""

import pytest

from kbsync.planfile import read_plan_or_receipt
from kbsync.report import Receipt
from tests.fakes.console import Console
from tests.flows.harness import writes
from tests.flows.site import CATEGORY, CHEQUES, Site

pytestmark = pytest.mark.no_cover


def test_merge_applies_exactly_what_was_planned(site: Site) -> None:
    """After a merge the library holds the files, the receipt names the digest's plan, and the remote knows the commit."""
    planned, applied = site.merge()
    assert applied.ok, applied.log
    assert "What now" not in applied.summary
    outputs = planned.steps["plan"]
    assert {name: outputs[name] for name in ("changes", "creates", "updates", "removals", "exit-code")} == {
        "changes": "2",
        "creates": "2",
        "updates": "0",
        "removals": "0",
        "exit-code": "3",
    }
    assert outputs["digest"] in planned.summary
    assert site.answers()["When will my parcel arrive?"] == "In 3 days."
    receipt = read_plan_or_receipt(site.artifact("kbsync-receipt-1") / "receipt.json")
    assert isinstance(receipt, Receipt)
    assert receipt.actor == "editor"
    head, ref = site.tree.git("rev-parse", "HEAD"), site.tree.git("ls-remote", "origin", "refs/kbsync/applied/*")
    assert ref.split()[0] == head


def test_plan_writes_nothing(site: Site) -> None:
    """The plan job looks at the library and leaves it as it is; what is merged is kept as one page, too."""
    assert site.plan().ok
    assert "When will my parcel arrive?" in (site.artifact("kbsync-plan") / "library.html").read_text(encoding="utf-8")
    assert writes(site.service) == []


def test_what_nobody_approved_is_not_applied(site: Site) -> None:
    """Where the plan job lost its digest or its number of changes, nothing is sent and an annotation says why."""
    found = site.plan().steps["plan"]["digest"]
    for digest, changes in [(None, "1"), ("", "1"), (found, None), (found, ""), (None, None)]:
        applied = site.apply(digest, changes)
        assert (applied.ok, "apply" in applied.steps) == (False, False)
        assert "::error title=kbsync::the plan job gave out no " in applied.log
    assert writes(site.service) == []


def test_another_digest_is_refused(site: Site) -> None:
    """A plan file that is not the approved one is not carried out: exit code 6, and the summary says why."""
    site.plan()
    applied = site.apply(f"sha256:{'0' * 64}")
    assert (applied.ok, applied.steps["apply"]["exit-code"]) == (False, "6")
    assert "the plan is not the one that was approved" in applied.summary
    assert writes(site.service) == []


def test_what_moved_since_the_plan_is_told(site: Site) -> None:
    """An edit between plan and approval makes the plan stale: exit code 7, and the summary names the question."""
    planned = site.plan()
    category = Console(site.service).category(*CATEGORY.split(" / "))
    Console(site.service).add_question("When will my parcel arrive?", "Soon.", category=category)
    applied = site.apply(planned.steps["plan"]["digest"])
    assert applied.steps["apply"]["exit-code"] == "7"
    assert "When will my parcel arrive?" in applied.summary
    assert (
        "start the workflow anew, by *Run workflow* on [its page](https://git.invalid/shop/knowledge/actions/workflows/apply.yml)"
        in applied.summary
    )
    assert site.answers()["When will my parcel arrive?"] == "Soon."


def test_removals_wait_for_the_agreed_number(site: Site) -> None:
    """A merge never removes by itself: the run says above its log with which number of removals it may be started again."""
    site.merge()
    site.commit(more="")
    planned, refused = site.merge()
    assert planned.steps["plan"]["removals"] == "1"
    assert refused.steps["apply"]["exit-code"] == "6"
    assert "\n::error title=kbsync::the plan is not applied; nothing was changed%0Athe plan removes 1: " in refused.log
    assert "add --allow-remove 1" in refused.summary
    assert "::error" not in refused.summary
    assert "Its input *allow-remove* takes the number of removals" in refused.summary
    agreed = site.apply(planned.steps["plan"]["digest"], allow_remove="1")
    assert agreed.ok, agreed.log
    assert "Do you take cheques?" not in site.answers()


def test_empty_plan_moves_the_applied_ref(site: Site) -> None:
    """A merge that changes nothing for customers is applied all the same, so that the next plan counts from it."""
    site.merge()
    head = site.commit(more=f"{CHEQUES}# a remark\n")
    before = len(writes(site.service))
    planned, applied = site.merge()
    assert (planned.steps["plan"]["changes"], applied.ok, len(writes(site.service))) == ("0", True, before)
    assert site.tree.git("ls-remote", "origin", "refs/kbsync/applied/*").startswith(head)


def test_two_merges_queue_up_and_both_are_applied(site: Site) -> None:
    """The second run begins when the first has ended, so its plan is made of what that one left."""
    site.merge()
    for answer in ("In 2 days.", "In 1 day."):
        head = site.commit(answer)
        planned, applied = site.merge()
        assert (planned.steps["plan"]["changes"], applied.ok) == ("1", True)
        assert site.answers()["When will my parcel arrive?"] == answer
        assert site.tree.git("ls-remote", "origin", "refs/kbsync/*").split()[0] == head
