"""Real processes at work on one application at the same time, and what the service wrote down about them.

One applies and the others plan, because an application has one lock. They share the machine, its budget file and the application.
"""

import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from kbsync.files.emit import new_file
from kbsync.limiter.clock import SystemClock
from kbsync.model import Category, Content, Knowledge, Question
from kbsync.planfile import read_plan_or_receipt
from kbsync.rehearsal import DEMO, Switches, parse_rules
from kbsync.report import Receipt
from kbsync.sandbox.library import put_rules
from kbsync.sandbox.server import SandboxServer
from kbsync.sandbox.service import LogEntry, Service
from kbsync.settings import Pacing
from tests.endurance.bench import Side, library, plant, unlike
from tests.endurance.processes import ROOT, finish
from tests.flows.harness import Run

__all__ = ["LIMIT", "Shift", "work_together"]

LIMIT = 5
"""Calls of one command that the service takes in any second."""

CATEGORY = ("Shop",)
TOO_FAST = ("-14", "429")
RECEIPT = "receipt.json"
APPLY = ("apply", "--yes", "--on-failure", "continue", "--receipt", RECEIPT)
PLAN = ("plan",)


@dataclass(frozen=True, slots=True)
class Shift:
    """What came of it: how the processes ended, every call as the service stamped it, and what is not live as declared.

    ``told``: how many refusals for speed the apply wrote into its receipt; those met while it planned are not in there.
    """

    runs: tuple[Run, ...]
    told: int
    log: tuple[LogEntry, ...]
    unlike: tuple[str, ...]

    @property
    def codes(self) -> list[int]:
        """The exit codes."""
        return [run.code for run in self.runs]

    @property
    def refused(self) -> list[LogEntry]:
        """The calls that were refused for speed."""
        return [entry for entry in self.log if entry.outcome in TOO_FAST]

    @property
    def counts(self) -> Counter[str]:
        """The calls of each command."""
        return Counter(entry.command for entry in self.log)

    @property
    def fullest(self) -> Mapping[str, int]:
        """For each command the most calls in any window of one second, its end not included."""
        times: dict[str, list[float]] = defaultdict(list)
        for entry in self.log:
            times[entry.command].append(entry.time)
        return {
            command: max(sum(start <= other < start + 1.0 for other in each) for start in each) for command, each in times.items()
        }


def work_together(directory: Path, *, pacing: Pacing, questions: int, processes: int = 2, faults: Sequence[str] = ()) -> Shift:
    """Start all processes at once, one to add questions to a library of many pages, and wait until the last one has ended."""
    service = Service(None, clock=SystemClock(), switches=Switches(page_cap=3))
    there = tuple(Question(content) for content in _contents("there", 4 * questions))
    plant(service, Knowledge((Category(CATEGORY),), there))
    with service.database.transaction():
        put_rules(service.database, parse_rules(faults))
    with _served(service) as address:
        added = _contents("new", questions)
        homes = [_home(directory, name, added, f"endpoint: '{address}', pacing: {pacing}") for name in range(processes)]
        with ExitStack() as stack:
            running = [stack.enter_context(_started(home, APPLY if home is homes[0] else PLAN)) for home in homes]
            runs = tuple(finish(process) for process in running)
        desired = Knowledge((Category(CATEGORY),), (*there, *map(Question, added)))
        return Shift(runs, _told(homes[0]), service.log, tuple(unlike(Side(desired, None), library(service))))


@contextmanager
def _served(service: Service) -> Iterator[str]:
    server = SandboxServer(service)
    server.start()
    try:
        yield server.address
    finally:
        server.stop()
        service.close()


def _contents(name: str, questions: int) -> list[Content]:
    numbers = [f"{name}-{number}" for number in range(questions)]
    return [Content(f"Question {each}?", f"Answer {each}.", CATEGORY, similar=(f"s {each}",)) for each in numbers]


def _home(directory: Path, name: int, contents: Sequence[Content], target_fields: str) -> Path:
    """One checkout beside the others."""
    path = directory / f"knowledge{name}"
    path.mkdir()
    target = f"target{name}: {{{target_fields}, sdkappid: {DEMO.sdkappid}}}"
    (path / "kbsync.yaml").write_text(f"version: 1\ntargets:\n  {target}\npolicy: {{max_update_percent: 100}}\n")
    (path / "a.yaml").write_bytes(new_file(contents, category=CATEGORY))
    return path


@contextmanager
def _started(home: Path, command: Sequence[str]) -> "Iterator[subprocess.Popen[str]]":
    """A process that does not outlive the block, whatever happens in it."""
    words = [*command, "-d", home.name]
    environ = {"PYTHONPATH": str(ROOT), "KBSYNC_SECRET_KEY": DEMO.secret, "PATH": "/usr/bin:/bin", "HOME": str(home.parent)}
    with subprocess.Popen(
        [sys.executable, "-m", "kbsync", *words],
        cwd=home.parent,
        env=environ,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def _told(home: Path) -> int:
    found = read_plan_or_receipt(home.parent / RECEIPT)
    assert isinstance(found, Receipt)
    return found.report.throttled
