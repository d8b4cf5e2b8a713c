"""``history.base`` and ``history.applied``: which commit a plan starts from, and how the mark of what was applied moves."""

import shutil
from pathlib import Path

import pytest

from kbsync.errors import HistoryUnavailable
from kbsync.history.base import Base, find_base, last_seen, read_record
from kbsync.history.remote import TargetRefs
from kbsync.plan import BaseKind
from tests.fakes.git_repos import GitRepos, WorkTree, advance_applied

REFS = TargetRefs("production", "1400000000-0123456789ab")
REF = REFS.applied


@pytest.fixture
def repos(tmp_path: Path) -> GitRepos:
    return GitRepos(tmp_path)


def base(tree: WorkTree, *, given: str | None = None, **environ: str) -> Base:
    return find_base(tree.repository, REFS, given=given, environ=environ)


def words(found: Base) -> list[str]:
    return [str(note) for note in found.notes]


def test_a_given_revision_is_the_base(repos: GitRepos) -> None:
    """--base wins over everything else, and a revision that is not here is an error."""
    _, tree = repos.shared("a")
    head = tree.repository.resolve("HEAD")
    advance_applied(tree.repository, REFS, tree.commit({"b": "1"}), expected=None)
    found = base(tree, given="HEAD~1", GITHUB_BASE_REF="main")
    assert (found.commit, found.kind, words(found)) == (head, BaseKind.GIVEN, [f"Base: {head[:12]}, as given."])
    with pytest.raises(HistoryUnavailable, match="no commit nowhere"):
        base(tree, given="nowhere")


def test_without_anything_there_is_no_base(repos: GitRepos) -> None:
    """A first plan outside a pull request has no base and says so."""
    _, tree = repos.shared("a")
    found = base(tree)
    assert (found.commit, found.kind) == (None, BaseKind.NONE)
    assert words(found) == ["No base: nothing was applied to production from git so far, and this is no pull request."]


def test_what_one_runner_applied_is_the_base_of_another(repos: GitRepos) -> None:
    """The mark travels by the remote, with a commit the other clone has never seen; its history stays whole."""
    _, first, second = repos.shared("a", "b")
    commit = first.commit({"b": "1"})
    advance_applied(first.repository, REFS, commit, expected=None)
    found = base(second)
    assert (found.commit, found.kind) == (commit, BaseKind.APPLIED)
    assert words(found) == [f"Base: {commit[:12]}, the commit last applied to production."]
    assert not second.repository.shallow
    assert find_base(second.repository, TargetRefs("other", "other"), given=None, environ={}).kind is BaseKind.NONE


def test_the_remote_knows_better_than_the_copy_here(repos: GitRepos) -> None:
    """A clone that knows an old mark asks again; without the remote the copy is a guess, and why is told."""
    origin, first, second = repos.shared("a", "b")
    old, new = first.commit({"b": "1"}), first.commit({"b": "2"})
    advance_applied(first.repository, REFS, old, expected=None)
    assert base(second).commit == old
    advance_applied(first.repository, REFS, new, expected=old)
    assert base(second).commit == new
    shutil.rmtree(origin.path)
    found = base(second)
    assert (found.commit, found.kind) == (new, BaseKind.APPLIED)
    assert words(found)[0] == "Which commit was last applied to production is not known:"
    assert "The git remote origin cannot be read" in words(found)[1]
    assert "network" in words(found)[2]
    assert words(found)[3] == f"Base: {new[:12]}, the one that this clone saw last; it may be old."
    assert found.doubt is not None
    with pytest.raises(HistoryUnavailable, match="cannot be read"):
        read_record(second.repository, REFS)


def test_no_network_and_no_copy_is_no_knowledge(repos: GitRepos) -> None:
    """Offline, a clone that never saw the mark does not say that there is none; in a pull request the merge base is a guess."""
    origin, tree = repos.shared("a")
    shutil.rmtree(origin.path)
    found = base(tree)
    assert (found.kind, found.doubt is None, words(found)[-1]) == (BaseKind.NONE, False, "No base: every cause is unknown.")
    pull = base(tree, GITHUB_BASE_REF="main")
    assert (pull.kind, pull.doubt is None, words(pull)[0]) == (BaseKind.MERGE_BASE, False, words(found)[0])
    given = base(tree, given="HEAD")
    assert (given.kind, given.doubt) == (BaseKind.GIVEN, None)


