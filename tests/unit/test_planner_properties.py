"""What holds for every plan, whatever the three libraries are."""

from dataclasses import replace
from itertools import pairwise
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kbsync.applier import Applier, OnFailure
from kbsync.model import Category, Knowledge, Question, RemovalLine
from kbsync.ordering import in_order, phases
from kbsync.plan import Plan, QuestionChange, Source, TargetRef
from kbsync.planfile import encode_plan
from kbsync.planner import Context, make_plan
from kbsync.ports import Ports
from kbsync.settings import Policy, Prune
from tests.fakes.clock import FakeClock
from tests.fakes.libraries import declared, triples
from tests.fakes.store import FakeStore
from tests.shares import examples

pytestmark = pytest.mark.no_cover

Triple = tuple[Knowledge, Knowledge, Knowledge | None]

prunes = st.sampled_from(list(Prune))
thorough = settings(max_examples=examples(60), deadline=None, suppress_health_check=[HealthCheck.too_slow])


def planned(desired: Knowledge, live: Knowledge, base: Knowledge | None, prune: Prune) -> Plan:
    """The plan for three libraries under one policy."""
    context = Context(TargetRef("t", 1), Source(desired.digest()), Policy(prune=prune))
    return make_plan(desired, live, base, context=context)


def shuffled(knowledge: Knowledge, seed: int) -> Knowledge:
    """The same library told in another order."""
    order = Random(seed)
    categories, questions = list(knowledge.categories), list(knowledge.questions)
    order.shuffle(categories)
    order.shuffle(questions)
    return replace(knowledge, categories=tuple(categories), questions=tuple(questions))


def applied(plan: Plan, live: Knowledge) -> Knowledge:
    """The library after the plan was carried out."""
    store = FakeStore(live)
    report = Applier(Ports(store, store), clock=FakeClock(), meter=store).apply(plan, on_failure=OnFailure.CONTINUE)
    assert report.finished
    return store.knowledge()


@thorough
@given(triples(), prunes)
def test_planning_again_after_an_apply_finds_nothing(triple: Triple, prune: Prune) -> None:
    """An applied plan leaves nothing to do but what it had to leave for a person to decide."""
    desired, live, base = triple
    plan = planned(desired, live, base, prune)
    if not any(problem.blocking for problem in plan.problems):
        assert planned(desired, applied(plan, live), base, prune).changes == ()


@thorough
@given(triples(), prunes)
def test_unmanaged_objects_stay_byte_for_byte(triple: Triple, prune: Prune) -> None:
    """What a plan lists as unmanaged is the same before and after."""
    desired, live, base = triple
    plan = planned(desired, live, base, prune)
    left = {item.id for item in plan.unmanaged}
    before = {item.id: item for item in live.questions if item.id in left}
    after = {item.id: item for item in applied(plan, live).questions if item.id in left}
    renamed = {change.id for change in plan.changes if not isinstance(change, QuestionChange)}
    if not renamed:
        assert after == before


@thorough
@given(triples(), prunes)
def test_removals_need_a_base_or_ownership(triple: Triple, prune: Prune) -> None:
    """No more questions are removed than the base declared and desired does not, and what authoritative categories hold."""
    desired, live, base = triple
    plan = planned(desired, live, base, prune)
    texts = {question.content.question for question in desired.questions}
    lapsed = {question.content.question for question in (base.questions if base else ())} - texts
    owned = {category.path for category in desired.categories if category.authoritative}
    for change in plan.changes:
        if isinstance(change, QuestionChange) and change.removal and change.before is not None:
            inside = any(change.before.category[: len(path)] == path for path in owned)
            assert change.before.question in lapsed or inside


@thorough
@given(triples(), prunes, st.integers())
def test_the_bytes_do_not_depend_on_order(triple: Triple, prune: Prune, seed: int) -> None:
    """Files and listings in another order give the same plan file, byte for byte."""
    desired, live, base = triple
    other = (shuffled(desired, seed), shuffled(live, seed + 1), None if base is None else shuffled(base, seed + 2))
    assert encode_plan(planned(desired, live, base, prune)) == encode_plan(planned(*other, prune))


@thorough
@given(declared(), prunes)
def test_equal_sides_give_an_empty_plan(desired: Knowledge, prune: Prune) -> None:
    """A library that already is as declared needs nothing."""
    live = Knowledge(
        tuple(Category(item.path, number) for number, item in enumerate(desired.categories)),
        tuple(Question(item.content, id=str(number)) for number, item in enumerate(desired.questions)),
    )
    plan = planned(desired, live, desired, prune)
    assert (plan.changes, plan.unmanaged, plan.unchanged) == ((), (), len(desired.questions))


@thorough
@given(triples(), prunes)
def test_phases_cover_every_change_once_and_in_order(triple: Triple, prune: Prune) -> None:
    """Ordering neither loses nor repeats a change, and ordering what is ordered changes nothing."""
    plan = planned(*triple, prune)
    indices = [index for phase in phases(plan.changes) for index in phase.changes]
    assert indices == list(range(len(plan.changes)))
    assert in_order(plan.changes) == plan.changes
    assert all(one.changes[-1] < other.changes[0] for one, other in pairwise(phases(plan.changes)))


@thorough
@given(triples())
def test_protected_questions_are_never_removed(triple: Triple) -> None:
    """Nothing that the base protects is deleted because git dropped it."""
    desired, live, base = triple
    protected = {item.content.question for item in (base.questions if base else ()) if item.protected}
    for change in planned(desired, live, base, Prune.DELETE).changes:
        if isinstance(change, QuestionChange) and change.removal and change.before is not None:
            assert change.before.question not in protected


def test_a_line_under_removed_is_part_of_what_the_files_say() -> None:
    """The digest tells such lines, in any order, and is what it always was without any."""
    one, other = RemovalLine("a"), RemovalLine("b")
    digests = {Knowledge(removed=lines).digest() for lines in ((), (one,), (one, other), (other, one))}
    assert len(digests) == 3
