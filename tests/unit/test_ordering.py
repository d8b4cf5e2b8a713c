"""Create downwards, delete upwards, and no text is taken before it is free."""

from dataclasses import replace

from kbsync.commands import Command
from kbsync.model import Content, Status
from kbsync.ordering import BATCH, Step, cost_of, in_order, phases
from kbsync.plan import Action, CategoryChange, Cause, Change, Field, FieldChange, QuestionChange


def content(text: str, **fields: object) -> Content:
    """A question with some text."""
    return Content(text, "An answer.", ("A",), **fields)  # type: ignore[arg-type]


def differ(*fields: Field) -> tuple[FieldChange, ...]:
    """Fields that git changed."""
    return tuple(FieldChange(field, Cause.DECLARED) for field in fields)


def rename(identifier: str, old: str, new: str) -> QuestionChange:
    """A question that gets another text."""
    return QuestionChange(Action.RENAME, identifier, content(old), content(new), Cause.DECLARED, differ(Field.QUESTION))


def create(text: str) -> QuestionChange:
    """A new question."""
    return QuestionChange(Action.CREATE, None, None, content(text), Cause.DECLARED)


def delete(identifier: str, text: str) -> QuestionChange:
    """A question that goes."""
    return QuestionChange(Action.DELETE, identifier, content(text), None, Cause.DECLARED)


def disable(identifier: str, text: str) -> QuestionChange:
    """A question that is switched off."""
    off = content(text, status=Status.DISABLED)
    return QuestionChange(Action.DISABLE, identifier, content(text), off, Cause.DECLARED, differ(Field.STATUS))


def category(action: Action, *path: str) -> CategoryChange:
    """A category that comes or goes."""
    before, after = (path, None) if action is Action.DELETE else (None, path)
    return CategoryChange(action, 1 if before else None, before, after, Cause.DECLARED)


def titles(*changes: Change) -> list[str]:
    """The changes in order, by title."""
    return [change.title for change in in_order(changes)]


def test_categories_come_down_the_tree_and_go_up() -> None:
    """A parent is made before its child and deleted after it."""
    changes = [
        category(Action.DELETE, "X"),
        category(Action.DELETE, "X", "Y"),
        category(Action.CREATE, "N", "M"),
        category(Action.CREATE, "N"),
    ]
    assert titles(*changes) == ["N", "N / M", "X / Y", "X"]


def test_a_text_is_freed_before_it_is_taken() -> None:
    """Renames in a chain run from its end."""
    chain = [rename("1", "a", "b"), rename("2", "b", "c"), create("a")]
    assert [change.after.question for change in in_order(chain) if isinstance(change, QuestionChange) and change.after] == [
        "c",
        "b",
        "a",
    ]


def test_texts_that_change_places_still_get_an_order() -> None:
    """A circle is cut somewhere; nothing is lost."""
    assert sorted(titles(rename("1", "a", "b"), rename("2", "b", "a"))) == ["a", "b"]


def test_a_circle_is_always_cut_in_the_same_place() -> None:
    """What is in order stays as it is, in whatever order the changes came."""
    circle = [rename("1", "a", "b"), rename("2", "b", "a"), rename("3", "c", "d")]
    ordered = in_order(circle)
    assert in_order(circle[::-1]) == in_order(ordered) == ordered
    assert [index for phase in phases(ordered) for index in phase.changes] == [0, 1, 2]


def test_a_text_that_two_let_go_of_is_taken_after_both() -> None:
    """Two questions may hold one similar text; the third waits for either."""
    holders = [
        QuestionChange(
            Action.UPDATE, one, content(f"q{one}", similar=("s",)), content(f"q{one}"), Cause.DECLARED, differ(Field.SIMILAR)
        )
        for one in "12"
    ]
    assert titles(create("s"), *holders) == ["q1", "q2", "s"]


def test_a_text_freed_by_a_removal_is_taken_after_it() -> None:
    """What waits for a removal, and what waits for that, comes late; its status after it."""
    changes = [rename("1", "a", "gone"), delete("2", "gone"), create("a"), disable("1", "gone"), disable("3", "other")]
    steps = [phase.step for phase in phases(in_order(changes))]
    assert steps == [Step.STATUS, Step.REMOVALS, Step.QUESTIONS, Step.QUESTIONS, Step.STATUS]


