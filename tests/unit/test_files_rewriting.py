"""An edit changes the lines it is about and no other byte, whatever style the file is written in."""

import difflib
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kbsync.errors import KbsyncError
from kbsync.files.layout import laid_out
from kbsync.model import AnswerType, Content, Status
from tests.golden import check_golden
from tests.shares import examples
from tests.unit.merges import edited, questions
from tests.unit.yaml_texts import TEXTS, WORDS, knowledge_files

GOLDEN = Path(__file__).parent / "golden" / "rewriting"

LONG = "A long answer. " * 8 + "End."

CASES: dict[str, tuple[str, dict[str, dict[str, Any]], dict[str, Any]]] = {
    "styles": (
        """\
category: A
questions:
  - question: one   # plain
    answer: 'single'   # single
    similar: [b, 'c']
  - question: "two"
    answer: "double"
  - question: three
    answer: |-   # block
        text
    status: 5
  - question: four
    answer:
      on the next line   # four
    category: [A]
  - question: five
    answer: >
      folded
      text
    answer_type: 2
  - question: six
    answer: |  # six
      text
""",
        {
            "one": {"question": "1", "answer": "it's", "similar": ("b", "x, y")},
            "two": {"question": "2: 3", "answer": "a\nb"},
            "three": {"answer": "c\nd", "status": Status.ENABLED},
            "four": {"answer": LONG, "category": ("A / B", "C")},
            "five": {"answer": "short", "answer_type": AnswerType.TEXT},
            "six": {"answer": "a\n  b\n"},
        },
        {},
    ),
    "keys": (
        """\
category: A
questions:
  - question: one  # beside
    # above
    answer: x
    # below

  - {question: two, answer: y}
  - previously: [four, five]  # once
    question: three
    answer: z
    similar:
      - a
      # about b
      - b
      - c
    protected: true
  - previously: [six]
    question: five
    answer: z
    similar: []
  - question: seven
    answer: z
    previously: [eight]
""",
        {
            "five": {"question": "six", "similar": ("w",)},
            "seven": {"question": "nine"},
            "one": {"answer_type": AnswerType.RICH, "similar": ("s", "t\nu"), "category": ("B",), "status": Status.DISABLED},
            "two": {"similar": ("v, w",), "category": ("B", "C"), "status": Status.DISABLED},
            "three": {"question": "four", "similar": ("b",), "category": ("B",), "status": Status.DISABLED},
        },
        {},
    ),
    "lists": (
        """\
category: A
questions:
  - question: one
    answer: x
    similar: [a, b, c]
    previously: old
  - question: two
    answer: x
    similar:
    - d
    - e
    previously: [o, p]
  - {question: three, answer: x, similar: [f], previously: [q]}
""",
        {
            "one": {"similar": ("c", "new"), "question": "old"},
            "two": {"similar": (), "question": "o"},
            "three": {"similar": (), "question": "q"},
        },
        {},
    ),
    "longer lists": (
        "category: A\nquestions:\n- question: one\n  answer: x\n  similar:\n  - a\n- {question: two, answer: x, similar: [b]}\n",
        {"one": {"similar": ("a", "c", "d\ne")}, "two": {"similar": ("b", "f")}},
        {},
    ),
    "removals": (
        """\
category: A
questions:
  # the list

  - question: one
    answer: x

  # about two
  - question: two
    answer: x

  - question: three
    answer: x
---
category: A
questions: [{question: four, answer: x}, {question: five, answer: x}]
---
category: A
questions:
  # all go
  - question: six
    answer: x
  - question: seven
    answer: x
---
category: A
questions:
  - question: nine
    answer: x

  - question: ten
    answer: x

  - question: eleven
    answer: x
---
category: A
questions: [{question: eight, answer: x}]

""",
        {},
        {"removed": ("one", "three", "four", "six", "seven", "eight", "ten", "eleven")},
    ),
    "anchors": (
        """\
category: &c A
questions:
  - question: one
    answer: &a !!str text
  - question: two
    answer: *a   # the same
    category: *c
  - question: three
    answer: *a
  - question: four
    answer: &f {file: x.html}
  - question: five
    answer: *f
  - question: six
    answer: &kept alone
  - question: seven
    answer: x
    previously: [&p old]
  - question: eight
    answer: *p
  - question: nine
    category: &list [B, C]
    answer: x
  - question: ten
    category: *list
    answer: x
    similar: *list
""",
        {
            "one": {"answer": "other"},
            "three": {"answer": "mine"},
            "four": {"answer": "<i>new</i>"},
            "six": {"answer": "still"},
            "seven": {"question": "old"},
            "nine": {"category": ("D",)},
            "ten": {"similar": ("B",)},
        },
        {},
    ),
    "moved document": (
        "category: A  # home\nquestions:\n  - {question: one, answer: x}\n  - question: two\n    answer: x\n    category: C\n",
        {"one": {"category": ("B",)}, "two": {"category": ("B",)}},
        {},
    ),
    "categories": (
        """\
categories:
  - title: A  # first
    previously: [AA, Z]
    children:
      - title: B
      - title: C
  - title: D
    children:
      - title: E
  - title: F
    children:
      - title: G
      - title: H
---
# nothing
---
category: A / B
questions:
  - question: one
    answer: x
  - question: two
    answer: x
    category: [A, C]
""",
        {},
        {"renamed": {("A",): ("AA",), ("A", "B"): ("AA", "b")}, "dropped": frozenset({("D", "E"), ("F",), ("F", "G")})},
    ),
    "additions": (
        """\
category: A
questions:
   -   question: one
       answer: x

   -   question: two
       answer: x
   # after two
---
category: B
---
category: C
questions: []
---
category: D
questions: [{question: three, answer: x}]
---
questions:
- question: four
  category: E
  answer: x
""",
        {},
        {
            "added": (
                Content("a1", "x\n\ny", ("A",), similar=("s",)),
                Content("a2", "x", ("A",)),
                Content("b", "x", ("B",)),
                Content("c", LONG, ("C",), AnswerType.RICH),
                Content("d", "x, y", ("D",), similar=("s1", "s2"), status=Status.DISABLED),
                Content("e", "x", ("E",)),
                Content("f", "x", ("F / G",)),
            )
        },
    ),
}


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("crlf", [False, True], ids=["lf", "crlf"])
def test_the_difference_of(name: str, *, crlf: bool) -> None:
    """The difference of each case is what its golden file shows, and a file with CRLF and a mark keeps both."""
    text, edits, more = CASES[name]
    data = b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode() if crlf else text.encode()
    changed = edited({"a.yaml": data, "x.html": b"<b>"}, edits, **more).files
    new = changed["a.yaml"]
    assert new.startswith(b"\xef\xbb\xbf") == crlf
    assert new.count(b"\r\n") == (new.count(b"\n") if crlf else 0)
    others = "".join(f"=== {other}\n{found.decode()}" for other, found in changed.items() if other != "a.yaml")
    lines = new.decode("utf-8-sig").replace("\r\n", "\n").splitlines(keepends=True)
    check_golden(GOLDEN / f"{name}.diff", "".join(difflib.unified_diff(text.splitlines(keepends=True), lines)) + others)


