"""Every fault at every call, on a real port: the report is honest, and the next run ends as an undisturbed one would have."""

from collections.abc import Sequence

import pytest

from kbsync.applier import OnFailure
from kbsync.report import Outcome
from tests.endurance.bench import Bench, Side
from tests.endurance.shop import FIRST, SECOND, add_unmanaged, read
from tests.endurance.trial import Trial, endure
from tests.shares import shares

pytestmark = pytest.mark.no_cover

SIDE = Side(read(SECOND), read(FIRST))
WRITES = (6, 7, 8, 9, 10, 11, 12, 13, 19, 20, 21, 22, 28)
READS = tuple(number for number in range(1, 34) if number not in WRITES)
ONCE = (
    "lose-answer",
    "cut-body",
    "cut-json",
    "garbage",
    "http-502-after",
    "slow:20",
    "hang:20",
    "refuse:-7",
    "refuse:-14",
    "refuse:60008",
    "refuse:70001",
    "http-502",
    "html-503",
    "http-429",
    "reset-before",
    "unreachable",
)
GENTLE = ("lose-answer", "cut-json", "refuse:-7", "refuse:70001", "hang:20", "unreachable")
"""For ``continue``, where the others come to the same; ``tests.bench.storm`` goes through all of them."""
FOREVER = ("lose-answer", "garbage", "http-502", "refuse:60010", "unreachable", "html-503")
SHARES = {ONCE: 13, FOREVER: 7}
"""In how many shares each kind strikes all calls; a push plays one."""


def struck(calls: Sequence[int], kind: str, kinds: tuple[str, ...], share: int) -> Sequence[int]:
    """The calls that a kind of fault strikes in one share: others for each kind, so that a share strikes every call."""
    return calls[(share + kinds.index(kind)) % SHARES[kinds] :: SHARES[kinds]]


def trial(*faults: str, on_failure: OnFailure = OnFailure.STOP) -> Trial:
    """The shop's second commit applied under faults."""
    # On a real port time is real, and so would be the wait for what is late.
    bench = Bench.make(SIDE.base or SIDE.desired, port=not any(word in fault for fault in faults for word in ("slow", "hang")))
    try:
        add_unmanaged(bench.service)
        bench.clock.move(60)
        return endure(bench, SIDE, faults, on_failure=on_failure)
    finally:
        bench.close()


@pytest.mark.parametrize(("calls", "kinds"), [(WRITES, ONCE), (READS, ONCE), (WRITES, FOREVER)])
def test_the_shares_are_everything(calls: Sequence[int], kinds: tuple[str, ...]) -> None:
    """Together they strike every call with every kind, and each of them alone strikes almost every call with some kind."""
    for kind in kinds:
        assert sorted(number for share in range(SHARES[kinds]) for number in struck(calls, kind, kinds, share)) == list(calls)
    alone = {number for kind in kinds for number in struck(calls, kind, kinds, 0)}
    assert len(alone) >= len(calls) - 3


def test_the_calls_are_all_calls() -> None:
    """An undisturbed apply makes exactly the calls that are struck below."""
    bench = Bench.make(SIDE.base or SIDE.desired)
    add_unmanaged(bench.service)
    plan, begun = bench.plan(SIDE), len(bench.service.log)
    assert bench.apply(plan).finished
    calls = [entry.command for entry in bench.service.log[begun:]]
    assert [number for number, command in enumerate(calls, 1) if command.startswith(("list", "desc"))] == list(READS)
    assert len(calls) == len(READS) + len(WRITES)


@pytest.mark.parametrize(
    ("kind", "on_failure"),
    [*((kind, OnFailure.STOP) for kind in ONCE), *((kind, OnFailure.CONTINUE) for kind in GENTLE)],
)
@pytest.mark.parametrize("share", shares(SHARES[ONCE]))
def test_a_fault_at_any_write(kind: str, on_failure: OnFailure, share: int) -> None:
    """One write goes wrong: nothing is left open, because the library can be looked at, and the next run finishes."""
    calls = struck(WRITES, kind, ONCE, share)
    trials = {number: trial(f"*#{number}={kind}", on_failure=on_failure) for number in calls}
    assert {number: found.wrong for number, found in trials.items() if found.wrong} == {}
    assert [number for number, found in trials.items() if found.unknown] == []


@pytest.mark.parametrize("kind", ONCE)
@pytest.mark.parametrize("share", shares(SHARES[ONCE]))
def test_a_fault_at_any_read(kind: str, share: int) -> None:
    """One read goes wrong: nothing is claimed that was not seen, and nothing is begun on half a listing."""
    trials = {number: trial(f"*#{number}={kind}") for number in struck(READS, kind, ONCE, share)}
    assert {number: found.wrong for number, found in trials.items() if found.wrong} == {}


@pytest.mark.parametrize("kind", FOREVER)
@pytest.mark.parametrize("share", shares(SHARES[FOREVER]))
def test_the_service_goes_away_at_any_write(kind: str, share: int) -> None:
    """From one write on every call goes wrong: what cannot be known is called unknown, and the next run finishes."""
    trials = {number: trial(f"*#{number}+={kind}") for number in struck(WRITES, kind, FOREVER, share)}
    assert {number: found.wrong for number, found in trials.items() if found.wrong} == {}
    assert all(found.report is not None and not found.report.finished for found in trials.values())


def test_a_failed_category_does_not_attempt_its_questions() -> None:
    """With ``continue`` the rest goes on, and each question that is not attempted names the category and why it is not there."""
    found = trial("add_chitchat_category=refuse:-7", on_failure=OnFailure.CONTINUE)
    assert found.report is not None
    told = {found.report.plan.changes[each.change].title: each for each in found.report.outcomes}
    left = [title for title, each in told.items() if each.outcome is Outcome.NOT_ATTEMPTED]
    assert left == ["Do I pay customs?", "Is it insured?", "Do you ship to other countries?"]
    assert all("Shipping / Customs is not there: " in str(told[title].reason) for title in left)
