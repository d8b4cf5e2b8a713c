"""``history.git`` and ``history.repository``: what git is asked, and what its failures mean to people."""

import os
import shutil
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from kbsync.errors import HistoryUnavailable
from kbsync.history.git import Answer, Git
from kbsync.history.remote import Remote, TargetRefs
from kbsync.history.repository import Repository
from kbsync.history.snapshot import differences, snapshot
from tests.fakes.git_repos import GitRepos, WorkTree, advance_applied, needs_variables


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
    assert found.root == tree.path


def test_a_bare_repository_is_none(repos: GitRepos) -> None:
    """Files that git takes for a repository make none: only a ``.git`` does, which no branch can bring."""
    assert Repository.find(repos.init("origin", "--bare").path, environ=repos.environ) is None


def test_where_the_user_ended_the_search_it_ends(repos: GitRepos) -> None:
    """GIT_CEILING_DIRECTORIES means what it means to git; the directory itself is looked at in any case."""
    tree = repos.init("repo")
    ended = {**repos.environ, "GIT_CEILING_DIRECTORIES": f"{os.pathsep}{tree.path}{os.pathsep}"}
    assert Repository.find(tree.path / "below" / "here", environ=ended) is None
    assert Repository.find(tree.path, environ=ended) is not None


def old_git(repos: GitRepos) -> dict[str, str]:
    """An environment whose git is one from before 2.38, that knows nothing of ``safe.bareRepository``."""
    git = shutil.which("git", path=repos.environ["PATH"])
    known = 'for word; do shift; case $word in safe.bare*) word=core.bare2=x ;; esac; set -- "$@" "$word"; done'
    return fake_git(repos, f'{known}\nexec {git} "$@"')


def spoil(path: Path) -> None:
    """Take away what makes a directory a repository."""
    (path / ".git" / "HEAD").unlink()


def make_empty(path: Path) -> None:
    """What a container shows that hides a directory."""
    shutil.rmtree(path / ".git")
    (path / ".git").mkdir()


def lead_nowhere(path: Path) -> None:
    """A worktree or a submodule that was mounted alone."""
    shutil.rmtree(path / ".git")
    (path / ".git").write_text("gitdir: /nowhere/.git/worktrees/w\n", encoding="utf-8")


def link_nowhere(path: Path) -> None:
    """A link whose goal is gone."""
    shutil.rmtree(path / ".git")
    (path / ".git").symlink_to("/nowhere/.git")


def make_bare(path: Path) -> None:
    """A repository that says of itself that it has no working tree."""
    config = path / ".git" / "config"
    config.write_text(config.read_text(encoding="utf-8").replace("bare = false", "bare = true"), encoding="utf-8")


@pytest.mark.parametrize("harm", [spoil, make_empty, lead_nowhere, link_nowhere, make_bare])
@pytest.mark.parametrize(
    ("around", "age"), [("nothing", "new"), ("another repository", "new"), ("a bare one in the same place", "old")]
)
def test_a_repository_that_cannot_be_read_is_not_none(
    repos: GitRepos, harm: Callable[[Path], None], around: str, age: str
) -> None:
    """Whatever is wrong with it and whatever else git would find then: it is an error that names the place, and what to do."""
    if around == "another repository":
        WorkTree(repos.directory, repos.environ).git("init", "--quiet")
    tree = repos.init("repo")
    tree.commit({"knowledge/a.yaml": "a"})
    if around == "a bare one in the same place":
        tree.write({"HEAD": "ref: refs/heads/main\n", "objects/keep": "", "refs/keep": "", "config": "[core]\n\tworktree = .\n"})
    harm(tree.path)
    with pytest.raises(HistoryUnavailable, match=f"The git repository at {tree.path} cannot be read") as failure:
        Repository.find(tree.path / "knowledge", environ=old_git(repos) if age == "old" else repos.environ)
    assert "clone again" in str(failure.value.hint)


