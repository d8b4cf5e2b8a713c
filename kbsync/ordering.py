"""The order of a plan, what each change needs, and what all of it costs: one table, one law.

    categories    down the tree: a parent before its children      add_/update_chitchat_category
    questions     in waves: a text is freed before it is taken     add_chitchat, update_chitchat, update_similar_chitchat
    status        in batches                                       batch_set_chitchat
    removals      in batches                                       batch_set_chitchat
    questions     those that take a text freed by a removal,       as above
                  then their status
    categories    up the tree: a child before its parent           del_chitchat_category

Create downwards, delete upwards; nothing takes a name before its holder has let go of it.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from math import ceil

from kbsync.commands import Command
from kbsync.display import natural
from kbsync.model import Content, Status
from kbsync.plan import Action, CategoryChange, Change, Cost, QuestionChange

__all__ = ["BATCH", "Phase", "Step", "cost_of", "in_order", "phases"]

BATCH = 50
"""Questions in one ``batch_set_chitchat``; the page gives no maximum (cloud.tencent.com/document/product/679/117570)."""

PAGE = 100
"""Questions on one page of ``list_chitchat`` when nothing smaller is asked for; the page gives no maximum (269/116739)."""


class Step(StrEnum):
    """What a phase is about."""

    CATEGORIES = "categories"
    QUESTIONS = "questions"
    STATUS = "status"
    REMOVALS = "removals"
    EMPTY_CATEGORIES = "empty-categories"


@dataclass(frozen=True, slots=True)
class Phase:
    """Changes that may run side by side, as indices into the plan's changes. One phase ends before the next begins.

    ``needs`` are, for each change of a question, the earlier ones without which it must not be carried out: those of the
    same question, so that an outdated answer is not switched on, and those that free a text that it takes, so that no text
    stands twice.
    """

    step: Step
    changes: tuple[int, ...]
    needs: Mapping[int, tuple[int, ...]] = field(default_factory=dict)


STATUS_ACTIONS = frozenset({Action.ENABLE, Action.DISABLE})


def in_order(changes: Sequence[Change]) -> tuple[Change, ...]:
    """The same changes in the order in which they are carried out; equal input in any order gives equal output."""
    steady = sorted(changes, key=_name)
    return tuple(steady[index] for phase in phases(steady) for index in phase.changes)


def phases(changes: Sequence[Change]) -> tuple[Phase, ...]:
    """Cut a plan's changes into phases; phases without changes are left out."""
    questions = {index: change for index, change in enumerate(changes) if isinstance(change, QuestionChange)}
    frees = _who_frees(questions)
    early, late = _waves(questions, frees)
    waiting = {questions[index].id for wave in late for index in wave}
    status = [index for index, change in questions.items() if change.action in STATUS_ACTIONS]
    removals = tuple(index for index, change in questions.items() if change.action is Action.DELETE)
    found = [
        *((Step.CATEGORIES, level) for level in _levels(changes, deletes=False)),
        *((Step.QUESTIONS, wave) for wave in early),
        (Step.STATUS, tuple(index for index in status if questions[index].id not in waiting)),
        (Step.REMOVALS, removals),
        *((Step.QUESTIONS, wave) for wave in late),
        (Step.STATUS, tuple(index for index in status if questions[index].id in waiting)),
        *((Step.EMPTY_CATEGORIES, level) for level in _levels(changes, deletes=True)),
    ]
    needs = _needs(questions, frees, [members for _, members in found])
    return tuple(
        Phase(step, members, {index: needs[index] for index in members if index in needs}) for step, members in found if members
    )


def cost_of(changes: Sequence[Change], *, rate: float, live: Sequence[Status]) -> Cost:
    """Calls by command, and the seconds they take at ``rate`` calls a second and command: at most, where nothing is repeated.

    ``live`` is the status of every live question. Counted are the writes, with status calls in batches, the question for the
    service's time that a lock asks, and the reads at PAGE questions a page: one that asks for more and is refused, a listing
    before, another before each delete of a category. After creating (to learn ids) and at the end what was touched is looked for,
    one call a question, three for one that goes; or all is listed where that takes fewer.
    """
    if not changes:
        return Cost()
    steps = phases(changes)
    before, after = Counter(live), Counter(live)
    for change in changes:
        if isinstance(change, QuestionChange):
            after.subtract([change.before.status] if change.before else [])
            after.update([change.after.status] if change.after else [])
    questions = [change for change in changes if isinstance(change, QuestionChange)]
    made = [change for change in questions if change.id is None]
    stay = {change.id for change in questions if change.id is not None and change.after is not None}
    gone = sum(change.after is None for change in questions)
    tree = int(len(questions) < len(changes))
    pages = sum(max(1, ceil(after[status] / PAGE)) for status in Status)
    alone = 2 * (len(made) + len(stay)) + 3 * gone < pages
    woken = sum(change.after is not None and change.after.status is Status.DISABLED for change in made)
    made_first = [phase.step for phase in steps if phase.step is not Step.CATEGORIES] == [Step.QUESTIONS] and not woken
    blocks = [
        Counter({Command.DESC_CATEGORY: 1}),
        Counter({Command.LIST: 1 + gone * alone}),
        _listing(before),
        *(_phase_calls(phase, changes) for phase in steps),
    ]
    if made:
        new = {change.after for change in changes if change.before is None and isinstance(change, CategoryChange)}
        unknown = any(change.after and change.after.category in new for change in made)
        first = Counter({Command.DESC_CATEGORY: int(unknown), Command.LIST: len(made) + woken})
        blocks.append(first if 2 * len(made) < pages else _listing(after))
    if alone:
        blocks.append(Counter({Command.DESC_CATEGORY: tree, Command.LIST: len(stay) + 2 * gone + len(made) * (not made_first)}))
    else:
        blocks.append(_listing(after))
    blocks += [_listing(after)] * sum(len(phase.changes) for phase in steps if phase.step is Step.EMPTY_CATEGORIES)
    total: Counter[Command] = Counter()
    for block in blocks:
        total.update(block)
    seconds = sum(max(block.values()) / rate for block in blocks)
    return Cost(calls={str(command): total[command] for command in sorted(total) if total[command]}, seconds=round(seconds, 1))


