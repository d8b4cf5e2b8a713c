"""Which changes of a plan need others to have succeeded. The order itself is ``ordering``'s business."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from kbsync.model import Content
from kbsync.ordering import Phase
from kbsync.plan import Change, QuestionChange

__all__ = ["dependencies"]


def dependencies(changes: Sequence[Change], phases: Sequence[Phase]) -> Mapping[int, tuple[int, ...]]:
    """For each change the earlier ones without which it must not be carried out.

    These are the earlier changes of the same question, so that an outdated answer is not switched on, and those that
    free a text that it takes, so that no text stands twice.
    """
    rank = {index: number for number, phase in enumerate(phases) for index in phase.changes}
    same: dict[str, list[int]] = defaultdict(list)
    holders: dict[str, list[int]] = defaultdict(list)
    for index, change in enumerate(changes):
        if isinstance(change, QuestionChange):
            if change.id is not None:
                same[change.id].append(index)
            for text in _texts(change.before) - _texts(change.after):
                holders[text].append(index)
    found: dict[int, tuple[int, ...]] = {}
    for index, change in enumerate(changes):
        if isinstance(change, QuestionChange):
            freeing = [other for text in _texts(change.after) - _texts(change.before) for other in holders[text]]
            needed = {*freeing, *same.get(change.id or "", ())}
            found[index] = tuple(sorted(other for other in needed if rank[other] < rank[index]))
    return found


def _texts(content: Content | None) -> frozenset[str]:
    return frozenset() if content is None else frozenset({content.question, *content.similar})
