"""Git, the console and the files disagree: drift, conflicts, removals, renames, in a real repository."""

from functools import partial
from pathlib import Path
from typing import Any

import pytest

from kbsync.sandbox.service import Reply, Request, Service
from tests.fakes.clock import Hurried
from tests.fakes.console import Console
from tests.fakes.git_repos import GitRepos
from tests.flows.harness import SETTINGS, Bench, apply_first, copied, held, writes
from tests.flows.shop import FIRST, SECOND, SMALL

PAY = "How can I pay?"
CARD = FIRST["other.yaml"]
CASH = CARD.replace("By card.", "In cash.")


@pytest.fixture
def live(tmp_path: Path) -> Bench:
    """A bench whose first commit is live."""
    return copied(tmp_path, apply_first)


def test_no_drift_is_exit_0(live: Bench) -> None:
    """A library as last applied has no drift."""
    assert live.run("drift").code == 0


@pytest.mark.no_cover
def test_a_console_edit_is_drift(live: Bench) -> None:
    """It is shown with both answers and exit code 3, and a plan calls it drift."""
    live.edit(PAY, answer="In shells, one by one.")
    found = live.run("drift")
    assert found.code == 3
    assert "By card." in found.out
    assert "In shells, one by one." in found.out
    assert live.cause("plan") == {PAY: "drift"}


def test_what_the_files_say_by_now_is_told(live: Bench) -> None:
    """It was taken in, or comes from an apply elsewhere that could not push its record."""
    live.edit(PAY, answer="In shells.")
    name = next(name for name, text in FIRST.items() if PAY in text)
    live.commit({name: FIRST[name].replace("By card.", "In shells.")})
    found = live.run("drift")
    assert found.code == 3
    assert "What the files here say already: 1." in " ".join(found.err.split())


def add(bench: Bench, category: str) -> None:
    """Somebody adds a question in the console."""
    with bench.console() as service:
        Console(service).add_question("Do you take shells?", "Only large ones.", category=Console(service).category(category))


@pytest.mark.no_cover
def test_a_question_that_the_console_added_is_drift(live: Bench) -> None:
    """In a category that git declares it is told in every format, as what a pull takes over; then it is told no more."""
    add(live, "Payment")
    found = live.run("drift")
    assert (found.code, "New in the console (1)" in found.out, "Only large ones." in found.out) == (3, True, True)
    assert "- **New** Do you take shells?" in live.run("drift", "--format", "markdown").out
    assert live.cause("drift") == {"Do you take shells?": "drift"}
    assert live.run("pull", "--check").code == 3
    assert live.run("pull").code == 0
    live.commit({})
    assert live.run("apply", "--yes").code == 0
    assert live.run("drift").code == 0


@pytest.mark.no_cover
def test_what_git_does_not_declare_is_no_drift(live: Bench) -> None:
    """A question in a category that only the console knows is named as unmanaged, and the night stays quiet."""
    with live.console() as service:
        Console(service).add_category("Shells")
    add(live, "Shells")
    found = live.run("drift")
    assert (found.code, "Do you take shells? (Shells)" in found.out) == (0, True)


def test_before_the_first_apply_nothing_drifts(bench: Bench) -> None:
    """A nightly job is green until there is something to count from, and says that nothing was applied yet."""
    bench.commit(FIRST)
    found = bench.run("drift")
    assert (found.code, "Nothing was applied from git yet" in found.out) == (0, True)


@pytest.mark.no_cover
def test_a_conflict_is_not_overwritten_by_surprise(live: Bench) -> None:
    """Both sides edited: exit 6 and the way out, until it is agreed that git wins."""
    live.edit(PAY, answer="By cheque.")
    live.commit({"other.yaml": CASH})
    assert live.cause("plan") == {PAY: "conflict"}
    refused = live.run("apply", "--yes")
    assert refused.code == 6
    assert "kbsync pull" in refused.err
    assert live.run("apply", "--yes", "--overwrite-conflicts").code == 0
    assert live.run("drift").code == 0


