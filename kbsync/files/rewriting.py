"""One file with some of its questions and categories changed: which keys are written, taken away or added for that.

Where each change comes from is decided elsewhere; how text is edited belongs to ``edits``.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from kbsync.files.edits import Editor, Value, meaning
from kbsync.files.layout import CATEGORY_KEYS, QUESTION_KEYS
from kbsync.files.shapes import SLASH
from kbsync.files.spans import Document, Shape, Span, get, pairs, read_documents
from kbsync.model import AnswerType, CategoryPath, Content, Status
from kbsync.plan import Field

__all__ = ["Item", "Sheet", "path_value"]

WORDS = {AnswerType.TEXT: "text", AnswerType.RICH: "rich", Status.ENABLED: "enabled", Status.DISABLED: "disabled"}
UTF8_MARK = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Item:
    """A question as it stands in a file: its mapping, the list it is in with that list's key, and its document."""

    span: Span
    list: Span
    key: Span
    document: Document


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

    def place(self, line: int, column: int) -> int:
        """The index in the text of a line and a column, both from 1."""
        start = 0
        for _ in range(line - 1):
            start = self.editor.text.index("\n", start) + 1
        return start + column - 1
