"""What was read is what is named: moved directories, files that are not those of the commit, and files that nobody reads."""

import unicodedata
from pathlib import Path
from typing import Literal

import pytest

from tests.flows.harness import Bench, copied
from tests.flows.shop import SMALL

MARK = "refs/kbsync/applied/sandbox"
MORE = {"more.yaml": "category: Shop\nquestions: [{question: More?, answer: No.}, {question: Less?, answer: No.}]\n"}
BOXED = {
    "boxed.yaml": "category: Shop\nquestions: [{question: Boxed?, answer_type: rich, answer: {file: answers/boxed.html}}]\n",
    "answers/boxed.html": "<p>$Id$ one</p>\n",
}


def opened(bench: Bench) -> None:
    """The bench's only commit is live."""
    bench.commit({**SMALL, **MORE})
    assert bench.run("apply", "--yes").code == 0


@pytest.fixture
def shop(tmp_path: Path) -> Bench:
    """A bench whose only commit is live."""
    return copied(tmp_path, opened)


def git(bench: Bench, *words: str) -> str:
    """Run git in the bench's repository."""
    assert bench.tree is not None
    return bench.tree.git(*words)


@pytest.mark.no_cover
@pytest.mark.parametrize("name", [".DS_Store", "small.yaml~", "notes.txt", ".small.yaml.x1Yz", "Thumbs.db"])
def test_files_that_nobody_reads_are_no_difference(bench: Bench, name: str) -> None:
    """The commit counts as applied all the same, and nothing is said about them."""
    newest = bench.commit(SMALL)
    bench.write({name: "clutter"})
    done = bench.run("apply", "--yes")
    assert (done.code, git(bench, "rev-parse", MARK), "no commit" in done.err) == (0, newest, False)


@pytest.mark.no_cover
@pytest.mark.parametrize("way", ["sparse", "skip-worktree", "assume-unchanged"])
def test_what_git_left_out_is_not_taken_out(shop: Bench, way: str) -> None:
    """No removal is planned, the plan is of no commit and says why, and an apply is refused until the file is there."""
    if way == "sparse":
        git(shop, "sparse-checkout", "set", "--no-cone", "/*", "!/knowledge/more.yaml")
    else:
        git(shop, "update-index", f"--{way}", "knowledge/more.yaml")
        (shop.path / "knowledge/more.yaml").unlink()
    planned = shop.run("plan")
    assert (planned.code, "Delete" in planned.out, "knowledge/more.yaml" in planned.err) == (0, False, True)
    for words in ("apply --yes", "apply --yes --allow-remove 2"):
        refused = shop.run(*words.split())
        assert (refused.code, "knowledge/more.yaml is in git and was not read" in " ".join(refused.err.split())) == (6, True)
    assert shop.run("drift").code == 0


def test_a_file_that_somebody_removed_is_taken_out(shop: Bench) -> None:
    """Nobody told git to leave it out: it is a removal of no commit."""
    (shop.path / "knowledge/more.yaml").unlink()
    planned = shop.run("plan")
    assert ("Delete" in planned.out, "it is not on the disk" in planned.err) == (True, True)


@pytest.mark.no_cover
@pytest.mark.parametrize("flag", ["skip-worktree", "assume-unchanged"])
def test_a_change_that_git_does_not_look_at_is_of_no_commit(shop: Bench, flag: str) -> None:
    """The applied ref stays where it is, and the first file is named with the reason."""
    before = git(shop, "rev-parse", MARK)
    git(shop, "commit", "--quiet", "--allow-empty", "--message=next")
    git(shop, "update-index", f"--{flag}", "knowledge/more.yaml")
    shop.write({"more.yaml": MORE["more.yaml"].replace("Less?", "Fewer?")})
    done = shop.run("apply", "--yes", "--overwrite-conflicts")
    assert (done.code, git(shop, "rev-parse", MARK)) == (0, before)
    assert "knowledge/more.yaml" in done.err


def expand(bench: Bench, word: str) -> None:
    """The answer as git's ident puts it on the disk."""
    bench.write({"answers/boxed.html": f"<p>$Id: {word}$ one</p>\n"})


@pytest.fixture
def filtered(bench: Bench) -> Bench:
    """A commit is the base whose answer git changes on its way to the disk; what is on the disk is live."""
    (bench.path / ".gitattributes").write_text("*.html ident\n", encoding="utf-8")
    commit = bench.commit({**SMALL, **BOXED})
    expand(bench, "1")
    assert bench.run("apply", "--yes").code == 0
    git(bench, "update-ref", MARK, commit)
    return bench


def test_what_a_filter_made_is_read_with_the_same_eyes(filtered: Bench) -> None:
    """The object is the same as at the base, so its file is too: no drift, nothing to do."""
    assert filtered.cause("drift") == {}
    assert filtered.cause("plan") == {}
    filtered.write({"small.yaml": SMALL["small.yaml"].replace("Yes.", "Always.")})
    assert filtered.cause("plan") == {"Open?": "declared"}


