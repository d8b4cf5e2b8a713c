"""A knowledge directory, read and checked, and the directories for kbsync's own files."""

import os
import socket
import stat
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from kbsync.diagnostics import Diagnostic, Rule, Severity, has_errors, sort_diagnostics, tally
from kbsync.display import short_commit
from kbsync.errors import HistoryUnavailable, InvalidInput, Misuse
from kbsync.files import SETTINGS_FILE, DiskFiles, Loaded, is_yaml, load_files, load_tree
from kbsync.history.base import BRANCH, EXACT, branch_point, joined_branch
from kbsync.history.repository import Repository
from kbsync.history.snapshot import FileDifference, differences, read_objects, snapshot
from kbsync.messages import Message, message
from kbsync.model import Content, Entry, Knowledge
from kbsync.saving import make_directory, refuse_links, save
from kbsync.settings import Driver, Settings, Target

__all__ = ["open_workspace"]

STATE = ".kbsync"

SHARED = "kbsync"
"""The name of the shared directories."""

PRIVATE = 0o700
"""Their mode."""


@dataclass(frozen=True, slots=True)
class Workspace:
    """The content of a knowledge directory. ``diagnostics`` holds warnings and notes only: errors are raised.

    ``files`` are the bytes that were read: locations in ``knowledge`` refer to them, whatever is on the disk by now.
    """

    directory: Path
    shown_as: str
    settings: Settings
    knowledge: Knowledge
    diagnostics: tuple[Diagnostic, ...]
    files: DiskFiles = field(repr=False, compare=False)

    @property
    def state(self) -> Path:
        """The directory for kbsync's own files, beside the knowledge directory; it may not exist yet."""
        return state_directory(self.directory)

    def target(self, name: str | None) -> Target:
        """A target by name, the default one without a name. Raises Misuse."""
        wanted = name or self.settings.default_target
        for target in self.settings.targets:
            if target.name == wanted:
                return _complete(target)
        raise Misuse(
            message("there is no target {name} in kbsync.yaml", name=wanted),
            hint=message("known targets: {names}", names=", ".join(target.name for target in self.settings.targets)),
        )


def open_workspace(
    directory: Path, *, target: str | None = None, environ: Mapping[str, str] | None = None, comparing: bool = True
) -> Workspace:
    """Read a knowledge directory and run the content checks. Raises InvalidInput with everything that is wrong.

    Without ``comparing``, near duplicates are left to ``compared_with``, unless something else is wrong.
    """
    shown_as = name_of(directory)
    files = DiskFiles(directory, shown_as=shown_as)
    loaded = _examine(files, target, environ, comparing=comparing)
    found = loaded.diagnostics
    if not comparing and has_errors(found):
        found = sort_diagnostics([*found, *_checks(loaded, NEAR, _known(files, environ))])
    if has_errors(found) or loaded.settings is None:
        raise _invalid(found)
    return Workspace(directory, shown_as, loaded.settings, loaded.knowledge, found, files)


def open_settings(directory: Path) -> Workspace | None:
    """A knowledge directory as far as its ``kbsync.yaml`` alone tells it, without knowledge; None where that has faults."""
    shown_as = name_of(directory)
    files = DiskFiles(directory, shown_as=shown_as)
    data = files.read(SETTINGS_FILE)
    loaded = load_tree({SETTINGS_FILE: data} if isinstance(data, bytes) else {}, shown_as=shown_as)
    if loaded.settings is None or has_errors(loaded.diagnostics):
        return None
    return Workspace(directory, shown_as, loaded.settings, loaded.knowledge, loaded.diagnostics, files)


def examine_workspace(directory: Path, *, target: str | None = None, environ: Mapping[str, str] | None = None) -> Loaded:
    """Read a knowledge directory and run the content checks; whatever is wrong is in ``diagnostics``, sorted."""
    return _examine(DiskFiles(directory, shown_as=name_of(directory)), target, environ)


NEAR = frozenset({Rule.KB401})
"""What compares every wording with every other."""


def compared_with(workspace: Workspace, base: Knowledge | None) -> Workspace:
    """The same with the near duplicates of what the base does not have. Raises InvalidInput."""
    from kbsync.checks import check  # noqa: PLC0415  (loads rapidfuzz)

    if base is workspace.knowledge:
        return workspace
    old = frozenset(question.content for question in base.questions) if base is not None else frozenset[Content]()
    if all(question.content in old for question in workspace.knowledge.questions):
        return workspace
    near = check(
        workspace.knowledge, workspace.settings.checks, rules=NEAR, old=old, known=base.entries() if base is not None else ()
    )
    found = sort_diagnostics([*workspace.diagnostics, *near])
    if has_errors(near):
        raise _invalid(found)
    return replace(workspace, diagnostics=tuple(found))


