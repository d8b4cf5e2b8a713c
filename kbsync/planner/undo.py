"""The plan that undoes an apply, made from its receipt and the live library.

Overwritten values are restored, created objects deleted, deleted ones created again. What changed since the apply is left out
and becomes a problem of the plan.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from kbsync.messages import Message, message
from kbsync.model import (
    Category,
    CategoryPath,
    Content,
    Knowledge,
    Question,
    composed,
    keeps_title,
    path_after,
    same_title,
    show_path,
    stored_path,
)
from kbsync.ordering import cost_of, in_order
from kbsync.plan import (
    FIELD_NAMES,
    Action,
    BaseKind,
    CategoryChange,
    Cause,
    Change,
    Field,
    FieldChange,
    Plan,
    Problem,
    ProblemKind,
    Purpose,
    QuestionChange,
    Source,
    renamed_paths,
)
from kbsync.planner import foresee_refusals
from kbsync.report import ApplyReport, ChangeOutcome, Outcome
from kbsync.settings import Policy

__all__ = ["invert"]


def invert(report: ApplyReport, live: Knowledge, *, policy: Policy, rate: float) -> Plan:
    """The inverse of every applied change whose object is still as the apply left it."""
    undo = _Undo(report, live)
    undo.categories()
    undo.questions()
    ordered = in_order(undo.changes)
    problems = [*foresee_refusals(ordered, live), *undo.problems]
    if not undo.done and not problems:
        problems.append(
            Problem(ProblemKind.WITHHELD, message("there is nothing to take back: the apply changed nothing"), blocking=False)
        )
    return Plan(
        target=report.plan.target,
        source=Source(knowledge=report.plan.source.knowledge, base=BaseKind.NONE),
        changes=ordered,
        problems=tuple(problems),
        policy=policy,
        cost=cost_of(ordered, rate=rate, live=[item.content.status for item in live.questions]),
        managed=len(live.questions),
        purpose=Purpose.UNDO,
    )


class _Undo:
    """The way back, with the live library by the ids in the receipt."""

    def __init__(self, report: ApplyReport, live: Knowledge) -> None:
        self.changes: list[Change] = []
        self.problems: list[Problem] = []
        self._questions = {question.id: question for question in live.questions}
        self._texts = {question.content.question: question for question in live.questions}
        self._taken = set(self._texts)
        self._categories = {category.id: category for category in live.categories}
        self.done: list[tuple[Change, ChangeOutcome]] = []
        for outcome in report.outcomes:
            change = report.plan.changes[outcome.change]
            if outcome.outcome is Outcome.APPLIED:
                self.done.append((change, outcome))
            elif outcome.calls or outcome.outcome is Outcome.UNKNOWN:
                # A report of an apply that was cut short does not know the calls that were under way.
                words = message("{title} is not taken back: it may have been sent and did not end as applied; look at it")
                self.problems.append(_kept(change, words))
        # A text that a rename gives back is not free for a twin of it that was deleted.
        renames = [change for change, _ in self.done if isinstance(change, QuestionChange) and change.action is Action.RENAME]
        self._taken |= {change.before.question for change in renames if change.before is not None}
        self._ours = {change.id for change, _ in self.done}
        self._renamed: dict[CategoryPath, CategoryPath] = {}
        self._live_paths = {category.path for category in live.categories}
        self._places: dict[CategoryPath, int | None] = {category.path: category.id for category in live.categories}
        """Each final path with its category's id; None for one that the undo creates again."""

    def categories(self) -> None:
        """The categories, parents first: what a path is called in the end depends on them."""
        done = [(change, ended) for change, ended in self.done if isinstance(change, CategoryChange)]
        for change, ended in sorted(done, key=lambda each: len(each[0].after or each[0].before or ())):
            self._keep(self._category(change, ended))
        renamed = renamed_paths(self.changes)
        gone = {change.before for change in self.changes if change.after is None}
        self._places = {path_after(path, renamed): found for path, found in self._places.items() if path not in gone}
        self._places |= dict.fromkeys(self._made_again())

    def questions(self) -> None:
        """The questions; where a category that one was in is not there any more, it stays."""
        for change, ended in self.done:
            if isinstance(change, QuestionChange):
                self._keep(self._question(change, ended))

    def _keep(self, found: Change | Problem | None) -> None:
        if isinstance(found, Problem):
            self.problems.append(found)
        elif found is not None:
            self.changes.append(found)

    def _category(self, change: CategoryChange, ended: ChangeOutcome) -> CategoryChange | Problem | None:
        if change.after is None:
            return self._deleted(change, change.before or (), ended.home)
        now = self._now(change, ended.made)
        if now is None:
            return _kept(change, message("{title} is not taken back: it is gone"))
        if keeps_title(change.after[-1], now.path[-1]):
            return self._renamed_or_made(change, now)
        if same_title(now.path, change.before):
            return None
        return _kept(change, message("{title} is not taken back: it is called {now} now"), now=show_path(now.path))

    def _deleted(self, change: CategoryChange, path: CategoryPath, home: int | None) -> CategoryChange | Problem | None:
        if path in self._places:
            return None
        parent = path_after(path[:-1], self._renamed)
        there = {path_after(place, self._renamed): found for place, found in self._places.items()}
        there |= dict.fromkeys((*self._made_again(), ()))
        if parent not in there:
            return _kept(change, message("{title} is not taken back: its parent is gone"))
        if home is not None and there[parent] not in (home, None):
            return _replaced(change, parent)
        return replace(change.inverse(), id=None, cause=Cause.DECLARED)

    def _made_again(self) -> list[CategoryPath]:
        return [each.after for each in self.changes if isinstance(each, CategoryChange) and each.before is None and each.after]

    def _renamed_or_made(self, change: CategoryChange, now: Category) -> CategoryChange | Problem:
        inverse = replace(change.inverse(), id=now.id, before=now.path, cause=Cause.DECLARED)
        if change.before is None:
            return inverse
        place = (*now.path[:-1], change.before[-1])
        if any(each.path == place and each.id not in self._ours for each in self._categories.values()):
            return _replaced(change, place)
        self._renamed[now.path] = (*path_after(now.path[:-1], self._renamed), change.before[-1])
        return replace(inverse, after=self._renamed[now.path])

    def _now(self, change: CategoryChange, made: str | None) -> Category | None:
        """The live category of a change: by its id, or by its path if the receipt, being older, has no id."""
        identifier = change.id if made is None else int(made)
        if identifier is not None:
            return self._categories.get(identifier)
        return next((category for category in self._categories.values() if category.path == change.after), None)

    def _question(self, change: QuestionChange, ended: ChangeOutcome) -> QuestionChange | Problem | None:
        before, after = change.before, self._as_stored(change.after)
        if after is None:
            assert before is not None  # noqa: S101  (a delete has a before)
            if before.question in self._taken:
                return _kept(change, message("{title} is not taken back: it exists again"))
            self._taken.add(before.question)
            return self._homeless(change, before, ended.home) or _inverse(change, None, before)
        identifier = change.id or ended.made
        now = self._texts.get(after.question) if identifier is None else self._questions.get(identifier)
        if now is None:
            return _kept(change, message("{title} is not taken back: it is gone"))
        if before is None:
            if composed(now.content) != composed(after):
                return _kept(change, message("{title} is not taken back: it was changed since"))
            return _inverse(change, now, None)
        return self._fields(change, now, before=before, after=after, home=ended.home)

    def _as_stored(self, after: Content | None) -> Content | None:
        """What an apply sent, with the path that the service has for its category."""
        return after and replace(after, category=stored_path(after.category, self._live_paths))

    def _fields(
        self, change: QuestionChange, now: Question, *, before: Content, after: Content, home: int | None
    ) -> QuestionChange | Problem | None:
        """Restore the fields that still hold the value that the apply set."""
        goal, left = now.content, []
        for field in change.touched:
            if not field.differs(composed(now.content), composed(after)):
                goal = _with(goal, field, before)
                left.append(field)
            elif field.differs(now.content, before):
                words = message("{title} is not taken back: its {field} was changed again")
                return _kept(change, words, field=FIELD_NAMES[field])
        if not left:
            return None
        return (self._homeless(change, before, home) if Field.CATEGORY in left else None) or _inverse(change, now, goal, left)

    def _homeless(self, change: QuestionChange, before: Content, home: int | None) -> Problem | None:
        """Why a question cannot return to its former category, whose id an older receipt lacks."""
        path = before.category
        if path not in self._places:
            words = message("{title} is not taken back: its category {category} is not there")
            return _kept(change, words, category=show_path(path))
        found = self._places[path]
        return None if home is None or found in (home, None) else _replaced(change, path)


def _inverse(change: QuestionChange, now: Question | None, goal: Content | None, fields: Sequence[Field] = ()) -> QuestionChange:
    return QuestionChange(
        action=change.action.inverse,
        id=None if now is None else now.id,
        before=None if now is None else now.content,
        after=goal,
        cause=Cause.DECLARED,
        fields=tuple(FieldChange(field, Cause.DECLARED) for field in fields),
        location=change.location,
    )


def _with(content: Content, field: Field, source: Content) -> Content:
    """A content with one field of another."""
    value: dict[str, Any] = {field.value: field.of(source)}
    return replace(content, **value)


def _replaced(change: Change, path: CategoryPath) -> Problem:
    """The console has put another category where one was."""
    return _kept(change, message("{title} is not taken back: another category is called {path} now"), path=show_path(path))


def _kept(change: Change, words: Message, **values: object) -> Problem:
    """Why a change is not taken back; ``words`` name it by its title."""
    return Problem(ProblemKind.WITHHELD, words.fill(title=change.title, **values), change.location, blocking=False)
