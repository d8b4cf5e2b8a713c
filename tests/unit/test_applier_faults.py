"""Random plans, random faults: whatever goes wrong, nothing else is touched, and the next apply of the same plan ends it."""

from dataclasses import dataclass, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kbsync.applier import OnFailure
from kbsync.commands import READS
from kbsync.compare import changed_fields
from kbsync.model import AnswerType, Category, CategoryPath, Content, Knowledge, MenuType, Question, Status
from kbsync.plan import Action, Cause, Change, FieldChange, Plan, QuestionChange
from kbsync.report import ApplyReport
from tests.fakes.store import FakeStore, Fault, Quirks
from tests.shares import examples
from tests.unit.applying import PRESET, add_category, apply, create, drop_category, plan, rename_category, status

PATHS: tuple[CategoryPath, ...] = (("Shop",), ("Bar",), ("Bar", "Inner"), PRESET)
LIVE = (
    Category(PRESET, id=1, menu=MenuType.PRESET),
    Category(("Shop",), id=10),
    Category(("Bar",), id=11),
    Category(("Bar", "Inner"), id=12),
    Category(("Old",), id=13),
)
OUTSIDE = Question(Content("Nobody's business?", "No.", ("Shop",), similar=("Mine",)), id="outside")


@dataclass(frozen=True)
class Case:
    """A library, a plan for it, and the contents that the plan leads to."""

    live: Knowledge
    plan: Plan
    goal: frozenset[Content]


def contents(question: str) -> st.SearchStrategy[Content]:
    similar = st.sets(st.sampled_from([f"{question} a", f"{question} b"])).map(lambda found: tuple(sorted(found)))
    return st.builds(
        Content,
        st.just(question),
        st.sampled_from(["One.", "Two."]),
        st.sampled_from(PATHS),
        st.sampled_from(AnswerType),
        similar,
        st.sampled_from(Status),
    )


@st.composite
def cases(draw: st.DrawFn) -> Case:
    renamed = draw(st.booleans())

    def final(content: Content) -> Content:
        return replace(content, category=("Store",)) if renamed and content.category == ("Shop",) else content

    changes: list[Change] = [add_category("New"), drop_category(13, "Old")] if draw(st.booleans()) else []
    changes += [rename_category(10, ("Shop",), ("Store",))] if renamed else []
    live, goal, free = [OUTSIDE], {final(OUTSIDE.content)}, ["Fresh?"]
    for number in range(draw(st.integers(0, 4))):
        name = f"Question {number}?"
        before = Question(draw(contents(name)), id=f"q{number}")
        live.append(before)
        kind = draw(st.sampled_from(["keep", "delete", "update", "rename"]))
        if kind == "delete":
            changes.append(QuestionChange(Action.DELETE, before.id, before.content, None, Cause.DECLARED))
        text = draw(st.sampled_from(free)) if kind == "rename" else name
        if text != name:
            free.remove(text)
        if text != name or kind == "delete":
            free.append(name)
        if kind in ("update", "rename"):
            goal.add(_update(before, final(draw(contents(text))), changes))
        elif kind == "keep":
            goal.add(final(before.content))
    for text in free if draw(st.booleans()) else ():
        new = final(draw(contents(text)))
        changes.append(create(new))
        goal.add(new)
    return Case(Knowledge(LIVE, tuple(live)), plan(*changes), frozenset(goal))


def _update(before: Question, wanted: Content, changes: list[Change]) -> Content:
    """A change of text and a change of status, as a planner writes them."""
    written = replace(wanted, status=before.content.status)
    if written != before.content:
        fields = tuple(FieldChange(part, Cause.DECLARED) for part in changed_fields(before.content, written))
        changes.append(QuestionChange(Action.UPDATE, before.id, before.content, written, Cause.DECLARED, fields))
    if wanted.status is not written.status:
        changes.append(status(replace(before, content=written), wanted.status))
    return wanted


def found(store: FakeStore) -> list[Content]:
    return [question.content for question in store.knowledge().questions]


def finish(store: FakeStore, todo: Plan) -> ApplyReport:
    """The same plan once more, when the service is well again and reads have caught up."""
    store.faults.clear()
    for _ in range(store.quirks.lag):
        store.read()
    return apply(store, todo)


FAULTS = st.dictionaries(st.integers(1, 14), st.sampled_from(Fault), max_size=6)


@pytest.mark.no_cover
@settings(max_examples=examples(100), deadline=None)
@given(cases(), st.integers(0, 2), st.sampled_from([1, 4]))
def test_a_plan_leads_to_its_goal(case: Case, lag: int, workers: int) -> None:
    """Without faults the library is what the plan says, in one go, and the same plan again changes nothing."""
    store = FakeStore(case.live, quirks=Quirks(lag=lag, refuse_duplicates=True))
    assert apply(store, case.plan, workers=workers).finished
    assert len(found(store)) == len(case.goal)
    assert frozenset(found(store)) == case.goal
    sent = len(store.writes)
    assert finish(store, case.plan).finished
    assert len(store.writes) == sent


@pytest.mark.no_cover
@settings(max_examples=examples(200), deadline=None)
@given(cases(), FAULTS, st.sampled_from(OnFailure), st.sampled_from([1, 4]), st.integers(0, 2))
def test_no_fault_loses_or_doubles_anything(
    case: Case, faults: dict[int, Fault], on_failure: OnFailure, workers: int, lag: int
) -> None:
    """One outcome a change; nothing outside the plan touched; no text twice; the next apply reaches the goal."""
    store = FakeStore(case.live, faults=faults, quirks=Quirks(lag=lag))
    report = apply(store, case.plan, on_failure=on_failure, workers=workers)
    assert [outcome.change for outcome in report.outcomes] == list(range(len(case.plan.changes)))
    assert sum(outcome.calls for outcome in report.outcomes) == sum(report.calls[it] for it in report.calls.keys() - READS)
    outside = next(question for question in store.knowledge().questions if question.id == "outside")
    assert replace(outside.content, category=("Shop",)) == OUTSIDE.content
    texts = [content.question for content in found(store)]
    assert len(texts) == len(set(texts))
    assert finish(store, case.plan).finished
    assert sorted(map(repr, found(store))) == sorted(map(repr, case.goal))


@pytest.mark.no_cover
@settings(max_examples=examples(40), deadline=None)
@given(cases(), st.sampled_from(Fault), st.sampled_from(OnFailure))
def test_every_kill_point_can_be_resumed(case: Case, fault: Fault, on_failure: OnFailure) -> None:
    """A fault at each write in turn, and from each write on, leaves something that the same plan finishes."""
    length = len(_writes_of(case))
    for first in range(1, length + 1):
        for last in (first, length + 20):
            store = FakeStore(case.live, faults=dict.fromkeys(range(first, last + 1), fault))
            report = apply(store, case.plan, on_failure=on_failure)
            assert len(report.outcomes) == len(case.plan.changes)
            assert finish(store, case.plan).finished
            assert frozenset(found(store)) == case.goal
            assert len(found(store)) == len(case.goal)


def _writes_of(case: Case) -> list[object]:
    store = FakeStore(case.live)
    apply(store, case.plan)
    return list(store.writes)
