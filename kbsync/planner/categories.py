"""Which categories are created or renamed, and what every live path is called afterwards.

Deleting a category depends on what is left in it and belongs to ``removals``.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from kbsync.messages import message
from kbsync.model import Category, CategoryPath, Knowledge, MenuType, bare, path_after, show_path
from kbsync.plan import Action, CategoryChange, Cause, Problem, ProblemKind
from kbsync.planner.retitled import Retitled

__all__ = ["CategoryWork", "plan_categories"]


@dataclass(frozen=True, slots=True)
class CategoryWork:
    """The category changes, what could not be decided, and the renames by their effect on paths.

    ``matched`` are the live paths that a declared category stands for.
    """

    changes: tuple[CategoryChange, ...]
    problems: tuple[Problem, ...]
    renamed: Mapping[CategoryPath, CategoryPath]
    matched: frozenset[CategoryPath]

    def final(self, path: CategoryPath) -> CategoryPath:
        """What a live (or base) path is called once the plan's renames are done, those included that are done already."""
        return path_after(path, self.renamed)


def plan_categories(desired: Knowledge, live: Knowledge, base: Knowledge | None) -> CategoryWork:
    """Match the declared categories with the live ones, parents first.

    By path, by an earlier title, by spelling, and else by the questions inside.
    """
    walk = _Walk(live, base, declared={category.path for category in desired.categories})
    for category in sorted(desired.categories, key=lambda item: (len(item.path), item.path)):
        walk.settle(category)
    if base is not None:
        walk.note_likely_renames(desired, base)
    return CategoryWork(tuple(walk.changes), tuple(walk.problems), walk.renamed, frozenset(walk.matched))


class _Walk:
    def __init__(self, live: Knowledge, base: Knowledge | None, *, declared: Collection[CategoryPath]) -> None:
        self._declared = declared
        self._retitled = Retitled(live, base, declared=declared)
        self.live: dict[CategoryPath, list[Category]] = {}
        for category in live.categories:
            self.live.setdefault(category.path, []).append(category)
        self.base = None if base is None else {category.path for category in base.categories}
        self.changes: list[CategoryChange] = []
        self.problems: list[Problem] = []
        self.renamed: dict[CategoryPath, CategoryPath] = {}
        self.matched: set[CategoryPath] = set()
        self._live_name: dict[CategoryPath, CategoryPath] = {}
        self._base_name: dict[CategoryPath, CategoryPath] = {}

    def settle(self, category: Category) -> None:
        """Find one declared category's live counterpart, or decide that there is none."""
        self._note_what_is_done(category)
        parent = self._live_name.get(category.path[:-1], category.path[:-1])
        same = (*parent, category.path[-1])
        if same in self.live:
            self._take(category, same)
            self._refuse_twins(category, same)
            return
        earlier = [(*parent, title) for title in category.previously if (*parent, title) in self.live]
        earlier = [path for path in [*earlier, *self._alike(same), *self._moved(category, parent)] if path not in self.matched]
        if earlier:
            self._rename(category, earlier[0])
        else:
            self._create(category)

    def _note_what_is_done(self, category: Category) -> None:
        """Find a declared rename that an unfinished apply, or the console, has carried out: only the base has the old path.

        Without it, every question inside would seem to have been moved by somebody else.
        """
        if self.base is None or category.path in self.base:
            return
        above = category.path[:-1]
        parent = self._base_name.get(above, self._live_name.get(above, above))
        for title in category.previously:
            earlier = (*parent, title)
            if earlier in self.base and earlier not in self.live and earlier not in self._declared:
                self.renamed[earlier] = category.path
                self._base_name[category.path] = earlier
                return

    def note_likely_renames(self, desired: Knowledge, base: Knowledge) -> None:
        """Say where a title left and another came below the same parent: that may be a rename nobody declared."""
        declared = {category.path for category in desired.categories}
        left = {category.path for category in base.categories} - declared - self.matched
        for change in self.changes:
            if change.action is not Action.CREATE or change.after is None:
                continue
            gone = sorted(path for path in left if path[:-1] == change.after[:-1] and path in self.live)
            if gone:
                self.problems.append(
                    Problem(
                        ProblemKind.WITHHELD,
                        message(
                            "category {new} is created while {old} is no longer declared: if it was renamed, "
                            "write previously: [{title}] beside it",
                            new=show_path(change.after),
                            old=", ".join(show_path(path) for path in gone),
                            title=gone[0][-1],
                        ),
                        change.location,
                        blocking=False,
                    )
                )

    def _moved(self, category: Category, parent: CategoryPath) -> list[CategoryPath]:
        """The live category that the console seems to have made of this one, if there is one."""
        if self.base is None or category.path not in self.base:
            return []
        found = self._retitled.find(category.path, parent=parent)
        return [] if found is None else [found]

    def _alike(self, wanted: CategoryPath) -> list[CategoryPath]:
        """Ordinary live categories whose title differs in blanks, case or Unicode form alone, as a service may store it."""
        return sorted(
            path
            for path, found in self.live.items()
            if path[:-1] == wanted[:-1]
            and bare(path[-1]) == bare(wanted[-1])
            and path not in self._declared
            and found[0].menu is MenuType.ORDINARY
        )

    def _take(self, category: Category, live_path: CategoryPath) -> None:
        self.matched.add(live_path)
        self._live_name[category.path] = live_path
        if live_path != category.path:
            self.renamed[live_path] = category.path

    def _refuse_twins(self, category: Category, live_path: CategoryPath) -> None:
        twins = self.live[live_path]
        if len(twins) > 1:
            self.problems.append(
                Problem(
                    ProblemKind.AMBIGUOUS,
                    message(
                        "the service has {count} categories called {path} (ids {ids}): give all but one another title "
                        "in the console",
                        count=len(twins),
                        path=show_path(live_path),
                        ids=", ".join(str(twin.id) for twin in twins),
                    ),
                    category.location,
                )
            )

    def _rename(self, category: Category, live_path: CategoryPath) -> None:
        found = self.live[live_path][0]
        self._refuse_twins(category, live_path)
        if found.menu is not MenuType.ORDINARY:
            self.problems.append(
                Problem(
                    ProblemKind.PROTECTED,
                    message(
                        "{path} belongs to the service and cannot be renamed: take the title out of previously",
                        path=show_path(live_path),
                    ),
                    category.location,
                )
            )
            return
        self._take(category, live_path)
        cause = self._rename_cause(category.path)
        self.changes.append(
            CategoryChange(
                action=Action.RENAME,
                id=found.id,
                before=live_path,
                after=category.path,
                cause=cause,
                location=category.location,
            )
        )

    def _rename_cause(self, path: CategoryPath) -> Cause:
        if self.base is None:
            return Cause.UNKNOWN
        if path in self.base:
            return Cause.DRIFT
        return Cause.DECLARED

    def _create(self, category: Category) -> None:
        self.changes.append(
            CategoryChange(
                action=Action.CREATE,
                id=None,
                before=None,
                after=category.path,
                cause=self._create_cause(category.path),
                location=category.location,
            )
        )

    def _create_cause(self, path: CategoryPath) -> Cause:
        if self.base is None:
            return Cause.UNKNOWN
        return Cause.DRIFT if path in self.base else Cause.DECLARED
