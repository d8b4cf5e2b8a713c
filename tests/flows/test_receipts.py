"""The memory that all clones share: what an apply did, what it held back, and what kbsync itself did is never the console's."""

import json
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kbsync.cli.progress import FIRST as FIRST_LINE
from kbsync.history.base import write_receipt
from tests.fakes.clock import FakeClock, Hurried
from tests.fakes.git_repos import GitRepos, WorkTree
from tests.flows.harness import SETTINGS, Bench, held
from tests.flows.shop import FIRST, SMALL

OPEN = "Open?"
MORE = "category: Payment\nquestions: [{question: More?, answer: Yes.}, {question: Sale?, answer: Until August., @}]\n"
REST = "category: Payment\nquestions: [{question: More?, answer: Yes.}]\n"


def prune(bench: Bench, how: str) -> None:
    """Set what happens to what git gives up."""
    text = (bench.path / "knowledge/kbsync.yaml").read_text(encoding="utf-8")
    bench.write({"kbsync.yaml": text.replace(text.partition("prune: ")[2].partition(",")[0], how)})


def given_up(bench: Bench, *, protected: bool = False) -> Bench:
    """A bench where git took a question out under ``prune: keep``, and that is applied, twice."""
    prune(bench, "keep")
    bench.commit({**FIRST, "more.yaml": MORE.replace("@", "protected: true" if protected else "status: enabled")})
    assert bench.run("apply", "--yes").code == 0
    for text in (REST, REST.replace("Yes.", "No.")):
        bench.commit({"more.yaml": text})
        assert bench.run("apply", "--yes").code == 0
    return bench


def receipts(bench: Bench) -> list[dict[str, Any]]:
    """Every receipt in git, the newest first."""
    assert bench.tree is not None
    git = bench.tree.git
    commits = git("log", "--format=%H", bench.refs.receipts).split()
    return [json.loads(git("show", f"{commit}:receipt.json")) for commit in commits]


@pytest.mark.no_cover
def test_what_git_gave_up_is_still_gits_when_prune_is_set_later(bench: Bench) -> None:
    """Two applies after it left the files, ``prune: delete`` finds it, with its cause; the applied ref has moved meanwhile."""
    given_up(bench)
    assert bench.tree is not None
    assert bench.tree.git("rev-parse", bench.refs.applied) == bench.tree.git("rev-parse", "HEAD")
    prune(bench, "delete")
    bench.commit({})
    assert bench.cause("plan") == {"Sale?": "declared"}
    assert bench.run("apply", "--yes", "--allow-remove", "1").code == 0
    with bench.console() as service:
        assert "Sale?" not in {each.question for each in held(service)}
    assert bench.cause("plan") == {}


def test_a_category_that_git_gave_up_is_still_gits(bench: Bench) -> None:
    """An empty category that left the files under ``prune: keep`` goes when ``prune`` is set later."""
    prune(bench, "keep")
    tree = FIRST["tree.yaml"].replace("  - title: Payment\n", "  - title: Payment\n  - title: Spare\n")
    for text in (tree, FIRST["tree.yaml"], FIRST["tree.yaml"] + "# done\n"):
        bench.commit({**FIRST, "tree.yaml": text})
        assert bench.run("apply", "--yes").code == 0
    prune(bench, "delete")
    bench.commit({})
    changes = json.loads(bench.run("plan", "--format", "json").out)["changes"]
    assert [(each["action"], each["before"], each["cause"]) for each in changes] == [("delete", ["Spare"], "declared")]


@pytest.mark.no_cover
def test_the_consoles_edit_of_what_git_gave_up_is_a_conflict(bench: Bench) -> None:
    """Its last declared content is remembered, so a removal does not throw away what the console made of it."""
    given_up(bench)
    bench.edit("Sale?", answer="Until September.")
    prune(bench, "delete")
    bench.commit({})
    assert bench.cause("plan") == {"Sale?": "conflict"}
    assert bench.run("apply", "--yes", "--allow-remove", "1").code == 6


