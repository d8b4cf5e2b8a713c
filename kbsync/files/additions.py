"""Questions that come to the files: into the document of their category, or into a file of their own.

Which questions come is decided by whoever calls.
"""

from collections.abc import Mapping, Sequence

from kbsync.files.creating import CATEGORIES_FILE, file_name, new_file, question_flow, question_lines
from kbsync.files.sheets import Item, Sheet, category_of, path_of
from kbsync.files.spans import Document, get, pairs
from kbsync.model import CategoryPath, Content

__all__ = ["add_questions"]


def add_questions(
    sheets: Mapping[str, Sheet], added: Sequence[Content], declared: Sequence[CategoryPath]
) -> dict[str, bytes]:
    """Write questions where their category's questions are; the files that are new are returned by name.

    ``declared`` categories that are new in the tree get a file of their own where no question brings one.
    """
    groups: dict[CategoryPath, list[Content]] = {}
    for content in added:
        groups.setdefault(content.category, []).append(content)
    taken = {*sheets, CATEGORIES_FILE}
    new: dict[str, bytes] = {}
    if declared:
        name = CATEGORIES_FILE if CATEGORIES_FILE not in sheets else file_name(("categories",), taken)
        new[name] = new_file((), declared=declared)
    for path, contents in groups.items():
        if not _append(sheets, path, contents):
            name = file_name(path, {*taken, *new})
            new[name] = new_file(contents, category=path)
    return new


def _append(sheets: Mapping[str, Sheet], path: CategoryPath, contents: Sequence[Content]) -> bool:
    """Add to the last document that is for this category, else to the one whose list already has a question of it."""
    for sheet in reversed(sheets.values()):
        for document in reversed(sheet.documents):
            if _is_for(document, path):
                _extend(sheet, document, contents, None)
                return True
    for sheet in reversed(sheets.values()):
        homes = [item for item in sheet.items() if category_of(item) == path]
        if homes:
            _extend_list(sheet, homes[-1].key, homes[-1], contents, path)
            return True
    return False


def _is_for(document: Document, path: CategoryPath) -> bool:
    root = document.root
    span = None if root is None or root.flow else get(root, "category")
    return span is not None and path_of(span) == path