@pytest.mark.no_cover
def test_a_removal_needs_its_exact_number(live: Bench) -> None:
    """Neither no consent nor the wrong number removes anything; the right number does."""
    live.commit(SECOND)
    assert live.run("apply", "--yes").code == 6
    wrong = live.run("apply", "--yes", "--allow-remove", "3")
    assert wrong.code == 6
    assert "does not equal the number of removals in this plan, 4:" in wrong.err
    assert live.run("apply", "--yes", "--allow-remove", "4").code == 0
    with live.console() as service:
        assert not any(it.question == "Do you take cheques?" for it in held(service))


def test_a_rename_keeps_the_question(live: Bench) -> None:
    """A new text with the old answer is the same question, with its id, and not a delete and a create."""
    with live.console() as service:
        before = Console(service).question(PAY)
    live.commit({"other.yaml": CARD.replace(PAY, "How can I pay you?")})
    assert live.run("apply", "--yes").code == 0
    with live.console() as service:
        assert Console(service).question("How can I pay you?") == before


@pytest.mark.no_cover
def test_a_brake_stops_a_large_change(live: Bench) -> None:
    """More updates than the policy allows end with exit 6, the figure and the limit."""
    text = (live.path / "knowledge" / "kbsync.yaml").read_text(encoding="utf-8")
    many = "".join(f"  - question: Question {number}?\n    answer: Yes.\n    category: Payment\n" for number in range(20))
    live.commit(
        {"kbsync.yaml": text.replace("max_update_percent: 100", "max_update_percent: 5"), "n.yaml": f"questions:\n{many}"}
    )
    assert live.run("apply", "--yes").code == 0
    live.commit({"n.yaml": f"questions:\n{many}".replace("Yes.", "No.")})
    stopped = live.run("apply", "--yes")
    assert stopped.code == 6
    assert "max_update_percent is 5" in stopped.err


def test_the_base_can_be_named(live: Bench) -> None:
    """``--base`` counts from any commit; one that does not exist is said so."""
    first = live.commit({"other.yaml": CASH})
    live.commit({"other.yaml": CARD})
    assert live.run("plan", "--base", first).code == 0
    wrong = live.run("plan", "--base", "no-such-commit")
    assert wrong.code == 1
    assert "no-such-commit" in wrong.err


def test_a_base_with_errors_is_refused(live: Bench) -> None:
    """A commit whose files are broken cannot be compared with, and the first fault is named."""
    broken = live.commit({"other.yaml": "questions: [{answer: No question.}]\n"})
    live.commit({"other.yaml": CARD})
    refused = live.run("plan", "--base", broken)
    assert refused.code == 1
    assert broken[:12] in refused.err


def test_a_base_needs_a_repository(bench: Bench) -> None:
    """Outside git there is nothing to read ``--base`` from."""
    (bench.path / ".git").rename(bench.path / "no-git")
    bench.write(FIRST)
    refused = bench.run("plan", "--base", "HEAD")
    assert refused.code == 1
    assert "no git repository" in refused.err


def test_offline_asks_nobody(bench: Bench) -> None:
    """A fork's pull request is planned from git alone: no secret, no call."""
    with bench.served() as service:
        del bench.environ["KBSYNC_SECRET_KEY"]
        base = bench.commit(FIRST)
        bench.commit({"other.yaml": CASH})
        planned = bench.run("plan", "--offline", "--base", base, "--out", "plan.json")
        assert planned.code == 0
        assert "In cash." in planned.out
        assert service.log == ()
        bench.environ["KBSYNC_SECRET_KEY"] = "x"
        assert bench.run("apply", "plan.json", "--yes").code == 6


