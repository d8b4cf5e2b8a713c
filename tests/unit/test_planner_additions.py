"""A drift tells of what the console added where git declares the category: just what a pull would take over."""

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from kbsync.model import Category, CategoryPath, Content, Knowledge, MenuType, Question, Status
from kbsync.plan import Action, Cause, Plan, Purpose, QuestionChange, Source, TargetRef
from kbsync.planner import Context, make_plan
from kbsync.puller import Scope, decide
from kbsync.settings import Policy, Prune
from tests.fakes.libraries import declared, live_libraries

SHOP, PART, OTHER, PRESET = ("Shop",), ("Shop", "Part"), ("Other",), ("Preset",)
SAID = Content("Open?", "Yes.", SHOP)


def drift(base: Knowledge, live: Knowledge, *, prune: Prune = Prune.KEEP) -> Plan:
    """What the console changed since the base."""
    context = Context(TargetRef("t", 1), Source("sha256:0"), Policy(prune=prune), purpose=Purpose.DRIFT)
    return make_plan(base, live, base, context=context)


def additions(plan: Plan) -> list[Content]:
    """What the console added, told as what the way back would delete."""
    taken = [change for change in plan.changes if isinstance(change, QuestionChange) and change.removal]
    assert {(change.action, change.cause) for change in taken} <= {(Action.DELETE, Cause.DRIFT)}
    return [change.before for change in taken if change.before is not None]


def library(added: CategoryPath, *, complete: bool = True) -> Knowledge:
    """A library where the console added one question."""
    tree = (Category(SHOP, 1), Category(PART, 2), Category(OTHER, 3), Category(PRESET, 4, MenuType.PRESET))
    questions = (Question(SAID, "q1"), Question(Content("New?", "Yes.", added, status=Status.DISABLED), "q2"))
    return Knowledge(tree, questions, complete=complete)


@pytest.mark.parametrize("complete", [True, False])
@pytest.mark.parametrize("prune", Prune)
def test_an_addition_in_a_declared_category_is_drift(prune: Prune, complete: bool) -> None:
    """Whatever happens to questions that git stops declaring, and it is unmanaged no longer."""
    base = Knowledge((Category(SHOP),), (Question(SAID),))
    found = drift(base, library(SHOP, complete=complete), prune=prune)
    assert [content.question for content in additions(found)] == ["New?"]
    assert [item.id for item in found.unmanaged if item.id.startswith("q")] == []


@pytest.mark.parametrize("category", [PART, OTHER, PRESET])
def test_an_addition_elsewhere_stays_unmanaged(category: CategoryPath) -> None:
    """Neither a category that git never named, nor one below a declared one, nor one of the service is git's business."""
    found = drift(Knowledge((Category(SHOP), Category(PRESET)), (Question(SAID),)), library(category))
    assert (found.changes, [item.id for item in found.unmanaged if item.id.startswith("q")]) == ((), ["q2"])


def test_a_category_that_was_renamed_in_the_console_is_still_declared() -> None:
    """Its new questions are told under the title that it has now."""
    base = Knowledge((Category(("Store",), previously=("Shop",)),), (Question(replace(SAID, category=("Store",))),))
    assert [content.category for content in additions(drift(base, library(SHOP)))] == [SHOP]


@pytest.mark.parametrize("prune", Prune)
def test_what_the_console_adds_below_an_owned_category_is_drift(prune: Prune) -> None:
    """Git owns all that is in it, in categories that the console made, too; a pull takes it in and declares them."""
    base = Knowledge((Category(SHOP, authoritative=True),), (Question(SAID),))
    assert [content.category for content in additions(drift(base, library(PART), prune=prune))] == [PART]


@pytest.mark.no_cover
@given(declared(), live_libraries(), st.sampled_from(Prune))
def test_a_drift_tells_what_a_pull_would_add(said: Knowledge, live: Knowledge, prune: Prune) -> None:
    """No more and no less, where the files are as they were applied."""
    base = replace(said, categories=tuple(replace(category, authoritative=False) for category in said.categories))
    plan = make_plan(base, live, base, context=Context(TargetRef("t", 1), Source("sha256:0"), Policy(prune=prune)))
    assume(any(isinstance(change, QuestionChange) and change.before for change in plan.changes) or plan.unchanged)
    pulled = decide(base, live, base, plan, scope=Scope()).merge.added
    told = Counter(content.question for content in additions(drift(base, live, prune=prune)))
    assert told == Counter(content.question for content in pulled)
