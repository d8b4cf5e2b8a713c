"""Real processes with streams that fail: exit codes tell what became of the library, and nobody meets a traceback."""

import subprocess
import sys
from pathlib import Path

import pytest

from kbsync.planfile import read_plan_or_receipt
from kbsync.report import Receipt
from tests.flows.harness import Bench
from tests.flows.shop import FIRST, SMALL

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a device that is always full")

NO_ROOM = "the result cannot be written to stdout: No space left on device"


def in_shell(bench: Bench, redirect: str, *words: str) -> tuple[int, str]:
    """Run a real command line with its streams led elsewhere; its exit code, and what came out of stderr and the shell."""
    script = f'set -o pipefail; "$@" {redirect}'
    done = subprocess.run(
        ["bash", "-c", script, "bash", sys.executable, "-m", "kbsync", *words],
        cwd=bench.path,
        env={**bench.environ, "PYTHONPATH": str(ROOT)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stderr


@pytest.mark.parametrize("redirect", ["| true", ">/dev/full", ">&-", "2>&1 | true", "2>/dev/full", "2>&-", ">/dev/full 2>&1"])
def test_what_was_applied_stays_applied(bench: Bench, redirect: str) -> None:
    """The exit code is 0 and the receipt is there, whoever has stopped to listen."""
    bench.commit(SMALL)
    code, said = in_shell(bench, redirect, "apply", "--yes", "--receipt", "receipt.json")
    assert (code, "Traceback" in said) == (0, False)
    receipt = read_plan_or_receipt(bench.path / "receipt.json")
    assert isinstance(receipt, Receipt)
    assert receipt.report.finished
    assert (NO_ROOM in said) is (redirect == ">/dev/full")


@pytest.mark.parametrize("words", ["plan", "plan --format json", "--help", "validate --format json"])
def test_a_result_that_finds_no_room_is_told(bench: Bench, words: str) -> None:
    """In one sentence, and with the exit code of a failure."""
    bench.commit(FIRST)
    code, said = in_shell(bench, ">/dev/full", *words.split())
    assert (code, said.splitlines()[-1]) == (1, f"error: {NO_ROOM}")


def test_a_reader_that_has_gone_is_not_talked_about(bench: Bench) -> None:
    """As of any program in a pipe, the exit code alone says so."""
    bench.commit(FIRST)
    assert in_shell(bench, "| true", "plan", "--quiet") == (1, "")


@pytest.mark.parametrize(("redirect", "words"), [("2>/dev/full", "plan"), ("2>&-", "plan"), (">&- 2>&-", "plan --quiet")])
def test_nobody_has_to_listen_to_a_plan(bench: Bench, redirect: str, words: str) -> None:
    """What is said beside the result can be lost."""
    bench.commit(FIRST)
    assert in_shell(bench, redirect, *words.split()) == (0, "")


def test_a_usage_error_needs_no_listener(bench: Bench) -> None:
    """The exit code says it too."""
    assert in_shell(bench, "2>/dev/full", "apply", "--nonsense") == (2, "")


def test_a_device_is_written_to_and_stays_what_it_is(bench: Bench) -> None:
    """``--out /dev/null`` throws a plan away, ``--out /dev/stdout`` shows it between the rest, also in a file."""
    bench.commit(FIRST)
    assert in_shell(bench, "", "plan", "--out", "/dev/null")[0] == 0
    assert Path("/dev/null").is_char_device()
    assert in_shell(bench, ">both.json", "plan", "--quiet", "--out", "/dev/stdout", "--format", "json")[0] == 0
    first, second = (bench.path / "both.json").read_text().split("\n}\n", 1)
    assert f"{first}\n}}\n" == second
