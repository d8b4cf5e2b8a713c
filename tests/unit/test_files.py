"""Reading knowledge: what stands in the files is what the values say, and nothing is guessed."""

import gc
from pathlib import Path

import pytest

from kbsync.diagnostics import Location, Severity
from kbsync.files import SETTINGS_FILE, DiskFiles, Loaded, load_files, load_tree
from kbsync.model import AnswerType, Category, Content, Question, Status

SETTINGS = b"version: 1\ntargets:\n  sandbox: {driver: sandbox}\n  production: {driver: sandbox}\ndefault_target: sandbox\n"

KNOWLEDGE = """\
categories:
  - title: Shipping
    children:
      - title: Delivery times
        previously: [Delivery]
      - title: Returns
        authoritative: true
---
category: Shipping / Delivery times
questions:
  - question: When will my parcel arrive?
    answer: |
      Usually within 3 working days.
      Else ask us.
    similar:
      - How long does delivery take?
      - 1.10
  - question: 你是机器人吗?
    previously: 你是人工智能吗?
    category: [Ask / robot, Q/A]
    answer: {file: answers/robot.html}
    answer_type: rich
    status: disabled
    id: {sandbox: s-1, production: p-1}
    protected: true
"""


def read(text: str | bytes, **options: str) -> Loaded:
    """One knowledge file, read from memory."""
    data = text.encode() if isinstance(text, str) else text
    return load_tree({"a.yaml": data}, shown_as="knowledge", settings=False, **options)


def answer(text: str) -> str:
    """What an answer becomes that is written as ``text``."""
    loaded = read(f"category: A\nquestions:\n  - question: q\n    answer: {text}\n")
    assert [fault for fault in loaded.diagnostics if fault.severity is not Severity.NOTE] == []
    return loaded.knowledge.questions[0].content.answer


@pytest.mark.parametrize("sign", ["\u00a0", "\u3000\u3000", "— ", "• ", "1. ", "-"])
def test_what_looks_like_structure_is_text_inside_of_a_text(sign: str) -> None:
    """In a block, people may indent with any space, begin lines with any sign, and speak of any key."""
    said = f"Write this:\n{sign}question: a\n{sign}answer:\u00a0b"
    assert answer(said.replace("\n", "\n      ").replace("Write", "|\n      Write")) == said


def test_everything_a_file_can_say_arrives() -> None:
    """Categories and questions come out with every key that they were given, and with their places."""
    tree = {
        SETTINGS_FILE: SETTINGS,
        "faq/a.yaml": KNOWLEDGE.encode(),
        "faq/answers/robot.html": b"\xef\xbb\xbf<p>Yes</p>\r\n\r\n",
    }
    loaded = load_tree(tree, shown_as="knowledge", target="production")
    assert loaded.diagnostics == ()
    path = "knowledge/faq/a.yaml"
    assert loaded.knowledge.categories == (
        Category(("Shipping",), location=Location(path, 2, 12)),
        Category(("Shipping", "Delivery times"), previously=("Delivery",), location=Location(path, 4, 16)),
        Category(("Shipping", "Returns"), authoritative=True, location=Location(path, 6, 16)),
    )
    times = ("Shipping", "Delivery times")
    text = "Usually within 3 working days.\nElse ask us."
    robot = Content("你是机器人吗?", "<p>Yes</p>\n", ("Ask / robot", "Q/A"), AnswerType.RICH, (), Status.DISABLED)
    assert loaded.knowledge.questions == (
        Question(
            Content("When will my parcel arrive?", text, times, similar=("1.10", "How long does delivery take?")),
            location=Location(path, 11, 15),
        ),
        Question(robot, "p-1", ("你是人工智能吗?",), protected=True, location=Location(path, 18, 15)),
    )


