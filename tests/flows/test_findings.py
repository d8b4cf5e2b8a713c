"""Findings where they help: of what changes in a plan, all of them in validate, without those that a library came with."""

import pytest

from kbsync.usecases.context import Exit
from tests.flows.harness import Bench

OLD = 'categories:\n  - title: A\n---\ncategory: A\nquestions:\n  - question: old\n    answer: "x "\n'
NEW = '  - question: new\n    answer: "y "\n'


def test_a_plan_tells_the_findings_of_what_changes(bench: Bench) -> None:
    """The others are one line, in plan, drift and apply; without a base everything is new."""
    bench.commit({"faq.yaml": OLD})
    assert "KB408 space-at-the-ends" in bench.run("plan").err
    assert bench.run("apply", "--yes").code == Exit.DONE
    bench.write({"faq.yaml": OLD + NEW})
    for words in (("plan",), ("apply", "--dry-run"), ("drift",)):
        told = bench.run(*words).err
        assert ("faq.yaml:7" in told, "faq.yaml:9" in told) == (False, True)
        assert "1 finding in entries that do not change: kbsync validate shows it." in told


def test_a_saved_plan_was_told_already(bench: Bench) -> None:
    """Its apply says how many findings there are, and no more."""
    bench.commit({"faq.yaml": OLD})
    assert bench.run("plan", "--out", "plan.json").code == Exit.DONE
    told = bench.run("apply", "plan.json", "--yes").err
    assert ("KB408" in told, "1 finding in entries that do not change" in told) == (False, True)


def test_errors_stand_last(bench: Bench) -> None:
    """With code and name, and counts by rule where one is found again."""
    bench.write({"a.yaml": "category: A\nquestions:\n  - question: a\n    colour: red\n    answer: b\n", "b.yaml": OLD + NEW})
    told = bench.run("validate").out
    assert told.index("warning[KB408 space-at-the-ends]") < told.index("error[KB111 unknown-key]")
    assert "    2  KB408 space-at-the-ends\n    1  KB111 unknown-key\n1 error, 2 warnings in 2 files" in told


def test_a_baseline_leaves_out_what_a_library_came_with(bench: Bench) -> None:
    """Each of its lines stands for one finding, wherever in the file; new ones and errors are shown."""
    bench.write({"faq.yaml": OLD})
    made = bench.run("validate", "--write-baseline", "known.txt")
    assert "Findings kept in known.txt: 1." in made.err
    assert (bench.path / "known.txt").read_text() == "KB408 knowledge/faq.yaml the answer begins or ends with space: x\n"
    bench.write({"faq.yaml": OLD.replace("old", "older") + NEW})
    again = bench.run("validate", "--baseline", "known.txt")
    assert ("faq.yaml:7" in again.out, "faq.yaml:9" in again.out) == (False, True)
    assert "Findings that the baseline has: 1." in again.err
    (bench.path / "knowledge/faq.yaml").rename(bench.path / "knowledge/an other.yaml")
    moved = bench.run("validate", "--baseline", "known.txt")
    assert ("yaml:7" in moved.out, "yaml:9" in moved.out, "without a finding" in moved.err) == (False, True, False)
    bench.write({"an other.yaml": OLD.replace('"x "', "x"), "bad.yaml": "questions: [\n"})
    mended = bench.run("validate", "--baseline", "known.txt")
    assert (mended.code, "without a finding: 1; --write-baseline known.txt" in mended.err) == (Exit.INVALID, True)


def test_a_baseline_has_to_be_there(bench: Bench) -> None:
    """A slip in its name does not pass for an empty one; what makes it is said."""
    missing = bench.run("validate", "--baseline", "gone.txt")
    assert (missing.code, "--write-baseline gone.txt" in missing.err) == (Exit.FAILED, True)
    (bench.path / "known.txt").write_bytes(b"\xff")
    assert bench.run("validate", "--baseline", "known.txt").code == Exit.FAILED


def test_what_speaks_of_a_change_is_told_wherever_it_stands(bench: Bench) -> None:
    """A pair is told for its new half, whichever file sorts later; what is in no entry is always told."""
    bench.commit(
        {"b.yaml": "categories:\n  - title: A\n---\ncategory: A\nquestions:\n  - question: When is it open?\n    answer: x\n"}
    )
    assert bench.run("apply", "--yes").code == Exit.DONE
    bench.write({"a.yaml": "category: A\nquestions:\n  - question: When is it open\n    answer: x\n", "c.YAML": ""})
    told = bench.run("plan").err
    assert ("KB402" in told, "KB120" in told, "do not change" in told) == (True, True, False)


def test_two_that_are_alike_in_the_base_are_not_compared_again(bench: Bench) -> None:
    """Where the files are the base's, a plan of them and one made offline tell no near duplicates; ``validate`` does."""
    alike = "".join(f"  - question: When does the {word} office open\n    answer: x\n" for word in ("main", "mein"))
    bench.commit({"a.yaml": f"categories:\n  - title: A\n---\ncategory: A\nquestions:\n{alike}"})
    assert "KB401" in bench.run("validate").out
    for words in (["--base", "HEAD"], ["--base", "HEAD", "--offline"]):
        assert "KB401" not in bench.run("plan", *words).err


