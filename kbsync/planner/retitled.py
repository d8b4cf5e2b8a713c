"""Categories that the console gave another title: the questions that git put into them tell which they are now.

Titles that git or ``previously`` names are the business of ``categories``.
"""

from collections import Counter
from collections.abc import Collection

from kbsync.model import CategoryPath, Knowledge, MenuType

__all__ = ["Retitled"]


class Retitled:
    """Knows where the questions of a base category are now."""

    def __init__(self, live: Knowledge, base: Knowledge | None, *, declared: Collection[CategoryPath]) -> None:
        said = frozenset[CategoryPath]() if base is None else frozenset(category.path for category in base.categories)
        ordinary = {category.path for category in live.categories if category.menu is MenuType.ORDINARY}
        self._strange = ordinary - said - frozenset(declared)
        self._homes = {question.content.question: question.content.category for question in live.questions}
        self._base = () if base is None else base.questions

    def find(self, category: CategoryPath, *, parent: CategoryPath) -> CategoryPath | None:
        """The live path below ``parent`` that git never named and that holds most of what the base put into ``category``."""
        depth = len(category)
        texts = [item.content.question for item in self._base if item.content.category[:depth] == category]
        found = Counter(self._homes[text][:depth] for text in texts if text in self._homes)
        if not found:
            return None
        path, count = found.most_common(1)[0]
        mostly = 2 * count > found.total()
        return path if mostly and path in self._strange and path[:-1] == parent else None
