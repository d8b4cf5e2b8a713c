"""Files that were made to do harm: whatever the bytes, the reader answers soon and with a diagnostic."""

import re
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kbsync.diagnostics import Diagnostic, Rule, Severity
from kbsync.files import load_tree
from kbsync.files.parse import MAX_BROKEN, MAX_DEPTH, Events, documents, with_libyaml, without_libyaml
from kbsync.files.schema import KEYS
from kbsync.files.source import MAX_FAULTS, SourceFile, decode
from kbsync.render.words import Words

SHELF = Path(__file__).parent.parent / "bad"
MANY = 100_000
PARSERS = {True: with_libyaml, False: without_libyaml}

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
    page = SourceFile("k/a.yaml", "a.yaml")
    if decode(page, text.encode() if isinstance(text, str) else text) is not None:
        documents(page, parser=PARSERS[libyaml])
    return [fault.rule.name for fault in page.all_faults()]


class Counted:
    """A parser that counts the texts that it was given, and the events that it was asked for."""

    def __init__(self, parser: Events) -> None:
        self._parser = parser
        self.texts = self.events = 0

    def __call__(self, data: bytes) -> Callable[[], Any]:
        self.texts += 1
        get_event = self._parser(data)

        def get() -> Any:
            self.events += 1
            return get_event()

        return get


@pytest.mark.no_cover
@pytest.mark.parametrize("libyaml", [True, False])
@pytest.mark.parametrize("shape", DEEP)
def test_deep_nesting_is_refused_at_once(shape: str, libyaml: bool) -> None:
    """A hundred thousand levels neither overflow a stack nor are they read: the first one too many is the last one looked at."""
    parser, page = Counted(PARSERS[libyaml]), SourceFile("k/a.yaml", "a.yaml", DEEP[shape].encode())
    documents(page, parser=parser)
    assert [fault.rule.name for fault in page.all_faults()] == ["KB109"]
    # A level is a key and a beginning, after those of stream and document; what libyaml refuses by itself is read twice.
    assert parser.events <= 2 * (MAX_DEPTH + 1) + 2
    assert parser.texts <= 2


@pytest.mark.no_cover
@pytest.mark.parametrize("libyaml", [True, False])
@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("[" * 1100, "k:1:51"),
        ("[" * 1100 + "]" * 1100, "k:1:51"),
        ("{[" * 1100, "k:1:51"),
        ("a:\n  - b: 1\n    c: " + "[" * 1100, "k:3:55"),
        ("é: 1\n---\n「: " + "[" * 1100, "k:3:53"),
        ("a: 1\n" + "[" * 1100, "k:2:50"),  # in the column of keys, where brackets could be one
        ("- 1\n" + "[" * 1100, "k:2:50"),
        ("- 1\n" + "[" * 60 + "\n", "k:2:50"),
        ("[" * 1005 + "@", "k:1:51"),  # wrong in a place that no release but one comes to
        ("[" * 1005 + "!<\n", "k:1:51"),
        ("[" * 1005 + "'", "k:1:51"),
        ("[" * 60 + "@", "k:1:51"),
        ("# x\n[&b [\n\n" + "[" * 1100 + "]", "k:4:49"),
    ],
)
def test_deep_nesting_is_told_where_it_is_too_deep(text: str, place: str, libyaml: bool) -> None:
    """It counts first, whatever limit of its own the parser has and whatever it finds wrong while it looks ahead."""
    assert places(text, libyaml=libyaml) == [("KB109", place)]


@pytest.mark.parametrize("libyaml", [True, False])
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: 'x'\n  " + "[" * 1100, [("KB105", "k:2:3")]),
        ("- x\n[a, a" + "{" * 1100, [("KB105", "k:2:6")]),
        ("!t [\n{a: 1, b:\n" + "[" * 1100, [("KB106", "k:1:1"), ("KB109", "k:3:49")]),
        ("[" + "[]," * 60 + "@", [("KB105", "k:1:182")]),
        ("a: 1\n[" + "[]," * 60 + "@", [("KB105", "k:2:182")]),
        ("a: 1\n[" + "[]," * 60 + "a]\n", [("KB105", "k:3:1")]),
        ("a:\n" + "  - []\n" * 60 + "  b: 1\n", [("KB105", "k:62:3")]),
    ],
)
def test_what_is_wrong_before_the_nesting_is_told(text: str, expected: list[tuple[str, str]], libyaml: bool) -> None:
    """Many brackets are no deep ones, and an error before the level too many counts."""
    assert places(text, libyaml=libyaml) == expected


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
    pages = [SourceFile("a", "a"), SourceFile("a", "a")]
    for page, libyaml in zip(pages, (True, False), strict=True):
        if decode(page, data) is not None:
            documents(page, parser=PARSERS[libyaml])
    places = [[(fault.rule, fault.location) for fault in page.all_faults()] for page in pages]
    assert places[0] == places[1]


