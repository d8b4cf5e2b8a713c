"""Categories: which of them are created or renamed, and what every live path is called afterwards.

A declared category is recognised by its path, by an earlier title, by a title that differs in spelling alone, and else by
where the questions are that git put into it.
"""

import json
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import groupby

from kbsync.messages import message
from kbsync.model import (
    Category,
    CategoryPath,
    Content,
    Knowledge,
    MenuType,
    Question,
    bare,
    path_after,
    same_title,
    show_path,
    stored_path,
)
from kbsync.plan import Action, CategoryChange, Cause, Problem, ProblemKind

__all__ = ["stored_names"]


@dataclass(frozen=True, slots=True)
class CategoryWork:
    """The category changes, what could not be decided, and the renames by their effect on paths.

    ``matched`` are the live paths that have a declared category.
    """

    changes: tuple[CategoryChange, ...]
    problems: tuple[Problem, ...]
    renamed: Mapping[CategoryPath, CategoryPath]
    matched: frozenset[CategoryPath]

    def final(self, path: CategoryPath) -> CategoryPath:
        """What a live (or base) path is called once the plan's renames are done, those included that are done already."""
        return path_after(path, self.renamed)

    def settled(self, content: Content) -> Content:
        """A live (or base) question as it is once the plan's categories are renamed."""
        return replace(content, category=self.final(content.category)) if self.renamed else content


def stored_names(knowledge: Knowledge, live: Knowledge, base: Knowledge | None = None) -> dict[CategoryPath, CategoryPath]:
    """The paths of git that the service stores in another form, with the paths that it has for them.

    A title that ``base`` does not have was changed in git: it is sent. Below a parent that has another title in the service,
    the title alone is in the form that the service has.
    """
    there = {category.path for category in live.categories}
    declared = {category.path: category.previously for category in knowledge.categories}
    before = None if base is None else {category.path for category in base.categories}
    sent = set() if before is None else {path for path in declared if before.isdisjoint(_former(path, declared))}
    named = declared.keys() | {question.content.category for question in knowledge.questions}
    is_loose = any(not unicodedata.is_normalized("NFC", path[-1]) or path[-1] != path[-1].strip() for path in named - there)
    renamed = plan_categories(knowledge, live, base).renamed if is_loose else {}
    parents = {new: old for old, new in renamed.items() if old in there}
    names: dict[CategoryPath, CategoryPath] = {}
    for _, level in groupby(sorted(named - sent, key=lambda path: (len(path), path)), key=len):
        within = {path: (*parents.get(path[:-1], names.get(path[:-1], path[:-1])), path[-1]) for path in level}
        found = {path: stored_path(now, [each for each in there if each[:-1] == now[:-1]]) for path, now in within.items()}
        claims = Counter(found.values())
        stored = {path: (*names.get(path[:-1], path[:-1]), now[-1]) for path, now in found.items() if claims[now] == 1}
        names |= {path: now for path, now in stored.items() if now not in {path, *named}}
    return names


def _former(path: CategoryPath, declared: Mapping[CategoryPath, Sequence[str]]) -> Iterator[CategoryPath]:
    """The paths that a category had before under its own title: its own, and below the earlier titles of its parent."""
    yield path
    for title in declared.get(path[:-1], ()):
        yield (*path[:-2], title, path[-1])


def told_names(desired: Knowledge, names: Mapping[CategoryPath, CategoryPath]) -> Iterator[Problem]:
    """A note about each declared title that the service stores in another form."""
    for category in desired.categories:
        if not same_title(category.path, names.get(category.path, category.path)):
            words = message(
                "the service stores category {path} in another Unicode form or without outer blanks, which looks the same: it is "
                "left so, and the files may take that form",
                path=show_path(category.path),
            )
            yield Problem(ProblemKind.WITHHELD, words, category.location, blocking=False)


def plan_categories(desired: Knowledge, live: Knowledge, base: Knowledge | None) -> CategoryWork:
    """Match the declared categories with the live ones, parents first."""
    walk = _Walk(desired, live, base)
    for _, level in groupby(sorted(desired.categories, key=lambda item: (len(item.path), item.path)), key=lambda c: len(c.path)):
        walk.settle(list(level))
    if base is not None:
        walk.problems.extend(walk.likely_renames(base))
    walk.problems.extend(walk.missing(desired, live))
    return CategoryWork(tuple(walk.changes), tuple(walk.problems), walk.renamed, frozenset(walk.matched))


