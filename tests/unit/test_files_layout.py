"""The canonical layout: one form for all, the same meaning, every comment, nothing left to do the second time."""

import io
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML
from ruamel.yaml.constructor import SafeConstructor

from kbsync.diagnostics import Rule
from kbsync.errors import UnusableFile
from kbsync.files import load_tree
from kbsync.files.emit import can_be_written, new_file
from kbsync.files.layout import check_meaning, format_files, lay_out
from kbsync.model import Content, to_lf
from tests.golden import check_golden
from tests.shares import examples
from tests.unit.merges import edited
from tests.unit.yaml_texts import knowledge_files

GOLDEN = Path(__file__).parent / "golden" / "layout"

CASES = {
    "keys": "questions:\n- id: x\n  status: disabled\n  answer: b\n  question: a\n  similar: [c]\ncategory: A\n",
    "tree": "categories:\n- children:\n  - {previously: [Y], title: X}\n  title: A\n- title: B\n  children: []\n",
    "comments": """\
# modeline

# about the file
questions:   # all
    # above one
    -   # at the dash
        # above the key
        answer: 1   # beside
        question: one
        # after the keys of one

      # after the item
    - question:
        # between
        two


      # apart
      answer: |-   # block
          text
      similar: [a,   # in brackets
        # alone
        b]   # behind
      previously: [c, d] # at the end
    # after the list
# after all
""",
    "scalars": """\
questions:
  - question: 'quoted'
    answer: "a\\nb"
    similar:
      - plain
        folded
      - "double
        folded"
      - 'no'
      - "it's \\"x\\""
      - !!str tagged
      - |
        block
      - |+
        kept

  - question: |-
      one
    answer: >

      folded
      text

        deeper

  - question: "?"
    answer: >+
      kept

  - question: x
    answer: >2
        figure
""",
    "flow": """\
questions: [{question: a, answer: {file: x.html}}, {question: b, answer: "b", id: {one: "1", two: '2'}, category: [A, "B"]}]
---
questions:
  - question: long
    answer: x
    previously: [aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa, bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb, ccccccccccc]
    category: [
      A, B]
""",
    "anchors": """\
category: &c A
questions:
- answer: &a !!str text
  question: one
- question: two
  answer: *a
  category: *c
- &item
  question: three
  similar: &s
  - x
  answer: {file: &f y}
- status: &st disabled
  answer: *st
  question: four
""",
    "apart": """\
# about the file

questions:
  # about all that follows

  - question: one
    answer: x

  - question: two
    answer: x
""",
    "brackets": "{category: A, questions: [{question: one, answer: x}, {question: two, answer: y}]} # end\n  # after\n# all\n",
    "documents": """\
%YAML 1.2
---   # first
category: A
...
# between
---
# only a comment
---
questions: []   # none
""",
    "nested": "targets: {a: {driver: sandbox}, b: {sdkappid: 1, region: china}}\nversion: 1\n",
    "settings": "targets:\n   sandbox: {driver: sandbox}   # here\nversion: 1\n",
    "slips": """\
questions:
- answer:   # why
    Call
      us

    at desk # 5
  question: No # 5
  status: disabled # moved
  similar: [Desk # 5
    , "Room" #7
    ]
- question: &who Who are you?   #1
  answer: *who # 5
category: &where Shop # 1
""",
    "nothing": "# only\n\n\n# comments\n",
    "empty": "",
}


@pytest.mark.parametrize("name", CASES)
def test_the_layout_of(name: str) -> None:
    """Each case comes out as its golden file has it, and stays so."""
    new = lay_out(CASES[name])
    check_golden(GOLDEN / f"{name}.yaml", new)
    assert lay_out(new) == new


@pytest.mark.no_cover
@settings(max_examples=examples(60), suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large], deadline=None)
@given(text=knowledge_files())
def test_any_file_keeps_its_meaning_and_its_comments(text: str) -> None:
    """Whatever people write, fmt keeps what it says and what is to be said of it, or refuses; one run is enough."""
    changed = format_files({"a.yaml": text.encode()}, shown_as="knowledge")
    new = to_lf(changed.get("a.yaml", text.encode()).decode())
    assert lay_out(new) == new
    assert loaded(new) == loaded(text)


def slips(text: str) -> list[str]:
    """The lines of which validation says that a text may end too soon."""
    found = load_tree({"a.yaml": text.encode()}, shown_as="k", settings=False).diagnostics
    return sorted(each.source.partition("#")[2] for each in found if each.rule is Rule.KB118)


def test_a_text_that_may_be_cut_off_is_told_afterwards_too() -> None:
    """A comment that only its author can tell from the end of a text is not made to look like one."""
    assert slips(CASES["slips"]) == slips(lay_out(CASES["slips"])) == [" 5", " 5", " 5", "1"]


