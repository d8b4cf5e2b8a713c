"""``history.snapshot``: files as of a commit, out of git's objects."""

import subprocess
from pathlib import Path

import pytest

from kbsync.errors import HistoryUnavailable
from kbsync.history.snapshot import FileDifference, differences, read_objects, snapshot
from kbsync.model import MAX_FILE_BYTES
from tests.fakes.git_repos import GitRepos, WorkTree

FILES = {"k/a.yaml": "a: 1\n", 'k/闲聊/你好 "世界".yaml': "b\r\n", "k/-x\ty.yaml": "", "other/z.yaml": "z"}
BELOW = {"a.yaml": b"a: 1\n", '闲聊/你好 "世界".yaml': b"b\r\n", "-x\ty.yaml": b""}


@pytest.fixture
def repos(tmp_path: Path) -> GitRepos:
    return GitRepos(tmp_path)


@pytest.mark.parametrize("options", [(), ("--object-format=sha256",)])
def test_a_snapshot_is_every_file_below_the_directory(repos: GitRepos, options: tuple[str, ...]) -> None:
    """Names keep every character, contents every byte, in both object formats; files elsewhere are left out."""
    tree = repos.init("repo", *options)
    commit = tree.commit(FILES)
    assert snapshot(tree.repository, commit, tree.path / "k") == BELOW
    assert snapshot(tree.repository, commit, tree.path)["k/a.yaml"] == b"a: 1\n"


def test_a_snapshot_does_not_look_at_the_working_tree(repos: GitRepos) -> None:
    """A directory renamed since is found where the commit had it, and nowhere else."""
    tree = repos.init("repo")
    old = tree.commit(FILES)
    tree.git("mv", "k", "knowledge")
    new = tree.commit({"knowledge/a.yaml": "changed"})
    assert snapshot(tree.repository, old, tree.path / "k") == BELOW
    assert snapshot(tree.repository, old, tree.path / "knowledge") == {}
    assert snapshot(tree.repository, new, tree.path / "k") == {}
    assert snapshot(tree.repository, new, tree.path / "knowledge") == {**BELOW, "a.yaml": b"changed"}


def test_a_file_is_no_directory(repos: GitRepos) -> None:
    """Where the commit had a file of that name, there were no files below it."""
    tree = repos.init("repo")
    commit = tree.commit({"k": "a file"})
    assert snapshot(tree.repository, commit, tree.path / "k") == {}


def test_only_regular_files_are_knowledge(repos: GitRepos) -> None:
    """Symbolic links and submodules are skipped, an executable bit does not matter."""
    tree, other = repos.init("repo"), repos.init("other")
    other.commit({"x": "x"})
    tree.write({"k/run.yaml": "run"})
    (tree.path / "k/run.yaml").chmod(0o755)
    (tree.path / "k/link.yaml").symlink_to("run.yaml")
    tree.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", f"file://{other.path}", "k/sub")
    assert snapshot(tree.repository, tree.commit({}), tree.path / "k") == {"run.yaml": b"run"}


@pytest.mark.parametrize("option", ["--depth=1", "--filter=blob:none", "--filter=tree:0"])
def test_shallow_and_partial_clones_have_snapshots(repos: GitRepos, option: str) -> None:
    """What a clone left out is fetched, all files in one go."""
    origin, full = repos.shared("full")
    commit = full.commit(FILES)
    full.git("push", "--quiet", "origin", "main")
    origin.git("config", "uploadpack.allowFilter", "true")
    origin.git("config", "uploadpack.allowAnySHA1InWant", "true")
    part = repos.clone(origin, "part", "--no-checkout", option)
    assert snapshot(part.repository, commit, part.path / "k") == BELOW


def test_a_partial_clone_fetches_all_files_at_once(repos: GitRepos) -> None:
    """A hundred missing files cost one fetch, and not one each."""
    origin, full = repos.shared("full")
    commit = full.commit({f"k/{number}.yaml": str(number) for number in range(100)})
    full.git("push", "--quiet", "origin", "main")
    origin.git("config", "uploadpack.allowFilter", "true")
    part = repos.clone(origin, "part", "--no-checkout", "--filter=blob:none")
    before = len(list(part.path.glob(".git/objects/pack/*.pack")))
    assert len(snapshot(part.repository, commit, part.path / "k")) == 100
    assert len(list(part.path.glob(".git/objects/pack/*.pack"))) == before + 1


def hash_object(tree: WorkTree, size: int, fill: bytes) -> str:
    """Store a blob without keeping a file of that size."""
    command = ["git", "-C", str(tree.path), "hash-object", "-w", "--stdin"]
    return (
        subprocess.run(command, env=dict(tree.environ), input=fill * size, check=True, capture_output=True)
        .stdout.decode()
        .strip()
    )