@pytest.mark.no_cover
def test_protected_outlives_the_next_apply(bench: Bench) -> None:
    """A protected question that left the files is never removed, however many applies ago that was."""
    given_up(bench, protected=True)
    prune(bench, "delete")
    bench.commit({})
    planned = bench.run("plan")
    assert (bench.cause("plan"), "is protected and stays" in " ".join(planned.out.split())) == ({}, True)
    bench.commit({"more.yaml": REST.replace("Yes.", "Perhaps.")})
    assert bench.run("apply", "--yes").code == 0
    assert bench.cause("plan") == {}


@pytest.mark.no_cover
def test_what_comes_back_to_the_files_is_no_conflict(bench: Bench) -> None:
    """Git declares it again with another answer: git changed it, and the console did not."""
    given_up(bench)
    bench.commit({"more.yaml": MORE.replace("@", "status: enabled").replace("August", "July")})
    assert bench.cause("plan")["Sale?"] == "declared"


def undo(bench: Bench, which: str = "last", *words: str) -> None:
    """Take an apply back."""
    assert bench.run("plan", "--undo", which, "--out", "undo.json").code == 0
    done = bench.run("apply", "--yes", "undo.json", *words)
    assert done.code == 0, done.err


def test_after_an_undo_the_next_plan_says_so(bench: Bench) -> None:
    """Nobody is said to have edited anything in the console, drift and pull are quiet, and a revert leaves nothing to do."""
    bench.commit(FIRST)
    assert bench.run("apply", "--yes").code == 0
    bench.commit({"other.yaml": FIRST["other.yaml"].replace("By card.", "In cash.")})
    assert bench.run("apply", "--yes").code == 0
    undo(bench)
    assert bench.cause("plan") == {"How can I pay?": "undone"}
    told = " ".join(bench.run("plan").out.split())
    assert ("an undo took it back" in told, "in the console" in told) == (True, False)
    assert bench.run("drift").code == 0
    assert bench.run("pull", "--check").code == 0
    assert bench.tree is not None
    bench.edit("How can I pay?", answer="In shells.")
    assert bench.cause("plan") == {"How can I pay?": "conflict"}
    bench.edit("How can I pay?", answer="By card.")
    bench.commit({"other.yaml": FIRST["other.yaml"]})
    assert bench.cause("plan") == {}


def test_every_kind_of_undone_change_is_told(bench: Bench) -> None:
    """A question and a category that were made, one that was removed, one that was renamed, and a later change of git's own."""
    bench.commit({**FIRST, "more.yaml": MORE.replace("@", "status: enabled")})
    assert bench.run("apply", "--yes").code == 0
    bench.commit(
        {
            "tree.yaml": FIRST["tree.yaml"].replace("  - title: Payment\n", "  - title: Payment\n  - title: New\n"),
            "other.yaml": FIRST["other.yaml"].replace("How can I pay?", "How can I pay you?"),
            "more.yaml": REST
            + "  - question: Fresh?\n".replace("  - ", "---\nquestions:\n  - ")
            + "    category: New\n    answer: Yes.\n",
        }
    )
    assert bench.run("apply", "--yes", "--allow-remove", "1").code == 0
    undo(bench, "2", "--allow-remove", "2")
    changes = json.loads(bench.run("plan", "--format", "json").out)["changes"]
    assert {each["cause"] for each in changes} == {"undone"}
    assert len(changes) == 4
    bench.commit({"other.yaml": FIRST["other.yaml"].replace("How can I pay?", "How do I pay you?")})
    assert bench.cause("plan")["How do I pay you?"] == "declared"
    assert bench.run("apply", "--yes", "--allow-remove", "1").code == 6
    assert bench.run("apply", "--yes", "--allow-remove", "1", "--overwrite-drift").code == 0
    assert bench.run("drift").code == 0


@pytest.mark.no_cover
def test_files_of_no_commit_are_not_the_console(bench: Bench) -> None:
    """What was applied before it was committed, and thrown away then, was git's: the plan says where it came from."""
    bench.commit(FIRST)
    assert bench.run("apply", "--yes").code == 0
    bench.write({"other.yaml": FIRST["other.yaml"].replace("By card.", "In cash."), "more.yaml": REST})
    assert bench.run("apply", "--yes").code == 0
    assert bench.run("drift").code == 0
    assert bench.tree is not None
    bench.tree.git("checkout", "--", "knowledge")
    (bench.path / "knowledge/more.yaml").unlink()
    planned = bench.run("plan")
    told = " ".join((planned.err + planned.out).split())
    assert bench.cause("plan") == {"How can I pay?": "declared", "More?": "declared"}
    assert ("Applied from files of no commit" in told, "in the console" in told) == (True, False)
    assert bench.run("apply", "--yes", "--allow-remove", "1").code == 0


