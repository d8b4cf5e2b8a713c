"""A branch is a stranger: what it brings into the tree neither makes git run a program nor leads writing elsewhere."""

import os
from pathlib import Path

import pytest

from tests.fakes.clock import Hurried
from tests.fakes.git_repos import GitRepos
from tests.flows.harness import Bench
from tests.flows.shop import SMALL

RUN = "sh run.sh"

BARE = {
    "HEAD": "ref: refs/heads/main\n",
    "objects/keep": "",
    "refs/keep": "",
    "run.sh": "touch {trace}\n",
    "config": f"""\
[core]
	bare = true
	fsmonitor = {RUN}
	gitProxy = {RUN}
	hooksPath = .
	sshCommand = {RUN}
	pager = {RUN}
[protocol]
	allow = always
[protocol "ext"]
	allow = always
[remote "origin"]
	url = ext::{RUN}
[credential]
	helper = !{RUN}
[alias]
	remote = !{RUN}
	rev-parse = !{RUN}
""",
}
"""Files that git takes for a bare repository, whose configuration runs a program wherever git can be told to."""


@pytest.mark.no_cover
@pytest.mark.parametrize("place", ["shops", "shops/knowledge"])
def test_a_bare_repository_in_the_tree_is_not_obeyed(bench: Bench, tmp_path: Path, place: str) -> None:
    """Be it the knowledge directory or one above it: the repository is the one around them, and its remote is asked."""
    assert bench.tree is not None
    bench.clock = Hurried()
    origin, trace = GitRepos(tmp_path).init("origin", "--bare"), tmp_path / "trace"
    bench.tree.git("remote", "add", "origin", f"file://{origin.path}")
    with bench.served():
        (bench.path / "shops").mkdir()
        (bench.path / "knowledge").rename(bench.path / "shops" / "knowledge")
        bench.tree.write({f"shops/knowledge/{name}": text for name, text in SMALL.items()})
        bench.tree.write({f"{place}/{name}": text.replace("{trace}", str(trace)) for name, text in BARE.items()})
        head = bench.tree.commit({".gitignore": ".kbsync/\n"})
        for line in ("plan", "apply --yes", "drift", "pull --check", "unlock --yes", "apply --yes --base HEAD"):
            ended = bench.run(*line.split(), "--dir", "shops/knowledge")
            assert (line, ended.code, trace.exists()) == (line, 0, False)
        assert origin.git("for-each-ref", "--format=%(objectname)", "refs/kbsync/applied") == head
        assert bench.run("init", "--ci", "none", "--dir", "shops/other").code == 0
    assert not trace.exists()


def everything(place: Path) -> dict[str, str]:
    """Every file, directory and link below a place, but git's own, with what it holds or where it leads."""
    found = {}
    for directory, folders, files in os.walk(place):
        folders[:] = [name for name in folders if name != ".git"]
        for path in (Path(directory, name) for name in (*folders, *files)):
            held = f"-> {path.readlink()}" if path.is_symlink() else path.read_bytes().hex() if path.is_file() else "directory"
            found[str(path)] = held
    return found


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """What a branch would like to write to: a directory with a file in it."""
    place = tmp_path / "home"
    place.mkdir()
    (place / "file").write_text("mine\n", encoding="utf-8")
    return place


def refused(bench: Bench, line: str, link: str) -> None:
    """Run a command; it must end at this link, and change nothing anywhere."""
    before = everything(bench.path.parent)
    ended = bench.run(*line.split())
    assert (line, ended.code, ended.out, f"{link} is a symbolic link" in ended.err) == (line, 1, "", True)
    assert "remove the link" in ended.err
    assert everything(bench.path.parent) == before


USERS = (
    "plan",
    "plan --only Open?",
    "apply --yes",
    "drift --base HEAD",
    "pull",
    "unlock --yes",
    "coverage --live",
    "doctor",
    "sandbox reset --yes",
    "sandbox inject add_chitchat#1=lose-answer",
    "sandbox serve --port 0",
)
"""Whatever keeps something in ``.kbsync``."""


@pytest.mark.parametrize("goal", ["home", "home/new"])
def test_a_state_directory_that_leads_elsewhere_is_not_used(bench: Bench, home: Path, goal: str) -> None:
    """Neither what is there nor what is not there yet is written to, by any command; the link and what to do are told."""
    bench.commit(SMALL)
    (bench.path / ".kbsync").symlink_to(Path("..", goal))
    for line in USERS:
        refused(bench, line, ".kbsync")


@pytest.mark.no_cover
@pytest.mark.parametrize(
    "name",
    [".gitignore", "sandbox.db", "sandbox.db-wal", "lock-sandbox", "lock-sandbox.json", "unsettled-sandbox", "pace-sandbox.json"],
)
def test_a_state_file_that_leads_elsewhere_is_not_used(bench: Bench, home: Path, name: str) -> None:
    """A committed link in the place of one of kbsync's own files is refused before anything is opened."""
    bench.commit(SMALL)
    (bench.path / ".kbsync").mkdir()
    (bench.path / ".kbsync" / name).symlink_to("../../home/file")
    for line in ("plan", "apply --yes", "unlock --yes", "sandbox reset --yes"):
        refused(bench, line, f".kbsync/{name}")


def test_a_real_target_keeps_nothing_behind_a_link(bench: Bench, home: Path) -> None:
    """Where the user has no directory for the budget and the lock they lie in the checkout, and the same holds there."""
    (bench.path / ".kbsync").symlink_to("../home")
    with bench.served():
        bench.commit(SMALL)
        assert bench.run("plan").code == 0
        assert bench.run("apply", "--yes").code == 1
        assert list(home.iterdir()) == [home / "file"]
        bench.environ |= {"HOME": "/nowhere", "TMPDIR": "/nowhere"}
        for line in ("plan", "apply --yes", "unlock --yes"):
            refused(bench, line, ".kbsync")