def test_offline_without_a_base_says_so(bench: Bench) -> None:
    """A first knowledge directory is all new; the way to name a base is told, and nobody applies it."""
    bench.commit(FIRST)
    planned = bench.run("plan", "--offline", "--out", "plan.json")
    told = " ".join(planned.out.split())
    assert (planned.code, "there is no base to stand in" in told, "--base" in told, "In cash." in told) == (0, True, True, False)
    assert set(bench.cause("plan", "--offline").values()) == {"unknown"}
    assert bench.run("apply", "--yes", "plan.json").code == 6


@pytest.mark.parametrize(
    ("other", "asked"),
    [
        ({}, True),
        ({"sdkappid": 1400000001}, False),
        ({"endpoint": "http://127.0.0.1:9"}, False),
        ({"default": "renamed"}, False),
    ],
)
@pytest.mark.parametrize("variable", ["GITHUB_BASE_REF", "CI_MERGE_REQUEST_DIFF_BASE_SHA", ""])
def test_a_pull_request_signs_in_nowhere_else(bench: Bench, variable: str, other: dict[str, object], *, asked: bool) -> None:
    """With another address than in the branch to join the plan is made offline, and says so in each format.

    A branch that is given as base is the one to join, too, where CI tells of none.
    """
    with bench.served() as service:
        joined = bench.commit(FIRST)
        assert bench.tree is not None
        bench.tree.git("switch", "--quiet", "--create", "topic")
        bench.settings(SETTINGS.replace("production", str(other.get("default", "production"))), **other)
        bench.commit({"other.yaml": CASH})
        bench.environ[variable] = joined if variable.startswith("CI") else "main"
        for form in ("text", "markdown", "json", "github", "html"):
            planned = bench.run("plan", "--format", form, *(() if variable else ("--base", "main")))
            assert (planned.code, "is not the one that" in " ".join(planned.out.split())) == (0, not asked)
        assert bool(service.log) is asked


@pytest.mark.parametrize(
    "words", ["drift", "pull", "doctor", "status", "apply --yes", "apply --yes plan.json", "session state someone"]
)
def test_no_other_command_signs_in_elsewhere_in_a_pull_request(bench: Bench, words: str) -> None:
    """Whatever would reach the service refuses, names the branch, and sends nothing."""
    with bench.served() as service:
        bench.commit(FIRST)
        assert bench.tree is not None
        bench.tree.git("switch", "--quiet", "--create", "topic")
        bench.settings(sdkappid=1400000001)
        bench.commit({"other.yaml": CASH})
        assert bench.run("plan", "--offline", "--base", "HEAD~1", "--out", "plan.json").code == 0
        refused = bench.run(*words.split(), GITHUB_BASE_REF="main")
        assert (refused.code, "is not the one that main gives it" in " ".join(refused.err.split())) == (1, True), refused.err
        assert service.log == ()


def test_without_git_no_branch_gives_an_address(tmp_path: Path) -> None:
    """Outside a repository there is nothing to compare with, and nobody's branch to bring it."""
    bench = Bench.make(tmp_path, git=False)
    with bench.served():
        bench.write(FIRST)
        assert bench.run("doctor", GITHUB_BASE_REF="main").code == 0


def test_a_pull_request_that_brings_the_settings_signs_in_nowhere(bench: Bench) -> None:
    """Nobody has agreed to the address, so the secret stays here; a sandbox needs none."""
    with bench.served() as service:
        assert bench.tree is not None
        bench.tree.git("commit", "--quiet", "--allow-empty", "--message=empty")
        bench.commit(FIRST)
        bench.environ["CI_MERGE_REQUEST_DIFF_BASE_SHA"] = bench.tree.git("rev-parse", "HEAD~1")
        planned = bench.run("plan")
        assert (planned.code, "is not the one that" in " ".join(planned.out.split()), service.log) == (0, True, ())
        assert "is not the one that" not in bench.run("plan", "--target", "sandbox").out