def test_a_part_that_was_applied_is_not_the_console(bench: Bench) -> None:
    """What ``--only`` applied of a commit, and git took back, was git's."""
    bench.commit(FIRST)
    assert bench.run("apply", "--yes").code == 0
    bench.commit({"other.yaml": FIRST["other.yaml"].replace("By card.", "In cash.").replace("Send it back.", "Keep it.")})
    assert bench.run("apply", "--yes", "--only", "Payment*").code == 0
    bench.commit({"other.yaml": FIRST["other.yaml"]})
    assert bench.cause("plan") == {"How can I pay?": "declared"}


@pytest.fixture
def shared(bench: Bench, tmp_path: Path) -> Iterator[tuple[Bench, Bench]]:
    """Two clones of one remote, and the library that they apply to."""
    assert bench.tree is not None
    bench.clock = Hurried()  # a lock on a remote is renewed in a thread of its own, for which told time would fly
    repos = GitRepos(tmp_path)
    origin = repos.init("origin", "--bare")
    bench.tree.git("remote", "add", "origin", f"file://{origin.path}")
    with bench.served():
        bench.commit(SMALL)
        bench.tree.git("push", "--quiet", "origin", "main")
        tree = repos.clone(origin, "other")
        yield bench, Bench(tree.path, bench.clock, bench.environ, tree, bench.endpoint, bench.default)


def change(bench: Bench, answer: str) -> None:
    """Commit, push and apply another answer."""
    assert bench.tree is not None
    bench.commit({"small.yaml": SMALL["small.yaml"].replace("Yes.", answer)})
    bench.tree.git("push", "--quiet", "origin", "main")
    assert bench.run("apply", "--yes").code == 0


def test_any_clone_finds_and_undoes_any_apply(shared: tuple[Bench, Bench]) -> None:
    """By its number, or as the last one; each receipt tells who, from where, which commit, the calls, what was made."""
    one, other = shared
    assert one.run("apply", "--yes").code == 0
    for answer in ("Always.", "By night."):
        change(one, answer)
    assert one.tree is not None
    assert other.tree is not None
    assert one.tree.git("ls-remote", "origin", one.refs.locks[0]) == ""
    last, middle, first = receipts(one)
    assert (last["actor"], bool(last["where"]), last["plan"]["source"]["commit"]) == (
        "tester",
        True,
        one.tree.git("rev-parse", "HEAD"),
    )
    assert (last["calls"]["update_chitchat"], [bool(each["made"]) for each in first["outcomes"]]) == (1, [True, True])
    other.tree.git("pull", "--quiet")
    made = json.loads(other.run("plan", "--undo", "2", "--format", "json").out)["problems"]
    assert len(made) == 1
    undo(other)
    assert one.cause("plan") == {OPEN: "undone"}
    undo(one)
    assert one.cause("plan") == {}
    assert [each["plan"]["purpose"] for each in receipts(one)] == ["undo", "undo", "sync", "sync", "sync"]
    assert middle["plan"]["changes"][0]["after"]["answer"] == "Always."


def test_a_receipt_that_nobody_wrote_is_told(shared: tuple[Bench, Bench]) -> None:
    """A number that is not there, a ref that leads elsewhere and a damaged receipt end with words."""
    one, _ = shared
    assert one.run("apply", "--yes").code == 0
    for which in ("7", "0"):
        missing = one.run("plan", "--undo", which)
        assert (missing.code, "no such receipt" in missing.err) == (2, True)
    assert one.tree is not None
    one.tree.git("push", "--quiet", "--force", "origin", f"HEAD:{one.refs.receipts}")
    change_ = one.run("plan")
    assert (change_.code, "leads to no receipt" in " ".join(change_.err.split())) == (0, True)
    assert one.run("apply", "--yes").code == 1
    assert one.run("plan", "--undo", "last").code == 1


