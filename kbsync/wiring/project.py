"""The files of a new project: which they are, what is in them, and writing them without touching what is there.

What stands in the templates is in ``starter/``; what the command says about them belongs to ``cli/``.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from importlib import resources
from pathlib import Path

import kbsync
from kbsync.errors import SafetyRefusal, UnusableFile
from kbsync.files import SETTINGS_FILE
from kbsync.files.schema import knowledge_schema, settings_schema
from kbsync.history.repository import Repository
from kbsync.messages import message
from kbsync.saving import save
from kbsync.wiring.workspace import STATE

__all__ = ["Continuous", "NewFile", "Project", "find_project", "new_files", "write_new"]

IGNORED = f"{STATE}/"

BRANCH = "main"
"""The branch that is merged into where git cannot tell."""

SPECIAL = re.compile(r"[+!*?\[\]\\]")
"""What is no letter in a branch filter of GitHub's (docs.github.com, "Workflow syntax", filter pattern cheat sheet)."""


class Continuous(StrEnum):
    """Which continuous integration runs plan and apply."""

    GITHUB = "github"
    GITLAB = "gitlab"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class NewFile:
    """A file to write. ``adds`` means that the text is the old content with something added, so that nothing is lost."""

    path: Path
    text: str
    adds: bool = False


@dataclass(frozen=True, slots=True)
class Project:
    """Where the project begins, and the branch whose commits are applied."""

    root: Path
    branch: str = BRANCH


def find_project(directory: Path, *, environ: Mapping[str, str]) -> Project:
    """The project around a knowledge directory, which need not exist yet.

    It begins at the top of the git repository, else in the current directory, else in what holds the knowledge.
    """
    place = directory.resolve()
    repository = Repository.find(directory, environ=environ)
    if repository is not None:
        return Project(repository.root.resolve(), _branch(repository))
    here = Path.cwd().resolve()
    return Project(here if place.is_relative_to(here) else place.parent)


def new_files(directory: Path, project: Project, *, continuous: Continuous) -> tuple[NewFile, ...]:
    """Every file of a new project that is not there yet as it should be.

    The example is only for a directory without knowledge. Raises UnusableFile for what cannot be read.
    """
    return tuple(file for file in _files(directory, project, continuous) if _now(file.path) != file.text)


def write_new(files: Iterable[NewFile]) -> None:
    """Write all files, or none where one would replace something. Raises SafetyRefusal, UnusableFile."""
    wanted = tuple(files)
    taken = [file for file in wanted if file.path.exists() and not file.adds]
    if taken:
        raise SafetyRefusal(
            message("some files are there already, with other content; nothing was written"),
            [
                *(message("{path}", path=file.path.as_posix()) for file in taken),
                message("move them away, name another directory with --dir, or leave the workflow out with --ci none"),
            ],
        )
    for file in wanted:
        _make_directory(file.path.parent)
    for file in wanted:
        save(file.path, file.text.encode())


def _branch(repository: Repository) -> str:
    """The remote's own branch, because a project is often begun on one that is still to be merged; else the one that is here."""
    return repository.remote_branch("origin") or repository.branch() or BRANCH


def _files(directory: Path, project: Project, continuous: Continuous) -> Iterator[NewFile]:
    yield NewFile(directory / SETTINGS_FILE, _template("kbsync.yaml"))
    if not _has_knowledge(directory):
        yield NewFile(directory / "example.yaml", _template("example.yaml"))
    for name, schema in (("knowledge", knowledge_schema()), ("settings", settings_schema())):
        text = json.dumps(schema, ensure_ascii=False, indent=2) + "\n"
        # A generated file: an older kbsync's is replaced.
        yield NewFile(directory / ".schema" / f"{name}.json", text, adds=True)
    ignored = project.root / ".gitignore"
    ignore = _now(ignored) or ""
    if not {IGNORED, STATE, f"/{IGNORED}", f"/{STATE}"} & set(ignore.splitlines()):
        line_end = "\n" if ignore and not ignore.endswith("\n") else ""
        yield NewFile(ignored, f"{ignore}{line_end}{IGNORED}\n", adds=True)
    yield from _workflow(directory, project, continuous)


def _workflow(directory: Path, project: Project, continuous: Continuous) -> Iterator[NewFile]:
    root = project.root
    if continuous is Continuous.GITHUB:
        yield NewFile(root / ".github" / "workflows" / "kbsync.yml", _filled("github.yml", directory, project))
    if continuous is Continuous.GITLAB:
        yield NewFile(root / ".gitlab" / "kbsync.yml", _filled("gitlab.yml", directory, project))
        if not (root / ".gitlab-ci.yml").exists():
            yield NewFile(root / ".gitlab-ci.yml", _template("gitlab-ci.yml"))


def _has_knowledge(directory: Path) -> bool:
    return any(path.name != SETTINGS_FILE for path in directory.glob("**/*.y*ml"))


def _filled(name: str, directory: Path, project: Project) -> str:
    """A workflow for one directory and branch. JSON's quoting is YAML's too, so that no name can be anything but a text."""
    place = directory.resolve().relative_to(project.root).as_posix()
    names = {
        "@DIRECTORY@": place,
        "@GLOB@": "**" if place == "." else f"{place}/**",
        "@BRANCH@": SPECIAL.sub(r"\\\g<0>", project.branch),
    }
    values = {mark: json.dumps(value, ensure_ascii=False) for mark, value in names.items()} | {"@VERSION@": kbsync.__version__}
    # All at once, so that no name is taken for a mark.
    return re.sub("|".join(values), lambda found: values[found[0]], _template(name))


def _template(name: str) -> str:
    return resources.files("kbsync.wiring").joinpath("starter", name).read_text(encoding="utf-8")


def _now(path: Path) -> str | None:
    """What stands there now, None where nothing does. Raises UnusableFile."""
    try:
        return path.read_bytes().decode("utf-8") if path.exists() else None
    except (OSError, UnicodeDecodeError):
        raise UnusableFile(
            message("{path} is in the way: it cannot be read as a text file", path=path.as_posix()),
            hint=message("move it away, or name another directory with --dir"),
        ) from None


def _make_directory(path: Path) -> None:
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as problem:
        raise UnusableFile(
            message(
                "the directory {path} cannot be made: {reason}", path=path.as_posix(), reason=problem.strerror or "unknown reason"
            ),
            hint=message("name another directory with --dir, or mend the permissions of the one above"),
        ) from None
