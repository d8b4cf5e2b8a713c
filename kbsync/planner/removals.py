"""Live questions and categories that git does not declare: removed, left unmanaged, or added in the console.

Only what the base declared, or what is in an authoritative category, is removed; the rest is unmanaged.
"""

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, replace

from kbsync.display import natural
from kbsync.messages import message, plural
from kbsync.model import Category, CategoryPath, Content, Knowledge, MenuType, Question, RemovalLine, Status, show_path
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
from kbsync.planner.matching import BaseIndex, Matches
from kbsync.settings import Prune

__all__ = ["added_in_console"]


@dataclass(frozen=True, slots=True)
class Removals:
    """The removals, the unmanaged objects, and the problems that held removals back.

    ``owned`` counts the undeclared live questions that the base declared or whose category is authoritative.
    """

    changes: tuple[Change, ...]
    unmanaged: tuple[Unmanaged, ...]
    problems: tuple[Problem, ...]
    owned: int


def plan_removals(
    desired: Knowledge,
    live: Knowledge,
    said: BaseIndex,
    *,
    matches: Matches,
    work: CategoryWork,
    prune: Prune,
) -> Removals:
    """Decide about every live question and category that is not declared."""
    undeclared = _Undeclared(desired, live, said, matches=matches, work=work, prune=prune)
    changes: list[Change] = [change for question in matches.rest for change in undeclared.question(question)]
    if prune is Prune.DELETE:
        changes.extend(undeclared.categories())
    undeclared.keep_categories({change.id for change in changes if isinstance(change, CategoryChange)})
    return Removals(
        changes=tuple(changes),
        unmanaged=tuple(sorted(undeclared.unmanaged, key=lambda item: (item.kind, item.category, natural(item.title), item.id))),
        problems=tuple(undeclared.problems),
        owned=undeclared.owned,
    )


def idle_lines(desired: Knowledge, live: Knowledge, said: BaseIndex) -> Iterator[Problem]:
    """Notes about the lines under ``removed`` that no live question has the text of: done, or wrong from the beginning."""
    if not live.complete:
        return
    there = {question.content.question for question in live.questions}
    idle = [line for line in desired.removed if line.text not in there]
    done = [line for line in idle if line.text in said.removed or said.called(line.text)]
    if done:
        words = plural(
            "{count} question under removed is not live any more, and its line may go: {texts}",
            "{count} questions under removed are not live any more, and their lines may go: {texts}",
            count=len(done),
            texts="; ".join(line.text for line in done),
        )
        yield Problem(ProblemKind.WITHHELD, words, done[0].location, blocking=False)
    for line in idle:
        if line not in done:
            words = message("no live question is called {text}, so its line under removed does nothing", text=line.text)
            yield Problem(ProblemKind.WITHHELD, words, line.location, blocking=False)


def added_in_console(
    undeclared: Collection[str | None],
    live: Knowledge,
    categories: Iterable[Category],
    *,
    final: Callable[[CategoryPath], CategoryPath],
) -> list[Question]:
    """The live questions among the ids ``undeclared`` that were added in the console to git's part of the library.

    Git's part are the declared ``categories``, and everything below an authoritative one. ``final`` maps a live path to its
    path in git.
    """
    declared = {category.path: category.authoritative for category in categories}
    owned = {path for path, authoritative in declared.items() if authoritative}
    ordinary = {category.path for category in live.categories if category.menu is MenuType.ORDINARY}

    return [
        question
        for question in live.questions
        if question.id in undeclared and question.content.category in ordinary
        for path in [final(question.content.category)]
        if path in declared or _is_within(path, owned)
    ]


def with_additions(removals: Removals, live: Knowledge, base: Knowledge, *, work: CategoryWork) -> Removals:
    """Add to the removals of a drift, which is the way back to the base, the questions that were added in the console."""
    undeclared = {item.id for item in removals.unmanaged if item.kind is Kind.QUESTION and not item.formerly_declared}
    added = added_in_console(undeclared, live, base.categories, final=work.final)
    told = {question.id for question in added}
    taken_back = (QuestionChange(Action.DELETE, question.id, question.content, None, Cause.DRIFT) for question in added)
    return replace(
        removals,
        changes=(*removals.changes, *taken_back),
        unmanaged=tuple(item for item in removals.unmanaged if item.kind is not Kind.QUESTION or item.id not in told),
    )


