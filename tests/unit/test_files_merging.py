"""What the files cannot hold is left out and told; what would come out wrong is not written at all."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from kbsync.errors import InvalidInput, UnusableFile
from kbsync.files.directory import DiskFiles
from kbsync.files.emit import file_name
from kbsync.files.merging import fit
from kbsync.model import Category, Content, Knowledge
from kbsync.plan import Merge
from kbsync.render.results import counts
from tests.unit.merges import edited, questions

ONE = {"a.yaml": b"category: A\nquestions:\n  - question: one\n    answer: x\n    similar: [uno]\n"}


def notes(*added: Content) -> list[str]:
    """What is said when questions come to the file with one."""
    return [str(note) for note in edited(ONE, {}, added=added).notes]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (Content("one", "x", ("B",)), "left out: a second question with the text one; the files hold one"),
        (Content("uno", "x", ("B",)), "left out: uno, because it is a similar wording of one"),
        (Content("new", "\x00", ("B",)), "left out: the answer of new: it is empty or holds a control character"),
        (Content("new\x01", "x", ("B",)), "left out: the question of new␁: it is empty or holds a control character"),
        (Content("new", "x", ("B", " ")), "left out: the category of new"),
        (Content("new", "x", ("B",), similar=("one", "y")), "left out: the wording one of new"),
    ],
)
def test_what_files_cannot_hold_is_told(content: Content, said: str) -> None:
    """Twins, taken wordings, empty texts and control characters stay in the console, each with a sentence."""
    assert [note[: len(said)] for note in notes(content)] == [said]


def test_new_questions_do_not_take_each_others_texts() -> None:
    """Of two new questions with one text the first comes."""
    assert len(notes(Content("new", "x", ("B",)), Content("new", "y", ("C",)))) == 1


def test_edits_leave_out_what_cannot_be_written() -> None:
    """The other fields of the same question are written."""
    merged = edited(ONE, {"one": {"question": "", "answer": "y", "similar": ("a\x00", "b")}})
    assert [str(note)[:25] for note in merged.notes] == ["left out: the question of", "left out: the wording a␀ "]
    (found,) = questions(merged.files).values()
    assert (found.content.question, found.content.answer, found.content.similar) == ("one", "y", ("b",))


def test_nothing_is_left_of_an_edit_that_cannot_be_written() -> None:
    """And no file is touched for it."""
    assert edited(ONE, {"one": {"answer": " "}}).files == {}


def test_an_edit_may_take_the_wording_of_a_question_that_goes() -> None:
    """Texts count as they are afterwards."""
    files = {"a.yaml": ONE["a.yaml"] + b"  - {question: two, answer: x}\n"}
    merged = edited(files, {"one": {"similar": ("two",)}}, removed=("two",))
    assert merged.notes == ()
    assert questions(merged.files)["one"].content.similar == ("two",)


def test_a_result_with_faults_is_shown_and_not_written() -> None:
    """Where the console's side breaks a rule of the files, the places are shown."""
    files = {"a.yaml": ONE["a.yaml"] + b"  - {question: two, answer: x}\n"}
    with pytest.raises(InvalidInput) as caught:
        edited(files, {"one": {"question": "two"}})
    assert {found.rule.name for found in caught.value.diagnostics} == {"KB301"}


def test_a_result_that_says_something_else_is_not_written() -> None:
    """The files are read again before they are written: what was asked for must be what they say."""
    with pytest.raises(UnusableFile, match=r"could not be edited as meant; nothing was written"):
        edited(ONE, {}, dropped=frozenset(), renamed={("Nowhere",): ("Else",)}, declared=(("A", "B", "C"),))