def without_receipts(bench: Bench) -> Path:
    """Let the remote refuse receipts; gives the hook that does."""
    assert bench.tree is not None
    hook = Path(bench.tree.git("remote", "get-url", "origin").removeprefix("file://")) / "hooks/update"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text('#!/bin/sh\ncase "$1" in refs/kbsync/receipts/*) exit 1;; esac\n', encoding="utf-8")
    hook.chmod(0o755)
    return hook


def test_where_the_receipt_cannot_be_pushed_it_lies_beside(shared: tuple[Bench, Bench]) -> None:
    """The library was changed: exit 4, what could not be moved is told, and the receipt is in ``.kbsync/receipts/``."""
    one, _ = shared
    assert one.run("apply", "--yes").code == 0
    hook = without_receipts(one)
    one.commit({"small.yaml": SMALL["small.yaml"].replace("Yes.", "Always.")})
    failed = one.run("apply", "--yes")
    assert failed.code == 4
    (path,) = (one.path / ".kbsync/receipts").iterdir()
    assert one.run("plan", "--undo", str(path)).code == 0
    assert one.tree is not None
    assert one.tree.git("ls-remote", "origin", one.refs.locks[0]) == ""
    refused = one.run("plan", "--undo", "last")
    assert (refused.code, "is not in git" in " ".join(refused.err.split()), path.name in refused.err) == (2, True, True)
    for command in ("log", "status"):
        told = one.run(command)
        assert (told.code, path.name in told.err) == (0, True)
    data = path.read_bytes()
    path.write_bytes(b"{}")
    assert one.run("plan", "--undo", "last").code == 1
    assert (one.run("log").code, path.name in one.run("log").err) == (0, True)
    hook.unlink()
    assert one.run("apply", "--yes").code == 0
    path.write_bytes(data)
    undo(one, str(path))
    assert [*(one.path / ".kbsync/receipts").iterdir()] == []
    assert [each["plan"]["purpose"] for each in receipts_at_origin(one)][:2] == ["undo", "sync"]


def test_an_apply_with_nothing_to_do_pushes_what_git_lacks(shared: tuple[Bench, Bench]) -> None:
    """Of files of no commit, so that no ref is to be moved; with a plan made before, too."""
    one, _ = shared
    assert one.run("apply", "--yes").code == 0
    hook = without_receipts(one)
    one.write({"small.yaml": SMALL["small.yaml"].replace("Yes.", "Always.")})
    assert one.run("apply", "--yes").code == 0
    assert len(list((one.path / ".kbsync/receipts").iterdir())) == 1
    assert one.run("plan", "--out", "plan.json").code == 0
    hook.unlink()
    for words in ((), ("plan.json",)):
        healed = one.run("apply", "--yes", *words)
        assert (healed.code, "is there now" in healed.err) == (0, not words)
    assert [*(one.path / ".kbsync/receipts").iterdir()] == []
    assert [len(it["plan"]["changes"]) for it in receipts_at_origin(one)] == [0, 1, 2]


def receipts_at_origin(bench: Bench) -> list[dict[str, Any]]:
    """Every receipt that the remote has, the newest first."""
    assert bench.tree is not None
    bench.tree.git("fetch", "--quiet", "--force", "origin", f"{bench.refs.receipts}:{bench.refs.receipts}")
    return receipts(bench)


@pytest.mark.parametrize("count", [1, 2])
def test_what_could_not_be_pushed_is_pushed_by_the_next_apply(shared: tuple[Bench, Bench], count: int) -> None:
    """In order, before its own receipt; the files go, and every clone can take the last one back."""
    one, other = shared
    assert one.run("apply", "--yes").code == 0
    hook = without_receipts(one)
    more = "category: Shop\nquestions: [{question: Sundays?, answer: No.}]\n"
    for number, files in enumerate(
        ({"small.yaml": SMALL["small.yaml"].replace("Yes.", "Always.")}, {"more.yaml": more}), start=1
    ):
        if number > count:
            break
        one.commit(files)
        assert one.run("apply", "--yes").code == 4
        assert len(list((one.path / ".kbsync/receipts").iterdir())) == number
    hook.unlink()
    healed = one.run("apply", "--yes")
    assert (healed.code, healed.err.count("is there now")) == (0, count)
    assert [*(one.path / ".kbsync/receipts").iterdir()] == []
    said = [it["plan"]["changes"][-1:] for it in receipts_at_origin(one)]
    assert [each[0]["after"]["answer"] for each in said if each] == [*(["No."] if count > 1 else []), "Always.", "Yes."]
    undo(other, "last", *(("--allow-remove", "1") if count > 1 else ()))
    assert one.cause("plan") == {("Sundays?" if count > 1 else OPEN): "undone"}


