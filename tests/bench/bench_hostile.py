"""How long the texts take that would make a careless pattern go back and forth: ``python -m tests.bench.bench_hostile``.

Each is timed at three lengths. Ten times the text must take some ten times as long; where a pattern goes back and forth it takes
a hundred times, no longer text is tried, and the run ends with exit code 1.
"""

import sys
import time
from collections.abc import Callable
from itertools import pairwise

from kbsync.checks import check
from kbsync.conversations.coverage import mask
from kbsync.diagnostics import Rule, Severity
from kbsync.model import AnswerType, Content, Knowledge, Question
from kbsync.settings import Check
from tests.fakes.naughty import SLOW_MARKUP, SLOW_TEXTS, drawn_out

LENGTHS = (500, 5_000, 50_000)
ROUNDS = 5

STEEPEST = 40
"""Times as long that ten times the text may take: far from ten, and far from a hundred."""

LEAST = 1e-4
"""Seconds below which a figure says nothing."""

SETTINGS = {rule.value: Check(None) for rule in Rule} | {Rule.KB410.value: Check(Severity.WARNING)}


def judged(answer: str) -> object:
    """The search for markup that can act, in one rich answer."""
    return check(Knowledge((), (Question(Content("How?", answer, ("A",), AnswerType.RICH)),)), SETTINGS)


def seconds(work: Callable[[str], object], text: str) -> float:
    """The best of several rounds, in time of the processor."""
    taken = []
    for _ in range(ROUNDS):
        begun = time.process_time()
        work(text)
        taken.append(time.process_time() - begun)
    return min(taken)


def main() -> bool:
    """Print the figures; whether all texts took as long as they are."""
    even = True
    works = [("masking", mask, piece) for piece in SLOW_TEXTS] + [("markup", judged, piece) for piece in SLOW_MARKUP]
    for name, work, piece in works:
        taken: list[float] = []
        steep = False
        for length in LENGTHS:
            if not steep:
                taken.append(seconds(work, drawn_out(piece, length)))
                steep = any(later > STEEPEST * max(earlier, LEAST) for earlier, later in pairwise(taken))
        figures = "  ".join(f"{each * 1000:9.2f} ms" for each in taken)
        sys.stdout.write(f"{name:8} {figures}  {piece[:20]!r}{'  TOO STEEP' if steep else ''}\n")
        even = even and not steep
    return even


if __name__ == "__main__":
    sys.exit(0 if main() else 1)
