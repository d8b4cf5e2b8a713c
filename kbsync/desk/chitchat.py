"""The chitchat library through the store's ports: category tree, a reader that cannot write, a writer with one call a method."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from kbsync.commands import Command
from kbsync.desk.client import Transport
from kbsync.desk.listing import QuestionLister
from kbsync.desk.wire import CategoryRow, Fields, QuestionRow, category_row
from kbsync.errors import ServiceError, UnknownCommand
from kbsync.model import AnswerType, Category, CategoryPath, Content, Knowledge, Question, Status

__all__ = ["DeskReader", "DeskWriter", "Tree", "read_tree"]


DELETED = 6
"""Status that deletes in batch_set_chitchat (cloud.tencent.com/document/product/679/117570)."""


class DeskReader:
    """Reads the live library whole; what is saved in the console and not published is not in it.

    ``on_rows`` hears the number of questions on every page that came.
    """

    def __init__(self, transport: Transport, *, page_size: int = 100, on_rows: Callable[[int], object] | None = None) -> None:
        self._transport = transport
        self._lister = QuestionLister(transport, page_size=page_size, on_rows=on_rows)

    def read(self) -> Knowledge:
        """Every category and every question. Raises ServiceError when a page fails: a failed page is never a shorter list."""
        tree = read_tree(self._transport)
        listing = self._lister.read()
        if any(row.category not in tree.rows for row in listing.rows):
            tree = read_tree(self._transport)
        return Knowledge(
            categories=tree.categories(),
            questions=tuple(_question(row, tree.path(row.category)) for row in listing.rows),
            complete=tree.complete and listing.complete,
        )


class DeskWriter:
    """Writes to the live library: every call takes effect for customers at once. Safe to share by threads."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self._similar = Command.UPDATE_SIMILAR

    def add_category(self, title: str, *, parent: int | None) -> int:
        """Create a category and return its CategoryId, looked up by title where the answer tells none."""
        body: dict[str, object] = {"Title": title} | ({} if parent is None else {"ParentId": parent})
        fields = Fields(Command.ADD_CATEGORY, self._transport.call(Command.ADD_CATEGORY, body, repeat=False))
        made = fields.integer("CategoryId", 0)
        if made:
            return made
        try:
            found = read_tree(self._transport).find(title, parent=parent or 0)
        except ServiceError:  # whatever it says of the look-up, the category has been created
            found = ()
        if len(found) != 1:
            raise fields.broken("CategoryId", None)
        return found[0]

    def rename_category(self, category: int, title: str) -> None:
        """Give a category another title."""
        self._transport.call(Command.UPDATE_CATEGORY, {"CategoryId": category, "Title": title}, repeat=True)

    def delete_category(self, category: int, *, still: Callable[[], bool] | None = None) -> None:
        """Delete a category and, as the service does it, every question in it. Not repeated: a second try may be refused.

        ``still`` is asked whenever the call could leave, because it may wait; where it says no, Outdated is raised.
        """
        self._transport.call(Command.DEL_CATEGORY, {"CategoryId": category}, repeat=False, still=still)

    def add_question(self, *, question: str, answer: str, answer_type: AnswerType, category: int, similar: Sequence[str]) -> None:
        """Create a question. Not repeated: the service may take a second one of the same text."""
        body = {
            "CategoryId": category,
            "Question": question,
            "Answer": answer,
            "AnswerType": int(answer_type),
            "SimilarQuestions": list(similar),
        }
        self._transport.call(Command.ADD, body, repeat=False)

    def update_question(
        self,
        identifier: str,
        *,
        question: str | None = None,
        answer: str | None = None,
        answer_type: AnswerType | None = None,
        category: int | None = None,
    ) -> None:
        """Change the given fields in one call; what is None is not sent, and nothing is sent when all are None."""
        given = {
            "Question": question,
            "Answer": answer,
            "AnswerType": None if answer_type is None else int(answer_type),
            "CategoryId": category,
        }
        changed = {name: value for name, value in given.items() if value is not None}
        if changed:
            self._transport.call(Command.UPDATE, {"StandardQuestionId": identifier, **changed}, repeat=True)

    def set_similar(self, identifier: str, similar: Sequence[str]) -> None:
        """Replace the similar questions; an empty sequence clears them.

        The vendor's pages disagree on the command's name: the newer one is tried first, and what the service knows is kept
        for the rest of the process.
        """
        body = {"StandardQuestionId": identifier, "SimilarQuestions": list(similar)}
        command = self._similar
        try:
            self._transport.call(command, body, repeat=True)
        except UnknownCommand:
            if command is Command.UPDATE_SIMILAR_OLD:
                raise
        else:
            return
        self._transport.call(Command.UPDATE_SIMILAR_OLD, body, repeat=True)
        self._similar = Command.UPDATE_SIMILAR_OLD

    def set_status(self, identifiers: Sequence[str], status: Status) -> None:
        """Enable or disable a batch of questions."""
        self._batch(identifiers, int(status), repeat=True)

    def delete_questions(self, identifiers: Sequence[str]) -> None:
        """Delete a batch of questions. Not repeated: a second try may be refused because they are gone."""
        self._batch(identifiers, DELETED, repeat=False)

    def _batch(self, identifiers: Sequence[str], status: int, *, repeat: bool) -> None:
        if identifiers:
            body = {"StandardQuestionIds": list(identifiers), "Status": status}
            self._transport.call(Command.BATCH_SET, body, repeat=repeat)


@dataclass(frozen=True, slots=True)
class Tree:
    """Every category by its id, in the order of the answer; ``complete`` is False when the service counts more than it lists."""

    rows: Mapping[int, CategoryRow]
    complete: bool

    def path(self, category: int) -> CategoryPath:
        """The titles from the first level down. What has no title, or is not in the tree, is called ``#id``.

        A parent that is missing, or a circle of parents, ends the path in the same way, so every id has one.
        """
        titles: list[str] = []
        seen: set[int] = set()
        while category and category not in seen and category in self.rows:
            seen.add(category)
            row = self.rows[category]
            titles.append(row.title or f"#{category}")
            category = row.parent
        if category or not titles:
            titles.append(f"#{category}")
        return tuple(reversed(titles))

    def categories(self) -> tuple[Category, ...]:
        """The categories as the model has them."""
        return tuple(Category(path=self.path(row.id), id=row.id, menu=row.menu) for row in self.rows.values())

    def find(self, title: str, *, parent: int) -> Sequence[int]:
        """The ids of the categories of that title below that parent (0: on the first level)."""
        return [row.id for row in self.rows.values() if row.title == title and row.parent == parent]


def read_tree(transport: Transport, *, repeat: bool = True) -> Tree:
    """List the categories, asking again if an answer gets lost, and once more when the service counts more than it lists."""
    for _ in range(2):
        fields = Fields(Command.DESC_CATEGORY, transport.call(Command.DESC_CATEGORY, {}, repeat=repeat))
        total = fields.count("Total")
        rows = {row.id: row for row in map(category_row, fields.records("List", count=total))}
        tree = Tree(rows, complete=len(rows) >= (total or 0))
        if tree.complete:
            break
    return tree


def _question(row: QuestionRow, path: CategoryPath) -> Question:
    content = Content(
        question=row.question,
        answer=row.answer,
        category=path,
        answer_type=row.answer_type,
        similar=row.similar,
        status=row.status,
    )
    return Question(content, id=row.id)
