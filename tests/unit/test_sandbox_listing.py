"""The sandbox's listing: pages, filters, totals, order and the lag behind the writes."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kbsync.commands import Command
from tests.fakes.caller import Caller
from tests.fakes.console import Console
from tests.shares import examples

LIST = Command.LIST
PRESETS = 8


def filled(*words: str) -> Caller:
    """A sandbox with the questions q1 to q5 in category 10513, q5 disabled."""
    caller = Caller(*words)
    for number in range(1, 6):
        Console(caller.service).add_question(f"q{number}", "A", category=10513, status=5 if number == 5 else 4)
    return caller


def page(caller: Caller, index: int, size: int, **fields: Any) -> list[str]:
    """The texts of one page of category 10513."""
    answer = caller.call(LIST, PageIndex=index, PageSize=size, **({"CategoryId": 10513} | fields))
    return [entry["StandardQuestion"] for entry in answer["QuestionList"]]


def test_an_entry_has_the_documented_fields() -> None:
    """One question as the vendor's sample shows it, with both counts."""
    caller = Caller()
    mine = caller.add("Q", AnswerType=2, SimilarQuestions=["Q1", "Q2"])
    answer = caller.call(LIST, PageIndex=1, PageSize=3, CategoryId=10513)
    assert (answer["AllQuestionCount"], answer["StandardQuestionCount"]) == (3, 1)
    assert answer["QuestionList"] == [
        {
            "StandardQuestionId": mine,
            "StandardQuestion": "Q",
            "Status": 4,
            "CategoryId": 10513,
            "Answer": "An answer.",
            "AnswerType": 2,
            "QuestionType": 1,
            "SimilarQuestions": ["Q1", "Q2"],
        }
    ]


@pytest.mark.parametrize(
    "fields",
    [
        {"PageIndex": 0, "PageSize": 1},
        {"PageIndex": 1, "PageSize": 0},
        {"PageIndex": 1},
        {"PageSize": 1},
        {"PageIndex": "1", "PageSize": 1},
        {"PageIndex": 1, "PageSize": 1, "Status": 6},
        {"PageIndex": 1, "PageSize": 1, "Question": 1},
        {"PageIndex": 1, "PageSize": 1, "CategoryId": "1"},
        {"PageIndex": 1, "PageSize": 1, "LanguageTag": 1},
    ],
)
def test_wrong_parameters_are_refused(fields: dict[str, object]) -> None:
    """Pages count from 1, a status is 4 or 5, and types are what the page says."""
    assert Caller().code(LIST, **fields) == -7


def test_filters_narrow_the_list() -> None:
    """Keyword, category and status work together; an unknown category and another language hold nothing."""
    caller = filled()
    assert page(caller, 1, 9, Status=5) == ["q5"]
    assert page(caller, 1, 9, Status=4, Question="3") == ["q3"]
    assert page(caller, 1, 9, CategoryId=1) == []
    assert caller.listed(LanguageTag="id") == []
    assert len(caller.listed(LanguageTag="")) == PRESETS + 5


def test_filter_switches() -> None:
    """A category may include its children, an omitted status mean enabled, presets stay hidden, keywords be words."""
    assert page(filled("recursive-filter=yes"), 1, 9, CategoryId=10506)[0] == "Hello"
    assert page(filled(), 1, 9, CategoryId=10506) == []
    assert page(filled("omitted-status=enabled"), 1, 9) == ["q1", "q2", "q3", "q4"]
    assert filled("include-presets=no").listed() == ["q1", "q2", "q3", "q4", "q5"]
    assert Caller("keyword=words").listed(Question="robot? you") == ["Are you a robot?"]
    assert Caller("keyword=words").listed(Question="robo") == []
    assert Caller().listed(Question="robo") == ["Are you a robot?"]


@pytest.mark.parametrize(
    ("words", "size", "pages"),
    [
        ([], 2, [["q1", "q2"], ["q3", "q4"], ["q5"], []]),
        (["past-end=last-page"], 2, [["q1", "q2"], ["q3", "q4"], ["q5"], ["q5"]]),
        (["order=newest"], 3, [["q5", "q4", "q3"], ["q2", "q1"]]),
        (["page-cap=2", "page-refusal=clamp"], 3, [["q1", "q2"], ["q3", "q4"], ["q5"]]),
        (["page-cap=2"], 2, [["q1", "q2"]]),
    ],
)
def test_pages(words: list[str], size: int, pages: list[list[str]]) -> None:
    """Pages follow each other in the order of the switch; what lies past the end follows another."""
    caller = filled(*words)
    assert [page(caller, index + 1, size) for index in range(len(pages))] == pages