@pytest.mark.parametrize("machine", ["the same", "another"])
def test_records_that_failed_make_no_conflict(shared: tuple[Bench, Bench], machine: str) -> None:
    """Two in a row: a question that git changes once more, or changes back, is git's.

    Also on a machine that has no receipt of it, because the commits between tell the same.
    """
    one, other = shared
    change(one, "Always.")
    hook = without_receipts(one)
    assert one.tree is not None
    assert other.tree is not None
    for answer in ("By day.", "By night."):
        one.commit({"small.yaml": SMALL["small.yaml"].replace("Yes.", answer)})
        assert one.run("apply", "--yes").code == 4
    one.commit({"small.yaml": "questions: ["})
    one.commit({"small.yaml": SMALL["small.yaml"].replace("Yes.", "On Mondays.")})
    one.tree.git("push", "--quiet", "origin", "main")
    other.tree.git("pull", "--quiet")
    hook.unlink()
    bench = other if machine == "another" else one
    assert bench.run("drift").code == 0
    assert bench.cause("plan") == {OPEN: "declared"}
    bench.write({"small.yaml": SMALL["small.yaml"].replace("Yes.", "Always.")})
    assert bench.cause("plan") == {OPEN: "declared"}
    assert bench.tree is not None
    bench.tree.git("checkout", "--", "knowledge")
    assert bench.run("apply", "--yes").code == 0
    assert bench.cause("plan") == {}


@pytest.mark.parametrize("kind", ["tree", "blob", "commit"])
@pytest.mark.parametrize("far", [False, True])
def test_a_receipts_ref_that_leads_elsewhere_is_named_with_the_way_on(
    bench: Bench, shared: object, kind: str, *, far: bool
) -> None:
    """Plan and apply name that ref and not the applied one, and what they say to do brings the next apply to its end."""
    one = bench if far else Bench.make(bench.path.parent / "near")
    if not far:
        one.commit(FIRST)
    assert one.run("apply", "--yes").code == 0
    assert one.tree is not None
    git = one.tree.git
    thing = {"tree": "HEAD^{tree}", "blob": "HEAD:.gitignore", "commit": "HEAD"}[kind]
    damage = ("push", "--quiet", "--force", "origin", f"{git('rev-parse', thing)}:{one.refs.receipts}")
    git(*(damage if far else ("update-ref", one.refs.receipts, git("rev-parse", thing))))
    planned = one.run("plan")
    told = " ".join((planned.out + planned.err).split())
    assert (planned.code, one.refs.receipts in told, "which commit was last applied" in told) == (0, True, False)
    way = ("push", "origin", f":{one.refs.receipts}") if far else ("update-ref", "-d", one.refs.receipts)
    refused = one.run("apply", "--yes")
    assert (refused.code, f"git {' '.join(way)}" in refused.err, "which commit was" in refused.err) == (1, True, False)
    one.commit({"more.yaml": "category: New\nquestions: [{question: Fresh?, answer: Yes.}]\n---\ncategories: [{title: New}]\n"})
    unrecorded = one.run("apply", "--yes", "--base", "HEAD~1")
    assert (unrecorded.code, f"git {' '.join(way)}" in " ".join(unrecorded.err.split())) == (1, True)
    git(*way)
    assert one.run("apply", "--yes").code == 0
    assert one.run("plan", "--undo", "last").code == 0


