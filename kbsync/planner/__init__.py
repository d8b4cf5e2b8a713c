"""The planner: a pure function from desired, live and base to the Plan, which decides every change but those of an undo.

The same libraries in any order give the same plan. ``--only`` picks of libraries and plans what a pattern means.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase

from kbsync.compare import changed_fields
from kbsync.diagnostics import Location
from kbsync.messages import message
from kbsync.model import Category, CategoryPath, Content, Knowledge, MenuType, Question, Status, bare, show_path
from kbsync.ordering import cost_of, in_order
from kbsync.plan import (
    Action,
    CategoryChange,
    Cause,
    Change,
    Field,
    FieldChange,
    Match,
    Plan,
    Problem,
    ProblemKind,
    Purpose,
    QuestionChange,
    Source,
    TargetRef,
    harmful,
)
from kbsync.planner.categories import CategoryWork, plan_categories, stored_names, told_names
from kbsync.planner.matching import BaseIndex, Matches, Pair, keep_wordings, match_questions
from kbsync.planner.memory import Memory
from kbsync.planner.removals import idle_lines, plan_removals, with_additions
from kbsync.settings import Policy, Prune

__all__ = ["Context", "is_known", "is_picked", "make_plan", "meant", "picks"]


@dataclass(frozen=True, slots=True)
class Context:
    """The context of a plan: its target, commits and policy.

    ``rate`` is in calls a second and command. ``offline`` means that the base stands in for the live library. ``only``
    is a shell pattern on question, category path or file: everything else is left out of the plan. ``memory`` is what receipts
    record about the base. ``warnings`` are problems of the commits, not of their content.
    """

    target: TargetRef
    source: Source
    policy: Policy = Policy()
    rate: float = 5.0
    offline: bool = False
    only: str | None = None
    purpose: Purpose = Purpose.SYNC
    memory: Memory | None = None
    warnings: tuple[Problem, ...] = ()


def make_plan(desired: Knowledge, live: Knowledge, base: Knowledge | None, *, context: Context) -> Plan:
    """Decide every change that makes ``live`` equal to ``desired``.

    ``base`` is the knowledge last applied. Without it the plan is two-way: causes are unknown, and nothing is removed outside
    authoritative categories but what a line under ``removed`` names.
    """
    is_drift = context.purpose is Purpose.DRIFT
    names = stored_names(desired, live, base)
    renamed_by_service = [*told_names(desired, names)]
    desired = desired.called(names)
    base = base and base.called(stored_names(base, live, base))
    said = BaseIndex(base, live)
    categories = plan_categories(desired, live, base)
    found = match_questions(desired, live, base, work=categories, keeps=context.policy.prune is Prune.KEEP)
    matches = keep_wordings(found, said)
    removals = plan_removals(
        desired,
        live,
        said,
        matches=matches,
        work=categories,
        # In a drift everything that git does not declare is the console's, whatever an apply would do with it.
        prune=Prune.KEEP if is_drift else context.policy.prune,
    )
    if is_drift:
        removals = with_additions(removals, live, desired, work=categories)
    pairs = () if matches is found and not categories.renamed else matches.pairs  # they were compared there
    changed = [pair for pair in pairs if categories.settled(pair.live.content) != pair.desired.content]
    everything: list[Change] = [
        *categories.changes,
        *plan_questions(changed, matches.new, said, work=categories),
        *removals.changes,
    ]
    if context.memory is not None:
        everything = [context.memory.tell(change) for change in everything]
    chosen = select(everything, context.only and meant(context.only, desired, live, base))
    changes = in_order(chosen)
    problems = [
        *renamed_by_service,
        *categories.problems,
        *matches.problems,
        *removals.problems,
        *protected_disables(matches, said),
    ]
    problems += [] if is_drift else [*foresee_refusals(changes, live), *idle_lines(desired, live, said)]
    return Plan(
        target=context.target,
        source=context.source,
        changes=changes,
        unmanaged=removals.unmanaged,
        problems=(*context.warnings, *sorted(problems, key=_by_weight), *left_out(context.only, chosen, of=everything)),
        policy=context.policy,
        cost=cost_of(changes, rate=context.rate, live=[item.content.status for item in live.questions]),
        managed=len(matches.pairs) + removals.owned,
        unchanged=len(matches.pairs) - len(changed),
        offline=context.offline,
        only=context.only,
        purpose=context.purpose,
    )


def _by_weight(problem: Problem) -> tuple[bool, str, Location, str]:
    """What stops an apply first, then by kind, then by place."""
    return (not problem.blocking, problem.kind, problem.location or Location(""), str(problem.message))


def plan_questions(
    changed: Iterable[Pair], new: Iterable[Question], said: BaseIndex, *, work: CategoryWork
) -> Iterator[QuestionChange]:
    """Every change that the declared questions need that differ, category renames aside, or that are new."""
    for pair in changed:
        yield from _change(pair, said, work)
    for question in new:
        base = said.about(question)
        content = None if base is None else work.settled(base.content)
        cause = _create_cause(question.content, content, known=said.known)
        yield QuestionChange(Action.CREATE, None, None, question.content, cause, base=content, location=question.location)


def protected_disables(matches: Matches, said: BaseIndex) -> Iterator[Problem]:
    """Protected questions that were enabled at the base and are declared disabled now.

    A question that is missing live counts too, and the live text counts as well as the declared one: an apply that was cut off
    must still be able to finish.
    """
    pairs = [pair for pair in matches.pairs if pair.desired.protected and _is_enabled(pair.live)]
    enabled = [(pair.desired, pair.live.content.question) for pair in pairs]
    disabled = [one for one in (*enabled, *((new, "") for new in matches.new if new.protected)) if not _is_enabled(one[0])]
    had = {question.content.question for question in said.questions if _is_enabled(question)} if disabled else frozenset[str]()
    for desired, called in disabled:
        text = desired.content.question
        if had & {called, text, *desired.previously}:
            words = message("{text} is protected and would be disabled: take protected or status out", text=text)
            yield Problem(ProblemKind.PROTECTED, words, desired.location)


def _is_enabled(question: Question) -> bool:
    return question.content.status is Status.ENABLED


def _change(pair: Pair, said: BaseIndex, work: CategoryWork) -> Iterator[QuestionChange]:
    live, desired = pair.live.content, pair.desired.content
    settled = work.settled(live)
    fields = changed_fields(settled, desired)
    found = said.about(pair.desired, pair.live)
    base = None if found is None else work.settled(found.content)
    causes = [FieldChange(field, _cause(field, settled, desired, base=base, known=said.known)) for field in fields]
    if base is None and said.known and pair.match is Match.ID:
        # Git pins a question that neither side calls as the base did: both gave it another text, or both added it.
        causes = [replace(each, cause=Cause.CONFLICT) if each.field is Field.QUESTION else each for each in causes]
    content = tuple(change for change in causes if change.field is not Field.STATUS)
    status = tuple(change for change in causes if change.field is Field.STATUS)
    goal = replace(desired, status=live.status)
    if content:
        yield _question_change(pair, _action(content), before=live, after=goal, fields=content, base=base)
    if status:
        action = Action.ENABLE if desired.status is Status.ENABLED else Action.DISABLE
        start = goal if content else live
        end = replace(start, category=desired.category, status=desired.status)
        yield _question_change(pair, action, before=start, after=end, fields=status, base=base)


def _question_change(
    pair: Pair, action: Action, *, before: Content, after: Content, fields: tuple[FieldChange, ...], base: Content | None
) -> QuestionChange:
    return QuestionChange(
        action=action,
        id=pair.live.id,
        before=before,
        after=after,
        cause=harmful(change.cause for change in fields),
        fields=fields,
        base=base,
        location=pair.desired.location,
        match=pair.match,
        confidence=pair.confidence,
    )


def _action(fields: Sequence[FieldChange]) -> Action:
    names = {change.field for change in fields}
    if Field.QUESTION in names:
        return Action.RENAME
    return Action.MOVE if names == {Field.CATEGORY} else Action.UPDATE


def _cause(field: Field, live: Content, desired: Content, *, base: Content | None, known: bool) -> Cause:
    if base is None:
        return Cause.CONFLICT if known and _both_added(field, live, desired) else Cause.UNKNOWN
    said = field.of(base)
    if said == field.of(live):
        return Cause.DECLARED
    return Cause.DRIFT if said == field.of(desired) else Cause.CONFLICT


def _both_added(field: Field, live: Content, desired: Content) -> bool:
    """Whether a field of a question that the base lacks differs because git and the console each added the question.

    An apply that was cut off leaves a created question whose status or type is not set yet, or whose text the service stores
    in its own spelling: that is no console edit, and the next run must be able to finish it.
    """
    if field is Field.ANSWER:
        return bare(live.answer) != bare(desired.answer)
    if field is Field.SIMILAR:
        return {bare(text) for text in live.similar} != {bare(text) for text in desired.similar}
    return field is Field.CATEGORY


def _create_cause(desired: Content, base: Content | None, *, known: bool) -> Cause:
    """A declared question that live lacks is new in git, or was deleted in the console."""
    if not known:
        return Cause.UNKNOWN
    if base is None:
        return Cause.DECLARED
    return Cause.DRIFT if base == desired else Cause.CONFLICT


def foresee_refusals(changes: Sequence[Change], live: Knowledge) -> Iterator[Problem]:
    """The changes of a plan, as far as it is to be carried out, that cannot be on this library."""
    if not changes:
        return
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


class Exactly(str):
    """A pattern that is one name, to the letter."""

    __slots__ = ()


def meant(pattern: str, *libraries: Knowledge | None) -> str:
    """What a pattern means where these libraries are: the name that is just so, before any wildcard is one.

    Brackets are letters where a name has them.
    """
    objects = [each for library in libraries if library is not None for each in _objects(library)]
    known = {name for each in objects for name in (*_titles(each), *_files(each.location))}
    if pattern in known:
        return Exactly(pattern)
    plain = {name.casefold() for name in known}
    readings = (re.sub(r"([\[*?])", r"[\1]", pattern), pattern.replace("[", "[[]"))
    return next((reading for reading in readings if any(fnmatchcase(name, reading.casefold()) for name in plain)), pattern)


def picks(pattern: str, names: Iterable[str], location: Location | None = None) -> bool:
    """Whether a shell pattern matches a name (a question's text, a category's path) or the file of a place.

    Capitals do not matter; a file matches by its path and by its name alone.
    """
    everything = (*names, *_files(location))
    if isinstance(pattern, Exactly):
        return pattern in everything
    return any(fnmatchcase(name.casefold(), pattern.casefold()) for name in everything)


def is_picked(change: Change, pattern: str) -> bool:
    """Whether a pattern picks what a change is about, under its name before or after."""
    return picks(pattern, _names(change), change.location)


def is_known(pattern: str, *libraries: Knowledge | None) -> bool:
    """Whether a pattern picks anything at all in these libraries, changed or not."""
    wanted = meant(pattern, *libraries)
    known = (library for library in libraries if library is not None)
    return any(picks(wanted, _titles(each), each.location) for library in known for each in _objects(library))


def select(changes: Sequence[Change], pattern: str | None) -> list[Change]:
    """Keep what a pattern picks, and what those changes rest on; without a pattern everything."""
    if not pattern:
        return list(changes)
    chosen = [change for change in changes if is_picked(change, pattern)]
    needed = {change.after.category for change in chosen if isinstance(change, QuestionChange) and change.after}
    needed |= {change.after for change in chosen if isinstance(change, CategoryChange) and change.after}
    for change in changes:
        if isinstance(change, CategoryChange) and change not in chosen and change.action is not Action.DELETE:
            path = change.after or ()
            if any(other[: len(path)] == path for other in needed):
                chosen.append(change)
    return chosen


def left_out(pattern: str | None, chosen: Sequence[Change], *, of: Sequence[Change]) -> Iterator[Problem]:
    """Mark a plan that was narrowed by ``only``."""
    count = len(of) - len(chosen)
    if count:
        words = (
            message("only what matches {pattern} is planned; changes left out: {count}", count=count, pattern=pattern)
            if chosen
            else message(
                "nothing is to be done for what matches {pattern}; changes left out: {count}", count=count, pattern=pattern
            )
        )
        yield Problem(ProblemKind.WITHHELD, words, blocking=False)


def _names(change: Change) -> Iterator[str]:
    if isinstance(change, CategoryChange):
        yield from (show_path(path) for path in (change.before, change.after) if path)
        return
    for content in (change.before, change.after):
        if content is not None:
            yield from (content.question, show_path(content.category))


def _objects(library: Knowledge) -> tuple[Question | Category, ...]:
    return (*library.questions, *library.categories)


def _files(location: Location | None) -> tuple[str, ...]:
    return () if location is None else (location.path, location.path.rpartition("/")[2])


def _titles(each: Question | Category) -> tuple[str, ...]:
    if isinstance(each, Category):
        return (show_path(each.path),)
    return each.content.question, show_path(each.content.category)