@pytest.mark.parametrize("gap", ["", "\n"])
@pytest.mark.parametrize("answer", ["a\nb", "word " * 40 + "end"])
def test_a_comment_below_does_not_become_text(gap: str, answer: str) -> None:
    """Where a block would take a comment that is indented as far for its own line, the text is put in quotes."""
    text = f"category: A\nquestions:\n- answer: x  # beside\n{gap}    # below\n  question: one\n"
    changed = edited({"a.yaml": text.encode()}, {"one": {"answer": answer}}).files["a.yaml"].decode()
    assert changed.replace(changed[changed.index('"') : changed.rindex('"') + 1], "x") == text


BELOW = {
    "an empty list": (
        "questions: []\n      # note\n",
        "questions:\n      # note\n  - question: new\n    answer: |\n      a\n      b\n",
    ),
    "a list": (
        "questions:\n- question: one\n  answer: x\n\n      # note\n# end\n",
        "questions:\n- question: one\n  answer: x\n\n      # note\n\n- question: new\n  answer: |\n    a\n    b\n# end\n",
    ),
    "a document": ("      # note\n", "      # note\nquestions:\n  - question: new\n    answer: |\n      a\n      b\n"),
}


@pytest.mark.parametrize("name", BELOW)
def test_what_is_added_comes_below_the_comments_of_what_stands_above(name: str) -> None:
    """A comment that is indented deeper belongs to what it follows: it does not become the text of a new question."""
    before, after = BELOW[name]
    added = (Content("new", "a\nb", ("A",)),)
    assert (
        edited({"a.yaml": f"category: A\n{before}".encode()}, {}, added=added).files["a.yaml"].decode() == f"category: A\n{after}"
    )


def test_a_key_and_a_wording_come_below_such_comments_too() -> None:
    """A new key, and a new wording, stand below what was said about those before them."""
    text = "category: A\nquestions:\n- question: one\n  answer: x\n    # of the answer\n  similar:\n  - a\n      # of a\n"
    edits = {"one": {"answer_type": AnswerType.RICH, "similar": ("a", "b\nc")}}
    assert edited({"a.yaml": text.encode()}, edits).files["a.yaml"].decode() == (
        "category: A\nquestions:\n- question: one\n  answer: x\n    # of the answer\n  answer_type: rich\n"
        "  similar:\n  - a\n      # of a\n  - |\n    b\n    c\n"
    )