def test_a_repository_that_takes_too_long_to_read_is_not_none(repos: GitRepos) -> None:
    """As on a network drive that is away."""
    slow = Answer(None, b"", "no answer within 60 seconds")
    assert "cannot be read: no answer within 60 seconds" in str(Git(repos.directory, environ=repos.environ).unreadable(slow))


def test_an_old_git_obeys_no_bare_repository_either(repos: GitRepos) -> None:
    """It is told where the repository is, whatever lies in the directory in between."""
    tree = repos.init("repo")
    bare = {"HEAD": "ref: refs/heads/other\n", "objects/keep": "", "refs/keep": "", "config": '[remote "evil"]\n\turl = x\n'}
    commit = tree.commit({f"knowledge/{name}": text for name, text in bare.items()})
    found = Repository.find(tree.path / "knowledge", environ=old_git(repos))
    assert found is not None
    assert (found.root, found.head(), found.remotes, found.branch()) == (tree.path, commit, (), "main")


@pytest.mark.parametrize("kind", ["worktree", "submodule", "data elsewhere", "a link"])
def test_a_repository_whose_data_lies_elsewhere_is_found(repos: GitRepos, kind: str) -> None:
    """A linked worktree, a submodule, a clone with a separate git directory, a ``.git`` that is a link."""
    origin, tree = repos.shared("main")
    place = tree.path.parent / "place"
    match kind:
        case "worktree":
            tree.git("worktree", "add", "--quiet", str(place))
        case "submodule":
            tree.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", f"file://{origin.path}", "place")
            place = tree.path / "place"
        case "data elsewhere":
            repos.clone(origin, "place", f"--separate-git-dir={tree.path.parent / 'data'}")
        case _:
            repos.clone(origin, "place")
            (place / ".git").rename(tree.path.parent / "data")
            (place / ".git").symlink_to("../data")
    found = WorkTree(place, repos.environ).repository
    assert (found.root, found.head(), found.inside(place / "knowledge")) == (place, tree.repository.head(), "knowledge")
    assert snapshot(found, "HEAD", place / "knowledge") == {"a.yaml": b"a"}


def test_a_remote_without_an_address_is_none(repos: GitRepos) -> None:
    """Many have git fetch pull requests of every ``origin``; where there is none, git takes the name for a directory."""
    tree = repos.init("repo")
    tree.git("config", "--global", "remote.origin.fetch", "+refs/pull/*/head:refs/remotes/origin/pr/*")
    shutil.copytree(repos.init("bare", "--bare").path, tree.path / "origin")
    assert Remote.of(tree.repository) is None
    tree.git("config", "remote.origin.url", "file:///elsewhere")
    assert Remote.of(tree.repository) is not None


def test_a_directory_of_the_tree_is_not_searched_for_programs(repos: GitRepos, monkeypatch: pytest.MonkeyPatch) -> None:
    """As where PATH begins with ``bin`` or ``node_modules/.bin``: there lies what a branch brings."""
    tree = repos.init("repo")
    for name in ("git", "bin/git"):
        tree.write({name: "#!/bin/sh\ntouch trace\n"})
        (tree.path / name).chmod(0o755)
    monkeypatch.chdir(tree.path)
    path = os.pathsep.join(("bin", ".", "", repos.environ["PATH"], ""))
    assert WorkTree(tree.path, {**repos.environ, "PATH": path}).repository.root == tree.path
    with pytest.raises(HistoryUnavailable, match="Git is not installed"):
        Repository.find(tree.path, environ={**repos.environ, "PATH": "bin"})
    assert not (tree.path / "trace").exists()


def test_no_hook_is_run(repos: GitRepos) -> None:
    """Hooks often lie in the tree, so that a branch writes them."""
    origin, tree = repos.shared("work")
    tree.git("config", "core.hooksPath", ".hooks")
    for name in ("reference-transaction", "pre-push", "post-index-change", "fsmonitor-watchman"):
        tree.write({f".hooks/{name}": "#!/bin/sh\ntouch trace\n"})
        (tree.path / ".hooks" / name).chmod(0o755)
    tree.git("config", "core.fsmonitor", ".hooks/fsmonitor-watchman")
    advance_applied(tree.repository, TargetRefs("production", "production"), "HEAD", expected=None)
    assert differences(tree.repository, "HEAD", tree.path, {}, is_read=lambda _name: True)
    assert origin.git("for-each-ref", "refs/kbsync") != ""
    assert not (tree.path / "trace").exists()