@pytest.mark.parametrize(
    "word", ["no", "on", "1.10", "2024-01-01", "1e3", "0o17", "0x1F", "true", "-.inf", "12:30", "=", "1_000"]
)
def test_plain_words_stay_text(word: str) -> None:
    """What YAML 1.1 would turn into something else is taken letter by letter where text is due."""
    assert answer(word) == word


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("|\n      a\n      b\n", "a\nb"),
        ("|+\n      a\n\n", "a\n\n"),
        ("|-\n      a\n", "a"),
        (">\n      a\n      b\n", "a b"),
        ('"a\\n"', "a\n"),
        ('"a\\r\\nb\\rc"', "a\nb\nc"),
        ("' a  '", " a  "),
        ('"e\\u0301 \\U0001F600"', "e\u0301 \U0001f600"),
        ("'null'", "null"),
        ("!!str null", "null"),
        ("a\n      b", "a b"),
        ("http://a.b/#c", "http://a.b/#c"),
    ],
)
def test_text_is_normalised_once(written: str, meant: str) -> None:
    """Line ends become LF, the one that closes a block goes, nothing else is touched."""
    assert answer(written) == meant


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_places_do_not_depend_on_line_ends_and_marks(end: str, mark: bytes) -> None:
    """Line and column are those that an editor shows, after a byte order mark, wide characters and any line end."""
    line = "  - {question: 😀你好, answer: x, similar: [好], colour: red}"
    text = f"category: 运费\nquestions:\n{line}\n"
    loaded = read(mark + text.replace("\n", end).encode())
    (fault,) = loaded.diagnostics
    assert (fault.location, fault.width) == (Location("knowledge/a.yaml", 3, line.index("colour") + 1), 6)
    assert fault.source == line
    assert loaded.knowledge.questions[0].location == Location("knowledge/a.yaml", 3, 16)


@pytest.mark.parametrize(
    ("id_", "target", "picked"),
    [("x-1", None, "x-1"), ("{a: 1, b: 2}", "b", "2"), ("{a: 1}", "b", None), ("{a: 1}", None, None), ("[x]", None, None)],
)
def test_the_id_of_the_target_is_picked(id_: str, target: str | None, picked: str | None) -> None:
    """One id serves every target, a mapping only those that it names."""
    tree = {"a.yaml": f"category: A\nquestions:\n  - {{question: q, answer: a, id: {id_}}}\n".encode()}
    loaded = load_tree(tree, shown_as="k", target=target, settings=False)
    assert loaded.knowledge.questions[0].id == picked


def test_the_default_target_picks_the_id() -> None:
    """Without a target the settings' default counts."""
    tree = {SETTINGS_FILE: SETTINGS, "a.yaml": b"category: A\nquestions: [{question: q, answer: a, id: {sandbox: s}}]\n"}
    assert load_tree(tree, shown_as="k").knowledge.questions[0].id == "s"


def test_the_order_of_files_is_that_of_their_names() -> None:
    """Questions come in the order of sorted paths, whatever the order of the tree."""
    names = ["b.yaml", "a/z.yml", "a.yaml", ".hidden.yaml", ".git/x.yaml", "notes.txt"]
    tree = {name: f"category: A\nquestions: [{{question: {name}, answer: a}}]\n".encode() for name in names}
    found = [one.content.question for one in load_tree(tree, shown_as="k", settings=False).knowledge.questions]
    assert found == ["a.yaml", "a/z.yml", "b.yaml"]


@pytest.mark.parametrize("text", ["", "# a comment\n", "---\n---\n", "questions: []\n", "categories: []\n"])
def test_a_file_may_say_nothing(text: str) -> None:
    """An empty file or document is no fault."""
    loaded = read(text)
    assert (loaded.diagnostics, loaded.knowledge.questions) == ((), ())


def test_a_parent_may_be_repeated_to_hold_children() -> None:
    """The same parent in two files is one category, with the flags of the declaration that has some."""
    tree = {
        "a.yaml": b"categories: [{title: A, children: [{title: B}]}]\n",
        "b.yaml": b"categories: [{title: A, authoritative: true, children: [{title: C}]}]\n",
    }
    loaded = load_tree(tree, shown_as="k", settings=False)
    assert loaded.diagnostics == ()
    flags = {one.path: one.authoritative for one in loaded.knowledge.categories}
    assert flags == {("A",): True, ("A", "B"): False, ("A", "C"): False}


def test_faulty_parts_do_not_hide_the_others() -> None:
    """What can be read is read, in a file with faults and in the files after it."""
    text = "category: A\nquestions:\n  - {question: q, answer: []}\n  - {answer: a}\n  - {question: r, answer: a}\n"
    tree = {
        "a.yaml": text.encode(),
        "b.yaml": b"questions: [\n",
        "c.yaml": b"category: [A, ~]\nquestions: [{question: s, answer: a}]\n",
    }
    loaded = load_tree(tree, shown_as="k", settings=False)
    assert [one.content.question for one in loaded.knowledge.questions] == ["r"]
    assert [str(fault.location) for fault in loaded.diagnostics] == [
        "k/a.yaml:3:27",
        "k/a.yaml:4:5",
        "k/b.yaml:2:1",
        "k/c.yaml:1:15",
    ]


