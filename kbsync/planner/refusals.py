"""Changes that the applier or the service would refuse, as problems of the plan, which stop an apply before anything is sent."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from kbsync.messages import message
from kbsync.model import CategoryPath, Knowledge, MenuType, show_path
from kbsync.plan import Action, CategoryChange, Change, Field, Problem, ProblemKind, QuestionChange


def foresee_refusals(changes: Sequence[Change], live: Knowledge) -> Iterator[Problem]:
    """The changes of a plan, as far as it is to be carried out, that cannot be on this library."""
    questions = [change for change in changes if isinstance(change, QuestionChange)]
    yield from _taken(questions, live)
    yield from _circles(questions)
    yield from _unlisted(questions, live)
    yield from _occupied([change for change in changes if isinstance(change, CategoryChange)], questions, live)


def _taken(changes: Sequence[QuestionChange], live: Knowledge) -> Iterator[Problem]:
    """Texts that the plan gives to one question while another keeps them."""
    given: dict[str | None, str | None] = {change.id: change.title if change.after else None for change in changes}
    holders: dict[str | None, list[str | None]] = defaultdict(list)
    for item in live.questions:
        holders[given.get(item.id, item.content.question)].append(item.id)
    for change in changes:
        if change.after is None or (change.before is not None and change.before.question == change.after.question):
            continue
        others = [holder for holder in holders[change.title] if holder != change.id]
        if others:
            words = message(
                "{text} is the text of another live question (id {id}), which stays: rename or remove that one first, "
                "or give this one another text",
                text=change.title,
                id=", ".join(map(str, others)),
            )
            yield Problem(ProblemKind.AMBIGUOUS, words, change.location)


def _circles(changes: Sequence[QuestionChange]) -> Iterator[Problem]:
    """Questions that exchange their texts in a cycle: whichever is changed first takes a text that is not free yet."""
    renames = {
        change.before.question: change
        for change in sorted(changes, key=lambda change: change.id or "")
        if change.before is not None and change.after is not None and Field.QUESTION in change.touched
    }
    done: set[str] = set()
    for start in sorted(renames):
        path: list[str] = []
        text = start
        while text in renames and text not in done:
            done.add(text)
            path.append(text)
            text = renames[text].title
        if text in path:
            circle = path[path.index(text) :]
            words = message(
                "{texts} change hands in a circle, and the service may refuse a text that is still there: give one of them "
                "another text, apply that, and then its last one",
                texts=" → ".join([*circle, text]),
            )
            yield Problem(ProblemKind.AMBIGUOUS, words, renames[text].location)


def _unlisted(changes: Sequence[QuestionChange], live: Knowledge) -> Iterator[Problem]:
    """Questions to be created in a category of the service's own while its listing shows no question of such categories."""
    presets = {category.path for category in live.categories if category.menu is MenuType.PRESET}
    if any(item.content.category in presets for item in live.questions):
        return
    for change in changes:
        if change.after is not None and change.before is None and change.after.category in presets:
            words = message(
                "the service lists no question of its own categories, so {text} may be in {category} already, and each apply "
                "would add one more: take it out of the files or give it another category",
                text=change.title,
                category=show_path(change.after.category),
            )
            yield Problem(ProblemKind.INCOMPLETE, words, change.location)


def _occupied(categories: Sequence[CategoryChange], questions: Sequence[QuestionChange], live: Knowledge) -> Iterator[Problem]:
    """Categories to be deleted that this plan, or the part of it that is to be carried out, does not empty."""
    leaving = {change.id for change in questions if change.after is None or Field.CATEGORY in change.touched}
    doomed = {change.id for change in categories if change.action is Action.DELETE}
    for change in categories:
        path = change.before
        if change.action is not Action.DELETE or path is None:
            continue
        inside = [
            item.content.question for item in live.questions if item.id not in leaving and _is_in(item.content.category, path)
        ]
        inside += [show_path(item.path) for item in live.categories if item.id not in doomed and _is_in(item.path, path)]
        if inside:
            words = message(
                "category {path} cannot be deleted, because this plan leaves {count} in it, such as {example}: plan them too",
                path=show_path(path),
                count=len(inside),
                example=inside[0],
            )
            yield Problem(ProblemKind.WITHHELD, words, change.location)


def _is_in(path: CategoryPath, category: CategoryPath) -> bool:
    return path[: len(category)] == category
