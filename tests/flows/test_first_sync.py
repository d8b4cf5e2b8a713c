"""The first way to production: validate, plan, apply, and nothing left to do."""

import pytest

from tests.fakes.console import Console
from tests.flows.harness import Bench, declared, held, writes
from tests.flows.shop import FIRST, SECOND

pytestmark = pytest.mark.no_cover


def test_the_first_sync_ends_with_the_library_as_the_files_say(bench: Bench) -> None:
    """Validate, plan and apply over a real port leave nothing to plan."""
    with bench.served() as service:
        bench.commit(FIRST)
        assert bench.run("validate").code == 0
        assert bench.run("plan").code == 0
        assert bench.run("plan", "--detailed-exitcode").code == 3
        assert bench.run("apply", "--yes").code == 0
        assert declared(bench) <= held(service)
        assert bench.run("plan", "--detailed-exitcode").code == 0


def test_a_second_apply_changes_nothing(bench: Bench) -> None:
    """What is live as declared is said to be, and no write goes out."""
    with bench.served() as service:
        bench.commit(FIRST)
        bench.run("apply", "--yes")
        before = writes(service)
        again = bench.run("apply", "--yes")
        assert (again.code, writes(service)) == (0, before)
        assert "Nothing to do" in again.err


def test_what_git_never_declared_stays(bench: Bench) -> None:
    """Presets and questions made in the console are as they were after two applies that remove others."""
    with bench.served() as service:
        category = Console(service).add_category("By hand")
        Console(service).add_question("Who made this?", "A person.", category=category)
        foreign = held(service) - {each for each in held(service) if each.question in ("Do you like music?", "Good night")}
        for files in (FIRST, SECOND):
            bench.commit(files)
            assert bench.run("apply", "--yes", *(("--allow-remove", "4") if files is SECOND else ())).code == 0
        assert foreign <= held(service)


def test_a_directory_without_git_can_be_applied(bench: Bench) -> None:
    """Without a repository causes are unknown, which is said, and the library still follows the files."""
    (bench.path / ".git").rename(bench.path / "no-git")
    bench.write(FIRST)
    applied = bench.run("apply", "--yes")
    assert applied.code == 0
    assert "Not in a git repository" in applied.err
    assert bench.run("plan", "--detailed-exitcode").code == 0


def test_a_commit_that_is_live_already_becomes_the_base(bench: Bench) -> None:
    """An apply that finds nothing to do still moves the base, so that the next drift is told as drift."""
    bench.commit(FIRST)
    bench.run("apply", "--yes")
    head = bench.commit({"note.yaml": "questions: []\n"})
    assert bench.run("apply", "--yes").code == 0
    assert bench.tree is not None
    assert bench.tree.git("rev-parse", "refs/kbsync/applied/sandbox") == head


def test_uncommitted_files_do_not_move_the_base(bench: Bench) -> None:
    """They are applied, and the words say why the base stays."""
    bench.commit(FIRST)
    bench.write(SECOND)
    applied = bench.run("apply", "--yes")
    assert applied.code == 0
    assert "commit them" in applied.err
