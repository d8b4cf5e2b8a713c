"""What each part of the whole check costs, in seconds of processor time: what tox does from an empty environment on.

Run it with ``python -m tests.bench.bench_suite``. With ``-v`` what the commands print is shown too.
"""

import os
import resource
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
LIMIT = 420
"""What all of it may cost."""


def spent() -> float:
    """Processor time of all the processes that this one has waited for, and of theirs."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def parts(tox: dict[str, Any], name: str) -> Iterator[list[str]]:
    """The commands of one environment in their order, the installation of what it needs first."""
    chosen = {**tox["env_run_base"], **tox["env"][name]}
    known = {"{opts}": [], "{packages}": [word for line in chosen["deps"] for word in line.split()]}
    yield ["python", "-m", "venv", "{env}"]
    yield [word for part in chosen["install_command"] for word in known.get(part, [part])]
    yield from (*chosen["commands_pre"], *chosen["commands"])


def main() -> None:
    """Print a row for each command, and their sum."""
    tox = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["tox"]
    shown = None if "-v" in sys.argv else subprocess.DEVNULL
    sys.stdout.write("| CPU s | ends with | command |\n|--:|--:|---|\n")
    for name in tox["env_list"]:
        with tempfile.TemporaryDirectory(prefix="kbsync-suite-") as place:
            there = place if "change_dir" in tox["env"][name] else ROOT
            environ = {it: value for it, value in os.environ.items() if not it.startswith("PYTHON")}
            environ |= {**tox["env"][name].get("set_env", {}), "PATH": os.pathsep.join((f"{place}/env/bin", environ["PATH"]))}
            for command in parts(tox, name):
                words = [word.format(env=f"{place}/env", tox_root=ROOT) for word in command]
                words = [str(ROOT / word) if word.startswith(".ci/lock/") else word for word in words]
                before = spent()
                ended = subprocess.run(words, cwd=there, env=environ, stdout=shown, check=False)
                told = " ".join(command).replace("|", "\\|")
                sys.stdout.write(f"| {spent() - before:.0f} | {ended.returncode} | `{told}` |\n")
                sys.stdout.flush()
    sys.stdout.write(f"| {spent():.0f} | | all, {spent() / LIMIT:.0%} of {LIMIT} |\n")


if __name__ == "__main__":
    main()
