"""Files as they were read, and files written over them: one state of the directory throughout, and nobody's edit lost."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from kbsync.errors import UnusableFile
from kbsync.files import DiskFiles, load_files
from kbsync.files.directory import store

SETTINGS = "version: 1\ntargets: {sandbox: {driver: sandbox}}\n"
KNOWLEDGE = "category: A\nquestions:\n  - {question: one, answer: {file: one.txt}}\n"


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A knowledge directory with an answer in a file of its own."""
    for name, text in {"kbsync.yaml": SETTINGS, "a.yaml": KNOWLEDGE, "b.yaml": "questions: []\n", "one.txt": "yes\n"}.items():
        (tmp_path / name).write_text(text)
    return tmp_path


@pytest.fixture
def files(place: Path) -> DiskFiles:
    """The directory after it was read."""
    found = DiskFiles(place, shown_as="k")
    assert load_files(found) == load_files(DiskFiles(place, shown_as="k"))
    return found


def on_disk(place: Path) -> dict[str, str]:
    """What the directory holds now."""
    return {path.name: path.read_text() for path in sorted(place.iterdir())}


def test_what_was_read_stays_as_it_was(place: Path, files: DiskFiles) -> None:
    """Whatever happens on the disk: files that change, go or come are for whoever reads next."""
    before = dict(files), load_files(files)
    (place / "a.yaml").unlink()
    (place / "one.txt").write_text("no")
    (place / "c.yaml").write_text("questions: [\n")
    assert (dict(files), load_files(files)) == before
    assert (files["one.txt"], files.get("c.yaml"), len(files)) == (b"yes\n", None, 4)


def test_a_refusal_is_remembered_too(place: Path) -> None:
    """A file that could not be read the first time is not looked for again."""
    (place / "one.txt").unlink()
    files = DiskFiles(place, shown_as="k")
    before = load_files(files)
    (place / "one.txt").write_text("here again")
    assert load_files(files) == before
    assert ([fault.rule.name for fault in before.diagnostics], files.get("one.txt")) == (["KB310"], None)


def replace_by_link(path: Path) -> None:
    """Move a file away and leave a link to it."""
    path.rename(path.with_name("real.txt"))
    path.symlink_to("real.txt")


def add_link(place: Path) -> None:
    """A link with the name of a file that is to come."""
    (place / "new.yaml").symlink_to("one.txt")


def make_many(place: Path) -> None:
    """Nine new files."""
    for number in range(9):
        (place / f"c{number}.yaml").touch()


EVENTS: dict[str, tuple[Callable[[Path], object], str]] = {
    "a file that is written to": (lambda place: (place / "a.yaml").write_text("# a\n"), "k/a.yaml"),
    "a file that is not": (lambda place: (place / "b.yaml").write_text("# b\n"), "k/b.yaml"),
    "the settings": (lambda place: (place / "kbsync.yaml").write_text("# s\n"), "k/kbsync.yaml"),
    "an answer": (lambda place: (place / "one.txt").write_text("no"), "k/one.txt"),
    "a file that is gone": (lambda place: (place / "b.yaml").rename(place / "b.txt"), "k/b.yaml"),
    "a new file": (lambda place: (place / "c.yaml").write_text("# c\n"), "k/c.yaml"),
    "a new link": (add_link, "k/new.yaml"),
    "a link in a file's place": (lambda place: replace_by_link(place / "a.yaml"), "k/a.yaml"),
    "many": (make_many, "k/c0.yaml, k/c1.yaml, k/c2.yaml, …"),
}


@pytest.mark.parametrize(("event", "names"), EVENTS.values(), ids=list(EVENTS))
def test_nothing_is_written_where_anything_changed(
    place: Path, files: DiskFiles, event: Callable[[Path], object], names: str
) -> None:
    """The files are named, and all are as whoever changed them left them."""
    event(place)
    before = on_disk(place)
    with pytest.raises(UnusableFile) as caught:
        store(files, {"a.yaml": b"# pulled\n", "new.yaml": b"# pulled\n"})
    assert str(caught.value) == f"files were changed while kbsync was at work, so nothing was written: {names}"
    assert on_disk(place) == before


def test_without_anything_to_write_nothing_is_refused(place: Path, files: DiskFiles) -> None:
    """An edit saved meanwhile is in nobody's way."""
    (place / "a.yaml").write_text("# a\n")
    store(files, {})
    assert (place / "a.yaml").read_text() == "# a\n"


def test_files_are_written_all_or_none(place: Path, files: DiskFiles) -> None:
    """Where one cannot be written, the ones before it are as they were; without a reason not to, all are written."""
    before = on_disk(place)
    with pytest.raises(UnusableFile, match=r"b\.yaml"):
        store(files, {"a.yaml": b"new", "new/folder/c.yaml": b"new", "b.yaml/d.yaml": b"new"})
    assert on_disk(place) == before
    assert not (place / "new").exists()
    store(files, {"a.yaml": b"new", "new/folder/c.yaml": b"new"})
    assert (place / "new" / "folder" / "c.yaml").read_bytes() == b"new"


def test_a_file_that_goes_comes_back_with_the_others(place: Path, files: DiskFiles) -> None:
    """Where a later one cannot be written; and through a link nothing is taken away."""
    before = on_disk(place)
    with pytest.raises(UnusableFile, match=r"b\.yaml"):
        store(files, {"one.txt": None, "b.yaml/d.yaml": b"new"})
    assert on_disk(place) == before
    store(files, {"one.txt": None, "a.yaml": b"new"})
    assert on_disk(place) == {name: text for name, text in before.items() if name != "one.txt"} | {"a.yaml": "new"}


def test_what_cannot_be_taken_away_is_an_error_in_words(place: Path, files: DiskFiles) -> None:
    """It says which file, and what the system said."""
    with pytest.raises(UnusableFile, match=r"gone\.txt cannot be removed: No such file"):
        store(files, {"gone.txt": None})
    assert len(files) == 4


class Meanwhile(Mapping[str, bytes]):
    """New contents of two files; something happens after the first was written."""

    def __init__(self, event: Callable[[], object]) -> None:
        self._data = {"a.yaml": b"new a", "b.yaml": b"new b"}
        self._event = event

    def __getitem__(self, name: str) -> bytes:
        return self._data[name]

    def __iter__(self) -> Iterator[str]:
        yield "a.yaml"
        self._event()
        yield "b.yaml"

    def __len__(self) -> int:
        return 2


def test_an_edit_saved_while_others_are_written_is_kept(place: Path, files: DiskFiles) -> None:
    """And what was written before is taken back."""
    before = on_disk(place)
    with pytest.raises(UnusableFile, match=r"nothing was written: k/b\.yaml"):
        store(files, Meanwhile(lambda: (place / "b.yaml").write_text("# mine\n")))
    assert on_disk(place) == before | {"b.yaml": "# mine\n"}


def test_an_edit_over_what_was_written_is_not_taken_back(place: Path, files: DiskFiles) -> None:
    """It is newer than the old text; a file that is gone by then stays so."""
    before = on_disk(place)

    def both() -> None:
        (place / "a.yaml").write_text("# mine\n")
        (place / "b.yaml").unlink()

    with pytest.raises(UnusableFile):
        store(files, Meanwhile(both))
    del before["b.yaml"]
    assert on_disk(place) == before | {"a.yaml": "# mine\n"}


def test_ctrl_c_between_two_files_takes_the_first_one_back(place: Path, files: DiskFiles) -> None:
    """All or none holds for those who stop the run, too."""
    before = on_disk(place)

    def stop() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        store(files, Meanwhile(stop))
    assert on_disk(place) == before
