"""The use case ``init``: the files of a new project (templates in ``starter/``), written without changing existing ones."""

import json
import re
import shlex
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from importlib import resources
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import assert_never

import kbsync
from kbsync.errors import Misuse, SafetyRefusal, UnusableFile
from kbsync.files import SETTINGS_FILE
from kbsync.files.schema import knowledge_schema, settings_schema
from kbsync.history.repository import Repository
from kbsync.messages import Message, message
from kbsync.saving import make_directory, refuse_links, save
from kbsync.usecases.context import Call
from kbsync.usecases.workspace import STATE, from_here

__all__ = ["start_project"]

LINE_ENDS = "*.yaml text eol=lf\n*.yml text eol=lf\n"
"""The ``.gitattributes`` of knowledge files: the same bytes in every clone, whatever ``core.autocrlf``."""

IGNORED = f"{STATE}/"

EXAMPLE = "example.yaml"

BRANCH = "main"
"""The default branch if git does not know it."""

SPECIAL = re.compile(r"[+!*?\[\]\\]")
"""Special characters in filters of GitHub (docs.github.com, "Workflow syntax", filter pattern cheat sheet) and GitLab."""

ACTION_PACKAGE = re.compile(r'(?<=\n  package:\n)    description: .*\n    default: ""\n')
"""The action's description of its package, which is replaced in a copy."""

INSTALLED = "What pip installs. A bare name comes from the package index; see that it belongs to whom you trust there."
"""The same of a copy of the action."""

UNINSTALLED = (
    "kbsync is not installed: where the one that wrote this file came from is not known. Name it with kbsync init --package "
    "REQUIREMENT, or write here how to install the kbsync that you trust, pinned to a version or a commit."
)


class Continuous(StrEnum):
    """Which continuous integration runs plan and apply."""

    GITHUB = "github"
    GITLAB = "gitlab"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class NewFile:
    """A file to write, through no link from ``below`` down.

    ``adds``: no work is lost, because the text contains the old content or kbsync wrote all of it.
    """

    path: Path
    text: str
    below: Path
    adds: bool = False


@dataclass(frozen=True, slots=True)
class Project:
    """Where the project begins, and the branch whose commits are applied."""

    root: Path
    branch: str = BRANCH


@dataclass(frozen=True, slots=True)
class Package:
    """The requirement that a workflow installs, and a comment; without a ``requirement`` the workflow stops with the reason."""

    requirement: str | None
    told: Message

    @property
    def actions(self) -> tuple[str, str]:
        """Repository and commit of the actions for ``uses:``; a path in the project if unknown."""
        found = ON_GITHUB.fullmatch(self.requirement or "")
        return (f"{found[1]}/.github/actions", f"@{found[2]}") if found else ("./.github/actions", "")

    @classmethod
    def unknown(cls) -> "Package":
        """The package when its origin is unknown: no requirement, so the workflow stops with an explanation."""
        return cls(
            None,
            message(
                "  the workflow stops until it is told what to install, because where this kbsync came from is not known: "
                "see kbsync init --package"
            ),
        )


def start_project(call: Call, *, continuous: str, package: str | None) -> None:
    """Write what is missing; the paths are the result. Raises Misuse, SafetyRefusal, UnusableFile."""
    call.refuse_link()
    chosen = Continuous(continuous)
    installed = find_package(package)
    project = find_project(call.directory, environ=call.context.environ)
    included = (project.root / ".gitlab-ci.yml").exists()
    files = new_files(call.directory, project, continuous=chosen, package=installed)
    write_new(files)
    call.screen.result("\n".join(from_here(file.path) for file in files))
    call.screen.notes(_next(call, chosen, installed, written=[file.path for file in files], included=included))


def _next(
    call: Call, continuous: Continuous, package: Package, *, written: Collection[Path], included: bool
) -> Iterator[Message]:
    if not written:
        yield message("Everything is there already; nothing was written.")
        return
    option, example = call.options, call.directory / EXAMPLE
    yield message("Next:")
    yield message(
        "  kbsync plan{option} --target sandbox shows what the example would change on the embedded service", option=option
    )
    yield message("  kbsync apply{option} --target sandbox carries it out there", option=option)
    yield message("  put your SDKAppID into {path}, for the target production", path=from_here(call.directory / SETTINGS_FILE))
    if example in written:
        yield message(
            "  delete {example}; kbsync pull{option} brings in what the console holds", example=from_here(example), option=option
        )
    if continuous is not Continuous.NONE:
        yield package.told
    match continuous:
        case Continuous.GITHUB:
            yield message(
                "  on GitHub make the environments production, with required reviewers, and production-plan, put the secret "
                "KBSYNC_SECRET_KEY into both, and set the variable KBSYNC_TARGET to production; then commit"
            )
        case Continuous.GITLAB:
            yield message(
                "  on GitLab add the masked variable KBSYNC_SECRET_KEY, let job tokens push, and for comments in merge requests "
                "add the masked variable KBSYNC_GITLAB_TOKEN; then commit"
            )
            if included:
                yield message("  include .gitlab/kbsync.yml in .gitlab-ci.yml, which was left as it is")
        case Continuous.NONE:
            yield message("  set KBSYNC_SECRET_KEY in the environment before you plan for production")
        case _:
            assert_never(continuous)


