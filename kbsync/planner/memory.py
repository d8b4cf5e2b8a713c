"""What kbsync itself left in a library since the base, told by its receipts: none of that is the console's doing."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from kbsync.model import Category, CategoryPath, Knowledge, Question, path_after, show_path
from kbsync.plan import CategoryChange, Cause, Change, Kind, Purpose, QuestionChange, harmful
from kbsync.report import Receipt

__all__ = ["Memory", "recall"]


@dataclass(frozen=True, slots=True)
class Memory:
    """The base as it counts.

    ``applied`` is the knowledge at its commit, ``left`` what kbsync made of that since: by undos, by files of no commit, in
    part. ``base`` also holds what git gave up and the service had when the base was applied, each with its live id. ``undone``
    are the texts and paths of what an undo took back.
    """

    applied: Knowledge
    left: Knowledge
    base: Knowledge
    undone: frozenset[str] = frozenset()

    def tell(self, change: Change) -> Change:
        """A change with the cause ``undone`` where git still says what an undo took back."""
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


def recall(applied: Knowledge, receipts: Sequence[Receipt], *, commit: str) -> Memory:
    """What receipts tell of a library whose base is ``commit``: the newest comes first, the last whole apply of a commit last."""
    last = next((number for number, receipt in enumerate(receipts) if receipt.is_whole), None)
    whole = None if last is None else receipts[last].report.plan
    left, undone = applied, frozenset[str]()
    # Where the base was moved without a receipt, nobody knows what of the later ones still holds.
    for receipt in reversed(receipts[:last]) if whole is None or whole.source.commit == commit else ():
        left, touched = _after(left, receipt)
        undone = undone | touched if receipt.report.plan.purpose is Purpose.UNDO else undone - touched
    kept = () if whole is None else [item for item in whole.unmanaged if item.formerly_declared]
    texts = {question.content.question for question in left.questions}
    paths = {category.path for category in left.categories}
    questions = (
        Question(item.declared, id=item.id, protected=item.protected)
        for item in kept
        if item.declared is not None and item.declared.question not in texts
    )
    categories = (Category(item.category) for item in kept if item.kind is Kind.CATEGORY and item.category not in paths)
    base = replace(left, questions=(*left.questions, *questions), categories=(*left.categories, *categories))
    return Memory(applied, left, base, undone)


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
