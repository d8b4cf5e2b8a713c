"""A wish to stop in the middle of a queue, on a real port and in real time: what has not left does not leave any more."""

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import pytest

from kbsync.limiter.clock import SystemClock
from kbsync.model import Status
from kbsync.planfile import read_plan_or_receipt
from kbsync.rehearsal import Account, Switches
from kbsync.report import Outcome, Receipt
from kbsync.sandbox.service import Reply, Request, Service
from kbsync.usecases.context import RunContext
from tests.flows.harness import Bench, Run, held
from tests.flows.shop import SMALL

CATEGORY = "categories: [{title: Shop}]\n---\ncategory: Shop\nquestions:\n"


class Alarmed(Service):
    """A service that sets ``stop`` when the ``number``-th call of a command comes in, and counts what comes."""

    def __init__(self, *given: Any, stop: threading.Event, at: str, number: int, **options: Any) -> None:
        super().__init__(*given, **options)
        self.stop, self.at, self.number = stop, at, number
        self.came: Counter[str] = Counter()

    def handle(self, request: Request) -> Reply:
        """Answer, whatever was said."""
        command = request.path.rpartition("/")[2]
        self.came[command] += 1
        if command == self.at and self.came[command] == self.number:
            self.stop.set()
        return super().handle(request)


@contextmanager
def serving(bench: Bench, stop: threading.Event, *, at: str, number: int = 5, switches: str = "") -> Iterator[Alarmed]:
    """Serve without a limit of the service's own, so that the client's is all that holds calls back.

    The stop comes with the last call that the first second has room for, unless told otherwise: the workers' others wait then.
    """
    kind = partial(Alarmed, stop=stop, at=at, number=number)
    with bench.served(Switches.from_words(switches.split()), account=Account(calls_per_second=1_000_000), kind=kind) as service:
        assert isinstance(service, Alarmed)
        yield service


def questions(count: int, fields: str) -> dict[str, str]:
    """So many questions, each with its number in these fields."""
    rows = "".join(f"- {{question: Number {number}?, {fields.format(number)}}}\n" for number in range(count))
    return {"shop.yaml": CATEGORY + rows}


def apply(bench: Bench, stop: threading.Event) -> Run:
    """Apply in real time until somebody says stop."""
    context = RunContext(clock=SystemClock(), environ=bench.environ, stop=stop)
    return bench.run("apply", "--yes", "--receipt", "receipt.json", context=context)


def outcomes(bench: Bench) -> Counter[Outcome]:
    """How the changes of the last apply ended."""
    found = read_plan_or_receipt(bench.path / "receipt.json")
    assert isinstance(found, Receipt)
    assert found.report.interrupted
    return Counter(each.outcome for each in found.report.outcomes)


@pytest.mark.no_cover
def test_no_update_leaves_the_queue_after_a_stop(bench: Bench) -> None:
    """Of forty updates those under way are finished; those that wait for the next second are not attempted."""
    stop = threading.Event()
    with serving(bench, stop, at="update_chitchat") as service:
        bench.commit(questions(40, "answer: Old {}."))
        assert bench.run("apply", "--yes").code == 0
        bench.commit(questions(40, "answer: New {}."))
        stopped = apply(bench, stop)
        done = sum(each.answer.startswith("New") for each in held(service, presets=False))
    assert stopped.code == 4
    assert service.came["update_chitchat"] == done == 5
    assert outcomes(bench) == {Outcome.APPLIED: 5, Outcome.NOT_ATTEMPTED: 35}


def test_drafts_are_disabled_after_a_stop(bench: Bench) -> None:
    """Created questions that must not be answered are disabled although the apply was stopped, and then it ends."""
    stop = threading.Event()
    with serving(bench, stop, at="add_chitchat") as service:
        bench.commit(questions(40, "answer: Not yet {}., status: disabled"))
        assert apply(bench, stop).code == 4
        made = held(service, presets=False)
    assert [each.status for each in made] == [Status.DISABLED] * 5
    assert outcomes(bench) == {Outcome.APPLIED: 1 + 5, Outcome.NOT_ATTEMPTED: 35}  # their category is one of them


@pytest.mark.no_cover
def test_what_is_half_done_is_finished_after_a_stop(bench: Bench) -> None:
    """An update whose first call has been answered sends its second one; no question is left between two versions."""
    stop = threading.Event()
    with serving(bench, stop, at="update_chitchat") as service:
        bench.commit(questions(20, "answer: Old {0}., similar: [old {0}]"))
        assert bench.run("apply", "--yes").code == 0
        bench.commit(questions(20, "answer: New {0}., similar: [new {0}]"))
        assert apply(bench, stop).code == 4
        found = {(each.answer[:3].lower(), each.similar[0][:3]) for each in held(service, presets=False)}
    assert found == {("new", "new"), ("old", "old")}
    assert set(outcomes(bench)) <= {Outcome.APPLIED, Outcome.NOT_ATTEMPTED}


@pytest.mark.parametrize(("words", "code"), [((), 1), (("plan.json",), 4)], ids=["while it plans", "before a saved plan"])
def test_a_stop_is_heard_between_pages(words: tuple[str, ...], code: int, bench: Bench) -> None:
    """Before anything is written, a listing of many pages ends with the pages that are under way, and nothing is changed."""
    stop = threading.Event()
    with serving(bench, stop, at="list_chitchat", number=1_000_000, switches="page-cap=3") as service:
        bench.commit(SMALL)
        assert bench.run("plan", "--out", "plan.json").code == 0
        pages = service.came["list_chitchat"]
        assert pages > 5
        service.number = pages + 3
        stopped = bench.run("apply", *words, "--yes", context=RunContext(clock=bench.clock, environ=bench.environ, stop=stop))
        assert (stopped.code, service.came["list_chitchat"] - service.number in range(5)) == (code, True)
        assert held(service, presets=False) == set()
    assert ("Not attempted" in stopped.out) is (code == 4)
    assert ("Stopped before list_chitchat was sent; nothing happened." in stopped.err) is (code == 1)


@pytest.mark.no_cover
def test_an_apply_that_asks_nobody_lists_once_before_it_writes(bench: Bench) -> None:
    """It takes the lock first, so what it plans on is what it writes to; afterwards it reads back once."""
    stop = threading.Event()
    with serving(bench, stop, at="list_chitchat", number=1_000_000, switches="page-cap=3") as service:
        bench.commit(questions(20, "answer: Old {0}."))
        assert bench.run("apply", "--yes").code == 0
        before = service.came["list_chitchat"]
        assert bench.run("plan").code == 0
        pages = service.came["list_chitchat"] - before
        bench.commit(questions(20, "answer: New {0}."))
        assert bench.run("apply", "--yes").code == 0
        assert service.came["list_chitchat"] - before <= 3 * pages
