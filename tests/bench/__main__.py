"""What a plan with nothing to do costs: processor time and memory of kbsync and of the peers that are found, in turn, in one run.

Run it by hand: ``python -m tests.bench [--octodns PATH] [--rounds N] [questions …]``. Each tool reads as many records from files
and from what it compares them with: kbsync from a service on this machine, octodns-sync from a second YAML provider, terraform
from its state. Machines differ, so the ratios matter. What is measured is the child process alone: user and system time, the
most memory. Each tool runs once before that, so that its modules are compiled, as an installation leaves them.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from kbsync.files import load_tree
from kbsync.limiter import SystemClock
from kbsync.rehearsal import DEMO
from kbsync.sandbox.server import SandboxServer
from kbsync.sandbox.service import Service
from tests.bench.bench_reading import knowledge
from tests.fakes.console import Console

COUNTS = (100, 1_000, 5_000, 10_000, 20_000)

SETTINGS = """version: 1
default_target: production
targets:
  production:
    endpoint: {endpoint}
    sdkappid: {sdkappid}
    identifier: administrator
"""

OCTODNS = """providers:
  files: {class: octodns.provider.yaml.YamlProvider, directory: ./zones, enforce_order: false}
  there: {class: octodns.provider.yaml.YamlProvider, directory: ./there, enforce_order: false}
zones:
  bench.test.: {sources: [files], targets: [there]}
"""


@dataclass(frozen=True, slots=True)
class Spent:
    """One run of a tool: seconds of the processor, seconds by the clock, MiB."""

    processor: float
    wall: float
    memory: float


def run(command: Sequence[str], place: Path, environ: Mapping[str, str]) -> Spent:
    """Run a tool to its end. Raises RuntimeError with what it said where it fails."""
    with tempfile.TemporaryFile() as said:
        begun = time.perf_counter()
        child = subprocess.Popen(command, cwd=place, env={**environ, "PYTHONDONTWRITEBYTECODE": ""}, stdout=said, stderr=said)
        _, status, used = os.wait4(child.pid, 0)
        wall = time.perf_counter() - begun
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode:
            said.seek(0)
            raise RuntimeError(said.read().decode(errors="replace")[-2000:])
    return Spent(used.ru_utime + used.ru_stime, wall, used.ru_maxrss / 1024)


def make_kbsync(place: Path, count: int) -> tuple[list[str], dict[str, str], SandboxServer]:
    """A committed library that the service has as it is, and the service."""
    service = Service(None, clock=SystemClock())
    text = knowledge(count)
    console = Console(service)
    parent = console.add_category("Shipping")
    category = console.add_category("Delivery times", parent=parent)
    for question in load_tree({"faq.yaml": text.encode()}, shown_as="", settings=False).knowledge.questions:
        content = question.content
        console.add_question(content.question, content.answer, category=category, similar=content.similar)
    server = SandboxServer(service)
    server.start()
    files = place / "knowledge"
    files.mkdir(parents=True)
    head = "categories:\n  - title: Shipping\n    children:\n      - title: Delivery times\n---\n"
    (files / "faq.yaml").write_text(head + text, encoding="utf-8")
    (files / "kbsync.yaml").write_text(SETTINGS.format(endpoint=server.address, sdkappid=DEMO.sdkappid), encoding="utf-8")
    for words in (["init", "-q"], ["add", "-A"], ["-c", "user.name=b", "-c", "user.email=b@b", "commit", "-qm", "bench"]):
        subprocess.run(["git", *words], cwd=place, check=True)
    environ = {**os.environ, "KBSYNC_SECRET_KEY": DEMO.secret, "XDG_CACHE_HOME": str(place / "cache")}
    return [sys.executable, "-m", "kbsync", "plan", "--base", "HEAD"], environ, server


def make_octodns(place: Path, count: int, tool: str) -> list[str]:
    """As many TXT records in both of its directories."""
    records = "".join(f"r{number}:\n  type: TXT\n  value: {'answer ' * 20}{number}\n" for number in range(count))
    for name in ("zones", "there"):
        (place / name).mkdir(parents=True)
        (place / name / "bench.test.yaml").write_text(f"---\n{records}", encoding="utf-8")
    (place / "octodns.yaml").write_text(OCTODNS, encoding="utf-8")
    return [tool, "--config-file", "octodns.yaml", "--quiet"]


def make_terraform(place: Path, count: int, tool: str) -> list[str]:
    """As many ``terraform_data``, which needs no provider from anywhere; its state is that of one that was applied, for each.

    Applying writes the whole state after each record, which takes a quarter of an hour for 5,000.
    """
    place.mkdir(parents=True)
    value = "answer " * 20
    (place / "main.tf").write_text(f'resource "terraform_data" "r" {{\n  input = "{value}"\n}}\n', encoding="utf-8")
    for words in (["init", "-input=false"], ["apply", "-auto-approve", "-input=false"]):
        run([tool, *words], place, os.environ)
    kept = place / "terraform.tfstate"
    state = json.loads(kept.read_text(encoding="utf-8"))
    (one,) = state["resources"]
    state["resources"] = [json.loads(json.dumps({**one, "name": f"r{at}"}).replace(value, f"{value}{at}")) for at in range(count)]
    kept.write_text(json.dumps(state), encoding="utf-8")
    body = "".join(f'resource "terraform_data" "r{at}" {{\n  input = "{value}{at}"\n}}\n' for at in range(count))
    (place / "main.tf").write_text(body, encoding="utf-8")
    return [tool, "plan", "-input=false", "-detailed-exitcode"]


def measure(count: int, rounds: int, octodns: str | None, terraform: str | None) -> dict[str, Spent]:
    """The medians of each tool, in turn."""
    with tempfile.TemporaryDirectory() as directory:
        place = Path(directory)
        command, environ, server = make_kbsync(place / "kbsync", count)
        try:
            tools = {"kbsync": (command, place / "kbsync", environ)}
            if octodns:
                tools["octodns"] = (make_octodns(place / "octodns", count, octodns), place / "octodns", dict(os.environ))
            if terraform:
                tools["terraform"] = (
                    make_terraform(place / "terraform", count, terraform),
                    place / "terraform",
                    dict(os.environ),
                )
            spent: dict[str, list[Spent]] = {name: [] for name in tools}
            for how in tools.values():
                run(*how)
            for _ in range(rounds):
                for name, how in tools.items():
                    spent[name].append(run(*how))
        finally:
            server.stop()
    return {
        name: Spent(*(median(getattr(each, part) for each in runs) for part in ("processor", "wall", "memory")))
        for name, runs in spent.items()
    }


def main() -> None:
    """Print a row for each size and tool."""
    options = argparse.ArgumentParser(prog="python -m tests.bench")
    options.add_argument("counts", nargs="*", type=int, default=COUNTS)
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--octodns", default=shutil.which("octodns-sync"))
    options.add_argument("--terraform", default=shutil.which("terraform"))
    given = options.parse_args()
    sys.stdout.write("| questions | tool | processor | clock | memory | of kbsync |\n|--:|---|--:|--:|--:|--:|\n")
    for count in given.counts:
        found = measure(count, given.rounds, given.octodns, given.terraform)
        for name, spent in found.items():
            ratio = spent.processor / found["kbsync"].processor
            cells = (
                f"{count:,}",
                name,
                f"{spent.processor:.2f} s",
                f"{spent.wall:.1f} s",
                f"{spent.memory:.0f} MiB",
                f"{ratio:.1f} x",
            )
            sys.stdout.write(f"| {' | '.join(cells)} |\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
