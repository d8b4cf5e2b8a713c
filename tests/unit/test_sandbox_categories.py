"""The sandbox's category commands, under the default switches and under each other reading."""

import pytest

from kbsync.commands import Command
from tests.fakes.caller import Caller
from tests.fakes.console import Console

DESC, ADD, UPDATE, DELETE = Command.DESC_CATEGORY, Command.ADD_CATEGORY, Command.UPDATE_CATEGORY, Command.DEL_CATEGORY
PRESETS = 8


def titles(caller: Caller) -> dict[int, tuple[int, str]]:
    """CategoryId to ParentId and Title, without the vendor's example."""
    entries = caller.call(DESC)["List"]
    return {entry["CategoryId"]: (entry["ParentId"], entry["Title"]) for entry in entries if entry["CategoryId"] > 10513}


def test_a_new_sandbox_has_the_vendors_tree() -> None:
    """The sample of the vendor's page is there, root and "all" entry first."""
    answer = Caller().call(DESC)
    assert answer["Total"] == 8
    assert answer["List"][:3] == [
        {"CategoryId": 10506, "ParentId": 0, "Title": "System preset category", "MenuType": 2, "Status": 1},
        {"CategoryId": 10507, "ParentId": 0, "Title": "All categories", "MenuType": 1, "Status": 1},
        {"CategoryId": 10508, "ParentId": 10506, "Title": "Daily greeting", "MenuType": 2, "Status": 1},
    ]


def test_listing_switches() -> None:
    """The total may be a string and the newest category come first."""
    answer = Caller("total-as-string=yes", "newest-category-first=yes").call(DESC)
    assert (answer["Total"], answer["List"][0]["CategoryId"]) == ("8", 10513)


def test_categories_are_added_on_two_levels() -> None:
    """The answer holds the new id, ids go on from 10514, and a third level is refused."""
    caller = Caller()
    assert caller.call(ADD, Title="Shipping")["CategoryId"] == 10514
    assert caller.call(ADD, Title="Returns", ParentId=10514)["CategoryId"] == 10515
    assert caller.code(ADD, Title="Deeper", ParentId=10515) == -7
    assert titles(caller) == {10514: (0, "Shipping"), 10515: (10514, "Returns")}
    assert Caller("third-level=allow").code(ADD, Title="Deeper", ParentId=10508) == 0


@pytest.mark.parametrize(
    ("words", "fields", "expected"),
    [
        ([], {}, -7),
        ([], {"Title": ""}, -7),
        ([], {"Title": 5}, -7),
        ([], {"Title": "A", "ParentId": "10513"}, -7),
        ([], {"Title": "A", "ParentId": 1}, -50003),
        ([], {"Title": "A", "ParentId": 10507}, -50011),
        ([], {"Title": "A", "ParentId": 10506}, 0),
        (["preset-parent=refuse"], {"Title": "A", "ParentId": 10506}, -50011),
        (["title-max=3"], {"Title": "four"}, -7),
        ([], {"Title": "All categories"}, 0),
        (["category-titles=refuse"], {"Title": "All categories"}, -7),
        (["category-titles=refuse"], {"Title": "All categories", "ParentId": 10513}, 0),
    ],
)
def test_what_may_be_added(words: list[str], fields: dict[str, object], expected: int) -> None:
    """Title and parent are checked; what no page says follows the switches."""
    assert Caller(*words).code(ADD, **fields) == expected


def test_a_rename_changes_the_title_alone() -> None:
    """The category keeps its id and place; unknown, "all" and preset categories are refused."""
    caller = Caller()
    assert caller.call(UPDATE, CategoryId=10513, Title="Shipping") == {"ActionStatus": "OK", "ErrorInfo": "", "ErrorCode": 0}
    assert Console(caller.service).category("Shipping") == 10513
    assert caller.code(UPDATE, CategoryId=1, Title="A") == -50003
    assert caller.code(UPDATE, CategoryId=10507, Title="A") == -50011
    assert caller.code(UPDATE, CategoryId=10508, Title="A") == -50011


def test_rename_switches() -> None:
    """A preset may be renamed, a foreign id echoed, a sibling's title refused but never one's own."""
    caller = Caller("preset-rename=allow", "update-category-echo=yes", "category-titles=refuse")
    assert caller.call(UPDATE, CategoryId=10508, Title="Greetings")["CategoryId"] == 77524
    assert caller.code(UPDATE, CategoryId=10508, Title="hobbies") == -7
    assert caller.code(UPDATE, CategoryId=10508, Title="Greetings") == 0


def test_deleting_a_category_deletes_its_questions() -> None:
    """The category and what it holds are gone, everything else stays."""
    caller = Caller()
    other = caller.call(ADD, Title="Other")["CategoryId"]
    caller.add("Q", category=other)
    caller.add("R")
    assert caller.code(DELETE, CategoryId=other) == 0
    assert titles(caller) == {}
    assert [each["question"] for each in caller.questions()[PRESETS:]] == ["R"]
    assert caller.code(DELETE, CategoryId=other) == -50003


@pytest.mark.parametrize("identifier", [10506, 10507, 10508])
def test_presets_cannot_be_deleted(identifier: int) -> None:
    """−50011 for the preset tree and the "all" entry, and nothing happens."""
    caller = Caller()
    assert caller.code(DELETE, CategoryId=identifier) == -50011
    assert caller.call(DESC)["Total"] == 8


@pytest.mark.parametrize(
    ("word", "expected", "left", "questions"),
    [
        ("refuse", -7, {10514: (0, "A"), 10515: (10514, "B"), 10516: (10515, "C")}, ["Q", "R"]),
        ("cascade", 0, {}, []),
        ("orphan", 0, {10515: (10514, "B"), 10516: (10515, "C")}, ["R"]),
    ],
)
def test_what_becomes_of_the_children(word: str, expected: int, left: dict[int, object], questions: list[str]) -> None:
    """Deleting a parent is refused, takes the tree with it, or leaves orphans behind, with their questions."""
    caller = Caller(f"delete-children={word}", "third-level=allow")
    for title, parent in (("A", 0), ("B", 10514), ("C", 10515)):
        caller.call(ADD, Title=title, ParentId=parent)
    caller.add("Q", category=10514)
    caller.add("R", category=10516)
    assert caller.code(DELETE, CategoryId=10514) == expected
    assert titles(caller) == left
    assert [each["question"] for each in caller.questions()[PRESETS:]] == questions


def test_a_childless_category_goes_under_every_reading() -> None:
    """Where parents cannot be deleted, a category without children can."""
    caller = Caller("delete-children=refuse")
    assert caller.code(DELETE, CategoryId=10513) == 0