def test_pages_may_be_refused() -> None:
    """A page past the end or above the cap can be an error; the first page of nothing is not past the end."""
    assert filled("past-end=error").code(LIST, PageIndex=14, PageSize=1) == -7
    assert filled("past-end=error").code(LIST, PageIndex=1, PageSize=1, CategoryId=1) == 0
    assert filled("page-cap=2").code(LIST, PageIndex=1, PageSize=3) == -7


@pytest.mark.parametrize(("word", "told"), [("list", {"QuestionList": []}), ("null", {"QuestionList": None}), ("absent", {})])
def test_a_page_without_questions_is_spelled_as_the_switch_says(word: str, told: dict[str, object]) -> None:
    """An empty array, null, or no list at all, past the end and where a filter lets nothing through."""
    caller = filled(f"empty-page={word}")
    for wanted in ({"PageIndex": 99, "PageSize": 9}, {"PageIndex": 1, "PageSize": 9, "CategoryId": 1}):
        answer = caller.call(LIST, **wanted)
        assert {name: answer[name] for name in answer if name == "QuestionList"} == told
    assert len(caller.call(LIST, PageIndex=1, PageSize=2)["QuestionList"]) == 2


def test_unstable_orders() -> None:
    """By id, by last write or anew each time: all questions are there, in an order of their own."""
    by_id = filled("order=by-id")
    ids = [entry["StandardQuestionId"] for entry in by_id.call(LIST, PageIndex=1, PageSize=99)["QuestionList"]]
    assert ids == sorted(ids)
    updated = filled("order=updated")
    Console(updated.service).edit_question(Console(updated.service).question("q2"), answer="B")
    assert page(updated, 1, 9) == ["q2", "q5", "q4", "q3", "q1"]
    shuffled = filled("order=shuffled")
    seen = [tuple(page(shuffled, 1, 9)) for _ in range(4)]
    assert {tuple(sorted(each)) for each in seen} == {("q1", "q2", "q3", "q4", "q5")}
    assert len(set(seen)) > 1


@pytest.mark.parametrize(("word", "expected"), [("library", PRESETS + 5), ("filtered", 5), ("page", 2)])
def test_totals_count_what_the_switch_says(word: str, expected: int) -> None:
    """The count is of the library, of the filter, or of the page alone."""
    answer = filled(f"totals={word}").call(LIST, PageIndex=1, PageSize=2, CategoryId=10513)
    assert answer["StandardQuestionCount"] == expected


def test_reads_may_lag_behind_writes() -> None:
    """With a lag of two seconds a listing shows additions, edits, deletions and categories two seconds late."""
    caller = filled("read-lag=2")
    console = Console(caller.service)
    caller.clock.move(10)
    console.edit_question(console.question("q1"), question="q1 new")
    console.delete_question(console.question("q2"))
    console.add_category("New")
    assert page(caller, 1, 9)[:2] == ["q1", "q2"]
    assert caller.call(Command.DESC_CATEGORY)["Total"] == 8
    assert caller.code(Command.UPDATE, StandardQuestionId=console.question("q1 new"), Answer="B") == 0
    caller.clock.move(1.5)
    assert page(caller, 1, 9)[:2] == ["q1 new", "q3"]
    assert caller.call(Command.DESC_CATEGORY)["Total"] == 9


@settings(max_examples=examples(40), deadline=None)
@given(st.lists(st.integers(0, 4), max_size=12), st.integers(1, 7), st.sampled_from(["oldest", "newest", "by-id", "updated"]))
def test_stable_pages_hold_every_question_once(edits: list[int], size: int, order: str) -> None:
    """Whatever was edited before, the pages of a stable order put together are the library."""
    caller = filled(f"order={order}", "include-presets=no")
    for number in edits:
        Console(caller.service).edit_question(Console(caller.service).question(f"q{number + 1}"), answer="B")
    pages = [page(caller, index, size) for index in range(1, 7)]
    assert sorted(text for each in pages for text in each) == ["q1", "q2", "q3", "q4", "q5"]
    caller.service.close()
