"""Status and removals, many ids in one ``batch_set_chitchat``; a refused batch is halved until the refused id stands alone.

The service answers a batch as a whole (cloud.tencent.com/document/product/679/117570): ``readback`` tells what took.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import partial

from kbsync.applier.attempts import Attempt, Ended
from kbsync.applier.ledger import Ledger
from kbsync.applier.questions import QuestionWork
from kbsync.applier.rounds import Craft, Task
from kbsync.applier.snapshot import Snapshot
from kbsync.model import Status
from kbsync.ordering import BATCH
from kbsync.store import Writer

__all__ = ["BatchWork"]


class BatchWork:
    """The batch phases of one apply. ``finisher`` also sends when the apply is to stop: what is half done is not left so."""

    def __init__(self, writer: Writer, *, finisher: Writer, ledger: Ledger, questions: QuestionWork) -> None:
        self._writer = writer
        self._finisher = finisher
        self._ledger = ledger
        self._questions = questions

    @property
    def status(self) -> Craft:
        """How questions are enabled and disabled."""
        return Craft(self._tasks, self._reached)

    @property
    def removals(self) -> Craft:
        """How questions are deleted."""
        return Craft(self._tasks, self._reached, gone_is_refused=True)

    @property
    def created(self) -> Craft:
        """How created questions get the status that ``add_chitchat`` cannot give them."""
        return Craft(self._finishing_tasks, self._reached, finishing=True)

    def _tasks(self, indices: Sequence[int], seen: Snapshot | None) -> Sequence[Task]:
        return self._tasks_of(self._writer, indices, seen)

    def _tasks_of(self, writer: Writer, indices: Sequence[int], seen: Snapshot | None) -> Sequence[Task]:
        held = {index: held for index in indices if (held := self._held(index, seen)) is not None}
        tasks: list[Task] = [lambda: held] if held else []
        groups: dict[Status | None, list[int]] = defaultdict(list)
        for index in indices:
            if index not in held:
                groups[self._goal(index)].append(index)
        for goal, members in groups.items():
            for start in range(0, len(members), BATCH):
                batch = members[start : start + BATCH]
                tasks.append(partial(self._send, batch, goal, writer))
        return tasks

    def _held(self, index: int, seen: Snapshot | None) -> Attempt | None:
        """Why a change is left out. Only a delete that is sent again could destroy an edit: a status has but two values."""
        edited = self._questions.edited(index, seen) if seen is not None and self._goal(index) is None else None
        return self._questions.held(index) or edited

    def _finishing_tasks(self, indices: Sequence[int], seen: Snapshot | None) -> Sequence[Task]:
        return [partial(_in_part, task) for task in self._tasks_of(self._finisher, indices, seen)]

    def _send(self, batch: Sequence[int], goal: Status | None, writer: Writer) -> dict[int, Attempt]:
        """One batch, in smaller ones if it is refused; what a cautious apply does not start any more is left out."""
        identifiers = [self._identifier(index) for index in batch]
        if goal is None:
            ended = self._ledger.send(lambda: writer.delete_questions(identifiers), batch[0])
        else:
            ended = self._ledger.send(lambda: writer.set_status(identifiers, goal), batch[0])
        if ended.ended is not Ended.REFUSED or ended.hopeless or len(batch) == 1:
            return dict.fromkeys(batch, ended)
        middle = len(batch) // 2
        found = self._send(batch[:middle], goal, writer)
        failed = any(end.ended is not Ended.DONE for end in found.values())
        if self._ledger.interrupted or (self._ledger.cautious and failed):
            return found
        return found | self._send(batch[middle:], goal, writer)

    def _reached(self, index: int, seen: Snapshot) -> bool:
        found = seen.questions.get(self._identifier(index))
        goal = self._goal(index)
        return found is None if goal is None else found is not None and found.content.status is goal

    def _goal(self, index: int) -> Status | None:
        """The status that a change wants, None for a removal."""
        after = self._questions.change(index).after
        return None if after is None else after.status

    def _identifier(self, index: int) -> str:
        return self._questions.change(index).id or self._questions.created[index]


def _in_part(task: Task) -> Mapping[int, Attempt]:
    return {index: end.in_part() for index, end in task().items()}