def test_documents_before_a_syntax_error_are_read() -> None:
    """A syntax error costs its own document and those after it."""
    loaded = read("category: A\nquestions: [{question: q, answer: a}]\n---\n'\n")
    assert len(loaded.knowledge.questions) == 1
    assert [fault.rule.name for fault in loaded.diagnostics] == ["KB105"]


def test_an_alias_stands_for_what_it_repeats() -> None:
    """An anchor may be given anew; a list that is repeated counts for both questions."""
    first, second = "{question: &c q, answer: *c, similar: &l [x]}", "{question: r, answer: a, similar: *l}"
    loaded = read(f"category: &c A\nquestions:\n  - {first}\n  - {second}\n")
    assert loaded.knowledge.questions[0].content.answer == "q"
    assert [fault.rule.name for fault in loaded.diagnostics] == ["KB302"]


def test_a_misspelt_required_key_is_one_fault() -> None:
    """The key that was meant is not called missing as well."""
    (fault,) = read("category: A\nquestions:\n  - {question: q, anwser: a}\n").diagnostics
    assert str(fault.hint) == "did you mean answer?"


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("categories: [x, {title: A, children: [y]}]", ["1:14 KB112", "1:39 KB112"]),
        ("categories: [{title: ~, children: [{title: B}]}]", ["1:22 KB116"]),
        ("questions: [{question: q, answer: a, category: ~}]", ["1:48 KB116"]),
        ("category: A\nquestions: [{question: q, answer: {file: gone.txt}}]", ["2:42 KB310"]),
        ("category: A\nquestions: [{question: q, answer: a, id: {x: ~}}]", ["2:46 KB116"]),
    ],
)
def test_one_mistake_is_one_fault(text: str, places: list[str]) -> None:
    """What follows from a fault is not reported as another."""
    found = [f"{fault.location.line}:{fault.location.column} {fault.rule.name}" for fault in read(text).diagnostics]
    assert found == places


def test_the_collector_is_left_as_it_was() -> None:
    """Reading keeps the cyclic collector out of the way and does not switch it on or off for others."""
    gc.disable()
    try:
        read(KNOWLEDGE)
        assert not gc.isenabled()
    finally:
        gc.enable()
    read(KNOWLEDGE)
    assert gc.isenabled()


def test_disk_and_memory_say_the_same(tmp_path: Path) -> None:
    """A directory on the disk reads like its snapshot."""
    tree = {SETTINGS_FILE: SETTINGS, "faq/a.yaml": KNOWLEDGE.encode(), "faq/answers/robot.html": b"yes", ".x/b.yaml": b"]"}
    for name, data in tree.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(data)
    assert load_files(DiskFiles(tmp_path, shown_as="here")) == load_tree(tree, shown_as="here")


@pytest.mark.parametrize(("shown", "path"), [(".", "a.yaml"), ("k/", "k/a.yaml"), ("/x/k", "/x/k/a.yaml"), ("..", "../a.yaml")])
def test_places_begin_as_the_directory_was_typed(shown: str, path: str) -> None:
    """A terminal can open the path of a place."""
    assert load_tree({"a.yaml": b"]"}, shown_as=shown, settings=False).diagnostics[0].location.path == path


def test_an_answer_file_is_read_once_and_its_faults_are_its_own() -> None:
    """A fault inside an answer file is placed there, once, however often it is named."""
    text = "category: A\nquestions:\n  - {question: q, answer: {file: ../x.txt}}\n  - {question: r, answer: {file: ../x.txt}}\n"
    loaded = load_tree({"d/a.yaml": text.encode(), "x.txt": b"ok\nb\xffd"}, shown_as="k", settings=False)
    assert [str(fault.location) for fault in loaded.diagnostics] == ["k/x.txt:2:2"]
    assert loaded.knowledge.questions == ()


def test_secrets_in_the_settings_are_not_repeated() -> None:
    """A line that holds a secret by mistake is in no report."""
    text = b"version: 1\ntargets:\n  a: {sdkappid: 1, secret_key: 0123456789}\n  b: {sdkappid: 1, endpoint: 'https://u:0123456789@h'}\n"
    loaded = load_tree({SETTINGS_FILE: text}, shown_as="k")
    assert {fault.rule.name for fault in loaded.diagnostics} == {"KB111", "KB202", "KB203", "KB205"}
    assert "0123456789" not in repr(loaded.diagnostics)