def test_a_comment_behind_a_quote_stays_one() -> None:
    """Quotes stay where a comment would look like the end of the text without them."""
    text = 'questions:\n  - question: "Room"  #7\n    answer: b\n'
    assert (lay_out(text), slips(text)) == (text, [])


class WithoutEnds(SafeConstructor):
    """Leaves out the one line end that closes a block."""

    def construct_yaml_str(self, node: Any) -> Any:
        """The text of a scalar."""
        text = super().construct_yaml_str(node)
        return text.removesuffix("\n") if node.style in ("|", ">") else text


WithoutEnds.add_constructor("tag:yaml.org,2002:str", WithoutEnds.construct_yaml_str)


def loaded(text: str) -> list[object]:
    """What another library reads, keys in any order; numbers and truth values are told from text."""
    reader = YAML(typ="safe", pure=True)
    reader.Constructor = WithoutEnds
    return [one for one in reader.load_all(io.StringIO(text)) if one is not None]


def test_line_ends_and_marks_become_one() -> None:
    """No byte order mark, one final line end, and the line ends of this clone: git may write CRLF where it keeps LF."""
    data = b"\xef\xbb\xbfcategories:\r\n  - title: A\r\n\r\n\r\n"
    assert format_files({"a.yaml": data}, shown_as="k") == {"a.yaml": b"categories:\r\n  - title: A\r\n"}
    assert format_files({"a.yaml": b"categories:\r\n  - title: A\r\n"}, shown_as="k") == {}
    assert format_files({"a.yaml": b"categories:\n  - title: A\r\n"}, shown_as="k") == {"a.yaml": b"categories:\n  - title: A\n"}


@pytest.mark.parametrize("written", ['"a\\rb"', '"a\\r\\nb"', '"a\\nb"'])
def test_an_escaped_line_end_is_laid_out_as_one(written: str) -> None:
    """A line end of another system, written as an escape in quotes, is the line end that the reader takes it for."""
    assert lay_out(f"questions:\n  - question: a\n    answer: {written}\n") == (
        "questions:\n  - question: a\n    answer: |\n      a\n      b\n"
    )


@pytest.mark.parametrize(
    "after",
    [
        "category: A # why\nquestions:\n  - question: a\n    answer: c # 5\n",
        "category: A\nquestions:\n  - question: a\n    answer: b # 5\n",
        "category: A # why\nquestions:\n  - question: a\n    answer: b  # 5\n",
    ],
    ids=["value", "comment", "warning"],
)
def test_a_layout_that_changes_anything_is_refused(after: str) -> None:
    """Neither a value nor a comment nor a warning may be lost: the file is named, and nothing is written."""
    before = {"a.yaml": b"category: A # why\nquestions:\n  - question: a\n    answer: b # 5\n"}
    with pytest.raises(UnusableFile, match=r"would change what k/a\.yaml says"):
        check_meaning(before, {"a.yaml": after.encode()}, shown_as="k")


LINES = st.text("a é\n #:-", min_size=1, max_size=12).filter(can_be_written)


@pytest.mark.no_cover
@settings(max_examples=examples(60), suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(old=LINES, new=LINES, more=st.lists(LINES, max_size=3, unique=True), removed=st.booleans(), crlf=st.booleans())
def test_what_a_pull_writes_is_in_the_canonical_layout(*, old: str, new: str, more: list[str], removed: bool, crlf: bool) -> None:
    """Where the files were in it, or are new: whatever text comes, goes or changes."""
    first, second = (Content(question, old, ("A",), similar=("s\n",) if question == "q1" else ()) for question in ("q1", "q2"))
    files = {"a.yaml": new_file((first, second), category=("A",))}
    files = {"a.yaml": files["a.yaml"].replace(b"\n", b"\r\n")} if crlf else files
    assert format_files(files, shown_as="knowledge") == {}
    added = [Content(f"new {text}", text, ("A",) if number else ("B",)) for number, text in enumerate(more)]
    edits = {"q1": {"answer": new, "similar": (new, "x")}} | ({} if removed else {"q2": {"answer": new}})
    changed = edited(files, edits, added=added, removed=("q2",) if removed else ()).files
    assert format_files(dict(changed), shown_as="knowledge") == {}


def test_a_text_that_keeps_its_line_ends_stays_apart_from_what_follows() -> None:
    """Its last line end is an empty line: none is added below it, and none of its own is taken away."""
    text = "category: A\nquestions:\n  - question: a\n    answer: |+\n      x\n\n  - question: b\n    answer: y\n# end\n"
    assert lay_out(text) == text
    (gone,) = edited({"a.yaml": text.encode()}, {}, removed=("b",)).files.values()
    assert gone.decode() == text.replace("  - question: b\n    answer: y\n", "")
