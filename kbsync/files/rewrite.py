"""One knowledge file with its questions and categories changed: which keys are written, added or taken away for that."""

import posixpath
from collections.abc import Collection, Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from kbsync.files.cst import CstNode, Shape, find, get, read_documents, walk
from kbsync.files.edit import Editor
from kbsync.files.emit import (
    CATEGORIES_FILE,
    FIELDS,
    field_value,
    file_name,
    new_file,
    path_value,
    question_flow,
    question_lines,
)
from kbsync.files.schema import DOCUMENT, QUESTION, SLASH
from kbsync.files.source import UTF8_MARK
from kbsync.model import CategoryPath, Content, path_after
from kbsync.plan import Edit, Field

_CROWD = 12
"""More files than this are too many for one directory: each first-level category gets a folder."""


@dataclass(frozen=True, slots=True)
class QuestionNode:
    """A question in a file: its mapping, the list that holds it with that list's key, and its document."""

    node: CstNode
    list: CstNode
    key: CstNode
    document: CstNode

    @property
    def text(self) -> str:
        """The question itself."""
        return _required(self.node, "question").text

    @property
    def category(self) -> CategoryPath | None:
        """Its own category, or the document's."""
        found = get(self.node, "category") or get(self.document, "category")
        return None if found is None else _path(found)

    @property
    def answer_file(self) -> str | None:
        """The path of the file that holds its answer, relative to the file that names it."""
        found = get(self.node, "answer")
        name = get(found.meant, "file") if found is not None and found.meant.shape is Shape.MAP else None
        return None if name is None else name.text


class EditedFile:
    """One file while it is rewritten. Each pass collects edits; ``apply`` carries them out and reads the file again.

    It keeps the byte order mark that it has.
    """

    def __init__(self, data: bytes) -> None:
        self._mark = UTF8_MARK if data.startswith(UTF8_MARK) else b""
        self._read(data.removeprefix(UTF8_MARK).decode())

    def _read(self, text: str) -> None:
        documents = read_documents(text)
        self.roots = [one.root for one in documents if one.root is not None]
        self.editor = Editor(text, documents)

    @property
    def data(self) -> bytes:
        """The file as it was read last."""
        return self._mark + self.editor.text.encode()

    def apply(self) -> None:
        """Carry out the edits so far."""
        self._read(self.editor.result())

    def questions(self) -> Iterator[QuestionNode]:
        """The questions of the file in order."""
        for root in self.roots:
            found = find(root, "questions")
            if found is not None:
                yield from (QuestionNode(item, found[1], found[0], root) for item in found[1].children)


def change_questions(
    file: EditedFile,
    edits: Mapping[str, Edit],
    removed: Mapping[str, Sequence[str]],
    homes: Container[CategoryPath | None] = (),
) -> None:
    """Change questions and remove others; both are named by their present text in the file.

    A removed one has the texts to be added to ``removed`` of its document. No document turns to a category that has one of its
    ``homes`` already.
    """
    _move_documents(file, edits, homes)
    going: dict[int, tuple[QuestionNode, list[CstNode]]] = {}
    lines: dict[int, list[str]] = {}
    for question in file.questions():
        edit = edits.get(question.text)
        if question.text in removed:
            lines.setdefault(file.roots.index(question.document), []).extend(removed[question.text])
            going.setdefault(id(question.list), (question, []))[1].append(question.node)
        elif edit is not None:
            _change(file.editor, question, edit)
    for first, nodes in going.values():
        file.editor.remove_items(first.key, first.list, nodes)
    file.apply()
    renamed = {edit.content.question: edit for edit in edits.values() if Field.QUESTION in edit.fields}
    for question in file.questions():
        edit = renamed.get(question.text) or edits.get(question.text)
        if edit is not None:
            _complete(file.editor, question, edit)
            _extend(file.editor, question.node, "previously", edit.earlier, order=QUESTION.names)
    for number, texts in lines.items():
        _extend(file.editor, file.roots[number], "removed", texts, order=DOCUMENT.names)
    file.apply()


def restore(file: EditedFile, texts: Collection[str]) -> None:
    """Take texts out of ``removed``."""
    for root in file.roots:
        _forget(file.editor, root, "removed", texts)
    file.apply()


def change_categories(file: EditedFile, renamed: Mapping[CategoryPath, CategoryPath], dropped: Collection[CategoryPath]) -> None:
    """Give categories other titles wherever a file names them, and take dropped ones out of the tree."""
    for root in file.roots:
        _change_tree(file.editor, root, "categories", above=(), renamed=renamed, dropped=dropped)
    for holder in (*file.roots, *(question.node for question in file.questions())):
        found = get(holder, "category")
        path = () if found is None else _path(found)
        if found is not None and path_after(path, renamed) != path:
            file.editor.replace(found, path_value(path_after(path, renamed)))
    file.apply()


