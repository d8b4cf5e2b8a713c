"""``history.git`` and ``history.repository``: what git is asked, and what its failures mean to people."""

import os
import sys
from pathlib import Path

import pytest

from kbsync.errors import HistoryUnavailable
from kbsync.history.git import Answer, Git
from kbsync.history.repository import Repository
from tests.fakes.git_repos import GitRepos


@pytest.fixture
def repos(tmp_path: Path) -> GitRepos:
    return GitRepos(tmp_path)


def fake_git(repos: GitRepos, script: str) -> dict[str, str]:
    """An environment whose ``git`` is a shell script."""
    program = repos.directory / "bin" / "git"
    program.parent.mkdir()
    program.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    program.chmod(0o755)
    return {**repos.environ, "PATH": f"{program.parent}{os.pathsep}{repos.environ['PATH']}"}


def test_the_repository_of_a_directory_is_found(repos: GitRepos) -> None:
    """A directory deep inside belongs to the repository around it, even before it exists."""
    tree = repos.init("repo")
    found = Repository.find(tree.path / "not" / "yet", environ=repos.environ)
    assert found is not None
    assert (found.root, found.bare) == (tree.path, False)


def test_a_bare_repository_is_found(repos: GitRepos) -> None:
    """A repository without working tree is named by its git directory."""
    origin = repos.init("origin", "--bare")
    assert (origin.repository.root, origin.repository.bare) == (origin.path, True)


def test_branches_are_named(repos: GitRepos) -> None:
    """The one that is checked out, also before its first commit, and the remote's; none where there is none."""
    assert repos.init("new").repository.branch() == "main"
    _, tree = repos.shared("work")
    tree.git("checkout", "--quiet", "-b", "add/it")
    assert (tree.repository.branch(), tree.repository.remote_branch("origin")) == ("add/it", "main")
    tree.git("checkout", "--quiet", "--detach")
    assert (tree.repository.branch(), tree.repository.remote_branch("upstream")) == (None, None)


def test_no_repository_is_none(repos: GitRepos) -> None:
    """Outside of any repository there is none, which is no error."""
    assert Repository.find(repos.directory, environ=repos.environ) is None


def test_missing_git_is_said_where_git_is_needed(repos: GitRepos) -> None:
    """Without the git program a repository is an error with words; a directory without history is only without history."""
    tree = repos.init("repo")
    nowhere = {**repos.environ, "PATH": str(repos.directory)}
    assert Repository.find(repos.directory, environ=nowhere) is None
    with pytest.raises(HistoryUnavailable, match="Git is not installed") as failure:
        Repository.find(tree.path, environ=nowhere)
    assert "Install git" in str(failure.value.hint)


def test_git_that_cannot_be_started_is_an_error_in_words(repos: GitRepos) -> None:
    """A file that is no program is said to be none."""
    environ = fake_git(repos, "")
    (repos.directory / "bin" / "git").chmod(0o644)
    with pytest.raises(HistoryUnavailable, match="Git cannot be started: Permission denied"):
        Git(repos.directory, environ={**environ, "PATH": str(repos.directory / "bin")}).run("version")


def test_no_secret_of_ours_reaches_git(repos: GitRepos) -> None:
    """Hooks, helpers and whatever else git starts see neither key nor signature, of whichever target."""
    ours = {"KBSYNC_SECRET_KEY": "canary", "KBSYNC_PRODUCTION_USERSIG": "canary", "KBSYNC_TARGET": "production"}
    seen = Git(repos.directory, environ={**fake_git(repos, "env"), **ours}).run("anything").text
    assert "KBSYNC" not in seen
    assert "canary" not in seen


def test_a_repository_of_another_user_names_the_command_that_helps(repos: GitRepos) -> None:
    """Git's "dubious ownership" becomes the safe.directory line to run, with the repository in it."""
    tree = repos.init("repo")
    tree.write({"knowledge/a.yaml": ""})
    environ = {**repos.environ, "GIT_TEST_ASSUME_DIFFERENT_OWNER": "1"}
    with pytest.raises(HistoryUnavailable, match="does not trust") as failure:
        Repository.find(tree.path / "knowledge", environ=environ)
    assert str(failure.value.hint) == f"Run `git config --global --add safe.directory {tree.path}`."


