"""The category tree of a pull: titles that the console changed, categories that it deleted, categories that are new."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from kbsync.model import CategoryPath, Content, Knowledge, MenuType, path_after, show_path
from kbsync.plan import Action, CategoryChange, Cause, Change, renamed_paths


@dataclass(frozen=True, slots=True)
class CategoryTree:
    """The categories of the files and how they differ from the live ones.

    ``retitled`` maps declared paths to new live paths that the pull takes over; ``pending`` maps live paths to the declared
    paths that an apply will give them. ``missing`` are declared categories that were deleted in the console, parents first.
    """

    declared: frozenset[CategoryPath]
    retitled: Mapping[CategoryPath, CategoryPath]
    pending: Mapping[CategoryPath, CategoryPath]
    missing: tuple[CategoryPath, ...]

    def in_files(self, live: Content) -> Content:
        """A live question as the files write it: under the titles of git that the service does not have yet."""
        return replace(live, category=path_after(live.category, self.pending))

    def after(self, declared: CategoryPath) -> CategoryPath:
        """What the files call a declared category once the pull is done."""
        return path_after(declared, self.retitled)

    def dropped(self, staying: Iterable[Content]) -> tuple[frozenset[CategoryPath], tuple[CategoryPath, ...]]:
        """The missing categories that leave the files, and those that stay because ``staying`` questions are in them."""
        used = _with_parents(staying)
        return frozenset(path for path in self.missing if path not in used), tuple(filter(used.__contains__, self.missing))

    def added(self, live: Knowledge, questions: Iterable[Content], *, whole: bool) -> tuple[CategoryPath, ...]:
        """The live categories that come into the files: the ``whole`` tree, or those of the questions that come."""
        used = _with_parents(questions)
        known = self.declared | {self.after(path) for path in self.declared}
        return tuple(
            category.path
            for category in live.categories
            if category.menu is MenuType.ORDINARY and category.path not in known and (whole or category.path in used)
        )


def find_tree(desired: Knowledge, changes: Iterable[Change], *, picks: Callable[[str, str], bool]) -> CategoryTree:
    """The tree by a plan's changes; a new title is taken over where ``picks`` accepts the old and the new path."""
    categories = [change for change in changes if isinstance(change, CategoryChange)]
    renamed = renamed_paths(categories)
    drifted = [change for change in categories if change.cause is Cause.DRIFT]
    retitled = {
        declared: live for live, declared in renamed_paths(drifted).items() if picks(show_path(declared), show_path(live))
    }
    missing = [change.after for change in drifted if change.action is Action.CREATE and change.after is not None]
    return CategoryTree(
        frozenset(category.path for category in desired.categories),
        retitled,
        {live: declared for live, declared in renamed.items() if declared not in retitled},
        tuple(sorted(missing, key=lambda path: (len(path), path))),
    )


def _with_parents(contents: Iterable[Content]) -> set[CategoryPath]:
    return {content.category[:size] for content in contents for size in range(1, len(content.category) + 1)}