@pytest.mark.parametrize(
    "setting", ["core.sshCommand", "filter.x.clean", "remote.origin.url", "credential.helper", "include.path"]
)
@pytest.mark.parametrize("way", ["included", "global"])
def test_a_committed_file_does_not_configure_git(repos: GitRepos, setting: str, way: str) -> None:
    """Where git obeys a file that a branch can change, nothing is asked of it; the file and the setting are named."""
    tree = repos.init("repo")
    tree.git("config", "--file", ".gitconfig", setting, "sh run.sh")
    tree.commit({"knowledge/a.yaml": "a"})
    environ = dict(repos.environ)
    if way == "included":
        tree.git("config", "include.path", "../.gitconfig")
    else:
        environ["HOME"] = str(tree.path)
    with pytest.raises(HistoryUnavailable, match=f"{setting.lower()}") as failure:
        Repository.find(tree.path / "knowledge", environ=environ)
    assert ".gitconfig, which a branch can change" in str(failure.value)
    assert ".git/config" in str(failure.value.hint)


CONFIGURED = "[core]\n\tsshCommand = sh run.sh\n"


def submodule(repos: GitRepos, tree: WorkTree, place: str) -> WorkTree:
    """A submodule of a repository, whose file ``.gitconfig`` configures git."""
    origin = repos.init("origin")
    origin.commit({".gitconfig": CONFIGURED, "knowledge/a.yaml": "a"})
    tree.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", f"file://{origin.path}", place)
    tree.commit({"knowledge/a.yaml": "a", ".gitconfig": CONFIGURED})
    return WorkTree(tree.path / place, repos.environ)


def nested(repos: GitRepos, tree: WorkTree) -> WorkTree:
    """A repository in the tree of another, which knows nothing of it."""
    inner = repos.init("repo/inner")
    inner.commit({".gitconfig": CONFIGURED})
    tree.commit({".gitignore": "inner\n", ".gitconfig": CONFIGURED})
    return inner


@pytest.mark.parametrize(
    "way",
    [
        "a file of a submodule",
        "a file of a submodule, for the user",
        "an untracked file of a submodule",
        "a file of the outer repository",
        "a file of the outer repository, for the user",
        "a file of a repository in the tree, for the user",
        "a file of the outer repository, which knows nothing of this one",
        "a file of the other working tree",
        "a file that a link of the user's leads to",
        "a file behind a link",
        "a file behind a link of the user's to a link",
    ],
)
def test_a_file_of_another_repository_does_not_configure_git(repos: GitRepos, way: str) -> None:
    """Nor does one that a branch brings from around, from within, from the same repository's other tree or by a link."""
    tree = repos.init("repo")
    environ, found = dict(repos.environ), tree
    match way:
        case "a file of a submodule":
            submodule(repos, tree, "sub")
            tree.git("config", "include.path", "../sub/.gitconfig")
        case "a file of a submodule, for the user":
            environ["HOME"] = str(submodule(repos, tree, "sub/sub").path)
        case "an untracked file of a submodule":
            submodule(repos, tree, "sub").write({"own": CONFIGURED})
            tree.git("config", "include.path", "../sub/own")
        case "a file of the outer repository":
            found = submodule(repos, tree, "sub")
            found.git("config", "include.path", str(tree.path / ".gitconfig"))
        case "a file of the outer repository, for the user":
            found = submodule(repos, tree, "sub")
            environ["HOME"] = str(tree.path)
        case "a file of a repository in the tree, for the user":
            environ["HOME"] = str(nested(repos, tree).path)
        case "a file of the outer repository, which knows nothing of this one":
            found = nested(repos, tree)
            found.git("config", "include.path", "../../.gitconfig")
        case "a file of the other working tree":
            tree.commit({".gitconfig": CONFIGURED})
            tree.git("config", "include.path", "../.gitconfig")
            tree.git("worktree", "add", "--quiet", str(repos.directory / "place"))
            found = WorkTree(repos.directory / "place", repos.environ)
        case "a file that a link of the user's leads to":
            tree.commit({"git/config": CONFIGURED})
            (repos.directory / "config").mkdir()
            (repos.directory / "config" / "git").symlink_to(tree.path / "git")
            environ["XDG_CONFIG_HOME"] = str(repos.directory / "config")
        case _:
            (repos.directory / "conf").write_text(CONFIGURED, encoding="utf-8")
            (tree.path / "link").symlink_to("..")
            tree.commit({"knowledge/a.yaml": "a"})
            (repos.directory / "own").symlink_to(tree.path / "link")
            tree.git("config", "include.path", "../link/conf" if way == "a file behind a link" else "../../own/conf")
    with pytest.raises(HistoryUnavailable, match=r"which a branch can change: it sets core\.sshcommand"):
        Repository.find(found.path, environ=environ)


