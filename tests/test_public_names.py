"""What the package offers: a version, a program, and rooms that say what is theirs."""

import importlib
import subprocess
import sys
from importlib.metadata import entry_points, version
from pathlib import Path

import pytest

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


MODULES = [
    ".".join(path.relative_to(ROOT.parent).with_suffix("").parts).removesuffix(".__init__") for path in sorted(ROOT.rglob("*.py"))
]


@pytest.mark.parametrize("name", [name for name in MODULES if not name.endswith("__main__")])
def test_every_module_says_what_is_public(name: str) -> None:
    """Each module that defines something lists its public names, once each, and all of them exist."""
    module = importlib.import_module(name)
    own = {it.__name__ for it in vars(module).values() if getattr(it, "__module__", None) == name and hasattr(it, "__name__")}
    listed = getattr(module, "__all__", [])
    assert listed or not any(not it.startswith("_") for it in own)
    assert [it for it in listed if not hasattr(module, it)] == []
    assert len(set(listed)) == len(listed)
