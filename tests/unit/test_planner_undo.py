"""Taking an apply back: the library is as it was before, except for what somebody changed since."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given, settings

from kbsync.applier import Applier, OnFailure
from kbsync.model import AnswerType, Category, Content, Knowledge, Question, Status
from kbsync.plan import Action, CategoryChange, Cause, Plan, Source, TargetRef
from kbsync.planner import Context, make_plan
from kbsync.planner.undo import invert
from kbsync.ports import Ports
from kbsync.report import ApplyReport, ChangeOutcome, Outcome
from kbsync.settings import Policy, Prune
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


def aftermath(before: Knowledge, after: Knowledge, console: Callable[[FakeStore], object], *, forget: bool = False) -> Plan:
    """Apply ``after``, let the console act, and plan the way back, from a receipt of an older version where ``forget``."""
    store = FakeStore(before)
    report = apply(make_plan(after, before, before, context=CONTEXT), store)
    assert report.finished
    store.edit(console)
    outcomes = tuple(replace(each, made=None, home=None) for each in report.outcomes) if forget else report.outcomes
    return invert(replace(report, outcomes=outcomes), store.knowledge(), policy=POLICY, rate=5.0)


def id_of(store: FakeStore, *path: str) -> int:
    """The id of a category."""
    return next(item.id or 0 for item in store.knowledge().categories if item.path == path)


def replaced(*path: str) -> Callable[[FakeStore], object]:
    """The console gives a category another title, and a new one its title."""

    def act(store: FakeStore) -> None:
        store.rename_category(id_of(store, *path), "Elsewhere")
        store.add_category(path[-1], parent=id_of(store, *path[:-1]) if path[1:] else None)

    return act


OLD = Knowledge((SHOP, Category(("Shop", "Old"), 2)))


@pytest.mark.parametrize("kind", ["made", "renamed", "child"])
def test_what_the_console_put_in_the_place_of_a_category_is_not_touched(kind: str) -> None:
    """A category is taken back by its id, and refused where it has got another title."""
    after = {
        "made": Knowledge((*OLD.categories, Category(("New",)))),
        "renamed": Knowledge((Category(("New",), previously=("Shop",)), Category(("New", "Old")))),
        "child": Knowledge((SHOP, Category(("Shop", "New"), previously=("Old",)))),
    }[kind]
    plan = aftermath(OLD, after, replaced(*(("Shop", "New") if kind == "child" else ("New",))))
    assert plan.changes == ()
    assert ["Elsewhere" in str(problem.message) for problem in plan.problems] == [True]


def test_a_category_does_not_get_a_title_that_another_has_now() -> None:
    """The console made a new one with the old title."""
    after = Knowledge((Category(("New",), previously=("Shop",)), Category(("New", "Old"))))
    plan = aftermath(OLD, after, lambda store: store.add_category("Shop", parent=None))
    assert (plan.changes, str(plan.problems[0].message)) == (
        (),
        "New is not taken back: another category is called Shop now",
    )


def test_a_category_that_has_its_old_title_again_needs_nothing() -> None:
    """The console took the rename back already."""
    after = Knowledge((Category(("New",), previously=("Shop",)), Category(("New", "Old"))))
    plan = aftermath(OLD, after, lambda store: store.rename_category(id_of(store, "New"), "Shop"))
    assert (plan.changes, plan.problems) == ((), ())


def test_a_child_is_renamed_back_below_a_parent_that_the_console_renamed() -> None:
    """Each of them is found by its id, whatever is above it."""
    after = Knowledge((SHOP, Category(("Shop", "New"), previously=("Old",))))
    plan = aftermath(OLD, after, lambda store: store.rename_category(1, "Store"))
    assert [(change.before, change.after) for change in plan.changes] == [(("Store", "New"), ("Store", "Old"))]


def test_a_deleted_category_does_not_return_without_its_parent() -> None:
    """Nor where it is there again."""
    assert aftermath(OLD, Knowledge((SHOP,)), lambda store: store.add_category("Old", parent=1)).changes == ()
    plan = aftermath(OLD, Knowledge((SHOP,)), lambda store: store.rename_category(1, "Elsewhere"))
    assert (plan.changes, str(plan.problems[0].message)) == ((), "Shop / Old is not taken back: its parent is gone")


@pytest.mark.parametrize("kind", ["moved", "deleted"])
def test_a_question_does_not_return_to_a_category_that_is_not_there(kind: str) -> None:
    """What was moved out of it, or deleted in it, stays as it is and is named."""
    inside = Question(replace(content("a"), category=("Shop", "Old")), id="q")
    before = Knowledge(OLD.categories, (inside, Question(content("b"), id="b")))
    kept = (Question(content("b")),) if kind == "deleted" else (Question(content("a")), Question(content("b")))
    plan = aftermath(before, Knowledge(OLD.categories, kept), lambda store: store.rename_category(2, "Elsewhere"))
    assert (plan.changes, len(plan.problems)) == ((), 1)
    assert "its category Shop / Old is not there" in str(plan.problems[0].message)


@pytest.mark.parametrize(
    "kept", [(Question(content("a")), Question(content("b"))), (Question(content("b")),)], ids=["moved", "deleted"]
)
@pytest.mark.parametrize("forget", [False, True])
def test_a_question_does_not_return_to_what_took_the_place_of_its_category(kept: tuple[Question, ...], forget: bool) -> None:
    """The category that it was in is known by its id; an older receipt tells no more than the path."""
    inside = Question(replace(content("a"), category=("Shop", "Old")), id="q")
    before = Knowledge(OLD.categories, (inside, Question(content("b"), id="b")))
    plan = aftermath(before, Knowledge(OLD.categories, kept), replaced("Shop", "Old"), forget=forget)
    assert (len(plan.changes), [str(problem.message) for problem in plan.problems]) == (
        (1, []) if forget else (0, ["a is not taken back: another category is called Shop / Old now"])
    )


def test_a_category_that_the_console_made_again_is_not_the_one_that_was_deleted() -> None:
    """Neither does it count as the parent of one below it, nor do its questions return to it."""
    inside = Question(replace(content("a"), category=("Shop", "Old")), id="q")
    before = Knowledge(OLD.categories, (inside, Question(content("b"), id="b")))
    after = Knowledge((SHOP,), (Question(content("a")), Question(content("b"))))
    plan = aftermath(before, after, lambda store: store.add_category("Old", parent=1))
    assert (plan.changes, str(plan.problems[0].message)) == ((), "a is not taken back: another category is called Shop / Old now")
    plan = aftermath(OLD, Knowledge((SHOP,)), replaced("Shop"))
    assert (plan.changes, str(plan.problems[0].message)) == (
        (),
        "Shop / Old is not taken back: another category is called Shop now",
    )


def test_a_category_and_what_was_in_it_return_together() -> None:
    """A question goes back into the category that the way back makes again."""
    inside = Question(replace(content("a"), category=("Shop", "Old")), id="q")
    before = Knowledge(OLD.categories, (inside, Question(content("b"), id="b")))
    for left in ((SHOP,), ()):
        home = Content("b", "Yes.", ("Shop",) if left else ("Else",))
        after = Knowledge((*left, Category(("Else",))), (Question(replace(home, question="a")), Question(home)))
        store, plan = undone(before, after)
        assert plan.problems == ()
        assert apply(plan, store).finished
        assert texts(store.knowledge()) == texts(before)


def test_of_two_deleted_twins_one_returns() -> None:
    """No text is created twice."""
    before = library(content("a"), content("b"), content("b", "No."))
    base = library(content("a"), content("b"))
    store = FakeStore(before)
    owned = replace(library(content("a")), categories=(replace(SHOP, authoritative=True),))
    report = apply(make_plan(owned, before, base, context=CONTEXT), store)
    plan = invert(report, store.knowledge(), policy=POLICY, rate=5.0)
    assert [change.action for change in plan.changes] == [Action.CREATE]
    assert "it exists again" in str(plan.problems[0].message)


def test_a_twin_that_took_the_old_text_stops_the_way_back() -> None:
    """The applier would refuse to rename to a text that is there."""
    after = Knowledge((SHOP,), (Question(content("b"), previously=("a",)),))

    def twin(store: FakeStore) -> None:
        store.add_question(question="a", answer="!", answer_type=AnswerType.TEXT, category=1, similar=())

    plan = aftermath(library(content("a")), after, twin)
    assert [problem.blocking for problem in plan.problems] == [True]
    assert "a is the text of another live question" in str(plan.problems[0].message)


def test_a_receipt_without_ids_is_read_by_text_and_path() -> None:
    """Older receipts do not tell what creates made."""
    after = Knowledge((SHOP, Category(("New",))), (Question(content("a")), Question(content("b"))))
    plan = aftermath(library(content("a")), after, lambda _store: None, forget=True)
    assert [change.title for change in plan.changes] == ["b", "New"]


def test_a_created_question_is_found_by_its_id() -> None:
    """What was renamed since is not taken for gone, and a twin with its text is not taken for it."""

    def swap(store: FakeStore) -> None:
        made = next(item for item in store.knowledge().questions if item.content.question == "b")
        store.update_question(made.id or "", question="mine now")
        store.add_question(question="b", answer="Yes.", answer_type=AnswerType.TEXT, category=1, similar=())

    plan = aftermath(library(content("a")), library(content("a"), content("b")), swap)
    assert (plan.changes, str(plan.problems[0].message)) == ((), "b is not taken back: it was changed since")


def test_an_apply_that_changed_nothing_leaves_nothing_to_take_back() -> None:
    """The way back says so."""
    plan = aftermath(library(content("a")), library(content("a")), lambda _store: None)
    assert (plan.changes, str(plan.problems[0].message)) == ((), "there is nothing to take back: the apply changed nothing")


def test_titles_that_were_handed_on_are_handed_back() -> None:
    """A title that one of the apply's own categories still has is free for the one that had it."""
    before = Knowledge((SHOP, Category(("Next",), 2)))
    after = Knowledge((Category(("Next",)), Category(("Last",))))
    renames = tuple(
        CategoryChange(Action.RENAME, old.id, old.path, new.path, Cause.DECLARED)
        for old, new in zip(before.categories, after.categories, strict=True)
    )
    plan = make_plan(before, before, before, context=CONTEXT)
    report = ApplyReport(replace(plan, changes=renames), tuple(ChangeOutcome(at, Outcome.APPLIED) for at in (0, 1)))
    live = Knowledge((Category(("Next",), 1), Category(("Last",), 2)))
    back = invert(report, live, policy=POLICY, rate=5.0)
    assert {(change.before, change.after) for change in back.changes} == {(("Next",), ("Shop",)), (("Last",), ("Next",))}
