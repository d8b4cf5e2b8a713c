"""A file while it is rewritten, and what stands in it: questions with their place, their category, their answer's file.

What is changed in it belongs to ``rewriting``, ``retitling`` and ``additions``.
"""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

from kbsync.files.edits import Editor
from kbsync.files.page import LINE_END
from kbsync.files.shapes import SLASH
from kbsync.files.spans import Document, Shape, Span, get, pairs, read_documents
from kbsync.files.values import Value, meaning
from kbsync.model import CategoryPath, show_path

__all__ = ["UTF8_MARK", "Item", "Sheet", "answer_file", "category_of", "path_of", "path_value"]

UTF8_MARK = b"\xef\xbb\xbf"
"""The byte order mark that some editors begin a file with; a file that has one keeps it."""


@dataclass(frozen=True, slots=True)
class Item:
    """A question as it stands in a file: its mapping, the list it is in with that list's key, and its document."""

    span: Span
    list: Span
    key: Span
    document: Document

    @property
    def text(self) -> str:
        """The question itself."""
        found = get(self.span, "question")
        assert found is not None  # noqa: S101  (only files without faults are rewritten)
        return meaning(found)


class Sheet:
    """One file while it is rewritten. Each pass collects edits; ``turn`` applies them and reads the file again."""

    def __init__(self, data: bytes) -> None:
        self._mark = UTF8_MARK if data.startswith(UTF8_MARK) else b""
        self._read(data.removeprefix(UTF8_MARK).decode())

    def _read(self, text: str) -> None:
        self.documents = read_documents(text)
        self.editor = Editor(text, self.documents)

    @property
    def data(self) -> bytes:
        """The file as it is after the last turn."""
        return self._mark + self.editor.text.encode()

    def turn(self) -> None:
        """Apply the edits so far."""
        self._read(self.editor.result())

    def items(self) -> Iterator[Item]:
        """The questions of the file in order."""
        for document in self.documents:
            for key, value in pairs(document.root) if document.root else ():
                if key.value == "questions":
                    yield from (Item(item, value, key, document) for item in value.children)

    def texts(self) -> dict[tuple[int, int], str]:
        """Each question by the line and the column, both from 1, in which its text begins."""
        starts = [0, *(found.end() for found in LINE_END.finditer(self.editor.text))]
        found = {}
        for item in self.items():
            place = (get(item.span, "question") or item.span).meant.start
            line = bisect_right(starts, place)
            found[line, place - starts[line - 1] + 1] = item.text
        return found


def category_of(item: Item) -> CategoryPath | None:
    """The category of a question: its own, or the document's."""
    root = item.document.root
    span = get(item.span, "category") or (None if root is None else get(root, "category"))
    return None if span is None else path_of(span)


def answer_file(item: Item) -> str | None:
    """The path of the file that holds a question's answer, relative to the file that names it."""
    found = get(item.span, "answer")
    if found is None or found.meant.shape is not Shape.MAP:
        return None
    name = get(found.meant, "file")
    return None if name is None else meaning(name)


def path_value(path: CategoryPath) -> Value:
    """A category as it is written in a file: as a list where a title would be mistaken for two."""
    text = show_path(path)
    plain = tuple(SLASH.split(text)) == path and not text.startswith("/ ") and not text.endswith(" /")
    return text if plain else path


def path_of(span: Span) -> CategoryPath:
    """The category that a value names."""
    if span.meant.shape is Shape.LIST:
        return tuple(meaning(title) for title in span.meant.children)
    return tuple(SLASH.split(meaning(span)))
