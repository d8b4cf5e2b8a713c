"""One listing of the live library, indexed for looking things up, and the comparison of questions in it with a plan's values."""

from collections import defaultdict
from collections.abc import Container, Iterable

from kbsync.model import Category, CategoryPath, Content, Knowledge, Question, bare, path_after
from kbsync.plan import Change, Field, renamed_paths, value_of

__all__ = ["PathChanges", "Snapshot", "differing", "shown", "spelled_alike"]


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


def spelled_alike(one: str, other: str) -> bool:
    """Whether two texts differ at most in blanks, letter case and Unicode form: what a service may do to a text it stores."""
    return bare(one) == bare(other)


class PathChanges:
    """How a plan renames categories: what a path from before the apply, or from halfway through it, is called after it."""

    def __init__(self, changes: Iterable[Change]) -> None:
        renamed = renamed_paths(changes)
        halfway = {(*path_after(before[:-1], renamed), before[-1]): after for before, after in renamed.items()}
        # A path that is renamed itself is no stage on another one's way.
        self._renamed = {path: after for path, after in halfway.items() if path_after(path, renamed) == path} | renamed

    def of(self, path: CategoryPath) -> CategoryPath:
        """The path once the renames are done."""
        return path_after(path, self._renamed)

    def are_one(self, path: CategoryPath, other: CategoryPath) -> bool:
        """Whether two paths mean one category, each as it is called before, during or after the renames."""
        return path in (other, self.of(other)) or self.of(path) in (other, self.of(other))


def differing(found: Content, wanted: Content, paths: PathChanges, *, among: Iterable[Field] = Field) -> tuple[Field, ...]:
    """The fields of ``among`` that are not as wanted. A question whose category is only renamed has not moved."""
    return tuple(
        part
        for part in among
        if _value(found, part) != _value(wanted, part)
        and not (part is Field.CATEGORY and paths.are_one(found.category, wanted.category))
    )


def shown(content: Content, field: Field) -> str:
    """A field's value as text for people."""
    return str(value_of(content, field))


def _value(content: Content, field: Field) -> object:
    return getattr(content, field.value)
