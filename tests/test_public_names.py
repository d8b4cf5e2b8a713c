"""What the package offers: a version, a program, and rooms that say what is theirs."""

import ast
import importlib
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from importlib.metadata import entry_points, version
from pathlib import Path

import kbsync
from tests.test_architecture import imports, nodes, rooms

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


@cache
def public_modules() -> list[str]:
    """What stands directly below the package, rooms and modules, and whatever is imported from outside its own room."""
    paths = [path for path in sorted(ROOT.rglob("*.py")) if path.stem != "__main__"]
    modules = {".".join(path.relative_to(ROOT.parent).with_suffix("").parts).removesuffix(".__init__"): path for path in paths}
    imported = {
        name
        for room, inside in rooms().items()
        for path in inside
        for name, _ in imports(path)
        if f"{name}.".split(".")[1] != room
    }
    return [name for name in modules if name.count(".") <= 1 or name in imported]


def test_every_public_module_says_what_is_public() -> None:
    """Each module that others import and that defines something lists its public names, once each, and all of them exist."""
    assert {name: wrong for name in public_modules() if (wrong := list(wrong_names(name)))} == {}


def wrong_names(name: str) -> Iterator[str]:
    """What a module's list of its public names lacks, names in vain or names twice."""
    module = importlib.import_module(name)
    own = {it.__name__ for it in vars(module).values() if getattr(it, "__module__", None) == name and hasattr(it, "__name__")}
    listed = getattr(module, "__all__", [])
    if not listed and any(not it.startswith("_") for it in own):
        yield "lists nothing"
    yield from (it for it in listed if not hasattr(module, it) or listed.count(it) > 1)


def test_modules_of_a_room_alone_list_nothing() -> None:
    """What no other room imports has no public names to list."""
    public = {name.removeprefix("kbsync.").replace(".", "/") for name in public_modules()}
    places = ((path, path.relative_to(ROOT)) for path in sorted(ROOT.rglob("*.py")) if path.stem != "__init__")
    inner = [path for path, place in places if place.with_suffix("").as_posix() not in public]
    assert [path for path in inner if "__all__ = " in path.read_text(encoding="utf-8")] == []


def test_a_module_lists_what_other_rooms_use() -> None:
    """Of its own definitions a module inside a room calls public what another room names, and nothing else."""
    named: dict[str, set[str]] = {}
    for room, inside in rooms().items():
        for node in (node for path in inside for node in nodes(path)):
            if isinstance(node, ast.ImportFrom | ast.Attribute):
                found = {alias.name for alias in node.names} if isinstance(node, ast.ImportFrom) else {node.attr}
                named.setdefault(room, set()).update(found)
    unused: set[str] = set()
    for name in public_modules():
        module, room = importlib.import_module(name), f"{name}.".split(".")[1]
        elsewhere = set().union(*(names for other, names in named.items() if other != room))
        own = {it for it in getattr(module, "__all__", ()) if getattr(getattr(module, it), "__module__", name) == name}
        unused.update(f"{name}.{it}" for it in own - elsewhere if not hasattr(module, "__path__"))
    assert unused == set()
