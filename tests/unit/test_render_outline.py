"""A plan arranged for reading: each change once, danger first."""

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kbsync.guards import Consent, objections
from kbsync.messages import message
from kbsync.model import Content
from kbsync.plan import (
    Action,
    BaseKind,
    CategoryChange,
    Cause,
    Change,
    Field,
    FieldChange,
    Kind,
    Plan,
    Problem,
    ProblemKind,
    Purpose,
    QuestionChange,
    Unmanaged,
)
from kbsync.render.github import plan_github
from kbsync.render.page import PlanWords
from kbsync.render.view import ActionCount, Section, Time, Version, action_of, counted, outline, view_of
from kbsync.render.words import Words
from tests.unit import plan_purposes, plans

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
    assert sum(count.number for count in counted(shown.changes)) == len(listed)
    order = [list(Section).index(group.section) for group in shown.groups]
    assert order == sorted(set(order))


@pytest.mark.no_cover
@given(st.lists(changes(), max_size=12))
def test_a_drift_is_each_change_from_the_other_side(listed: list[Change]) -> None:
    """What the way back would begin with, the console left; nothing is lost or doubled, and no section speaks of overwriting."""
    shown = outline(replace(plans.plan_of(*listed), purpose=Purpose.DRIFT))
    assert Counter(repr(change.after) for change in shown.changes) == Counter(repr(change.before) for change in listed)
    assert not {Section.CONFLICTS, Section.DRIFT} & {group.section for group in shown.groups}


@given(st.lists(changes(), min_size=1, max_size=12))
def test_the_headline_counts_each_change_once(listed: list[Change]) -> None:
    """The figures before the semicolon of the unmanaged add up to the changes of the plan."""
    figures = [int(str(part).split()[0]) for clause in PlanWords(plans.plan_of(*listed)).tallies() for part in clause]
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
        (question(Action.UPDATE, goal=MOVED, category=Cause.DECLARED), Section.MOVES),
        (question(Action.MOVE, goal=MOVED, category=Cause.DECLARED), Section.MOVES),
        (question(Action.MOVE, goal=REWRITTEN, answer=Cause.DECLARED, category=Cause.DECLARED), Section.UPDATES),
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


def told(change: QuestionChange, purpose: Purpose = Purpose.SYNC) -> tuple[list[Field], tuple[Field, ...]]:
    """The fields that are told as differences, and those that are told as they stand."""
    view = view_of(change, purpose)
    return [found.field for found in view.differences], view.whole


def test_what_differs_is_what_the_change_carries() -> None:
    """Nothing is compared anew; a question that comes or goes is told as it stands, and what is as usual is not told."""
    rewritten = question(Action.MOVE, goal=REWRITTEN, answer=Cause.DECLARED, category=Cause.DECLARED)
    assert told(rewritten) == ([Field.ANSWER, Field.CATEGORY], ())
    assert told(question(Action.CREATE)) == told(question(Action.DELETE)) == ([], (Field.ANSWER, Field.CATEGORY))
    assert action_of(rewritten) is Action.UPDATE


def test_a_category_that_is_only_renamed_is_no_difference() -> None:
    """The rename is a change of its own."""
    assert told(question(Action.UPDATE, goal=REWRITTEN, answer=Cause.DECLARED)) == ([Field.ANSWER], ())


def test_every_side_of_a_conflict_is_told() -> None:
    """The base stands before the two sides where both changed a field, and the cause of the others beside them."""
    change = replace(question(Action.UPDATE, Cause.CONFLICT, REWRITTEN, answer=Cause.CONFLICT, category=Cause.DRIFT), base=MOVED)
    answer, category = view_of(change, Purpose.SYNC).differences
    assert [version.time for version in answer.versions] == [Time.BASE, Time.BEFORE, Time.AFTER]
    assert (answer.named, answer.cause, category.named, category.cause) == (True, None, False, Cause.DRIFT)
    assert view_of(change, Purpose.SYNC).versions == answer.versions


def test_where_one_side_took_a_question_away_the_other_edit_is_told() -> None:
    """The base and what the other side made of it; nothing where both sides still have the question, or there is no base."""
    deleted, disabled, created = (
        change for change in plan_purposes.edited_removals().changes if isinstance(change, QuestionChange)
    )
    for change, time in ((deleted, Time.BEFORE), (disabled, Time.BEFORE), (created, Time.AFTER)):
        content = change.before or change.after
        assert change.base is not None
        assert content is not None
        view = view_of(change, Purpose.SYNC)
        assert {found.versions for found in view.differences} == {(Version(Time.BASE, change.base), Version(time, content))}
        assert not {found.field for found in view.differences} & {*view.whole}
    assert told(replace(deleted, base=None)) == told(replace(deleted, cause=Cause.DECLARED))
    assert told(replace(deleted, base=None))[0] == []


def test_the_rest_of_a_plan_is_arranged_too() -> None:
    """Problems are divided by whether they block, unmanaged objects counted by kind, lapsed ones listed."""
    lapsed = Unmanaged(Kind.QUESTION, "1", "Old?", ("A",), formerly_declared=True)
    category = Unmanaged(Kind.CATEGORY, "2", "A", ("A",))
    stops = Problem(ProblemKind.CONFLICT, message("it stops"))
    informs = Problem(ProblemKind.WITHHELD, message("it informs"), blocking=False)
    shown = outline(replace(plans.dangerous(), unmanaged=(lapsed, category), problems=(informs, stops)))
    assert (shown.blocking, shown.notices, shown.formerly_declared) == ((stops,), (informs,), (lapsed,))
    assert (shown.unmanaged, shown.undeclared, shown.danger, shown.empty) == (0, (category,), 3, False)
    assert counted(shown.changes)[0] == ActionCount(Kind.QUESTION, Action.DELETE, 1)


