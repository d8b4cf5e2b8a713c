"""The only place that runs ``git``: one call, its answer, and its failures in words. What is asked of git is written elsewhere.

The git program is used and no library, because credential helpers, ssh configuration, partial and shallow clones, alternates and
both object formats then work as they do for the user, and nothing has to be installed with kbsync.
"""

import os
import re
import subprocess
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from kbsync.errors import HistoryUnavailable
from kbsync.messages import message
from kbsync.saving import reason_of

LOCAL_SECONDS = 60.0
"""How long a command may take that only looks at the disk."""

NETWORK_SECONDS = 120.0
"""How long a command may take that talks to a remote, or may have to (a partial clone fetches what it lacks)."""

REDIRECTIONS = frozenset(
    {
        "GIT_ALTERNATE_OBJECT_DIRECTORIES",
        "GIT_ATTR_SOURCE",
        "GIT_COMMON_DIR",
        "GIT_CONFIG",
        "GIT_DIR",
        "GIT_EXTERNAL_DIFF",
        "GIT_GLOB_PATHSPECS",
        "GIT_GRAFT_FILE",
        "GIT_ICASE_PATHSPECS",
        "GIT_IMPLICIT_WORK_TREE",
        "GIT_INDEX_FILE",
        "GIT_INTERNAL_SUPER_PREFIX",
        "GIT_NAMESPACE",
        "GIT_NOGLOB_PATHSPECS",
        "GIT_NO_REPLACE_OBJECTS",
        "GIT_OBJECT_DIRECTORY",
        "GIT_PREFIX",
        "GIT_REPLACE_REF_BASE",
        "GIT_SHALLOW_FILE",
        "GIT_WORK_TREE",
    },
)
"""Variables that git sets for hooks: they would turn a question about one directory into a question about another."""

WITHHELD = ("GIT_TRACE", "KBSYNC_")
"""Traces are written where complaints are read from, and can hold credentials; our secrets are not for hooks and helpers."""

FIXED = {
    "GIT_LITERAL_PATHSPECS": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_PAGER": "cat",
    "GIT_TERMINAL_PROMPT": "0",
    "LC_ALL": "C",
}
"""Paths mean themselves, looking never waits for the user's own git, nothing asks or pages, and words are the ones read here."""

CONFIGURATION = tuple(
    word
    for setting in (
        # No daemon and no housekeeping is started in the background of a command that should only answer.
        "core.fsmonitor=false",
        "gc.auto=0",
        "maintenance.auto=false",
        # Hooks often lie in the tree (core.hooksPath=.githooks), so that a branch writes them.
        f"core.hooksPath={os.devnull}",
        "log.showSignature=false",
        "protocol.ext.allow=never",
        # Since git 2.38; what an older one finds by itself is looked at in ``Repository.find``.
        "safe.bareRepository=explicit",
        "submodule.recurse=false",
    )
    for word in ("-c", setting)
)
"""What git may not do for us, whatever it is configured to do."""

OLDEST = (2, 30)
"""The first git whose ``rev-parse`` ends its options at ``--end-of-options``; all else that is asked here is older."""

VERSION = re.compile(r"git version (\d+)\.(\d+)")

_INSTALL = message("Install git 2.30 or later; kbsync asks it for the history of the knowledge files.")

DIFF = ("--no-ext-diff", "--no-textconv")
"""Options of each command that compares: attributes, which a branch writes, pick programs that would change the result."""