@pytest.mark.parametrize("shared", [True, False])
@pytest.mark.parametrize("mark", ["HEAD:knowledge/a.yaml", "HEAD^{tree}", None])
def test_a_mark_that_is_no_commit_is_not_none(repos: GitRepos, mark: str | None, *, shared: bool) -> None:
    """A file, a tree and a missing object under the mark are told, here and on the remote."""
    origin, tree = repos.shared("a")
    place = origin if shared else tree
    if mark is not None:
        place.git("update-ref", REF, mark.replace("HEAD", "main"))
    else:
        WorkTree(place.path if shared else place.path / ".git", place.environ).write({REF: f"{'1' * 40}\n"})
    with pytest.raises(HistoryUnavailable):
        read_record(tree.repository, REFS, shared=shared)
    found = find_base(tree.repository, REFS, given=None, environ={}, shared=shared)
    assert (found.kind, found.doubt is None) == (BaseKind.NONE, False)


@pytest.mark.parametrize("depth", [(), ("--depth=1",)])
def test_a_mark_that_an_old_remote_hides_is_not_none(repos: GitRepos, depth: tuple[str, ...]) -> None:
    """Git before 2.34 leaves a ref out whose object it has lost, and complains beside its answer."""
    (origin,) = repos.shared()
    tree, server = repos.clone(origin, "a", *depth), repos.directory / "server"
    origin.git("config", "transfer.hideRefs", "refs/kbsync")
    server.write_text(f'#!/bin/sh\necho "error: {REF} does not point to a valid object!" >&2\nexec git upload-pack "$@"\n')
    server.chmod(0o755)
    tree.git("config", "remote.origin.uploadpack", str(server))
    with pytest.raises(HistoryUnavailable, match=f"The git remote origin has lost what {REF} leads to") as failure:
        read_record(tree.repository, REFS)
    assert f"git update-ref -d {REF}` there" in str(failure.value.hint)
    other = TargetRefs("other", "other")
    assert read_record(tree.repository, other).applied is None


def test_the_mark_is_found_from_a_shallow_clone(repos: GitRepos) -> None:
    """A checkout of depth 1 gets the applied commit alone, and keeps the history it has."""
    origin, full = repos.shared("full")
    applied = full.commit({"b": "1"})
    advance_applied(full.repository, REFS, applied, expected=None)
    full.commit({"b": "2"})
    full.git("push", "--quiet", "origin", "main")
    shallow = repos.clone(origin, "shallow", "--depth=1")
    assert base(shallow).commit == applied
    assert shallow.git("rev-list", "--all", "--count") == "2"
    deeper = repos.clone(origin, "deeper", "--depth=3")
    assert base(deeper).commit == applied
    assert deeper.git("rev-list", "HEAD", "--count") == "3"


@pytest.mark.parametrize("variable", ["GITHUB_BASE_REF", "CI_MERGE_REQUEST_TARGET_BRANCH_NAME", "KBSYNC_BASE"])
def test_a_pull_request_starts_where_it_left_its_target(repos: GitRepos, variable: str) -> None:
    """Before anything was applied, the base of a pull request is the merge base with its target branch as the remote has it."""
    _, tree = repos.shared("a")
    parted = tree.repository.resolve("HEAD")
    tree.commit({"b": "only on the local main"})
    tree.git("switch", "--quiet", "--create", "feature", parted)
    tree.commit({"c": "1"})
    found = base(tree, **{variable: "main", "CI_MERGE_REQUEST_DIFF_BASE_SHA": ""})
    assert (found.commit, found.kind) == (parted, BaseKind.MERGE_BASE)
    assert words(found) == [f"Base: {parted[:12]}, where this pull request left main."]


def test_gitlab_names_the_merge_base_itself(repos: GitRepos) -> None:
    """The exact commit that GitLab hands over is taken as it is; without remote a local branch does."""
    tree = repos.init("alone")
    first, second = tree.commit({"a": "1"}), tree.commit({"a": "2"})
    assert base(tree, CI_MERGE_REQUEST_DIFF_BASE_SHA=first).commit == first
    assert base(tree, KBSYNC_BASE="main").commit == second


def test_a_shallow_pull_request_has_no_base_and_says_why(repos: GitRepos) -> None:
    """A checkout without the target branch goes on without base, and tells about fetch-depth."""
    origin, _ = repos.shared("a")
    shallow = repos.clone(origin, "shallow", "--depth=1")
    found = base(shallow, GITHUB_BASE_REF="release")
    assert found.kind is BaseKind.NONE
    assert words(found)[:2] == [
        "No base: where this pull request left release is not known.",
        "There is no commit release in this repository.",
    ]
    assert "fetch-depth: 0" in words(found)[2]


