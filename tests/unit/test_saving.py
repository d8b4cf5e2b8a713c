"""Files are written whole or not at all."""

from pathlib import Path

import pytest

from kbsync.errors import UnusableFile
from kbsync.saving import check_writable, save


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