def test_a_change_needs_what_frees_its_text_and_what_comes_before_it() -> None:
    """The removal that frees a text, and the change of the same question; not what merely runs earlier."""
    changes = in_order([rename("1", "a", "gone"), delete("2", "gone"), disable("1", "gone"), delete("3", "other")])
    needs = {changes[index].action: others for phase in phases(changes) for index, others in phase.needs.items()}
    assert [change.action for change in changes] == [Action.DELETE, Action.DELETE, Action.RENAME, Action.DISABLE]
    assert (needs[Action.DELETE], needs[Action.RENAME], needs[Action.DISABLE]) == ((), (0,), (2,))


def test_a_text_is_needed_only_from_who_comes_before() -> None:
    """Where a circle was cut, the first one has to do without."""
    circle = in_order([rename("1", "a", "b"), rename("2", "b", "a")])
    assert [dict(phase.needs) for phase in phases(circle)] == [{0: ()}, {1: (0,)}]


def test_one_call_carries_all_fields_but_similar_questions() -> None:
    """Text, answer, type and category travel together."""
    everything = [Field.QUESTION, Field.ANSWER, Field.ANSWER_TYPE, Field.CATEGORY, Field.SIMILAR]
    written = QuestionChange(Action.UPDATE, "1", content("a"), content("b"), Cause.DECLARED, differ(*everything))
    assert written.calls == (Command.UPDATE, Command.UPDATE_SIMILAR)
    assert replace(written, after=written.before, fields=differ(Field.SIMILAR)).calls == (Command.UPDATE_SIMILAR,)


def test_a_disabled_create_costs_a_second_call() -> None:
    """The service creates questions enabled."""
    created = create("x")
    assert created.calls == (Command.ADD,)
    assert replace(created, after=content("x", status=Status.DISABLED)).calls == (Command.ADD, Command.BATCH_SET)


def test_status_calls_are_counted_in_batches() -> None:
    """As many calls as batches, not as questions."""
    changes = [disable(str(number), f"q{number:03}") for number in range(BATCH + 1)]
    assert cost_of(changes, rate=5, live=[Status.ENABLED] * 100).calls["batch_set_chitchat"] == 2


def test_nothing_costs_nothing() -> None:
    """An empty plan makes no call."""
    assert cost_of([], rate=5, live=[Status.ENABLED] * 100).calls == {}


def test_every_delete_of_a_category_costs_a_listing_of_its_own() -> None:
    """Besides the one before and the one after the apply, and the question for the service's time."""
    changes = [category(Action.DELETE, "A"), category(Action.DELETE, "B"), category(Action.DELETE, "B", "C")]
    assert cost_of(changes, rate=5, live=[]).calls["desc_chitchat_category"] == 1 + 2 + 3


def test_what_was_touched_is_read_back_by_itself_where_that_is_cheaper() -> None:
    """One call a question, three for one that goes, and the categories where those change; a small library is listed whole."""
    three, live = [create("x"), disable("1", "y"), rename("2", "a", "z")], [Status.ENABLED] * 1000
    listed = 1 + 11 + 1
    more: list[list[Change]] = [[], [category(Action.CREATE, "A")], [delete("3", "w")]]
    read = [cost_of([*three, *others], rate=5, live=live).calls for others in more]
    assert [each["list_chitchat"] for each in read] == [listed + 1 + 3, listed + 1 + 3, listed + 1 + 3 + 3]
    assert [each["desc_chitchat_category"] for each in read] == [1 + 1, 1 + 1 + 2, 1 + 1]
    assert cost_of(three, rate=5, live=live[:300]).calls["list_chitchat"] == 1 + 5 + 1 + 6
    assert cost_of([create("x")], rate=5, live=live).calls["list_chitchat"] == listed + 1


def test_time_is_calls_over_rate() -> None:
    """Twenty-five creates at five a second take five seconds, and the listings their share."""
    changes = [create(f"q{number}") for number in range(25)]
    with_listings = cost_of(changes, rate=5, live=[]).seconds
    assert 5.0 <= with_listings < 8.0
