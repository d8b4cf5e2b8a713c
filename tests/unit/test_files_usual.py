"""A file in the layout of ``fmt`` is read without the parser, and says the same as with it."""

import random
from collections.abc import Callable

import pytest

from kbsync.diagnostics import Rule
from kbsync.files import Loaded, load_tree
from kbsync.files.decode import DocumentReader
from kbsync.files.source import MAX_FAULTS
from kbsync.model import Question

USUAL = (
    """\
# yaml-language-server: $schema=.schema/knowledge.json
categories:
  - title: Account
    children:
      - title: Sub
---
category: Account / Sub
questions:
  - question: I forgot my password
    answer: >
      Choose “Forgot password?” below the login and
      it works for one hour.

    similar:
      - Reset password
      - 'It''s: I cannot'
      # a comment
      - "quoted # text"

  # between
  - question: 你好 怎么办?
    answer: |
      one: two
        three # four

      five
    answer_type: rich
    status: disabled
    protected: true
  - question: "x"
    answer: 12:30 http://a.b/c#d""",
    """\
category: A
questions:
  - question: q1
    answer: |-
      a
    similar:
      - s1
      - s2
---
category: B
questions:
  - question: q2
    answer: a2
removed:
  - old
""",
    """\
category: A
removed: [gone, q9]
questions:

  - question: q1 %d
    answer: >-
      a b
      c
    protected: false
---
# only a comment
---
category: [A, B]
questions:
  - question: 3
    answer: true
    similar:
      - x~~
      - …y
""",
)

PIECES = (
    *("\n", "\n\n", " ", "  ", "      ", "\t", "\r\n", "#", " #", "# c\n", "    # c\n", "      # c\n", "'", '"', "''", ":", ": "),
    *(
        "-",
        "- ",
        "? ",
        "|",
        ">",
        "~",
        "null",
        "Null\n",
        "&a ",
        "*a",
        "!x ",
        "%",
        "[",
        "]",
        "{",
        "}",
        ",",
        "\\",
        "<<",
        "@",
        "`",
        "_",
    ),
    *("\u00a0", "\u3000", "：", "•", "1. ", "\u200b", "\x85", "---\n", "...\n", "q1", "s1", "      x\n", "    x\n", "       z\n"),
    *(
        "  - question: z\n    answer: z\n",
        "    similar:\n      - w\n",
        "    previously: [p]\n",
        "    id: i1\n",
        "    status: on\n",
    ),
    *("    category: C\n", "    answer: b\n", "category: Q\n", "removed: [q1]\n", "questions: []\n", "questions:\n"),
    *("---\nquestions: []\n", "---\nquestions:\n", "questions:\n  - question: v\n    answer: v\n"),
    "---\ncategory: Z\nquestions: [{question: f1, answer: g}]\n---\n",
)


def spoiled(chance: random.Random, text: str) -> str:
    """A text with up to three changes, most of which matter to YAML."""
    for _ in range(chance.choice([1, 1, 1, 2, 3])):
        lines = text.splitlines(keepends=True)
        at = chance.randrange(len(lines))
        column = chance.choice([0, 0, len(lines[at]) - 1, chance.randrange(len(lines[at]))])
        kind = chance.random()
        if kind < 0.7:
            lines[at] = lines[at][:column] + chance.choice(PIECES) + lines[at][column + (kind < 0.1) :]
        elif kind < 0.8:
            lines[at] = lines[at][chance.choice([1, 2, 4]) :]
        else:
            lines[at] = chance.choice(["", lines[at] * 2, chance.choice(lines)])
        text = "".join(lines) or "\n"
    return text


@pytest.fixture
def both_ways(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], bool]:
    """Reads a file in both ways and compares what comes out; tells whether it was one that is read at once."""
    at_once = DocumentReader.read_at_once
    taken: list[bool] = []

    def noted(*given: object) -> bool:
        taken.append(at_once(*given))  # type: ignore[arg-type]
        return taken[-1]

    def everything(loaded: Loaded) -> object:
        def places(one: Question) -> object:
            return one.category_location, one.answer_location, one.similar_location

        return loaded, list(map(places, loaded.knowledge.questions))

    def read(text: str) -> bool:
        taken.clear()
        seen = []
        for way in (noted, lambda *_: False):
            monkeypatch.setattr(DocumentReader, "read_at_once", way)
            seen.append(everything(load_tree({"faq.yaml": text.encode()}, shown_as="knowledge", settings=False)))
        assert seen[0] == seen[1], text
        return taken == [True]

    return read