def test_the_users_own_repository_may_hold_their_configuration(repos: GitRepos) -> None:
    """Dotfiles are kept in git, in the home directory or linked from there, and that is nobody's danger."""
    home = repos.init("home")
    home.commit({".gitconfig": CONFIGURED})
    inner = repos.init("home/code/repo")
    commit = inner.commit({"knowledge/a.yaml": "a"})
    (repos.directory / "linked").mkdir()
    (repos.directory / "linked" / ".gitconfig").symlink_to(home.path / ".gitconfig")
    for own in (home.path, repos.directory / "linked"):
        for tree in (inner, repos.init(f"apart-{own.name}")):
            found = Repository.find(tree.path, environ={**repos.environ, "HOME": str(own)})
            assert found is not None
            assert found.head() == (commit if tree is inner else None)


def test_what_lets_nothing_run_may_be_committed(repos: GitRepos) -> None:
    """Aliases and colours of a project are nobody's danger; nor is a file in the tree that no branch brings."""
    tree = repos.init("repo")
    tree.write({".gitconfig": "[alias]\n\tst = status\n[color]\n\tui = auto\n[core]\n\tautocrlf = input\n"})
    tree.git("config", "include.path", "../.gitconfig")
    commit = tree.commit({"knowledge/a.yaml": "a"})
    assert tree.repository.head() == commit
    tree.write({".mine": "[core]\n\tsshCommand = ssh -v\n[novalue]\n\tflag\n"})
    tree.git("config", "include.path", "../.mine")
    assert tree.repository.head() == commit


@pytest.mark.parametrize("way", ["the job's own variables", "the user's configuration"])
def test_what_the_user_says_is_obeyed(repos: GitRepos, way: str) -> None:
    """Beside the configuration of the clone."""
    origin, tree = repos.shared("work")
    tree.git("config", "remote.origin.url", "short:origin")
    key, said = f"url.file://{origin.path.parent}/.insteadOf", dict(repos.environ)
    if way == "the user's configuration":
        tree.git("config", "--global", key, "short:")
    else:
        needs_variables(tree)
        said |= {"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": key, "GIT_CONFIG_VALUE_0": "short:"}
    found = Repository.find(tree.path, environ=said)
    assert found is not None
    remote = Remote.of(found)
    assert remote is not None
    assert remote.read("refs/heads/main") == {"refs/heads/main": found.head()}


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


def ask(tree: WorkTree, missing: str) -> None:
    """The questions that begin every command."""
    found = tree.repository
    found.head() if missing == "symbolic-ref" else found.resolve("HEAD")