def test_answer_files_are_written_where_they_are_one_questions_own() -> None:
    """A file that two questions share stays, and the answer moves into the document."""
    text = b"category: A\nquestions:\n" + b"".join(
        b"  - question: %s\n    answer: {file: ../%s.txt}\n" % (name, file)
        for name, file in ((b"one", b"x"), (b"two", b"y"), (b"three", b"y"), (b"four", b"z"))
    )
    files = {"in/a.yaml": text, "x.txt": b"\xef\xbb\xbfold\r\n", "y.txt": b"both", "z.txt": b"old"}
    edits = {"one": {"answer": "a\nb"}, "two": {"answer": "c"}, "four": {"answer": "odd\u2028"}}
    merged = edited(files, edits)
    changed = merged.files
    assert changed["x.txt"] == b"\xef\xbb\xbfa\r\nb\r\n"
    assert (sorted(changed), merged.gone) == (["in/a.yaml", "x.txt"], ("z.txt",))
    assert {text: one.content.answer for text, one in questions({**files, **changed}).items()} == {
        "one": "a\nb",
        "two": "c",
        "three": "both",
        "four": "odd\u2028",
    }


@pytest.mark.parametrize(("old", "new", "expected"), [(b"x", "y", b"y"), (b"x\n", "y", b"y\n"), (b"x", "y\n", b"y\n\n")])
def test_an_answer_file_ends_as_it_ended(old: bytes, new: str, expected: bytes) -> None:
    """With a line end or without, unless the text itself ends with one."""
    files = {"a.yaml": b"category: A\nquestions:\n  - {question: one, answer: {file: x.txt}}\n", "x.txt": old}
    assert edited(files, {"one": {"answer": new}}).files == {"x.txt": expected}


@pytest.mark.parametrize("title", ["a\0b", "", " ", "a\x01b"])
def test_a_title_that_no_file_can_hold_stays_in_the_console(title: str) -> None:
    """New, renamed or moved into: such a category is left out with a sentence, and everything else comes."""
    declared = (("B",), (title,), (title, "C"))
    merged = edited(ONE, {}, declared=declared, added=(Content("new", "x", (title,)), Content("more", "x", ("B",))))
    assert sorted(merged.files) == ["b.yaml", "categories.yaml"] or sorted(merged.files) == ["b.yaml"]
    assert sum("left out: the category" in str(note) for note in merged.notes) == 3
    tree = {"tree.yaml": b"categories: [{title: A}]\n"}
    renamed = edited(tree | ONE, {}, renamed={("A",): (title,)})
    assert (renamed.files, len(renamed.notes)) == ({}, 1)
    (first, *_) = questions(ONE)
    moved = edited(ONE, {first: {"category": (title,), "answer": "new"}})
    assert [str(note) for note in moved.notes if "the category of" in str(note)]
    assert list(moved.files)


def test_new_categories_make_a_tree_or_join_one() -> None:
    """Without a tree there will be one; with one, a new file brings its own branch."""
    declared = (("B",), ("B", "C"))
    added = (Content("new", "x", ("B", "C")),)
    assert sorted(edited(ONE, {}, added=added, declared=declared).files) == ["b-c.yaml", "categories.yaml"]
    tree = {"tree.yaml": b"categories: [{title: A}]\n"}
    (name,) = edited(tree | ONE, {}, added=added, declared=declared).files
    assert name == "b-c.yaml"
    assert sorted(edited(tree | ONE, {}, added=added, declared=(*declared, ("D",))).files) == ["b-c.yaml", "categories.yaml"]


@pytest.mark.parametrize(
    ("path", "name"),
    [
        (("Shipping", "Delivery times"), "shipping-delivery-times.yaml"),
        (("物流 / 配送",), "物流-配送.yaml"),
        (("Ａ　Ｂ",), "a-b.yaml"),
        (("???",), "category.yaml"),
        (("CON",), "con-.yaml"),
        (("KBsync",), "kbsync-2.yaml"),
        (("ｋｂｓｙｎｃ!",), "kbsync-2.yaml"),
        (("../..",), "category.yaml"),
        (("x" * 99,), "x" * 60 + ".yaml"),
    ],
)
def test_files_are_named_after_their_category(path: tuple[str, ...], name: str) -> None:
    """Readable, and a name on every file system."""
    assert file_name(path, set()) == name


def test_names_of_files_are_unique_whatever_their_case() -> None:
    """A second file of the same name gets a number."""
    assert file_name(("A b",), {"A-B.yaml", "a-b-2.yaml"}) == "a-b-3.yaml"


