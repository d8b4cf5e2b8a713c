"""What an editor does to the files in one line: each verb edits as a person would, and the plan reads it as it was meant."""

import json
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from kbsync.files import load_tree
from kbsync.files.merging import merge_files
from kbsync.model import Knowledge, Question
from kbsync.plan import Action, BaseKind, Cause, Plan, QuestionChange, Source, TargetRef
from kbsync.planner import Context, make_plan
from kbsync.usecases.context import Exit
from kbsync.usecases.files import Act, moved, removed, renamed
from tests.fakes.console import Console
from tests.flows.harness import Bench

SETTINGS = {"kbsync.yaml": b"version: 1\ntargets: {sandbox: {driver: sandbox}}\n"}
TREE = "categories:\n  - title: A\n  - title: B\n---\ncategory: A\n"
ONE = "  - question: one\n    answer: x\n"
TWO = "  # of two\n  - question: two  # beside\n    answer: |\n      y\n    similar:\n      - zwei\n"
LAYOUTS = {
    "block": TREE + "questions:\n" + ONE + TWO,
    "first": TREE + "questions:\n" + TWO + ONE,
    "alone": TREE + "questions:\n" + TWO,
    "flow": TREE + "questions: [{question: one, answer: x}, {question: two, answer: y, similar: [zwei]}]\n",
    "document": TREE.replace("category: A", "{category: A, questions: [{question: two, answer: y, similar: [zwei]}]}"),
    "windows": "\ufeff" + (TREE + "questions:\n" + ONE + TWO).replace("\n", "\r\n"),
    "apart": TREE + "questions:\n" + ONE + "\n" + TWO + "\n---\ncategory: B\nquestions: []\n",
    "renamed": TREE + "questions:\n" + TWO + "    previously: zwo\n",
    "fresh": TREE + "questions:\n" + TWO + "    previously: []\n",
    "earlier": TREE + "questions:\n" + TWO + "    previously:\n      - zwo\n",
    "borrowed": TREE + "questions:\n" + ONE.replace("one\n", "one\n    previously: &x [zwo]\n") + TWO + "removed: *x\n",
    "lines": TREE + "questions:\n" + TWO + "removed:\n  - three\n",
    "flow lines": TREE + "removed: [three]\nquestions:\n" + TWO,
    "no lines": TREE + "removed: []\nquestions:\n" + TWO,
    "unnamed": TREE.replace("category: A\n", "") + "questions:\n" + TWO + "    category: [A]\n",
}
VERBS: dict[str, tuple[Act, Action]] = {
    "rename": (partial(renamed, old="two", new="deux"), Action.RENAME),
    "take the wording": (partial(renamed, old="Two", new="zwei"), Action.RENAME),
    "remove": (partial(removed, text="two"), Action.DELETE),
    "move": (partial(moved, text="two", category="B"), Action.MOVE),
}


def read(text: bytes) -> Knowledge:
    """What a file says; it has no faults."""
    found = load_tree({"a.yaml": text}, shown_as="k", settings=False)
    assert [str(one.message) for one in found.diagnostics] == []
    return found.knowledge


def planned(desired: Knowledge, base: Knowledge) -> Plan:
    """The plan where the library is as the base says."""
    questions = tuple(Question(one.content, id=one.content.question) for one in base.questions)
    categories = tuple(replace(one, id=number) for number, one in enumerate(base.categories))
    context = Context(TargetRef("t", 1), Source("sha256:0", base=BaseKind.GIVEN))
    return make_plan(desired, Knowledge(categories, questions), base, context=context)


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("layout", [name for name in LAYOUTS if name != "borrowed"])
def test_a_verb_is_the_one_change_that_it_names(verb: str, layout: str) -> None:
    """However the file is laid out, its plan is one change, declared and without a doubt; no comment of another entry goes."""
    before = LAYOUTS[layout].encode()
    act, action = VERBS[verb]
    old = read(before)
    merge, note = act(old)
    after = merge_files({**SETTINGS, "a.yaml": before}, merge, shown_as="k", target=None).files["a.yaml"]
    plan = planned(read(after), old)
    (change,) = (each for each in plan.changes if isinstance(each, QuestionChange))
    assert (note, change.action, change.cause, len(plan.changes)) == (None, action, Cause.DECLARED, 1)
    assert [str(problem.message) for problem in plan.problems if problem.blocking] == []
    assert (change.reviewed, change.id) == (action is Action.DELETE, "two")
    assert action is Action.DELETE or before.count(b"#") == after.count(b"#")
    assert before.startswith(b"\xef\xbb\xbf") == after.startswith(b"\xef\xbb\xbf")
    assert before.count(b"\r\n") == before.count(b"\n") * (b"\r\n" in before)
    assert after.count(b"\r\n") == after.count(b"\n") * (b"\r\n" in before)