class _Walk:
    def __init__(self, desired: Knowledge, live: Knowledge, base: Knowledge | None) -> None:
        self.changes: list[CategoryChange] = []
        self.problems: list[Problem] = []
        self.renamed: dict[CategoryPath, CategoryPath] = {}
        self.matched: set[CategoryPath] = set()
        self._declared = {category.path for category in desired.categories}
        self._live: dict[CategoryPath, list[Category]] = {}
        for category in live.categories:
            self._live.setdefault(category.path, []).append(category)
        self._base = None if base is None else {category.path for category in base.categories}
        self._homes = cache(lambda: () if base is None else tuple(_homes(live, base)))
        self._live_name: dict[CategoryPath, CategoryPath] = {}
        self._base_name: dict[CategoryPath, CategoryPath] = {}

    def settle(self, level: Sequence[Category]) -> None:
        """Find the live counterparts of one level's declared categories, surer signs first, or decide that there are none."""
        for category in level:
            self._note_what_is_done(category)
        waiting = [category for category in level if not self._take_same(category)]
        for find in (self._earlier, self._alike, self._retitled):
            found = {category.path: find(category) for category in waiting}
            claims = Counter(path for paths in found.values() for path in paths)
            if find == self._alike:
                # Two that differ by spelling alone: which of them the service has is not known.
                found = {path: paths for path, paths in found.items() if len(paths) == 1 == claims[paths[0]]}
            waiting = [category for category in waiting if not self._rename(category, found.get(category.path, ()))]
        self.changes.extend(self._change(Action.CREATE, category, None) for category in waiting)

    def likely_renames(self, base: Knowledge) -> Iterator[Problem]:
        """Categories to be created beside one that is no longer declared: that may be an undeclared rename."""
        left = {category.path for category in base.categories} - self._declared - self.matched
        for change in self.changes:
            if change.action is not Action.CREATE or change.after is None:
                continue
            gone = sorted(path for path in left if path[:-1] == change.after[:-1] and path in self._live)
            if gone:
                words = message(
                    "category {new} is created while {old} is no longer declared: if it was renamed, "
                    "write previously: [{title}] beside it",
                    new=show_path(change.after),
                    old=", ".join(show_path(path) for path in gone),
                    title=json.dumps(gone[0][-1], ensure_ascii=False),  # as YAML reads it, whatever is in it
                )
                yield Problem(ProblemKind.WITHHELD, words, change.location, blocking=False)

    def missing(self, desired: Knowledge, live: Knowledge) -> Iterator[Problem]:
        """Categories that questions name and that exist neither in the files nor in the service."""
        known = self._declared | {path_after(category.path, self.renamed) for category in live.categories}
        for question in desired.questions:
            path = question.content.category
            if path not in known:
                known.add(path)
                words = message(
                    "category {path} exists neither in the files nor in the service: declare it under categories, "
                    "or correct the path",
                    path=show_path(path),
                )
                yield Problem(ProblemKind.MISSING_CATEGORY, words, question.location)

    def _note_what_is_done(self, category: Category) -> None:
        """Learn the path at the base, and record a declared rename that was done by an unfinished apply or in the console.

        Only the base has the old path then. Unrecorded, every question inside would look moved in the console.
        """
        if self._base is None:
            return
        above = category.path[:-1]
        parent = self._base_name.get(above, above)
        titles = [category.path[-1], *category.previously]
        earlier = next(((*parent, title) for title in titles if (*parent, title) in self._base), None)
        if earlier is None:
            return
        self._base_name[category.path] = earlier
        if category.path not in self._base and earlier not in self._live and earlier not in self._declared:
            self.renamed[earlier] = category.path

    def _take_same(self, category: Category) -> bool:
        """Whether the very path is there, under the parent's live name."""
        same = (*self._live_parent(category), category.path[-1])
        if same in self._live:
            self._take(category, same)
            self._refuse_twins(category, same)
        return same in self._live

    def _live_parent(self, category: Category) -> CategoryPath:
        return self._live_name.get(category.path[:-1], category.path[:-1])

    def _earlier(self, category: Category) -> Sequence[CategoryPath]:
        """Live categories with a title that this one used to have."""
        parent = self._live_parent(category)
        return self._free([(*parent, title) for title in category.previously if (*parent, title) in self._live])

    def _alike(self, category: Category) -> Sequence[CategoryPath]:
        """Ordinary live categories whose title differs in blanks, case or Unicode form alone, as a service may store it."""
        parent, title = self._live_parent(category), category.path[-1]
        return self._free(
            path
            for path in sorted(self._live)
            if path[:-1] == parent
            and bare(path[-1]) == bare(title)
            and (*category.path[:-1], path[-1]) not in self._declared
            and self._is_ordinary(path)
        )

    def _retitled(self, category: Category) -> Sequence[CategoryPath]:
        """The live category that is this one under a title given in the console; empty where there is none.

        The service keeps no history, so the rule uses the questions of the base: the category is retitled only where all of
        them that are still live are in one live category that no file declares. Otherwise it was deleted in the console.
        """
        path, parent = self._base_name.get(category.path), self._live_parent(category)
        if self._base is None or path is None:
            return []
        goals = {home[: len(path)] for said, home in self._homes() if said[: len(path)] == path}
        return self._free(
            goal
            for goal in goals
            if len(goals) == 1
            and goal[:-1] == parent
            and (*category.path[:-1], goal[-1]) not in self._declared
            and (*path[:-1], goal[-1]) not in self._base
            and self._is_ordinary(goal)
        )

    def _free(self, paths: Iterable[CategoryPath]) -> Sequence[CategoryPath]:
        return [path for path in paths if path not in self.matched]

    def _is_ordinary(self, path: CategoryPath) -> bool:
        return path in self._live and self._live[path][0].menu is MenuType.ORDINARY

    def _take(self, category: Category, live_path: CategoryPath) -> None:
        self.matched.add(live_path)
        self._live_name[category.path] = live_path
        if live_path != category.path:
            self.renamed[live_path] = category.path

    def _refuse_twins(self, category: Category, live_path: CategoryPath) -> None:
        twins = self._live[live_path]
        if len(twins) > 1:
            words = message(
                "the service has {count} categories called {path} (ids {ids}): give all but one another title in the console",
                count=len(twins),
                path=show_path(live_path),
                ids=", ".join(str(twin.id) for twin in twins),
            )
            self.problems.append(Problem(ProblemKind.AMBIGUOUS, words, category.location))

    def _rename(self, category: Category, found: Sequence[CategoryPath]) -> bool:
        """Whether one of these live categories is to be renamed, or would be if it were not the service's own."""
        live_path = next((path for path in found if path not in self.matched), None)
        if live_path is None:
            return False
        self._refuse_twins(category, live_path)
        if self._is_ordinary(live_path):
            self._take(category, live_path)
            self.changes.append(self._change(Action.RENAME, category, self._live[live_path][0]))
            return True
        words = message(
            "{path} belongs to the service and cannot be renamed: take the title out of previously", path=show_path(live_path)
        )
        self.problems.append(Problem(ProblemKind.PROTECTED, words, category.location))
        return True

    def _change(self, action: Action, category: Category, found: Category | None) -> CategoryChange:
        before, identifier = (None, None) if found is None else (found.path, found.id)
        return CategoryChange(action, identifier, before, category.path, self._cause(category.path, before), category.location)

    def _cause(self, path: CategoryPath, live: CategoryPath | None) -> Cause:
        """Who gave the title, or took it away: parents' titles are theirs, and one that differs in spelling alone is git's."""
        if self._base is None:
            return Cause.UNKNOWN
        said = self._base_name.get(path)
        if same_title(path, said):
            return Cause.DRIFT
        is_edited = live is None or (not same_title(live, said) and bare(live[-1]) != bare(path[-1]))
        return Cause.CONFLICT if said is not None and is_edited else Cause.DECLARED


def _homes(live: Knowledge, base: Knowledge) -> Iterator[tuple[CategoryPath, CategoryPath]]:
    """For each live question of the base its category at the base and its live one; a text with live twins yields both."""
    by_id = {question.id: question for question in live.questions}
    by_text: dict[str, list[Question]] = {}
    for question in live.questions:
        by_text.setdefault(question.content.question, []).append(question)
    for said in base.questions:
        pinned = by_id.get(said.id) if said.id is not None else None
        for found in [pinned] if pinned is not None else by_text.get(said.content.question, []):
            yield said.content.category, found.content.category