def find_project(directory: Path, *, environ: Mapping[str, str]) -> Project:
    """The project around a knowledge directory, which need not exist yet.

    It begins at the top of the git repository, else in the current directory, else in what holds the knowledge.
    """
    place = directory.resolve()
    repository = Repository.find(directory, environ=environ)
    if repository is not None:
        # The remote's own branch, because a project is often begun on one that is still to be merged; else the one that is here.
        branch = repository.remote_branch("origin") or repository.branch() or BRANCH
        return Project(repository.root.resolve(), branch)
    here = Path.cwd().resolve()
    return Project(here if place.is_relative_to(here) else place.parent)


def new_files(
    directory: Path, project: Project, *, continuous: Continuous, package: Package | None = None
) -> tuple[NewFile, ...]:
    """Every file of a new project that is not there yet as it should be; ``package`` is what the workflow installs.

    The example is only for a directory without knowledge. Raises UnusableFile for what cannot be read, and for links.
    """
    files = _files(directory, project, continuous, package or Package.unknown())
    return tuple(file for file in files if _now(file.path, file.below) != file.text)


def _files(directory: Path, project: Project, continuous: Continuous, package: Package) -> Iterator[NewFile]:
    yield NewFile(directory / SETTINGS_FILE, _template("kbsync.yaml"), directory)
    if all(path.name == SETTINGS_FILE for path in directory.glob("**/*.y*ml")):
        yield NewFile(directory / EXAMPLE, _template(EXAMPLE), directory)
    for name, schema in (("knowledge", knowledge_schema()), ("settings", settings_schema())):
        text = json.dumps(schema, ensure_ascii=False, indent=2) + "\n"
        # A generated file: an older kbsync's is replaced.
        yield NewFile(directory / ".schema" / f"{name}.json", text, directory, adds=True)
    if not (directory / ".gitattributes").exists():
        yield NewFile(directory / ".gitattributes", LINE_ENDS, directory)
    ignored = project.root / ".gitignore"
    ignore = _now(ignored, project.root) or ""
    if not {IGNORED, STATE, f"/{IGNORED}", f"/{STATE}"} & set(ignore.splitlines()):
        line_end = "\n" if ignore and not ignore.endswith("\n") else ""
        yield NewFile(ignored, f"{ignore}{line_end}{IGNORED}\n", project.root, adds=True)
    yield from _workflow(directory, project, continuous, package)


def _workflow(directory: Path, project: Project, continuous: Continuous, package: Package) -> Iterator[NewFile]:
    names = _names(directory, project)
    if continuous is Continuous.GITHUB:
        yield from _for_github(project.root, names, package)
    if continuous is Continuous.GITLAB:
        place = project.root / ".gitlab"
        yield _installing(place / "kbsync.yml", project.root, package, partial(_pipeline, names))
        yield NewFile(place / "kbsync-comment.py", _action("report/gitlab.py", package), project.root)
        if not (project.root / ".gitlab-ci.yml").exists():
            yield NewFile(project.root / ".gitlab-ci.yml", _template("gitlab-ci.yml"), project.root)


def _for_github(root: Path, names: Mapping[str, str], package: Package) -> Iterator[NewFile]:
    """The workflows, and copies of the actions if their repository is unknown."""
    for name in ("plan", "apply", "drift"):
        path = root / ".github" / "workflows" / f"kbsync-{name}.yml"
        yield _installing(path, root, package, partial(_github, name, names))
    if package.actions == Package.unknown().actions:
        for name in ("kbsync/action.yml", "kbsync/install.sh", "kbsync/run.sh", "report/action.yml", "report/report.py"):
            path = root / ".github" / "actions" / name
            yield _installing(path, root, package, partial(_action, name))