@pytest.mark.no_cover
def test_only_a_part_is_planned_and_applied(live: Bench) -> None:
    """``--only`` leaves the rest alone, and the base where it was."""
    assert live.tree is not None
    before = live.tree.git("rev-parse", "refs/kbsync/applied/sandbox")
    live.commit({"other.yaml": CASH, "shipping.yaml": FIRST["shipping.yaml"].replace("Within 3 days.", "Soon.")})
    assert set(live.cause("plan", "--only", "Payment*")) == {PAY}
    assert live.run("apply", "--only", "Payment*", "--yes").code == 0
    assert set(live.cause("plan")) == {"When will my parcel arrive?"}
    assert live.tree.git("rev-parse", "refs/kbsync/applied/sandbox") == before


class Meanwhile(Service):
    """A service during whose work somebody else's apply moves the applied ref."""

    def __init__(self, *given: Any, bench: Bench, **options: Any) -> None:
        super().__init__(*given, **options)
        self.bench = bench

    def handle(self, request: Request) -> Reply:
        """Answer, after the ref was moved."""
        if request.path.endswith("/add_chitchat"):
            assert self.bench.tree is not None
            self.bench.tree.git("update-ref", self.bench.refs.applied, "HEAD~1")
        return super().handle(request)


def test_a_base_that_moved_meanwhile_stays(bench: Bench) -> None:
    """The library is as declared, the other's mark is not overwritten; exit 4; report, receipt and annotation say so."""
    assert bench.tree is not None
    with bench.served(kind=partial(Meanwhile, bench=bench)):
        other = bench.commit({"note.yaml": "questions: []\n"})
        bench.commit(FIRST)
        applied = bench.run("apply", "--yes", "--receipt", "receipt.json", "--format", "markdown", GITHUB_ACTIONS="true")
        assert applied.code == 4
        for told in (applied.out, applied.err, bench.run("show", "receipt.json").out):
            assert "the applied ref could not be moved: Another apply moved" in " ".join(told.split())
        assert "::error title=kbsync::the library is as declared" in applied.err
        assert bench.tree.git("rev-parse", bench.refs.applied) == other


@pytest.mark.parametrize("receipt", [(), ("--receipt", "receipt.json")])
def test_a_mark_that_could_not_be_moved_is_healed(bench: Bench, receipt: tuple[str, ...]) -> None:
    """By the next run, which has nothing to do; then the next edit of the question in git is no conflict."""
    assert bench.tree is not None
    with bench.served():
        bench.commit(FIRST)
        assert bench.run("apply", "--yes").code == 0
        second = bench.commit({"shipping.yaml": FIRST["shipping.yaml"].replace("Within 3 days.", "Soon.")})
        lock = bench.path / ".git" / f"{bench.refs.applied}.lock"
        lock.write_text("", encoding="utf-8")
        assert bench.run("apply", "--yes", *receipt).code == 4
        assert bench.run("apply", "--yes", *receipt).code == 4
        lock.unlink()
        healed = bench.run("apply", "--yes", *receipt)
        assert (healed.code, bench.tree.git("rev-parse", bench.refs.applied)) == (0, second)
        bench.commit(FIRST)
        assert set(bench.cause("plan").values()) == {"declared"}


def test_the_applied_ref_is_shared_through_the_remote(bench: Bench, tmp_path: Path) -> None:
    """Another clone plans against what this one applied to a real target."""
    assert bench.tree is not None
    bench.clock = Hurried()  # a lock on a remote is renewed in a thread of its own, for which told time would fly
    origin = GitRepos(tmp_path).init("origin", "--bare")
    bench.tree.git("remote", "add", "origin", f"file://{origin.path}")
    with bench.served() as service:
        head = bench.commit(SMALL)
        bench.tree.git("push", "--quiet", "origin", "main")
        assert bench.run("apply", "--yes").code == 0
        assert origin.git("rev-parse", bench.refs.applied) == head
        assert origin.git("for-each-ref", "refs/kbsync/lock") == ""
        other = Bench(tmp_path / "other", bench.clock, bench.environ, GitRepos(tmp_path).clone(origin, "other"))
        assert f"base {head[:12]}" in other.run("plan").out
        assert "add_chitchat" in writes(service)
