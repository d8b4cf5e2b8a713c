"""The category tree: read whole, and each category's path of titles.

Which questions stand in a category is ``listing``'s business.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kbsync.commands import Command
from kbsync.desk.transport import Transport
from kbsync.desk.wire import CategoryRow, Fields, category_row
from kbsync.model import Category, CategoryPath

__all__ = ["Tree", "read_tree"]


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
    tree = _read(transport, repeat=repeat)
    return tree if tree.complete else _read(transport, repeat=repeat)


def _read(transport: Transport, *, repeat: bool) -> Tree:
    fields = Fields(Command.DESC_CATEGORY, transport.call(Command.DESC_CATEGORY, {}, repeat=repeat))
    total = fields.count("Total")
    rows = {row.id: row for row in map(category_row, fields.records("List", count=total))}
    return Tree(rows, complete=len(rows) >= (total or 0))