def _examine(files: DiskFiles, target: str | None, environ: Mapping[str, str] | None, *, comparing: bool = True) -> Loaded:
    rules = frozenset(Rule) if comparing else frozenset(Rule) - NEAR

    def examined(known: Collection[Entry]) -> Loaded:
        loaded = load_files(files, target=target, known=known)
        return replace(loaded, diagnostics=sort_diagnostics([*loaded.diagnostics, *_checks(loaded, rules, known)]))

    loaded = examined(())
    if any(each.rule in _CLAIMS for each in loaded.diagnostics) and (known := _known(files, environ)):
        return examined(known)
    return loaded


_CLAIMS = frozenset({Rule.KB301, Rule.KB302, Rule.KB304, Rule.KB306, Rule.KB307, Rule.KB401, Rule.KB402})
"""The findings about two entries, of which the new one is at fault."""


def _known(files: DiskFiles, environ: Mapping[str, str] | None) -> Collection[Entry]:
    """The entries of the files where the branch began, else at HEAD; empty if git does not know."""
    try:
        repository = Repository.find(files.directory, environ=environ)
        commit = branch_point(repository, environ or {}) if repository else None
        tree = snapshot(repository, commit, files.directory) if repository and commit else {}
    except HistoryUnavailable:
        return ()
    return load_tree(tree, shown_as=files.shown_as, settings=False).knowledge.entries()


def _checks(loaded: Loaded, rules: Collection[Rule], known: Collection[Entry]) -> Sequence[Diagnostic]:
    from kbsync.checks import check  # noqa: PLC0415  (loads rapidfuzz)

    return check(loaded.knowledge, loaded.settings.checks if loaded.settings is not None else {}, rules=rules, known=known)


def _invalid(found: Sequence[Diagnostic]) -> InvalidInput:
    errors = [diagnostic for diagnostic in found if diagnostic.severity is Severity.ERROR]
    return InvalidInput(message("{errors}; nothing was changed", errors=tally(errors)), found)


def _complete(target: Target) -> Target:
    """The embedded service always answers for its own demo application."""
    if target.driver is not Driver.SANDBOX:
        return target
    from kbsync.rehearsal import DEMO  # noqa: PLC0415  (a real target never loads the sandbox)

    return replace(target, sdkappid=DEMO.sdkappid, identifier=DEMO.identifier)


def name_of(directory: Path) -> str:
    """The name of a knowledge directory, however it was spelled: its path from the top of the repository.

    So a plan has one digest and an annotation finds its file. Without git the path counts from the current directory; a
    directory that is in neither keeps the name that it was given.
    """
    place, here = directory.resolve(), Path.cwd().resolve()
    root = next((above for above in (place, *place.parents) if (above / ".git").exists()), here)
    return place.relative_to(root).as_posix() if place.is_relative_to(root) else directory.as_posix()


def from_here(path: Path) -> str:
    """A path relative to the current directory; absolute if there is none, as between drives."""
    try:
        return Path(os.path.relpath(path)).as_posix()
    except ValueError:
        return path.as_posix()


def state_directory(directory: Path) -> Path:
    """Where kbsync keeps its own files for a knowledge directory: ``.kbsync`` beside it."""
    return directory.resolve().parent / STATE


def check_state(state: Path) -> None:
    """Raise UnusableFile where the directory for kbsync's own files, or one of them, is a symbolic link."""
    refuse_links(state, below=state.parent)
    if state.is_dir():
        for path in sorted(state.iterdir()):
            refuse_links(path, below=state)


def prepare_state(state: Path) -> None:
    """Make the directory for kbsync's own files, with a ``.gitignore`` of its own that hides it from git.

    Raises UnusableFile, also for a link in their place.
    """
    check_state(state)
    make_directory(state, hint=message("make its parent directory writable"))
    ignore = state / ".gitignore"
    if not ignore.exists():
        save(ignore, b"*\n", below=state.parent)


def shared_state_directory(target: Target, *, environ: Mapping[str, str]) -> Path | None:
    """The directory in which all processes of this user on this machine keep the call budget and the lock of one application.

    Made if needed; None for the embedded service, and if no directory can be trusted.

    It is below XDG_CACHE_HOME, ``~/.cache``, XDG_RUNTIME_DIR or the directory for temporary files: the first in which this user
    has, or can make, a directory that no other user can enter. The home directory precedes the runtime
    directory because jobs of cron and shells have the former in common.
    """
    if target.application is None:
        return None
    return next((place for base, names in _candidates(environ) if (place := _made(base, names, target.key))), None)


def _candidates(environ: Mapping[str, str]) -> Iterator[tuple[Path, tuple[str, ...]]]:
    """Directories that must exist, each with the names of those that may be made in it."""
    cache, runtime = (Path(environ.get(name, "")) for name in ("XDG_CACHE_HOME", "XDG_RUNTIME_DIR"))
    home = Path(environ.get("HOME") or environ.get("USERPROFILE", ""))
    yield cache.parent, (cache.name, SHARED)
    yield home, (".cache", SHARED)
    yield runtime, (SHARED,)
    yield Path(environ.get("TMPDIR") or environ.get("TEMP") or "/tmp"), (f"{SHARED}-{uid()}",)  # noqa: S108  (whose it is, is looked at)


