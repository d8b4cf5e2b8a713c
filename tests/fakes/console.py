"""The web console's hand in a sandbox: what it holds, and edits that obey no limit, no switch and no signature."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace

from kbsync.sandbox.gate import SECOND
from kbsync.sandbox.library import DELETED, ENABLED, StoredCategory, StoredQuestion
from kbsync.sandbox.service import Service

__all__ = ["Console", "snapshot"]


class Console:
    """Edits one library as the console does after Publish: at once live. Raises KeyError for what does not exist."""

    def __init__(self, service: Service) -> None:
        self._database = service.database
        self._library = service.library
        self._clock = service.clock

    def category(self, *path: str) -> int:
        """The CategoryId behind a path of titles."""
        parent = 0
        for title in path:
            found = [each.id for each in self._library.categories() if (each.parent, each.title) == (parent, title)]
            if not found:
                raise KeyError(path)
            parent = found[0]
        return parent

    def question(self, text: str) -> str:
        """The StandardQuestionId of a question, by its exact text; the oldest one where there are several."""
        found = self._library.named(text)
        if not found:
            raise KeyError(text)
        return found[0].id

    def add_category(self, title: str, *, parent: int = 0) -> int:
        """Add a category and return its CategoryId."""
        with self._database.transaction():
            category = StoredCategory(self._library.new_category(), parent, title)
            self._library.put_category(category, now=self._now())
        return category.id

    def rename_category(self, identifier: int, title: str) -> None:
        """Give a category another title."""
        with self._database.transaction():
            self._library.put_category(replace(self._category(identifier), title=title), now=self._now())

    def delete_category(self, identifier: int) -> None:
        """Delete a category and every question in it."""
        with self._database.transaction():
            self._category(identifier)
            for question in self._library.questions():
                if question.category == identifier:
                    self._library.put_question(replace(question, status=DELETED), now=self._now())
            self._library.drop_category(identifier, now=self._now())

    def add_question(
        self,
        question: str,
        answer: str,
        *,
        category: int,
        answer_type: int = 0,
        similar: Sequence[str] = (),
        status: int = ENABLED,
    ) -> str:
        """Add a question and return its StandardQuestionId."""
        with self._database.transaction():
            identifier, position = self._library.new_question()
            added = StoredQuestion(identifier, position, question, answer, category, answer_type, status, similar=tuple(similar))
            self._library.put_question(added, now=self._now())
        return identifier

    def edit_question(
        self,
        identifier: str,
        *,
        question: str | None = None,
        answer: str | None = None,
        category: int | None = None,
        answer_type: int | None = None,
        similar: Sequence[str] | None = None,
        status: int | None = None,
    ) -> None:
        """Change the given fields of a question."""
        with self._database.transaction():
            old = self._question(identifier)
            new = replace(
                old,
                question=old.question if question is None else question,
                answer=old.answer if answer is None else answer,
                category=old.category if category is None else category,
                answer_type=old.answer_type if answer_type is None else answer_type,
                similar=old.similar if similar is None else tuple(similar),
                status=old.status if status is None else status,
            )
            self._library.put_question(new, now=self._now())

    def delete_question(self, identifier: str) -> None:
        """Delete a question."""
        self.edit_question(identifier, status=DELETED)

    def _category(self, identifier: int) -> StoredCategory:
        category = self._library.category(identifier)
        if category is None:
            raise KeyError(identifier)
        return category

    def _question(self, identifier: str) -> StoredQuestion:
        question = self._library.question(identifier)
        if question is None or question.status == DELETED:
            raise KeyError(identifier)
        return question

    def _now(self) -> int:
        return round(self._clock.wall() * SECOND)


def snapshot(service: Service) -> dict[str, list[dict[str, object]]]:
    """The whole library now, in plain data: ``categories`` and ``questions``, deleted ones left out."""
    with service.database.lock:
        tree, found = service.library.categories(), service.library.questions()
    by_id = {each.id: each for each in tree}
    return {
        "categories": [asdict(each) for each in tree],
        "questions": [
            {
                "id": each.id,
                "question": each.question,
                "answer": each.answer,
                "answer_type": each.answer_type,
                "category": each.category,
                "path": _path(by_id, each.category),
                "status": each.status,
                "preset": each.preset,
                "similar": list(each.similar),
            }
            for each in found
        ],
    }


def _path(tree: Mapping[int, StoredCategory], identifier: int) -> list[str]:
    category = tree.get(identifier)
    return [] if category is None else [*_path(tree, category.parent), category.title]
