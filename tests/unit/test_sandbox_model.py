"""Promises of the sandbox that hold for every course of events, tried with generated ones."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, rule

from kbsync.commands import Command
from kbsync.rehearsal import Switches
from tests.fakes.caller import Caller
from tests.fakes.console import Console
from tests.shares import examples

TEXTS = st.sampled_from(["one", "two", "三", "four "])
LISTS = st.lists(TEXTS, max_size=3)
TYPES = st.sampled_from([0, 2])


class LibraryMachine(RuleBasedStateMachine):
    """Calls in any order keep the library equal to a plain dictionary that is changed as the vendor's pages say."""

    questions = Bundle("questions")
    categories = Bundle("categories")

    def __init__(self) -> None:
        super().__init__()
        self.caller = Caller()
        self.expected: dict[str, dict[str, Any]] = {str(each["id"]): each for each in self.caller.questions()}
        self.tree: dict[int, int] = {}

    @rule(target=categories, title=TEXTS)
    def add_category(self, title: str) -> int:
        """A category of the first level."""
        identifier = int(self.caller.call(Command.ADD_CATEGORY, Title=title)["CategoryId"])
        self.tree[identifier] = 0
        return identifier

    @rule(target=categories, parent=categories, title=TEXTS)
    def add_child(self, parent: int, title: str) -> int:
        """A sub-category, where the parent is on the first level and still there."""
        answer = self.caller.call(Command.ADD_CATEGORY, Title=title, ParentId=parent)
        assert (answer["ErrorCode"] == 0) == (self.tree.get(parent) == 0)
        if answer["ErrorCode"] == 0:
            self.tree[answer["CategoryId"]] = parent
        return int(answer.get("CategoryId", parent))

    @rule(category=categories)
    def delete_category(self, category: int) -> None:
        """The category goes with its children and all their questions."""
        found = category in self.tree
        assert (self.caller.code(Command.DEL_CATEGORY, CategoryId=category) == 0) == found
        gone = {category, *(child for child, parent in self.tree.items() if parent == category)}
        self.tree = {child: parent for child, parent in self.tree.items() if child not in gone}
        self.expected = {key: each for key, each in self.expected.items() if each["category"] not in gone}

    @rule(target=questions, category=categories, text=TEXTS, similar=LISTS, answer_type=TYPES)
    def add_question(self, category: int, text: str, similar: list[str], answer_type: int) -> str:
        """A question, where its category is still there; two may have one text."""
        fields = {"CategoryId": category, "Question": text, "Answer": "A", "AnswerType": answer_type, "SimilarQuestions": similar}
        assert (self.caller.code(Command.ADD, **fields) == 0) == (category in self.tree)
        added = self.caller.questions()[-1]
        if category in self.tree:
            facts = {"question": text, "answer": "A", "answer_type": answer_type, "similar": similar, "status": 4}
            assert added.items() >= facts.items()
            self.expected[str(added["id"])] = added
        return str(added["id"])

    @rule(question=questions, text=TEXTS | st.just(""), answer=TEXTS | st.none(), answer_type=TYPES)
    def update(self, question: str, text: str, answer: str | None, answer_type: int) -> None:
        """What is given changes, what is empty or left out stays."""
        fields = {"Question": text, "AnswerType": answer_type} | ({} if answer is None else {"Answer": answer})
        assert (self.caller.code(Command.UPDATE, StandardQuestionId=question, **fields) == 0) == (question in self.expected)
        given_fields = (
            {"answer_type": answer_type} | ({"question": text} if text else {}) | ({"answer": answer} if answer else {})
        )
        self.change([question], given_fields)

    @rule(question=questions, similar=LISTS)
    def set_similar(self, question: str, similar: list[str]) -> None:
        """The list is replaced."""
        code = self.caller.code(Command.UPDATE_SIMILAR, StandardQuestionId=question, SimilarQuestions=similar)
        assert (code == 0) == (question in self.expected)
        self.change([question], {"similar": similar})

    @rule(one=questions, two=questions, status=st.sampled_from([4, 5]))
    def set_status(self, one: str, two: str, status: int) -> None:
        """Both or, where one is gone, neither."""
        code = self.caller.code(Command.BATCH_SET, StandardQuestionIds=[one, two], Status=status)
        assert (code == 0) == ({one, two} <= set(self.expected))
        self.change([one, two] if code == 0 else [], {"status": status})

    @rule(question=consumes(questions))
    def delete_question(self, question: str) -> None:
        """Gone, once and for all; a second time does no harm."""
        assert self.caller.code(Command.BATCH_SET, StandardQuestionIds=[question], Status=6) == 0
        self.expected.pop(question, None)

    def change(self, identifiers: list[str], fields: dict[str, Any]) -> None:
        """Change the dictionary."""
        for identifier in set(identifiers) & set(self.expected):
            self.expected[identifier] = {**self.expected[identifier], **fields}

    @invariant()
    def the_library_is_the_dictionary(self) -> None:
        """Every question is as expected, in the snapshot and in the listing."""
        assert {str(each["id"]): each for each in self.caller.questions()} == self.expected
        assert self.caller.listed() == [each["question"] for each in self.expected.values()]

    def teardown(self) -> None:
        """Let go of the database."""
        self.caller.service.close()