def places(text: str, *, libyaml: bool) -> list[tuple[str, str]]:
    """Code and place of each fault, with hints that know the keys."""
    page = SourceFile("k", "k", text.encode())
    documents(page, keys=KEYS, parser=PARSERS[libyaml])
    return [(fault.rule.name, str(fault.location)) for fault in page.all_faults()]


@pytest.mark.parametrize("path", sorted(SHELF.glob("KB105-yaml-syntax/*.yaml")), ids=lambda path: path.stem)
def test_both_parsers_give_up_in_the_same_places(path: Path) -> None:
    """A slip is found where it is, and the documents after it are read, whichever parser is there."""
    text = path.read_text(encoding="utf-8")
    assert places(text, libyaml=True) == places(text, libyaml=False)


def told(text: str, parser: Events = with_libyaml) -> list[Diagnostic]:
    """The faults of a text, with hints that know the keys."""
    page = SourceFile("k", "k", text.encode())
    documents(page, keys=KEYS, parser=parser)
    return list(page.all_faults())


def reworded(data: bytes, *, places: int = 2) -> Callable[[], Any]:
    """A parser of a release to come: other words for the same errors, and 2, 1 or 0 places."""
    get_event = with_libyaml(data)

    def get() -> Any:
        try:
            return get_event()
        except yaml.MarkedYAMLError as error:
            context, problem = (
                mark if places > least else None for mark, least in ((error.context_mark, 1), (error.problem_mark, 0))
            )
            words = "while doing what has no name yet", "words that no release has used"
            raise yaml.MarkedYAMLError(words[0], context, words[1], problem) from None

    return get


@pytest.mark.parametrize("path", sorted(SHELF.glob("KB105-yaml-syntax/*.yaml")), ids=lambda path: path.stem)
def test_words_that_no_release_has_used_change_nothing_but_words(path: Path) -> None:
    """Code and place are the same, and there is something to do about it."""
    text = path.read_text(encoding="utf-8")
    known, unknown = told(text), told(text, reworded)
    assert [(fault.rule, fault.location) for fault in unknown] == [(fault.rule, fault.location) for fault in known]
    assert all(fault.hint for fault in unknown if fault.rule is Rule.KB105)


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("category: @home", "indent with spaces, not tabs; text that begins with @, ` or % must stand in quotes"),
        ("category: *bold* words", "text that begins with * or & must stand in quotes"),
        ("category: !bang! words", "text that begins with ! must stand in quotes"),
        ("category: a: b", "text that contains a colon and a space must stand in quotes, or in a block after |"),
        ("category: [a, b", "a comma or a closing bracket is missing; text with brackets or commas must stand in quotes"),
        ('category: "a \\q"', "in double quotes a backslash begins an escape: write it twice, or use single quotes"),
        ("answer:\n\t- a", "indent with spaces, not tabs"),
        ("category: |x", "begin the text on the line after | or >"),
        ("question: a\nanswer:b\n", "write a Latin colon and a space after answer"),
        ("- question: a\n   answer: b\n", "indent answer like the key above it"),
        ("question: a\n answer: b\n", "indent answer like the key above it"),
        ("- question: 'a'\n answer: b\n", "indent answer like the key above it"),
        ('answer: "a \\q"', "in double quotes a backslash begins an escape: write it twice, or use single quotes"),
        ("answer: |x", 'put the whole text in quotes: answer: "|x"'),
        (
            "answer: 'a",
            "write the closing quote; a quote that belongs to the text must be doubled, or stand in quotes of the other kind",
        ),
        (
            "category: 'a' b",
            "indent with spaces, keep the keys of one entry in one column, and quote text that holds signs like : # or [",
        ),
        (
            " 'a'\nanswer: b\n",
            "indent with spaces, keep the keys of one entry in one column, and quote text that holds signs like : # or [",
        ),
        (
            "'a'\nanswer: b\n",
            "indent with spaces, keep the keys of one entry in one column, and quote text that holds signs like : # or [",
        ),
    ],
)
def test_unknown_words_leave_the_text_to_look_at(text: str, hint: str) -> None:
    """What is usable can be seen where the parser gave up; the parser's words come last."""
    (fault,) = told(text, reworded)
    assert (fault.rule, str(fault.hint)) == (Rule.KB105, hint)
    assert "words that no" not in str(fault.message)[:40]