def test_a_base_is_a_commit_or_none() -> None:
    """A base without commit that is not "none" cannot be made."""
    with pytest.raises(ValueError, match="a base has a commit"):
        Base(None, BaseKind.APPLIED)


def test_a_stale_expectation_moves_nothing(repos: GitRepos) -> None:
    """Of two applies that saw the same mark the second is told of the first, and the first's mark stays."""
    origin, first, second = repos.shared("a", "b")
    start, mine, theirs = first.repository.resolve("HEAD"), first.commit({"b": "1"}), second.commit({"c": "1"})
    advance_applied(first.repository, REFS, start, expected=None)
    advance_applied(second.repository, REFS, theirs, expected=start)
    with pytest.raises(HistoryUnavailable) as failure:
        advance_applied(first.repository, REFS, mine, expected=start)
    assert str(failure.value) == (
        f"Another apply moved the applied ref of production from {start[:12]} to {theirs[:12]} meanwhile; it was left there."
    )
    assert origin.git("rev-parse", REF) == theirs
    with pytest.raises(HistoryUnavailable, match=r"from \(none\) to"):
        advance_applied(first.repository, REFS, mine, expected=None)


def test_a_rollback_moves_the_mark_back(repos: GitRepos) -> None:
    """Applying an older commit on purpose marks the older commit; marking the same one again is no change."""
    origin, tree = repos.shared("a")
    old = tree.repository.resolve("HEAD")
    new = tree.commit({"b": "1"})
    advance_applied(tree.repository, REFS, new, expected=None)
    advance_applied(tree.repository, REFS, new, expected=new)
    advance_applied(tree.repository, REFS, old, expected=new)
    assert origin.git("rev-parse", REF) == tree.git("rev-parse", REF) == old


@pytest.mark.parametrize("shared", [True, False])
def test_without_remote_the_mark_is_kept_here(repos: GitRepos, *, shared: bool) -> None:
    """A repository without remote, and a target that is nobody else's, keep the mark locally under the same rule."""
    origin, cloned = repos.shared("a")
    tree = repos.init("alone") if shared else cloned
    first, second = tree.commit({"a": "1"}), tree.commit({"a": "2"})
    advance_applied(tree.repository, REFS, first, expected=None, shared=shared)
    advance_applied(tree.repository, REFS, second, expected=first, shared=shared)
    with pytest.raises(HistoryUnavailable, match="Another apply moved the applied ref"):
        advance_applied(tree.repository, REFS, first, expected=None, shared=shared)
    assert read_record(tree.repository, REFS, shared=shared).applied == second
    assert origin.git("for-each-ref", "refs/kbsync") == ""


def test_a_mark_that_cannot_be_written_is_an_error(repos: GitRepos) -> None:
    """A leftover lock of git on the mark is told with git's own reason."""
    tree = repos.init("alone")
    commit = tree.commit({"a": "1"})
    tree.write({f".git/{REF}.lock": ""})
    with pytest.raises(HistoryUnavailable, match="`git update-ref` failed"):
        advance_applied(tree.repository, REFS, commit, expected=None)


def test_a_push_that_a_hidden_ref_stops_names_it(repos: GitRepos) -> None:
    """Git before 2.34 refuses every push where another ref has lost its object."""
    origin, tree = repos.shared("a")
    hook = origin.path / "hooks" / "pre-receive"
    hook.write_text("#!/bin/sh\necho 'error: refs/kbsync/receipts/x does not point to a valid object!' >&2\nexit 1\n")
    hook.chmod(0o755)
    with pytest.raises(HistoryUnavailable) as failure:
        advance_applied(tree.repository, REFS, "HEAD", expected=None)
    assert "`git update-ref -d refs/kbsync/receipts/x` there" in str(failure.value.hint)


def test_a_refusing_remote_names_the_missing_right(repos: GitRepos) -> None:
    """A push that the server declines is told with the server's reason and the permission to ask for."""
    origin, tree = repos.shared("a")
    hook = origin.path / "hooks" / "pre-receive"
    hook.write_text("#!/bin/sh\necho 'read-only token' >&2\nexit 1\n", encoding="utf-8")
    hook.chmod(0o755)
    with pytest.raises(HistoryUnavailable) as failure:
        advance_applied(tree.repository, REFS, "HEAD", expected=None)
    assert str(failure.value) == (
        f"The git remote origin refused a push to {REF}: remote: read-only token [remote rejected] (pre-receive hook declined)"
    )
    assert "contents: write" in str(failure.value.hint)