def _installing(path: Path, root: Path, package: Package, text: Callable[[Package], str]) -> NewFile:
    """A file that depends on the package; one that kbsync wrote when it knew of none gives way to it."""
    return NewFile(path, text(package), root, adds=_now(path, root) == text(Package.unknown()))


def _github(name: str, names: Mapping[str, str], package: Package) -> str:
    return github_workflow(name, names, package.actions)


def github_workflow(name: str, names: Mapping[str, str], actions: tuple[str, str]) -> str:
    """One of GitHub's workflows; ``actions`` is where they are, and at which commit."""
    place, at = actions
    return _filled(f"github/{name}.yml", {**names, "@ACTION@": f"{place}/kbsync{at}", "@REPORT@": f"{place}/report{at}"})


def _action(name: str, package: Package) -> str:
    """A file of the action, for a project that keeps its own copy."""
    shipped = resources.files("kbsync.usecases").joinpath("starter", "actions")
    place = shipped if shipped.is_dir() else Path(kbsync.__file__).parents[1] / ".github" / "actions"
    text = place.joinpath(*name.split("/")).read_text(encoding="utf-8")
    what = f"    description: {INSTALLED}\n    default: {json.dumps(package.requirement or '')}\n"
    return ACTION_PACKAGE.sub(lambda _: what, text)


def _pipeline(names: Mapping[str, str], package: Package) -> str:
    """GitLab's pipeline with the shell's line that installs a package, or the one that stops the job."""
    if package.requirement is not None:
        install = f"pip install --quiet {shlex.quote(package.requirement)}"
        if "://" in package.requirement:
            # pip takes "name @ address" for a path where there is such a directory, and a branch can bring one.
            install = f"(cd / && {install})"
    else:
        install = f"echo {shlex.quote(UNINSTALLED)} >&2; exit 1"
    return _filled("gitlab.yml", {**names, "@INSTALL@": json.dumps(install, ensure_ascii=False)})


def _names(directory: Path, project: Project) -> dict[str, str]:
    place = directory.resolve().relative_to(project.root).as_posix()
    literal, branch = (SPECIAL.sub(r"\\\g<0>", text) for text in (place, project.branch))
    texts = {"@DIRECTORY@": place, "@GLOB@": "**" if place == "." else f"{literal}/**", "@BRANCH@": branch}
    # JSON's quoting is YAML's too, so that no name can be anything but a text.
    return {mark: json.dumps(text, ensure_ascii=False) for mark, text in texts.items()}


def _filled(name: str, values: Mapping[str, str]) -> str:
    """A template with its marks replaced, all at once, so that no name is taken for a mark."""
    return re.sub("|".join(values), lambda found: values[found[0]], _template(name))


def _template(name: str) -> str:
    return resources.files("kbsync.usecases").joinpath("starter", *name.split("/")).read_text(encoding="utf-8")


def _now(path: Path, below: Path) -> str | None:
    """The present text of a file, None if missing. Raises UnusableFile."""
    refuse_links(path, below=below)
    try:
        return path.read_bytes().decode("utf-8") if path.exists() else None
    except (OSError, UnicodeDecodeError):
        raise UnusableFile(
            message("{path} is in the way: it cannot be read as a text file", path=path.as_posix()),
            hint=message("move it away, or name another directory with --dir"),
        ) from None


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
    hint = message("name another directory with --dir, or mend the permissions of the one above")
    for file in wanted:
        make_directory(file.path.parent, hint=hint)
    for file in wanted:
        save(file.path, file.text.encode(), below=file.below)


_NAME = r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?(?:\[[A-Za-z0-9._,-]*\])?"

_VERSIONS = r" ?(?:===?|[<>!~]=|[<>]) ?[A-Za-z0-9.*+!_-]+"

_URL = (
    r"[a-z][a-z0-9+.-]*://[A-Za-z0-9._~/:@+%=,-]+"
    r"(?:#(?:(?:egg|subdirectory|sha256|sha384|sha512)=[A-Za-z0-9._/+-]+&?)+)?"
)

_FILE = r"(?=.*/)[A-Za-z0-9._/][A-Za-z0-9._/+-]*"

REQUIREMENT = re.compile(f"{_NAME}(?:{_VERSIONS}(?: ?,{_VERSIONS})*)?|(?:{_NAME} ?@ ?)?{_URL}|{_FILE}")
"""What pip installs by one word, without a character that a shell, YAML or a forge's variables could take for their own."""

