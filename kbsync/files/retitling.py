"""Categories with other titles, wherever a file names them, and categories that leave the tree.

Which ones belongs to whoever gives the order.
"""

from collections.abc import Collection, Mapping

from kbsync.files.edits import Editor
from kbsync.files.rewriting import forget
from kbsync.files.sheets import Sheet, path_of, path_value
from kbsync.files.spans import Span, get, pairs
from kbsync.files.values import meaning
from kbsync.model import CategoryPath, path_after

__all__ = ["rename_categories"]


def rename_categories(sheet: Sheet, renamed: Mapping[CategoryPath, CategoryPath], dropped: Collection[CategoryPath]) -> None:
    """Give categories other titles wherever a file names them, and take dropped ones out of the tree."""
    roots = [document.root for document in sheet.documents if document.root is not None]
    for root in roots:
        if get(root, "categories") is not None:
            _prune(sheet.editor, root, "categories", (), (renamed, dropped))
    for holder in (*roots, *(item.span for item in sheet.items())):
        span = get(holder, "category")
        path = () if span is None else path_of(span)
        if span is not None and path_after(path, renamed) != path:
            sheet.editor.replace(span, path_value(path_after(path, renamed)))
    sheet.turn()


def _prune(
    editor: Editor,
    span: Span,
    name: str,
    above: CategoryPath,
    orders: tuple[Mapping[CategoryPath, CategoryPath], Collection[CategoryPath]],
) -> None:
    renamed, dropped = orders
    key, tree = next((key, value) for key, value in pairs(span) if key.value == name)
    going = []
    for item in tree.children:
        title = get(item, "title")
        path = (*above, "" if title is None else meaning(title))
        if path in dropped:
            going.append(item)
            continue
        if title is not None and path in renamed and renamed[path][-1] != path[-1]:
            editor.replace(title, renamed[path][-1])
            forget(editor, item, renamed[path][-1])
        if get(item, "children") is not None:
            _prune(editor, item, "children", path, orders)
    if going and above and len(going) == len(tree.children):
        editor.remove_pair(span, name)
    elif going:
        editor.remove_items(key, tree, going)
