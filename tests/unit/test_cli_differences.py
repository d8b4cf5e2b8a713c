"""Differences of files: what patch would make of them, and how they are laid out."""

import difflib
import re
from itertools import chain

from hypothesis import given
from hypothesis import strategies as st

from kbsync.render.prose import unified

LINES = st.lists(st.sampled_from([*"abcdefgh", "a" * 9, ""]), max_size=30)


def patched(old: list[str], diff: str) -> list[str]:
    """What a diff makes of some lines; every line that it repeats or takes away must be where it says."""
    new, place = [], 0
    for hunk in re.split(r"^(?=@@ )", diff, flags=re.MULTILINE)[1:]:
        head, *body = hunk.splitlines()
        start, _, count = head.split()[1][1:].partition(",")
        begin = int(start) - (count != "0")
        new += old[place:begin]
        kept = [line[1:] for line in body if line[:1] in (" ", "-")]
        assert old[begin : begin + len(kept)] == kept
        new += [line[1:] for line in body if line[:1] in (" ", "+")]
        place = begin + len(kept)
    return new + old[place:]


def ended(lines: list[str]) -> bytes:
    """Lines as a file."""
    return "".join(f"{line}\n" for line in lines).encode()


@given(LINES, LINES)
def test_a_difference_makes_the_one_file_of_the_other(old: list[str], new: list[str]) -> None:
    """Whatever the lines are, and however often they stand there; and it is empty only for equal files."""
    diff = unified({"f": ended(old)}, {"f": ended(new)}, shown_as="k")
    assert patched(old, diff) == new
    assert (diff == "") == (old == new)


@given(st.permutations(range(40)), st.sets(st.integers(0, 39)))
def test_lines_that_stand_once_are_laid_out_as_everywhere(order: list[int], gone: set[int]) -> None:
    """Where lines only go, the difference is the standard library's to the letter."""
    old = [f"{number}\n" for number in order]
    new = [line for number, line in enumerate(old) if number not in gone]
    expected = "".join(difflib.unified_diff(old, new, "a/k/f", "b/k/f"))
    assert unified({"f": "".join(old).encode()}, {"f": "".join(new).encode()}, shown_as="k") == expected


def test_new_files_and_missing_line_ends_are_shown_as_git_shows_them() -> None:
    """A new file comes from nowhere, and the files are in the order of their names."""
    diff = unified({"b": b"x"}, {"b": b"y\n", "a": b"z"}, shown_as="k")
    assert diff == (
        "--- /dev/null\n+++ b/k/a\n@@ -0,0 +1 @@\n+z\n\\ No newline at end of file\n"
        "--- a/k/b\n+++ b/k/b\n@@ -1 +1 @@\n-x\n\\ No newline at end of file\n+y\n"
    )


def test_thousands_of_edits_in_a_large_file() -> None:
    """Each edit is a hunk of its own, found in about the time that reading the file takes."""
    count = 3000
    old = list(chain.from_iterable((f"{number}", "same", "other", "as ever", "a", "b", "c", "d") for number in range(count)))
    new = [line.replace("as ever", f"new {number}") for number, line in enumerate(old)]
    assert unified({"f": ended(old)}, {"f": ended(new)}, shown_as="k").count("\n@@ ") == count