def add_questions(
    files: Mapping[str, EditedFile], added: Sequence[Content], declared: Sequence[CategoryPath]
) -> dict[str, bytes]:
    """Add questions where their category's questions are; returns the new files by name.

    ``declared`` categories are new in the tree. If the files have a tree already, the new file of a category declares it; all
    others are declared in one file.
    """
    groups: dict[CategoryPath, list[Content]] = {}
    for content in added:
        groups.setdefault(content.category, []).append(content)
    taken = {*files, CATEGORIES_FILE}
    new: dict[str, bytes] = {}
    has_tree = CATEGORIES_FILE in files or any(get(root, "categories") for file in files.values() for root in file.roots)
    rest = list(declared)
    homes = homes_of(files)
    grown: dict[str, EditedFile] = {}
    crowd = sum(path not in homes for path in groups) > _CROWD
    for path, contents in groups.items():
        if path in homes:
            name, number, category = homes[path]
            _add_to(files[name].editor, files[name].roots[number], contents, category)
            grown[name] = files[name]
        else:
            heads = [path] if has_tree and path in rest else []
            rest = [other for other in rest if not heads or other != path[: len(other)]]  # a parent is named with its child
            name = file_name(path, {*taken, *new}, folders=crowd)
            new[name] = new_file(contents, category=path, declared=heads, up="../" * name.count("/"))
    if rest:
        name = file_name(("categories",), {*taken, *new}) if CATEGORIES_FILE in files else CATEGORIES_FILE
        new[name] = new_file((), declared=rest)
    for file in grown.values():
        file.apply()
    return new


def _move_documents(file: EditedFile, edits: Mapping[str, Edit], homes: Container[CategoryPath | None]) -> None:
    """Change a document's default category if every question that relies on it moves to the same one."""
    goals: dict[int, set[CategoryPath | None]] = {}
    for question in file.questions():
        if get(question.node, "category") is None:
            edit = edits.get(question.text)
            goal = edit.content.category if edit is not None and Field.CATEGORY in edit.fields else None
            goals.setdefault(id(question.document), set()).add(goal)
    for root in file.roots:
        agreed = goals.get(id(root), set())
        old = get(root, "category")
        if old is not None and len(agreed) == 1 and (path := next(iter(agreed))) is not None and path not in homes:
            file.editor.replace(old, path_value(path))


def _change(editor: Editor, question: QuestionNode, edit: Edit) -> None:
    """Write the fields that have a key already."""
    for field in edit.fields:
        found = find(question.node, field.value)
        if found is None:
            continue
        if field is Field.SIMILAR:
            _change_list(editor, question.node, *found, edit.content.similar)
        else:
            editor.replace(found[1], field_value(edit.content, field), long=field is Field.ANSWER)
    if Field.QUESTION in edit.fields:
        _forget(editor, question.node, "previously", {edit.content.question})


def _forget(editor: Editor, node: CstNode, name: str, present: Collection[str]) -> None:
    """Take texts out of a list of former ones, because they are present ones again."""
    found = find(node, name)
    if found is not None:
        meant = found[1].meant
        texts = tuple(one.text for one in (meant.children if meant.shape is Shape.LIST else [meant]))
        rest = tuple(text for text in texts if text not in present)
        if rest != texts:
            _change_list(editor, node, *found, rest)


def _complete(editor: Editor, question: QuestionNode, edit: Edit) -> None:
    """Write the fields that have no key yet, and the items that lists still lack."""
    for field in FIELDS:
        if field not in edit.fields:
            continue
        old, value = get(question.node, field.value), field_value(edit.content, field)
        if old is not None:
            if field is Field.SIMILAR and old.shape is Shape.LIST:
                held = {item.text for item in old.children}
                for text in edit.content.similar:
                    if text not in held:
                        editor.add_text(old, text)
        elif value and (field is not Field.CATEGORY or question.category != edit.content.category):
            editor.add_pair(question.node, field.value, value, order=QUESTION.names)


def _extend(editor: Editor, node: CstNode, name: str, texts: Sequence[str], *, order: Sequence[str]) -> None:
    """Give a list of texts further ones, which it does not have yet."""
    old = get(node, name)
    if old is None:
        if texts:
            editor.add_pair(node, name, tuple(texts), order=order)
    elif old.shape is Shape.LIST:
        for text in texts:
            editor.add_text(old, text)
    elif texts:
        held = old.meant.children if old.meant.shape is Shape.LIST else [old.meant]
        editor.replace(old, (*(one.text for one in held), *texts))


def _change_list(editor: Editor, node: CstNode, key: CstNode, old: CstNode, texts: tuple[str, ...]) -> None:
    """Make a list hold other texts: new ones take the places of those that leave; further new ones are added by ``_complete``."""
    if not texts:
        editor.remove_pair(node, key.value)
        return
    if old.shape is not Shape.LIST:
        editor.replace(old, texts)
        return
    held = {item.text for item in old.children}
    coming = iter([text for text in texts if text not in held])
    going = []
    for item in old.children:
        if item.text not in texts:
            text = next(coming, None)
            if text is None:
                going.append(item)
            else:
                editor.replace(item, text)
    if going:
        editor.remove_items(key, old, going)


