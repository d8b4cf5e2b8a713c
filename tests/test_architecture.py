"""The layers hold: imports only point down, each foreign library has one door, every room is listed."""

import ast
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

import kbsync

ROOT = Path(kbsync.__file__).parent

LAYERS = (
    ("messages", "commands", "display"),
    ("diagnostics",),
    ("errors",),
    ("model", "settings", "dialogue"),
    ("plan",),
    ("report",),
    ("ports", "limiter", "saving", "compare", "ordering", "guards", "rehearsal"),
    ("checks", "planner", "applier", "conversations"),
    ("puller",),
    ("files", "history", "desk", "sandbox", "planfile"),
    ("render", "sheets"),
    ("usecases",),
    ("cli",),
)
"""From the bottom up. Rooms on one layer do not know each other."""

DOORS = {
    "click": {"cli"},
    "yaml": {"files"},
    "httpx": {"desk", "sandbox"},
    "deepdiff": {"compare"},
    "rich": {"render", "cli"},
    "jinja2": {"render"},
    "msgspec": {"planfile"},
    "nh3": {"render"},
    "regex": {"display", "render", "conversations"},
    "filelock": {"history", "limiter"},
    "rapidfuzz": {"checks", "compare", "conversations", "render"},
    "httpcore": {"desk"},
    "openpyxl": {"sheets"},
}
"""Which rooms import a library."""

FORBIDDEN = {("applier", "planner"), ("applier", "puller"), ("applier", "compare")}
"""What the layers would allow and the design does not: the applier has no code that decides."""

BAD_NAMES = {"utils", "util", "common", "helpers", "base", "core", "manager", "misc"}


def rooms() -> dict[str, list[Path]]:
    """Every room with its source files; a room is a module or a package directly below ``kbsync``."""
    found: dict[str, list[Path]] = {}
    for path in sorted(ROOT.rglob("*.py")):
        relative = path.relative_to(ROOT)
        room = relative.parts[0].removesuffix(".py")
        found.setdefault(room, []).append(path)
    return found


@cache
def nodes(path: Path) -> tuple[ast.AST, ...]:
    """Every node of a source file."""
    return tuple(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))


@cache
def imports(path: Path) -> tuple[tuple[str, int], ...]:
    """Every imported module name, wherever the import stands, with its line."""
    return tuple(_imports(path))


def _imports(path: Path) -> Iterator[tuple[str, int]]:
    for node in nodes(path):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: relative import"
            module = node.module or ""
            inside = [f"{module}.{alias.name}" for alias in node.names if is_module(f"{module}.{alias.name}")]
            yield from ((name, node.lineno) for name in inside or [module])


@cache
def is_module(name: str) -> bool:
    """Whether a dotted name is a module of ours, and not a value inside one."""
    path = ROOT.parent.joinpath(*name.split("."))
    return path.with_suffix(".py").exists() or (path / "__init__.py").exists()


def level(room: str) -> int:
    """The layer a room stands on."""
    return next(index for index, layer in enumerate(LAYERS) if room in layer)


def inner_edges() -> Iterator[tuple[str, str, str]]:
    """Each import of one room by another: importer, imported, place."""
    for room, paths in rooms().items():
        for path in paths:
            for name, line in imports(path):
                parts = name.split(".")
                if parts[0] == "kbsync" and len(parts) > 1 and parts[1] != room:
                    yield room, parts[1], f"{path.relative_to(ROOT)}:{line}"


def test_every_room_is_listed() -> None:
    """A new room is given a layer, a meaning and a name that says something."""
    listed = {room for layer in LAYERS for room in layer}
    actual = set(rooms()) - {"__init__", "__main__"}
    assert actual == listed
    assert not actual & BAD_NAMES


def test_imports_only_point_down() -> None:
    """A room imports rooms of lower layers only."""
    wrong = [
        f"{place}: {importer} imports {imported}"
        for importer, imported, place in inner_edges()
        if importer not in ("__init__", "__main__") and imported != "__version__" and level(imported) >= level(importer)
    ]
    assert wrong == []


def test_the_applier_cannot_decide() -> None:
    """The applier imports neither the planner nor the comparison."""
    wrong = [place for importer, imported, place in inner_edges() if (importer, imported) in FORBIDDEN]
    assert wrong == []


def test_each_library_has_its_doors() -> None:
    """A foreign library is imported by the rooms that are listed for it, by all of them and by no other."""
    found: dict[str, set[str]] = {}
    for room, paths in rooms().items():
        for name in (name.partition(".")[0] for path in paths for name, _ in imports(path)):
            if name != "kbsync" and name not in sys.stdlib_module_names:
                found.setdefault(name, set()).add(room)
    assert found == DOORS


def test_git_and_sqlite_have_one_door() -> None:
    """Nobody else starts processes or opens databases."""
    found = {(name, room) for room, paths in rooms().items() for path in paths for name, _ in imports(path)}
    assert {pair for pair in found if pair[0] in ("subprocess", "sqlite3")} == {("subprocess", "history"), ("sqlite3", "sandbox")}


def test_no_import_cycle_inside_a_room() -> None:
    """The modules of one room do not import each other in a circle."""
    graph: dict[str, set[str]] = {}
    for paths in rooms().values():
        for path in paths:
            relative = path.relative_to(ROOT.parent).with_suffix("")
            module = ".".join(relative.parts).removesuffix(".__init__")
            graph[module] = {name for name, _ in imports(path) if name.startswith("kbsync")}
    modules = set(graph)
    edges = {module: _resolve(names, modules) - {module} for module, names in graph.items()}
    assert _cycle(edges) is None


def _resolve(names: set[str], modules: set[str]) -> set[str]:
    return {name if name in modules else name.rpartition(".")[0] for name in names} & modules


def _cycle(edges: dict[str, set[str]]) -> str | None:
    done: set[str] = set()
    active: list[str] = []

    def visit(module: str) -> str | None:
        if module in active:
            return " -> ".join([*active[active.index(module) :], module])
        if module in done:
            return None
        active.append(module)
        for other in sorted(edges[module]):
            found = visit(other)
            if found:
                return found
        active.pop()
        done.add(module)
        return None

    return next((found for module in sorted(edges) if (found := visit(module))), None)


@pytest.mark.parametrize("name", ["print", "input", "exit", "breakpoint"])
def test_only_the_command_line_talks_and_exits(name: str) -> None:
    """``print`` and its kin are called in ``cli/`` or nowhere."""
    wrong = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for room, paths in rooms().items()
        if room != "cli"
        for path in paths
        for node in nodes(path)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name
    ]
    assert wrong == []


def test_only_the_limiter_sleeps() -> None:
    """``time.sleep`` is called in ``limiter`` alone; everything else is handed a clock."""
    wrong = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for room, paths in rooms().items()
        if room != "limiter"
        for path in paths
        for node in nodes(path)
        if isinstance(node, ast.Attribute) and node.attr == "sleep"
    ]
    assert wrong == []
