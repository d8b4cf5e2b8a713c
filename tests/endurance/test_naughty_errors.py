"""Texts that order a CI runner about, in everything that a command says when something is wrong."""

import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from kbsync.history.lock import TargetLock
from kbsync.plan import Plan
from kbsync.planfile import decode, encode_plan
from tests.fakes.console import Console
from tests.flows.harness import Bench, Run

pytestmark = pytest.mark.no_cover

HOSTILE = "evil\n::error title=pwn::boo\n ::add-mask::x ##[error]pwn ##vso[task.complete]"

ORDER = re.compile(r"^\s*::|##\w*\[", re.MULTILINE)
"""What a runner carries out, unless it is one of our own annotations."""

FILES = """\
categories: [{title: A}]
---
category: A
questions:
  - {question: One?, answer: %s}
  - {question: Two?, answer: 2}
"""


def declared(bench: Bench, answer: str = "1") -> None:
    """Commit two questions."""
    bench.commit({"a.yaml": FILES % answer})


def edited(bench: Bench) -> None:
    """Both questions are live, git changed one, and in the console both became hostile."""
    declared(bench)
    assert bench.run("apply", "--yes").code == 0
    declared(bench, "changed")
    bench.edit("One?", answer=HOSTILE)
    with bench.console() as service:
        Console(service).edit_question(Console(service).question("Two?"), question=f"Two? {HOSTILE}")


def moved(bench: Bench, *consent: str) -> Run:
    """Git and the console changed a question whose text is hostile, and live moved since the plan was made."""
    declared(bench)
    assert bench.run("apply", "--yes").code == 0
    with bench.console() as service:
        Console(service).edit_question(Console(service).question("One?"), question=HOSTILE)
    assert bench.run("pull").code == 0
    path = bench.path / "knowledge" / "a.yaml"
    path.write_text(path.read_text().replace('"1"', '"3"'))
    assert bench.run("plan", "--out", "plan.json").code == 0
    with bench.console() as service:
        Console(service).edit_question(Console(service).question(HOSTILE), answer=HOSTILE)
    return bench.run("apply", "plan.json", "--yes", *consent)


def clash(bench: Bench) -> Run:
    """The same, as pull tells it."""
    edited(bench)
    return bench.run("pull")


def locked(bench: Bench) -> Run:
    """Who holds the target chose their own name."""
    declared(bench)
    state = bench.path / ".kbsync"
    with TargetLock(None, bench.refs, owner=HOSTILE, where=HOSTILE, clock=bench.clock, directory=state):
        shown = bench.run("unlock")
        refused = bench.run("apply", "--yes")
    return Run(refused.code, shown.out, refused.err + shown.err)


def planned(change: Callable[[Plan], Plan]) -> Callable[[Bench], Run]:
    """Somebody hands over a plan file with a digest that fits."""

    def run(bench: Bench) -> Run:
        declared(bench)
        assert bench.run("plan", "--out", "plan.json").code == 0
        path = bench.path / "plan.json"
        plan = decode(path.read_bytes(), name="plan.json")
        assert isinstance(plan, Plan)
        path.write_bytes(encode_plan(change(plan)))
        return bench.run("apply", "plan.json", "--yes")

    return run


def said(*words: str) -> Callable[[Bench], Run]:
    """A value of the command line comes back in a complaint."""
    return lambda bench: bench.run(*words)


PATHS: dict[str, tuple[int, Callable[[Bench], Run]]] = {
    "stale": (7, lambda bench: moved(bench, "--overwrite-conflicts")),
    "conflict": (6, moved),
    "clash": (6, clash),
    "locked": (8, locked),
    "commit": (7, planned(lambda plan: replace(plan, source=replace(plan.source, commit=HOSTILE, base_commit=HOSTILE)))),
    "target": (1, planned(lambda plan: replace(plan, target=replace(plan.target, name=HOSTILE)))),
    "file": (1, said("apply", HOSTILE.replace("/", ""))),
    "option": (2, said("plan", "--target", HOSTILE)),
    "usage": (2, said("plan", HOSTILE)),
}


@pytest.mark.parametrize("name", PATHS)
def test_an_error_orders_nobody_about(name: str, tmp_path: Path) -> None:
    """What was hostile is there to be read, and neither begins a line with an order nor holds one of the old form."""
    code, path = PATHS[name]
    run = path(Bench.make(tmp_path))
    assert (run.code, "evil" in run.err + run.out) == (code, True), run.err
    assert ORDER.search(run.err) is None
    assert ORDER.search(run.out) is None


def test_our_own_annotation_stays(tmp_path: Path) -> None:
    """On a GitHub runner the error is one order of ours, from the first column on, and no second one."""
    bench = Bench.make(tmp_path)
    lines = bench.run("plan", "--target", HOSTILE, GITHUB_ACTIONS="true").err.splitlines()
    assert lines[-1].startswith("::error title=kbsync::")
    assert [line for line in lines if ORDER.search(line)] == lines[-1:]


@pytest.mark.parametrize("form", ["text", "json", "markdown", "html"])
def test_a_plan_in_a_log_orders_nobody_about(form: str, tmp_path: Path) -> None:
    """In every format; what a machine reads says the same as ever."""
    bench = Bench.make(tmp_path)
    edited(bench)
    drawn = bench.run("plan", "--format", form).out
    assert "pwn" in drawn
    assert ORDER.search(drawn) is None
    if form == "json":
        bench.run("plan", "--out", "plan.json")
        assert decode(drawn.encode(), name="stdout") == decode((bench.path / "plan.json").read_bytes(), name="plan.json")


@pytest.mark.parametrize("form", ["text", "json", "sarif", "junit"])
def test_findings_in_a_log_order_nobody_about(form: str, tmp_path: Path) -> None:
    """A finding quotes what it is about."""
    bench = Bench.make(tmp_path)
    bench.write({"a.yaml": f"category: A\nquestions:\n- question: q\n  {json.dumps('::error::##[error]pwn')}: 1\n"})
    drawn = bench.run("validate", "--format", form).out
    assert "pwn" in drawn
    assert ORDER.search(drawn) is None


@pytest.mark.parametrize("words", ["pull --check", "pull --format json", "fmt --diff", "fmt --diff --format json"])
def test_files_in_a_log_order_nobody_about(words: str, tmp_path: Path) -> None:
    """A difference shows lines of files as they are, but for such."""
    bench = Bench.make(tmp_path)
    edited(bench)
    if words.startswith("fmt"):
        bench.run("pull", "--theirs")
        bench.write({"b.yaml": "category: A\nquestions:\n- question: q\n  answer: |\n     ::error::pwn\n     ##[error]pwn\n"})
    drawn = bench.run(*words.split(), "--quiet").out
    assert "pwn" in drawn
    assert ORDER.search(drawn) is None