class _Undeclared:
    def __init__(
        self,
        desired: Knowledge,
        live: Knowledge,
        said: BaseIndex,
        *,
        matches: Matches,
        work: CategoryWork,
        prune: Prune,
    ) -> None:
        self.unmanaged: list[Unmanaged] = []
        self.problems: list[Problem] = []
        self.owned = 0
        self._desired = desired
        self._live = live
        self._said = said
        self._matches = matches
        self._work = work
        self._prune = prune
        bases = [said.about(pair.desired, pair.live) for pair in matches.pairs] + [said.about(new) for new in matches.new]
        self._claimed = {base.content.question for base in bases if base is not None}
        self._declared = {category.path for category in desired.categories}
        self._authoritative = {category.path for category in desired.categories if category.authoritative}
        self._menus = {category.path: category.menu for category in live.categories}
        self._deleted: set[str | None] = set()
        self._lines = {line.text: line for line in desired.removed}
        self._hold = self._reason_to_hold()

    def question(self, live: Question) -> Iterator[QuestionChange]:
        """Remove one undeclared live question, or record it as unmanaged."""
        said = self._base_of(live)
        owned = self._is_owned(live.content)
        line = self._line_of(live, said)
        self.owned += said is not None or owned or line is not None
        change = None
        if line is not None:
            if not self._is_held(live, said, line):
                change = self._removal(live, said, line)
        elif (said is not None or owned) and not self._is_kept(live, said):
            change = self._removal(live, said)
        if change is not None:
            if change.action is Action.DELETE:
                self._deleted.add(live.id)
            yield change
            return
        self.unmanaged.append(
            Unmanaged(
                Kind.QUESTION,
                live.id or "",
                live.content.question,
                live.content.category,
                formerly_declared=said is not None,
                enabled=live.content.status is Status.ENABLED,
                preset=self._menus.get(live.content.category) is MenuType.PRESET,
                declared=None if said is None else said.content,
                protected=said is not None and said.protected,
            )
        )

    def categories(self) -> Iterator[CategoryChange]:
        """Delete the categories that only the base declares and that will be empty."""
        leaving = [item for item in self._live.categories if item.path in self._said.categories and self._is_dropped(item)]
        gone: set[CategoryPath] = set()
        for category in sorted(leaving, key=lambda item: (-len(item.path), item.path)):
            path, said = category.path, self._said.categories[category.path]
            inside = self._left_inside(path, gone)
            if inside:
                self.problems.append(_not_empty(path, inside, said))
            elif not self._hold:
                gone.add(path)
                yield CategoryChange(Action.DELETE, category.id, path, None, Cause.DECLARED, said.location)

    def keep_categories(self, removed: Collection[int | None]) -> None:
        """Record the remaining undeclared live categories as unmanaged."""
        for item in self._live.categories:
            if item.id not in removed and item.path not in self._work.matched and item.menu is not MenuType.ALL:
                formerly = item.path in self._said.categories
                preset = item.menu is MenuType.PRESET
                self.unmanaged.append(
                    Unmanaged(Kind.CATEGORY, str(item.id), show_path(item.path), item.path, formerly, preset=preset)
                )

    def _reason_to_hold(self) -> bool:
        if not self._live.complete:
            text = message("the live listing is incomplete, so nothing is removed; plan again")
        elif not self._desired.questions and self._live.questions and not self._are_all_named():
            text = message("no question is declared at all, so nothing is removed: is this the right directory?")
        else:
            return False
        # A directory that lost all its questions is a mistake until somebody says otherwise.
        blocking = self._live.complete and bool(self._said.questions)
        self.problems.append(Problem(ProblemKind.INCOMPLETE, text, blocking=blocking))
        return True

    def _are_all_named(self) -> bool:
        """Whether lines under ``removed`` cover everything that the base declared."""
        texts = {question.content.question for question in self._said.questions}
        return bool(texts) and texts <= self._lines.keys()

    def _line_of(self, live: Question, said: Question | None) -> RemovalLine | None:
        """The line under ``removed`` that means a live question, by its text or by the one that it had at the base."""
        return self._lines.get(live.content.question) or (self._lines.get(said.content.question) if said else None)

    def _base_of(self, live: Question) -> Question | None:
        """The base's version of a live question; None where that belongs to a declared twin of the same text."""
        text = live.content.question
        return self._said.pinned(live.id) or (None if text in self._claimed else self._said.called(text))

    def _is_owned(self, content: Content) -> bool:
        owned = _is_within(self._work.final(content.category), self._authoritative)
        return owned and self._menus.get(content.category, MenuType.ORDINARY) is MenuType.ORDINARY

    def _is_kept(self, live: Question, said: Question | None) -> bool:
        if self._prune is Prune.KEEP or self._hold or live.id in self._matches.withheld:
            return True
        if said is None or not said.protected:
            return False
        words = message(
            "{text} is protected and stays, though no file declares it any more; to remove it, declare it "
            "once more without protected, apply that, then take it out",
            text=live.content.question,
        )
        self.problems.append(Problem(ProblemKind.PROTECTED, words, said.location, blocking=False))
        return True

    def _is_held(self, live: Question, said: Question | None, line: RemovalLine) -> bool:
        """Whether a question is kept although a line under ``removed`` names it; the reason is noted as a problem."""
        text, path = live.content.question, live.content.category
        kind, blocking = ProblemKind.PROTECTED, True
        if not self._live.complete:
            kind = ProblemKind.INCOMPLETE
            words = message("{text} is not removed, because the live listing is incomplete: plan again", text=text)
        elif said is not None and said.protected:
            words = message(
                "{text} is protected and stays: take its line under removed out, declare it once more without protected, apply "
                "that, then remove it",
                text=text,
            )
        elif said is None and not self._is_in_declared(path):
            kind, blocking = ProblemKind.WITHHELD, False
            words = message(
                "{text} stays, though it has a line under removed: git never declared it, nor its category {category}",
                text=text,
                category=show_path(path),
            )
        else:
            return False
        self.problems.append(Problem(kind, words, line.location, blocking=blocking))
        return True

    def _is_in_declared(self, path: CategoryPath) -> bool:
        ordinary = self._menus.get(path, MenuType.ORDINARY) is MenuType.ORDINARY
        return ordinary and _is_within(self._work.final(path), self._declared)

    def _removal(self, live: Question, said: Question | None, line: RemovalLine | None = None) -> QuestionChange | None:
        action = Action.DELETE if line is not None or self._prune is Prune.DELETE else Action.DISABLE
        if action is Action.DISABLE and live.content.status is Status.DISABLED:
            return None
        base = None if said is None else self._work.settled(said.content)
        settled = self._work.settled(live.content)
        if base is None:
            # Live again, though the base has the line; or never git's own.
            is_new = line is not None and line.text not in self._said.removed
            cause = Cause.UNKNOWN if not self._said.known else Cause.DECLARED if is_new else Cause.DRIFT
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
            location=line.location if line is not None else None if said is None else said.location,
            removal=True,
            reviewed=line is not None,
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
        return sorted(questions, key=natural) + sorted(below, key=natural)


def _is_within(path: CategoryPath, owned: Collection[CategoryPath]) -> bool:
    return any(path[:size] in owned for size in range(1, len(path) + 1))


def _not_empty(path: CategoryPath, inside: list[str], declared: Category) -> Problem:
    words = message(
        "category {path} is no longer declared but stays: {count} left in it, such as {example}",
        path=show_path(path),
        count=len(inside),
        example=inside[0],
    )
    return Problem(ProblemKind.WITHHELD, words, declared.location, blocking=False)