@pytest.mark.parametrize("text", USUAL)
def test_the_layout_of_fmt_is_read_at_once(both_ways: Callable[[str], bool], text: str) -> None:
    """Comments, quotes, both kinds of blocks and several documents too: all with the same texts at the same places."""
    assert both_ways(text)


@pytest.mark.parametrize(
    "text",
    [
        "category: A\r\nquestions:\r\n  - question: q\r\n    answer: a\r\n",
        "category: A\nquestions:\n",
        "category: A\nquestions:\n  - question: q\n    answer: a\n      b\n",
        "category: A\nquestions:\n  - question: q\n    answer: [a]\n",
        "questions:\n  - question: q\n    answer: a\n",
        "category: A\nquestions: []\n---\nquestions:\n  - question: q\n    answer: a\n",
        "category: [A\nquestions:\n  - question: q\n    answer: a\n",
        "category: /\ncolour: red\nquestions:\n  - question: q\n    answer: a\n",
        "removed:\n  - old\n",
        "{}\n---\ncategory: A\nremoved: ['\nquestions:\n  - question: q\n    answer: a\n']\n",
        "{category: A,\nquestions:\n  - question: q\n    answer: a\n}\n",
        "{\ncategory: A,\nquestions:\n  - question: q\n    answer: a\n, removed: [x]}\n",
        "{questions:\n  - question: q\n    answer: a\n, category: A}\n",
        "{? [x] : y, category: A,\nquestions:\n  - question: q\n    answer: a\n}\n",
        'removed: ["x\nquestions:\n  - question: q\n    answer: a\n"]\ncategory: A\nquestions: [{question: u, answer: v}]\n',
        "category: A\nremoved: ['x\nquestions:\n  - question: q\n    answer: a\n']\nquestions: [{question: u, answer: v}]\n",
    ],
)
def test_any_other_file_is_left_to_the_parser(both_ways: Callable[[str], bool], text: str) -> None:
    """What has another form or a fault is read by the parser, which alone reports."""
    assert not both_ways(text)


def test_what_is_read_twice_is_told_once() -> None:
    """Of many faults as many are counted as there are."""
    wrong = "".join(f"  - title: t{number}\n    foo: x\n" for number in range(MAX_FAULTS + 10))
    text = f"categories:\n{wrong}category: t1\nquestions:\n  - question: q\n    answer: a\n"
    found = load_tree({"faq.yaml": text.encode()}, shown_as="knowledge", settings=False).diagnostics
    assert [dict(one.message.values)["count"] for one in found if one.rule is Rule.KB117] == ["10"]


@pytest.mark.parametrize(
    "more",
    ["  - question: q\n    answer: b\n", "    similar:\n      - q\n", "    similar:\n      - w\n      - w\n", "removed: [q]\n"],
)
def test_what_two_claim_is_reported_by_the_parser(both_ways: Callable[[str], bool], more: str) -> None:
    """A text that stands twice is a fault with two places."""
    text = f"category: A\nquestions:\n  - question: q\n    answer: a\n{more}"
    both_ways(text)
    assert load_tree({"faq.yaml": text.encode()}, shown_as="knowledge", settings=False).diagnostics


@pytest.mark.parametrize("seed", [1, pytest.param(2, marks=pytest.mark.long)])
def test_whatever_is_changed_in_a_file_both_ways_say_the_same(both_ways: Callable[[str], bool], seed: int) -> None:
    """Some thousand spoiled files, a share of them on each push: the same knowledge, the same findings, at the same places."""
    chance = random.Random(seed)
    read = [both_ways(spoiled(chance, chance.choice(USUAL))) for _ in range(250 if seed == 1 else 2_000)]
    assert {*read} == {True, False}
