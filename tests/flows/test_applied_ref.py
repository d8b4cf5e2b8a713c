"""The applied ref moves forward with what is live, and with nothing else; a receipt never hides an apply."""

import json
import shutil
from pathlib import Path

import pytest

from kbsync.sandbox.service import Reply, Request, Service
from tests.flows.harness import WRITES, Bench, apply_first, copied, writes
from tests.flows.shop import FIRST, SECOND

MARK = "refs/kbsync/applied/sandbox"


def mark(bench: Bench) -> str:
    """The commit that counts as applied."""
    assert bench.tree is not None
    return bench.tree.git("rev-parse", MARK)


@pytest.fixture
def applied(tmp_path: Path) -> Bench:
    """A bench whose first commit is live."""
    return copied(tmp_path, apply_first)


@pytest.mark.no_cover
def test_an_older_plan_is_not_applied_over_a_newer_commit(bench: Bench) -> None:
    """Approved too late: the plan is stale, and the mark stays where it is."""
    bench.commit(FIRST)
    assert bench.run("plan", "--out", "old.json").code == 0
    newest = bench.commit({"more.yaml": "category: Payment\nquestions: [{question: 'More?', answer: 'Yes.'}]\n"})
    assert bench.run("apply", "--yes").code == 0
    late = bench.run("apply", "old.json", "--yes")
    assert (late.code, mark(bench)) == (7, newest)
    assert "another commit was applied" in late.err


PAY = "category: Payment\nquestions: [{question: 'More?', answer: 'Yes.'}]\n"


@pytest.mark.no_cover
def test_two_merges_planned_side_by_side_are_both_applied(applied: Bench) -> None:
    """The first one moved the applied ref on the way to the second one's commit: what is done already is skipped."""
    applied.commit({"more.yaml": PAY})
    assert applied.run("plan", "--out", "first.json").code == 0
    newest = applied.commit({"less.yaml": PAY.replace("More?", "Less?")})
    assert applied.run("plan", "--out", "second.json").code == 0
    assert applied.run("apply", "first.json", "--yes").code == 0
    second = applied.run("apply", "second.json", "--yes")
    assert (second.code, mark(applied), "Already as declared: 1" in second.out) == (0, newest, True)
    assert applied.run("plan", "--detailed-exitcode").code == 0
    assert applied.run("apply", "first.json", "--yes").code == 7


def test_two_first_merges_are_both_applied(bench: Bench) -> None:
    """Before anything was applied there is no mark to count from."""
    bench.commit(FIRST)
    assert bench.run("plan", "--out", "first.json").code == 0
    newest = bench.commit({"more.yaml": PAY})
    assert bench.run("plan", "--out", "second.json").code == 0
    assert [bench.run("apply", name, "--yes").code for name in ("first.json", "second.json")] == [0, 0]
    assert mark(bench) == newest


@pytest.mark.no_cover
def test_what_the_second_merge_takes_back_is_planned_again(applied: Bench) -> None:
    """A plan that knew of neither has no change for it, and its commit would count as applied with the first one's text live."""
    was = FIRST["shipping.yaml"]
    applied.commit({"shipping.yaml": was.replace("Within 3 days.", "Soon.")})
    assert applied.run("plan", "--out", "first.json").code == 0
    applied.commit({"shipping.yaml": was, "more.yaml": PAY})
    assert applied.run("plan", "--out", "second.json").code == 0
    assert applied.run("apply", "first.json", "--yes").code == 0
    assert applied.run("apply", "second.json", "--yes").code == 7
    assert applied.run("apply", "--yes").code == 0


def test_a_mark_that_went_back_is_another_matter(applied: Bench) -> None:
    """A rollback behind the base of a plan took away what the plan counts on."""
    assert applied.tree is not None
    applied.commit({"more.yaml": PAY})
    assert applied.run("apply", "--yes").code == 0
    applied.commit({"less.yaml": PAY.replace("More?", "Less?")})
    assert applied.run("plan", "--out", "late.json").code == 0
    applied.tree.git("update-ref", MARK, "HEAD~2")
    assert applied.run("apply", "late.json", "--yes").code == 7


def test_an_older_empty_plan_does_not_move_the_mark_back(applied: Bench) -> None:
    """Nothing to do is no reason to forget what was done since."""
    applied.commit({"remark.yaml": "questions: []\n"})
    assert applied.run("plan", "--out", "empty.json").code == 0
    newest = applied.commit({"more.yaml": "category: Payment\nquestions: [{question: 'More?', answer: 'Yes.'}]\n"})
    assert applied.run("apply", "--yes").code == 0
    assert (applied.run("apply", "empty.json", "--yes").code, mark(applied)) == (7, newest)


def test_the_newest_commit_may_be_applied_twice(applied: Bench) -> None:
    """The plan's own commit under the mark is no surprise."""
    before = mark(applied)
    assert applied.run("plan", "--out", "same.json").code == 0
    assert (applied.run("apply", "same.json", "--yes").code, mark(applied)) == (0, before)


