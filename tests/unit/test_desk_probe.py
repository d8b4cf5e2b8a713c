"""The probe: what the pages leave open, settled at a service, in the words of the sandbox's switches."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

import httpx
import pytest

from kbsync.commands import READS
from kbsync.desk.doctor import Settled, probe
from kbsync.rehearsal import Switches
from tests.fakes.console import snapshot
from tests.fakes.desk_script import Reply, Script, connect
from tests.unit.test_desk_and_sandbox import filled

SETTLED = (
    "page-cap",
    "page-refusal",
    "past-end",
    "empty-page",
    "omitted-status",
    "recursive-filter",
    "keyword",
    "totals",
    "include-presets",
    "total-as-string",
    "robot-list",
    "second-robot",
)
"""What reading alone can tell, and of the order whether it is that of the ids or none."""


def words(found: tuple[Settled, ...]) -> dict[str, str]:
    """The switches by name."""
    return dict(word.split("=") for one in found for word in one.switches)


def held(switches: Switches) -> dict[str, str]:
    """The same of a sandbox, spelled as words are."""
    spelled = {True: "yes", False: "no", None: "none"}
    values = {each.name.replace("_", "-"): getattr(switches, each.name) for each in fields(switches)}
    return {
        name: spelled[value] if isinstance(value, bool) or value is None else str(value)
        for name, value in values.items()
        if name in SETTLED
    }


LISTED = {"page_cap", "past_end", "empty_page", "order", "omitted_status", "recursive_filter", "keyword", "totals"} | {
    "include_presets",
    "total_as_string",
    "robot_list",
    "second_robot",
}
VARIANTS = [
    (word, it)
    for word, it in Switches.variants()
    if word.partition("=")[0].replace("-", "_") in LISTED and "=updated" not in word and "=newest" not in word
]


@pytest.mark.parametrize(("word", "switches"), VARIANTS, ids=[word for word, _ in VARIANTS])
def test_what_is_found_is_how_the_service_is(word: str, switches: Switches) -> None:
    """Under each reading that a listing can show, the words make another sandbox behave as this one does."""
    _, transport = filled(switches, questions=8)
    found = words(probe(transport))
    Switches.from_words(f"{name}={value}" for name, value in found.items())
    order = found.pop("order", None)
    assert order == (word.partition("=")[2] if word.startswith("order=") else None)
    expected = held(switches)
    assert {name: value for name, value in expected.items() if found.get(name, value) != value} == {}
    missing = {name for name in expected if name not in found}
    allowed = {"page-refusal"} if switches.page_cap is None else set()
    allowed |= {"keyword", "recursive-filter"} if not switches.include_presets else set()
    allowed |= {"empty-page"} if switches.keyword == "ignored" else set()
    allowed |= {"second-robot"} if not switches.robot_list else set()
    assert missing <= allowed, missing


def test_a_fresh_sandbox_is_settled_by_few_reads() -> None:
    """Nothing is written, and no text and no id is in what is told."""
    service, transport = filled(Switches(), questions=8)
    before, library = len(service.log), snapshot(service)
    found = probe(transport)
    asked = [entry.command for entry in service.log][before:]
    assert set(asked) <= READS
    assert len(asked) < 25
    assert snapshot(service) == library
    told = " ".join(f"{one.message} {one.switches}" for one in found)
    assert not any(
        str(each[name]) in told
        for each in library["questions"]
        for name in ("id", "question", "answer")
        if len(str(each[name])) > 3
    )


TREE = {"Total": 1, "List": [{"CategoryId": 1, "ParentId": 0, "Title": "A", "MenuType": 0}]}


def poor(**more: Reply) -> tuple[Settled, ...]:
    """What is found at a service with these replies, which else has nothing."""
    replies: Mapping[str, Reply] = {
        "desc_chitchat_category": TREE,
        "list_chitchat": {"StandardQuestionCount": 0, "QuestionList": []},
        **more,
    }
    return probe(connect(Script({name: [reply] for name, reply in replies.items()})))


def test_an_empty_library_leaves_most_open() -> None:
    """What could not be tried is said, and is no switch."""
    found = poor()
    assert words(found) == {
        "page-cap": "none",
        "past-end": "empty",
        "empty-page": "list",
        "total-as-string": "no",
        "robot-list": "no",
        "date-header": "no",
    }
    assert len(found) == 12


def test_a_question_that_fails_is_left_open() -> None:
    """A refusal on the way, or an answer of another shape, does not take the rest along; a library that cannot be read does."""
    assert "robot-list" not in words(poor(desk_get_robot_list=-20))
    for code in (-20, -50003):
        (only,) = poor(list_chitchat=code)
        assert (only.switches, str(code) in str(only.message)) == ((), True)


def one_by_one(body: Mapping[str, Any]) -> httpx.Response:
    """A service that gives single questions, of which there are three, counts seven, and finds another for every keyword."""
    if body["PageSize"] > 1:
        return httpx.Response(200, json={"ActionStatus": "FAIL", "ErrorCode": -7})
    at = int(body["PageIndex"])
    row = {"StandardQuestionId": f"q{at}", "StandardQuestion": "Hi" if at == 1 else "Why not?", "CategoryId": 1 + (at == 3)}
    other = row | {"StandardQuestionId": "other"}
    rows = [other] if "Question" in body else [row] if at <= 3 and body.get("Status") != 5 else []
    date = {"Date": "Thu, 09 Oct 2025 08:53:20 GMT"}
    told = {"ActionStatus": "OK", "ErrorCode": 0, "StandardQuestionCount": 7}
    return httpx.Response(200, headers=date, json=told | {"QuestionList": [one | {"Answer": "x", "Status": 4} for one in rows]})


def test_a_service_of_its_own_kind_leaves_open_what_does_not_fit() -> None:
    """Counts, keywords and empty pages that fit no reading are said to be unseen, and the clock is compared."""
    found = poor(list_chitchat=one_by_one)
    assert words(found)["page-cap"] == "1"
    assert not {"totals", "keyword", "empty-page", "order"} & set(words(found))
    assert str(found[-1].message).endswith("s apart.")
