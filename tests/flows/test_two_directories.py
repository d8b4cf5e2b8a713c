"""Two knowledge directories of one repository whose targets have one name: each has an applied ref of its own."""

from kbsync.history.lock import TargetLock
from tests.flows.harness import Bench
from tests.flows.shop import SMALL

OLD = "refs/kbsync/applied/sandbox"
ALWAYS = SMALL["small.yaml"].replace("Yes.", "Always.")


def lay(bench: Bench, *names: str) -> None:
    """Make directories that say the same."""
    for name in names:
        place = bench.path / name / "kb"
        place.mkdir(parents=True)
        (place / "kbsync.yaml").write_text("version: 1\ntargets: {sandbox: {driver: sandbox}}\n", encoding="utf-8")
        (place / "small.yaml").write_text(SMALL["small.yaml"], encoding="utf-8")
    (bench.path / "knowledge/kbsync.yaml").unlink(missing_ok=True)
    (bench.path / ".gitignore").write_text(".kbsync/\n", encoding="utf-8")
    assert bench.tree is not None
    bench.tree.commit({})


def refs(bench: Bench) -> set[str]:
    """The applied refs."""
    assert bench.tree is not None
    return set(bench.tree.git("for-each-ref", "--format=%(refname)", "refs/kbsync/applied").split())


def test_each_directory_counts_from_its_own_commit(bench: Bench) -> None:
    """What is applied from one is no news for the other: an edit in git stays declared. They share one memory and one lock."""
    lay(bench, "a", "b")
    for name in ("a", "b"):
        assert bench.run("apply", "--yes", "--dir", f"{name}/kb").code == 0
    assert len(refs(bench)) == len({"a", "b"})
    assert bench.tree is not None
    bench.tree.commit({"a/kb/small.yaml": ALWAYS})
    bench.tree.commit({"b/kb/small.yaml": ALWAYS})
    assert bench.run("apply", "--yes", "--dir", "b/kb").code == 0
    assert bench.cause("plan", "--dir", "a/kb") == {"Open?": "declared"}
    assert bench.tree.git("log", "--format=%s", bench.refs.receipts).splitlines() == [f"kbsync apply {n}" for n in (3, 2, 1)]
    with TargetLock(None, bench.refs, owner="ann", where="there", clock=bench.clock, directory=bench.path / "a/.kbsync"):
        assert bench.run("apply", "--yes", "--dir", "a/kb").code == 8


def test_a_ref_of_the_old_form_is_taken_over_once(bench: Bench) -> None:
    """It names a commit with one knowledge directory: that one counts from it, and its own ref begins with the next apply."""
    lay(bench, "a")
    assert bench.run("apply", "--yes", "--dir", "a/kb").code == 0
    assert bench.tree is not None
    (own,) = refs(bench)
    bench.tree.git("update-ref", OLD, own)
    bench.tree.git("update-ref", "-d", own)
    bench.tree.commit({"a/kb/small.yaml": ALWAYS})
    assert bench.cause("plan", "--dir", "a/kb") == {"Open?": "declared"}
    assert bench.run("apply", "--yes", "--dir", "a/kb").code == 0
    assert bench.tree.git("rev-parse", own) == bench.tree.git("rev-parse", "HEAD") != bench.tree.git("rev-parse", OLD)


def test_a_ref_that_directories_shared_is_nobody_s(bench: Bench) -> None:
    """Of which of the two its commit was applied is not known, and a guess would call edits in git the console's."""
    lay(bench, "a", "b")
    assert bench.tree is not None
    bench.tree.git("update-ref", OLD, "HEAD")
    assert "No base" in bench.run("plan", "--dir", "a/kb").err


def test_a_copied_directory_inherits_nothing(bench: Bench) -> None:
    """The directory that the ref is of is still there."""
    lay(bench, "a")
    assert bench.tree is not None
    bench.tree.git("update-ref", OLD, "HEAD")
    lay(bench, "b")
    assert "No base" in bench.run("plan", "--dir", "b/kb").err
    assert "the commit last applied" in bench.run("plan", "--dir", "a/kb").err


def test_a_name_that_stood_for_another_application_tells_nothing(bench: Bench) -> None:
    """What an older kbsync applied under a target's name counts as long as the name meant this application."""
    bench.default = "production"
    old = "refs/kbsync/applied/production"
    assert bench.tree is not None
    bench.settings()
    bench.tree.git("update-ref", old, bench.commit(SMALL))
    assert "the commit last applied" in bench.run("plan", "--offline").err
    bench.settings(sdkappid=1400000001)
    bench.tree.git("update-ref", old, bench.commit({"small.yaml": ALWAYS}))
    bench.settings()
    bench.commit({})
    assert "there is no base" in " ".join(bench.run("plan", "--offline").out.split())
