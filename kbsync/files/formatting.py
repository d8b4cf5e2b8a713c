"""``fmt`` over a whole directory: every file in the canonical layout, and proof that none of them means anything else.

How a file is laid out belongs to ``layout``; writing it belongs to the caller.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace

from kbsync.errors import UnusableFile
from kbsync.files.layout import lay_out
from kbsync.files.loading import Loaded, load_tree
from kbsync.files.page import UTF8_MARK
from kbsync.files.remarks import all_comments
from kbsync.files.spans import read_documents
from kbsync.messages import message
from kbsync.model import Knowledge

__all__ = ["check_meaning", "format_files"]


def format_files(files: Mapping[str, bytes], *, shown_as: str) -> dict[str, bytes]:
    """The new content of every YAML file that is not in the canonical layout. All files must be free of faults.

    Raises UnusableFile rather than lose a comment or change a meaning.
    """
    changed = {}
    for name in files:
        data = files[name]
        text = data.removeprefix(UTF8_MARK).decode()
        new = lay_out(text)
        if Counter(_comments(text)) != Counter(_comments(new)):
            raise _unsafe(f"{shown_as}/{name}")
        if new.encode() != data:
            changed[name] = new.encode()
    return changed


def check_meaning(before: Mapping[str, bytes], changed: Mapping[str, bytes], *, shown_as: str) -> None:
    """Make sure that a directory says after a change what it said before. Raises UnusableFile."""
    old = load_tree(before, shown_as=shown_as)
    for name, data in changed.items():
        pass