def test_a_huge_file_is_refused_by_name(repos: GitRepos) -> None:
    """A file larger than the limit is named before any content is read."""
    tree = repos.init("repo")
    blob = hash_object(tree, MAX_FILE_BYTES + 1, b" ")
    tree.git("update-index", "--add", "--cacheinfo", f"100644,{blob},k/film.mp4")
    tree.git("commit", "--quiet", "--message=film")
    with pytest.raises(HistoryUnavailable) as failure:
        snapshot(tree.repository, "HEAD", tree.path / "k")
    assert str(failure.value) == "film.mp4 has 33554433 bytes in the history, more than the 33554432 that kbsync reads."


def test_too_much_altogether_is_refused(repos: GitRepos) -> None:
    """Many small files have a limit together; equal files count once."""
    tree = repos.init("repo")
    commit = tree.commit({"k/a": "1234", "k/b": "1234", "k/c": "56"})
    assert len(snapshot(tree.repository, commit, tree.path / "k", limit=6)) == 3
    with pytest.raises(HistoryUnavailable) as failure:
        snapshot(tree.repository, commit, tree.path / "k", limit=5)
    assert str(failure.value) == "The knowledge directory has 6 bytes, more than the 5 that kbsync reads."


def test_a_damaged_repository_is_an_error_in_words(repos: GitRepos) -> None:
    """An object that is missing is named, with what to do."""
    tree = repos.init("repo")
    commit = tree.commit({"k/a.yaml": "a"})
    blob = tree.git("rev-parse", "HEAD:k/a.yaml")
    (tree.path / ".git/objects" / blob[:2] / blob[2:]).unlink()
    with pytest.raises(HistoryUnavailable, match=f"lacks the object {blob}") as failure:
        snapshot(tree.repository, commit, tree.path / "k")
    assert "clone again" in str(failure.value.hint)


def compared(tree: WorkTree, directory: str = "k") -> tuple[FileDifference, ...]:
    """How the YAML and HTML files that lie in a directory differ from what is checked out."""
    place = tree.path / directory
    files = [
        path for path in place.rglob("*") if path.is_file() and path.suffix in (".yaml", ".html") and ".git" not in path.parts
    ]
    read = {path.relative_to(place).as_posix(): path.read_bytes() for path in files}
    return differences(tree.repository, "HEAD", place, read, is_read=lambda name: name.endswith(".yaml"))


def told(tree: WorkTree, directory: str = "k") -> dict[str, str]:
    """The same in words."""
    return {each.name: str(each.why) for each in compared(tree, directory)}


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({}, ""),
        ({"elsewhere.txt": "x"}, ""),
        ({"[k]*/notes.log": "ignored", "[k]*/.DS_Store": "x", "[k]*/a.yaml~": "x", "[k]*/notes.txt": "x"}, ""),
        ({"k/beside.yaml": "the brackets are no pattern"}, ""),
        ({"[k]*/a.yaml": "a\r\n"}, ""),
        ({"[k]*/a.yaml": "changed"}, "a.yaml"),
        ({"[k]*/新的.yaml": "untracked"}, "新的.yaml"),
        ({"[k]*/local.yaml": "ignored"}, "local.yaml"),
        ({"[k]*/local.html": "the file of an answer, ignored"}, "local.html"),
    ],
)
@pytest.mark.parametrize("options", [(), ("--object-format=sha256",)])
def test_only_what_is_read_makes_a_difference(
    repos: GitRepos, options: tuple[str, ...], *, change: dict[str, str], name: str
) -> None:
    """Changed, untracked and ignored files that are read count; line ends, files that are not read and files elsewhere do not."""
    tree = repos.init("repo", *options)
    tree.commit({"[k]*/a.yaml": "a\n", ".gitignore": "*.log\nlocal.*\n"})
    tree.write(change)
    assert [each.name for each in compared(tree, "[k]*")] == ([name] if name else [])


@pytest.mark.parametrize("command", [("rm", "--quiet", "k/a.yaml"), ("mv", "k/a.yaml", "b.yaml"), ("add", "k/c.yaml")])
def test_what_is_staged_is_not_committed(repos: GitRepos, command: tuple[str, ...]) -> None:
    """A staged removal, a file moved out and a staged addition are no commit's."""
    tree = repos.init("repo")
    tree.commit({"k/a.yaml": "a", "k/b.yaml": "b"})
    tree.write({"k/c.yaml": "c"} if command[0] == "add" else {})
    tree.git(*command)
    assert compared(tree)
    assert compared(tree, ".")


def test_a_directory_that_the_commit_lacks_has_none_of_its_files(repos: GitRepos) -> None:
    """Every file is one that git does not have."""
    tree = repos.init("repo")
    tree.commit({"a": "1"})
    tree.write({"k/a.yaml": "a"})
    assert told(tree) == {"a.yaml": "git does not have it"}


def test_a_tree_that_is_missing_is_not_empty(repos: GitRepos) -> None:
    """Damage is told as such."""
    tree = repos.init("repo")
    tree.commit({"k/a.yaml": "a"})
    found = tree.git("rev-parse", "HEAD:k")
    (tree.path / ".git" / "objects" / found[:2] / found[2:]).unlink()
    with pytest.raises(HistoryUnavailable, match="ls-tree"):
        compared(tree)