def test_a_directory_that_lost_its_questions_is_not_recorded(applied: Bench) -> None:
    """The refusal leaves library and mark alone."""
    before = mark(applied)
    applied.commit({name: "questions: []\n" for name in FIRST if name.endswith(".yaml")})
    refused = applied.run("apply", "--yes")
    assert (refused.code, mark(applied)) == (6, before)


@pytest.mark.no_cover
def test_another_base_moves_the_mark_from_where_it_is(applied: Bench) -> None:
    """A plan against a revision that was given still records what it applied."""
    newest = applied.commit(SECOND)
    assert applied.run("plan", "--base", "HEAD~1", "--out", "given.json").code == 0
    document = json.loads((applied.path / "given.json").read_text(encoding="utf-8"))
    removals = sum(change.get("removal", change["action"] == "delete") for change in document["changes"])
    agreed = applied.run("apply", "given.json", "--yes", "--allow-remove", str(removals))
    assert (agreed.code, mark(applied)) == (0, newest)


def test_a_receipt_that_cannot_be_written_stops_the_apply_before_it_begins(bench: Bench) -> None:
    """Exit 1, and nothing was sent."""
    with bench.served() as service:
        bench.commit(FIRST)
        refused = bench.run("apply", "--yes", "--receipt", "gone/receipt.json")
        assert (refused.code, writes(service)) == (1, [])


def test_a_receipt_that_cannot_be_written_any_more_hides_nothing(bench: Bench) -> None:
    """The report is on stdout, the mark has moved, and exit 4 says that something is missing."""
    place = bench.path / "out"
    place.mkdir()

    class Remover(Service):
        """A service during whose first write somebody removes the directory of the receipt."""

        def handle(self, request: Request) -> Reply:
            if request.path.rpartition("/")[2] in WRITES:
                shutil.rmtree(place, ignore_errors=True)
            return super().handle(request)

    with bench.served(kind=Remover):
        newest = bench.commit(FIRST)
        ended = bench.run("apply", "--yes", "--receipt", "out/receipt.json")
    assert bench.tree is not None
    assert (ended.code, bench.tree.git("rev-parse", bench.refs.applied)) == (4, newest)
    assert "Finished" in ended.out


def test_without_a_place_for_the_receipt_nothing_is_written(bench: Bench) -> None:
    """A receipt is begun before the first write, so a full disk is found while it is not too late."""
    place = bench.path / "out"
    place.mkdir()

    class Remover(Service):
        """A service that is read while somebody removes the directory of the receipt."""

        def handle(self, request: Request) -> Reply:
            shutil.rmtree(place, ignore_errors=True)
            return super().handle(request)

    with bench.served(kind=Remover) as service:
        bench.commit(FIRST)
        refused = bench.run("apply", "--yes", "--receipt", "out/receipt.json")
        assert (refused.code, writes(service)) == (1, [])
    assert "receipt.json cannot be written" in refused.err


@pytest.mark.no_cover
def test_what_was_taken_back_is_told_to_be_reverted(applied: Bench) -> None:
    """After an undo the files still want the change: the note says what to do, and the mark stays."""
    applied.commit({"more.yaml": "category: Payment\nquestions: [{question: 'More?', answer: 'Yes.'}]\n"})
    assert applied.run("apply", "--yes", "--receipt", "r.json").code == 0
    before = mark(applied)
    assert applied.run("plan", "--undo", "r.json", "--out", "undo.json").code == 0
    back = applied.run("apply", "undo.json", "--yes", "--allow-remove", "1")
    assert (back.code, mark(applied)) == (0, before)
    assert "revert their commit" in back.err


def test_a_mark_from_another_history_is_told(applied: Bench) -> None:
    """Where the two commits have nothing in common a plan says so, and nothing is taken back unless the base is named."""
    assert applied.tree is not None
    empty = applied.tree.git("hash-object", "-t", "tree", "-w", "/dev/null")
    stranger = applied.tree.git("commit-tree", "-m", "stranger", empty)
    applied.tree.git("update-ref", MARK, stranger)
    told, refused = applied.run("plan"), applied.run("apply", "--yes")
    assert (told.code, "have no history in common" in " ".join(told.out.split())) == (0, True)
    assert (refused.code, mark(applied)) == (6, stranger)
    meant = applied.run("apply", "--yes", "--base", stranger)
    assert (meant.code, "have no history in common" in " ".join(meant.err.split())) == (0, True)


def test_the_same_knowledge_of_another_history_is_applied(applied: Bench) -> None:
    """As after a history was written anew: there is nothing to take back."""
    assert applied.tree is not None
    same = applied.tree.git("commit-tree", "-m", "anew", "HEAD^{tree}")
    applied.tree.git("update-ref", MARK, same)
    assert applied.run("apply", "--yes").code == 0
    assert mark(applied) == applied.tree.git("rev-parse", "HEAD")