@pytest.mark.parametrize(
    ("link", "goal"),
    [
        ("knowledge/.schema", "home"),
        ("knowledge/.schema/knowledge.json", "home/file"),
        ("knowledge/.schema/settings.json", "home/new"),
        ("knowledge/kbsync.yaml", "home/new"),
        (".gitignore", "home/file"),
        (".gitignore", "home/new"),
        (".github", "home"),
        (".github/workflows", "home"),
        (".github/workflows/kbsync-plan.yml", "home/new"),
        (".gitlab", "home"),
        (".gitlab/kbsync.yml", "home/new"),
        (".gitlab-ci.yml", "home/new"),
    ],
)
def test_a_new_project_is_not_written_through_links(bench: Bench, home: Path, link: str, goal: str) -> None:
    """Files or directories on the way, there or not: nothing is written at all."""
    (bench.path / "knowledge" / "kbsync.yaml").unlink()
    place = bench.path / link
    place.parent.mkdir(parents=True, exist_ok=True)
    place.symlink_to(bench.path.parent / goal)
    refused(bench, f"init --ci {'gitlab' if 'gitlab' in link else 'github'}", link)


@pytest.mark.parametrize("line", ["pull", "fmt", "plan"])
@pytest.mark.parametrize("link", ["small.yaml", "folder", "answer.txt"])
def test_knowledge_that_leads_elsewhere_is_an_error(bench: Bench, home: Path, line: str, link: str) -> None:
    """A file, a directory and the file of an answer are refused where they are read, so nothing is written there."""
    bench.write(
        {"a.yaml": "categories: [{title: Shop}]\n---\ncategory: Shop\nquestions: [{question: Q?, answer: {file: answer.txt}}]\n"}
    )
    bench.write({"answer.txt": "Yes."})
    (bench.path / "knowledge" / link).unlink(missing_ok=True)
    (bench.path / "knowledge" / link).symlink_to(home if link == "folder" else home / "file")
    before = everything(bench.path.parent)
    ended = bench.run(line)
    assert (ended.code, "symbolic link" in ended.err, everything(bench.path.parent)) == (5, True, before)


@pytest.fixture
def linked(bench: Bench) -> Bench:
    """A bench whose ``knowledge`` is a link to a directory elsewhere."""
    bench.write({"small.yaml": SMALL["small.yaml"]})
    (bench.path / "knowledge").rename(bench.path.parent / "elsewhere")
    (bench.path / "knowledge").symlink_to("../elsewhere")
    return bench


def test_a_directory_that_nobody_named_is_no_link(linked: Bench) -> None:
    """The usual name may be a branch's: what only reads goes on, what writes there or beside it does not."""
    for line in ("plan", "apply --yes", "pull", "fmt", "init", "sandbox reset --yes", "unlock --yes"):
        refused(linked, line, "knowledge")
    assert [linked.run(*line.split()).code for line in ("validate", "fmt --check", "targets")] == [0, 3, 0]


def test_what_the_user_names_is_followed(linked: Bench, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The directory, by option or variable, and the files for plans, receipts and libraries."""
    assert linked.run("fmt", "--dir", "knowledge").code == 0
    for name in ("plan.json", "receipt.json", "play.db"):
        (linked.path / name).symlink_to(home / name)
    monkeypatch.setenv("KBSYNC_DIR", "knowledge")
    assert linked.run("plan", "--out", "plan.json").code == 0
    assert linked.run("apply", "--yes", "--receipt", "receipt.json", "plan.json").code == 0
    assert linked.run("pull", "--check").code == 0
    assert linked.run("init", "--ci", "none").code == 6
    (linked.path.parent / "elsewhere" / "kbsync.yaml").unlink()
    assert linked.run("init", "--ci", "none").code == 0
    assert linked.run("sandbox", "reset", "--yes", "--database", "play.db").code == 0
    assert {path.name for path in home.iterdir()} >= {"plan.json", "receipt.json", "play.db"}
    assert (linked.path.parent / "elsewhere" / ".schema" / "knowledge.json").is_file()
    assert (linked.path.parent / ".kbsync").is_dir()


@pytest.mark.parametrize(
    ("link", "directory"),
    [
        ("knowledge", "knowledge"),
        ("knowledge", "./knowledge/."),
        ("shops", "shops/elsewhere"),
        ("knowledge", "mine"),
        ("sub/knowledge", "sub/knowledge"),
    ],
    ids=["itself", "in other words", "above", "by a link of the user's", "in a submodule"],
)
def test_a_link_that_a_branch_brings_is_not_followed_whoever_names_it(
    linked: Bench, link: str, directory: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The workflows name the directory, so that its name says nothing about who put a link there."""
    assert linked.tree is not None
    outside = linked.path.parent
    match directory.partition("/")[0]:
        case "shops":
            (linked.path / link).symlink_to("..")
        case "mine":
            (outside / "mine").symlink_to(linked.path / link)
            directory = str(outside / "mine")
        case "sub":
            inner = GitRepos(outside).init("inner")
            (inner.path / "knowledge").symlink_to(outside / "elsewhere")
            inner.commit({"file": ""})
            linked.tree.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", f"file://{inner.path}", "sub")
    linked.tree.commit({"file": ""})
    for line in ("plan", "apply --yes", "pull", "fmt", "init", "sandbox reset --yes", "unlock --yes"):
        refused(linked, f"{line} --dir {directory}", link)
    monkeypatch.setenv("KBSYNC_DIR", directory)
    refused(linked, "plan", link)