def test_variables_of_a_git_hook_do_not_lead_astray(repos: GitRepos) -> None:
    """A hook's GIT_DIR and GIT_INDEX_FILE do not change which repository is asked."""
    tree, other = repos.init("repo"), repos.init("other")
    commit = tree.commit({"a": "1"})
    hook = {**repos.environ, "GIT_DIR": str(other.path / ".git"), "GIT_INDEX_FILE": "nowhere", "GIT_TRACE": "1"}
    found = Repository.find(tree.path, environ=hook)
    assert found is not None
    assert found.head() == commit
    assert found.is_clean(tree.path)


def test_the_environment_of_the_process_is_the_default(repos: GitRepos) -> None:
    """Nothing has to be handed in where the process runs as the user."""
    assert Git(repos.directory).run("version").text.startswith("git version")


def test_head_is_the_full_commit_or_none(repos: GitRepos) -> None:
    """Before the first commit there is no head."""
    tree = repos.init("repo")
    assert tree.repository.head() is None
    assert tree.commit({"a": "1"}) == tree.repository.head()


def test_revisions_become_commits(repos: GitRepos) -> None:
    """Branches, tags and abbreviations are resolved to the full id of a commit."""
    tree = repos.init("repo")
    commit = tree.commit({"a": "1"})
    tree.git("tag", "--annotate", "v1", "--message=tag")
    assert {tree.repository.resolve(name) for name in ("main", "v1", commit[:9], "HEAD")} == {commit}


@pytest.mark.parametrize("revision", ["nothing", "--all", "--output=/tmp/x", "HEAD:a", ""])
def test_a_revision_that_is_none_is_an_error(repos: GitRepos, revision: str) -> None:
    """What names no commit is refused with its name, and never taken for an option."""
    tree = repos.init("repo")
    tree.commit({"a": "1"})
    with pytest.raises(HistoryUnavailable) as failure:
        tree.repository.resolve(revision)
    assert str(failure.value) == f"There is no commit {revision} in this repository."
    assert "git fetch" in str(failure.value.hint)


def test_a_shallow_clone_says_how_to_deepen_it(repos: GitRepos) -> None:
    """A commit beyond the depth of a clone is named together with fetch-depth and --unshallow."""
    (origin, full) = repos.shared("full")
    first = full.repository.resolve("HEAD")
    full.commit({"b": "2"})
    full.git("push", "--quiet", "origin", "main")
    shallow = repos.clone(origin, "shallow", "--depth=1")
    with pytest.raises(HistoryUnavailable, match=first) as failure:
        shallow.repository.resolve(first)
    assert "fetch-depth: 0" in str(failure.value.hint)
    assert "git fetch --unshallow" in str(failure.value.hint)


def test_the_merge_base_of_two_branches(repos: GitRepos) -> None:
    """Two branches meet at the commit where they parted; strangers do not meet, and that is an error."""
    tree = repos.init("repo")
    parted = tree.commit({"a": "1"})
    tree.git("switch", "--quiet", "--create", "side")
    tree.commit({"b": "1"})
    tree.git("switch", "--quiet", "main")
    tree.commit({"c": "1"})
    assert tree.repository.merge_base("main", "side") == parted
    tree.git("switch", "--quiet", "--orphan", "stranger")
    tree.commit({"d": "1"})
    with pytest.raises(HistoryUnavailable, match="no common ancestor"):
        tree.repository.merge_base("main", "stranger")


@pytest.mark.parametrize(
    ("change", "clean"),
    [
        ({}, True),
        ({"elsewhere.txt": "x"}, True),
        ({"[k]*/notes.log": "ignored"}, True),
        ({"k/beside.yaml": "the brackets are no pattern"}, True),
        ({"[k]*/a.yaml": "changed"}, False),
        ({"[k]*/新的.yaml": "untracked"}, False),
    ],
)
def test_clean_means_all_below_the_directory_is_committed(repos: GitRepos, *, change: dict[str, str], clean: bool) -> None:
    """Changed and untracked files below the directory count; ignored files and files elsewhere do not."""
    tree = repos.init("repo")
    tree.commit({"[k]*/a.yaml": "a", ".gitignore": "*.log\n"})
    tree.write(change)
    assert tree.repository.is_clean(tree.path / "[k]*") is clean