CREDENTIAL = re.compile(
    r"(?<!ssh)://[^/\s]*@|ssh://(?!git@)[^/\s]*@"  # a user, with or without a password; ssh has the key elsewhere
    r"|://\S*\?"  # a query, where signed addresses and some forges have theirs
    r"|gh[a-z]_\w{20}|github_pat_|glpat-"
)

PINNED = re.compile(
    f"{_NAME} ?===? ?[A-Za-z0-9.+!_-]+"
    r"|.*://.*@(?:[0-9a-f]{40}|[0-9a-f]{64})(?:#.*)?"
    r"|.*://.*#(?:.*&)?sha(?:256|384|512)=[0-9a-f]{64,}(?:&.*)?"
    r"|(?!.*://).*/.*"  # a file of the project itself
)
"""What stays the same whatever others do: one version, one commit, bytes with a digest."""

COMMIT = re.compile("[0-9a-f]{40}|[0-9a-f]{64}")

ON_GITHUB = re.compile(
    rf"(?:{_NAME} ?@ ?)?git\+(?:https|ssh)://(?:git@)?github\.com/([\w.-]+/[\w.-]+?)(?:\.git)?@([0-9a-f]{{40}})"
)
"""A commit of which GitHub can run the action."""


def find_package(given: str | None) -> Package:
    """What the user names, else what is known of this kbsync. Raises Misuse."""
    if given is not None:
        return given_package(given)
    known = known_package()
    if known is None:
        return Package.unknown()
    return Package(known, message("  the workflow installs {package}, where this kbsync came from", package=known))


def given_package(text: str) -> Package:
    """The package that the user named. Raises Misuse for a credential in it, and for a text that is not a requirement."""
    if CREDENTIAL.search(text):
        raise Misuse(
            message("--package holds a credential, which has no place in a workflow"),
            hint=message("name the address without user, password, token and query, and give git or pip the credential in CI"),
        )
    if not REQUIREMENT.fullmatch(text):
        raise Misuse(
            message("--package must be one requirement that pip understands, without quotes and options"),
            hint=message("such as name==1.2.3, git+https://host/path@COMMIT, or ./path/file.whl"),
        )
    if PINNED.fullmatch(text):
        said = message("  the workflow installs {package}", package=text)
        if "/" not in text:
            said = message(
                "  the workflow installs {package} from the package index that CI asks: "
                "see that the name there belongs to whom you trust",
                package=text,
            )
        return Package(text, said)
    said = message(
        "  the workflow installs {package}, which is not pinned: whoever can replace it runs beside your key; "
        "add ==VERSION, @COMMIT in full, or #sha256=DIGEST",
        package=text,
    )
    return Package(text, said)


def known_package() -> str | None:
    """The pinned requirement that installs this kbsync again; None if unknown."""
    try:
        asked = distribution("kbsync")
    except PackageNotFoundError:
        return None
    if Path(str(asked.locate_file("kbsync/__init__.py"))).resolve() != Path(kbsync.__file__).resolve():
        return None  # another one was installed than the one that runs
    return package_of(asked.read_text("direct_url.json") or "")


def package_of(note: str) -> str | None:
    """The requirement for an installed kbsync, pinned; ``note`` is its ``direct_url.json``, empty where there is none.

    No note means a package index (packaging.python.org, "Recording the Direct URL Origin of installed distributions"); which
    one is not recorded, and on another index anybody may own the name. None also for a folder or file of this machine, an
    address without encryption or with a credential, and one whose content may change.
    """
    found = _noted(note)
    usable = found is not None and REQUIREMENT.fullmatch(found) and not CREDENTIAL.search(found) and PINNED.fullmatch(found)
    return found if usable else None


def _noted(note: str) -> str | None:
    """The pinned requirement from a note; None if other machines cannot use it."""
    try:
        told = json.loads(note)
    except ValueError:
        return None
    match told:
        case {"url": str(url), "vcs_info": {"vcs": "git", "commit_id": str(commit)}}:
            scheme, fragment = "git+", f"#subdirectory={told['subdirectory']}" if "subdirectory" in told else ""
            pinned = f"{url}@{commit}{fragment}" if COMMIT.fullmatch(commit) else ""
        case {"url": str(url), "archive_info": {"hashes": {"sha256": digest}}}:
            scheme, pinned = "", f"{url}#sha256={digest}"
        case {"url": str(url), "archive_info": {"hash": str(digest)}}:
            scheme, pinned = "", f"{url}#{digest}"
        case _:
            return None
    return f"kbsync @ {scheme}{pinned}" if pinned.startswith(("https://", "ssh://")) else None
