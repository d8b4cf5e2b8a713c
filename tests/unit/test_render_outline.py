"""A plan arranged for reading: each change once, danger first."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kbsync.messages import message
from kbsync.model import Content
from kbsync.plan import (
    Action,
    CategoryChange,
    Cause,
    Change,
    Field,
    FieldChange,
    Kind,
    Plan,
    Problem,
    ProblemKind,
    QuestionChange,
    Unmanaged,
)
from kbsync.render.outline import Count, Section, action_of, differing, headline, outline, tallies
from kbsync.render.words import Words
from tests.unit import plans

FREE = st.sampled_from(Cause)


@st.composite
def changes(draw: st.DrawFn) -> Change:
    """Any change that a plan can hold."""
    action, cause = draw(st.sampled_from(Action)), draw(FREE)
    kind = draw(st.sampled_from(Kind))
    if kind is Kind.CATEGORY:
        action = draw(st.sampled_from((Action.CREATE, Action.RENAME, Action.DELETE)))
        before, after = (None if action is Action.CREATE else ("A",)), (None if action is Action.DELETE else ("B",))
        return CategoryChange(action, 1, before, after, cause)
    goal = replace(plans.PARCEL, category=draw(st.sampled_from((("A",), ("B",)))), answer=draw(st.sampled_from("xy")))
    live = replace(plans.PARCEL, category=("A",), answer="x")
    fields = tuple(FieldChange(field, draw(FREE)) for field in Field if getattr(live, field) != getattr(goal, field))
    return QuestionChange(
        action, "1", None if action is Action.CREATE else live, None if action is Action.DELETE else goal, cause, fields
    )


@given(st.lists(changes(), max_size=12))
def test_each_change_is_shown_exactly_once(listed: list[Change]) -> None:
    """Whatever a plan holds, no change is lost, doubled or counted twice, and sections come in the order of danger."""
    shown = outline(plans.plan_of(*listed))
    drawn = [change for group in shown.groups for change in group.changes]
    assert sorted(map(id, drawn)) == sorted(map(id, listed))
    assert sum(count.number for count in shown.counts) == len(listed)
    order = [list(Section).index(group.section) for group in shown.groups]
    assert order == sorted(set(order))


@given(st.lists(changes(), min_size=1, max_size=12))
def test_the_headline_counts_each_change_once(listed: list[Change]) -> None:
    """The figures before the semicolon of the unmanaged add up to the changes of the plan."""
    figures = [int(str(part).split()[0]) for clause in tallies(outline(plans.plan_of(*listed))) for part in clause]
    assert sum(figures) == len(listed)


def question(action: Action, cause: Cause = Cause.DECLARED, goal: Content | None = None, **fields: Cause) -> QuestionChange:
    """A change of one live question."""
    after = goal or plans.RETURNS
    return QuestionChange(
        action,
        "1",
        None if action is Action.CREATE else plans.RETURNS,
        None if action is Action.DELETE else after,
        cause,
        tuple(FieldChange(Field(name), each) for name, each in fields.items()),
    )


MOVED = replace(plans.RETURNS, category=("Elsewhere",))
REWRITTEN = replace(MOVED, answer="Never.")


@pytest.mark.parametrize(
    ("change", "section"),
    [
        (question(Action.DELETE, Cause.CONFLICT), Section.REMOVALS),
        (question(Action.DISABLE, Cause.DRIFT), Section.DISABLED),
        (question(Action.UPDATE, Cause.CONFLICT), Section.CONFLICTS),
        (question(Action.UPDATE, answer=Cause.CONFLICT, similar=Cause.DRIFT), Section.CONFLICTS),
        (question(Action.RENAME, answer=Cause.DRIFT), Section.DRIFT),
        (question(Action.CREATE, Cause.DRIFT), Section.DRIFT),
        (question(Action.RENAME), Section.RENAMES),
        (question(Action.UPDATE, goal=MOVED), Section.MOVES),
        (question(Action.MOVE, goal=MOVED), Section.MOVES),
        (question(Action.MOVE, goal=REWRITTEN), Section.UPDATES),
        (question(Action.ENABLE), Section.ENABLED),
        (question(Action.CREATE, Cause.UNKNOWN), Section.CREATES),
        (CategoryChange(Action.DELETE, 1, ("A",), None, Cause.DECLARED), Section.REMOVALS),
        (CategoryChange(Action.RENAME, 1, ("A",), ("B",), Cause.DRIFT), Section.DRIFT),
        (CategoryChange(Action.RENAME, 1, ("A",), ("B",), Cause.DECLARED), Section.CATEGORIES),
        (CategoryChange(Action.CREATE, None, None, ("A",), Cause.DECLARED), Section.CATEGORIES),
    ],
)
def test_a_change_stands_where_its_danger_is(change: Change, section: Section) -> None:
    """The most dangerous section that fits is the one."""
    assert [group.section for group in outline(plans.plan_of(change)).groups] == [section]


def test_what_differs_is_read_from_the_values() -> None:
    """The fields that differ are those whose values do; a create or delete compares nothing."""
    assert differing(question(Action.UPDATE, goal=REWRITTEN)) == (Field.ANSWER, Field.CATEGORY)
    assert differing(question(Action.CREATE)) == differing(question(Action.DELETE)) == ()
    assert action_of(question(Action.MOVE, goal=REWRITTEN)) is Action.UPDATE


def test_the_rest_of_a_plan_is_arranged_too() -> None:
    """Problems are divided by whether they block, unmanaged objects counted by kind, lapsed ones listed."""
    lapsed = Unmanaged(Kind.QUESTION, "1", "Old?", ("A",), lapsed=True)
    category = Unmanaged(Kind.CATEGORY, "2", "A", ("A",))
    stops = Problem(ProblemKind.CONFLICT, message("it stops"))
    informs = Problem(ProblemKind.WITHHELD, message("it informs"), blocking=False)
    shown = outline(replace(plans.dangerous(), unmanaged=(lapsed, category), problems=(informs, stops)))
    assert (shown.blocking, shown.notices, shown.lapsed) == ((stops,), (informs,), (lapsed,))
    assert (shown.unmanaged, shown.unmanaged_categories, shown.danger, shown.empty) == (1, 1, 3, False)
    assert shown.counts[0] == Count(Kind.QUESTION, Action.DELETE, 1)


def twice(plan: Plan) -> Plan:
    """The same changes again, for plurals."""
    return replace(plan, changes=plan.changes * 2)


@pytest.mark.parametrize(
    ("plan", "expected"),
    [
        (plans.empty(), "no changes"),
        (replace(plans.empty(), unmanaged=plans.everything().unmanaged), "no changes; 3 unmanaged"),
        (plans.offline(), "1 to update"),
        (plans.hostile(), "1 to update; 1 call, less than a second"),
        (plans.conflicts(), "1 conflict, 1 console edit to overwrite; 1 to update; 3 calls, about 1 s"),
        (twice(plans.conflicts()), "2 conflicts, 2 console edits to overwrite; 2 to update; 3 calls, about 1 s"),
        (
            twice(plans.everything()),
            (
                "2 to delete, 2 to disable, 2 categories to delete, 2 console edits to overwrite; "
                "2 to rename, 2 to move, 2 to update, 2 to enable, 2 to create, "
                "2 categories to rename, 2 categories to create; 3 unmanaged; 12 calls, about 3 s"
            ),
        ),
    ],
)
def test_the_headline_tells_the_plan_in_a_sentence(plan: Plan, expected: str) -> None:
    """Danger comes first, then the rest, what stays, and what it takes."""
    assert Words().sentence(headline(plan)) == expected


def test_the_headline_speaks_chinese() -> None:
    """The same sentence is said in Chinese, with Chinese punctuation."""
    words = Words("zh_CN.UTF-8")
    assert words.sentence(headline(plans.chinese())) == "重命名 1 个问题，更新 1 个问题；3 次调用，约 1 秒"
    assert (words.tag, Words().tag) == ("zh-Hans", "en")
    assert words("no such template {x}", x=1) == "no such template 1"
