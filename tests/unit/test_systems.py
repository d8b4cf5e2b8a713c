"""Windows leaves out what it cannot have, and nothing else."""

from tests.systems import needs_posix
from tests.unit import test_cli_differences, test_history_repository, test_saving


def test_links_pipes_and_scripts_are_found_in_a_test_and_in_its_helpers() -> None:
    """Whether the test itself or a function that it calls or is given speaks of them."""
    found = [it for it in vars(test_saving).values() if callable(it) and it.__module__ == test_saving.__name__]
    assert 5 < sum(map(needs_posix, found)) < len(found)
    assert needs_posix(test_history_repository.link_nowhere)


def test_what_has_no_such_thing_runs_everywhere() -> None:
    """Texts alone, also where hypothesis makes the examples."""
    found = [it for name, it in vars(test_cli_differences).items() if name.startswith("test_")]
    assert [needs_posix(it) for it in found].count(True) == 1  # git's own name for no file
