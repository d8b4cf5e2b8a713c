"""Questions that come to the files: into the document of their category, or into a file of their own.

Which questions come is decided by whoever calls.
"""

from collections.abc import Collection, Mapping, Sequence

from kbsync.files.creating import CATEGORIES_FILE, file_name, new_file, question_flow, question_lines
from kbsync.files.sheets import Sheet, category_of, path_of
from kbsync.files.spans import Span, get, pairs
from kbsync.model import CategoryPath, Content

__all__ = ["add_questions"]


def add_questions(sheets: Mapping[str, Sheet], added: Sequence[Content], declared: Sequence[CategoryPath]) -> dict[str, bytes]:
    """Write questions where their category's questions are; the files that are new are returned by name.

    ``declared`` categories are new in the tree. Where there is one already, the new file of a category declares it; all
    others stand in a file of their own.
    """
    groups: dict[CategoryPath, list[Content]] = {}
    for content in added:
        groups.setdefault(content.category, []).append(content)
    taken = {*sheets, CATEGORIES_FILE}
    new: dict[str, bytes] = {}
    has_tree = CATEGORIES_FILE in sheets or any(_has_tree(sheet) for sheet in sheets.values())
    rest = list(declared)
    homes = _homes(sheets.values())
    grown = {}
    for path, contents in groups.items():
        if path in homes:
            sheet, root, category = homes[path]
            _extend(sheet, root, contents, category)
            grown[id(sheet)] = sheet
        else:
            heads = [path] if has_tree and path in rest else []
            rest = [other for other in rest if not heads or other != path[: len(other)]]  # a parent is named with its child
            new[file_name(path, {*taken, *new})] = new_file(contents, category=path, declared=heads)
    if rest:
        name = file_name(("categories",), {*taken, *new}) if CATEGORIES_FILE in sheets else CATEGORIES_FILE
        new[name] = new_file((), declared=rest)
    for sheet in grown.values():
        sheet.turn()
    return new


def _has_tree(sheet: Sheet) -> bool:
    return any(one.root is not None and get(one.root, "categories") is not None for one in sheet.documents)


def _homes(sheets: Collection[Sheet]) -> dict[CategoryPath | None, tuple[Sheet, Span, CategoryPath | None]]:
    """Where the questions of a category go: the last document that is for it, else the last list that has a question of it.

    There the category has to be written beside each question, and is given as well.
    """
    homes: dict[CategoryPath | None, tuple[Sheet, Span, CategoryPath | None]] = {}
    for sheet in sheets:
        items = ((item.document.root, category_of(item)) for item in sheet.items())
        homes.update((path, (sheet, root, path)) for root, path in items if root is not None)
    for sheet in sheets:
        for document in sheet.documents:
            root = document.root
            named = None if root is None or root.flow else get(root, "category")
            if root is not None and named is not None:
                homes[path_of(named)] = (sheet, root, None)
    return homes


def _extend(sheet: Sheet, root: Span, contents: Sequence[Content], category: CategoryPath | None) -> None:
    editor = sheet.editor
    found = next(((key, value) for key, value in pairs(root) if key.value == "questions"), None)
    if found is None or not found[1].children:
        lines = [f"  {line}" if line else "" for content in contents for line in question_lines(content, category=category)]
        if found is None:
            editor.extend(root, ["questions:", *lines])
        else:
            editor.fill(*found, lines)
    elif found[1].flow:
        for content in contents:
            editor.add_flow_item(found[1], question_flow(content, category=category))
    else:
        gap, apart = editor.dash_gap(found[1]), editor.is_apart(found[1])
        for content in contents:
            editor.add_item(found[1], question_lines(content, category=category, gap=gap), apart=apart)
