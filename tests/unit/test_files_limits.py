"""Files that were made to do harm: whatever the bytes, the reader answers soon and with a diagnostic."""

import sys
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kbsync.diagnostics import Rule, Severity
from kbsync.files import load_tree
from kbsync.files.nodes import MAX_BROKEN, MAX_DEPTH, documents
from kbsync.files.page import MAX_FAULTS, Page, decode
from kbsync.files.tables import KEYS

SHELF = Path(__file__).parent.parent / "bad"
MANY = 100_000

DEEP = {
    "brackets": "[" * MANY,
    "closed brackets": "[" * MANY + "]" * MANY,
    "braces": "{a: " * MANY,
    "dashes": "- " * MANY + "x",
    "question marks": "? " * MANY,
    "indentation": "".join(" " * depth + "a:\n" for depth in range(3000)),
}


def codes(text: str | bytes, *, libyaml: bool = True) -> list[str]:
    """The codes of the faults in the text of a file, with either parser."""
    page = Page("k/a.yaml", "a.yaml")
    if decode(page, text.encode() if isinstance(text, str) else text) is not None:
        documents(page, libyaml=libyaml)
    return [fault.rule.name for fault in page.all_faults()]


@pytest.mark.parametrize("libyaml", [True, False])
@pytest.mark.parametrize("shape", DEEP)
def test_deep_nesting_is_refused_at_once(shape: str, libyaml: bool) -> None:
    """A hundred thousand levels neither overflow a stack nor take the minute that reading them all would."""
    begun = time.process_time()
    assert codes(DEEP[shape], libyaml=libyaml) == ["KB109"]
    assert time.process_time() - begun < 5


def test_the_last_allowed_level_is_read() -> None:
    """The limit itself is not too deep."""
    assert codes("[" * MAX_DEPTH + "]" * MAX_DEPTH) == []
    assert codes("[" * (MAX_DEPTH + 1) + "]" * (MAX_DEPTH + 1)) == ["KB109"]


def test_aliases_nested_beyond_the_stack_are_refused() -> None:
    """Chains and bombs of aliases end with a fault, however they are nested."""
    limit = sys.getrecursionlimit()
    chain = "a0: &a0 [x]\n" + "".join(f"a{n}: &a{n} [*a{n - 1}]\n" for n in range(1, limit * 2))
    doubling = "a0: &a0 [x]\n" + "".join(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]\n" for n in range(1, 60))
    long = f"a: &a '{'x' * 1_000_000}'\nb: [{', '.join(['*a'] * 50)}]\n"
    assert (codes(chain), codes(doubling), codes(long)) == ([], ["KB108"], ["KB108"])


@pytest.mark.parametrize("libyaml", [True, False])
@pytest.mark.parametrize(
    "text", ['"\\UFFFFFFFF"', '"\\q"', "a: b: c", "@", "%", "'", "a\n\tb: c", "*", "& x", "!<", "{a", "%YAML 9.9\n--- a"]
)
def test_syntax_errors_are_faults_with_either_parser(text: str, libyaml: bool) -> None:
    """With and without libyaml, what is not YAML is said to be not YAML."""
    assert codes(text, libyaml=libyaml) == ["KB105"]


def test_half_a_surrogate_pair_is_no_text() -> None:
    """An escape that the parser in Python lets through is caught before it breaks an encoder; libyaml refuses it itself."""
    assert codes('"\\ud800"') == ["KB105"]


@pytest.mark.parametrize("name", sorted(path.parent.name for path in SHELF.glob("KB[13]*/input.yaml") if path.is_file()))
def test_both_parsers_read_the_same(name: str) -> None:
    """The parser in Python finds the faults of syntax, tags and aliases in the same places."""
    data = (SHELF / name / "input.yaml").read_bytes()
    pages = [Page("a", "a"), Page("a", "a")]
    for page, libyaml in zip(pages, (True, False), strict=True):
        if decode(page, data) is not None:
            documents(page, libyaml=libyaml)
    places = [[(fault.rule, fault.location) for fault in page.all_faults()] for page in pages]
    assert places[0] == places[1]


def places(text: str, *, libyaml: bool) -> list[tuple[str, str]]:
    """Code and place of each fault, with hints that know the keys."""
    page = Page("k", "k", text.encode())
    documents(page, keys=KEYS, libyaml=libyaml)
    return [(fault.rule.name, str(fault.location)) for fault in page.all_faults()]


