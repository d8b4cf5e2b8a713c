"""What is taken away, and what is left alone: live questions and categories that git does not declare.

Removed is only what the base declared, or what lives undeclared in an authoritative category; all else is unmanaged.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from kbsync.messages import message
from kbsync.model import Category, CategoryPath, Content, Knowledge, MenuType, Question, Status, show_path
from kbsync.plan import (
    Action,
    CategoryChange,
    Cause,
    Change,
    Field,
    FieldChange,
    Kind,
    Problem,
    ProblemKind,
    QuestionChange,
    Unmanaged,
)
from kbsync.planner.categories import CategoryWork
from kbsync.planner.matching import Matches
from kbsync.settings import Policy, Prune

__all__ = ["Removals", "plan_removals"]


@dataclass(frozen=True, slots=True)
class Removals:
    """The removals, what stays unmanaged, what was held back and why.

    ``owned`` counts the undeclared live questions that git has a say about: the base declared them, or their category is
    authoritative.
    """

    changes: tuple[Change, ...]
    unmanaged: tuple[Unmanaged, ...]
    problems: tuple[Problem, ...]
    owned: int


def plan_removals(
    desired: Knowledge,
    live: Knowledge,
    base: Knowledge | None,
    *,
    matches: Matches,
    work: CategoryWork,
    policy: Policy,
) -> Removals:
    """Decide the fate of every live question and category that no file declares."""
    sweep = _Sweep(desired, live, base, matches=matches, work=work, policy=policy)
    questions = [change for question in matches.rest for change in sweep.question(question)]
    categories = list(sweep.categories(base)) if policy.prune is Prune.DELETE else []
    removed = {change.id for change in categories}
    for category in live.categories:
        sweep.keep_category(category, removed=category.id in removed)
    return Removals(
        changes=(*questions, *categories),
        unmanaged=tuple(sorted(sweep.unmanaged, key=lambda item: (item.kind, item.category, item.title, item.id))),
        problems=tuple(sweep.problems),
        owned=sweep.owned,
    )


class _Sweep:
    def __init__(
        self,
        desired: Knowledge,
        live: Knowledge,
        base: Knowledge | None,
        *,
        matches: Matches,
        work: CategoryWork,
        policy: Policy,
    ) -> None:
        self._live = live
        self._work = work
        self._policy = policy
        self._matches = matches
        self._desired = desired
        self._base = None if base is None else {question.content.question: question for question in base.questions}
        self._base_ids = {} if base is None else {item.id: item for item in base.questions if item.id is not None}
        self._base_paths = frozenset[CategoryPath]() if base is None else _paths(base)
        self._claimed = {question.content.question for question in desired.questions}
        self._claimed |= {pair.live.content.question for pair in matches.pairs}
        self._declared = {category.path for category in desired.categories}
        self._owned = {category.path for category in desired.categories if category.authoritative}
        self._menus = {category.path: category.menu for category in live.categories}
        self.unmanaged: list[Unmanaged] = []
        self.problems: list[Problem] = []
        self.owned = 0
        self._deleted: set[str | None] = set()
        self._hold = self._reason_to_hold()

    def question(self, live: Question) -> Iterator[QuestionChange]:
        """Remove one undeclared live question, or keep it and say so."""
        said = self._said(live)
        owned = self._is_owned(live.content)
        self.owned += said is not None or owned
        change = None
        if (said is not None or owned) and not self._is_kept(live, said):
            change = self._removal(live, said)
        if change is not None:
            if change.action is Action.DELETE:
                self._deleted.add(live.id)
            yield change
            return
        self.unmanaged.append(
            Unmanaged(Kind.QUESTION, live.id or "", live.content.question, live.content.category, lapsed=said is not None)
        )

    def categories(self, base: Knowledge | None) -> Iterator[CategoryChange]:
        """Delete what the base declared, git no longer does, and nothing will be left in."""
        declared = {category.path: category for category in (() if base is None else base.categories)}
        leaving = [item for item in self._live.categories if item.path in declared and self._is_dropped(item)]
        gone: set[CategoryPath] = set()
        for category in sorted(leaving, key=lambda item: (-len(item.path), item.path)):
            inside = self._left_inside(category.path, gone)
            if inside:
                self.problems.append(_not_empty(category, inside, declared[category.path]))
            elif not self._hold:
                gone.add(category.path)
                yield CategoryChange(
                    action=Action.DELETE,
                    id=category.id,
                    before=category.path,
                    after=None,
                    cause=Cause.DECLARED,
                    location=declared[category.path].location,
                )

    def keep_category(self, category: Category, *, removed: bool) -> None:
        """Count a live category that no file declares."""
        if removed or category.path in self._work.matched or category.menu is MenuType.ALL:
            return
        lapsed = category.path in self._base_paths
        self.unmanaged.append(Unmanaged(Kind.CATEGORY, str(category.id), show_path(category.path), category.path, lapsed))

    def _reason_to_hold(self) -> bool:
        if not self._live.complete:
            text = message("the live listing is incomplete, so nothing is removed; plan again")
        elif not self._desired.questions and self._live.questions:
            text = message("no question is declared at all, so nothing is removed: is this the right directory?")
        else:
            return False
        # A directory that lost all its questions is a mistake until somebody says otherwise.
        blocking = self._live.complete and bool(self._base)
        self.problems.append(Problem(ProblemKind.INCOMPLETE, text, blocking=blocking))
        return True

    def _said(self, live: Question) -> Question | None:
        """What the base said about a live question; nothing when that stands for another one, its twin."""
        if self._base is None:
            return None
        text = live.content.question
        return self._base_ids.get(live.id or "") or (None if text in self._claimed else self._base.get(text))

    def _is_owned(self, content: Content) -> bool:
        path = self._work.final(content.category)
        owned = any(path[: len(prefix)] == prefix for prefix in self._owned)
        return owned and self._menus.get(content.category, MenuType.ORDINARY) is MenuType.ORDINARY

    def _is_kept(self, live: Question, said: Question | None) -> bool:
        if self._policy.prune is Prune.KEEP or self._hold or live.id in self._matches.withheld:
            return True
        if said is not None and said.protected:
            self.problems.append(
                Problem(
                    ProblemKind.PROTECTED,
                    message(
                        "{text} is protected and stays, though no file declares it any more; to remove it, declare it "
                        "once more without protected, apply that, then take it out",
                        text=live.content.question,
                    ),
                    said.location,
                    blocking=False,
                )
            )
            return True
        return False

    def _removal(self, live: Question, said: Question | None) -> QuestionChange | None:
        action = Action.DELETE if self._policy.prune is Prune.DELETE else Action.DISABLE
        if action is Action.DISABLE and live.content.status is Status.DISABLED:
            return None
        base = None if said is None else replace(said.content, category=self._work.final(said.content.category))
        settled = replace(live.content, category=self._work.final(live.content.category))
        if base is None:
            cause = Cause.UNKNOWN if self._base is None else Cause.DRIFT
        else:
            cause = Cause.DECLARED if base == settled else Cause.CONFLICT
        goal = None if action is Action.DELETE else replace(settled, status=Status.DISABLED)
        return QuestionChange(
            action=action,
            id=live.id,
            before=live.content,
            after=goal,
            cause=cause,
            fields=() if goal is None else (FieldChange(Field.STATUS, cause),),
            base=base,
            location=None if said is None else said.location,
            removal=True,
        )

    def _is_dropped(self, category: Category) -> bool:
        undeclared = category.path not in self._declared and category.path not in self._work.matched
        final = self._work.final(category.path)
        used = any(question.content.category[: len(final)] == final for question in self._desired.questions)
        return undeclared and not used and category.menu is MenuType.ORDINARY

    def _left_inside(self, path: CategoryPath, gone: set[CategoryPath]) -> list[str]:
        final = self._work.final(path)
        moved = {pair.live.id for pair in self._matches.pairs if pair.desired.content.category != final}
        questions = [
            item.content.question
            for item in self._live.questions
            if item.content.category == path and item.id not in self._deleted and item.id not in moved
        ]
        below = [item.path[-1] for item in self._live.categories if item.path[:-1] == path and item.path not in gone]
        return sorted(questions) + sorted(below)


def _paths(knowledge: Knowledge) -> frozenset[CategoryPath]:
    return frozenset(category.path for category in knowledge.categories)


def _not_empty(category: Category, inside: list[str], declared: Category) -> Problem:
    return Problem(
        ProblemKind.WITHHELD,
        message(
            "category {path} is no longer declared but stays: {count} left in it, such as {example}",
            path=show_path(category.path),
            count=len(inside),
            example=inside[0],
        ),
        declared.location,
        blocking=False,
    )
