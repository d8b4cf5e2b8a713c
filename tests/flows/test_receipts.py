"""When a receipt is written, and when the one that is there stays."""

import os
import threading

import pytest

from kbsync.planfile import decode, read_plan_or_receipt
from kbsync.report import Receipt
from tests.flows.harness import Bench
from tests.flows.shop import FIRST

NOTE = "Nothing was sent; receipt.json is left as it was."


@pytest.fixture
def applied(bench: Bench) -> Bench:
    """A bench whose first commit is live, by a saved plan, with a receipt of that."""
    bench.commit(FIRST)
    assert bench.run("plan", "--out", "plan.json").code == 0
    assert bench.run("apply", "plan.json", "--yes", "--receipt", "receipt.json").code == 0
    return bench


@pytest.mark.parametrize("plan", [(), ("plan.json",)], ids=["nothing to do", "everything is there already"])
def test_a_receipt_outlives_an_apply_with_nothing_to_do(applied: Bench, plan: tuple[str, ...]) -> None:
    """What it says can still be undone; where there is none yet, one is written, so that a script finds it."""
    before = (applied.path / "receipt.json").read_bytes()
    again = applied.run("apply", *plan, "--yes", "--receipt", "receipt.json")
    assert (again.code, (applied.path / "receipt.json").read_bytes()) == (0, before)
    assert NOTE in again.err.splitlines()
    assert NOTE not in applied.run("apply", *plan, "--yes", "--receipt", "new.json").err
    assert isinstance(read_plan_or_receipt(applied.path / "new.json"), Receipt)


def test_a_pipe_gets_one_receipt(bench: Bench) -> None:
    """It cannot take back what it was given, so nothing provisional is written to it."""
    bench.commit(FIRST)
    pipe, read = bench.path / "pipe", list[bytes]()
    os.mkfifo(pipe)
    reader = threading.Thread(target=lambda: read.append(pipe.read_bytes()))
    reader.start()
    assert bench.run("apply", "--yes", "--receipt", "pipe").code == 0
    reader.join(10)
    receipt = decode(read[0], name="pipe")
    assert isinstance(receipt, Receipt)
    assert receipt.report.finished