def test_the_shared_remote_is_origin_or_the_only_one(repos: GitRepos) -> None:
    """One remote of any name will do; of several, one must be called origin, and a plan says so instead of failing."""
    origin, tree = repos.shared("a")
    commit = tree.repository.resolve("HEAD")
    tree.git("remote", "rename", "origin", "company")
    advance_applied(tree.repository, REFS, commit, expected=None)
    assert origin.git("rev-parse", REF) == commit
    tree.git("remote", "add", "fork", "nowhere")
    with pytest.raises(HistoryUnavailable, match="several git remotes and none is called origin: company, fork"):
        advance_applied(tree.repository, REFS, commit, expected=commit)
    assert "several git remotes" in words(base(tree))[1]
    tree.git("remote", "rename", "company", "origin")
    assert words(base(tree)) == [f"Base: {commit[:12]}, the commit last applied to production."]


@pytest.mark.parametrize("target", ["", "a b", "a..b", "a.lock", ".a", "-a", "a.", "a/b", "a~1", "进"])
def test_an_application_that_no_ref_can_carry_is_refused(target: str) -> None:
    """A name that git would not take in a ref is refused before git is asked."""
    with pytest.raises(HistoryUnavailable, match="cannot be part of a git ref"):
        TargetRefs("production", target)


def test_a_name_that_no_ref_can_carry_is_only_a_name() -> None:
    """The refs are made of the application's key, and an older kbsync cannot have had others."""
    refs = TargetRefs("进", "1400000000-0123456789ab", "kb")
    assert (refs.names, refs.former_applied, refs.receipts) == (
        ("1400000000-0123456789ab",),
        (),
        "refs/kbsync/receipts/1400000000-0123456789ab",
    )


@pytest.mark.parametrize("shared", [True, False])
@pytest.mark.parametrize("directory", ["knowledge", "kb"])
def test_a_mark_of_an_older_kbsync_is_taken_over_once(repos: GitRepos, directory: str, *, shared: bool) -> None:
    """It counts until there is one of this form, offline too, and never again after; the old one is left to the old."""
    origin, tree = repos.shared("a")
    refs = TargetRefs("production", "1400000000-0123456789ab", directory)
    first = tree.commit({f"{directory}/kbsync.yaml": "version: 1"})
    old = refs.former_applied[0]
    assert old == TargetRefs("production", "production", directory).applied
    if shared:
        tree.git("push", "--quiet", "origin", f"HEAD:{old}")
        assert last_seen(tree.repository, refs) is None
    else:
        tree.git("update-ref", old, "HEAD")
    assert read_record(tree.repository, refs, shared=shared).applied == last_seen(tree.repository, refs) == first
    second = tree.commit({"b": "1"})
    advance_applied(tree.repository, refs, second, expected=first, shared=shared)
    assert read_record(tree.repository, refs, shared=shared).applied == second
    assert (origin if shared else tree).git("rev-parse", old) == first


@pytest.mark.parametrize("directory", ["knowledge", "kb"])
def test_a_mark_of_another_application_is_not_taken_over(repos: GitRepos, directory: str) -> None:
    """The settings of the commit say what the name stood for then; a commit without settings says nothing against it."""
    tree = repos.init("alone")
    refs = TargetRefs("production", "key", directory, names_it=lambda said: b"ours" in said)
    ours = tree.commit({"old/kbsync.yaml": "ours"})
    tree.git("rm", "-r", "--quiet", "old")
    theirs = tree.commit({f"{directory}/kbsync.yaml": "theirs"})
    none = tree.commit({f"{directory}/kbsync.yaml": "ours", "other/kbsync.yaml": "theirs"})
    found = []
    for commit in (ours, theirs, none):
        tree.git("update-ref", refs.former_applied[0], commit)
        found.append(read_record(tree.repository, refs).applied)
    assert found == [ours, None, none]


def test_a_mark_of_a_commit_without_settings_is_taken_over(repos: GitRepos) -> None:
    """As after a move that git does not tell of: the ref was made by a run that had settings."""
    tree = repos.init("alone")
    commit = tree.commit({"a": "1"})
    tree.git("update-ref", REFS.former_applied[0], commit)
    assert read_record(tree.repository, REFS).applied == commit