@pytest.mark.parametrize("command", [("rm", "--quiet", "k/a.yaml"), ("mv", "k/a.yaml", "b.yaml"), ("add", "k/c.yaml")])
def test_what_is_staged_is_not_committed(repos: GitRepos, command: tuple[str, ...]) -> None:
    """A staged removal, a file moved out and a staged addition leave the directory unclean."""
    tree = repos.init("repo")
    tree.commit({"k/a.yaml": "a", "k/b.yaml": "b"})
    tree.write({"k/c.yaml": "c"} if command[0] == "add" else {})
    tree.git(*command)
    assert not tree.repository.is_clean(tree.path / "k")
    assert not tree.repository.is_clean(tree.path)


def test_a_directory_outside_is_refused(repos: GitRepos) -> None:
    """A directory that the repository does not hold has no history there."""
    tree = repos.init("repo")
    with pytest.raises(HistoryUnavailable, match="not inside the repository"):
        tree.repository.inside(repos.directory)


def test_an_unreadable_repository_is_an_error_in_words(repos: GitRepos) -> None:
    """A repository that this git does not understand is told in one line, with git's own reason."""
    tree = repos.init("repo")
    tree.git("config", "core.repositoryformatversion", "99")
    with pytest.raises(HistoryUnavailable) as failure:
        Repository.find(tree.path, environ=repos.environ)
    assert str(failure.value) == "`git rev-parse` failed: Expected git repo version <= 1, found 99"


def test_a_command_that_takes_too_long_is_stopped(repos: GitRepos) -> None:
    """A git that does not answer is ended after the time given, and the message says so."""
    git = Git(repos.directory, environ=fake_git(repos, "exec sleep 600"))
    with pytest.raises(HistoryUnavailable, match=r"`git fetch` failed: no answer within 0 seconds") as failure:
        git.run("fetch", seconds=0.05)
    assert "network" in str(failure.value.hint)


def test_an_interrupted_command_is_ended(repos: GitRepos) -> None:
    """Ctrl-C while git runs ends git too, and goes on as Ctrl-C."""
    alive = repos.directory / "alive"
    # Its input ends when somebody listens to it: a Ctrl-C before that would hit the starting of git.
    script = f"trap 'rm {alive}; exit 1' TERM; touch {alive}; cat >&2; kill -INT {os.getpid()}; while :; do sleep 0.01; done"
    git = Git(repos.directory, environ=fake_git(repos, script))
    with pytest.raises(KeyboardInterrupt):
        git.run("fetch")
    assert not alive.exists()


@pytest.mark.parametrize(
    ("complaint", "reason"),
    [
        ("fatal: unable to access 'https://bot:s3cr%40et@host/x.git/': 403", "unable to access 'https://…@host/x.git/': 403"),
        ("warning: old\nerror: GET https://host/x?token=s3cr failed", "GET https://host/x?… failed"),
        ("something else", "something else"),
        ("", "exit status 3"),
    ],
)
def test_complaints_are_told_without_credentials(repos: GitRepos, complaint: str, reason: str) -> None:
    """The telling line of a complaint is shown; user names, passwords and query strings of addresses are not."""
    git = Git(repos.directory, environ=fake_git(repos, f"cat >&2 <<'END'\n{complaint}\nEND\nexit 3"))
    with pytest.raises(HistoryUnavailable) as failure:
        git.run("fetch")
    assert str(failure.value) == f"`git fetch` failed: {reason}"
    assert failure.value.hint is None
    assert "s3cr" not in repr(git.attempt("fetch"))


def test_output_keeps_bytes_that_are_no_text() -> None:
    """A path that is not UTF-8 survives the way in and out of text."""
    answer = Answer(0, b"caf\xe9\n", "")
    assert answer.text.encode(sys.getfilesystemencoding(), "surrogateescape") == b"caf\xe9"


@pytest.mark.parametrize(
    ("name", "clean"),
    [("local.yaml", False), ("deep/local.yml", False), ("local.txt", True), ("local.html", False), (".hidden/local.yaml", True)],
)
def test_an_ignored_file_that_is_read_as_knowledge_is_no_clean_tree(repos: GitRepos, *, name: str, clean: bool) -> None:
    """No commit has a YAML file or an answer's file that git ignores, and it would be applied all the same."""
    tree = repos.init("repo")
    tree.commit({".kb/faq.yaml": "questions: [{answer: {file: ../x/local.html}}]\n", ".gitignore": "local.*\n"})
    tree.write({f".kb/{name}": "questions: []\n"})
    assert tree.repository.is_clean(tree.path / ".kb") is clean
