"""How long planning takes, side by side in one run: ours, and what it would take to hand every record to deepdiff.

Run it with ``python -m tests.bench.bench_planning``; the figures are ratios, because machines differ.
"""

import sys
import time
from collections.abc import Callable
from dataclasses import replace
from random import Random

from deepdiff import DeepDiff

from kbsync.diagnostics import Location
from kbsync.model import Category, Content, Knowledge, Question
from kbsync.plan import Source, TargetRef
from kbsync.planner import Context, make_plan
from kbsync.settings import Policy, Prune

QUESTIONS = 10_000
FILES = 50
WORDS = ("parcel", "delivery", "return", "refund", "order", "account", "invoice", "price", "stock", "colour", "size", "customs")
CONTEXT = Context(TargetRef("bench", 1), Source("sha256:0"), Policy(prune=Prune.DELETE))


def library(random: Random) -> list[Content]:
    """Questions with answers of about sixty words."""
    return [
        Content(
            f"{_words(random, 6)} {number}?",
            _words(random, 60),
            (f"Category {number % FILES}",),
            similar=(f"{_words(random, 5)} {number}",),
        )
        for number in range(QUESTIONS)
    ]


def knowledge(contents: list[Content], *, live: bool) -> Knowledge:
    """The contents as files declare them, or as the service tells them."""
    paths = sorted({content.category for content in contents})
    categories = tuple(Category(path, number if live else None) for number, path in enumerate(paths))
    questions = tuple(
        Question(content, id=f"q{number}")
        if live
        else Question(content, location=Location(f"knowledge/{number % FILES}.yaml", number))
        for number, content in enumerate(contents)
    )
    return Knowledge(categories, questions)


def edited(contents: list[Content]) -> list[Content]:
    """A tenth with another answer, a tenth with another wording."""
    return [
        replace(content, answer=f"{content.answer} indeed")
        if number % 10 == 0
        else replace(content, question=f"{content.question} please")
        if number % 10 == 1
        else content
        for number, content in enumerate(contents)
    ]


def seconds(work: Callable[[], object]) -> float:
    """The best of three, which is what the machine can do."""
    times = []
    for _ in range(3):
        begun = time.perf_counter()
        work()
        times.append(time.perf_counter() - begun)
    return min(times)


def main() -> None:
    """Measure and print."""
    contents = library(Random(1))
    base, live = knowledge(contents, live=False), knowledge(contents, live=True)
    desired = knowledge(edited(contents), live=False)
    cases = {
        "nothing to do": lambda: make_plan(base, live, base, context=CONTEXT),
        "first sync": lambda: make_plan(desired, Knowledge(), None, context=CONTEXT),
        "a fifth changed, half of it renames": lambda: make_plan(desired, live, base, context=CONTEXT),
        "deepdiff for every record": lambda: [
            DeepDiff(_record(one), _record(other)) for one, other in zip(contents, edited(contents), strict=True)
        ],
    }
    times = {name: seconds(work) for name, work in cases.items()}
    unit = times["nothing to do"]
    rows = [f"{name:<40} {spent * 1000:>8.0f} ms {spent / unit:>7.1f}" for name, spent in times.items()]
    sys.stdout.write("\n".join([f"{QUESTIONS} questions{'time':>33}  ratio", *rows, ""]))


def _words(random: Random, count: int) -> str:
    return " ".join(random.choice(WORDS) for _ in range(count))


def _record(content: Content) -> dict[str, object]:
    return {"question": content.question, "answer": content.answer, "similar": list(content.similar)}


if __name__ == "__main__":
    main()