def _listing(questions: Mapping[Status, int]) -> Counter[Command]:
    """The calls of one listing: the categories, then each status page by page up to the last page."""
    pages = sum(1 if count <= 0 else max(2, count // PAGE + 1) for count in (questions.get(status, 0) for status in Status))
    return Counter({Command.DESC_CATEGORY: 1, Command.LIST: pages})


def _phase_calls(phase: Phase, changes: Sequence[Change]) -> Counter[Command]:
    members = [changes[index] for index in phase.changes]
    if phase.step in (Step.STATUS, Step.REMOVALS):
        groups = Counter(change.action for change in members)
        return Counter({Command.BATCH_SET: sum(ceil(size / BATCH) for size in groups.values())})
    return Counter(Command(command) for change in members for command in change.calls)


def _name(change: Change) -> tuple[str, str, tuple[tuple[int, str], ...], str, str]:
    identifier = "" if change.id is None else str(change.id)
    place = "" if change.location is None else change.location.path
    return (change.kind, change.action, natural(change.title), identifier, place)


def _levels(changes: Sequence[Change], *, deletes: bool) -> list[tuple[int, ...]]:
    """The changes of categories by their depth: creates and renames down the tree, deletes up."""
    found = {index: change for index, change in enumerate(changes) if isinstance(change, CategoryChange)}
    depths = {index: len(change.after or change.before or ()) for index, change in found.items()}
    levels = _by_rank([index for index, change in found.items() if (change.action is Action.DELETE) is deletes], depths)
    return levels[::-1] if deletes else levels


Questions = Mapping[int, QuestionChange]


def _who_frees(questions: Questions) -> dict[int, frozenset[int]]:
    """For each change the others that let go of a text that it takes."""
    holders: dict[str, set[int]] = defaultdict(set)
    for index, change in questions.items():
        for text in _texts(change.before) - _texts(change.after):
            holders[text].add(index)
    return {
        index: frozenset().union(*(holders.get(text, ()) for text in _texts(change.after) - _texts(change.before)))
        for index, change in questions.items()
    }


def _texts(content: Content | None) -> frozenset[str]:
    return frozenset() if content is None else frozenset({content.question, *content.similar})


def _needs(
    questions: Questions, frees: Mapping[int, frozenset[int]], order: Sequence[tuple[int, ...]]
) -> dict[int, tuple[int, ...]]:
    rank = {index: number for number, members in enumerate(order) for index in members}
    same: dict[str | None, list[int]] = defaultdict(list)
    for index, change in questions.items():
        same[change.id].append(index)
    return {
        index: tuple(
            sorted(
                other
                for other in {*frees[index], *(same[change.id] if change.id is not None else ())}
                if rank[other] < rank[index]
            )
        )
        for index, change in questions.items()
    }


def _waves(questions: Questions, frees: Mapping[int, frozenset[int]]) -> tuple[list[tuple[int, ...]], list[tuple[int, ...]]]:
    """Text changes in waves, first those that run before the removals, then those that wait for a text to be removed."""
    removed = {index for index, change in questions.items() if change.action is Action.DELETE}
    writes = [index for index, change in questions.items() if change.action not in STATUS_ACTIONS and index not in removed]
    # By name and not by place: where a circle is cut must not depend on the order in which the changes came.
    named = sorted(writes, key=lambda index: _name(questions[index]))
    place = {index: at for at, index in enumerate(named)}
    before = {index: sorted(frees[index] - removed, key=place.__getitem__) for index in named}
    rank = _ranks(before)
    late = _closure({index for index in writes if frees[index] & removed}, before)
    return (
        _by_rank([index for index in writes if index not in late], rank),
        _by_rank([index for index in writes if index in late], rank),
    )


def _ranks(needs: Mapping[int, Sequence[int]]) -> dict[int, int]:
    """Topological rank of each change; a cycle is cut where the traversal started."""
    rank: dict[int, int] = {}
    for start in needs:
        stack, walking = [start], {start}
        while stack:
            index = stack[-1]
            waiting = [other for other in needs[index] if other not in rank and other not in walking]
            if waiting:
                stack.append(waiting[0])
                walking.add(waiting[0])
                continue
            rank.setdefault(index, 1 + max((rank[other] for other in needs[index] if other in rank), default=-1))
            stack.pop()
    return rank


def _closure(seed: set[int], needs: Mapping[int, Sequence[int]]) -> set[int]:
    """The seed and everything that waits for it."""
    late = set(seed)
    while True:
        more = {index for index, before in needs.items() if index not in late and not late.isdisjoint(before)}
        if not more:
            return late
        late |= more


def _by_rank(indices: Sequence[int], rank: Mapping[int, int]) -> list[tuple[int, ...]]:
    waves: dict[int, list[int]] = {}
    for index in indices:
        waves.setdefault(rank[index], []).append(index)
    return [tuple(waves[key]) for key in sorted(waves)]