@pytest.mark.parametrize("lost", ["", ":receipt.json"])
@pytest.mark.parametrize("words", [(), ("--base", "HEAD~1")])
def test_a_receipt_that_the_remote_has_lost_is_found_before_anything_is_sent(
    shared: tuple[Bench, Bench], lost: str, words: tuple[str, ...]
) -> None:
    """Its ref is named with the way on, and the library stays as it was; whoever has the objects goes on without a word."""
    one, other = shared
    assert one.run("apply", "--yes").code == 0
    assert one.tree is not None
    assert other.tree is not None
    identity = one.tree.git("rev-parse", f"{one.refs.receipts}{lost}")
    origin = Path(one.tree.git("remote", "get-url", "origin").removeprefix("file://"))
    (origin / "objects" / identity[:2] / identity[2:]).unlink()
    other.commit({"small.yaml": SMALL["small.yaml"].replace("Yes.", "Always.")})
    there = WorkTree(origin, one.tree.environ)
    ways = {f"git push origin :{one.refs.receipts}": other.tree, f"git update-ref -d {one.refs.receipts}": there}
    refused = other.run("apply", "--yes", *words)
    way = next((way for way in ways if way in " ".join(refused.err.split())), "")
    assert (refused.code, way != "") == (1, True)
    assert other.cause("plan", "--base", "HEAD~1") == {OPEN: "declared"}
    if lost:
        assert one.run("apply", "--yes").code == 0
    else:
        # A remote whose git is older than 2.34 does not show such a ref, so that the way leads there.
        ways[way].git(*way.split()[1:])
        assert other.run("apply", "--yes", *words).code == 0


def test_a_receipt_that_a_branch_brings_counts_for_nothing(bench: Bench) -> None:
    """It could call an edit of the console kbsync's own; only what an apply left on this machine lies beside git."""
    assert bench.tree is not None
    git = bench.tree.git
    bench.commit(SMALL)
    assert bench.run("apply", "--yes").code == 0
    first, refs = git("rev-parse", "HEAD"), git("for-each-ref", "--format=%(refname) %(objectname)", "refs/kbsync").splitlines()
    bench.commit({"small.yaml": SMALL["small.yaml"].replace("Yes.", "No.")})
    assert bench.run("apply", "--yes", "--receipt", "../said.json").code == 0
    # As if the console had made what is live: git has neither that commit nor its receipt.
    git("reset", "--quiet", "--hard", first)
    for line in refs:
        git("update-ref", *line.split())
    bench.commit({"small.yaml": SMALL["small.yaml"].replace("Yes.", "By night.")})
    receipt = bench.path / ".kbsync/receipts/said.json"
    receipt.parent.mkdir(parents=True, exist_ok=True)
    (bench.path.parent / "said.json").rename(receipt)
    assert bench.cause("plan") == {OPEN: "declared"}
    git("add", "--force", str(receipt))
    git("commit", "--quiet", "--message=forged")
    assert bench.cause("plan") == {OPEN: "conflict"}
    assert bench.run("apply", "--yes").code == 6


def test_a_part_that_cannot_be_put_into_git_is_on_this_machine(shared: tuple[Bench, Bench]) -> None:
    """An apply of a part moves no applied ref, so that only its receipt is missing there, and it lies beside."""
    one, _ = shared
    assert one.run("apply", "--yes").code == 0
    without_receipts(one)
    one.commit({"small.yaml": SMALL["small.yaml"].replace("Yes.", "Always.")})
    failed = one.run("apply", "--yes", "--only", "*")
    assert "applied ref could not be moved" not in failed.err
    assert len(list((one.path / ".kbsync/receipts").iterdir())) == 1


def test_an_apply_that_is_cut_off_leaves_what_it_knows(bench: Bench) -> None:
    """From the first call on a receipt lies in ``.kbsync/receipts/``; once git has it, it goes."""
    bench.commit(FIRST)
    seen: list[dict[str, Any]] = []
    place = bench.path / ".kbsync/receipts"

    class Watching(FakeClock):
        def wait(self, seconds: float, *, until: threading.Event | None = None) -> bool:
            if seconds != FIRST_LINE:  # progress waits at any moment, in a thread of its own
                seen.extend(json.loads(path.read_text(encoding="utf-8")) for path in place.glob("*.json"))
            return super().wait(seconds, until=until)

    bench.clock = Watching()
    assert bench.run("apply", "--yes").code == 0
    assert {each["outcomes"][0]["outcome"] for each in seen} == {"unknown"}
    assert [*place.iterdir()] == []


