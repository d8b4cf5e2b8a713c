"""What kbsync itself left in a library since the base, by its receipts: none of that is the console's doing."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from kbsync.model import Category, CategoryPath, Content, Knowledge, Question, path_after, show_path
from kbsync.plan import CategoryChange, Cause, Change, Field, FieldChange, Kind, Purpose, QuestionChange, Unmanaged, harmful
from kbsync.report import Outcome, Receipt

__all__ = ["Memory", "recall"]


@dataclass(frozen=True, slots=True)
class Memory:
    """The base as it counts.

    ``applied`` is the knowledge at its commit, ``left`` what kbsync made of that since: by undos, by files of no commit, in
    part. ``kept`` is what git gave up and the service had when the base was applied. ``undone`` are the texts and paths of what
    an undo took back. ``doubtful`` are receipts that may be older than the base, the newest first.
    """

    applied: Knowledge
    left: Knowledge
    kept: tuple[Unmanaged, ...] = ()
    undone: frozenset[str] = frozenset()
    doubtful: tuple[Receipt, ...] = ()

    @property
    def base(self) -> Knowledge:
        """``left``, and ``kept`` with each live id."""
        texts = {question.content.question for question in self.left.questions}
        paths = {category.path for category in self.left.categories}
        questions = (
            Question(item.declared, id=item.id, protected=item.protected)
            for item in self.kept
            if item.declared is not None and item.declared.question not in texts
        )
        categories = (Category(item.category) for item in self.kept if item.kind is Kind.CATEGORY and item.category not in paths)
        return replace(self.left, questions=(*self.left.questions, *questions), categories=(*self.left.categories, *categories))

    def as_of(self, live: Knowledge) -> "Memory":
        """The same with each change of the doubtful receipts whose result is live."""
        return _with(replace(self, doubtful=()), (_seen(receipt, live) for receipt in reversed(self.doubtful)))

    def through(self, states: Iterable[Knowledge], live: Knowledge, desired: Knowledge) -> "Memory":
        """The same with each field of a question, or its absence, as the first of these states has it where that is live.

        What both sides did alike needs no such origin.
        """
        found = {each.content.question: each for each in self.left.questions}
        base, now, goal = (_contents(library) for library in (self.left, live, desired))
        open_ = {text for text in base.keys() | goal.keys() if now.get(text) not in (base.get(text), goal.get(text))}
        for state in states if open_ else ():
            then = {each.content.question: each for each in state.questions}
            for text in sorted(open_):
                nearer = _nearer(found.get(text), then.get(text), now.get(text))
                found |= {text: nearer} if nearer else {}
                if nearer is None:
                    found.pop(text, None)
            open_ = {text for text in open_ if now.get(text) != (found[text].content if text in found else None)}
            if not open_:
                break
        return replace(self, left=replace(self.left, questions=tuple(found.values())))

    def tell(self, change: Change) -> Change:
        """The change, with the cause ``undone`` if git still declares what an undo reverted."""
        if change.title not in self.undone:
            return change
        if isinstance(change, CategoryChange):
            paths = {category.path for category in self.applied.categories}
            still = change.before not in paths if change.after is None else change.after in paths
            return replace(change, cause=Cause.UNDONE) if still and change.cause is Cause.DECLARED else change
        said = next((item.content for item in self.applied.questions if item.content.question == change.title), None)
        if said is None or change.after is None or change.before is None:
            still = (said is None) if change.removal else said == change.after
            return replace(change, cause=Cause.UNDONE) if still and change.cause is Cause.DECLARED else change
        fields = tuple(
            replace(each, cause=Cause.UNDONE)
            if each.cause is Cause.DECLARED and not each.field.differs(said, change.after)
            else each
            for each in change.fields
        )
        return replace(change, fields=fields, cause=harmful(each.cause for each in fields))


def recall(applied: Knowledge, receipts: Sequence[Receipt], *, commit: str, loose: Sequence[Receipt] = ()) -> Memory:
    """What receipts record of a library whose base is ``commit``: the newest is first, the whole apply of that commit last.

    ``loose`` are receipts that git lacks.
    """
    whole = [number for number, receipt in enumerate(receipts) if receipt.is_whole]
    own = next((number for number in whole if receipts[number].report.plan.source.commit == commit), None)
    memory = Memory(applied, applied, doubtful=tuple(loose))
    if whole:
        last = receipts[whole[0] if own is None else own].report.plan
        memory = replace(memory, kept=tuple(item for item in last.unmanaged if item.formerly_declared))
    if whole[:1] == [own] or not whole:
        return _with(memory, reversed(receipts[:own]))
    # The base was moved without a receipt, or stayed where it was in spite of one.
    return replace(memory, doubtful=(*loose, *receipts[: own or 0]))


def _with(memory: Memory, receipts: Iterable[Receipt]) -> Memory:
    """With what applies left, the oldest first."""
    left, undone = memory.left, memory.undone
    for receipt in receipts:
        left, touched = _after(left, receipt)
        undone = undone | touched if receipt.report.plan.purpose is Purpose.UNDO else undone - touched
    return replace(memory, left=left, undone=undone)


def _seen(receipt: Receipt, live: Knowledge) -> Receipt:
    """A receipt as if only that had been done whose result is live."""
    contents, paths = _contents(live), {category.path for category in live.categories}

    def shows(change: Change) -> bool:
        if isinstance(change, CategoryChange):
            return change.before not in paths if change.after is None else change.after in paths
        return contents.get(change.title) == change.after

    report = receipt.report
    plan = report.plan
    outcomes = tuple(
        each if shows(plan.changes[each.change]) else replace(each, outcome=Outcome.NOT_ATTEMPTED) for each in report.outcomes
    )
    # The whole result is live, whatever part of it an earlier receipt made.
    changes = tuple(
        replace(each, fields=tuple(FieldChange(part, each.cause) for part in Field)) if isinstance(each, QuestionChange) else each
        for each in plan.changes
    )
    return replace(receipt, report=replace(report, plan=replace(plan, changes=changes), outcomes=outcomes))


def _contents(library: Knowledge) -> dict[str, Content]:
    return {question.content.question: question.content for question in library.questions}


def _nearer(base: Question | None, state: Question | None, live: Content | None) -> Question | None:
    if base is None or state is None or live is None:
        return state if live == (state and state.content) else base
    same = {part.value: part.of(live) for part in Field if not part.differs(state.content, live)}
    return replace(base, content=replace(base.content, **same))


def _after(knowledge: Knowledge, receipt: Receipt) -> tuple[Knowledge, frozenset[str]]:
    """What a library is after the changes that an apply made, and what these are about."""
    categories = {category.path: category for category in knowledge.categories}
    questions = {question.content.question: question for question in knowledge.questions}
    touched: set[str] = set()
    for change, ended in zip(receipt.report.plan.changes, receipt.report.outcomes, strict=True):
        if not ended.outcome.good:
            continue
        if isinstance(change, QuestionChange):
            touched |= {side.question for side in (change.before, change.after) if side is not None}
            _question(questions, change, made=ended.made)
            continue
        touched |= {show_path(side) for side in (change.before, change.after) if side is not None}
        before, after = change.before or (), change.after or ()
        if not before:
            categories.setdefault(after, Category(after))
        elif not after:
            categories.pop(before, None)
        else:
            moved = {before: after}
            categories = {path_after(path, moved): _moved(category, moved) for path, category in categories.items()}
            questions = {
                text: replace(item, content=replace(item.content, category=path_after(item.content.category, moved)))
                for text, item in questions.items()
            }
    return replace(knowledge, categories=tuple(categories.values()), questions=tuple(questions.values())), frozenset(touched)


def _question(questions: dict[str, Question], change: QuestionChange, *, made: str | None) -> None:
    old = None if change.before is None else questions.pop(change.before.question, None)
    if change.after is None:
        return
    content = change.after
    if old is not None:
        content = replace(old.content, **{field.value: field.of(change.after) for field in change.touched})
    questions[content.question] = Question(content, id=made) if old is None else replace(old, content=content)


def _moved(category: Category, moved: dict[CategoryPath, CategoryPath]) -> Category:
    return replace(category, path=path_after(category.path, moved))