def _change_tree(
    editor: Editor,
    node: CstNode,
    name: str,
    *,
    above: CategoryPath,
    renamed: Mapping[CategoryPath, CategoryPath],
    dropped: Collection[CategoryPath],
) -> None:
    """The same for a list of categories and those below them."""
    found = find(node, name)
    if found is None:
        return
    key, tree = found
    going = []
    for item in tree.children:
        title = get(item, "title")  # None where the item is an alias
        path = (*above, "" if title is None else title.text)
        if path in dropped:
            going.append(item)
            continue
        new = renamed.get(path, path)[-1]
        if title is not None and new != title.text:
            editor.replace(title, new)
            _forget(editor, item, "previously", {new})
        _change_tree(editor, item, "children", above=path, renamed=renamed, dropped=dropped)
    if going and above and len(going) == len(tree.children):
        editor.remove_pair(node, name)
    elif going:
        editor.remove_items(key, tree, going)


def homes_of(
    files: Mapping[str, EditedFile], *, leaving: Mapping[str, Collection[str]] = MappingProxyType({})
) -> dict[CategoryPath | None, tuple[str, int, CategoryPath | None]]:
    """Where new questions of a category are added: the last document with it as default, else the last with a question of it.

    In the latter case each question needs the key ``category``, and the path is returned as well. Questions that are ``leaving``
    do not count.
    """
    lists: dict[CategoryPath | None, tuple[str, int, CategoryPath | None]] = {}
    documents: dict[CategoryPath | None, tuple[str, int, CategoryPath | None]] = {}
    for name, file in files.items():
        numbers = {id(root): number for number, root in enumerate(file.roots)}
        for one in file.questions():
            if one.text not in leaving.get(name, ()):
                lists[one.category] = (name, numbers[id(one.document)], one.category)
        for number, root in enumerate(file.roots):
            named = None if root.flow else get(root, "category")
            if named is not None:
                documents[_path(named)] = (name, number, None)
    return lists | documents


def relocate(files: Mapping[str, EditedFile], moved: Mapping[str, Collection[str]]) -> None:
    """Take questions to where their new category's questions are, with their comments; what is shared or on one line stays."""
    homes = homes_of(files, leaving=moved)
    goals: dict[tuple[str, str], tuple[str, int]] = {}
    for name, texts in moved.items():
        for question in files[name].questions():
            home = homes.get(question.category) if question.text in texts else None
            if home is not None and _can_go(files, name, question, home):
                goals[name, question.text] = home[:2]
                if home[2] is None:
                    files[name].editor.remove_pair(question.node, "category")
        files[name].apply()
    arriving: dict[tuple[str, int], list[list[str]]] = {}
    for name in moved:
        file = files[name]
        leaving: dict[int, tuple[QuestionNode, list[CstNode]]] = {}
        for question in file.questions():
            if goal := goals.get((name, question.text)):
                arriving.setdefault(goal, []).append(file.editor.item_lines(question.list, question.node))
                leaving.setdefault(id(question.list), (question, []))[1].append(question.node)
        for first, nodes in leaving.values():
            file.editor.remove_items(first.key, first.list, nodes)
        file.apply()
    for (name, number), entries in arriving.items():
        editor, root = files[name].editor, files[name].roots[number]
        _add_lines(editor, root, entries)
        files[name].apply()


def _can_go(
    files: Mapping[str, EditedFile], name: str, question: QuestionNode, home: tuple[str, int, CategoryPath | None]
) -> bool:
    """Whether an entry can be moved to another document: it shares no anchors, and its paths can be resolved from there."""
    root = files[home[0]].roots[home[1]]
    found = find(root, "questions")
    stays = (
        root is question.document
        or question.list.flow
        or get(question.node, "category") is None
        or (found is not None and found[1].flow and bool(found[1].children))
        or (question.answer_file is not None and posixpath.dirname(home[0]) != posixpath.dirname(name))
    )
    return not stays and not any(node.anchor or node.target for node in walk(question.node))


def _add_lines(editor: Editor, root: CstNode, entries: Sequence[Sequence[str]]) -> None:
    """Put entries, each from its dash on, at the end of a document's questions."""
    found = find(root, "questions")
    if found is not None and found[1].children:
        apart = editor.is_apart(found[1])
        for lines in entries:
            editor.add_item(found[1], lines, apart=apart)
        return
    lines = [f"  {line}" if line else "" for entry in entries for line in entry]
    if found is None:
        editor.extend(root, ["questions:", *lines])
    else:
        editor.fill(*found, lines)


def _add_to(editor: Editor, root: CstNode, contents: Sequence[Content], category: CategoryPath | None) -> None:
    found = find(root, "questions")
    if found is not None and found[1].flow and found[1].children:
        for content in contents:
            editor.add_flow_item(found[1], question_flow(content, category=category))
        return
    gap = editor.dash_gap(found[1]) if found is not None and found[1].children else 2
    _add_lines(editor, root, [question_lines(content, category=category, gap=gap) for content in contents])


def _path(node: CstNode) -> CategoryPath:
    """The category that a value names."""
    if node.meant.shape is Shape.LIST:
        return tuple(title.text for title in node.meant.children)
    return tuple(SLASH.split(node.text))


def _required(node: CstNode, name: str) -> CstNode:
    found = get(node, name)
    assert found is not None  # noqa: S101  (only files without faults are rewritten)
    return found