@pytest.mark.parametrize("missing", ["--show-object-format", "--show-scope", "--end-of-options", "symbolic-ref"])
def test_a_git_that_is_too_old_is_named(repos: GitRepos, missing: str) -> None:
    """Whatever it does not know yet, its version is told and which one is needed, and nothing is said of the repository."""
    tree = repos.init("repo")
    tree.commit({"a": "1"})
    old = f'echo "git version 2.25.1" ;; *{missing}*) echo "error: unknown" >&2; exit 129 ;; *) exec {shutil.which("git")} "$@"'
    environ = fake_git(repos, f'case "$*" in *" version") {old} ;; esac')
    if missing == "symbolic-ref":
        detach(tree)
    with pytest.raises(HistoryUnavailable, match=r"^Git 2\.25 is too old for kbsync\.$") as failure:
        ask(WorkTree(tree.path, environ), missing)
    assert "2.30 or later" in str(failure.value.hint)


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
    # Git 2.35.2 and those that were mended with it said it otherwise.
    said = "fatal: unsafe repository ('/x' is owned by someone else)\n\tgit config --global --add safe.directory /x\n"
    assert "does not trust" in str(Git(tree.path, environ=repos.environ).unreadable(Answer(128, b"", said)))


def test_variables_of_a_git_hook_do_not_lead_astray(repos: GitRepos) -> None:
    """A hook's GIT_DIR and GIT_INDEX_FILE do not change which repository is asked."""
    tree, other = repos.init("repo"), repos.init("other")
    commit = tree.commit({"a": "1"})
    hook = {**repos.environ, "GIT_DIR": str(other.path / ".git"), "GIT_INDEX_FILE": "nowhere", "GIT_TRACE": "1"}
    found = Repository.find(tree.path, environ=hook)
    assert found is not None
    assert found.head() == commit
    assert snapshot(found, commit, tree.path) == {"a": b"1"}


def test_the_environment_of_the_process_is_the_default(repos: GitRepos) -> None:
    """Nothing has to be handed in where the process runs as the user."""
    assert Git(repos.directory).run("version").text.startswith("git version")


def test_head_is_the_full_commit_or_none(repos: GitRepos) -> None:
    """Before the first commit there is no head."""
    tree = repos.init("repo")
    assert tree.repository.head() is None
    assert tree.commit({"a": "1"}) == tree.repository.head()


def forget(tree: WorkTree) -> None:
    """The commit is gone, as after a crash."""
    head = tree.git("rev-parse", "HEAD")
    (tree.path / ".git/objects" / head[:2] / head[2:]).unlink()


def scribble(tree: WorkTree) -> None:
    """The branch points nowhere."""
    tree.write({".git/refs/heads/main": "garbage\n"})


def detach(tree: WorkTree) -> None:
    """A commit is checked out that is not here."""
    tree.write({".git/HEAD": f"{'1' * 40}\n"})


@pytest.mark.parametrize("harm", [forget, scribble, detach])
def test_a_head_that_leads_nowhere_is_not_none(repos: GitRepos, harm: Callable[[WorkTree], None]) -> None:
    """A damaged clone is not one before its first commit."""
    tree = repos.init("repo")
    tree.commit({"a": "1"})
    found = tree.repository
    harm(tree)
    with pytest.raises(HistoryUnavailable, match="The ref HEAD leads to no commit that is in this clone") as failure:
        found.head()
    assert "clone again" in str(failure.value.hint)


def test_a_ref_is_a_commit_or_missing_or_wrong(repos: GitRepos) -> None:
    """A tag leads to its commit, another name is no ref; a file, a missing object and garbage are not the same as none."""
    tree = repos.init("repo")
    commit = tree.commit({"a": "1"})
    tree.git("tag", "--annotate", "v1", "--message=tag")
    tree.git("update-ref", "refs/x/file", f"{commit}:a")
    tree.git("update-ref", "refs/x/longer/name", commit)
    tree.write({".git/refs/x/lost": f"{'1' * 40}\n", ".git/refs/x/garbage": "garbage\n"})
    found = tree.repository
    assert [found.local(ref) for ref in ("refs/tags/v1", "refs/heads/main", "refs/x/longer", "refs/x/nothing")] == [
        commit,
        commit,
        None,
        None,
    ]
    for ref in ("refs/x/file", "refs/x/lost", "refs/x/garbage"):
        with pytest.raises(HistoryUnavailable, match=f"The ref {ref} leads to no commit"):
            found.local(ref)


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
    assert str(failure.value) == f"The git repository at {tree.path} cannot be read: Expected git repo version <= 1, found 99"


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


