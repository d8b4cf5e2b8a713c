"""``fmt`` over a whole directory: every file in the canonical layout, and proof that none of them means anything else.

How a file is laid out belongs to ``layout``; writing it belongs to the caller.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace

from kbsync.diagnostics import has_errors
from kbsync.errors import UnusableFile
from kbsync.files.layout import lay_out
from kbsync.files.loading import SETTINGS_FILE, load_tree
from kbsync.files.overlay import Layered
from kbsync.files.remarks import all_comments
from kbsync.files.sheets import UTF8_MARK
from kbsync.files.spans import read_documents
from kbsync.messages import message
from kbsync.model import Category, Question

__all__ = ["check_meaning", "format_files"]


def format_files(files: Mapping[str, bytes], *, shown_as: str) -> dict[str, bytes]:
    """The new content of every YAML file that is not in the canonical layout. All files must be free of faults.

    Raises UnusableFile rather than lose a comment or change a meaning.
    """
    changed = {}
    for name in files:
        new = lay_out(files[name].removeprefix(UTF8_MARK).decode()).encode()
        if new != files[name]:
            changed[name] = new
    check_meaning(files, Layered(files, changed), shown_as=shown_as)
    return changed


def check_meaning(before: Mapping[str, bytes], after: Mapping[str, bytes], *, shown_as: str) -> None:
    """Make sure that every file says what it said, in values and in comments, and that the same is to be said of it.

    Raises UnusableFile.
    """
    old, new = _said(before, shown_as), _said(after, shown_as)
    for path in sorted({*old, *new}):
        if old.get(path) != new.get(path):
            raise UnusableFile(
                message("the canonical layout would change what {path} says; nothing was written", path=path),
                hint=message("this is a fault of kbsync: report it with the file, and take the file's unusual YAML out"),
            )


def _said(files: Mapping[str, bytes], shown_as: str) -> dict[str, list[object]]:
    """What each file says, by the path it is shown as."""
    loaded = load_tree(files, shown_as=shown_as)
    said: dict[str, list[object]] = {f"{shown_as}/{SETTINGS_FILE}": [loaded.settings, has_errors(loaded.diagnostics)]}
    for category in loaded.knowledge.categories:
        said.setdefault(_path(category), []).append(replace(category, location=None))
    for question in loaded.knowledge.questions:
        said.setdefault(_path(question), []).append(replace(question, location=None))
    found = Counter((finding.location.path, finding.rule.name) for finding in loaded.diagnostics)
    for (path, rule), times in sorted(found.items()):
        said.setdefault(path, []).append((rule, times))
    for name in files:
        text = files[name].removeprefix(UTF8_MARK).decode("utf-8", "replace")
        comments = all_comments(text, read_documents(text))
        said.setdefault(f"{shown_as}/{name}", []).append(Counter(comment.text for comment in comments))
    return said


def _path(one: Category | Question) -> str:
    return "" if one.location is None else one.location.path
