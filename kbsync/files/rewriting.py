"""One file with some of its questions changed: which keys are written, taken away or added for that.

Where each change comes from is decided elsewhere; how text is edited belongs to ``edits``.
"""

from collections.abc import Collection, Mapping
from typing import assert_never

from kbsync.files.edits import Editor
from kbsync.files.layout import QUESTION_KEYS
from kbsync.files.merge import Edit
from kbsync.files.sheets import Item, Sheet, category_of, path_value
from kbsync.files.spans import Shape, Span, get, pairs
from kbsync.files.values import Value, meaning
from kbsync.model import CategoryPath, Content
from kbsync.plan import Field

__all__ = ["forget", "rewrite"]


def rewrite(sheet: Sheet, edits: Mapping[str, Edit], removed: Collection[str]) -> None:
    """Change questions, named by the texts that they have in the file now, and take some away."""
    _move_documents(sheet, edits)
    going: dict[int, tuple[Item, list[Span]]] = {}
    for item in sheet.items():
        edit = edits.get(item.text)
        if item.text in removed:
            going.setdefault(id(item.list), (item, []))[1].append(item.span)
        elif edit is not None:
            _change(sheet.editor, item, edit)
    for first, spans in going.values():
        sheet.editor.remove_items(first.key, first.list, spans)
    sheet.turn()
    renamed = {edit.content.question: edit for edit in edits.values() if Field.QUESTION in edit.fields}
    for item in sheet.items():
        edit = renamed.get(item.text) or edits.get(item.text)
        if edit is not None:
            _complete(sheet.editor, item, edit)
    sheet.turn()


def _change(editor: Editor, item: Item, edit: Edit) -> None:
    """Write the fields that have a key already."""
    for field in edit.fields:
        old = get(item.span, field.value)
        if old is None:
            continue
        if field is Field.SIMILAR:
            _change_list(editor, item.span, field.value, edit.content.similar)
        else:
            editor.replace(old, _value(edit.content, field), long=field is Field.ANSWER)
    if Field.QUESTION in edit.fields:
        forget(editor, item.span, edit.content.question)


def forget(editor: Editor, span: Span, title: str) -> None:
    """Take a text out of ``previously``, because it is the present one again."""
    old = get(span, "previously")
    if old is None:
        return
    texts = tuple(meaning(one) for one in (old.meant.children if old.meant.shape is Shape.LIST else [old]))
    if title in texts:
        _change_list(editor, span, "previously", tuple(text for text in texts if text != title))


def _complete(editor: Editor, item: Item, edit: Edit) -> None:
    """Write the fields that have no key yet, and the items that lists still lack."""
    for key in QUESTION_KEYS:
        field = next((field for field in edit.fields if field.value == key), None)
        if field is None:
            continue
        old = get(item.span, key)
        if old is not None:
            if field is Field.SIMILAR and old.shape is Shape.LIST:
                _lengthen(editor, old, edit.content.similar)
        elif field is not Field.CATEGORY or category_of(item) != edit.content.category:
            value = _value(edit.content, field)
            if value:
                editor.add_pair(item.span, key, value, order=QUESTION_KEYS)


def _change_list(editor: Editor, span: Span, key: str, texts: tuple[str, ...]) -> None:
    """Make a list hold other texts: one that leaves gives its place to one that comes; more that come are for later."""
    old = get(span, key)
    name = next(found for found, _ in pairs(span) if found.value == key)
    assert old is not None  # noqa: S101  (the caller found it)
    if not texts:
        editor.remove_pair(span, key)
    elif old.shape is not Shape.LIST:
        editor.replace(old, texts)
    else:
        held = {meaning(item) for item in old.children}
        coming = iter([text for text in texts if text not in held])
        going = []
        for item in old.children:
            if meaning(item) not in texts:
                text = next(coming, None)
                if text is None:
                    going.append(item)
                else:
                    editor.replace(item, text)
        if going:
            editor.remove_items(name, old, going)


def _lengthen(editor: Editor, span: Span, texts: tuple[str, ...]) -> None:
    held = {meaning(item) for item in span.children}
    for text in texts:
        if text not in held:
            editor.add_text(span, text)


def _value(content: Content, field: Field) -> Value:
    match field:
        case Field.QUESTION:
            return content.question
        case Field.ANSWER:
            return content.answer
        case Field.CATEGORY:
            return path_value(content.category)
        case Field.ANSWER_TYPE:
            return content.answer_type.word
        case Field.STATUS:
            return content.status.word
        case Field.SIMILAR:
            return content.similar
        case _:
            assert_never(field)


def _move_documents(sheet: Sheet, edits: Mapping[str, Edit]) -> None:
    """Give a document another category where every question that goes by it moves to the same one."""
    goals: dict[int, set[CategoryPath | None]] = {}
    for item in sheet.items():
        if get(item.span, "category") is None:
            edit = edits.get(item.text)
            goal = edit.content.category if edit is not None and Field.CATEGORY in edit.fields else None
            goals.setdefault(id(item.document.root), set()).add(goal)
    for document in sheet.documents:
        agreed = goals.get(id(document.root), set())
        old = None if document.root is None else get(document.root, "category")
        if old is not None and len(agreed) == 1 and (path := next(iter(agreed))) is not None:
            sheet.editor.replace(old, path_value(path))
