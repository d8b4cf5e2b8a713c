"""Files are written whole or not at all."""

import os
import shutil
import socket
import threading
from pathlib import Path

import pytest

from kbsync.errors import UnusableFile
from kbsync.saving import check_writable, is_replaceable, links_on, save


def test_a_file_is_replaced_whole(tmp_path: Path) -> None:
    """The new text is there, and nothing else is left behind."""
    path = tmp_path / "plan.json"
    path.write_text("old")
    save(path, b"new")
    assert path.read_bytes() == b"new"
    assert list(tmp_path.iterdir()) == [path]


def test_an_existing_file_keeps_its_permissions(tmp_path: Path) -> None:
    """Replacing does not open a file to others."""
    path = tmp_path / "plan.json"
    path.write_text("old")
    path.chmod(0o640)
    save(path, b"new")
    assert path.stat().st_mode & 0o777 == 0o640


@pytest.mark.parametrize(("private", "others"), [(True, 0), (False, 0o044)])
def test_a_new_file_is_as_open_as_asked(tmp_path: Path, private: bool, others: int) -> None:
    """Private files are the owner's alone; others follow the process."""
    path = tmp_path / "plan.json"
    save(path, b"x", private=private)
    assert path.stat().st_mode & 0o077 == others


def test_a_link_is_followed(tmp_path: Path) -> None:
    """Writing through a symbolic link changes what it points to."""
    target, link = tmp_path / "real", tmp_path / "link"
    target.write_text("old")
    link.symlink_to(target)
    save(link, b"new")
    assert link.is_symlink()
    assert target.read_bytes() == b"new"


@pytest.mark.parametrize("link", ["a", "a/b", "a/b/file"])
def test_a_link_below_is_refused(tmp_path: Path, link: str) -> None:
    """Where kbsync chose the path no step of it may be a link; above the place that is given, and without one, each may."""
    goal, place = tmp_path / "goal", tmp_path / "place"
    goal.mkdir()
    (place / link).parent.mkdir(parents=True)
    (place / link).symlink_to(goal / "new" if link.endswith("file") else goal)
    with pytest.raises(UnusableFile, match=f"{link} is a symbolic link"):
        save(place / "a/b/file", b"new", below=place)
    assert list(goal.iterdir()) == []
    (place / "a").unlink(missing_ok=True) if link == "a" else shutil.rmtree(place / "a")
    (place / "a/b").mkdir(parents=True)
    linked = tmp_path / "linked"
    linked.symlink_to(place)
    save(linked / "a/b/file", b"new", below=linked)
    assert (place / "a/b/file").read_bytes() == b"new"


def test_failure_leaves_the_old_text_and_says_why(tmp_path: Path) -> None:
    """A directory in the way is an error in words, and no half file stays."""
    path = tmp_path / "plan.json"
    path.mkdir()
    with pytest.raises(UnusableFile, match=r"plan\.json cannot be written"):
        save(path, b"new")
    assert list(tmp_path.iterdir()) == [path]


def test_what_can_be_written_is_known_before(tmp_path: Path) -> None:
    """A good path passes and is left as it was."""
    check_writable(tmp_path / "receipt.json")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["gone/receipt.json", ""])
def test_what_cannot_be_written_is_known_before(tmp_path: Path, name: str) -> None:
    """A missing directory, or a directory in the way, is told while it is not too late."""
    with pytest.raises(UnusableFile, match="cannot be written"):
        check_writable(tmp_path / name)


def test_a_pipe_is_written_to(tmp_path: Path) -> None:
    """Somebody reads from it: it stays, and gets the text."""
    path, read = tmp_path / "pipe", list[bytes]()
    os.mkfifo(path)
    reader = threading.Thread(target=lambda: read.append(path.read_bytes()))
    reader.start()
    check_writable(path)
    save(path, b"new")
    reader.join(10)
    assert (read, path.is_fifo()) == ([b"new"], True)


def test_a_device_is_written_to(tmp_path: Path) -> None:
    """Also through a link; whoever runs this, the device is there afterwards."""
    link = tmp_path / "nowhere"
    link.symlink_to(os.devnull)
    save(link, b"new")
    assert Path(os.devnull).is_char_device()
    assert (link.is_symlink(), is_replaceable(link)) == (True, False)


def test_a_stream_of_this_process_goes_on_where_it_is(tmp_path: Path) -> None:
    """A file behind ``/dev/fd/N`` is not begun anew: what stands in it stays."""
    path = tmp_path / "log"
    with path.open("wb") as stream:
        stream.write(b"before ")
        stream.flush()
        save(Path(f"/dev/fd/{stream.fileno()}"), b"new")
        stream.write(b" after")
    assert path.read_bytes() == b"before new after"


@pytest.mark.parametrize("name", ["/dev/stdout", "/dev/stderr", "/dev/fd/7", "/proc/self/fd/7", "/dev/null"])
def test_what_cannot_be_replaced_is_known(name: str) -> None:
    """It takes one thing after another, so nothing provisional is written there."""
    assert not is_replaceable(Path(name))


@pytest.mark.parametrize(("name", "number"), [("/dev/stdout", 1), ("/dev/stderr", 2)])
def test_the_streams_have_names(name: str, number: int, capfd: pytest.CaptureFixture[str]) -> None:
    """Each of the two reaches its own."""
    save(Path(name), b"new")
    assert capfd.readouterr()[number - 1] == "new"


def test_what_cannot_be_opened_is_an_error_in_words(tmp_path: Path) -> None:
    """A socket is no place for a file, a number that is not open leads nowhere."""
    path = tmp_path / "socket"
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(path))
        with pytest.raises(UnusableFile, match="socket cannot be written"):
            save(path, b"new")
    with pytest.raises(UnusableFile, match="cannot be written: Permission denied"):
        check_writable(Path("/dev/fd/987"))


def test_links_on_the_way_are_told_where_they_lie(tmp_path: Path) -> None:
    """Those that a link leads to as well, relative or not; a loop ends."""
    place = tmp_path.resolve()
    (place / "deep").mkdir()
    (place / "deep" / "first").symlink_to("../second/.")
    (place / "second").symlink_to(place / "deep")
    (place / "loop").symlink_to("loop")
    found = list(links_on(place / "deep" / "first" / ".." / "second" / "file"))
    assert found == [place / "deep" / "first", place / "second", place / "second"]
    assert set(links_on(place / "loop")) == {place / "loop"}
    assert list(links_on(place / "deep")) == []