@pytest.mark.parametrize(
    ("commands", "change", "missing", "word"),
    [
        (["sparse-checkout set --no-cone /* !/k/a.yaml"], None, True, "sparse"),
        (["update-index --skip-worktree k/a.yaml"], "", True, "sparse"),
        (["update-index --assume-unchanged k/a.yaml"], "", True, "assume-unchanged"),
        ([], "", False, "not on the disk"),
        (["update-index --skip-worktree k/a.yaml"], "b", False, "told not to look"),
        (["update-index --assume-unchanged k/a.yaml"], "b", False, "told not to look"),
        (["update-index --skip-worktree k/a.yaml", "update-index --assume-unchanged k/a.yaml"], "", True, "left out"),
    ],
)
def test_what_git_does_not_look_at_is_looked_at(
    repos: GitRepos, commands: list[str], change: str | None, word: str, *, missing: bool
) -> None:
    """Git calls such a tree clean; what it left out on purpose is told from what somebody removed."""
    tree = repos.init("repo")
    tree.commit({"k/a.yaml": "a", "k/b.yaml": "b"})
    for command in commands:
        tree.git(*command.split())
    if change:
        tree.write({"k/a.yaml": change})
    elif change is not None:
        (tree.path / "k/a.yaml").unlink()
    (found,) = compared(tree)
    assert (found.name, found.missing, found.foreign) == ("a.yaml", missing, False)
    assert word in str(found.why)


@pytest.mark.parametrize("attribute", ["filter=rot", "ident", "working-tree-encoding=UTF-16"])
def test_what_git_changes_on_its_way_is_foreign(repos: GitRepos, attribute: str) -> None:
    """A filter, an expanded id and another encoding each make the disk differ from the object; no filter is run to see that."""
    tree = repos.init("repo")
    tree.commit({"k/a.yaml": "a: $Id$\n", "k/b.html": "b"})
    tree.write({".gitattributes": f"a.yaml {attribute}\n*.html -text\n"})
    tree.git("config", "filter.rot.clean", "touch trace")
    tree.write({"k/a.yaml": "a: $Id: 1$\n", "k/b.html": "changed"})
    found = {each.name: each for each in compared(tree)}
    assert (found["a.yaml"].foreign, attribute in str(found["a.yaml"].why)) == (True, True)
    assert (found["b.html"].foreign, str(found["b.html"].why)) == (False, "it was changed")
    assert not (tree.path / "trace").exists()


def test_submodules_and_links_are_no_files_of_the_commit(repos: GitRepos) -> None:
    """What lies in a submodule is in another repository; a link that was checked out as text is still a link in git."""
    tree, other = repos.init("repo"), repos.init("other")
    other.commit({"x.yaml": "x"})
    tree.write({"k/a.yaml": "a"})
    (tree.path / "k/link.yaml").symlink_to("a.yaml")
    tree.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", f"file://{other.path}", "k/sub")
    tree.commit({})
    (tree.path / "k/link.yaml").unlink()
    tree.write({"k/link.yaml": "a.yaml"})
    assert told(tree) == {"link.yaml": "it is a symbolic link in git and a file here", "sub/x.yaml": "it lies in a submodule"}
    assert all(each.foreign for each in compared(tree))


def test_a_snapshot_of_a_tree_with_a_hole_is_an_error(repos: GitRepos) -> None:
    """A directory that is missing below is damage, and not a smaller library."""
    tree = repos.init("repo")
    commit = tree.commit({"k/sub/a.yaml": "a"})
    found = tree.git("rev-parse", "HEAD:k/sub")
    (tree.path / ".git" / "objects" / found[:2] / found[2:]).unlink()
    with pytest.raises(HistoryUnavailable):
        snapshot(tree.repository, commit, tree.path / "k")


def test_a_partial_clone_whose_remote_is_gone_is_an_error(repos: GitRepos) -> None:
    """What is missing cannot be fetched, and is not taken for empty."""
    origin, full = repos.shared("full")
    commit = full.commit(FILES)
    full.git("push", "--quiet", "origin", "main")
    origin.git("config", "uploadpack.allowFilter", "true")
    part = repos.clone(origin, "part", "--no-checkout", "--filter=blob:none")
    part.git("remote", "set-url", "origin", "file:///nowhere")
    with pytest.raises(HistoryUnavailable, match="diff-tree"):
        snapshot(part.repository, commit, part.path / "k")


def test_an_object_is_read_whatever_its_name_is(repos: GitRepos) -> None:
    """A line end in a path is part of its name, and bytes that are no text are."""
    tree = repos.init("repo")
    tree.commit({"a\nb": "1", "c\udcff": "2"})
    assert read_objects(tree.repository, ["HEAD:a\nb", "HEAD:c\udcff", "HEAD:d\ne"]) == {"HEAD:a\nb": b"1", "HEAD:c\udcff": b"2"}
