"""What each part of the check costs, in seconds of processor time: the commands of ``tox -e check``, one after the other.

Run it with ``python -m tests.bench.bench_suite`` where the check is installed. With ``-v`` what they print is shown too.
"""

import os
import resource
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]


def spent() -> float:
    """Processor time of all the processes that this one has waited for, and of theirs."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def main() -> None:
    """Print a row for each command, and their sum."""
    tox = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["tox"]
    path = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))
    shown = None if "-v" in sys.argv else subprocess.DEVNULL
    sys.stdout.write("| CPU s | ends with | command |\n|--:|--:|---|\n")
    for command in tox["env"]["check"]["commands"]:
        before = spent()
        ended = subprocess.run(command, cwd=ROOT, env={**os.environ, "PATH": path}, stdout=shown, check=False)
        sys.stdout.write(f"| {spent() - before:.0f} | {ended.returncode} | `{' '.join(command)}` |\n")
        sys.stdout.flush()
    sys.stdout.write(f"| {spent():.0f} | | all |\n")


if __name__ == "__main__":
    main()