@pytest.mark.parametrize(
    ("edits", "more", "gone"),
    [
        ({}, {"removed": ("one",)}, ["x.txt"]),
        ({}, {"removed": ("two",)}, []),
        ({}, {"removed": ("two", "three", "four")}, ["Y.txt", "y.txt"]),
        ({}, {"removed": ("four",)}, []),
        ({"one": {"answer": "odd\u2028"}}, {}, ["x.txt"]),
        ({"two": {"question": "new"}, "one": {"category": ("C",)}}, {"removed": ("three",)}, []),
        ({}, {"removed": ("five",)}, []),
    ],
    ids=["alone", "shared", "all", "capitals", "unwritable", "moved", "knowledge"],
)
def test_an_answer_file_goes_with_the_last_question_that_uses_it(
    edits: Mapping[str, Mapping[str, Any]], more: Mapping[str, Any], gone: list[str]
) -> None:
    """Not while a question of any file or category names it, however that is spelled, and never one that is knowledge itself."""
    entry = "  - question: %s\n    answer: {file: %s}\n"
    named = {"one": "x.txt", "two": "./in/../y.txt", "four": "Y.txt", "five": "c.yaml"}
    files = {
        "a.yaml": ("category: A\nquestions:\n" + "".join(entry % each for each in named.items())).encode(),
        "in/b.yaml": ("category: B\nquestions:\n" + entry % ("three", "../y.txt")).encode(),
        "c.yaml": b"categories: [{title: C}]\n",
        **dict.fromkeys(("x.txt", "y.txt", "Y.txt", "z.txt"), b"text"),
    }
    merged = edited(files, edits, **more)
    assert ([name for name, data in merged.changes.items() if data is None], merged.gone) == (gone, tuple(gone))
    assert [str(words) for words in merged.leaving("k")] == [f"k/{name} goes too: no question uses it any more." for name in gone]
    assert not gone or str(counts(merged, gone[0])) == "removed, because no question uses it any more"


def test_a_directory_is_read_as_files(tmp_path: Path) -> None:
    """YAML files are listed, any file can be read, and what was read is kept."""
    (tmp_path / "a.yaml").write_bytes(b"a")
    (tmp_path / "x.txt").write_bytes(b"x")
    files = DiskFiles(tmp_path, shown_as="k")
    assert (files.names(), files.read("a.yaml"), files.read("x.txt")) == ((("a.yaml",), {}), b"a", b"x")
    assert (list(files), len(files), files["x.txt"], files.get("none")) == (["a.yaml", "x.txt"], 2, b"x", None)


def test_an_order_without_anything_is_empty() -> None:
    """It fits every library, and says nothing."""
    assert fit(Knowledge((Category(("A",)),)), Merge()) == (Merge(), ())


def test_a_new_file_is_told_from_a_rewritten_one() -> None:
    """A file without questions has no counts: it is new where there was none, and else rewritten."""
    new = edited(ONE, {}, declared=(("B",),))
    old = edited(ONE, {}, renamed={("A",): ("B",)})
    assert (new.touched, old.touched) == ({}, {})
    assert [str(counts(merged, name)) for merged in (new, old) for name in merged.files] == ["new", "rewritten"]


def test_many_files_stand_in_folders() -> None:
    """Where more come than one looks through, each first-level category has a folder, and later ones go there."""
    added = [Content(f"q{number}", "x", (f"P{number % 3}", f"C{number}")) for number in range(13)]
    files = edited({}, {}, added=(*added, Content("top", "x", ("P0",)))).files
    assert {"p0/c0.yaml", "p1/c1.yaml", "p0.yaml"} <= {*files}
    assert files["p0/c0.yaml"].startswith(b"# yaml-language-server: $schema=../.schema/knowledge.json\n")
    later = edited(dict(files), {}, added=(Content("new", "x", ("P0", "New")), Content("other", "x", ("Q", "New")))).files
    assert {*later} == {"p0/new.yaml", "q-new.yaml"}
    assert "c0.yaml" not in "".join(edited({}, {}, added=added[:3]).files).split("/")
