"""Small libraries and hand-made plans for the tests of the applier."""

import threading
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from kbsync.applier import Applier, OnFailure
from kbsync.model import Category, CategoryPath, Content, Knowledge, MenuType, Question, Status
from kbsync.ordering import in_order
from kbsync.plan import Action, CategoryChange, Cause, Change, Field, FieldChange, Plan, QuestionChange, Source, TargetRef
from kbsync.ports import Ports, Progress, Silent
from kbsync.report import ApplyReport, Outcome
from tests.fakes.clock import FakeClock
from tests.fakes.store import FakeStore

__all__ = [
    "PRESET",
    "SHOP",
    "add_category",
    "apply",
    "create",
    "delete",
    "drop_category",
    "library",
    "outcomes",
    "plan",
    "question",
    "rename_category",
    "status",
    "text",
    "update",
]

SHOP: CategoryPath = ("Shop",)
PRESET: CategoryPath = ("System preset category",)


def text(title: str, *, answer: str = "An answer.", category: CategoryPath = SHOP, similar: tuple[str, ...] = ()) -> Content:
    """A plain, enabled question."""
    return Content(title, answer, category, similar=similar)


def question(identifier: str, content: Content) -> Question:
    """A live question."""
    return Question(content, id=identifier)


def library(*questions: Question, more: Iterable[CategoryPath] = ()) -> Knowledge:
    """A preset category (1), Shop (10), those named in ``more`` (11, 12, …), and questions in them."""
    own = [Category(path, id=10 + number) for number, path in enumerate((SHOP, *more))]
    return Knowledge((Category(PRESET, id=1, menu=MenuType.PRESET), *own), questions)


def plan(*changes: Change, sort: bool = True) -> Plan:
    """A plan of some changes, in the order in which they are carried out."""
    return Plan(TargetRef("sandbox", 1400000000), Source("sha256:0"), in_order(changes) if sort else changes)


def create(content: Content) -> QuestionChange:
    """A question comes to be."""
    return QuestionChange(Action.CREATE, None, None, content, Cause.DECLARED)


def update(live: Question, **after: Any) -> QuestionChange:
    """Some fields of a question change."""
    fields = tuple(FieldChange(field, Cause.DECLARED) for field in Field if field in after)
    return QuestionChange(Action.UPDATE, live.id, live.content, replace(live.content, **after), Cause.DECLARED, fields)


def status(live: Question, goal: Status = Status.DISABLED) -> QuestionChange:
    """A question is enabled or disabled."""
    action = Action.DISABLE if goal is Status.DISABLED else Action.ENABLE
    fields = (FieldChange(Field.STATUS, Cause.DECLARED),)
    return QuestionChange(action, live.id, live.content, replace(live.content, status=goal), Cause.DECLARED, fields)


def delete(live: Question) -> QuestionChange:
    """A question goes."""
    return QuestionChange(Action.DELETE, live.id, live.content, None, Cause.DECLARED)


def add_category(*path: str) -> CategoryChange:
    """A category comes to be."""
    return CategoryChange(Action.CREATE, None, None, path, Cause.DECLARED)


def rename_category(identifier: int, before: CategoryPath, after: CategoryPath) -> CategoryChange:
    """A category gets another title."""
    return CategoryChange(Action.RENAME, identifier, before, after, Cause.DECLARED)


def drop_category(identifier: int, *path: str) -> CategoryChange:
    """A category goes."""
    return CategoryChange(Action.DELETE, identifier, path, None, Cause.DECLARED)


def apply(
    store: FakeStore,
    todo: Plan,
    *,
    on_failure: OnFailure = OnFailure.STOP,
    stop: threading.Event | None = None,
    clock: FakeClock | None = None,
    progress: Progress | None = None,
    workers: int = 1,
    unsure: bool = False,
) -> ApplyReport:
    """Apply a plan to the fake; with one worker the writes come in plan order. Once ``stop`` is set, no usual write is sent."""
    applier = Applier(
        Ports(store, store if stop is None else store.until(stop)),
        owed=Ports(store, store),
        clock=clock or FakeClock(),
        meter=store,
        progress=progress or Silent(),
        workers=workers,
    )
    return applier.apply(todo, on_failure=on_failure, stop=stop, unsure=unsure)


def outcomes(report: ApplyReport) -> list[Outcome]:
    """What became of each change, in plan order."""
    return [outcome.outcome for outcome in report.outcomes]