PAIR = """categories:
  - title: A
---
category: A
questions:
  - question: When will my parcel arrive here?
    answer: x
  - question: When will my parcels arrive here?
    answer: y
"""


def test_what_does_not_change_is_compared_in_validate(bench: Bench) -> None:
    """Near duplicates are told by the plan that brings one in, later by validate alone; as an error they refuse a plan."""
    bench.commit({"faq.yaml": PAIR})
    assert "KB401" in bench.run("plan").err
    assert bench.run("apply", "--yes").code == Exit.DONE
    later = bench.run("plan").err
    assert ("KB401" in later, "do not change" in later, "KB401" in bench.run("validate").out) == (False, False, True)
    settings = bench.path / "knowledge/kbsync.yaml"
    settings.write_text(settings.read_text(encoding="utf-8") + "checks:\n  near-duplicate: error\n", encoding="utf-8")
    bench.write({"faq.yaml": PAIR.replace("answer: x", "answer: z")})
    refused = bench.run("plan")
    assert (refused.code, "KB401" in refused.err) == (Exit.INVALID, True)
    bench.write({"faq.yaml": PAIR + "    colour: red\n"})
    both = bench.run("plan").err
    assert ("KB401" in both, "KB111" in both) == (True, True)


def entry(text: str, answer: str = "x", *similar: str) -> str:
    """One entry of a file."""
    return f"  - question: {text}\n    answer: {answer}\n" + ("    similar: [" + ", ".join(similar) + "]\n" if similar else "")


TREE = "categories:\n  - title: A\n"
HEAD = "category: A\nquestions:\n"


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        (entry("Where is it"), entry("Where is it", "y"), "KB301"),
        (entry("one", "x", "shared"), entry("two", "y", "shared"), "KB302"),
        (entry("one", "x", "shared"), entry("shared"), "KB302"),
        (entry("shared"), entry("two", "y", "shared"), "KB302"),
        (entry("Where is my parcel today"), entry("Where is my parcel todays"), "KB401"),
        (entry("Where is my parcel"), entry("where is my parcel!"), "KB402"),
        (entry("one") + "    id: q1\n", entry("two") + "    id: q1\n", "KB304"),
        (entry("one") + "    previously: [z]\n", entry("two") + "    previously: [z]\n", "KB306"),
    ],
)
def test_a_duplicate_is_told_where_it_is_new(bench: Bench, old: str, new: str, code: str) -> None:
    """Not in the file that sorts later: git tells which entry was there before, and without git the order does."""
    bench.commit({"tree.yaml": TREE, "z.yaml": HEAD + old})
    bench.write({"a.yaml": HEAD + new})
    found = bench.run("validate", "--format", "github").out
    assert (code in found, "file=knowledge/a.yaml" in found, "file=knowledge/z.yaml" in found) == (True, True, False)
    bench.commit({})
    assert code in bench.run("validate", "--format", "github").out


def test_a_category_that_is_declared_again_is_told_where_it_is_new(bench: Bench) -> None:
    """As is the second of two entries of one file, and a wording that an old question takes from another."""
    bench.commit({"z.yaml": TREE, "b.yaml": HEAD + entry("one", "x", "w") + entry("two"), "a.yaml": HEAD + entry("three")})
    bench.write({"b.yaml": HEAD + entry("two", "new") + entry("one", "x", "w") + entry("two"), "c.yaml": TREE})
    found = bench.run("validate", "--format", "github").out
    assert [line.split("::")[1].split(",")[:2] for line in found.splitlines() if "KB307" in line or "KB301" in line] == [
        ["error file=knowledge/b.yaml", "line=3"],
        ["error file=knowledge/c.yaml", "line=2"],
    ]
    bench.write({"b.yaml": HEAD + entry("one", "x", "w") + entry("two"), "c.yaml": "", "a.yaml": HEAD + entry("three", "x", "w")})
    assert "file=knowledge/a.yaml" in bench.run("validate", "--format", "github").out


def test_git_that_does_not_tell_keeps_no_finding_back(bench: Bench) -> None:
    """Where the branch began may not be known here; then the order of the files tells."""
    bench.commit({"tree.yaml": TREE, "z.yaml": HEAD + entry("one")})
    bench.write({"a.yaml": HEAD + entry("one")})
    assert "file=knowledge/z.yaml" in bench.run("validate", "--format", "github", GITHUB_BASE_REF="gone").out
    (bench.path / ".git/HEAD").write_text("damaged")
    assert "KB301" in bench.run("validate").out


def test_an_answer_is_at_fault_in_its_own_line(bench: Bench) -> None:
    """Wherever it stands beside its question."""
    bench.write({"tree.yaml": TREE, "a.yaml": HEAD + entry("one", "e\u0301 TODO")})
    found = bench.run("validate").out
    assert found.count("knowledge/a.yaml:4:13") == 2
    bench.write({"a.yaml": HEAD + "  - answer: TODO\n    question: one\n"})
    assert "knowledge/a.yaml:4:15" in bench.run("validate").out