@pytest.mark.parametrize("setting", ["remote.origin.pushurl", "url.{origin}.pushInsteadOf"])
def test_a_ref_is_read_where_it_is_written(repos: GitRepos, setting: str) -> None:
    """A mirror for reading follows late or never: what was moved is seen all the same, and its objects are had."""
    origin, tree = repos.shared("work")
    mirror = repos.clone(origin, "mirror", "--mirror")
    tree.git("remote", "set-url", "origin", f"file://{mirror.path}")
    push = f"file://{origin.path}"
    tree.git("config", setting.format(origin=push), push if setting.endswith("pushurl") else f"file://{mirror.path}")
    found = Remote(tree.repository, "origin")
    commit = tree.commit({"b": "2"})
    assert found.move({"refs/kbsync/x": None}, {"refs/kbsync/x": commit}) == {"refs/kbsync/x": commit}
    assert (found.read("refs/kbsync/x")["refs/kbsync/x"], origin.git("rev-parse", "refs/kbsync/x")) == (commit, commit)
    assert found.move({"refs/kbsync/x": commit}, {"refs/kbsync/x": None}) == {"refs/kbsync/x": None}


@pytest.mark.parametrize("options", [(), ("--object-format=sha256",)])
def test_a_commit_is_written_without_git(repos: GitRepos, options: tuple[str, ...]) -> None:
    """Git finds nothing wrong with it, in both object formats; one that is there is left alone, and a full disk is named."""
    tree = repos.init("repo", *options)
    found = [tree.repository.write_commit('{"who": "你"}'.encode(), seconds=7) for _ in range(2)]
    assert len(set(found)) == 1
    assert tree.git("log", "--max-count=1", "--format=%s|%an|%ae|%ct", found[0]) == '{"who": "你"}|kbsync|kbsync|7'
    assert tree.git("fsck", "--strict", found[0]) == ""
    shutil.rmtree(tree.path / ".git/objects")
    (tree.path / ".git/objects").write_text("", encoding="utf-8")
    repository = Repository(tree.path, Git(tree.path), objects=tree.path / ".git/objects")
    with pytest.raises(HistoryUnavailable, match="cannot be written: Not a directory"):
        repository.write_commit(b"", seconds=7)


def test_refs_are_copied_with_their_objects(repos: GitRepos) -> None:
    """By their whole names, and copies of what is gone go; a shallow clone only reads, and a remote that is silent is named."""
    origin, tree, shallow = repos.shared("work", "shallow")
    remote, refs = Remote(tree.repository, "origin"), ("refs/kbsync/x", "refs/kbsync/y")
    commit = origin.git("commit-tree", "-m", "anew", "main^{tree}")
    for name in ("x", "xy"):
        origin.git("update-ref", f"refs/kbsync/{name}", commit)
    tree.git("update-ref", "refs/kbsync/y", "HEAD")
    tree.git("update-ref", "refs/kbsync/yz", "HEAD")
    assert remote.copy(*refs) == {"refs/kbsync/x": commit}
    assert tree.git("for-each-ref", "--format=%(refname) %(objectname)", "refs/kbsync").split()[::2] == [
        "refs/kbsync/x",
        "refs/kbsync/yz",
    ]
    beside = replace(shallow.repository, shallow=True)
    assert Remote(beside, "origin").copy(*refs) == {"refs/kbsync/x": commit}
    assert not beside.has(commit)
    silent = replace(tree.repository, git=Git(tree.path, environ=fake_git(repos, "exec sleep 600")))
    with pytest.raises(HistoryUnavailable, match="no answer within 0 seconds"):
        Remote(silent, "origin").copy(*refs, seconds=0.05)