def test_what_a_filter_hides_is_unknown_and_no_conflict(filtered: Bench) -> None:
    """The object changed: the cause is unknown, drift says that it cannot tell, an apply waits until the base is named."""
    filtered.commit({"answers/boxed.html": "<p>$Id$ two</p>\n"})
    expand(filtered, "2")
    assert filtered.cause("plan") == {"Boxed?": "unknown"}
    told = filtered.run("drift")
    assert (told.code, "cannot be compared" in " ".join(told.err.split())) == (1, True)
    refused = filtered.run("apply", "--yes")
    assert (refused.code, "--base" in refused.err) == (6, True)
    base = git(filtered, "rev-parse", MARK)
    assert filtered.run("apply", "--yes", "--base", base).code == 0


def test_knowledge_in_a_submodule_is_unknown_and_no_conflict(shop: Bench) -> None:
    """What lies in another repository is no part of the base."""
    other = shop.path.parent / "other"
    git(shop, "init", "--quiet", "--initial-branch=main", str(other))
    (other / "sub.yaml").write_text("category: Shop\nquestions: [{question: Sub?, answer: Old.}]\n", encoding="utf-8")
    git(shop, "-C", str(other), "add", "--all")
    git(shop, "-C", str(other), "commit", "--quiet", "--message=sub")
    git(shop, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(other), "knowledge/sub")
    commit = shop.commit({})
    assert "it lies in a submodule" in shop.run("apply", "--yes", "--base", "HEAD").err
    git(shop, "update-ref", MARK, commit)
    (shop.path / "knowledge/sub/sub.yaml").write_text("category: Shop\nquestions: [{question: Sub?, answer: New.}]\n")
    assert shop.cause("plan") == {"Sub?": "unknown"}


EDITED = {"small.yaml": SMALL["small.yaml"].replace("Yes.", "Always.")}


def test_a_directory_that_was_moved_is_followed(shop: Bench) -> None:
    """Its edits are declared and its removals are removals, as if it had been there before; the note says where it was."""
    git(shop, "rm", "--quiet", "knowledge/more.yaml")
    shop.write(EDITED)
    (shop.path / "bot").mkdir()
    git(shop, "mv", "knowledge", "bot/knowledge")
    (shop.path / ".kbsync").rename(shop.path / "bot/.kbsync")
    git(shop, "commit", "--quiet", "--all", "--message=move")
    words = ("plan", "--dir", "bot/knowledge")
    assert shop.cause(*words) == {"Open?": "declared", "More?": "declared", "Less?": "declared"}
    assert "it was knowledge" in " ".join(shop.run(*words).err.split())


def test_where_a_directory_was_may_be_unknown(shop: Bench) -> None:
    """With new settings nothing tells that it is the same one: causes are unknown, a note says so, and drift cannot be told."""
    git(shop, "mv", "knowledge", "elsewhere")
    new = (
        "version: 1\n"
        + "# wholly other words than those of the settings that were there\n" * 9
        + "targets: {sandbox: {driver: sandbox}}\n"
    )
    (shop.path / "elsewhere/kbsync.yaml").write_text(new, encoding="utf-8")
    (shop.path / "elsewhere/small.yaml").write_text(EDITED["small.yaml"], encoding="utf-8")
    git(shop, "commit", "--quiet", "--all", "--message=move")
    words = ("--dir", "elsewhere")
    assert shop.cause("plan", *words) == {"Open?": "unknown"}
    assert "git does not tell where it was" in " ".join(shop.run("plan", *words).err.split())
    told = shop.run("drift", *words)
    assert (told.code, "drift cannot be told" in told.err) == (1, True)


@pytest.mark.parametrize("kind", ["tree", "blob", "nothing"])
def test_an_applied_ref_that_leads_to_no_commit_is_passed_with_a_base(shop: Bench, kind: str) -> None:
    """It is named, with ``--base`` as the way on; then the ref moves to what was applied."""
    base = git(shop, "rev-parse", MARK)
    wrong = {
        "tree": git(shop, "rev-parse", "HEAD:"),
        "blob": git(shop, "rev-parse", "HEAD:knowledge/small.yaml"),
        "nothing": "1" * 40,
    }
    (shop.path / ".git" / MARK).write_text(f"{wrong[kind]}\n", encoding="ascii")
    newest = shop.commit(EDITED)
    refused = shop.run("apply", "--yes")
    assert (refused.code, MARK in refused.err, "--base" in refused.err) == (1, True, True)
    assert (shop.run("apply", "--yes", "--base", base).code, git(shop, "rev-parse", MARK)) == (0, newest)