LibraryMachine.TestCase.settings = settings(max_examples=examples(25), stateful_step_count=20, deadline=None)
TestLibrary = LibraryMachine.TestCase


@settings(max_examples=examples(50), deadline=None)
@given(st.lists(st.integers(0, 600), max_size=40))
def test_no_second_has_more_than_five_and_none_is_refused_in_vain(gaps: list[int]) -> None:
    """In every rolling second five calls pass; a call is refused only where five passed in the second before it."""
    caller = Caller()
    passed: list[int] = []
    moment = 0
    for gap in gaps:
        caller.clock.move(gap / 1000)
        moment += gap
        code = json.loads(caller.send(caller.request(Command.DESC_CATEGORY)).body)["ErrorCode"]
        recent = [each for each in passed if moment - 1000 < each]
        assert code == (-14 if len(recent) == 5 else 0)
        passed += [moment] if code == 0 else []
    caller.service.close()


@settings(max_examples=examples(30), deadline=None)
@given(st.lists(st.tuples(st.integers(1, 30), st.sampled_from(["a", "b", "c"])), max_size=10))
def test_a_lagging_listing_is_the_library_of_that_moment(edits: list[tuple[int, str]]) -> None:
    """At each moment the listing shows what the library was two seconds before."""
    caller = Caller("read-lag=2", "include-presets=no")
    console = Console(caller.service)
    question = console.add_question("start", "A", category=10513)
    caller.clock.move(2)
    history = [(0, "start")]
    for tenths, text in edits:
        history.append((history[-1][0] + tenths, text))
        caller.clock.move(tenths / 10)
        console.edit_question(question, question=text)
        seen = json.loads(caller.send(caller.request(Command.LIST, {"PageIndex": 1, "PageSize": 9})).body)
        past = [old for moment, old in history if moment <= history[-1][0] - 20] or ["start"]
        if seen["ErrorCode"] == 0:
            assert [entry["StandardQuestion"] for entry in seen["QuestionList"]] == past[-1:]
    caller.service.close()


@pytest.mark.parametrize(("name", "switches"), Switches.variants(), ids=[name for name, _ in Switches.variants()])
def test_every_variant_is_a_service_that_works(name: str, switches: Switches) -> None:
    """Under each flipped switch a question can be added, changed and found again on some page."""
    caller = Caller(*name.split())
    similar = Command.UPDATE_SIMILAR_OLD if name == "similar-path=old" else Command.UPDATE_SIMILAR
    mine = caller.add("Where?", AnswerType=2)
    assert caller.code(similar, StandardQuestionId=mine, SimilarQuestions=["Whither?"]) == 0
    assert caller.code(Command.UPDATE, StandardQuestionId=mine, Answer="Here.") == 0
    assert caller.code(Command.BATCH_SET, StandardQuestionIds=[mine], Status=4) == (-7 if self_repeat(name) else 0)
    caller.clock.move(5)
    answer = caller.call(Command.LIST, PageIndex=1, PageSize=3, CategoryId=10513)
    assert [(each["StandardQuestion"], each["Answer"]) for each in answer["QuestionList"]] == [("Where?", "Here.")]
    assert switches == Switches.from_words(name.split())
    caller.service.close()


def self_repeat(name: str) -> bool:
    """Whether this variant refuses to give a question the status that it has."""
    return name == "batch-repeat=refuse"