@pytest.mark.no_cover
@settings(max_examples=examples(60), suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large], deadline=None)
@given(text=knowledge_files(), data=st.data())
def test_any_order_is_carried_out_on_any_file(text: str, data: st.DataObject) -> None:
    """Whatever the file looks like and whatever changes, the files then say exactly that (merging refuses to do else).

    What is in the canonical layout stays in it.
    """
    with suppress(KbsyncError):
        text = laid_out(text.encode()).decode() if data.draw(st.booleans()) else text
    files = {"a.yaml": text.encode()}
    known = questions(files)
    taken = {*known, *(wording for one in known.values() for wording in one.content.similar)}
    fresh = iter(
        data.draw(st.lists((TEXTS | WORDS).filter(lambda text: text not in taken), min_size=40, max_size=40, unique=True))
    )
    places = st.sampled_from([("Some", "Where"), ("Here",), ("New",), ("A / B", "C")])
    edits = {}
    removed = []
    for text_now, one in known.items():
        fate = data.draw(st.sampled_from(["edit", "edit", "remove", "keep"]))
        kept = tuple(wording for wording in one.content.similar if data.draw(st.booleans()))
        values: dict[str, Any] = {
            "question": next(fresh),
            "answer": next(fresh),
            "similar": (*kept, next(fresh)),
            "category": data.draw(places),
            "answer_type": AnswerType.RICH,
            "status": Status.ENABLED,
        }
        if fate == "edit":
            edits[text_now] = {name: value for name, value in values.items() if data.draw(st.booleans())}
        elif fate == "remove":
            removed.append(text_now)
    added = tuple(Content(next(fresh), next(fresh), data.draw(places)) for _ in range(data.draw(st.integers(0, 3))))
    now = edited(files, edits, removed=removed, added=added).files
    with suppress(KbsyncError):
        if laid_out(files["a.yaml"]) == files["a.yaml"]:
            assert {name: laid_out(content) for name, content in now.items() if content} == now


@pytest.mark.parametrize("end", ["", "\n\n", "\n# end\n", "\n---\ncategory: B\n", "---\ncategory: B\n", "removed:\n- w\n\n"])
@pytest.mark.parametrize("answer", ["x", "|+\n    x", "|+\n    x\n\n", "|2+\n    x\n\n\n  similar:\n  - s\n"])
def test_texts_that_end_with_a_line_end_stay_what_they_are_wherever_they_are_put(answer: str, end: str) -> None:
    """No empty line above or below becomes part of a text, and none of a text is lost; two new ones do not touch each other."""
    text = f"category: A\nquestions:\n- question: one\n  answer: {answer}\n{end}"
    added = tuple(Content(name, answer, ("A",)) for name, answer in (("new", "a\n"), ("newer", "b\n\n"), ("newest", "c")))
    for edits in (
        {},
        {"answer": "y\n", "similar": ("s\n", "t")},
        {"question": "k\n", "similar": ()},
        {"similar": ("t", "u\n"), "answer_type": AnswerType.RICH},
    ):
        for order in (added, added[::-1]):
            edited({"a.yaml": text.encode()}, {"one": edits} if edits else {}, added=order)


@pytest.mark.parametrize("gap", ["", "\n", "\n\n"])
def test_empty_lines_below_what_is_removed_do_not_become_text(gap: str) -> None:
    """What stands above may keep its line ends: one question, two in a row, one that keeps its own, and the former wording."""
    one, two, three = (f"- question: {name}\n  answer: |+\n    x\n" for name in ("one", "two", "three"))
    four = "- question: four\n  answer: x\n"
    for removed in (("two",), ("two", "three"), ("three", "four"), ("four",), ("two", "three", "four")):
        text = gap.join(["category: A\nquestions:\n" + one, two, three, four, ""])
        edited({"a.yaml": text.encode()}, {"one": {"question": "k\n"}}, removed=removed)


def test_space_at_the_end_of_a_text_stays_visible() -> None:
    """No block holds it: nobody would see it, and many editors take it away."""
    text = "category: A\nquestions:\n- question: one\n  answer: |\n    x\n"
    changed = edited({"a.yaml": text.encode()}, {"one": {"answer": "a\nb "}}).files["a.yaml"].decode()
    assert changed == text.replace("|\n    x\n", '"a\\n\\\n    b "\n')