@pytest.mark.parametrize("name", ["more.YAML", "more.YML", "more.yaml.txt", "other.YAML", "MORE.yml "])
def test_a_file_with_a_name_that_is_not_read_is_not_taken_out(shop: Bench, name: str) -> None:
    """It is found, none of its questions is removed, and an apply waits until it is named again."""
    git(shop, "mv", "knowledge/more.yaml", f"knowledge/{name}")
    git(shop, "commit", "--quiet", "--message=rename")
    checked = shop.run("validate")
    assert (checked.code, "KB120" in checked.out) == (0, True)
    planned = shop.run("plan")
    assert (planned.code, "Delete" in planned.out) == (0, False)
    refused = shop.run("apply", "--yes", "--allow-remove", "2")
    assert (refused.code, "knowledge/more.yaml is in git and was not read" in " ".join(refused.err.split())) == (6, True)
    git(shop, "rm", "--quiet", f"knowledge/{name}")
    assert shop.cause("plan") == {"More?": "declared", "Less?": "declared"}


@pytest.mark.parametrize("name", ["more.YAML", "kbsync.yml", "other.yaml.txt", ".small.yaml.a1b2c3d4"])
def test_a_file_that_is_not_read_is_told_and_no_difference(shop: Bench, name: str) -> None:
    """Its name is a finding wherever the files are looked at, and the newest commit counts as applied all the same."""
    newest = shop.commit({"small.yaml": SMALL["small.yaml"].replace("Yes.", "Always.")})
    shop.write({name: "questions: []\n"})
    for words in ("validate", "plan", "apply --yes", "fmt --check"):
        told = shop.run(*words.split())
        assert (words, "KB120" in told.out + told.err, name in told.out + told.err) == (words, True, True)
    assert git(shop, "rev-parse", MARK) == newest


def test_what_a_filter_hid_at_the_base_alone_is_unknown(filtered: Bench) -> None:
    """The answer was taken out with its question: what it was on the disk is not known, and is no edit of the console's."""
    git(filtered, "rm", "--quiet", "--force", "-r", "knowledge/boxed.yaml", "knowledge/answers")
    git(filtered, "commit", "--quiet", "--message=out")
    planned = filtered.run("plan")
    assert (planned.code, "Conflict" in planned.out, "cannot be compared" in " ".join(planned.out.split())) == (0, False, True)
    assert filtered.run("apply", "--yes").code == 6


POINTER = "version https://git-lfs.github.com/spec/v1\noid sha256:0aea59c4022bd9a276cd277a4f80e41d\nsize 12\n"


@pytest.mark.parametrize("stand_in", [POINTER, "<<<<<<< HEAD\none\n>>>>>>> other\n", "../elsewhere.html"])
def test_a_stand_in_at_the_base_does_not_keep_a_target_from_being_planned(shop: Bench, stand_in: str) -> None:
    """It is no content to compare with: causes are unknown, and naming the base goes past it."""
    base = shop.commit({**BOXED, "answers/boxed.html": stand_in})
    git(shop, "update-ref", MARK, base)
    assert shop.run("plan").code == 5
    newest = shop.commit({"answers/boxed.html": "<p>two</p>\n"})
    assert shop.cause("plan") == {"Boxed?": "unknown"}
    refused = shop.run("apply", "--yes")
    assert (refused.code, "knowledge/answers/boxed.html cannot be compared" in " ".join(refused.err.split())) == (6, True)
    assert (shop.run("apply", "--yes", "--base", base).code, git(shop, "rev-parse", MARK)) == (0, newest)


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_an_accent_written_in_the_other_way_is_no_difference(bench: Bench, form: Literal["NFC", "NFD"]) -> None:
    """Git and the disk may spell one name in two ways, and so may the files that name it: the commit counts as applied."""
    other: Literal["NFC", "NFD"] = "NFD" if form == "NFC" else "NFC"
    name = unicodedata.normalize(form, "r\u00e9sum\u00e9")
    declared = f"category: Shop\nquestions: [{{question: Named?, answer: {{file: {unicodedata.normalize(other, name)}.txt}}}}]\n"
    newest = bench.commit({**SMALL, f"{name}.yaml": declared, f"{name}.txt": "Yes.\n"})
    for end in ("yaml", "txt"):
        (bench.path / f"knowledge/{name}.{end}").rename(bench.path / f"knowledge/{unicodedata.normalize(other, name)}.{end}")
    done = bench.run("apply", "--yes")
    assert (done.code, git(bench, "rev-parse", MARK), "no commit" in done.err) == (0, newest, False)
    assert bench.cause("drift") == {}


def test_a_removal_beside_a_file_that_is_not_read_is_a_removal(shop: Bench) -> None:
    """Another name and another content: it is not the file that left."""
    git(shop, "rm", "--quiet", "knowledge/more.yaml")
    shop.commit({"notes.yaml.txt": "Later.\n"})
    assert shop.cause("plan") == {"More?": "declared", "Less?": "declared"}