def test_lines_come_in_the_place_of_an_alias() -> None:
    """A list that repeats another one becomes a list of its own."""
    before = LAYOUTS["borrowed"].replace("previously: &x [zwo]", "similar: &x [zwo]").encode()
    merge, _ = removed(read(before), text="two")
    after = merge_files({**SETTINGS, "a.yaml": before}, merge, shown_as="k", target=None).files["a.yaml"]
    assert [line.text for line in read(after).removed] == ["zwo", "two"]


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    """A directory with one file of two questions."""
    bench = Bench.make(tmp_path, git=False)
    bench.write({"a.yaml": LAYOUTS["block"]})
    return bench


def written(bench: Bench) -> str:
    """The file."""
    return (bench.path / "knowledge/a.yaml").read_text()


def test_the_difference_is_the_result_and_the_file_has_it(bench: Bench) -> None:
    """What is shown is what is written; a dry run shows it and writes nothing."""
    dry = bench.run("rename", "two", "deux", "--dry-run")
    assert (dry.code, written(bench)) == (Exit.DONE, LAYOUTS["block"])
    real = bench.run("rename", "two", "deux")
    assert (real.code, real.out, real.err) == (Exit.DONE, dry.out, "")
    assert "+  - question: deux  # beside\n" in real.out
    assert written(bench).endswith("    previously:\n      - two\n")


def test_an_answer_file_goes_with_its_question(bench: Bench) -> None:
    """The difference shows it whole, it is said, and a dry run takes nothing; a verb that keeps the question keeps the file."""
    bench.write({"a.yaml": LAYOUTS["block"] + "  - question: three\n    answer: {file: t.html}\n", "t.html": "<b>Hi</b>"})
    place = bench.path / "knowledge/t.html"
    for verb in (("rename", "three", "trois"), ("move", "trois", "B"), ("remove", "trois", "--dry-run")):
        assert bench.run(*verb).code == Exit.DONE
        assert place.exists()
    found = bench.run("remove", "trois")
    assert (found.code, found.err) == (Exit.DONE, "knowledge/t.html goes too: no question uses it any more.\n")
    assert "--- a/knowledge/t.html\n+++ /dev/null\n@@ -1 +0,0 @@\n-<b>Hi</b>\n\\ No newline at end of file\n" in found.out
    assert not place.exists()


def test_a_removed_question_leaves_a_line(bench: Bench) -> None:
    """All names that it had are removed, and the verb is told in JSON, too."""
    bench.run("rename", "two", "deux")
    found = json.loads(bench.run("remove", "DEUX", "--format", "json").out)
    assert found["files"] == ["knowledge/a.yaml"]
    assert written(bench) == TREE + "questions:\n" + ONE + "removed:\n  - deux\n  - two\n"