def test_what_stops_an_apply_is_shown_as_such() -> None:
    """A diverged history is an error where an apply refuses for it, and a note where the base was named or nobody applies."""
    parted = Problem(ProblemKind.DIVERGED, message("the histories part"), blocking=False)
    plan = replace(plans.dangerous(), problems=(parted,))
    given = replace(plan, source=replace(plan.source, base=BaseKind.GIVEN))
    for made, stopped in (
        (plan, True),
        (given, False),
        (replace(plan, offline=True), False),
        (replace(plan, purpose=Purpose.DRIFT), False),
    ):
        shown = outline(made)
        assert (shown.blocking, shown.diverged) == (((parted,), ()) if stopped else ((), (parted,)))
        drawn = plan_github(made, digest="d")
        assert ("::error" in drawn.result, drawn.outputs["blocking"]) == (stopped, str(int(stopped)))
        assert ("cannot be applied as it stands" in drawn.summary) == stopped
        assert (
            made.offline
            or made.purpose is Purpose.DRIFT
            or (str(parted.message) in map(str, objections(made, Consent()))) == stopped
        )


STAYING = (
    Unmanaged(Kind.QUESTION, "1", "Old?", ("A",), formerly_declared=True),
    Unmanaged(Kind.QUESTION, "2", "Older?", ("A",), formerly_declared=True),
    Unmanaged(Kind.QUESTION, "3", "Oldest?", ("A",), formerly_declared=True, enabled=False),
    Unmanaged(Kind.CATEGORY, "4", "A", ("A",), formerly_declared=True),
)
"""What git gave up: two answers that customers get, one that they do not, and a category."""

DROPPED = (
    CategoryChange(Action.CREATE, None, None, ("A",), Cause.DRIFT),
    CategoryChange(Action.DELETE, 1, ("B",), None, Cause.DRIFT),
)
RETITLED = (CategoryChange(Action.RENAME, 1, ("A",), ("B",), Cause.DRIFT),)


def twice(plan: Plan) -> Plan:
    """The same changes again, for plurals."""
    return replace(plan, changes=plan.changes * 2)


@pytest.mark.parametrize(
    ("plan", "expected"),
    [
        (plans.empty(), "no changes"),
        (
            replace(plans.empty(), unmanaged=plans.everything().unmanaged),
            "1 answer still given that git no longer declares; no changes; 1 unmanaged question",
        ),
        (
            replace(plans.empty(), unmanaged=STAYING),
            "2 answers still given that git no longer declares; no changes; 2 no longer in git, kept live",
        ),
        (
            replace(plans.conflicts(), unmanaged=STAYING[:1]),
            (
                "1 conflict, 1 console edit to overwrite, 1 answer still given that git no longer declares; 1 to update; "
                "at most 3 calls, about 1 s"
            ),
        ),
        (replace(plan_purposes.no_drift(), unmanaged=STAYING), "no drift; 4 no longer in git, kept live"),
        (plans.offline(), "1 to update"),
        (plans.hostile(), "1 to update; at most 1 call, less than a second"),
        (
            plan_purposes.drift(),
            (
                "1 deleted, 1 disabled, 1 renamed, 1 moved, 1 changed, 1 enabled, 1 made, "
                "1 category deleted, 1 category renamed; 1 unmanaged question"
            ),
        ),
        (replace(plan_purposes.drift(), changes=DROPPED * 2), "2 categories deleted, 2 categories made; 1 unmanaged question"),
        (replace(plan_purposes.drift(), changes=DROPPED[1:]), "1 category made; 1 unmanaged question"),
        (replace(plan_purposes.drift(), changes=RETITLED * 2), "2 categories renamed; 1 unmanaged question"),
        (plan_purposes.no_drift(), "no drift"),
        (replace(plan_purposes.undo(), changes=()), "nothing to take back; at most 2 calls, less than a second"),
        (
            plan_purposes.edited_removals(),
            (
                "1 to delete (1 conflict: edited in the console too), 1 to disable (1 conflict: edited in the console too), "
                "1 conflict; at most 3 calls, about 1 s"
            ),
        ),
        (
            twice(plan_purposes.edited_removals()),
            (
                "2 to delete (2 conflicts: edited in the console too), 2 to disable (2 conflicts: edited in the console too), "
                "2 conflicts; at most 3 calls, about 1 s"
            ),
        ),
        (plans.conflicts(), "1 conflict, 1 console edit to overwrite; 1 to update; at most 3 calls, about 1 s"),
        (twice(plans.conflicts()), "2 conflicts, 2 console edits to overwrite; 2 to update; at most 3 calls, about 1 s"),
        (
            twice(plans.everything()),
            (
                "2 to delete, 2 to disable, 2 categories to delete, 2 console edits to overwrite, "
                "1 answer still given that git no longer declares; "
                "2 to rename, 2 to move, 2 to update, 2 to enable, 2 to create, "
                "2 categories to rename, 2 categories to create; "
                "1 unmanaged question; at most 12 calls, about 3 s"
            ),
        ),
    ],
)
def test_the_headline_tells_the_plan_in_a_sentence(plan: Plan, expected: str) -> None:
    """Danger comes first, then the rest, what stays, and what it takes."""
    assert Words().sentence(PlanWords(plan).clauses()) == expected


def test_the_headline_speaks_chinese() -> None:
    """The same sentence is said in Chinese, with Chinese punctuation."""
    words = PlanWords(plans.chinese(), "zh_CN.UTF-8")
    assert words.sentence(words.clauses()) == "重命名 1 个问题，更新 1 个问题；至多 3 次调用，约 1 秒"
    assert (words.tag, Words().tag) == ("zh-Hans", "en")
    assert words("no such template {x}", x=1) == "no such template 1"
