"""What no vendor page says, tried both ways: each switch of the sandbox in each position, over a real port."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from kbsync.guards import removal_count
from kbsync.plan import Plan
from kbsync.planfile import read_plan_or_receipt
from kbsync.sandbox.switches import Switches
from tests.flows.harness import Bench, Held, Run, declared, held, writes
from tests.flows.shop import FIRST, SECOND


@dataclass(frozen=True, slots=True)
class Limit:
    """What a service with some switch cannot hold, and the words in which the apply must say so."""

    beyond: Callable[[Held], bool]
    words: str


LIMITS = {
    "answer-type-zero-ignored=yes": Limit(lambda it: it.question == "Is delivery free?" and not it.answer_type, "AnswerType 0"),
    "preset-update=refuse": Limit(lambda it: it.question == "Are you a robot?", "-50011"),
    "preset-status=refuse": Limit(lambda it: it.question == "I am angry" and it.status == 5, "-50011"),
    "question-in-parent=refuse": Limit(lambda it: it.category == "Shipping", "takes no questions"),
    "question-max=20": Limit(lambda it: any(len(text) > 20 for text in (it.question, *it.similar)), "a text is too long"),
    "answer-max=40": Limit(lambda it: len(it.answer) > 40, "a text is too long"),
    "similar-max=2": Limit(lambda it: len(it.similar) > 2, "too many SimilarQuestions"),
    "title-max=10": Limit(lambda it: any(len(title) > 10 for title in it.category.split(" / ")), "a text is too long"),
    "library-max=10": Limit(lambda it: False, "the library is full"),
}
"""The readings under which some of the shop's files cannot be live, whatever a client does."""


def roll_out(bench: Bench, base: str | None) -> Run:
    """Plan, and apply that very plan with consent to all that it removes."""
    since = () if base is None else ("--base", base)
    planned = bench.run("plan", "--out", "plan.json", "--detailed-exitcode", *since)
    plan = read_plan_or_receipt(bench.path / "plan.json")
    assert planned.code == 3, planned.err
    assert isinstance(plan, Plan)
    consent = ("--allow-remove", str(removal_count(plan)))
    return bench.run("apply", "plan.json", "--yes", "--on-failure", "continue", *consent)


@pytest.mark.parametrize(("word", "switches"), [pytest.param(word, it, id=word) for word, it in Switches.variants()])
def test_every_reading_of_an_unknown_ends_well(word: str, switches: Switches, tmp_path: Path) -> None:
    """Two commits end with the library as the files say, or with exit 4 and words about exactly what the service cannot hold."""
    bench, base = Bench.make(tmp_path), None
    limit = LIMITS.get(word)
    with bench.served(switches) as service:
        for files in (FIRST, SECOND):
            commit = bench.commit(files)
            applied = roll_out(bench, base)
            print(applied.out, applied.err)
            wrong = declared(bench) - held(service)
            print(bench.run("plan", "--base", commit).out)
            assert wrong == {it for it in declared(bench) if limit is not None and limit.beyond(it)}
            base = commit
    
