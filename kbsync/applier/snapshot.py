"""One listing of the live library, indexed for looking things up. What a finding means is for those who look."""

from collections import defaultdict
from collections.abc import Container

from kbsync.model import Category, CategoryPath, Knowledge, Question, bare

__all__ = ["Snapshot", "spelled_alike"]


def spelled_alike(one: str, other: str) -> bool:
    """Whether two texts differ at most in blanks, letter case and Unicode form: what a service may do to a text it stores."""
    return bare(one) == bare(other)


class Snapshot:
    """The library as one listing showed it."""

    def __init__(self, knowledge: Knowledge) -> None:
        self.knowledge = knowledge
        self.questions = {question.id: question for question in knowledge.questions if question.id is not None}
        self.categories = {category.id: category for category in knowledge.categories if category.id is not None}
        self._texts: dict[str, list[Question]] = defaultdict(list)
        for question in self.questions.values():
            self._texts[bare(question.content.question)].append(question)
        self._paths: dict[CategoryPath, int] = {}
        for identifier in sorted(self.categories, reverse=True):
            self._paths[self.categories[identifier].path] = identifier

    def called(self, text: str, *, besides: Container[object] = ()) -> tuple[Question, ...]:
        """The questions with that text, the exactly equal ones first, then those that are spelled alike."""
        alike = [question for question in self._texts.get(bare(text), ()) if question.id not in besides]
        return tuple(sorted(alike, key=lambda question: question.content.question != text))

    def at(self, path: CategoryPath) -> int | None:
        """The CategoryId at a path; the lowest one where two categories share it."""
        return self._paths.get(path)

    def inside(self, path: CategoryPath) -> tuple[tuple[Category, ...], tuple[Question, ...]]:
        """What a category holds: the categories below it, and the questions in it and in those."""
        depth = len(path)
        children = tuple(c for c in self.categories.values() if len(c.path) > depth and c.path[:depth] == path)
        questions = tuple(q for q in self.questions.values() if q.content.category[:depth] == path)
        return children, questions

    @property
    def homeless(self) -> bool:
        """Whether some question is in a category that the listing of categories does not show."""
        return any(question.content.category not in self._paths for question in self.questions.values())
