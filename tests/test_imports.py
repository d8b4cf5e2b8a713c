"""Start-up is dominated by imports: a command loads what it uses and nothing more."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.flows.harness import Bench
from tests.flows.shop import FIRST

HEAVY = frozenset(
    {"httpx", "deepdiff", "rich", "pygments", "jinja2", "rapidfuzz", "regex", "nh3", "msgspec", "yaml", "sqlite3", "filelock"}
)

PROBE = (
    "import sys; from kbsync.cli.app import run; run(sys.argv[1:]); "
    "print(*sorted(name for name, module in sys.modules.items() if module), sep='\\n', file=sys.stderr)"
)


def loaded(bench: Bench, *words: str) -> set[str]:
    """The heavy libraries that a command line loads in a process of its own."""
    command = [sys.executable, "-c", PROBE, *words]
    environ = {name: value for name, value in bench.environ.items() if not name.startswith("COVERAGE_")}  # it loads sqlite3
    done = subprocess.run(command, cwd=bench.path, env=environ, capture_output=True, text=True, check=True)
    return {line.partition(".")[0] for line in done.stderr.splitlines()} & HEAVY


@pytest.mark.parametrize(
    ("line", "allowed"),
    [
        ("--help", set()),
        ("--version", set()),
        ("plan --help", set()),
        ("schema knowledge", {"yaml"}),
        ("validate", {"yaml", "rapidfuzz", "regex", "rich"}),
        ("targets", {"yaml", "rapidfuzz", "regex"}),
        ("plan --offline --base HEAD", HEAVY - {"httpx", "sqlite3", "jinja2", "nh3"}),
        ("plan", HEAVY - {"jinja2", "nh3", "pygments"}),
    ],
)
def test_a_command_loads_what_it_uses(tmp_path: Path, line: str, allowed: set[str]) -> None:
    """Help loads no library at all, and the network is loaded by what goes there."""
    bench = Bench.make(tmp_path)
    bench.commit(FIRST)
    assert loaded(bench, *line.split()) <= allowed
