"""The locks in ``.ci/lock/`` say what ``pyproject.toml`` says, on every system and Python; all is installed by them."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).parents[1]
LOCKS = ROOT / ".ci" / "lock"
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
GROUPS: dict[str, list[str]] = PROJECT["dependency-groups"]
RUN: list[str] = PROJECT["project"]["dependencies"]

HELD = {
    "check": [*RUN, *GROUPS["build"], *GROUPS["test"], *GROUPS["gates"]],
    "run": [*RUN, *GROUPS["build"]],
    "tools": GROUPS["tools"],
    "act": GROUPS["act"],
    "lowest": [*RUN, *GROUPS["build"], *GROUPS["test"]],
}
"""Each lock with the requirements that it answers."""

PLACES = [
    {"python_version": f"3.{minor}", "python_full_version": f"3.{minor}.0", "sys_platform": system, "os_name": name}
    for minor in (11, 12, 13, 14)
    for system, name in (("linux", "posix"), ("darwin", "posix"), ("win32", "nt"))
]


def lines(lock: str) -> list[str]:
    """The lines of a lock with their continuations, without comments."""
    text = (LOCKS / f"{lock}.txt").read_text(encoding="utf-8").replace("\\\n", " ")
    return [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]


def pins(lock: str) -> Iterator[Requirement]:
    """What a lock installs, each with its version and the places where it is needed."""
    for line in lines(lock):
        if not line.startswith("--"):
            yield Requirement(line.partition(" --hash")[0].strip())


def version(pin: Requirement) -> Version:
    """The one version of a pin."""
    (only,) = pin.specifier
    assert only.operator == "=="
    return Version(only.version)


def pinned(lock: str, place: dict[str, str]) -> dict[str, Version]:
    """Names and versions that a lock gives in one place."""
    found = [pin for pin in pins(lock) if pin.marker is None or pin.marker.evaluate(place)]
    assert len(found) == len({pin.name for pin in found})
    return {canonicalize_name(pin.name): version(pin) for pin in found}


@pytest.mark.parametrize("lock", [*HELD, "vendor"])
def test_a_lock_holds_hashes_and_no_address(lock: str) -> None:
    """Where packages come from is the user's own setting, and whatever comes is known by its content."""
    assert {line for line in lines(lock) if line.startswith("--")} <= {"--only-binary :all:"}
    packages = [line for line in lines(lock) if not line.startswith("--")]
    assert all(re.fullmatch(r"[\w.-]+==\S+( ; .*?)?( +--hash=sha256:[0-9a-f]{64})+ *", line) for line in packages)
    assert "://" not in (LOCKS / f"{lock}.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("lock", HELD)
def test_a_lock_comes_as_wheels_alone(lock: str) -> None:
    """No build of somebody else runs, least of all where a key is in reach."""
    assert lines(lock)[0] == "--only-binary :all:"


@pytest.mark.parametrize("place", PLACES, ids=lambda place: f"{place['python_version']}-{place['sys_platform']}")
@pytest.mark.parametrize("lock", HELD)
def test_a_lock_answers_the_project(lock: str, place: dict[str, str]) -> None:
    """After a change of ``pyproject.toml`` without `tox -e lock` this is red."""
    found = pinned(lock, place)
    for requirement in map(Requirement, HELD[lock]):
        assert found[canonicalize_name(requirement.name)] in requirement.specifier


@pytest.mark.parametrize("lock", ["run", "tools"])
def test_the_checks_run_with_what_users_get(lock: str) -> None:
    """One package has one version in all locks but that of the lower bounds."""
    everything = pinned("check", PLACES[0])
    assert {name: known for name, known in pinned(lock, PLACES[0]).items() if everything.get(name, known) != known} == {}


def test_the_lower_bounds_are_tested_as_stated() -> None:
    """Each requirement has one, and `tox -e lowest` runs with exactly that version."""
    found = pinned("lowest", PLACES[0])
    for requirement in map(Requirement, HELD["lowest"]):
        (lowest,) = [Version(one.version) for one in requirement.specifier if one.operator == ">="]
        assert found[canonicalize_name(requirement.name)] == lowest, requirement.name


def test_the_build_backend_is_locked_as_stated() -> None:
    """What builds kbsync in an isolated environment is what builds it out of the lock."""
    assert PROJECT["build-system"]["requires"] == GROUPS["build"]


@pytest.mark.parametrize(("environment", "lock"), [("check", "check"), ("smoke", "run"), ("lowest", "lowest"), ("lock", "tools")])
def test_an_environment_installs_by_its_lock(environment: str, lock: str) -> None:
    """With hashes, and kbsync itself without asking for anything more."""
    tox = PROJECT["tool"]["tox"]
    chosen = {**tox["env_run_base"], **tox["env"][environment]}
    assert (chosen["package"], chosen["deps"]) == ("skip", [f"-r .ci/lock/{lock}.txt"])
    assert "--require-hashes" in chosen["install_command"]
    for command in chosen.get("commands_pre", []):
        assert "pip" not in command or {"--no-deps", "--no-build-isolation"} & set(command)
        assert not {"install", "."} <= set(command) or {"--no-deps", "--no-build-isolation"} <= set(command)


def test_the_locks_are_written_by_the_command_of_the_readme() -> None:
    """One command writes all of them but the vendor's, which has one release; README and the page for newcomers name it."""
    for page in ("README.md", ".github/README.zh.md", ".github/docs/inside.md"):
        assert "`.venv/bin/tox -e lock`" in (ROOT / page).read_text(encoding="utf-8")
    commands = PROJECT["tool"]["tox"]["env"]["lock"]["commands"]
    assert [command[command.index("-o") + 1] for command in commands] == [f".ci/lock/{lock}.txt" for lock in HELD]
    assert {path.stem for path in LOCKS.iterdir()} == {*HELD, "vendor"}
