"""Somebody saves a file in the editor while a command is at work: the edit stays, and no answer goes to another question."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from kbsync.cli.screen import Screen
from kbsync.errors import UnusableFile
from kbsync.sandbox.service import Reply, Request, Service
from kbsync.usecases.context import Call, Exit, RunContext
from kbsync.usecases.files import format_directory
from tests.fakes.console import Console
from tests.flows.harness import Bench, declared

TWO = """\
categories: [{title: Shop}]
---
category: Shop
questions:
  - {question: Alpha one, answer: a}
  - {question: Beta two, answer: {file: beta.txt}}
"""
MORE = TWO.replace("questions:\n", "questions:\n  - {question: Zero new, answer: z}\n")
FILES = {"a.yaml": TWO, "b.yaml": "questions: []\n", "beta.txt": "b\n"}

SAVED = {
    "an item above": ("a.yaml", MORE),
    "comment lines above": ("a.yaml", "# why\n\n\n" + TWO),
    "an answer": ("beta.txt", "mine\n"),
    "a file that is not written": ("b.yaml", "# mine\n"),
    "a file with the name of a new one": ("new-place.yaml", "# mine\n"),
}


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    """A repository with two questions."""
    bench = Bench.make(tmp_path)
    bench.write(FILES)
    return bench


@contextmanager
def console_edits(bench: Bench, event: Callable[[], object]) -> Iterator[None]:
    """Serve a library with edits that the files lack; something happens when a run has read the first bit of it."""

    class Slow(Service):
        """A service that keeps a run waiting long enough for an edit."""

        waiting = False

        def handle(self, request: Request) -> Reply:
            reply = super().handle(request)
            if self.waiting:
                self.waiting = False
                event()
            return reply

    with bench.served(kind=Slow) as service:
        bench.commit({})
        applied = bench.run("apply", "--yes")
        assert applied.code == Exit.DONE, applied.err
        console = Console(service)
        console.edit_question(console.question("Beta two"), answer="CONSOLE")
        console.add_question("Fresh", "f", category=console.add_category("New place"))
        assert isinstance(service, Slow)
        service.waiting = True
        yield


@pytest.mark.no_cover
@pytest.mark.parametrize(("name", "text"), SAVED.values(), ids=list(SAVED))
def test_pull_writes_nothing_over_an_edit(bench: Bench, name: str, text: str) -> None:
    """The file is named with what to do, exit 1, and every file is as its editor saved it."""
    with console_edits(bench, lambda: bench.write({name: text})):
        found = bench.run("pull", "--all")
    assert (found.code, found.out) == (Exit.FAILED, "")
    assert f"files were changed while kbsync was at work, so nothing was written: knowledge/{name}\n" in found.err
    assert "run the command again" in found.err
    after = {each: (bench.path / "knowledge" / each).read_text() for each in {*FILES, name}}
    assert after == FILES | {name: text}


def test_pull_again_writes_each_answer_to_its_question(bench: Bench) -> None:
    """The next run begins with what was saved, and keeps it."""
    with console_edits(bench, lambda: bench.write({"a.yaml": MORE})):
        assert [bench.run("pull", "--all").code for _ in range(2)] == [Exit.FAILED, Exit.DONE]
    said = {(it.question, it.answer) for it in declared(bench)}
    assert said == {("Zero new", "z"), ("Alpha one", "a"), ("Beta two", "CONSOLE"), ("Fresh", "f")}


def test_pull_shows_the_difference_to_what_it_read(bench: Bench) -> None:
    """Where nothing is written nothing is refused, and every line is of one state of the files."""
    with console_edits(bench, lambda: bench.write({"a.yaml": MORE, "beta.txt": "mine\n"})):
        found = bench.run("pull", "--check")
    assert found.code == Exit.PENDING
    assert "@@ -1 +1 @@\n-b\n+CONSOLE\n" in found.out
    assert "Zero new" not in found.out


class Watched(type(Path())):  # type: ignore[misc]  # the class of paths is chosen by the system
    """A directory in which somebody saves a file just before it is listed for the second time."""

    listed = 0

    def __truediv__(self, name: str) -> Path:
        Watched.listed += not name
        if Watched.listed == 2:
            (Path(self) / "a.yaml").write_text(MORE)
        return Path(self) / name


def test_fmt_writes_nothing_over_an_edit(bench: Bench) -> None:
    """An edit saved between reading and writing stays, in that file and in others."""
    bench.write({"b.yaml": "questions:   []\n"})
    call = Call(RunContext(), Screen(), Watched(bench.path / "knowledge"))
    with pytest.raises(UnusableFile, match=r"knowledge/a\.yaml"):
        format_directory(call)
    assert (bench.path / "knowledge/a.yaml").read_text() == MORE
    assert (bench.path / "knowledge/b.yaml").read_text() == "questions:   []\n"