def test_nothing_is_sent_where_no_receipt_can_be_kept(bench: Bench) -> None:
    """A file, or a link that a branch brings, in the place of ``.kbsync/receipts/`` is named before the first call."""
    bench.commit(FIRST)
    place = bench.path / ".kbsync/receipts"
    place.parent.mkdir(exist_ok=True)
    place.symlink_to(bench.path)
    refused = bench.run("apply", "--yes")
    assert (refused.code, "symbolic link" in refused.err, [*bench.path.glob("*-sandbox.json")]) == (1, True, [])
    place.unlink()
    place.write_text("", encoding="utf-8")
    assert bench.run("apply", "--yes").code == 1
    with bench.console() as service:
        assert not {each.question for each in held(service, presets=False)}


def test_a_receipt_that_gets_no_place_any_more_is_told(tmp_path: Path) -> None:
    """Without git, and with its directory gone meanwhile: the library was changed, so the report comes first, and exit 4."""
    bench = Bench.make(tmp_path, git=False)
    bench.write(FIRST)
    place = bench.path / ".kbsync/receipts"

    one_by_one = threading.Lock()

    class Spoiling(FakeClock):
        def wait(self, seconds: float, *, until: threading.Event | None = None) -> bool:
            with one_by_one:
                if seconds != FIRST_LINE and place.is_dir():  # progress waits at any moment, in a thread of its own
                    shutil.rmtree(place)
                    place.write_text("", encoding="utf-8")
            return super().wait(seconds, until=until)

    bench.clock = Spoiling()
    done = bench.run("apply", "--yes")
    assert (done.code, "Finished" in done.out, "receipts" in done.err) == (4, True, True)


def test_a_stopped_apply_is_in_the_memory_too(bench: Bench) -> None:
    """What it did before a refusal is known to every clone, counts as git's, and can be undone."""
    bench.commit(FIRST)
    assert bench.run("apply", "--yes").code == 0
    assert bench.run("sandbox", "inject", "update_chitchat#2=refuse:-20").code == 0
    bench.commit({"other.yaml": FIRST["other.yaml"].replace("By card.", "In cash.").replace("Send it back.", "Keep it.")})
    assert bench.run("apply", "--yes").code == 4
    outcomes = sorted(each["outcome"] for each in receipts(bench)[0]["outcomes"])
    assert outcomes == ["applied", "refused"]
    bench.commit({"other.yaml": FIRST["other.yaml"]})
    assert set(bench.cause("plan").values()) == {"declared"}


@pytest.mark.parametrize("content", ["{}", "plan"])
def test_a_damaged_receipt_is_named(bench: Bench, content: str) -> None:
    """What cannot be read is unknown and never taken for none: a plan says so, an apply waits for --base."""
    bench.commit(FIRST)
    assert bench.run("apply", "--yes").code == 0
    assert bench.tree is not None
    assert bench.run("plan", "--out", "plan.json").code == 0
    data = (bench.path / "plan.json").read_bytes() if content == "plan" else content.encode()
    tip = bench.tree.git("rev-parse", bench.refs.receipts)
    write_receipt(bench.tree.repository, bench.refs, data, tip=tip, number=2, date=0)
    planned = bench.run("plan")
    assert (planned.code, "could not be read from git" in " ".join(planned.out.split())) == (0, True)
    assert bench.run("apply", "--yes").code == 1
    assert bench.run("apply", "--yes", "--base", "HEAD").code == 0


def test_without_git_there_is_nothing_to_number(tmp_path: Path) -> None:
    """Outside a repository the receipt lies in ``.kbsync/receipts/``, and ``--undo last`` says that git has none."""
    bench = Bench.make(tmp_path, git=False)
    bench.settings(SETTINGS)
    bench.write(SMALL)
    assert bench.run("apply", "--yes").code == 0
    assert bench.run("plan", "--undo", "last").code == 2
    (path,) = (bench.path / ".kbsync/receipts").iterdir()
    assert bench.run("plan", "--undo", str(path)).code == 0