@pytest.mark.parametrize(("places", "place"), [(2, "k:4:9"), (1, "k:4:9"), (0, "k:4:1")])
def test_a_parser_that_does_not_say_where(places: int, place: str) -> None:
    """Is said to have given up behind what was read last."""
    (fault,) = told("a: 1\n---\nb: 2\nanswer: @home\n", partial(reworded, places=places))
    assert (str(fault.location), fault.hint is None) == (place, False)


def silent(data: bytes) -> Callable[[], Any]:
    """A parser that fails without a word."""
    assert data

    def get() -> Any:
        raise yaml.YAMLError("line one\nline two")

    return get


def test_an_error_without_anything_is_told() -> None:
    """With its words, on one line."""
    (fault,) = told("a: 1\n", silent)
    assert (str(fault.location), str(fault.message)) == ("k:1:1", "this is not YAML; the parser says: line one line two")


@pytest.mark.parametrize("parser", [with_libyaml, without_libyaml, reworded])
@pytest.mark.parametrize("path", sorted(SHELF.glob("KB105-yaml-syntax/*.yaml")), ids=lambda path: path.stem)
def test_in_chinese_no_english_of_the_parser_comes_first(path: Path, parser: Events) -> None:
    """Known sentences are translated; a new one stands at the end, behind what it is."""
    chinese = Words("zh")
    for fault in told(path.read_text(encoding="utf-8"), parser):
        said = chinese.say(fault.message).removeprefix("这不是 YAML").removesuffix("words that no release has used")
        said = re.sub(r"YAML|U\+[0-9A-F]{4}[A-Z -]*", "", said)  # characters have names in one language
        assert not re.search(r"[A-Za-z]", said)
        assert all(re.match(r"[\u4e00-\u9fff]", chinese.say(second.message)) for second in fault.related)


@pytest.mark.parametrize("text", DEEP.values(), ids=DEEP)
def test_a_limit_of_nesting_needs_no_words(text: str) -> None:
    """It is told from the text."""
    assert [(fault.rule, fault.location) for fault in told(text, reworded)] == [(one.rule, one.location) for one in told(text)]


@pytest.mark.parametrize(("flow", "column"), [("[What is it?]", 24), ("{a?: b}", 15)])
def test_a_question_mark_between_brackets_is_told_kindly(flow: str, column: int) -> None:
    """What libyaml reads and the parser in Python does not is a fault with a remedy, and nothing worse."""
    page = SourceFile("k", "k", f"previously: {flow}\n".encode())
    assert len(documents(page)) == 1
    assert documents(page, parser=without_libyaml) == ()
    (fault,) = page.all_faults()
    assert (fault.location.column, str(fault.hint)) == (
        column,
        "text with a question mark that stands between brackets must stand in quotes",
    )


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_fault_costs_its_own_document(end: str) -> None:
    """The documents around broken ones are read, each node at its own line."""
    text = "a: 1\n---\nb: [\n--- # next\nc: 1\n---\nd: '\n----\n---\ne: 1\n".replace("\n", end)
    page = SourceFile("k", "k", text.encode())
    assert [root.start_mark.line for root in documents(page)] == [0, 4, 9]
    assert [fault.location.line for fault in page.all_faults()] == [4, 7]


@pytest.mark.parametrize("broken", ["@", "'", "[", "a: b: c", "- &", "%X"])
def test_broken_documents_without_end_are_told_in_part(broken: str) -> None:
    """Reading goes on for some documents and not for ever, also where the dashes themselves are in a broken line."""
    for text in (f"---\n{broken}\n" * 300, f"--- {broken}\n" * 300):
        parser, page = Counted(with_libyaml), SourceFile("k", "k", text.encode())
        documents(page, parser=parser)
        assert 1 <= len(list(page.all_faults())) <= MAX_BROKEN
        assert parser.texts <= MAX_BROKEN
        assert parser.events <= 10 * MAX_BROKEN


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