def commit_of(workspace: Workspace, repository: Repository) -> tuple[str | None, Sequence[FileDifference], Sequence[Message]]:
    """The commit whose files are those that were read; None where there is none, with what differs, and why in words."""
    commit = repository.head()
    if commit is None:
        return None, (), ()
    found = differences(repository, commit, workspace.directory, workspace.files, is_read=is_yaml)
    if not found:
        return commit, (), ()
    if workspace.files.changed():
        return (
            None,
            found,
            (message("The files changed or were committed while they were read: this is planned as of no commit."),),
        )
    first = message(
        "Files of no commit: {file} is not as in {commit}: {why}.",
        file=f"{workspace.shown_as}/{found[0].name}",
        commit=short_commit(commit),
        why=found[0].why,
    )
    return None, found, (first,)


class ForeignAddress(HistoryUnavailable):
    """A pull request would sign in at an address that is not reviewed; ``branch`` is the one that it joins."""

    def __init__(self, target: Target, branch: str) -> None:
        words = message(
            "the address of {target} (endpoint and SDKAppID) is not the one that {branch} gives it, which this pull request "
            "joins: nothing was sent, so that no signature goes where nobody has agreed to",
            target=target.name,
            branch=branch,
        )
        super().__init__(words, hint=message("Merge the address first, in a pull request of its own."))
        self.branch = branch


def check_address(
    workspace: Workspace,
    target: Target,
    *,
    environ: Mapping[str, str],
    repository: Repository | None = None,
    given: str | None = None,
) -> Repository | None:
    """Raise ForeignAddress in a pull request, unless the target has the same address in the branch to join.

    Outside CI that is the base ``given``, where it is a branch. Returns the repository, if it had to be found.
    """
    if not target.is_shared or not (given or any(environ.get(name) for name in (EXACT, *BRANCH))):
        return repository
    repository = repository or Repository.find(workspace.directory, environ=environ)
    name = None if repository is None else joined_settings(workspace, repository, environ, given=given)
    if repository is None or name is None:
        return repository
    said = read_objects(repository, [name]).get(name)
    repository.read_along.update({} if said is None else {name: said})
    settings = None if said is None else load_tree({SETTINGS_FILE: said}, shown_as="").settings
    if settings is None or all((each.name, each.key) != (target.name, target.key) for each in settings.targets):
        raise ForeignAddress(target, name.partition(":")[0].removeprefix("refs/remotes/").removeprefix("refs/heads/"))
    return repository


def joined_settings(
    workspace: Workspace, repository: Repository, environ: Mapping[str, str], *, given: str | None = None
) -> str | None:
    """What git calls the settings in the branch that a pull request joins; None outside a pull request."""
    branch = joined_branch(repository, environ, given=given)
    directory = repository.inside(workspace.directory)
    place = f"{directory}/{SETTINGS_FILE}" if directory else SETTINGS_FILE
    return None if branch is None else f"{branch}:{place}"


def uid() -> int:
    """The user's id; 0 on Windows, as in ``st_uid`` there."""
    return os.getuid() if hasattr(os, "getuid") else 0


def actor(environ: Mapping[str, str], committer: str = "") -> str:
    """Who applies: the CI system's user; outside CI git's committer; else the login, by number without a name."""
    told = {**environ, "": "" if environ.get("CI") else committer}
    names = ("GITHUB_ACTOR", "GITLAB_USER_LOGIN", "KBSYNC_ACTOR", "", "LOGNAME", "USER", "USERNAME")
    known = next((told[name] for name in names if told.get(name)), None)
    try:
        import pwd  # noqa: PLC0415  (Windows has none)

        return known or pwd.getpwuid(uid()).pw_name
    except (ImportError, KeyError):
        return known or f"uid {uid()}"


def where(environ: Mapping[str, str]) -> str:
    """Where it runs: the address of the CI job, else the name of the machine."""
    if run := environ.get("GITHUB_RUN_ID"):
        return f"{environ.get('GITHUB_SERVER_URL', '')}/{environ.get('GITHUB_REPOSITORY', '')}/actions/runs/{run}"
    return environ.get("CI_JOB_URL") or socket.gethostname()


def _made(base: Path, names: tuple[str, ...], key: str) -> Path | None:
    """The directory ``key`` below ``base`` and ``names``; None if it cannot be made, or its parent is not the user's own."""
    if not base.is_absolute() or not base.is_dir():
        return None
    try:
        own = base
        for name in names:
            own /= name
            own.mkdir(mode=PRIVATE, exist_ok=True)
        about = own.lstat()
        if not stat.S_ISDIR(about.st_mode) or about.st_uid != uid():
            return None
        own.chmod(PRIVATE)
        place = own / key
        place.mkdir(mode=PRIVATE, exist_ok=True)
        # A cache that lies in a checkout may come from a branch.
        if place.is_symlink() or any(path.is_symlink() for path in place.iterdir()):
            return None
    except OSError:
        return None
    return place if os.access(place, os.W_OK | os.X_OK) else None
