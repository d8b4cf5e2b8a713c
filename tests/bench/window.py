"""The call limit, proved at the service's clock: ``python -m tests.bench.window --rounds 3 --seed 1``.

Real processes apply to one service over a real port, several at a time and several calls in flight each, while answers get
lost and late at random. With ``pacing: strict`` no second may hold more than five calls of one command. With ``steady``,
which reaches for the whole limit, a request that the machine or the network delays may be one too many: it is refused, counted
here, and at most one in fifty may be.
"""

import argparse
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from kbsync.files.creating import new_file
from kbsync.model import Category, Content, Knowledge
from kbsync.pacing.clock import SystemClock
from kbsync.sandbox.account import DEMO
from kbsync.sandbox.faults import FaultPlan, put_rules
from kbsync.sandbox.server import SandboxServer
from kbsync.sandbox.service import LogEntry, Service
from tests.endurance.bench import plant

ROOT = Path(__file__).parents[2]
LIMIT = 5
FEW = 50
"""One call in so many may be refused where the pace is steady."""
KINDS = ("lose-answer", "slow:0.4", "slow:1.5", "http-502-after", "reset-before", "hang:2", "cut-json")
CATEGORY = ("Shop",)


def main(rounds: int, number: int, *, processes: int, questions: int, pacing: str) -> int:
    """Run the rounds and print the figures; gives how much of it was too fast."""
    chance, wrong = random.Random(number), 0
    for turn in range(1, rounds + 1):
        faults = [f"{command}#{chance.randint(1, 25)}={chance.choice(KINDS)}" for command in _COMMANDS for _ in range(3)]
        log, codes, seconds = _round(faults if turn > 1 else [], processes=processes, questions=questions, pacing=pacing)
        fullest = {command: _fullest(times) for command, times in _times(log).items()}
        refused = sum(entry.outcome in ("-14", "429") for entry in log)
        wrong += sum(count > LIMIT for count in fullest.values()) if pacing == "strict" else refused * FEW > len(log)
        sys.stdout.write(
            f"round {turn}, {pacing}: {processes} processes, exit codes {codes}, {len(log)} calls in {seconds:.0f} s, "
            f"{sum(entry.fault is not None for entry in log)} faulty, {refused} refused for speed\n"
        )
        for command, count in sorted(fullest.items()):
            sys.stdout.write(f"  {count} in the fullest second  {command} ({Counter(e.command for e in log)[command]} calls)\n")
    return wrong


_COMMANDS = ("list_chitchat", "add_chitchat", "update_chitchat", "batch_set_chitchat")


def _round(faults: Sequence[str], *, processes: int, questions: int, pacing: str) -> tuple[Sequence[LogEntry], list[int], float]:
    """Several processes, each with a part of the library of its own to write, all at once."""
    service = Service(None, clock=SystemClock())
    plant(service, Knowledge((Category(CATEGORY),)))
    server = SandboxServer(service)
    server.start()
    begun = time.monotonic()
    try:
        with tempfile.TemporaryDirectory() as directory:
            with service._database.transaction():
                put_rules(service._database, FaultPlan.parse(faults).rules)
            homes = [
                _home(Path(directory), name, f"endpoint: '{server.address}', pacing: {pacing}", questions)
                for name in range(processes)
            ]
            running = [_start(home, name) for home, name in homes]
            codes = [process.wait(600) for process in running]
        return service.log, codes, time.monotonic() - begun
    finally:
        server.stop()
        service.close()


def _home(directory: Path, name: int, target_fields: str, questions: int) -> tuple[Path, str]:
    """One checkout beside the others: they share the machine, its budget file and the application, and nothing else."""
    path = directory / f"knowledge{name}"
    path.mkdir()
    target = f"target{name}"
    (path / "kbsync.yaml").write_text(
        f"version: 1\ntargets:\n  {target}: {{{target_fields}, sdkappid: {DEMO.sdkappid}}}\npolicy: {{max_update_percent: 100}}\n"
    )
    contents = [
        Content(f"Question {name}-{each}?", "An answer.", CATEGORY, similar=(f"s {name}-{each}",)) for each in range(questions)
    ]
    contents = [replace(each, answer=f"{each.question} {number}") for number, each in enumerate(contents)]
    (path / "a.yaml").write_bytes(new_file(contents, category=CATEGORY))
    return path, target


def _start(home: Path, target: str) -> "subprocess.Popen[bytes]":
    words = ["apply", "--yes", "--on-failure", "continue", "-d", home.name, "-t", target]
    environ = {"PYTHONPATH": str(ROOT), "KBSYNC_SECRET_KEY": DEMO.secret, "PATH": "/usr/bin:/bin", "HOME": str(home.parent)}
    return subprocess.Popen(
        [sys.executable, "-m", "kbsync", *words],
        cwd=home.parent,
        env=environ,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def _times(log: Sequence[LogEntry]) -> dict[str, list[float]]:
    found: dict[str, list[float]] = defaultdict(list)
    for entry in log:
        found[entry.command].append(entry.time)
    return found


def _fullest(times: Sequence[float]) -> int:
    """The most calls in any window of one second, its end not included."""
    ordered = sorted(times)
    return max(sum(start <= other < start + 1.0 for other in ordered) for start in ordered)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--questions", type=int, default=40)
    parser.add_argument("--pacing", choices=["steady", "strict"], default="strict")
    given = parser.parse_args()
    wrong = main(given.rounds, given.seed, processes=given.processes, questions=given.questions, pacing=given.pacing)
    sys.exit(1 if wrong else 0)