def test_a_move_to_a_category_that_no_file_names_is_told(bench: Bench) -> None:
    """It may be the service's own; where a known one is near, that is named."""
    near, far = bench.run("move", "two", "A / BB", "--dry-run"), bench.run("move", "two", "Elsewhere", "--dry-run")
    assert far.err == "No file names the category Elsewhere: kbsync plan tells whether the service has it.\n"
    bench.write({"b.yaml": "categories:\n  - title: Elsewhere\n"})
    near = bench.run("move", "two", "Elsewher", "--dry-run")
    assert (near.code, near.err) == (Exit.DONE, "did you mean Elsewhere?\n")


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("rename", "twoo", "deux"), Exit.USAGE, "error: no question is called twoo\n  hint: did you mean two?\n"),
        (("rename", "zwei", "deux"), Exit.USAGE, "error: no question is called zwei\n  hint: it is a similar question of two\n"),
        (("remove", "nowhere near"), Exit.USAGE, "error: no question is called nowhere near\n"),
        (("rename", "two", "two"), Exit.USAGE, "error: two is no new text for this question\n"),
        (("rename", "two", " "), Exit.USAGE, " is no new text for this question\n"),
        (("move", "two", "A"), Exit.USAGE, "error: two is in that category already\n"),
        (("move", "two", "A / B / C"), Exit.USAGE, "error: a category is written as Parent / Child: A / B / C\n"),
        (("rename", "two", "one"), Exit.INVALID, "the question is declared twice"),
    ],
)
def test_what_cannot_be_is_refused(bench: Bench, arguments: tuple[str, ...], code: Exit, said: str) -> None:
    """A slip of the pen, an empty text, a text that another question has: said, and nothing is written."""
    found = bench.run(*arguments)
    assert (found.code, found.out, written(bench)) == (code, "", LAYOUTS["block"])
    assert said in found.err


def test_what_was_meant_is_named_in_quotes_where_it_ends_with_a_sign(bench: Bench) -> None:
    """Two question marks in a row would not be read as one of the question's own."""
    bench.write({"b.yaml": "category: A\nquestions:\n  - question: Where is it?\n    answer: x\n"})
    assert "hint: did you mean “Where is it?”?\n" in bench.run("remove", "Where was it").err


def test_a_protected_question_is_not_removed(bench: Bench) -> None:
    """The plan would refuse it, and the verb does so before the file is touched."""
    bench.write({"a.yaml": LAYOUTS["block"] + "    protected: true\n"})
    found = bench.run("remove", "two")
    assert (found.code, "take protected out" in found.err) == (Exit.UNSAFE, True)


def test_a_removal_is_applied_with_nobody_there_and_what_comes_back_is_told(tmp_path: Path) -> None:
    """No number on the command line; an undo and the console are told apart, and neither is overruled unsaid."""
    bench = Bench.make(tmp_path)
    text = (bench.path / "knowledge/kbsync.yaml").read_text(encoding="utf-8").replace("prune: delete", "prune: keep")
    bench.commit({"kbsync.yaml": text, "a.yaml": LAYOUTS["block"]})
    assert bench.run("apply", "--yes").code == Exit.DONE
    assert bench.run("remove", "two").code == Exit.DONE
    bench.commit({})
    assert bench.run("apply", "--yes", "--receipt", "receipt.json").code == Exit.DONE
    assert bench.cause("plan") == {}
    assert "is not live any more, and its line may go: two" in bench.run("plan").out
    back = bench.run("plan", "--undo", "receipt.json", "--out", "undo.json")
    assert (back.code, bench.run("apply", "undo.json", "--yes").code) == (Exit.DONE, Exit.DONE)
    assert "under removed in git, and back since an undo: applying takes it away again" in " ".join(bench.run("plan").out.split())
    assert bench.run("apply", "--yes").code == Exit.UNSAFE
    assert bench.run("apply", "--yes", "--overwrite-drift").code == Exit.DONE
    with bench.console() as service:
        console = Console(service)
        console.add_question("two", "from the console", category=console.category("A"))
    assert bench.run("drift").code == Exit.PENDING
    pulled = bench.run("pull")
    assert ("two has a line under removed and stays out of the files" in pulled.err, pulled.out) == (True, "")
    refused = bench.run("apply", "--yes")
    assert (refused.code, "1 console edit would be overwritten: two" in refused.err) == (Exit.UNSAFE, True)
    assert bench.run("apply", "--yes", "--overwrite-drift").code == Exit.DONE


