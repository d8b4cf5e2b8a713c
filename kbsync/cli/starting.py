"""The course of ``kbsync init``: write the files of a new project, list them, and say what to do next."""

import os
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import assert_never

from kbsync.cli.options import Invocation
from kbsync.messages import Message, message
from kbsync.usecases.project import Continuous, Package, find_package, find_project, new_files, write_new

__all__ = ["start_project"]


def start_project(call: Invocation, *, continuous: str, package: str | None) -> None:
    """Write what is missing; the paths are the result. Raises Misuse, SafetyRefusal, UnusableFile."""
    call.refuse_link()
    chosen = Continuous(continuous)
    installed = find_package(package)
    project = find_project(call.directory, environ=call.context.environ)
    included = (project.root / ".gitlab-ci.yml").exists()
    files = new_files(call.directory, project, continuous=chosen, package=installed)
    write_new(files)
    call.screen.result("\n".join(_shown(file.path) for file in files))
    call.screen.notes(_next(call.directory, chosen, installed, written=bool(files), included=included))


def _next(directory: Path, continuous: Continuous, package: Package, *, written: bool, included: bool) -> Iterator[Message]:
    if not written:
        yield message("Everything is there already; nothing was written.")
        return
    option = "" if directory == Path("knowledge") else f" --dir {shlex.quote(directory.as_posix())}"
    yield message("Next:")
    yield message("  kbsync plan{option} shows what the example would change on the embedded service", option=option)
    yield message("  kbsync apply{option} carries it out there", option=option)
    yield message("  put your SDKAppID into {path}, for the target production", path=_shown(directory / "kbsync.yaml"))
    if continuous is not Continuous.NONE:
        yield package.told
    match continuous:
        case Continuous.GITHUB:
            yield message("  add the secret KBSYNC_SECRET_KEY and the environment production to the repository, then commit")
        case Continuous.GITLAB:
            yield message("  add the masked variable KBSYNC_SECRET_KEY to the project, then commit")
            if included:
                yield message("  include .gitlab/kbsync.yml in .gitlab-ci.yml, which was left as it is")
        case Continuous.NONE:
            yield message("  set KBSYNC_SECRET_KEY in the environment before you plan for production")
        case _:
            assert_never(continuous)


def _shown(path: Path) -> str:
    """A path as short as it can be said from here."""
    return Path(os.path.relpath(path)).as_posix()