CREDENTIALS = re.compile(r"(?<=://)[^/\s]+@")
QUERY = re.compile(r"(?<=\?)[^\s'\"]+")


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer of a git command. ``code`` is its exit status, None when it was stopped for taking too long."""

    code: int | None
    output: bytes
    complaint: str

    @property
    def text(self) -> str:
        """The output as text without the line end that closes it; bytes that are not UTF-8 survive as surrogates."""
        return self.output.decode("utf-8", "surrogateescape").removesuffix("\n")

    @property
    def reason(self) -> str:
        """The most telling line of the complaint, on one line and without credentials."""
        lines = [line.strip() for line in self.complaint.splitlines() if line.strip()]
        telling = [line for line in lines if line.startswith(("fatal:", "error:", "remote:", "ERROR"))]
        return (telling or lines or [f"exit status {self.code}"])[0].removeprefix("fatal: ").removeprefix("error: ")


class Git:
    """Runs git in one directory with an environment of its own making; ``environ`` is the process's unless given.

    With ``data``, the repository's own directory, the repository is known of which the directory is the top.
    """

    def __init__(self, directory: Path, *, environ: Mapping[str, str] | None = None, data: Path | None = None) -> None:
        self._directory = directory
        self._place = ("-C", str(directory), *(() if data is None else (f"--git-dir={data}", f"--work-tree={directory}")))
        given = os.environ if environ is None else environ
        kept = {name: value for name, value in given.items() if name not in REDIRECTIONS and not name.startswith(WITHHELD)}
        # What is named from the current directory on lies in the tree, where a branch may bring a ``git`` or an ``ssh``.
        places = [place for place in kept.get("PATH", os.defpath).split(os.pathsep) if Path(place).is_absolute()]
        self._environ = {**kept, **FIXED, "PATH": os.pathsep.join(places) or os.devnull}

    def run(
        self,
        command: str,
        *arguments: str,
        stdin: bytes = b"",
        extra: Mapping[str, str] | None = None,
        seconds: float = LOCAL_SECONDS,
        accept: Collection[int] = (0,),
    ) -> Answer:
        """Run one git command; ``extra`` is added to its environment.

        Raises HistoryUnavailable when the exit status is not among ``accept``.
        """
        answer = self.attempt(command, *arguments, stdin=stdin, extra=extra, seconds=seconds)
        if answer.code not in accept:
            raise self.failure(command, answer)
        return answer

    def attempt(
        self,
        command: str,
        *arguments: str,
        stdin: bytes = b"",
        extra: Mapping[str, str] | None = None,
        seconds: float = LOCAL_SECONDS,
    ) -> Answer:
        """Run one git command and take any exit status. Raises HistoryUnavailable where it cannot be run."""
        line = ["git", *self._place, "--no-pager", *CONFIGURATION, command, *arguments]
        try:
            # A session of its own has no terminal: ssh cannot wait for a passphrase there, and Ctrl-C reaches kbsync first.
            process = subprocess.Popen(  # noqa: S603 - arguments are a list, options are ended before values
                line,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env={**self._environ, **(extra or {})},
                start_new_session=True,
            )
        except (FileNotFoundError, NotADirectoryError):
            raise HistoryUnavailable(
                message("Git is not installed, or not on the PATH."),
                hint=_INSTALL,
            ) from None
        except OSError as problem:
            raise HistoryUnavailable(message("Git cannot be started: {reason}", reason=reason_of(problem))) from None
        with process:
            try:
                output, complaint = process.communicate(stdin, timeout=seconds)
            except subprocess.TimeoutExpired:
                # Terminated and not killed: git then ends its own transport helpers too.
                process.terminate()
                return Answer(None, b"", f"no answer within {seconds:.0f} seconds")
            except BaseException:
                process.terminate()
                process.wait()
                raise
        said = QUERY.sub("…", CREDENTIALS.sub("…@", complaint.decode("utf-8", "replace")))
        return Answer(process.returncode, output, said)

    def outdated(self) -> HistoryUnavailable | None:
        """What to raise where git is too old for what is asked of it, which is looked for when something went wrong."""
        found = VERSION.match(self.attempt("version").text)
        if found is None or tuple(map(int, found.groups())) >= OLDEST:
            return None
        return HistoryUnavailable(message("Git {version} is too old for kbsync.", version=found[0].split()[-1]), hint=_INSTALL)

    def failure(self, command: str, answer: Answer) -> HistoryUnavailable:
        """What to raise for an answer that cannot be used."""
        if answer.code is not None and (aged := self.outdated()):
            return aged
        hint = message("Check the network and the remote, then try again.") if answer.code is None else None
        return HistoryUnavailable(message("`git {command}` failed: {reason}", command=command, reason=answer.reason), hint=hint)

    def unreadable(self, answer: Answer) -> HistoryUnavailable:
        """What to raise where the directory has a ``.git`` of which git makes no repository."""
        if answer.code is not None and (aged := self.outdated()):
            return aged
        # What git calls it has changed, and the setting that helps has not.
        if "safe.directory" in answer.complaint:
            return HistoryUnavailable(
                message(
                    "Git does not trust the repository at {directory}: it belongs to another user.", directory=self._directory
                ),
                hint=message("Run `git config --global --add safe.directory {directory}`.", directory=self._directory),
            )
        reason = answer.reason if answer.code != 0 else message("its `.git` is not a whole repository")
        return HistoryUnavailable(
            message("The git repository at {directory} cannot be read: {reason}", directory=self._directory, reason=reason),
            hint=message(
                "Mend it, or clone again. A linked worktree or a submodule needs the repository that it belongs to, at the path "
                "that its `.git` names."
            ),
        )