HOMES = {
    "category: B\nquestions:\n  - question: three\n    answer: x\n": "",
    "category: B\nquestions:\n  - question: three\n    answer: x\n\n  - question: four\n    answer: x\n": "",
    "category: B\nquestions: []\n": "",
    "category: B\n": "",
    "questions:\n  - question: three\n    category: B\n    answer: x\n": "    category: B\n",
}


@pytest.mark.parametrize("home", HOMES)
@pytest.mark.parametrize("crlf", [False, True], ids=["lf", "crlf"])
def test_a_moved_question_goes_where_its_category_is(home: str, *, crlf: bool) -> None:
    """Its entry and the comments of it stand among those of that category; where they were nothing is left."""
    files = {"a.yaml": LAYOUTS["block"], "b.yaml": home}
    data = {name: (text.replace("\n", "\r\n") if crlf else text).encode() for name, text in files.items()}
    old = load_tree(data, shown_as="k", settings=False).knowledge
    merge, _ = moved(old, text="two", category="B")
    after = merge_files({**SETTINGS, **data}, merge, shown_as="k", target=None).files
    text = {name: found.decode().replace("\r\n", "\n") for name, found in after.items()}
    assert text["a.yaml"] == TREE + "questions:\n" + ONE
    head, _, entry = text["b.yaml"].partition("  # of two\n")
    assert head.rstrip() in (home.replace(" []", "").rstrip(), f"{home}questions:")
    assert f"  # of two\n{entry}".replace("    category: B\n", "") == TWO
    assert ("category: B" in entry) == bool(HOMES[home])


def test_the_only_question_of_a_document_goes_where_its_category_is_too() -> None:
    """The document keeps its category; where that category is at home nowhere, it takes the new one."""
    files = {"a.yaml": LAYOUTS["alone"].encode(), "b.yaml": b"category: B\nquestions:\n  - question: three\n    answer: x\n"}
    merge, _ = moved(load_tree(files, shown_as="k", settings=False).knowledge, text="two", category="B")
    after = merge_files({**SETTINGS, **files}, merge, shown_as="k", target=None).files
    assert after == {"a.yaml": (TREE + "questions: []\n").encode(), "b.yaml": files["b.yaml"] + b"\n" + TWO.encode()}
    alone = {"a.yaml": files["a.yaml"]}
    merge, _ = moved(load_tree(alone, shown_as="k", settings=False).knowledge, text="two", category="B")
    after = merge_files({**SETTINGS, **alone}, merge, shown_as="k", target=None).files
    assert after == {"a.yaml": (TREE.replace("category: A", "category: B") + "questions:\n" + TWO).encode()}


@pytest.mark.parametrize(
    ("entry", "home", "name"),
    [
        (TWO, "category: B\nquestions: [{question: three, answer: x}]\n", "b.yaml"),
        (TWO, "{category: B, questions: []}\n", "b.yaml"),
        (TWO.replace("similar:", "similar: &s"), "category: B\n", "b.yaml"),
        ("  - question: two\n    answer: {file: x.html}\n", "category: B\n", "in/b.yaml"),
        ("  - {question: two, answer: y}\n", "category: C\n", "b.yaml"),
    ],
)
def test_what_cannot_go_is_moved_in_its_place(entry: str, home: str, name: str) -> None:
    """What shares a value, stands on one line or names a file from where it is, gets its category written beside it."""
    files = {"a.yaml": (TREE + "questions:\n" + ONE + entry).encode(), name: home.encode(), "x.html": b"<b>"}
    merge, _ = moved(load_tree(files, shown_as="k", settings=False).knowledge, text="two", category="B")
    after = merge_files({**SETTINGS, **files}, merge, shown_as="k", target=None).files
    assert list(after) == ["a.yaml"]
    assert "category: B" in after["a.yaml"].decode().partition("question: two")[2]
