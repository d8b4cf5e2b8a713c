"""Each exit code is reached by a run, and means what it promises."""

from pathlib import Path

import pytest

from kbsync.history.lock import TargetLock
from kbsync.usecases.context import Exit
from tests.flows.harness import Bench
from tests.flows.shop import FIRST

pytestmark = pytest.mark.no_cover


def test_every_exit_code_is_reached(tmp_path: Path) -> None:
    """One bench goes through all of them."""
    bench = Bench.make(tmp_path)
    bench.commit(FIRST)
    reached = [
        bench.run("validate").code,
        bench.run("plan", "--target", "production").code,
        bench.run("plan", "--no-such-option").code,
        bench.run("plan", "--detailed-exitcode", "--out", "plan.json").code,
        bench.run("apply", "--yes", KBSYNC_SANDBOX_SWITCHES="similar-max=1").code,
        bench.run("apply").code,
    ]
    bench.edit("Do you like music?", answer="Sometimes.")
    reached.append(bench.run("apply", "plan.json", "--yes").code)
    state = bench.path / ".kbsync"
    with TargetLock(None, bench.refs, owner="other", where="here", clock=bench.clock, directory=state):
        reached.append(bench.run("apply", "--yes").code)
    bench.write({"broken.yaml": "questions: 1\n"})
    reached.append(bench.run("plan").code)
    assert sorted(reached) == sorted(Exit)
