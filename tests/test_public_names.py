"""What the package offers: a version, a program, and rooms that say what is theirs."""

import ast
import subprocess
import sys
from importlib.metadata import entry_points, version
from pathlib import Path

import kbsync

ROOT = Path(kbsync.__file__).parent


def test_the_version_is_that_of_the_distribution() -> None:
    """``kbsync --version`` tells what was installed."""
    told = subprocess.run([sys.executable, "-m", "kbsync", "--version"], capture_output=True, text=True, check=True).stdout
    assert told == f"kbsync {version('kbsync')}\n"


def test_the_program_is_the_command_line() -> None:
    """The console script and ``python -m kbsync`` are one and the same."""
    (script,) = entry_points(group="console_scripts", name="kbsync")
    assert script.value == "kbsync.cli:main"


def test_the_package_is_typed() -> None:
    """Whoever imports it gets its types."""
    assert (ROOT / "py.typed").exists()


def test_every_module_says_what_is_public() -> None:
    """Each module that defines something lists its public names, and all of them exist."""
    wrong = []
    for path in sorted(ROOT.rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        named = {node.name for node in tree.body if isinstance(node, (ast.ClassDef, ast.FunctionDef))}
        listed = [
            ast.literal_eval(node.value)
            for node in tree.body
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and node.targets[0].id == "__all__"
        ]
        if any(not name.startswith("_") for name in named) and not listed:
            wrong.append(str(path.relative_to(ROOT)))
    assert wrong == []
