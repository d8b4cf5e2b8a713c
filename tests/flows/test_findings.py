"""Findings where they help: of what changes in a plan, all of them in validate, without those that a library came with."""

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
        assert ("faq.yaml:6" in told, "faq.yaml:8" in told) == (False, True)
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
    assert ("faq.yaml:6" in again.out, "faq.yaml:8" in again.out) == (False, True)
    assert "Findings that the baseline has: 1." in again.err
    bench.write({"bad.yaml": "questions: [\n"})
    assert bench.run("validate", "--baseline", "known.txt").code == Exit.INVALID


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
