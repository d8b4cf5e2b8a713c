"""What no vendor page says, tried both ways: each switch of the sandbox in each position, over a real port."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from kbsync.rehearsal import Switches
from kbsync.sandbox.service import Service
from tests.flows.harness import Bench, Held, Run, declared, held
from tests.flows.shop import FIRST, SECOND
from tests.shares import long, one_in


@dataclass(frozen=True, slots=True)
class Limit:
    """What a service with some switch cannot hold, and the words in which the apply must say so."""

    beyond: Callable[[Held], bool] | None
    words: str


REMOVED = {"Do you take cheques?", "Is there a fee?"}
"""What the second commit removes, with its two categories. A full library has not taken both: calls overtake each other."""

NONE = Limit(lambda _: False, "")

LIMITS = {
    "answer-type-zero-ignored=yes": Limit(lambda it: it[:3] == ("Is delivery free?", "Yes, it is.", 0), "AnswerType 0"),
    "preset-update=refuse": Limit(lambda it: it.question == "Do you like music?", "-50011"),
    "preset-status=refuse": Limit(lambda it: it.question == "Good night" and it.status == 5, "-50011"),
    "question-in-parent=refuse": Limit(lambda it: it.category == "Shipping", "takes no questions"),
    "question-max=20": Limit(lambda it: any(len(text) > 20 for text in (it.question, *it.similar)), "a text is too long"),
    "answer-max=40": Limit(lambda it: len(it.answer) > 40, "a text is too long"),
    "similar-max=2": Limit(lambda it: len(it.similar) > 2, "too many SimilarQuestions"),
    "title-max=10": Limit(lambda it: "Delivery times" in it.category, "a text is too long"),
    "library-max=10": Limit(None, "the library is full"),
}
"""The readings under which some of the shop's files cannot be live, whatever a client does."""

UNLISTED = "include-presets=no"


VARIANTS = {word: switches for word, switches in Switches.variants() if word != UNLISTED}
SIDE_BY_SIDE = 9
"""How many sets the readings under which everything can be live are dealt into: no switch is in one set twice."""

TOGETHER = [[word for word in VARIANTS if word not in LIMITS][number::SIDE_BY_SIDE] for number in range(SIDE_BY_SIDE)]


@pytest.mark.no_cover
@pytest.mark.parametrize("words", one_in(3, TOGETHER), ids=range(SIDE_BY_SIDE))
def test_readings_of_unknowns_end_well_together(words: list[str], tmp_path: Path) -> None:
    """A service that differs in many ways at once ends with the library as the files say."""
    single = " ".join(words).split()
    assert len({word.partition("=")[0] for word in single}) == len(single)
    play(Switches.from_words(single), NONE, tmp_path)


@pytest.mark.no_cover
@pytest.mark.parametrize("word", one_in(2, LIMITS))
def test_what_the_service_cannot_hold_is_told(word: str, tmp_path: Path) -> None:
    """Two commits end with exit 4 and words about exactly what the service cannot hold, and all the rest as the files say."""
    play(VARIANTS[word], LIMITS[word], tmp_path)


@long
@pytest.mark.no_cover
@pytest.mark.parametrize("word", [word for word in VARIANTS if word not in LIMITS])
def test_every_reading_of_an_unknown_ends_well(word: str, tmp_path: Path) -> None:
    """Each by itself, as the service may be."""
    play(VARIANTS[word], NONE, tmp_path)


def play(switches: Switches, limit: Limit, tmp_path: Path) -> None:
    """Apply both commits of the shop, and plan once more."""
    bench = Bench.make(tmp_path)
    consent = ("--yes", "--on-failure", "continue", "--overwrite-conflicts")
    with bench.served(switches) as service:
        first = bench.commit(FIRST)
        check(bench.run("apply", *consent), bench, service, limit)
        removals = 2 + len(REMOVED & {it.question for it in held(service)})
        second = bench.commit(SECOND)
        check(bench.run("apply", *consent, "--base", first, "--allow-remove", str(removals)), bench, service, limit)
        after = bench.run("plan", "--base", second, "--detailed-exitcode")
        assert after.code == (3 if declared(bench) - held(service) else 0), after.out


def check(applied: Run, bench: Bench, service: Service, limit: Limit) -> None:
    """Hold one apply against what its service can hold."""
    files = declared(bench)
    wrong = files - held(service)
    assert limit.beyond is None or wrong == {it for it in files if limit.beyond(it)}, applied.out
    assert applied.code == (4 if wrong else 0), applied.err
    assert not wrong or limit.words in " ".join(applied.out.split())
    assert all(it.question in applied.out for it in wrong)
    assert wrong or held(service, presets=False) <= files


def test_presets_that_are_not_listed_are_not_created_again(tmp_path: Path) -> None:
    """Where the service may hold a question without listing it, the plan asks for a decision, and an apply sends nothing."""
    bench = Bench.make(tmp_path)
    with bench.served(dict(Switches.variants())[UNLISTED]) as service:
        before, _ = held(service), bench.commit(FIRST)
        applied = bench.run("apply", "--yes")
        assert (applied.code, held(service)) == (6, before)
        assert "each apply would add one more" in " ".join(applied.err.split())
