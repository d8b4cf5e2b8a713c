"""Taking an apply back: the library is as it was before, except for what somebody changed since."""

from dataclasses import replace

from hypothesis import given, settings

from kbsync.applier import Applier, OnFailure
from kbsync.model import Category, Content, Knowledge, Question, Status
from kbsync.plan import Action, CategoryChange, Plan, Source, TargetRef
from kbsync.planner import Context, make_plan
from kbsync.planner.undo import invert
from kbsync.report import ApplyReport, ChangeOutcome, Outcome
from kbsync.settings import Policy, Prune
from kbsync.store import Ports
from tests.fakes.clock import FakeClock
from tests.fakes.libraries import triples
from tests.fakes.store import FakeStore
from tests.shares import examples

POLICY = Policy(prune=Prune.DELETE)
CONTEXT = Context(TargetRef("t", 1), Source("sha256:0"), POLICY)
SHOP = Category(("Shop",), 1)


def content(text: str, answer: str = "Yes.", **fields: object) -> Content:
    """A question in the shop."""
    return Content(text, answer, ("Shop",), **fields)  # type: ignore[arg-type]


def library(*questions: Content, categories: tuple[Category, ...] = (SHOP,)) -> Knowledge:
    """A live library."""
    return Knowledge(categories, tuple(Question(item, id=f"q{number}") for number, item in enumerate(questions)))


def apply(plan: Plan, store: FakeStore) -> ApplyReport:
    """Carry a plan out."""
    return Applier(Ports(store, store), clock=FakeClock(), meter=store).apply(plan, on_failure=OnFailure.CONTINUE)


def texts(knowledge: Knowledge) -> set[Content]:
    """The contents, ids aside: what was deleted returns under another one."""
    return {question.content for question in knowledge.questions}


def undone(before: Knowledge, after: Knowledge, meddle: tuple[str, Content | None] | None = None) -> tuple[FakeStore, Plan]:
    """Apply ``after``, let somebody meddle with one question, and plan the way back."""
    store = FakeStore(before)
    report = apply(make_plan(after, before, before, context=CONTEXT), store)
    live = store.knowledge()
    if meddle is not None:
        name, now = meddle
        rest = tuple(item for item in live.questions if item.content.question != name)
        met = tuple(item for item in live.questions if item.content.question == name)
        edited = () if now is None else tuple(replace(item, content=now) for item in met)
        live = replace(live, questions=(*rest, *edited))
        store = FakeStore(live)
    return store, invert(report, live, policy=POLICY, rate=5.0)


@settings(max_examples=examples(60), deadline=None)
@given(triples())
def test_what_was_applied_can_be_taken_back(triple: tuple[Knowledge, Knowledge, Knowledge | None]) -> None:
    """After the way back, every question has its old content again and nothing else is there."""
    desired, live, base = triple
    store = FakeStore(live)
    report = apply(make_plan(desired, live, base, context=CONTEXT), store)
    back = apply(invert(report, store.knowledge(), policy=POLICY, rate=5.0), store)
    assert back.finished
    assert texts(store.knowledge()) == texts(live)
    assert {item.path for item in store.knowledge().categories} == {item.path for item in live.categories}


def test_a_change_made_since_is_left_alone() -> None:
    """What somebody edited after the apply is named and not touched."""
    _, plan = undone(library(content("a")), library(content("a", "No.")), ("a", content("a", "Maybe.")))
    assert (plan.changes, len(plan.problems)) == ((), 1)
    assert "its answer was changed again" in str(plan.problems[0].message)


def test_a_question_that_is_gone_is_named() -> None:
    """What somebody deleted after the apply cannot be taken back."""
    _, plan = undone(library(content("a")), library(content("a", "No.")), ("a", None))
    assert "it is gone" in str(plan.problems[0].message)


def test_a_created_question_that_was_edited_stays() -> None:
    """Taking back a create never deletes somebody's work."""
    _, plan = undone(library(content("a")), library(content("a"), content("b")), ("b", content("b", "Edited.")))
    assert "it was changed since" in str(plan.problems[0].message)


def test_what_somebody_took_back_already_needs_nothing() -> None:
    """A field that has its old value again is done."""
    _, plan = undone(library(content("a")), library(content("a", "No.")), ("a", content("a")))
    assert (plan.changes, plan.problems) == ((), ())


def test_a_deleted_question_that_exists_again_is_left_alone() -> None:
    """Nothing is created twice."""
    before, after = library(content("a"), content("b")), library(content("a"))
    store = FakeStore(before)
    report = apply(make_plan(after, before, before, context=CONTEXT), store)
    plan = invert(report, before, policy=POLICY, rate=5.0)
    assert "it exists again" in str(plan.problems[0].message)


def test_status_and_text_are_both_taken_back() -> None:
    """Two changes of one question turn into two."""
    before = library(content("a"))
    store, plan = undone(before, library(content("b", status=Status.DISABLED, answer="No.")))
    assert apply(plan, store).finished
    assert texts(store.knowledge()) == texts(before)


def test_categories_are_taken_back() -> None:
    """Created ones go, deleted ones return, renamed ones get their old title."""
    before = Knowledge((SHOP, Category(("Old",), 2), Category(("Away",), 3)), (Question(content("a"), id="q"),))
    after = Knowledge((Category(("Shop",)), Category(("Fresh",), previously=("Old",)), Category(("New",))), before.questions)
    store, plan = undone(before, after)
    assert apply(plan, store).finished
    assert {item.path for item in store.knowledge().categories} == {("Shop",), ("Old",), ("Away",)}


def test_categories_that_changed_since_are_named() -> None:
    """A category that is gone, or exists again, is not taken back."""
    after = Knowledge((Category(("Shop",)), Category(("New",))), (Question(content("a")),))
    before = Knowledge((SHOP, Category(("Away",), 3)), (Question(content("a"), id="q"),))
    store = FakeStore(before)
    report = apply(make_plan(after, before, before, context=CONTEXT), store)
    plan = invert(report, before, policy=POLICY, rate=5.0)
    assert [change.title for change in plan.changes if isinstance(change, CategoryChange)] == []
    assert "it is gone" in str(plan.problems[0].message)


def test_changes_that_were_not_applied_are_not_taken_back() -> None:
    """Only what happened is turned round."""
    before = library(content("a"))
    plan = make_plan(library(content("a", "No.")), before, before, context=CONTEXT)
    report = apply(plan, FakeStore(library(content("a", "No."))))
    assert invert(report, before, policy=POLICY, rate=5.0).changes == ()


def test_the_way_back_is_a_plan_like_any_other() -> None:
    """Deleting what was created counts as a removal."""
    _, plan = undone(library(content("a")), library(content("a"), content("b")))
    assert [(change.action, change.removal) for change in plan.changes] == [(Action.DELETE, True)]


def test_what_was_sent_and_not_applied_is_named() -> None:
    """A change that may have happened in part is not taken back in silence."""
    before = library(content("a"))
    plan = make_plan(library(content("a", "No.")), before, before, context=CONTEXT)
    outcome = ChangeOutcome(0, Outcome.UNKNOWN, calls=1)
    back = invert(ApplyReport(plan, (outcome,)), before, policy=POLICY, rate=5.0)
    assert (back.changes, "did not end as applied" in str(back.problems[0].message)) == ((), True)