@pytest.mark.parametrize("path", sorted(SHELF.glob("KB105-yaml-syntax/*.yaml")), ids=lambda path: path.stem)
def test_both_parsers_give_up_in_the_same_places(path: Path) -> None:
    """A slip is found where it is, and the documents after it are read, whichever parser is there."""
    text = path.read_text(encoding="utf-8")
    assert places(text, libyaml=True) == places(text, libyaml=False)


@pytest.mark.parametrize(("flow", "column"), [("[What is it?]", 24), ("{a?: b}", 15)])
def test_a_question_mark_between_brackets_is_told_kindly(flow: str, column: int) -> None:
    """What libyaml reads and the parser in Python does not is a fault with a remedy, and nothing worse."""
    page = Page("k", "k", f"previously: {flow}\n".encode())
    assert len(documents(page)) == 1
    assert documents(page, libyaml=False) == ()
    (fault,) = page.all_faults()
    assert (fault.location.column, str(fault.hint)) == (
        column,
        "text with a question mark that stands between brackets must stand in quotes",
    )


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_fault_costs_its_own_document(end: str) -> None:
    """The documents around broken ones are read, each node at its own line."""
    text = "a: 1\n---\nb: [\n--- # next\nc: 1\n---\nd: '\n----\n---\ne: 1\n".replace("\n", end)
    page = Page("k", "k", text.encode())
    assert [root.start_mark.line for root in documents(page)] == [0, 4, 9]
    assert [fault.location.line for fault in page.all_faults()] == [4, 7]


@pytest.mark.parametrize("broken", ["@", "'", "[", "a: b: c", "- &", "%X"])
def test_broken_documents_without_end_are_told_in_part(broken: str) -> None:
    """Reading goes on for some documents and not for ever, also where the dashes themselves are in a broken line."""
    for text in (f"---\n{broken}\n" * 300, f"--- {broken}\n" * 300):
        begun = time.process_time()
        assert 1 <= len(codes(text)) <= MAX_BROKEN
        assert time.process_time() - begun < 2


def test_aliases_reach_no_further_than_their_document() -> None:
    """What a broken document named is unknown after it, and what it left open is closed."""
    assert codes("a: &x [b: [\n---\nc: *x\n") == ["KB105", "KB108"]


def test_too_many_warnings_are_a_warning() -> None:
    """A file whose uncounted findings are all harmless is not refused for their number; one error among them is an error."""
    slips = "".join(f"  - {{question: q{n}, answer: a}}\n  - question: p{n} #1\n    answer: a\n" for n in range(MAX_FAULTS + 2))
    for more, severity in (("", Severity.WARNING), ("  - question: q\n", Severity.ERROR)):
        text = f"category: A\nquestions:\n{slips}{more}".encode()
        found = load_tree({"a.yaml": text}, shown_as="k", settings=False).diagnostics
        assert [one.severity for one in found if one.rule is Rule.KB117] == [severity]


WORDS = st.sampled_from(
    [
        "category: A\n",
        "questions:\n",
        "  - question: q\n",
        "    answer: ",
        "&a",
        "*a",
        "!!str ",
        "|\n",
        "[",
        "]",
        "{",
        "}",
        "'",
        '"',
        "\\u",
        "\0",
        "\r",
        "\ufeff",
        "- ",
        "? ",
        ": ",
        "<<",
        "%",
        "---\n",
        "{file: x}",
        "\u2028",
        "🤖",
    ]
)
ANY_BYTES = st.one_of(st.binary(max_size=60), st.lists(WORDS, max_size=25).map(lambda words: "".join(words).encode()))


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(ANY_BYTES, ANY_BYTES)
def test_no_bytes_raise(knowledge: bytes, chosen: bytes) -> None:
    """Whatever stands in the files, reading ends with values and diagnostics."""
    loaded = load_tree({"kbsync.yaml": chosen, "a.yaml": knowledge, "x": knowledge}, shown_as="k")
    for fault in loaded.diagnostics:
        assert fault.location.line >= 1
        assert 1 <= fault.location.column <= len(fault.source) + 1 or not fault.source
        assert str(fault.message)


@settings(deadline=None)
@given(
    st.text(
        alphabet=st.characters(
            codec="utf-8", exclude_categories=["Cc", "Cs"], exclude_characters="\u2028\u2029\ufeff\ufffe\uffff"
        ),
        min_size=1,
    ).filter(str.strip)
)
def test_quoted_text_comes_back_as_it_is(text: str) -> None:
    """Between single quotes every text is what it is, character by character."""
    quoted = text.replace("'", "''")
    loaded = load_tree(
        {"a.yaml": f"category: A\nquestions:\n- question: '{quoted}'\n  answer: a\n".encode()}, shown_as="k", settings=False
    )
    assert [one.content.question for one in loaded.knowledge.questions] == [text]
